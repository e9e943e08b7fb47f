"""Going on, going down and ending: slowly, by observation, never by darkness."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.facts import Fact
from core.levels import Level
from hazards.zones import Family
from tests.warning.builders import after, by_hand, evidence, in_force, proposal, situation
from warning.warning import STANDARD as POLICY
from warning.warning import CouldNotJudge, DecisionAsked, Downgraded, Extended, Reason, reassess

W, LI = "user:wang", "user:li"


def last(facts: list[Fact], kind: type[Fact]) -> Fact:
    return next(fact for fact in reversed(facts) if isinstance(fact, kind))


def test_the_same_evidence_twice_says_nothing_new() -> None:
    for desk in (proposal("red"), in_force("red"), in_force("yellow")):
        desk.at(minutes=10).sees("red")
        count = len(desk.facts)
        assert len(desk.sees("red").facts) == count
        assert len(desk.at(minutes=20).sees("red").facts) == count


def test_down_one_level_after_three_hours_below_without_a_forecast() -> None:
    desk = in_force("red").at(hours=1).sees("yellow").at(hours=3, minutes=59).sees("yellow")
    assert desk.warning.level is Level.RED
    desk.at(hours=4).sees("yellow")
    assert (desk.warning.level, desk.warning.reason) == (Level.ORANGE, Reason.BELOW_WITHOUT_FORECAST)
    assert desk.flags == {"no_forecast"}
    desk.at(hours=6, minutes=59).sees("yellow")
    assert desk.warning.level is Level.ORANGE
    desk.at(hours=7).sees("yellow")
    assert desk.warning.level is Level.YELLOW
    desk.at(hours=12).sees("yellow")
    assert desk.warning.level is Level.YELLOW


def test_one_hour_is_enough_with_a_forecast_and_a_bad_forecast_keeps_the_level() -> None:
    desk = in_force("red").at(hours=1).sees(None).at(hours=2).sees(None, forecast_below=True)
    assert (desk.warning.level, desk.warning.reason) == (Level.ORANGE, Reason.BELOW_WITH_FORECAST)
    assert desk.flags == set()
    desk = in_force("red").at(hours=1).sees(None).at(hours=5).sees(None, forecast_below=False)
    assert desk.warning.level is Level.RED


def test_rising_again_starts_the_count_again() -> None:
    desk = in_force("red").at(hours=1).sees("orange").at(hours=3).sees("red").at(hours=3, minutes=10).sees("orange")
    desk.at(hours=5).sees("orange")
    assert desk.warning.level is Level.RED
    desk.at(hours=6, minutes=10).sees("orange")
    assert desk.warning.level is Level.ORANGE


def test_never_down_while_a_task_is_moving() -> None:
    desk = in_force("red").at(hours=1).sees("yellow")
    desk.moving = True
    desk.at(hours=5).sees("yellow")
    assert desk.warning.level is Level.RED
    desk.moving = False
    desk.at(hours=5, minutes=10).sees("yellow")
    assert desk.warning.level is Level.ORANGE


def test_darkness_never_lowers_and_stops_the_count() -> None:
    desk = in_force("red").at(hours=1).sees(None).at(hours=2).dark(minutes=5).at(hours=3).sees(None)
    desk.at(hours=5, minutes=50).sees(None)
    assert desk.warning.level is Level.RED
    desk.at(hours=6).sees(None)
    assert desk.warning.level is Level.ORANGE
    desk = in_force("red").at(hours=1).dark()
    for hour in range(2, 30):
        desk.at(hours=hour).dark(minutes=60 * hour)
    assert (desk.state, desk.warning.level) == ("IN_FORCE", Level.RED)


def test_silence_of_the_whole_engine_never_lowers() -> None:
    desk = in_force("red").at(hours=1).sees("orange").at(hours=30)
    assert (desk.state, desk.warning.level) == ("IN_FORCE", Level.RED)
    assert desk.names.count("DecisionAsked") > 10


def test_by_hand_goes_down_by_hand() -> None:
    desk = by_hand("orange")
    seen = situation(None, at=after(hours=1))
    for hour in range(1, 6):
        desk.at(hours=hour).take(
            reassess(desk.warning, replace(seen, at=desk.now, family=Family.SLOPE), POLICY, desk.now, moving=False)
        )
    assert desk.warning.level is Level.ORANGE
    desk.at(hours=7)
    assert desk.state == "EXPIRED"


def test_expiry_six_hours_after_the_last_exceedance() -> None:
    desk = in_force("blue").at(hours=2, minutes=30).sees(None).at(hours=8, minutes=29)
    assert desk.state == "IN_FORCE"
    desk.at(hours=8, minutes=30)
    assert (desk.state, desk.warning.reason) == ("EXPIRED", Reason.CALM)


def test_the_written_end_follows_the_true_one() -> None:
    desk = in_force("blue").at(hours=2, minutes=30).sees(None).at(hours=6)
    extended = last(desk.facts, Extended)
    assert isinstance(extended, Extended)
    assert extended.expires_at == after(hours=8, minutes=30)


def test_extended_only_when_half_of_the_time_is_gone() -> None:
    desk = in_force("orange")
    for minutes in range(10, 181, 10):
        desk.at(minutes=minutes).sees("orange")
    assert "Extended" not in desk.names
    issue = desk.warning.issue
    desk.at(minutes=190).sees("orange")
    assert desk.names[-1] == "Extended"
    assert desk.warning.issue == issue + 1
    assert desk.warning.expires_at == after(minutes=190) + timedelta(hours=6)
    assert desk.warning.evidence[0].at == after(minutes=190)


def test_extended_at_once_by_a_new_zone() -> None:
    desk = in_force("orange").at(minutes=10)
    more = situation(pieces=[evidence("orange", at=desk.now), evidence("yellow", zone="Z2", at=desk.now)])
    desk.sees(more)
    extended = last(desk.facts, Extended)
    assert isinstance(extended, Extended)
    assert extended.reason is Reason.NEW_ZONE
    assert desk.warning.zones == ("Z1", "Z2")
    assert desk.warning.level is Level.ORANGE


def test_nothing_is_extended_while_an_upgrade_waits() -> None:
    desk = in_force("orange").at(hours=1).sees("red")
    version = desk.warning.version
    desk.at(hours=5).sees("red")
    assert desk.warning.version == version
    desk.approved_by(W, version=version).approved_by(LI, version=version)
    assert desk.warning.level is Level.RED


@pytest.mark.parametrize("which", ["tasks", "moving", "dark", "exceeded"])
def test_what_may_not_expire_asks_for_a_decision(which: str) -> None:
    desk = in_force("orange").at(hours=1)
    if which == "dark":
        desk.dark()
    elif which != "exceeded":
        desk.sees(None)
    desk.tasks_open, desk.moving = which == "tasks", which == "moving"
    desk.at(hours=7, minutes=30)
    assert desk.state == "IN_FORCE"
    asked = last(desk.facts, DecisionAsked)
    assert isinstance(asked, DecisionAsked)
    wanted = {"tasks": Reason.TASKS_OPEN, "moving": Reason.TASKS_OPEN, "dark": Reason.DARK, "exceeded": Reason.NOT_CALM}
    assert asked.reason is wanted[which]
    assert "decision_wanted" in desk.flags
    assert desk.warning.due_at is not None
    assert desk.warning.due_at > desk.now
    desk.tasks_open = desk.moving = False
    if which in ("tasks", "moving"):
        assert desk.at(hours=8, minutes=30).state == "EXPIRED"


def test_a_zone_dark_for_half_an_hour_is_told_on_the_open_warning_once() -> None:
    for desk in (proposal("red"), in_force("red")):
        desk.at(minutes=20).dark(minutes=29)
        assert "CouldNotJudge" not in desk.names
        desk.at(minutes=21).dark(minutes=30).at(minutes=25).dark(minutes=34)
        assert desk.names.count("CouldNotJudge") == 1
        told = last(desk.facts, CouldNotJudge)
        assert isinstance(told, CouldNotJudge)
        assert told.zones == ("Z1",)
        assert "could_not_judge" in desk.flags
        desk.sees("orange")
        assert "could_not_judge" not in desk.flags
        desk.at(minutes=70).dark(minutes=45)
        assert desk.names.count("CouldNotJudge") == 2


def test_a_dark_zone_beside_one_that_exceeds_is_told_too() -> None:
    desk = in_force("orange").at(minutes=40)
    desk.sees(situation("orange", at=desk.now, dark=("Z5",)))
    assert desk.names[-1] == "CouldNotJudge"
    assert not desk.warning.observed_dark


def test_data_corrected_downwards_are_said_again_and_the_level_stands() -> None:
    desk = in_force("red").sees(situation("orange"))
    assert desk.names[-1] == "Corrected"
    assert (desk.warning.level, desk.warning.evidence[0].level) == (Level.RED, Level.ORANGE)
    assert "evidence_corrected" in desk.flags
    assert desk.warning.below_since == after()
    assert len(desk.sees(situation("orange")).facts) == len(desk.facts)
    issue = desk.warning.issue
    assert desk.sees(situation(None)).warning.issue == issue + 1
    assert desk.warning.evidence == ()


@pytest.mark.parametrize(
    "corrected",
    [evidence("red", mm=121), evidence("red", flagged=True), evidence("orange")],
)
def test_a_correction_takes_signatures_and_time_out_from_a_proposal(corrected: object) -> None:
    desk = proposal("red").rings().at(30).approved_by(W)
    desk.sees(situation(pieces=[corrected]))  # type: ignore[list-item]
    assert "Corrected" in desk.names
    assert desk.warning.proposal is not None
    assert desk.warning.proposal.approvals == ()
    assert desk.warning.level is Level.RED


def test_a_correction_to_nothing_withholds_the_time_out() -> None:
    desk = proposal("red").rings().at(30).sees(situation(None)).at(minutes=6)
    assert desk.state == "PROPOSED"
    assert "time_out_withheld" in desk.flags


def test_more_of_the_same_moment_is_news_not_a_correction() -> None:
    desk = proposal("orange").at(30).sees(situation("red"))
    assert desk.names == ["Proposed", "LevelObserved", "Worsened"]
    assert proposal("red").sees(situation(pieces=[evidence("red", mm=140)])).names == ["Proposed"]


def test_darkness_is_no_correction() -> None:
    desk = proposal("red").at(30).sees(situation(None, at=after(), dark=("Z1",)))
    assert "Corrected" not in desk.names


def test_an_older_look_is_ignored() -> None:
    desk = in_force("red").at(hours=1).sees("yellow")
    assert desk.sees(situation("red", at=after(minutes=10))).names[-1] == "LevelObserved"
    assert desk.warning.observed_level is Level.YELLOW


def test_every_downgrade_says_since_when_and_why() -> None:
    desk = in_force("red").at(hours=1).sees(None).at(hours=4).sees(None)
    down = last(desk.facts, Downgraded)
    assert isinstance(down, Downgraded)
    assert down.reason is Reason.BELOW_WITHOUT_FORECAST
    assert desk.warning.evidence, "the last evidence stays to be read"


def test_a_situation_of_elsewhere_is_refused() -> None:
    desk = by_hand("orange")
    with pytest.raises(ValueError, match="situation of"):
        reassess(desk.warning, situation("red"), POLICY, desk.now, moving=False)
