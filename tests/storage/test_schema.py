"""Migrations give exactly the tables of the code, on both databases; the engine is set up as CHOICES wants it."""

from __future__ import annotations

import pysqlite3
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from jiaoying.storage import kinds, schema_registers  # noqa: F401  # they declare their tables
from jiaoying.storage.database import open_engine, sqlite_version, upgrade, writing
from jiaoying.storage.kinds import KINDS
from jiaoying.storage.migrations import run
from jiaoying.storage.schema import metadata
from tests.storage.lamp import LAMP_METADATA


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def test_migrations_give_the_tables_of_the_code(fresh_url: str) -> None:
    engine = open_engine(fresh_url)
    assert differences(engine), "an empty database differs, or this test compares nothing"
    upgrade(engine)
    assert differences(engine) == []
    upgrade(engine)  # twice changes nothing
    tables = set(inspect(engine).get_table_names()) - {"alembic_version"}
    assert tables == set(metadata.tables)
    engine.dispose()


def test_migrations_go_back(fresh_url: str) -> None:
    from alembic import command

    from jiaoying.storage.migrations import config

    engine = open_engine(fresh_url)
    run(engine)
    settings = config()
    with writing(engine).begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version", "sqlite_sequence"}
    engine.dispose()


def test_every_aggregate_has_its_kind() -> None:
    names = ["event", "warning", "task", "household", "callout", "message", "request", "reply", "alarm"]
    assert sorted(KINDS) == sorted(names)
    for name, kind in KINDS.items():
        assert kind.table.name == name
        assert set(kind.facts) >= {row.fact for row in kind.lifecycle.rows}, f"{name}: a fact of the table has no class"
        assert "DrillEnded" in kind.facts


def test_sqlite_is_our_own_and_durable(tmp_path: object) -> None:
    assert tuple(int(part) for part in sqlite_version().split(".")) >= (3, 53)
    engine = open_engine(f"sqlite:///{tmp_path}/a.db")
    with engine.connect() as connection:
        assert connection.execute(text("select sqlite_version()")).scalar_one() == pysqlite3.sqlite_version
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    engine.dispose()


def test_only_a_drill_does_without_waiting_for_the_disk(url: str) -> None:
    ask = "PRAGMA synchronous" if url.startswith("sqlite") else "SHOW synchronous_commit"
    found = []
    for durable in (True, False):
        engine = open_engine(url, durable=durable)
        with engine.connect() as connection:
            found.append(connection.exec_driver_sql(ask).scalar_one())
        engine.dispose()
    assert found == ([2, 1] if url.startswith("sqlite") else ["on", "off"])


def test_a_writer_takes_the_lock_at_once(tmp_path: object) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/a.db")
    LAMP_METADATA.create_all(engine)
    begun: list[str] = []
    with writing(engine).connect() as connection:
        connection.connection.driver_connection.set_trace_callback(begun.append)  # type: ignore[union-attr]
        with connection.begin():
            connection.execute(text("select 1"))
    assert begun[0] == "BEGIN IMMEDIATE"
    engine.dispose()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/db"])
def test_no_other_database(url: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        open_engine(url)
