"""The directory finds who is called, who stands in, who is above."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from people.households import Household, HouseholdKind, Risk
from people.phones import demo_phone
from people.posts import Directory, Post, Role
from tests.support.registers import (
    CITY,
    COUNTY,
    HAIZI,
    JIUCHENG,
    MAAN,
    XIAOBA,
    XIAOBA_GROUP,
    ZHAXI,
    post,
    tiny_county,
)

COUNTY_OF = tiny_county()
CHINA = ZoneInfo("Asia/Shanghai")
NOON, MIDNIGHT = datetime(2025, 7, 8, 4, tzinfo=UTC), datetime(2025, 7, 8, 16, tzinfo=UTC)


def _above(
    start: Post, now: datetime = NOON, directory: Directory = COUNTY_OF.directory
) -> list[tuple[str, Role, int]]:
    """The chain of superiors from a post to the top."""
    chain: list[tuple[str, Role, int]] = []
    at = directory.superior(start, now)
    while at is not None:
        chain.append((at.area, at.role, at.rank))
        at = directory.superior(at, now)
        assert len(chain) < 20, "the chain must end"
    return chain


def test_by_area_role_rank_and_phone() -> None:
    directory = COUNTY_OF.directory
    assert [p.rank for p in directory.at(XIAOBA, Role.LEADER)] == [1, 2]
    assert directory.at(XIAOBA, Role.DISPATCHER) == ()
    leader = COUNTY_OF.post(XIAOBA, Role.LEADER)
    assert directory.get(leader.id) == leader
    assert directory.get("nobody") is None
    assert directory.by_phone(leader.phone) == (leader,)
    assert directory.by_phone("+8613800138000") == ()
    assert len(directory) == len(COUNTY_OF.posts)


def test_a_second_phone_finds_its_post_too() -> None:
    one = post(XIAOBA, Role.LEADER, 1, phone2=demo_phone(2))
    other = post(HAIZI, Role.LEADER, 2)
    directory = Directory(COUNTY_OF.tree, [one, other])
    assert set(directory.by_phone(demo_phone(2))) == {one, other}


def test_the_same_post_twice_is_refused() -> None:
    one = post(XIAOBA, Role.LEADER, 1)
    with pytest.raises(ValueError, match="twice"):
        Directory(COUNTY_OF.tree, [one, one])


def test_deputies_are_those_ranked_after_first() -> None:
    three = [post(XIAOBA, Role.LEADER, n, rank=n) for n in (1, 2, 3)]
    directory = Directory(COUNTY_OF.tree, three)
    assert [p.rank for p in directory.deputies(three[0])] == [2, 3]
    assert [p.rank for p in directory.deputies(three[1])] == [3, 1]
    same_phone = post(XIAOBA, Role.LEADER, 1, rank=4)
    assert [p.rank for p in Directory(COUNTY_OF.tree, [*three, same_phone]).deputies(three[0])] == [2, 3]


def test_the_chain_climbs_by_day() -> None:
    assert _above(COUNTY_OF.post(XIAOBA_GROUP, Role.GRID_MEMBER)) == [
        (XIAOBA_GROUP, Role.GRID_CHIEF, 1),
        (XIAOBA, Role.LEADER, 1),
        (ZHAXI, Role.DISPATCHER, 1),
        (ZHAXI, Role.COMMANDER, 1),
        (COUNTY, Role.DUTY, 1),
        (COUNTY, Role.COMMANDER, 1),
    ]


def test_at_night_the_night_duty_is_above() -> None:
    assert _above(COUNTY_OF.post(JIUCHENG, Role.DISPATCHER), MIDNIGHT) == [
        (COUNTY, Role.DUTY, 2),
        (COUNTY, Role.COMMANDER, 1),
    ]


def test_whoever_sleeps_is_called_when_nobody_is_awake() -> None:
    leader = post(XIAOBA, Role.LEADER, 1)
    asleep = post(COUNTY, Role.DUTY, 2, duty_from="08:00", duty_to="20:00")
    directory = Directory(COUNTY_OF.tree, [leader, asleep])
    assert directory.superior(leader, MIDNIGHT) == asleep


def test_the_phone_a_post_reports_to_comes_first() -> None:
    chief = post(HAIZI, Role.MONITOR, 9, reports_to=demo_phone(300))
    directory = Directory(COUNTY_OF.tree, [*COUNTY_OF.posts, chief])
    assert _above(chief, NOON, directory)[0] == (MAAN, Role.LEADER, 1)
    unknown = post(HAIZI, Role.MONITOR, 10, reports_to=demo_phone(77777))
    assert _above(unknown, NOON, Directory(COUNTY_OF.tree, [*COUNTY_OF.posts, unknown]))[0] == (HAIZI, Role.LEADER, 1)


def test_one_phone_in_two_posts_is_never_its_own_superior() -> None:
    leader, also = post(XIAOBA, Role.LEADER, 1), post(ZHAXI, Role.DISPATCHER, 1)
    duty = post(COUNTY, Role.DUTY, 2)
    directory = Directory(COUNTY_OF.tree, [leader, also, duty])
    assert directory.superior(leader, NOON) == duty


def test_the_top_has_nobody_above() -> None:
    assert _above(COUNTY_OF.post(COUNTY, Role.COMMANDER)) == []
    city = post(CITY, Role.DUTY, 999)
    with_city = Directory(COUNTY_OF.tree, [*COUNTY_OF.posts, city])
    assert _above(COUNTY_OF.post(COUNTY, Role.COMMANDER), NOON, with_city) == [(CITY, Role.DUTY, 1)]


def test_duty_hours_run_past_midnight() -> None:
    night = post(COUNTY, Role.DUTY, 1, duty_from="20:00", duty_to="08:00")
    assert [night.on_duty_at(time(h)) for h in (7, 8, 19, 20, 0)] == [True, False, False, True, True]
    day = post(COUNTY, Role.DUTY, 1, duty_from="08:00", duty_to="20:00")
    assert [day.on_duty_at(time(h)) for h in (7, 8, 19, 20)] == [False, True, True, False]
    whole = post(COUNTY, Role.DUTY, 1, duty_from="08:00", duty_to="08:00")
    assert whole.on_duty_at(time(3))


def test_who_is_on_duty_depends_on_the_site_clock() -> None:
    directory = COUNTY_OF.directory
    assert [p.rank for p in directory.on_duty(COUNTY, Role.DUTY, NOON, CHINA)] == [1]
    assert [p.rank for p in directory.on_duty(COUNTY, Role.DUTY, MIDNIGHT, CHINA)] == [2]
    assert [p.rank for p in directory.on_duty(COUNTY, Role.DUTY, NOON, ZoneInfo("UTC"))] == [2]
    assert [p.rank for p in directory.on_duty(XIAOBA, Role.LEADER, NOON, CHINA)] == [1, 2]


def test_who_is_frail() -> None:
    plain = Household(code="1", area=XIAOBA, head="甲", people=3)
    assert not plain.frail
    assert plain.place is None
    assert Household(code="1", area=XIAOBA, head="甲", people=3, children=1).frail
    assert Household(code="1", area=XIAOBA, head="甲", people=3, elderly=1, lon=1.0, lat=2.0).place == (1.0, 2.0)
    assert [kind.chinese for kind in HouseholdKind] == ["住户", "学校", "托养点", "工地", "营地", "出租房"]
    assert [risk.chinese for risk in Risk] == ["红", "黄", "绿"]


def test_every_role_has_a_word() -> None:
    assert len({role.chinese for role in Role}) == len(Role)
