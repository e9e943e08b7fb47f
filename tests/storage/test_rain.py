"""Frames are kept once, corrections are seen, and what the zones received can be replayed."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from sqlalchemy import Engine, insert

from hazards.frames import RainFrame
from hazards.stations_to_zones import ZoneRain
from jiaoying.storage import journal, rain, sealer
from jiaoying.storage.kinds import KINDS
from jiaoying.storage.rebuild import rebuild_check
from jiaoying.storage.schema import site
from jiaoying.storage.writer import Writer
from tests.storage.conftest import SALT
from tests.storage.lamp import LAMPS, T0

HOUR = timedelta(hours=1)


def frame(hour: int = 0, *values: tuple[str, int | None, str], source: str = "gauges") -> RainFrame:
    return RainFrame(
        source=source, valid_at=T0 + hour * HOUR, minutes=60, values=values or (("a", 12, ""), ("b", None, ""))
    )


def store(writer: Writer, one: RainFrame) -> bool:
    return writer.execute(lambda work: rain.store_frame(work, one))


def test_a_frame_is_kept_once(writer: Writer, engine: Engine) -> None:
    assert store(writer, frame())
    assert not store(writer, frame())
    assert store(writer, frame(source="other"))
    forecast = RainFrame(source="gauges", valid_at=T0, minutes=60, issued_at=T0 - HOUR, values=(("a", 1, ""),))
    assert store(writer, forecast)
    assert not store(writer, forecast)
    with engine.connect() as connection:
        assert rain.load_frames(connection) == [frame(), forecast, frame(source="other")]
    sealer.seal(engine)
    assert journal.verify_database(engine).entries == 3


def test_a_changed_value_is_a_correction_and_a_missing_one_is_not(writer: Writer, engine: Engine) -> None:
    store(writer, frame())
    (key,) = writer.execute(lambda work: rain.unjudged(work.connection))
    writer.execute(lambda work: rain.mark_judged(work, key))
    assert writer.execute(lambda work: rain.unjudged(work.connection)) == []
    assert not store(writer, frame(0, ("a", None, "")))
    assert store(writer, frame(0, ("b", 40, ""), ("c", 5, "range")))
    assert writer.execute(lambda work: rain.unjudged(work.connection)) == [key], "to be judged again"
    with engine.connect() as connection:
        kept = rain.frame_at(connection, key)
    assert kept is not None
    assert kept.values == (("a", 12, ""), ("b", 40, ""), ("c", 5, "range"))


def test_frames_are_loaded_since_a_time_and_forgotten_before_one(writer: Writer, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(site).values(key="salt", value=SALT))
    for hour in (2, 0, 1):
        store(writer, frame(hour))
    with engine.connect() as connection:
        assert [one.valid_at for one in rain.load_frames(connection, T0 + HOUR)] == [T0 + HOUR, T0 + 2 * HOUR]
    assert writer.execute(lambda work: rain.forget_frames(work, before=T0 + HOUR)) == 1
    assert rebuild_check(engine, kinds=LAMPS | KINDS) == []


def test_what_the_zones_received(writer: Writer, engine: Engine) -> None:
    zones = ("z1", "z2", "z3")

    def received(hour: int, *tenths: int | None) -> ZoneRain:
        return ZoneRain(
            valid_at=T0 + hour * HOUR,
            minutes=60,
            tenths=np.array([value or 0 for value in tenths], np.int32),
            present=np.array([value is not None for value in tenths]),
            sources=((),) * 3,
            flagged=np.zeros(3, np.bool_),
            gauges=np.zeros(3, np.int32),
            corroborated=np.zeros(3, np.bool_),
        )

    for one in (received(0, 5, 0, None), received(1, 7, None, 1), received(0, 6, 0, None)):
        writer.execute(lambda work, one=one: rain.store_zone_rain(work, zones, one))  # type: ignore[misc]
    with engine.connect() as connection:
        assert rain.load_zone_rain(connection, "z1") == [(T0, 60, 6), (T0 + HOUR, 60, 7)]
        assert rain.load_zone_rain(connection, "z2", since=T0 + HOUR) == [(T0 + HOUR, 60, None)]
        assert rain.load_zone_rain(connection, "z2") == [(T0, 60, 0), (T0 + HOUR, 60, None)]
    assert rebuild_check(engine, kinds=LAMPS | KINDS) == []


def test_files_of_a_source_are_taken_until_they_change(writer: Writer, engine: Engine) -> None:
    def remember(digest: str, size: int) -> None:
        writer.execute(
            lambda work: rain.remember_file(
                work, "gauges", "a.csv", digest=digest, size=size, modified_at=T0, outcome="taken"
            )
        )

    with engine.connect() as connection:
        assert not rain.taken(connection, "gauges", "a.csv", size=3, modified_at=T0)
    remember("d1", 3)
    with engine.connect() as connection:
        assert rain.taken(connection, "gauges", "a.csv", size=3, modified_at=T0)
        assert not rain.taken(connection, "gauges", "a.csv", size=4, modified_at=T0)
        assert rain.taken(connection, "gauges", "a.csv", size=4, modified_at=T0, digest="d1")
    remember("d2", 4)
    with engine.connect() as connection:
        assert rain.taken(connection, "gauges", "a.csv", size=4, modified_at=T0)
        assert not rain.taken(connection, "gauges", "b.csv", size=4, modified_at=T0)
