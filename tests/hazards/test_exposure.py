"""Exposure: in or touching; whoever has no place is never lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from hazards.exposure import exposure
from tests.support.registers import HAIZI, XIAOBA, XIAOBA_GROUP, tiny_county

ZONES = {"A": box(0, 0, 1, 1), "B": box(0.5, 0.5, 2, 2), "C": box(5, 5, 6, 6)}
VILLAGES = {"A": XIAOBA, "B": XIAOBA, "C": HAIZI}


def test_in_touching_and_outside() -> None:
    places = {"in": (0.2, 0.2), "both": (0.7, 0.7), "edge": (0.0, 0.3), "corner": (2.0, 2.0), "out": (3.0, 3.0)}
    found = exposure(ZONES, VILLAGES, places, dict.fromkeys(places, XIAOBA))
    assert found == {"A": ("both", "edge", "in"), "B": ("both", "corner"), "C": ()}


def test_without_a_place_every_zone_of_the_village_counts() -> None:
    places = {"x": None, "y": None, "z": None, "w": None}
    areas = {"x": XIAOBA, "y": XIAOBA_GROUP, "z": HAIZI, "w": "530629109999"}
    assert exposure(ZONES, VILLAGES, places, areas) == {"A": ("x", "y"), "B": ("x", "y"), "C": ("z",)}


def test_a_place_in_another_villages_zone_counts_there_only() -> None:
    assert exposure(ZONES, VILLAGES, {"x": (5.5, 5.5)}, {"x": XIAOBA}) == {"A": (), "B": (), "C": ("x",)}


def test_nothing_to_match() -> None:
    assert exposure({}, {}, {"x": (0.0, 0.0), "y": None}, {"x": XIAOBA, "y": XIAOBA}) == {}
    assert exposure(ZONES, {}, {}, {}) == {"A": (), "B": (), "C": ()}


def test_the_tiny_county() -> None:
    county = tiny_county()
    found = exposure(
        {z.code: z.geometry for z in county.zones},
        {z.code: z.area for z in county.zones},
        {h.code: h.place for h in county.households},
        {h.code: h.area for h in county.households},
    )
    assert found["XB-1"] == ("XB001", "XB002", "XB003", "XB004", "XB006")
    assert found["XB-2"] == ("XB005", "XB006")
    assert "XB007" not in {code for codes in found.values() for code in codes}


_NUMBER = st.integers(min_value=0, max_value=12).map(lambda n: n / 2)


@given(st.dictionaries(st.integers(0, 40).map(str), st.none() | st.tuples(_NUMBER, _NUMBER)))
def test_equal_to_asking_every_pair(places: dict[str, tuple[float, float] | None]) -> None:
    areas = dict.fromkeys(places, HAIZI)
    want = {
        zone: tuple(
            sorted(
                key
                for key, place in places.items()
                if (VILLAGES[zone] == HAIZI if place is None else geometry.intersects(Point(*place)))
            )
        )
        for zone, geometry in ZONES.items()
    }
    assert exposure(ZONES, VILLAGES, places, areas) == want
