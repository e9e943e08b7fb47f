"""Registers merge by key, keep their history, and leave one journal entry an import that changed something."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy import Engine, select

from core.levels import Level
from hazards.zones import HazardKind, HazardZone
from jiaoying.storage import journal, registers, sealer
from jiaoying.storage.registers import Outcome, import_rows
from jiaoying.storage.schema import journal as journal_table
from jiaoying.storage.schema_registers import REGISTERS
from jiaoying.storage.writer import Writer
from people.areas import Area, AreaLevel
from people.households import Household, Risk
from people.posts import Post, Role
from tests.storage.lamp import T0
from warning.thresholds import JIANGHUA, ThresholdRow, ThresholdValue, Wetness

VILLAGE = "530629101201"
HOUSES = [
    Household(
        code=f"h{n}", area=VILLAGE, head=f"李{n}", people=n, phone="+8610000000001", risk=Risk.RED, card=(("a", "b"),)
    )
    for n in range(1, 5)
]


def bring(
    writer: Writer,
    kind: str,
    rows: Iterable[Any],
    *,
    minutes: int = 0,
    replace: bool = False,
    protected: Iterable[str] = (),
) -> Outcome:
    return writer.execute(
        lambda work: import_rows(
            work, kind, rows, file="h.csv", digest=f"d{minutes}", by="user:wang", replace=replace, protected=protected
        ),
        now=T0 + timedelta(minutes=minutes),
    )


def entries(engine: Engine) -> list[dict[str, Any]]:
    sealer.seal(engine)
    with engine.connect() as connection:
        return list(journal.entries(connection))


def test_rows_come_back_as_they_went_in(writer: Writer, engine: Engine) -> None:
    ring = Polygon([(105.123456789, 27.8), (105.1, 27.8), (105.1, 27.9)])
    zones = [
        HazardZone(code="z1", kind=HazardKind.LANDSLIDE, name="后山", area=VILLAGE, geometry=ring, upstream="z2"),
        HazardZone(
            code="z2",
            kind=HazardKind.FLASH_FLOOD,
            name="沟",
            area=VILLAGE,
            geometry=MultiPolygon([ring, ring.buffer(0.01)]),
        ),
    ]
    value = ThresholdValue(level=Level.RED, window_h=24, mm=180.5, wetness=Wetness.WET)
    thresholds = [
        ThresholdRow(zone=None, area="530629", value=value, valid_from=T0, source="县"),
        ThresholdRow(zone="z1", area=None, value=replace(value, wetness=None), valid_from=None, source=""),
    ]
    posts = [Post(id="p", area=VILLAGE, role=Role.LEADER, rank=1, holder="王", phone="+861", duty_from="20:00")]
    areas = [Area(code=VILLAGE, name="小坝村", level=AreaLevel.VILLAGE, parent="530629101")]
    given = {"zones": zones, "thresholds": thresholds, "posts": posts, "areas": areas, "households": HOUSES}
    for kind, rows in given.items():
        assert bring(writer, kind, rows).added
    with engine.connect() as connection:
        for kind, rows in given.items():
            assert set(registers.load(connection, kind)) == set(rows)
        county = registers.load_county_rows(connection)
    assert (county.areas, county.posts, county.shelters, county.stations) == (tuple(areas), tuple(posts), (), ())
    assert county.thresholds.default == JIANGHUA
    assert [one.values for one in county.thresholds.zones["z1"]] == [(replace(value, wetness=None),)]
    assert county.thresholds.areas["530629"][0].valid_from == T0


def test_the_same_file_twice_changes_nothing(writer: Writer, engine: Engine) -> None:
    first = bring(writer, "households", HOUSES)
    assert (len(first.added), first.unchanged, first.nothing) == (4, 0, False)
    with engine.connect() as connection:
        before = registers.version(connection)
    again = bring(writer, "households", reversed(HOUSES), minutes=1)
    assert (again.nothing, again.unchanged, again.import_id) == (True, 4, None)
    assert len(entries(engine)) == 1
    with engine.connect() as connection:
        assert registers.version(connection) == before


def test_rows_merge_by_key_and_absent_ones_stay(writer: Writer, engine: Engine) -> None:
    bring(writer, "households", HOUSES)
    grown = replace(HOUSES[1], people=9)
    new = replace(HOUSES[0], code="h9")
    outcome = bring(writer, "households", [grown, new, HOUSES[0]], minutes=1)
    assert (outcome.added, outcome.changed, outcome.unchanged) == (("h9",), ("h2",), 1)
    assert (outcome.absent, outcome.removed) == (("h3", "h4"), ())
    with engine.connect() as connection:
        assert set(registers.load_households(connection)) == {*HOUSES, new, grown} - {HOUSES[1]}


def test_replace_removes_what_is_absent_but_nothing_protected(writer: Writer, engine: Engine) -> None:
    bring(writer, "households", HOUSES)
    outcome = bring(writer, "households", HOUSES[:2], minutes=1, replace=True, protected=["h4", "h1"])
    assert (outcome.absent, outcome.removed, outcome.kept) == (("h3", "h4"), ("h3",), ("h4",))
    with engine.connect() as connection:
        assert {h.code for h in registers.load_households(connection)} == {"h1", "h2", "h4"}


def test_history_keeps_every_version(writer: Writer, engine: Engine) -> None:
    bring(writer, "households", HOUSES[:1])
    bring(writer, "households", [replace(HOUSES[0], people=9)], minutes=5)
    bring(writer, "households", HOUSES[1:2], minutes=9, replace=True)
    bring(writer, "households", HOUSES[:1], minutes=12)
    with engine.connect() as connection:
        past = registers.history(connection, "households", "h1")
    minute = timedelta(minutes=1)
    assert [(json.loads(one["data"])["people"], one["valid_from"], one["valid_to"]) for one in past] == [
        (1, T0, T0 + 5 * minute),
        (9, T0 + 5 * minute, T0 + 9 * minute),
        (1, T0 + 12 * minute, None),
    ]


def test_the_journal_holds_digests_and_no_names(writer: Writer, engine: Engine) -> None:
    bring(writer, "households", HOUSES)
    (entry,) = entries(engine)
    (fact,) = entry["facts"]
    assert (entry["kind"], fact["subject"], fact["fact"]) == ("register", "households", "Imported")
    assert (fact["data"]["file"], fact["data"]["added"], fact["data"]["by"]) == ("h.csv", 4, "user:wang")
    with engine.connect() as connection:
        text = connection.execute(select(journal_table.c.facts)).scalar_one()
    assert "李" not in text
    assert "+86" not in text


def test_a_failing_import_leaves_nothing(writer: Writer, engine: Engine) -> None:
    def broken() -> Iterable[Any]:
        yield HOUSES[0]
        raise OSError("the file ended")

    with pytest.raises(OSError, match="ended"):
        bring(writer, "households", broken())
    assert entries(engine) == []
    with engine.connect() as connection:
        assert registers.load_households(connection) == ()


def test_every_kind_of_the_contract_has_a_register() -> None:
    assert list(REGISTERS) == ["areas", "posts", "households", "shelters", "zones", "stations", "thresholds"]
