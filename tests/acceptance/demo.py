"""Runs of the demo as a user starts it, shared between tests and workers: one run costs a minute."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

DEMO = ("demo", "--once", "--speed", "max", "--seed", "7", "--dir", "night")
KILLS = 10
FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished demo: the directory it was started in, and what it said last."""

    home: Path
    last: str
    kills: int = 0

    @property
    def site(self) -> Path:
        """The directory of the demo itself."""
        return self.home / "night"

    @property
    def summary(self) -> dict[str, Any]:
        """The JSON of the last line."""
        return json.loads(self.last)  # type: ignore[no-any-return]


def jiaoying(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in its own process and wait."""
    command = [sys.executable, "-m", "jiaoying", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment(), check=False)


def environment() -> Mapping[str, str]:
    """The environment of a user: warnings are theirs to see, and output is UTF-8 wherever it runs."""
    return {**os.environ, "PYTHONUTF8": "1", "PYTHONWARNINGS": "error::DeprecationWarning:jiaoying"}


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Let one worker at a time do this; the lock dies with the worker."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def uninterrupted(home: Path) -> Run:
    """Run the demo once, or take the run another worker has made."""
    home.mkdir(parents=True, exist_ok=True)
    with alone(home / ".lock"):
        kept = home / FINISHED
        if not kept.exists():
            done = jiaoying(*DEMO, cwd=home)
            assert done.returncode == 0, done.stderr
            kept.write_text(done.stdout.splitlines()[-1], encoding="utf-8")
        return Run(home=home, last=kept.read_text(encoding="utf-8"))


def killed_again_and_again(home: Path, *, seed: int, kills: int = KILLS) -> Run:
    """Start the same demo, kill it at seeded moments of its own progress, start it again, until it ends."""
    home.mkdir(parents=True, exist_ok=True)
    with alone(home / ".lock"):
        kept = home / FINISHED
        if not kept.exists():
            dice, done = Random(seed), 0
            while done < kills:
                # The first two die while the county is being built, the others after so many lines of the story.
                moment = ("registers", "database")[done] if done < 2 else dice.randint(1, 60)
                if not _killed(home, moment):
                    break
                done += 1
            ended = jiaoying(*DEMO, cwd=home)
            assert ended.returncode == 0, ended.stderr
            kept.write_text(f"{done}\n{ended.stdout.splitlines()[-1]}", encoding="utf-8")
        count, _, last = kept.read_text(encoding="utf-8").partition("\n")
        return Run(home=home, last=last, kills=int(count))


def _killed(home: Path, moment: str | int) -> bool:
    """Start the demo and kill it at a moment of its progress; False when it ended before that."""
    with (home / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "jiaoying", *DEMO],
            cwd=home,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment(),
        )
    assert process.stdout is not None
    with process, process.stdout:
        if isinstance(moment, str):
            reached = _wait_for(home / "night", moment, process)
        else:
            reached = sum(1 for _ in zip(range(moment), process.stdout, strict=False)) == moment
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL and reached


def _wait_for(site: Path, what: str, process: subprocess.Popen[str]) -> bool:
    """Watch the directory until the county's files are half written, or the first rows stand in the database."""
    while process.poll() is None:
        if what == "registers" and (site / "registers").is_dir() and any((site / "registers").iterdir()):
            return True
        database = site / "jiaoying.db"
        if what == "database" and database.exists() and database.stat().st_size > 500_000:
            return True
        os.sched_yield()
    return False
