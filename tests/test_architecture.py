"""The house stands as DESIGN draws it: rooms, what each may touch, and nothing outside the plan."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest

from tests.support.sources import ADAPTERS, ROOMS, ROOT, called, imported, modules, name_of, tracked

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS: list[dict[str, Any]] = PROJECT["tool"]["importlinter"]["contracts"]
LONGEST_MODULE = 450
VAGUE = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"}
WALL_CLOCK = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "datetime.datetime.now", "datetime.datetime.utcnow"),
    *("date.today", "datetime.date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime"),
}
# What would make a decision depend on anything but its arguments (law 1), or an edge of the system (Pydantic).
IMPURE = {
    "random",
    "secrets",
    "logging",
    "time",
    "os",
    "sys",
    "subprocess",
    "socket",
    "threading",
    "pydantic",
    "requests",
}


def named(layer: str) -> list[str]:
    """The modules a line of a layers contract names."""
    return [name.strip(" ()") for name in layer.split("|")]


def offences(wanted: set[str], *, allowed: tuple[str, ...], within: tuple[str, ...] = ("",)) -> list[str]:
    """Imports of any of `wanted` in modules `within` some folders but not `allowed`."""
    return [
        f"{path}:{line} imports {name}"
        for path, tree in modules().items()
        if path.startswith(within) and not path.startswith(allowed)
        for line, name in imported(tree)
        if name.split(".")[0] in wanted
    ]


def test_every_top_level_package_is_listed() -> None:
    """Law: a package that stands outside the import contracts would be under no law at all."""
    packages = {
        name_of(path).split("/")[0]
        for path in tracked()
        if name_of(path).count("/") == 1 and path.name == "__init__.py"
    }
    packages -= {"tests"}
    assert packages == {*ROOMS, "jiaoying"}
    assert packages == set(PROJECT["tool"]["importlinter"]["root_packages"])
    assert packages == set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert packages == set(PROJECT["tool"]["mypy"]["packages"])
    layers = [name for layer in CONTRACTS[0]["layers"] for name in named(layer)]
    assert {name.split(".")[0] for name in layers} == packages


def test_the_layers_are_those_of_the_design() -> None:
    """The order of DESIGN section 1, written out here: changing it takes both."""
    assert [sorted(named(layer)) for layer in CONTRACTS[0]["layers"]] == [
        ["jiaoying.cli"],
        ["jiaoying.bootstrap"],
        ["jiaoying.drills", "jiaoying.web"],
        ["jiaoying.engine"],
        ["jiaoying.reports", "jiaoying.storage"],
        ["jiaoying.config"],
        ["evacuation", "notifiers"],
        ["warning"],
        ["hazards", "people"],
        ["core"],
    ]
    assert CONTRACTS[1]["containers"] == ["jiaoying"]
    assert CONTRACTS[1]["exhaustive"] is True
    assert not any("ignore_imports" in contract for contract in CONTRACTS), "a contract with holes is no contract"


def test_imports_point_down_only() -> None:
    """import-linter, exactly as `make check` runs it."""
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_sql_lives_in_storage() -> None:
    """Nobody else knows there is a database."""
    databases = {"sqlalchemy", "sqlite3", "pysqlite3", "psycopg", "alembic", "asyncpg", "aiosqlite"}
    assert offences(databases, allowed=("jiaoying/storage/",)) == []


def test_http_lives_in_web() -> None:
    """Nobody else knows there is a web server; clients stand at the two edges of the domain."""
    assert offences({"fastapi", "starlette", "uvicorn"}, allowed=("jiaoying/web/",)) == []
    assert offences({"aiohttp", "httpx", "httpx2", "twilio", "apprise"}, allowed=(*ADAPTERS, "jiaoying/engine/")) == []
    assert offences({"requests"}, allowed=()) == []


def test_the_clock_lives_in_the_engine() -> None:
    """One place reads the wall clock; everybody else is told what time it is."""
    readers = [
        (path, line, name) for path, tree in modules().items() for line, name in called(tree) if name in WALL_CLOCK
    ]
    assert {path.rpartition("/")[0] for path, _, _ in readers} <= {"jiaoying/engine"}, readers
    assert len(readers) <= 1, f"the wall clock is read in more than one place: {readers}"


def test_the_middle_is_pure() -> None:
    """Law 1: no clock, id, random, log or I/O in the domain rooms outside their two adapter folders."""
    rooms = tuple(f"{room}/" for room in ROOMS)
    assert offences(IMPURE, allowed=ADAPTERS, within=rooms) == []
    forbidden = {"open", "print", "input", "uuid.uuid1", "uuid.uuid4", "uuid4"}
    calls = [
        f"{path}:{line} calls {name}"
        for path, tree in modules().items()
        if path.startswith(rooms) and not path.startswith(ADAPTERS)
        for line, name in called(tree)
        if name in forbidden or name.endswith((".read_text", ".read_bytes", ".write_text", ".write_bytes"))
    ]
    assert calls == []


def test_nothing_sleeps() -> None:
    """Deadlines are rows (law 6); a sleeping thread is a deadline that a crash forgets."""
    assert [
        f"{path}:{line}" for path, tree in modules().items() for line, name in called(tree) if name == "time.sleep"
    ] == []


def test_evacuation_and_notifiers_do_not_know_each_other() -> None:
    """The engine joins them by subject id."""
    assert offences({"notifiers"}, allowed=(), within=("evacuation/",)) == []
    assert offences({"evacuation"}, allowed=(), within=("notifiers/",)) == []


def test_modules_can_be_read_in_one_sitting() -> None:
    """Law 14."""
    long = {
        name_of(path): lines
        for path in tracked()
        if path.suffix == ".py" and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def test_no_room_for_odds_and_ends() -> None:
    """A module says what it is about; `utils` says that nobody knew."""
    assert [
        name_of(path)
        for path in tracked()
        if VAGUE
        & {
            part.removesuffix(".py").lower()
            for part in path.relative_to(ROOT).parts
            if "." not in part or part.endswith(".py")
        }
    ] == []


# In pieces, so that this file does not match itself.
FOREIGN = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me|Us" + r"ers)/[\w.]"),
    "the host of a package registry": re.compile(
        "npm" + r"js\.org|py" + r"pi\.org|python" + r"hosted|\.deb" + r"ian\.org|crates" + r"\.io"
    ),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_files_name_no_machine_and_no_registry(what: str) -> None:
    """A clone works anywhere; where packages come from is the machine's own setting."""
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name_of(path)}: {match.group(0)}" for match in FOREIGN[what].finditer(text)]
    assert found == []
