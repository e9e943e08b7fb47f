"""From gauges to zones, against a plain loop."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import Point, box

from hazards.stations import Station
from hazards.stations_to_zones import StationWeights
from tests.support.registers import NIGHT, frame, square, tiny_county

TINY = tiny_county()
GEOD = Geod(ellps="sphere")


def _station(code: str, east_km: float, north_km: float = 0.0) -> Station:
    """A station so far from (105, 28)."""
    lon, lat, _ = GEOD.fwd(105, 28, math.degrees(math.atan2(east_km, north_km)), math.hypot(east_km, north_km) * 1000)
    return Station(code=code, name=code, lon=lon, lat=lat)


def _weights(*stations: Station) -> StationWeights:
    return StationWeights.build(["Z"], [Point(105, 28)], stations)


def _rain(weights: StationWeights, **mm: float | None) -> tuple[int, tuple[str, ...]]:
    rain = weights.rain(frame(NIGHT, mm))
    assert bool(rain.present[0]) == bool(rain.sources[0])
    return int(rain.tenths[0]), rain.sources[0]


def test_inverse_distance_over_the_nearest_four() -> None:
    stations = [_station("A", 3), _station("B", -6), _station("C", 0, 9), _station("D", 0, -12), _station("E", 13)]
    weights = _weights(*stations)
    want = (10 / 9 + 20 / 36 + 30 / 81 + 40 / 144) / (1 / 9 + 1 / 36 + 1 / 81 + 1 / 144)
    assert _rain(weights, A=10, B=20, C=30, D=40, E=500) == (round(want * 10), ("A", "B", "C", "D"))


def test_a_missing_gauge_is_left_out_and_the_next_steps_in() -> None:
    stations = [_station("A", 3), _station("B", -6), _station("C", 0, 9), _station("D", 0, -12), _station("E", 13)]
    tenths, sources = _rain(_weights(*stations), A=None, B=20, C=20, D=20, E=20)
    assert (tenths, sources) == (200, ("B", "C", "D", "E"))
    assert _rain(_weights(*stations), C=7) == (70, ("C",))


def test_a_gauge_inside_two_kilometres_counts_alone() -> None:
    weights = _weights(_station("NEAR", 1.9), _station("NEXT", 2.1), _station("CLOSER", 0, 1.0))
    assert _rain(weights, NEAR=10, NEXT=50, CLOSER=30) == (300, ("CLOSER",))
    assert _rain(weights, NEAR=10, NEXT=50) == (100, ("NEAR",))
    tenths, sources = _rain(weights, NEXT=50)
    assert (tenths, sources) == (500, ("NEXT",))


def test_a_gauge_inside_the_zone_is_at_no_distance() -> None:
    valley = box(104.95, 27.9, 105.05, 28.1)
    weights = StationWeights.build(["Z"], [valley], [_station("MOUTH", 0, 10.5), _station("SIDE", 6)])
    assert _rain(weights, MOUTH=30, SIDE=10) == (300, ("MOUTH",))


def test_out_of_reach_nothing_is_said() -> None:
    weights = _weights(_station("FAR", 25.2))
    assert _rain(weights, FAR=99) == (0, ())
    assert _rain(_weights(_station("EDGE", 24.9)), EDGE=99) == (990, ("EDGE",))


def test_no_gauge_measured() -> None:
    rain = _weights(_station("A", 3)).rain(frame(NIGHT, {"A": None, "UNKNOWN": 3}))
    assert (rain.present[0], rain.tenths[0], rain.gauges[0], rain.flagged[0], rain.corroborated[0]) == (
        False,
        0,
        0,
        False,
        False,
    )


def test_no_stations_and_no_zones() -> None:
    rain = _weights().rain(frame(NIGHT, {"A": 3}))
    assert list(rain.present) == [False]
    assert list(rain.sources) == [()]
    empty = StationWeights.build([], [], [_station("A", 1)]).rain(frame(NIGHT, {"A": 3}))
    assert len(empty.tenths) == 0
    assert list(empty.sources) == []
    with pytest.raises(ValueError, match="geometries"):
        StationWeights.build(["Z"], [], [])


def test_doubtful_values() -> None:
    weights = _weights(_station("A", 3), _station("B", -4), _station("C", 5))
    above = weights.rain(frame(NIGHT, {"A": 250, "B": 10, "C": 10}))
    assert above.flagged[0]
    assert above.tenths[0] > 1000
    assert above.gauges[0] == 2
    assert not above.corroborated[0]
    below = weights.rain(frame(NIGHT, {"A": -999, "B": 10, "C": 10}))
    assert (below.tenths[0], below.flagged[0], below.sources[0]) == (100, False, ("B", "C"))
    assert below.corroborated[0]


def test_a_gauge_and_a_neighbour() -> None:
    weights = _weights(_station("A", 1), _station("B", 10))
    both = weights.rain(frame(NIGHT, {"A": 30, "B": 9.1}))
    assert (both.corroborated[0], both.gauges[0], both.sources[0]) == (True, 2, ("A",))
    assert not weights.rain(frame(NIGHT, {"A": 30, "B": 9.0})).corroborated[0]
    assert not weights.rain(frame(NIGHT, {"A": 30})).corroborated[0]
    assert not weights.rain(frame(NIGHT, {"A": 0, "B": 0})).corroborated[0]


def test_sources_are_a_sequence() -> None:
    weights = StationWeights.build([z.code for z in TINY.zones], [z.geometry for z in TINY.zones], TINY.stations)
    rain = weights.rain(frame(NIGHT, {"S1": 30, "S2": 12.5, "S3": 0}))
    assert rain.tenths.tolist()[0] == 300
    assert tuple(rain.sources) == (("S1",), ("S1",), ("S2", "S1", "S3"), ("S3",))
    assert rain.sources[1:3] == (("S1",), ("S2", "S1", "S3"))
    assert rain.sources[-1] == ("S3",)
    assert len(rain.sources) == 4


_PLACE = st.tuples(st.floats(-30, 30), st.floats(-30, 30))


@given(
    places=st.lists(_PLACE, min_size=1, max_size=9),
    zones=st.lists(_PLACE, min_size=1, max_size=4),
    values=st.lists(st.none() | st.integers(0, 1500), min_size=9, max_size=9),
)
def test_equal_to_a_plain_loop(
    places: list[tuple[float, float]], zones: list[tuple[float, float]], values: list[int | None]
) -> None:
    stations = [_station(f"S{n}", *place) for n, place in enumerate(places)]
    points = [_station("", *place) for place in zones]
    weights = StationWeights.build(
        [f"Z{n}" for n in range(len(zones))], [square(p.lon, p.lat, 1e-7) for p in points], stations
    )
    mm = {station.code: None if value is None else value / 10 for station, value in zip(stations, values, strict=False)}
    rain = weights.rain(frame(NIGHT, mm))
    for n, point in enumerate(points):
        there = sorted(
            (max(GEOD.inv(point.lon, point.lat, s.lon, s.lat)[2] / 1000, 1e-3), value)
            for s, value in zip(stations, values, strict=False)
            if value is not None
        )
        near = [pair for pair in there if pair[0] <= 25]
        if any(abs(km - limit) < 0.01 for km, _ in near for limit in (2, 25)) or len(
            {round(k, 3) for k, _ in near}
        ) < len(near):
            continue  # on the edge of a limit, or a tie: either answer is right
        use = near[:1] if near and near[0][0] <= 2 else near[:4]
        assert bool(rain.present[n]) == bool(use)
        if use:
            mean = sum(v / km**2 for km, v in use) / sum(1 / km**2 for km, _ in use)
            assert abs(int(rain.tenths[n]) - mean) <= 0.5 + 1e-3 * max(mean, 1)
