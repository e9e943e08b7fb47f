"""SIGKILL under load: what was acknowledged is stored, nothing is stored by halves, the chain holds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine, insert

from jiaoying.storage import journal, sealer
from jiaoying.storage.rebuild import rebuild_check
from jiaoying.storage.schema import site
from jiaoying.storage.writer import Writer
from tests.storage.conftest import SALT
from tests.storage.lamp import LAMPS, T0

CHILD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from jiaoying.storage.database import open_engine
from jiaoying.storage.writer import Writer
from tests.storage.lamp import LAMPS, T0, lit, made

WHO = {"actor": "engine", "cause": "Load"}
writer = Writer(open_engine(sys.argv[1], durable=sys.argv[3] == "site"), salt="salt", clock=lambda: T0, kinds=LAMPS)

def one(number):
    name = f"{sys.argv[2]}-{number}"
    def run(work):
        work.private("phone", name)
        work.emit("lamp", name, made(name), **WHO)
        work.flush()
        work.emit("lamp", name, lit(), **WHO)
    writer.execute(run)
    sys.stdout.write(name + "\\n")
    sys.stdout.flush()

with ThreadPoolExecutor(8) as pool:
    list(pool.map(one, range(100_000)))
"""


def run_and_kill(url: str, turn: int, after: int, what: str) -> list[str]:
    """Start a writing process, kill it after so many acknowledgements; returns those it gave."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", CHILD, url, str(turn), what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        seen = [child.stdout.readline().strip() for _ in range(after)]
        child.send_signal(signal.SIGKILL)
        seen += [line.strip() for line in child.stdout if line.endswith("\n")]
    assert child.returncode == -signal.SIGKILL
    return [name for name in seen if name]


def test_what_was_acknowledged_survives_sigkill(url: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(site).values(key="salt", value=SALT))
    acknowledged: set[str] = set()
    for turn, (after, what) in enumerate([(1, "site"), (211, "site"), (97, "drill")]):
        names = run_and_kill(url, turn, after, what)
        assert len(names) >= after
        acknowledged.update(names)
    with Writer(engine, salt=SALT, clock=lambda: T0, kinds=LAMPS) as writer:
        lamps = writer.execute(lambda work: work.select("lamp"))
    sealer.seal(engine)
    assert acknowledged <= {lamp.id for lamp in lamps}
    assert {lamp.times for lamp in lamps} == {1}, "never half a command"
    verdict = journal.verify_database(engine)
    assert verdict.holds
    assert verdict.entries == len(lamps)
    assert rebuild_check(engine, kinds=LAMPS) == []
