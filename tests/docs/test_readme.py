"""What the README promises is there."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from jiaoying.cli.app import app
from tests.support.sources import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
TARGETS = ("demo", "test", "check", "soak", "docs")


def commands() -> set[str]:
    """Every command and command group of the program."""
    done = subprocess.run(
        [sys.executable, "-m", "jiaoying", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(re.findall(r"^  ([a-z]+)", done.stdout.partition("Commands:")[2], re.M))


def test_the_commands_of_the_readme_are_those_of_the_program() -> None:
    """No more, no fewer."""
    table = README[README.index("## 命令") : README.index("## 用在自己的县")]
    named = set(re.findall(r"jiaoying ([a-z]+)", table))
    assert named == commands()


def test_the_first_screen() -> None:
    """What it is, the two commands; and a picture of it running as soon as there is one."""
    first = "\n".join(README.splitlines()[:25])
    assert "make demo" in first
    assert "make test" in first
    if (ROOT / "docs" / "img" / "console.png").exists():
        assert "(docs/img/console.png)" in first


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_its_targets(target: str) -> None:
    """Each is there, and `make help` says what it does."""
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.search(rf"make {target} +\S", done.stdout)


def test_an_old_python_is_refused_with_a_reason(tmp_path: object) -> None:
    """Before anything is installed."""
    command = ["make", "--silent", "PYTHON=false", f"VENV={tmp_path}/venv", "demo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "需要 Python 3.11" in done.stderr


def test_the_program_has_a_name() -> None:
    """And the changelog speaks of what is coming."""
    assert app.info.name == "jiaoying"
    assert "[未发布]" in CHANGES
