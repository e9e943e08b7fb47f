"""The one engine factory: SQLite as CHOICES wants it (own build, WAL, full durability, explicit BEGIN) or PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pysqlite3
from sqlalchemy import DateTime, Dialect, Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.types import TypeDecorator

__all__ = [
    "Connection",
    "DatabaseError",
    "Engine",
    "Outdated",
    "UtcDateTime",
    "database_file",
    "is_sqlite",
    "open_engine",
    "sqlite_version",
    "upgrade",
    "writing",
]  # fmt: skip

BUSY_TIMEOUT_MS = 10_000
WRITES = "jiaoying_writes"  # execution option of a connection that writes: BEGIN IMMEDIATE on SQLite


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC and read back with that offset; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without an offset: {value}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn what the database kept into a moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def sqlite_version() -> str:
    """The version of the SQLite in use (not the interpreter's own, which may corrupt a busy WAL database)."""
    return str(pysqlite3.sqlite_version)


def open_engine(url: str | URL, *, durable: bool = True) -> Engine:
    """Open the site's database.

    Parameters
    ----------
    url : str or URL
        ``sqlite:///path`` or ``postgresql://…`` (psycopg 3 is used whichever driver the URL names).
    durable : bool
        A site's commits survive a power cut. A drill's need only survive the death of its process, which they do
        without waiting for the disk each time; nothing but a drill may ask for that.
    """
    address = make_url(url)
    match address.get_backend_name():
        case "sqlite":
            if address.database in (None, "", ":memory:"):
                raise ValueError("the database must be a file: the journal outlives the process")
            return _sqlite(address, durable)
        case "postgresql":
            options = {} if durable else {"options": "-c synchronous_commit=off"}
            address = address.set(drivername="postgresql+psycopg")
            return create_engine(address, pool_size=10, pool_pre_ping=True, connect_args=options)
        case other:
            raise ValueError(f"the database must be sqlite or postgresql, not {other}")


def database_file(engine: Engine) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL."""
    if engine.dialect.name != "sqlite" or engine.url.database is None:
        return None
    return Path(engine.url.database)


def is_sqlite(connection: Connection) -> bool:
    """Whether a connection talks to SQLite."""
    return connection.dialect.name == "sqlite"


def _sqlite(address: URL, durable: bool) -> Engine:
    engine = create_engine(
        address.set(drivername="sqlite+pysqlite"),
        module=pysqlite3,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: BEGIN is ours, see below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            f"synchronous={'FULL' if durable else 'NORMAL'}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-65536",
        ):
            cursor.execute(f"PRAGMA {pragma}")
            cursor.fetchall()
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the write lock at once: a deferred one would fail half way instead of waiting its turn.
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def writing(engine: Engine) -> Engine:
    """The same engine, for connections that write."""
    return engine.execution_options(**{WRITES: True})


class Outdated(Exception):
    """This software is older than the database."""


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema; the migrations are part of the package.

    Raises
    ------
    Outdated
        When the database was written by a newer version than this.
    """
    from alembic.util.exc import CommandError

    from jiaoying.storage.migrations import run  # Alembic is needed once a start, not by every import

    try:
        run(engine)
    except CommandError as error:
        raise Outdated(str(error)) from error
