"""The rows equal the journal, and one altered value in any column of any table is found and named."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import pysqlite3
import pytest
from shapely.geometry import Polygon
from sqlalchemy import Column, Engine, Table, create_engine, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from core.levels import Level
from hazards.frames import RainFrame
from hazards.stations import Station
from hazards.stations_to_zones import ZoneRain
from hazards.zones import HazardKind, HazardZone
from jiaoying.storage import accounts, codes, rain, schema, site
from jiaoying.storage.codec import fields_of, split_optional
from jiaoying.storage.database import UtcDateTime
from jiaoying.storage.kinds import KINDS
from jiaoying.storage.rebuild import Difference, rebuild_check, rebuilt
from jiaoying.storage.registers import import_rows
from jiaoying.storage.schema_registers import REGISTERS, register_history, register_import
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer
from people.areas import Area, AreaLevel
from people.households import Household
from people.posts import Post, Role
from people.shelters import Shelter
from tests.storage.conftest import SALT
from tests.storage.lamp import T0
from warning.thresholds import ThresholdRow, ThresholdValue

VILLAGE = "530629101201"
WHO = {"actor": "user:wang", "cause": "Test"}


def sample(hint: Any) -> Any:
    """One fixed value of a storable type, nothing left empty."""
    inner, _ = split_optional(hint)
    if inner in (str, int, float, bool):
        return {str: "x", int: 3, float: 2.5, bool: False}[inner]
    if inner is datetime:
        return T0
    if isinstance(inner, type) and issubclass(inner, StrEnum):
        return next(iter(inner))
    if typing.get_origin(inner) is tuple:
        members = typing.get_args(inner)
        return (sample(members[0]),) if members[1:] == (Ellipsis,) else tuple(sample(member) for member in members)
    return inner(**{name: sample(one) for name, one in fields_of(inner)})


def bear(work: Work) -> None:
    """One aggregate of every kind, each two facts old where its birth allows a second."""
    for name, kind in KINDS.items():
        (birth,) = {row.fact for row in kind.lifecycle.rows if row.source is None}
        fact = sample(kind.facts[birth])
        work.emit(name, kind.evolve(None, fact).id, [fact], **WHO)


def fill_registers(work: Work) -> None:
    ring = Polygon([(105.0, 27.8), (105.1, 27.8), (105.1, 27.9)])
    value = ThresholdValue(level=Level.RED, window_h=24, mm=200.0)
    rows: dict[str, list[Any]] = {
        "areas": [Area(code=VILLAGE, name="小坝村", level=AreaLevel.VILLAGE, parent="530629101", lon=105.0, lat=27.8)],
        "posts": [Post(id="p1", area=VILLAGE, role=Role.LEADER, rank=1, holder="王", phone="+8610000000001")],
        "households": [
            Household(code="h1", area=VILLAGE, head="李", people=3, card=(("避险路线", "小学"),)),
            Household(code="h2", area=VILLAGE, head="张", people=2),
        ],
        "shelters": [Shelter(code="s1", name="小学", area=VILLAGE, lon=105.0, lat=27.8, capacity=200)],
        "zones": [HazardZone(code="z1", kind=HazardKind.LANDSLIDE, name="后山", area=VILLAGE, geometry=ring)],
        "stations": [Station(code="56596", name="威信", lon=105.0, lat=27.8, elevation=1170.0)],
        "thresholds": [ThresholdRow(zone="z1", area=None, value=value, valid_from=T0, source="县")],
    }
    for kind, found in rows.items():
        import_rows(work, kind, found, file=f"{kind}.csv", digest="d", by="user:wang")


def fill_rain(work: Work) -> None:
    frame = RainFrame(source="gauges", valid_at=T0, minutes=60, values=(("56596", 312, ""), ("848168", None, "")))
    rain.store_frame(work, frame)
    received = ZoneRain(
        valid_at=T0,
        minutes=60,
        tenths=np.array([312, 0], np.int32),
        present=np.array([True, False]),
        sources=(("56596",), ()),
        flagged=np.zeros(2, np.bool_),
        gauges=np.ones(2, np.int32),
        corroborated=np.zeros(2, np.bool_),
    )
    rain.store_zone_rain(work, ("z1", "z2"), received)


def fill_rest(work: Work) -> None:
    site.put(work.connection, "salt", SALT)
    accounts.put_user(work, "wang", "duty", VILLAGE, by="cli")
    callout = work.select("callout")[0].id
    phone = work.private("phone", "+8610000000001")
    codes.remember(work, callout=callout, version=1, code="A7", phone_refs=[phone])


@pytest.fixture
def full(engine: Engine, open_writer: Callable[..., Writer]) -> Engine:
    """A database with something in every table that the journal vouches for."""
    writer = open_writer(kinds=KINDS)
    for step in (bear, fill_registers, fill_rain, fill_rest):
        writer.execute(step)
    return engine


def altered(column: Column[Any], value: Any) -> Any:
    """Another value that the column may hold."""
    if isinstance(column.type, UtcDateTime):
        return (value or T0) + timedelta(hours=1)
    kind = column.type.python_type
    if kind is bool:
        return not value
    if kind in (int, float):
        return (value or 0) + 1
    if column.name == "values":
        return '[["56596",313,""]]'
    if column.name == "geometry":
        return value.replace("3F", "40") if "3F" in value else value[:-2] + "01"
    if column.name == "role" and column.table.name.startswith("register"):
        return "dispatcher"
    return f"{value or ''}~"


@pytest.fixture
def stranger(full: Engine) -> Iterator[Engine]:
    """Somebody with a database shell, whom foreign keys do not stop."""
    if full.dialect.name == "sqlite":
        engine = create_engine(full.url, module=pysqlite3)
    else:
        engine = create_engine(full.url, connect_args={"options": "-c session_replication_role=replica"})
    yield engine
    engine.dispose()


def tamper(stranger: Engine, table: Table, column: Column[Any]) -> tuple[dict[str, Any], Any]:
    """Alter one value of one row; gives the row as it was and the new value."""
    with stranger.begin() as connection:
        row = dict(connection.execute(select(table).limit(1)).mappings().one())
        value = altered(column, row[column.name])
        where = [key == row[key.name] for key in table.primary_key]
        connection.execute(update(table).where(*where).values({column.name: value}))
    return row, value


def restore(stranger: Engine, table: Table, column: Column[Any], row: dict[str, Any], value: Any) -> None:
    where = [key == (value if key.name == column.name else row[key.name]) for key in table.primary_key]
    with stranger.begin() as connection:
        connection.execute(update(table).where(*where).values({column.name: row[column.name]}))


@dataclass(frozen=True)
class Known:
    """Columns that no journal entry vouches for, and why."""

    table: str
    column: str
    why: str


UNKNOWN = [
    Known("rain_frame", "judged_at", "the mark of the engine's own progress, not a fact"),
    Known("register_history", "id", "a counter; the order it gives is covered by the digest"),
]
VOUCHED = [
    *(kind.table for kind in KINDS.values()),
    *(register.table for register in REGISTERS.values()),
    register_history,
    register_import,
    schema.rain_frame,
    schema.zone_rain,
    schema.private,
    schema.codes,
    schema.user,
]
COLUMNS = {
    table: [c for c in table.c if (table.name, c.name) not in {(known.table, known.column) for known in UNKNOWN}]
    for table in VOUCHED
}
# One column of every table at a time, but a register apart from its history, each of which is measured by the other.
PAST = (register_history, register_import)
GROUPS = [{t: c for t, c in COLUMNS.items() if t not in PAST}, *({t: COLUMNS[t]} for t in PAST)]
ROUNDS = [
    [columns[turn] for columns in group.values() if turn < len(columns)]
    for group in GROUPS
    for turn in range(max(len(columns) for columns in group.values()))
]
ONLY_BY_DIGEST = ("register_history", "zone_rain", "rain_frame")


def test_a_sound_database_has_no_difference(full: Engine) -> None:
    assert rebuild_check(full) == []
    assert {name: len(states) for name, states in rebuilt(full).items()} == dict.fromkeys(KINDS, 1)


def test_every_altered_value_is_found_and_named(full: Engine, stranger: Engine) -> None:
    tried = 0
    for columns in ROUNDS:
        before = [(column, *tamper(stranger, column.table, column)) for column in columns]
        found = rebuild_check(full)
        for column, row, value in before:
            name, here = column.table.name, [one for one in found if one.table == column.table.name]
            wanted = {column.name}
            if column.primary_key or name in ONLY_BY_DIGEST:
                wanted |= {"*", "digest", "data", "values"}
            assert any(one.column in wanted for one in here), f"{column} = {value!r} was not found: {here}"
            if name in KINDS and not column.primary_key:
                exactly = Difference(
                    table=name, id=row["id"], column=column.name, stored=value, rebuilt=row[column.name]
                )
                assert here == [exactly], "the altered value, and nothing else"
            restore(stranger, column.table, column, row, value)
            tried += 1
        assert rebuild_check(full) == []
    assert tried == sum(len(columns) for columns in COLUMNS.values())


def test_a_time_that_is_none_any_more_is_found_too(full: Engine, stranger: Engine) -> None:
    def damage() -> None:
        with stranger.begin() as connection:
            connection.exec_driver_sql("UPDATE message SET queued_at = 'some day', due_at = 'never'")

    if full.dialect.name == "postgresql":
        with pytest.raises(DBAPIError):
            damage()
        return
    damage()
    assert {(one.table, one.column, one.stored) for one in rebuild_check(full)} == {
        ("message", "queued_at", "some day"),
        ("message", "due_at", "never"),
    }


def test_differences_of_registers_show_no_names(full: Engine, stranger: Engine) -> None:
    with stranger.begin() as connection:
        connection.exec_driver_sql("UPDATE register_household SET head = '赵', phone = '13900000000'")
    shown = "".join(str(one) for one in rebuild_check(full))
    assert "register_household h1 head" in shown
    assert not any(word in shown for word in ("赵", "李", "139"))


def test_missing_and_extra_rows_are_found(full: Engine) -> None:
    for kind in KINDS.values():
        with full.begin() as connection:
            row = dict(connection.execute(select(kind.table)).mappings().one())
            connection.execute(delete(kind.table))
        (found,) = rebuild_check(full)
        assert (found.table, found.id, found.column, found.stored) == (kind.name, row["id"], "*", "(no row)")
        with full.begin() as connection:
            connection.execute(insert(kind.table), [row, row | {"id": "made-up"}])
        (found,) = rebuild_check(full)
        assert (found.table, found.id, found.column, found.rebuilt) == (kind.name, "made-up", "*", "(no row)")
        with full.begin() as connection:
            connection.execute(delete(kind.table).where(kind.table.c.id == "made-up"))
    assert rebuild_check(full) == []


@pytest.mark.parametrize("name", sorted(table.name for table in VOUCHED if table.name not in KINDS))
def test_a_deleted_row_is_missed_everywhere(full: Engine, stranger: Engine, name: str) -> None:
    table = next(table for table in VOUCHED if table.name == name)
    with stranger.begin() as connection:
        row = dict(connection.execute(select(table).limit(1)).mappings().one())
        connection.execute(delete(table).where(*(key == row[key.name] for key in table.primary_key)))
    assert name in {one.table for one in rebuild_check(full)}


def test_a_fact_that_does_not_fit_is_a_difference_of_the_journal(full: Engine) -> None:
    with full.begin() as connection:
        first = connection.execute(select(schema.journal).order_by(schema.journal.c.id).limit(1)).mappings().one()
        connection.execute(
            update(schema.journal)
            .where(schema.journal.c.id == first["id"])
            .values(facts=first["facts"].replace('"fact":"', '"fact":"Un', 1))
        )
    found = rebuild_check(full)
    assert found[0].table == "journal"
    assert len(found) == 2, "and the row that the fact made is left over"
