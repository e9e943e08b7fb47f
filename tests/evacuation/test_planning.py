"""Who moves whom, when, and where to; the two clocks."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacuation.clocks import band, is_night, move_clock, slack, slope_factor, urgency, with_hazard
from evacuation.planning import Plan, PlanHousehold, PlanPost, PlanShelter, haversine_m, plan
from tests.evacuation.support import START

VILLAGE = "530629101201"
HERE = (105.05, 27.84)


def house(code: str, people: int = 3, **more: Any) -> PlanHousehold:
    fields: dict[str, Any] = {"code": code, "people": people, "area": VILLAGE, "lon": 105.05, "lat": 27.84}
    return PlanHousehold(**(fields | more))


def shelter(code: str, free: int = 100, *, north: float = 0.01, safe: bool = True) -> PlanShelter:
    return PlanShelter(code=code, name=code, lon=105.05, lat=27.84 + north, free=free, safe=safe)


def planned(households: list[PlanHousehold], posts: list[PlanPost], shelters: list[PlanShelter]) -> Plan:
    return plan(households, posts, shelters, village=HERE, night=True, drilled=False)


LEADER = PlanPost(id="leader", area=VILLAGE, role="leader")


def test_the_frail_first_and_the_organiser_last() -> None:
    result = planned(
        [house("A", organiser=True, frail=True), house("B"), house("C", frail=True, elderly=1), house("D", 6)],
        [LEADER],
        [shelter("S")],
    )
    assert [row.household for row in result.assignments] == ["C", "D", "B", "A"]
    assert [row.order for row in result.assignments] == [1, 2, 3, 4]
    assert "organiser_last" in result.assignments[-1].flags


def test_nearest_shelter_with_room_and_whole_families() -> None:
    result = planned([house("A", 4), house("B", 3)], [LEADER], [shelter("near", 4), shelter("far", 9, north=0.03)])
    assert {row.household: row.shelter for row in result.assignments} == {"A": "near", "B": "far"}
    assert result.used == (("far", 3), ("near", 4))


def test_the_registers_shelter_where_it_has_room() -> None:
    result = planned(
        [house("A", shelter="far"), house("B", shelter="full")],
        [LEADER],
        [shelter("near"), shelter("far", north=0.03), shelter("full", 2)],
    )
    found = {row.household: (row.shelter, "other_shelter" in row.flags) for row in result.assignments}
    assert found == {"A": ("far", False), "B": ("near", True)}


def test_over_capacity_is_said_and_a_shelter_in_a_zone_is_never_used() -> None:
    result = planned([house("A", 5)], [LEADER], [shelter("S", 2), shelter("danger", 99, north=0.0, safe=False)])
    (row,) = result.assignments
    assert (row.shelter, "over_capacity" in row.flags) == ("S", True)
    (row,) = planned([house("A")], [LEADER], [shelter("danger", safe=False)]).assignments
    assert (row.shelter, "no_shelter" in row.flags) == (None, True)


def test_kin_are_a_place_too() -> None:
    (row,) = planned([house("A", kin=True)], [LEADER], [shelter("S")]).assignments
    assert (row.shelter, row.kin) == (None, True)
    assert "kin" in row.flags


def test_gaps_go_to_the_nearest_post_and_are_flagged() -> None:
    group = VILLAGE + "001"
    posts = [
        LEADER,
        PlanPost(id="member", area=group, role="grid_member"),
        PlanPost(id="elsewhere", area=VILLAGE + "002", role="grid_member"),
    ]
    result = planned(
        [house("A", responsible="leader"), house("B", area=group), house("C", responsible="gone")], posts, []
    )
    found = {row.household: (row.responsible, "gap" in row.flags) for row in result.assignments}
    assert found == {"A": ("leader", False), "B": ("member", True), "C": ("leader", True)}
    (row,) = planned([house("A")], [], []).assignments
    assert row.responsible is None
    assert {"gap", "nobody"} <= set(row.flags)


def test_gaps_are_spread_and_spans_of_four_respected() -> None:
    posts = [LEADER] + [PlanPost(id=f"m{i}", area=VILLAGE, role="grid_member") for i in range(2)]
    result = planned([house(f"H{i:02}") for i in range(12)], posts, [])
    assert Counter(row.responsible for row in result.assignments) == {"m0": 4, "m1": 4, "leader": 4}


def test_a_household_without_a_place_is_never_lost() -> None:
    result = plan([house("A", lon=None, lat=None)], [LEADER], [shelter("S")], village=None, night=False, drilled=False)
    (row,) = result.assignments
    assert (row.shelter, "no_place" in row.flags) == ("S", True)
    assert result.clocks.way_m == 1500


def test_the_move_clock_says_all_its_terms() -> None:
    clocks = move_clock(way_m=1400, impaired=True, night=True, drilled=False)
    assert clocks.words == "下令1+通知8+动身12+路程1.4公里 58+余量20=99分钟"
    assert clocks.need_s == 60 + 480 + 720 + 3500 + 1200
    by_day = move_clock(way_m=1400, impaired=False, night=False, drilled=True)
    assert (by_day.start_s, by_day.way_s, by_day.speed_m_s) == (450, 1400, 1.0)


def test_the_village_needs_as_long_as_its_slowest_household() -> None:
    result = planned([house("A"), house("B", impaired=1, lat=27.83)], [LEADER], [shelter("S")])
    assert result.clocks.way_m == pytest.approx(haversine_m((105.05, 27.83), (105.05, 27.85)), abs=1)
    assert result.clocks.speed_m_s == 0.4


@pytest.mark.parametrize(("slope", "speed"), [(0.0, 1.40), (0.10, 0.99), (0.20, 0.69), (0.30, 0.49)])
def test_slopes_slow_as_tobler_says(slope: float, speed: float) -> None:
    assert slope_factor(slope) * 1.40 == pytest.approx(speed, abs=0.01)


def test_slack_shrinks_with_time_and_grows_with_what_is_done() -> None:
    clocks = move_clock(way_m=1000, impaired=False, night=False, drilled=False)
    assert slack(clocks, START) is None
    crossing = START + timedelta(hours=2)
    told = with_hazard(clocks, earliest=crossing, latest=None, now=START)
    assert told.slack_s == 7200 - clocks.need_s
    assert told.latest_departure == crossing - timedelta(seconds=1000 + 1200)
    later = START + timedelta(minutes=10)
    steps = [
        slack(told, later),
        slack(told, later, ordered=True),
        slack(told, later, ordered=True, acknowledged=True),
        slack(told, later, ordered=True, acknowledged=True, moving=True),
    ]
    assert steps == [7200 - 600 - clocks.need_s + done for done in (0, 60, 540, 1140)]
    assert (slack(told, crossing) or 0) < 0


def test_urgency() -> None:
    assert [band(s) for s in (-60, 1799, 1800, 7199, 7200, None)] == [0, 0, 1, 1, 2, 1]
    rows = [(9000, 9, 9, "A"), (60, 0, 5, "B"), (60, 0, 9, "C"), (-60, 1, 1, "D"), (60, 0, 9, "A")]
    assert [row[3] + str(row[0]) for row in sorted(rows, key=lambda row: urgency(*row))] == [
        "D-60",
        "A60",
        "C60",
        "B60",
        "A9000",
    ]


def test_night() -> None:
    assert [is_night(START.replace(hour=h)) for h in (5, 6, 19, 20, 0)] == [True, False, False, True, True]


HOUSEHOLDS = st.lists(
    st.builds(
        house,
        st.integers(0, 40).map(lambda n: f"H{n:02}"),
        st.integers(1, 9),
        frail=st.booleans(),
        impaired=st.integers(0, 2),
        kin=st.booleans(),
        organiser=st.booleans(),
        shelter=st.sampled_from([None, "S0", "S1", "gone"]),
        responsible=st.sampled_from([None, "leader", "m1", "gone"]),
        lat=st.none() | st.floats(27.0, 28.0),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda h: h.code,
)
SHELTERS = st.lists(
    st.builds(
        shelter,
        st.integers(0, 5).map(lambda n: f"S{n}"),
        st.integers(0, 40),
        north=st.floats(-0.1, 0.1),
        safe=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda s: s.code,
)
POSTS = st.lists(
    st.builds(
        PlanPost,
        id=st.sampled_from(["leader", "m1", "m2"]),
        area=st.just(VILLAGE),
        role=st.sampled_from(["leader", "grid_member", "volunteer"]),
    ),
    max_size=3,
    unique_by=lambda p: p.id,
)


@settings(max_examples=150, deadline=None)
@given(households=HOUSEHOLDS, shelters=SHELTERS, posts=POSTS, night=st.booleans())
def test_planning_forgets_nobody_splits_nobody_and_says_what_it_exceeds(
    households: list[PlanHousehold], shelters: list[PlanShelter], posts: list[PlanPost], night: bool
) -> None:
    result = plan(households, posts, shelters, village=HERE, night=night, drilled=False)
    people = {h.code: h.people for h in households}
    assert sorted(row.household for row in result.assignments) == sorted(people)
    assert {row.household: row.people for row in result.assignments} == people
    assert {row.household: row.people for row in result.listed} == people
    assert [row.order for row in result.assignments] == list(range(1, len(people) + 1))
    free = {s.code: s.free for s in shelters if s.safe}
    loads: Counter[str] = Counter()
    for row in result.assignments:
        if row.shelter is None:
            assert {"kin", "no_shelter"} & set(row.flags)
            continue
        assert row.shelter in free
        loads[row.shelter] += row.people
        assert ("over_capacity" in row.flags) == (loads[row.shelter] > free[row.shelter])
    if posts:
        assert all(row.responsible is not None for row in result.assignments)
    reversed_ = plan(households[::-1], posts[::-1], shelters[::-1], village=HERE, night=night, drilled=False)
    assert reversed_ == result
