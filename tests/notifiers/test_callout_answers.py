"""Answers, newer versions and ends of call-outs, as timelines."""

from __future__ import annotations

import pytest

from core.facts import DrillEnded
from core.levels import Level
from notifiers import callout as calls
from notifiers.callout import ChainExhausted, Channel, Proof, Rung
from tests.notifiers.house import Ringing, at, people, started

SMS, VOICE = Channel.SMS, Channel.VOICE


# --- answers -----------------------------------------------------------------------------------------------------


def test_an_answer_is_timed() -> None:
    ring = Ringing()
    ring.begin("0:02")
    assert ring.answer("0:40", by="deputy") == ["Answered"]
    out = ring.callout
    assert out.answered_at is not None
    assert out.begun_at is not None
    assert (out.answered_at - out.begun_at).total_seconds() == 38
    assert (out.answered_by, out.answered_late, out.due_at) == ("deputy", False, None)


@pytest.mark.parametrize("when", ["8:31", "10:30"])
def test_a_late_answer_counts_and_says_so(when: str) -> None:
    ring = Ringing()
    ring.begin()
    ring.run_until(when)
    assert ring.answer(when) == ["Answered"]
    assert (ring.state, ring.callout.answered_late) == ("ANSWERED", True)


def test_an_answer_to_the_old_version_answers_nothing_and_is_kept() -> None:
    ring = Ringing()
    ring.begin()
    ring.supersede("1:00", 2)
    before = ring.callout
    assert ring.answer("1:05", version=1) == ["AnsweredOld"]
    assert ring.callout == before
    assert ring.answer("1:06", version=3) == []
    assert ring.answer("1:10", version=2) == ["Answered"]


def test_a_second_acknowledgement_is_noted() -> None:
    ring = Ringing()
    ring.begin()
    ring.answer("0:30")
    before = ring.callout
    assert ring.answer("0:50", by="deputy") == ["Answered"]
    assert ring.callout == before


def test_it_may_be_answered_before_it_rings() -> None:
    ring = Ringing(begin_at=at("15:00"))
    assert ring.answer("3:00") == ["Answered"]
    assert (ring.state, ring.due) == ("ANSWERED", None)


# --- newer versions ----------------------------------------------------------------------------------------------


def test_an_upgrade_while_ringing_starts_the_steps_again() -> None:
    ring = Ringing(level=Level.ORANGE)
    ring.begin()
    ring.run_until("10:00")
    assert ring.supersede("11:00", 2, level=Level.RED) == ["Superseded"]
    assert started(ring.facts)[-2:] == [("11:00", "sms h"), ("11:00", "voice h")]
    out = ring.callout
    assert (out.level, out.code, out.round, out.step, out.order_version, ring.due) == (
        Level.RED,
        "B3",
        1,
        0,
        2,
        "12:15",
    )


@pytest.mark.parametrize("was", ["UNANSWERED", "TAKEN_OVER", "ANSWERED"])
def test_a_newer_version_rings_whatever_came_of_the_old_one(was: str) -> None:
    ring = Ringing()
    ring.begin()
    if was == "UNANSWERED":
        ring.run_until("8:30")
    elif was == "TAKEN_OVER":
        ring.take_over("0:30")
    else:
        ring.answer("0:30")
    assert ring.state == was
    assert ring.supersede("9:00", 2) == ["Superseded"]
    assert (ring.state, ring.callout.answered_by, ring.callout.taken_over_by) == ("RINGING", None, None)
    assert ring.callout.begun_at == at("9:00")


def test_a_version_that_is_not_newer_changes_nothing() -> None:
    ring = Ringing()
    ring.begin()
    assert ring.supersede("1:00", 1) == []
    ring.withdraw("1:10")
    assert ring.supersede("1:20", 2) == []


def test_a_newer_version_before_it_rang_waits_for_its_time() -> None:
    ring = Ringing(begin_at=at("15:00"))
    assert ring.supersede("1:00", 2) == ["Superseded"]
    assert (ring.state, ring.due, ring.callout.order_version) == ("READY", "15:00", 2)
    assert ring.callout.begun_at is None
    ring.tick("15:00")
    assert ring.attempt("h", VOICE).version == 2


