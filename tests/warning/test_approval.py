"""The approval law, told as drills: who rings, who signs, and what the clock does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.facts import DrillEnded
from core.levels import Level
from tests.warning.builders import T0, after, by_hand, evidence, in_force, proposal, situation
from warning.warning import STANDARD as POLICY
from warning.warning import NotAllowed, Reason, Scope, Stale, may_propose_again

W, LI, ZHAO = "user:wang", "user:li", "user:zhao"


def test_red_issues_on_the_second_approval() -> None:
    desk = proposal("red").at(5).rings().at(60).approved_by(W)
    assert desk.state == "PROPOSED"
    desk.at(61).approved_by(LI)
    assert desk.state == "IN_FORCE"
    assert desk.names == ["Proposed", "DeskRang", "ApprovalSigned", "Approved"]
    assert desk.flags == set()
    assert desk.warning.issued_at == after(seconds=61)
    assert desk.warning.expires_at == after(hours=6)


def test_the_same_person_is_never_two() -> None:
    desk = proposal("red").rings().at(10).approved_by(W)
    with pytest.raises(NotAllowed, match="另一人"):
        desk.at(20).approved_by(W)
    assert desk.state == "PROPOSED"


def test_red_issues_on_one_approval_two_minutes_after_the_desk_rang() -> None:
    desk = proposal("red").at(30).rings().at(40).approved_by(W).at(149)
    assert desk.state == "PROPOSED"
    assert desk.warning.due_at == after(seconds=150)
    desk.at(150)
    assert desk.state == "IN_FORCE"
    assert desk.flags == {"single_approval", "timed_out"}
    assert desk.warning.reason is Reason.ONE_APPROVAL


def test_one_approval_is_a_human_judgement_and_needs_no_second_gauge() -> None:
    desk = proposal("red", corroborated=False).rings().at(40).approved_by(W).at(120)
    assert desk.state == "IN_FORCE"


def test_red_issues_on_none_five_minutes_after_the_desk_rang() -> None:
    desk = proposal("red").at(30).rings().at(329)
    assert desk.state == "PROPOSED"
    desk.at(330)
    assert (desk.state, desk.flags) == ("IN_FORCE", {"timed_out"})
    assert desk.warning.reason is Reason.NO_APPROVAL


@pytest.mark.parametrize("level", ["orange", "red"])
def test_no_clock_ends_before_the_desk_rang(level: str) -> None:
    desk = proposal(level).at(hours=3)
    assert desk.state == "PROPOSED"
    desk.rings().at(hours=3, minutes=10)
    assert desk.state == "IN_FORCE"


def test_an_approval_before_the_phone_rang_waits_for_the_phone() -> None:
    desk = proposal("red").at(2).approved_by(W).at(minutes=20)
    assert desk.state == "PROPOSED"
    desk.rings(failed=True).at(minutes=22)
    assert desk.flags == {"single_approval", "timed_out"}


def test_all_three_failed_begins_the_clock_too_and_only_the_first_ring_counts() -> None:
    desk = proposal("red").at(60).rings(failed=True).at(100).rings()
    assert desk.names == ["Proposed", "DeskRang"]
    assert desk.warning.due_at == after(seconds=360)


def test_orange_issues_on_one_approval_or_on_none_after_ten_minutes() -> None:
    assert proposal("orange").rings().at(5).approved_by(W).state == "IN_FORCE"
    desk = proposal("orange").rings().at(minutes=9, seconds=59)
    assert desk.state == "PROPOSED"
    assert desk.at(minutes=10).flags == {"timed_out"}


@pytest.mark.parametrize("level", ["yellow", "blue"])
def test_yellow_and_blue_wait_for_a_person(level: str) -> None:
    desk = proposal(level).rings().at(hours=5)
    assert desk.state == "PROPOSED"
    assert desk.approved_by(W).state == "IN_FORCE"


@pytest.mark.parametrize(
    "seen",
    [
        situation("red", corroborated=False),
        situation(pieces=[evidence("red", flagged=True)]),
        situation(pieces=[evidence("red", flagged=True), evidence("orange", zone="Z2")]),
    ],
)
def test_a_time_out_on_doubtful_evidence_keeps_ringing(seen: object) -> None:
    desk = proposal(seen).rings().at(minutes=5)  # type: ignore[arg-type]
    assert desk.state == "PROPOSED"
    assert desk.names[-1] == "KeptRinging"
    assert "time_out_withheld" in desk.flags
    assert desk.warning.due_at == after(minutes=10)
    desk.at(minutes=16)
    assert desk.names.count("KeptRinging") == 3
    desk.approved_by(W).approved_by(LI)
    assert (desk.state, desk.flags) == ("IN_FORCE", set())


def test_corroboration_that_comes_later_lets_the_clock_end() -> None:
    desk = proposal("red", corroborated=False).rings().at(minutes=6).sees(situation("red", at=after(minutes=6)))
    assert desk.names[-1] == "Worsened"
    assert desk.warning.reason is Reason.CORROBORATED
    desk.tick()
    assert (desk.state, desk.flags) == ("IN_FORCE", {"timed_out"})


def test_two_zones_by_different_gauges_corroborate_each_other() -> None:
    pieces = [
        evidence("red", zone="Z1", corroborated=False, sources=("小坝",)),
        evidence("red", zone="Z2", corroborated=False, sources=("扎西",)),
    ]
    assert proposal(situation(pieces=pieces)).rings().at(minutes=5).state == "IN_FORCE"


def test_rejecting_red_takes_two_and_the_first_stops_the_clock_five_minutes() -> None:
    desk = proposal("red").rings().at(minutes=4).rejected_by(W)
    assert desk.state == "PROPOSED"
    assert desk.warning.due_at == after(minutes=10)
    desk.at(minutes=9, seconds=59)
    assert desk.state == "PROPOSED"
    assert desk.at(minutes=10).state == "IN_FORCE"
    desk = proposal("red").rings().at(minutes=4).rejected_by(W).at(minutes=6).rejected_by(LI)
    assert desk.state == "REJECTED"
    assert desk.names[-2:] == ["RejectionSigned", "Rejected"]
    assert desk.warning.due_at is None


def test_a_rejection_before_the_phone_rang_holds_its_five_minutes() -> None:
    desk = proposal("red").at(minutes=1).rejected_by(W).at(minutes=2).rings()
    assert desk.warning.due_at == after(minutes=11)


def test_one_person_cannot_reject_twice_nor_reject_what_they_approved() -> None:
    desk = proposal("red").rings().at(10).rejected_by(W)
    with pytest.raises(NotAllowed):
        desk.rejected_by(W)
    desk = proposal("red").rings().at(10).approved_by(W)
    with pytest.raises(NotAllowed, match="不能再否决"):
        desk.rejected_by(W)


def test_who_rejected_may_think_better_of_it_and_the_clock_runs_again() -> None:
    desk = proposal("red").rings().at(60).rejected_by(W).at(90).approved_by(W)
    assert desk.warning.proposal is not None
    assert desk.warning.proposal.rejections == ()
    assert desk.warning.due_at == after(seconds=210)
    assert desk.at(100).approved_by(LI).state == "IN_FORCE"


@pytest.mark.parametrize("level", ["orange", "yellow", "blue"])
def test_one_person_rejects_what_is_below_red(level: str) -> None:
    desk = proposal(level).rings().at(20).rejected_by(W)
    assert desk.state == "REJECTED"
    assert desk.warning.rejected_at == after(seconds=20)


def test_a_rejected_proposal_comes_back_at_once_on_news_else_after_half_an_hour() -> None:
    gone = proposal("orange").at(60).rejected_by(W).warning
    soon, late = after(minutes=10), after(minutes=31)
    same = situation("orange", at=soon)
    assert not may_propose_again(gone, same, POLICY, soon)
    assert may_propose_again(gone, same, POLICY, late)
    assert may_propose_again(gone, situation("red", at=soon), POLICY, soon)
    other = situation(pieces=[evidence("orange", at=soon), evidence("yellow", zone="Z2", at=soon)])
    assert may_propose_again(gone, other, POLICY, soon)
    longer = situation(pieces=[evidence("orange", window_h=6, at=soon)])
    assert may_propose_again(gone, longer, POLICY, soon)
    shorter = situation(pieces=[evidence("orange", window_h=1, at=soon)])
    assert not may_propose_again(gone, shorter, POLICY, soon)
    assert not may_propose_again(gone, situation("yellow", at=soon), POLICY, soon)
    assert not may_propose_again(gone, situation(None, at=late), POLICY, late)
    assert may_propose_again(gone, situation(None, at=soon, dark=("Z7",)), POLICY, soon)


def test_what_a_person_cancelled_does_not_come_back_on_the_same_evidence() -> None:
    gone = in_force("orange").at(minutes=5).cancelled_by(W).warning
    soon = after(minutes=10)
    assert not may_propose_again(gone, situation("orange", at=soon), POLICY, soon)
    assert may_propose_again(gone, situation("red", at=soon), POLICY, soon)
    assert may_propose_again(gone, situation("orange", at=after(minutes=36)), POLICY, after(minutes=36))


def test_an_expired_warning_may_be_followed_by_another_at_once() -> None:
    gone = in_force("orange").at(minutes=30).sees(None).at(hours=9).warning
    assert str(gone.state) == "EXPIRED"
    assert may_propose_again(gone, situation("blue", at=after(hours=9)), POLICY, after(hours=9))
    assert not may_propose_again(in_force("red").warning, situation("red"), POLICY, T0)


def test_an_approval_of_an_old_version_is_stale() -> None:
    desk = proposal("orange").rings().at(minutes=3)
    seen = desk.warning.version
    desk.sees("red")
    with pytest.raises(Stale, match="重新查看"):
        desk.approved_by(W, version=seen)
    with pytest.raises(Stale):
        desk.rejected_by(W, version=seen)
    desk.approved_by(W)
    assert desk.state == "PROPOSED"


def test_worsened_to_a_higher_level_begins_its_clock_again_and_drops_lower_signatures() -> None:
    desk = proposal("orange").rings().at(minutes=8).sees("red")
    assert desk.warning.level is Level.RED
    assert desk.warning.due_at == after(minutes=13)
    desk.approved_by(W)
    assert desk.state == "PROPOSED"
    assert desk.at(minutes=10).flags == {"single_approval", "timed_out"}


def test_worsened_by_another_zone_keeps_approvals_and_drops_rejections() -> None:
    desk = proposal("red").rings().at(60).approved_by(W).rejected_by(LI).at(90)
    more = situation(pieces=[evidence("red", at=desk.now), evidence("yellow", zone="Z2", at=desk.now)])
    desk.sees(more)
    waiting = desk.warning.proposal
    assert waiting is not None
    assert [s.who for s in waiting.approvals] == [W]
    assert waiting.rejections == ()
    assert desk.warning.zones == ("Z1", "Z2")
    assert desk.approved_by(LI).state == "IN_FORCE"


def test_worsened_never_shortens_what_was_proposed() -> None:
    desk = proposal("red").at(60).sees(situation(pieces=[evidence("yellow", zone="Z2", at=after(seconds=60))]))
    assert desk.warning.level is Level.RED
    assert [e.zone for e in desk.warning.evidence] == ["Z1", "Z2"]


@pytest.mark.parametrize("level", ["blue", "yellow", "orange"])
def test_raised_by_hand_below_red_issues_at_once(level: str) -> None:
    desk = by_hand(level, scope=Scope.EVERYBODY)
    assert (desk.state, desk.names) == ("IN_FORCE", ["Proposed", "Approved"])
    assert desk.warning.by_hand
    assert desk.warning.scope is Scope.EVERYBODY


def test_red_by_hand_wants_a_second_person_or_two_minutes() -> None:
    desk = by_hand("red")
    assert desk.state == "PROPOSED"
    with pytest.raises(NotAllowed):
        desk.approved_by(W)
    assert desk.approved_by(LI).state == "IN_FORCE"
    desk = by_hand("red").at(10).rings().at(130)
    assert desk.flags == {"single_approval", "timed_out"}


def test_by_hand_needs_a_name_and_a_reason() -> None:
    with pytest.raises(NotAllowed, match="具名"):
        by_hand("orange", who=" ")
    desk = in_force("orange")
    with pytest.raises(NotAllowed, match="原因"):
        desk.cancelled_by(W, reason=" ")
    with pytest.raises(NotAllowed, match="具名"):
        desk.cancelled_by("")


def test_raising_an_open_warning_by_hand() -> None:
    desk = in_force("yellow").at(60).raised_to("orange", W)
    assert (desk.warning.level, desk.names[-1]) == (Level.ORANGE, "Upgraded")
    desk.at(120).raised_to("red", W)
    assert desk.warning.level is Level.ORANGE
    assert desk.names[-2:] == ["UpgradeProposed", "ApprovalSigned"]
    assert desk.raised_to("red", LI).warning.level is Level.RED
    with pytest.raises(NotAllowed, match="已有红色"):
        desk.raised_to("orange", W)
    desk = proposal("orange").at(60).raised_to("red", W).approved_by(LI)
    assert (desk.state, desk.warning.level, desk.warning.by_hand) == ("IN_FORCE", Level.RED, True)
    with pytest.raises(NotAllowed, match="待批"):
        proposal("red").raised_to("orange", W)


def test_an_upgrade_is_proposed_inside_the_warning_and_the_old_version_stands() -> None:
    desk = in_force("orange").at(minutes=30).sees("red")
    assert desk.names[-1] == "UpgradeProposed"
    assert (desk.state, desk.warning.level) == ("IN_FORCE", Level.ORANGE)
    issue, version = desk.warning.issue, desk.warning.version
    desk.rings().at(minutes=31).approved_by(W)
    assert (desk.warning.level, desk.warning.version) == (Level.ORANGE, version)
    desk.at(minutes=32)
    assert (desk.warning.level, desk.flags) == (Level.RED, {"single_approval", "timed_out"})
    assert desk.warning.issue == issue + 1
    assert desk.warning.proposal is None
    assert desk.warning.expires_at == after(hours=6, minutes=30)


def test_an_upgrade_times_out_without_a_hand_only_on_good_evidence() -> None:
    desk = in_force("orange").at(minutes=30).sees("red").rings().at(minutes=35)
    assert (desk.warning.level, desk.flags) == (Level.RED, {"timed_out"})
    desk = in_force("orange").at(minutes=30).sees(situation("red", at=after(minutes=30), corroborated=False))
    desk.rings().at(minutes=50)
    assert desk.warning.level is Level.ORANGE
    assert "time_out_withheld" in desk.flags


def test_a_rejected_upgrade_leaves_the_old_version_and_comes_back_like_a_proposal() -> None:
    desk = in_force("orange").at(minutes=30).sees("red").rejected_by(W).rejected_by(LI)
    assert desk.names[-1] == "UpgradeRejected"
    assert (desk.state, desk.warning.level, desk.warning.proposal) == ("IN_FORCE", Level.ORANGE, None)
    desk.at(minutes=40).sees("red")
    assert desk.names[-1] == "UpgradeRejected"
    more = situation(pieces=[evidence("red", at=desk.now), evidence("red", zone="Z2", at=desk.now)])
    assert desk.sees(more).names[-1] == "UpgradeProposed"
    desk = in_force("orange").at(minutes=30).sees("red").rejected_by(W).rejected_by(LI).at(minutes=60).sees("red")
    assert desk.names[-1] == "UpgradeProposed"


def test_an_upgrade_that_grows_is_proposed_anew_and_keeps_what_was_signed_at_its_level() -> None:
    desk = in_force("yellow").at(60).sees("orange").rings().at(120).sees("red")
    assert desk.names[-1] == "UpgradeProposed"
    assert desk.warning.proposal is not None
    assert desk.warning.proposal.level is Level.RED
    assert desk.warning.due_at == after(seconds=420)


def test_cannot_judge_is_proposed_at_orange_and_never_issues_by_time_out() -> None:
    desk = proposal(situation(None, dark=("Z1", "Z2")))
    assert (desk.warning.level, desk.warning.reason) == (Level.ORANGE, Reason.CANNOT_JUDGE)
    assert desk.warning.zones == ("Z1", "Z2")
    desk.rings().at(hours=8)
    assert desk.state == "PROPOSED"
    assert desk.names.count("KeptRinging") > 40
    desk.approved_by(W)
    assert (desk.state, desk.flags) == ("IN_FORCE", {"cannot_judge"})


def test_cannot_judge_becomes_an_ordinary_proposal_when_data_show_it() -> None:
    desk = proposal(situation(None, dark=("Z1",))).rings().at(minutes=5).sees("red")
    assert desk.warning.proposal is not None
    assert not desk.warning.proposal.cannot_judge
    assert desk.at(minutes=10).flags == {"timed_out"}


def test_a_proposal_lapses_when_its_rain_is_over_and_nobody_decided() -> None:
    desk = proposal("yellow").at(hours=1).sees(None).at(hours=6, minutes=59)
    assert desk.state == "PROPOSED"
    desk.at(hours=7)
    assert (desk.state, desk.warning.reason) == ("EXPIRED", Reason.UNDECIDED)


@pytest.mark.parametrize("dark", [True, False])
def test_a_proposal_whose_rain_goes_on_or_is_dark_does_not_lapse(dark: bool) -> None:
    desk = proposal("yellow").at(hours=1)
    if dark:
        desk.dark()
    desk.at(hours=20)
    assert desk.state == "PROPOSED"
    assert desk.names[-1] == "KeptRinging"


def test_an_upgrade_lapses_and_the_old_version_stands() -> None:
    desk = in_force("yellow").at(60).sees("orange").at(hours=1).sees("yellow").at(hours=7, minutes=1)
    assert "UpgradeLapsed" in desk.names
    assert (desk.state, desk.warning.level) == ("IN_FORCE", Level.YELLOW)


def test_nothing_can_be_signed_when_nothing_waits() -> None:
    desk = in_force("orange")
    with pytest.raises(NotAllowed, match="没有待批"):
        desk.approved_by(LI)
    with pytest.raises(NotAllowed, match="具名"):
        proposal("red").approved_by("")
    with pytest.raises(NotAllowed, match="请用否决"):
        proposal("red").cancelled_by(W)
    with pytest.raises(NotAllowed, match="已经结束"):
        in_force("orange").cancelled_by(W).cancelled_by(W)


def test_downtime_does_what_is_overdue() -> None:
    desk = proposal("red").rings().jump(hours=10)
    assert desk.names[-2:] == ["ApprovalTimedOut", "DecisionAsked"]
    desk = proposal("red").rings().at(minutes=1).sees(None).jump(hours=10)
    assert desk.state == "EXPIRED"
    assert desk.names[-1] == "Lapsed"


def test_a_drill_ends_at_once_and_late_facts_change_nothing() -> None:
    for desk in (proposal("red"), in_force("orange")):
        desk.take([DrillEnded(at=desk.now, reason="actual")])
        assert (desk.state, desk.warning.due_at) == ("CANCELLED", None)
        before = desk.warning
        assert desk.take([DrillEnded(at=desk.now, reason="actual")]).warning == before
        assert desk.rings().warning == before


def test_the_rule_is_frozen_when_the_proposal_begins() -> None:
    desk = proposal("red").rings()
    desk.policy = replace(POLICY, red=replace(POLICY.red, approvals=1))
    assert desk.approved_by(W).state == "PROPOSED"
    assert desk.warning.proposal is not None
    assert desk.warning.proposal.at == T0
    assert ZHAO not in {s.who for s in desk.warning.proposal.approvals}
