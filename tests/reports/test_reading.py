"""The data of a report: accounts add up, the curve tells the truth, offices stand for persons."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from core.levels import Level
from evacuation.account import Count
from evacuation.household_status import HouseholdState, How
from jiaoying.reports import read
from jiaoying.reports.document import json_bytes
from jiaoying.reports.offices import tier
from jiaoying.reports.parts import FORMAT, Report
from jiaoying.reports.record import summary
from jiaoying.reports.replay import changes
from tests.reports.nights import quiet_night, xiaoba_night
from tests.support.records import COUNTY, MIAOBA, START, XIAOBA, Night

PARTS = ("safe", "away", "refused", "needs_help", "missing", "moving", "told", "unaccounted")


@pytest.fixture(scope="module")
def night() -> Night:
    """Xiaoba cleared, Miaoba open."""
    return xiaoba_night()


@pytest.fixture(scope="module")
def report(night: Night) -> Report:
    """Its report."""
    return read(night.record())


@pytest.fixture(scope="module")
def document(report: Report) -> Any:
    """The report as a program reads it."""
    return json.loads(json_bytes(report))


def total(account: Any, unit: str) -> int:
    return sum(account[part][unit] for part in PARTS)


def test_every_account_of_the_document_adds_up(document: Any) -> None:
    accounts = [document["account"], document["check"]["villages"]]
    for village in document["villages"]:
        accounts += [village["account"], *(task["account"] for task in village["tasks"])]
    assert len(accounts) >= 6
    for account in accounts:
        for unit in ("households", "people"):
            assert total(account, unit) == account["listed"][unit]
            assert (
                account["outstanding"][unit] == account["listed"][unit] - account["safe"][unit] - account["away"][unit]
            )
        assert account["adds_up"]
    assert document["check"]["adds_up"]


def test_the_villages_add_up_to_the_event(report: Report) -> None:
    assert report.check.villages == report.account
    assert report.account.listed == Count(households=7, people=24)
    assert report.account.outstanding == Count(households=2, people=6)
    xiaoba, miaoba = report.villages
    assert (xiaoba.name, xiaoba.account.closed, xiaoba.outstanding) == ("小坝村", True, ())
    assert miaoba.account.refused == Count(households=1, people=3)
    # Four of six were counted: the others are people without a place in the account, and their household is named.
    assert miaoba.account.safe == Count(households=1, people=4)
    assert miaoba.outstanding == (f"{MIAOBA}001", f"{MIAOBA}002", f"{MIAOBA}003")


def test_a_household_under_two_orders_is_counted_once() -> None:
    night = Night()
    night.warn(XIAOBA, Level.RED, approvals=2)
    night.order(XIAOBA, [4, 3], warning="slope")
    night.order(XIAOBA, [4, 3, 2], warning="flow")
    found = read(night.record())
    assert found.account.listed == found.villages[0].account.listed == Count(households=3, people=9)
    assert [task.account.listed.people for task in found.villages[0].tasks] in ([7, 9], [9, 7])


def test_a_household_on_the_lists_of_two_villages_is_taken_off_once_and_said() -> None:
    night = Night()
    night.order(XIAOBA, [4, 3])
    record = night.record()
    (task,) = record.tasks
    twin = replace(task, id="twin", area=MIAOBA, warning="other")
    found = read(replace(record, tasks=(task, twin)))
    assert found.check.counted_twice == Count(households=2, people=7)
    assert found.check.adds_up
    assert found.account.listed == Count(households=2, people=7)


def test_who_marked_and_who_confirmed(report: Report) -> None:
    ways = {mark.way: mark.count for mark in report.marks}
    assert ways["own_post"] == Count(households=2, people=8)  # H1 of Xiaoba by its member, H2 of Miaoba by its leader
    assert ways["other_post"] == Count(households=1, people=3)  # found away by the leader, whom nobody named
    assert ways["claim"] == Count(households=2, people=7)  # arrived with the confirmed claim
    assert ways["page"] == ways["roll"] == ways["desk"] == Count()
    counted = sum((mark.count for mark in report.marks), Count())
    assert counted == report.account.safe + report.account.away


@pytest.mark.parametrize(("how", "way"), [(How.PAGE, "page"), (How.ROLL, "roll"), (How.PUT, "desk")])
def test_the_other_ways(how: How, way: str) -> None:
    night = Night()
    night.order(XIAOBA, [4], named="member")
    night.mark(f"{XIAOBA}001", HouseholdState.SAFE, by="member", how=how)
    assert [mark.way for mark in read(night.record()).marks if mark.count.households] == [way]


def test_the_curve_goes_forward_never_above_the_list_and_ends_at_the_account(report: Report) -> None:
    for curve, account in [(report.curve, report.account), *((v.curve, v.account) for v in report.villages)]:
        assert [point.at for point in curve] == sorted({point.at for point in curve})
        listed = [point.listed.people for point in curve]
        assert listed == sorted(listed)
        for point in curve:
            assert 0 <= point.safe.people + point.away.people <= point.listed.people
        assert (curve[-1].listed, curve[-1].safe, curve[-1].away) == (account.listed, account.safe, account.away)


def test_the_curve_falls_when_somebody_goes_back() -> None:
    night = Night()
    night.order(XIAOBA, [4, 3])
    for household in (f"{XIAOBA}001", f"{XIAOBA}002"):
        night.at(10).mark(household, HouseholdState.SAFE, by="post")
    night.at(20).mark(f"{XIAOBA}001", HouseholdState.UNACCOUNTED, by="post")
    found = read(night.record())
    assert [point.safe.people for point in found.curve] == [0, 7, 3]
    assert found.trouble.went_back == 1


def test_walking_the_facts_again_gives_the_states_of_the_record(night: Night) -> None:
    record = night.record()
    last = {change.status.id: change.status for change in changes(record)}
    assert last == {status.id: status for status in record.households}


def test_summary_and_headline_say_the_same(night: Night, report: Report, document: Any) -> None:
    assert document["summary"] == summary(night.record())
    for key in ("villages_ordered", "people_listed", "people_safe", "people_away", "people_outstanding", "callouts"):
        assert document["headline"][key] == document["summary"][key]
    assert report.headline.median_answer_s == document["summary"]["median_answer_s"] == 80.0
    assert document["format"] == FORMAT


def test_the_slowest_village_is_the_one_still_open(report: Report) -> None:
    slowest = report.headline.slowest_clear
    assert slowest is not None
    assert (slowest.name, slowest.open) == ("庙坝村", True)
    assert report.villages[0].clear_s == 24 * 60
    assert report.villages[0].answer_s == 2 * 60 + 39  # rung two minutes after the order, answered 39 s later


def test_what_is_open_is_said_people_first(report: Report) -> None:
    kinds = [item.kind for item in report.headline.open]
    assert kinds[0] == "account"
    assert set(kinds) == {"account", "request", "callout", "reply", "alarm"}
    assert "庙坝村还有2户6人未到位" in report.headline.open[0].words


def test_answers_by_level_of_office_and_rung(report: Report) -> None:
    tiers = {part.tier: part for part in report.answers.tiers}
    assert (tiers["village"].begun, tiers["village"].answered, tiers["village"].unanswered) == (2, 1, 1)
    assert tiers["group"].buckets == (0, 0, 1, 0, 0, 0, 0)  # 80 s
    assert sum(tiers["village"].buckets) == tiers["village"].answered
    assert {share.key: share.count for share in report.answers.rungs} == {"answered": 3, "confirmed": 1}
    rungs = [share.count for share in report.answers.ladder]
    assert rungs == sorted(rungs, reverse=True)
    assert rungs[-1] == report.answers.answered
    assert [part.office for part in report.answers.unanswered] == ["庙坝村 负责人"]


@pytest.mark.parametrize(
    ("area", "role", "wanted"),
    [
        ("530600000000", "duty", "city"),
        (COUNTY, "commander", "county"),
        ("530629101000", "dispatcher", "township"),
        (XIAOBA, "leader", "village"),
        (XIAOBA, "grid_member", "group"),
        (f"{XIAOBA}001", "leader", "group"),
        (XIAOBA, "shelter_keeper", "shelter"),
    ],
)
def test_the_level_of_an_office(area: str, role: str, wanted: str) -> None:
    assert tier(area, role) == wanted


def test_two_signatures_stay_two_persons_without_a_name(report: Report) -> None:
    red = next(warning for warning in report.warnings if warning.highest is Level.RED)
    assert [signature.office for signature in red.signatures] == ["值班人员甲", "值班人员乙"]
    assert red.issues[0].evidence[0].startswith("3小时")


def test_rain_counts_what_is_missing_and_finds_the_level(report: Report) -> None:
    zone = next(part for part in report.rain if part.zone == "Z1")
    windows = {window.window_h: window for window in zone.windows}
    assert (windows[1].mm, windows[1].level) == (60.0, Level.ORANGE)
    assert (windows[3].mm, windows[3].missing) == (120.0, 0)
    assert (windows[6].mm, windows[6].missing, windows[6].level) == (195.5, 1, Level.RED)
    assert windows[24].missing == 17  # 16 hours before the first frame, and the gap
    assert zone.gaps == 1
    other = next(part for part in report.rain if part.zone == "Z2")
    assert [bar.mm for bar in other.bars][3] is None  # no frame came: missing, not dry
    assert len(other.bars) == 8


def test_a_claim_that_was_confirmed_no_longer_stands_beside_the_account(report: Report) -> None:
    xiaoba, miaoba = report.villages
    assert [claim.confirmed for task in xiaoba.tasks for claim in task.claims] == [True]
    assert [claim.confirmed for task in miaoba.tasks for claim in task.claims] == [False]
    assert report.trouble.open_claims == 1
    assert [claim.office for claim in report.trouble.disputed] == ["庙坝村 负责人"]


def test_trouble_is_counted(report: Report) -> None:
    told = report.trouble
    assert (told.replies, told.read_by_person, told.waiting, told.wrong_numbers) == (3, 1, 1, 1)
    assert told.person_median_s == 120
    assert (told.refusals, told.cries_for_help, told.chains_exhausted) == (1, 1, 1)
    assert report.messages.states == {"ACCEPTED": 1, "FAILED": 1}
    assert report.messages.failures[0].words == "短信:号码有误(30003)"


def test_an_event_without_orders(report: Report) -> None:
    found = read(quiet_night().record())
    assert found.headline.people_listed == 0
    assert found.headline.slowest_clear is None
    assert found.curve == ()
    assert "没有村需要转移" in found.headline.sentence


def test_an_event_in_which_nothing_at_all_happened() -> None:
    found = read(Night().record())
    assert found.villages == ()
    assert found.event.until == START
    assert "没有村达到预警" in found.headline.sentence
