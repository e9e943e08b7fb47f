"""Sums: whole tenths, gaps counted, the order of arrival without meaning."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazards.accumulation import WINDOWS_H, Accumulation, Sums
from hazards.frames import RainFrame
from hazards.stations import Station
from hazards.stations_to_zones import StationWeights
from tests.support.registers import NIGHT, frame, hours, square

STATIONS = tuple(Station(code=f"S{n}", name=f"S{n}", lon=105 + n, lat=28) for n in (1, 2))
ZONES = ("Z1", "Z2")
WEIGHTS = StationWeights.build(ZONES, [square(s.lon, s.lat) for s in STATIONS], STATIONS)


def _table(*frames: RainFrame, interval: int = 60) -> Accumulation:
    table = Accumulation(ZONES, interval_minutes=interval)
    for one in frames:
        table.add(WEIGHTS.rain(one))
    return table


def _equal(a: Sums, b: Sums) -> bool:
    names = ("tenths", "missing", "dark", "flagged", "corroborated")
    return a.last_at == b.last_at and all(np.array_equal(getattr(a, n), getattr(b, n)) for n in names)


def _row(sums: Sums, name: str = "tenths", zone: int = 0) -> dict[int, int]:
    return dict(zip(sums.windows_h, getattr(sums, name)[zone].tolist(), strict=True))


def test_sums_over_all_windows() -> None:
    table = _table(*hours(NIGHT, "S1", *range(1, 31)))
    sums = table.sums(NIGHT + timedelta(hours=30))
    assert _row(sums) == {1: 300, 3: 870, 6: 1650, 12: 2940, 24: 4440, 72: 4650}
    assert _row(sums, "missing") == {1: 0, 3: 0, 6: 0, 12: 0, 24: 0, 72: 42}
    assert sums.tenths.dtype == np.int32
    assert sums.missing.dtype == np.int32
    assert _row(sums, "missing", zone=1) == {h: h for h in WINDOWS_H}
    assert sums.dark.tolist() == [False, True]
    assert sums.last_at == (NIGHT + timedelta(hours=30), None)
    assert (sums.at, sums.zones) == (NIGHT + timedelta(hours=30), ZONES)
    assert table.trend(NIGHT + timedelta(hours=30)).tolist() == [300, 0]
    assert table.newest_at == NIGHT + timedelta(hours=30)


def test_a_gap_makes_a_sum_at_least() -> None:
    table = _table(*hours(NIGHT, "S1", 10, None, 30, 40))
    sums = table.sums(NIGHT + timedelta(hours=4))
    assert _row(sums)[3] == 700
    assert _row(sums, "missing")[3] == 1
    assert _row(sums, "missing")[1] == 0


def test_the_newest_three_in_a_row_missing_is_dark() -> None:
    frames = hours(NIGHT, "S1", 10, None, None, None)
    table = _table(*frames)
    dark = [bool(table.sums(NIGHT + timedelta(hours=h)).dark[0]) for h in (1, 2, 3, 4)]
    assert dark == [False, False, False, True]
    assert table.sums(NIGHT + timedelta(hours=4)).last_at[0] == NIGHT + timedelta(hours=1)
    # Frames that never came are missing just as well.
    silent = _table(frames[0])
    assert bool(silent.sums(NIGHT + timedelta(hours=4)).dark[0])
    assert not bool(silent.sums(NIGHT + timedelta(hours=3, minutes=59)).dark[0])
    # Two holes with a value between them are no darkness.
    table.add(WEIGHTS.rain(frame(NIGHT + timedelta(hours=3), {"S1": 0})))
    assert not bool(table.sums(NIGHT + timedelta(hours=4)).dark[0])


def test_nothing_ever_came() -> None:
    table = _table()
    sums = table.sums(NIGHT)
    assert sums.dark.tolist() == [True, True]
    assert sums.last_at == (None, None)
    assert table.newest_at is None
    assert _row(sums) == dict.fromkeys(WINDOWS_H, 0)


def test_a_late_correction_replaces() -> None:
    table = _table(*hours(NIGHT, "S1", 10, 20, 30))
    table.add(WEIGHTS.rain(frame(NIGHT + timedelta(hours=2), {"S1": 5})))
    assert _row(table.sums(NIGHT + timedelta(hours=3)))[3] == 450
    table.add(WEIGHTS.rain(frame(NIGHT + timedelta(hours=2), {"S1": None})))
    sums = table.sums(NIGHT + timedelta(hours=3))
    assert (_row(sums)[3], _row(sums, "missing")[3]) == (400, 1)


def test_doubt_and_agreement_last_as_long_as_the_window() -> None:
    two = StationWeights.build(
        ["Z"], [square(105, 28)], [Station(code=c, name=c, lon=105 + d, lat=28) for c, d in (("A", 0.01), ("B", 0.05))]
    )
    table = Accumulation(["Z"])
    for n, (a, b) in enumerate([(250.0, 1.0), (30.0, 20.0), (10.0, 0.0)], start=1):
        table.add(two.rain(frame(NIGHT + timedelta(hours=n), {"A": a, "B": b})))
    sums = table.sums(NIGHT + timedelta(hours=3))
    assert sums.flagged[0].tolist() == [False, True, True, True, True, True]
    assert sums.corroborated[0].tolist() == [False] * 6
    clean = table.sums(NIGHT + timedelta(hours=2))
    assert clean.corroborated[0].tolist()[0]
    assert table.sources(0, NIGHT + timedelta(hours=3), 3) == ("A",)


def test_sources_over_a_window_most_used_first() -> None:
    two = [Station(code=c, name=c, lon=105 + d, lat=28) for c, d in (("A", 0.04), ("B", 0.05))]
    weights = StationWeights.build(["Z"], [square(105, 28)], two)
    table = Accumulation(["Z"])
    deliveries: list[dict[str, float | None]] = [{"B": 1.0}, {"A": 1.0, "B": 1.0}, {"A": None}]
    for n, values in enumerate(deliveries, start=1):
        table.add(weights.rain(frame(NIGHT + timedelta(hours=n), values)))
    at = NIGHT + timedelta(hours=3)
    assert table.sources(0, at, 24) == ("B", "A")
    assert table.sources(0, at, 1) == ()


def test_short_intervals() -> None:
    frames = [frame(NIGHT + timedelta(minutes=10 * n), {"S1": 1}, minutes=10) for n in range(1, 19)]
    table = _table(*frames, interval=10)
    sums = table.sums(NIGHT + timedelta(hours=3))
    assert (_row(sums)[1], _row(sums)[3], _row(sums, "missing")[6]) == (60, 180, 18)
    assert table.trend(NIGHT + timedelta(hours=3)).tolist() == [60, 0]
    # Between two ends the last one that is over counts.
    assert _row(table.sums(NIGHT + timedelta(hours=3, minutes=9)))[1] == 60
    assert _row(table.sums(NIGHT + timedelta(hours=3, minutes=10)), "missing")[1] == 1


def test_a_window_shorter_than_the_interval_cannot_be_seen() -> None:
    sums = _table(frame(NIGHT, {"S1": 90}, minutes=180), interval=180).sums(NIGHT)
    assert (_row(sums)[1], _row(sums, "missing")[1]) == (0, 1)
    assert (_row(sums)[3], _row(sums, "missing")[3]) == (900, 0)


def test_what_does_not_fit_is_refused() -> None:
    table = _table(frame(NIGHT, {"S1": 1}))
    with pytest.raises(ValueError, match="among intervals"):
        table.add(WEIGHTS.rain(frame(NIGHT, {"S1": 1}, minutes=30)))
    with pytest.raises(ValueError, match="ends"):
        table.add(WEIGHTS.rain(frame(NIGHT + timedelta(minutes=30), {"S1": 1})))
    other = StationWeights.build(["Z"], [square(105, 28)], STATIONS)
    with pytest.raises(ValueError, match="zones"):
        table.add(other.rain(frame(NIGHT, {"S1": 1})))
    with pytest.raises(ValueError, match="longer"):
        Accumulation(ZONES, 0)


def test_hours_that_end_on_the_half_hour() -> None:
    india = datetime(2025, 7, 8, 20, 0, tzinfo=ZoneInfo("Asia/Kolkata"))
    table = _table(*hours(india, "S1", 1, 2))
    assert _row(table.sums(india + timedelta(hours=2)))[3] == 30
    assert table.newest_at == india + timedelta(hours=2)


def test_what_is_older_than_all_windows_is_let_go() -> None:
    table = _table(frame(NIGHT, {"S1": 7}), frame(NIGHT + timedelta(hours=200), {"S2": 1}))
    sums = table.sums(NIGHT + timedelta(hours=200))
    assert sums.last_at == (NIGHT, NIGHT + timedelta(hours=200))
    assert _row(sums)[72] == 0
    turned = _table(frame(NIGHT + timedelta(hours=200), {"S2": 1}), frame(NIGHT, {"S1": 7}))
    assert _equal(turned.sums(NIGHT + timedelta(hours=200)), sums)


_VALUE = st.none() | st.integers(0, 3000).map(lambda n: n / 10)


@given(
    data=st.data(),
    values=st.dictionaries(st.integers(0, 140), st.tuples(_VALUE, _VALUE), min_size=1, max_size=40),
    back=st.integers(0, 20),
)
def test_the_order_of_arrival_does_not_matter(
    data: st.DataObject, values: dict[int, tuple[float | None, float | None]], back: int
) -> None:
    frames = [frame(NIGHT + timedelta(hours=h), {"S1": a, "S2": b}) for h, (a, b) in values.items()]
    shuffled = data.draw(st.permutations(frames))
    # Anything may also have come before with another value, as long as the right one came last.
    wrong = data.draw(st.lists(st.sampled_from(frames), max_size=5))
    earlier = [frame(one.valid_at, {"S1": 1.0, "S2": 2.0}) for one in wrong]
    at = NIGHT + timedelta(hours=max(values) - back)
    ordered, other = _table(*sorted(frames, key=lambda f: f.valid_at)), _table(*earlier, *shuffled)
    assert _equal(ordered.sums(at), other.sums(at)) or earlier
    assert np.array_equal(ordered.sums(at).tenths, other.sums(at).tenths)
    assert np.array_equal(ordered.sums(at).missing, other.sums(at).missing)
    # And both are what adding up by hand gives.
    for zone in (0, 1):
        for window, length in enumerate(WINDOWS_H):
            end = max(values) - back
            inside = [v[zone] for h, v in values.items() if end - length < h <= end]
            there = [value for value in inside if value is not None]
            assert ordered.sums(at).tenths[zone, window] == sum(round(value * 10) for value in there)
            assert ordered.sums(at).missing[zone, window] == length - len(there)