def test_zero_to_the_old_version_does_not_keep_the_holder_from_the_new_one() -> None:
    ring = Ringing()
    ring.begin()
    ring.decline("0:30")
    ring.supersede("1:00", 2)
    assert started(ring.facts)[-1] == ("1:00", "voice h")


# --- ends --------------------------------------------------------------------------------------------------------


def test_a_named_person_may_own_the_silence() -> None:
    ring = Ringing()
    assert ring.take_over("0:00") == []  # it does not ring yet
    ring.begin()
    assert ring.take_over("0:30") == ["TakenOver"]
    assert (ring.state, ring.callout.taken_over_by, ring.due) == ("TAKEN_OVER", "user:wang", None)
    before = ring.callout
    assert ring.take_over("0:40", by="user:li") == ["TakenOver"]
    assert ring.callout == before
    assert ring.answer("1:00") == ["Answered"]
    assert ring.callout.answered_late
    assert ring.take_over("2:00") == []


def test_withdrawn_stays_withdrawn() -> None:
    ring = Ringing()
    ring.begin()
    assert ring.withdraw("1:00") == ["Withdrawn"]
    before = ring.callout
    assert ring.withdraw("1:01") == []
    assert ring.answer("1:02") == ["Answered"]
    assert ring.decline("1:03") == ["Declined"]
    assert ring.take_over("1:04") == ["TakenOver"]
    assert ring.climb("1:05", Proof.HUMAN) == ["ProofClimbed"]
    assert ring.fail("1:06", "接不通") == ["AttemptFailed"]
    assert ring.tick("99:00") == []
    assert ring.callout == before


def test_an_answered_one_is_not_withdrawn() -> None:
    ring = Ringing()
    ring.begin()
    ring.answer("0:30")
    assert ring.withdraw("1:00") == []


def test_the_end_of_a_drill_ends_it_at_once() -> None:
    ring = Ringing()
    ring.begin()
    assert ring.take([DrillEnded(at=at("1:00"), reason="演练中止")]) == ["DrillEnded"]
    assert (ring.state, ring.due) == ("WITHDRAWN", None)


def test_texts_of_a_long_silence_are_not_born_expired() -> None:
    ring = Ringing(expires_at=at("3:00"))
    ring.begin()
    assert calls.life_of(ring.callout, at("0:00")) == at("3:00")
    ring.run_until("10:00")
    assert ring.callout.round == 2
    assert calls.life_of(ring.callout, at("10:00")) == at("11:15")
    assert calls.life_of(Ringing().callout, at("0:00")) == at("1:15")


def test_the_row_keeps_the_newest_attempts_only() -> None:
    ring = Ringing()
    ring.begin()
    ring.run_until("300:00")
    assert len(ring.callout.attempts) == calls.MOST_ATTEMPTS
    assert ring.callout.round > 25


def test_why_the_chain_ended_is_said() -> None:
    ring = Ringing()
    ring.begin()
    ring.run_until("8:30")
    ended = ring.facts[-1]
    assert isinstance(ended, ChainExhausted)
    assert ended.reason == "timed_out"


def test_ids_are_natural() -> None:
    one, two = Ringing(), Ringing()
    one.begin()
    two.begin("0:09")
    assert one.callout.id == two.callout.id
    assert [a.message for a in one.callout.attempts] == [a.message for a in two.callout.attempts]
    assert calls.callout_id("task", "t", "p", Rung.COUNTED, at("1")) != calls.callout_id(
        "task", "t", "p", Rung.COUNTED, at("2")
    )


def test_zero_does_not_wait_for_another_deputy_whose_number_is_dead() -> None:
    ring = Ringing(lookup=people(holder="h", deputy=("d1", "d2"), superior="s"))
    ring.begin()
    ring.decline("0:20")
    ring.fail("0:22", "failed", to="d2")
    ring.fail("0:23", "30003", to="d2", channel=SMS)
    ring.decline("0:30", by="deputy")
    assert started(ring.facts)[-1] == ("0:30", "voice s")
