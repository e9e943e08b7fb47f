"""Timelines of one call-out, told with the clock in hand."""

from __future__ import annotations

import pytest

from core.levels import Level
from notifiers import callout as calls
from notifiers.callout import Channel, Declined, Proof, Rung, StepFailed, Target
from notifiers.policy import ORANGE_STEPS
from tests.notifiers.house import Ringing, at, people, started, steps

SMS, VOICE = Channel.SMS, Channel.VOICE


# --- the chain of each level -------------------------------------------------------------------------------------


def test_red_rings_text_and_call_together_then_three_redials_deputy_superior_and_another_round() -> None:
    ring = Ringing()
    assert ring.begin() == ["Begun"]
    assert started(ring.facts) == [("0:00", "sms h"), ("0:00", "voice h")]
    assert ring.run_until("8:29") == [
        ("1:15", "voice h"),
        ("2:30", "voice h"),
        ("3:45", "voice h"),
        ("5:00", "sms d"),
        ("5:00", "voice d"),
        ("6:30", "sms s"),
        ("6:30", "voice s"),
    ]
    assert ring.tick("8:30") == ["ChainExhausted"]
    assert (ring.state, ring.due) == ("UNANSWERED", "10:00")
    assert ring.tick("9:59") == []
    assert ring.tick("10:00") == ["RoundBegun"]
    assert (ring.state, ring.callout.round, ring.due) == ("RINGING", 2, "11:15")
    assert started(ring.facts)[-2:] == [("10:00", "sms h"), ("10:00", "voice h")]


def test_orange_texts_at_once_calls_at_5_10_and_20_minutes_then_the_superior() -> None:
    ring = Ringing(level=Level.ORANGE)
    ring.begin()
    assert started(ring.facts) == [("0:00", "sms h")]
    assert ring.run_until("26:59") == [
        ("5:00", "voice h"),
        ("10:00", "voice h"),
        ("20:00", "voice h"),
        ("22:00", "sms s"),
        ("22:00", "voice s"),
    ]
    assert ring.tick("27:00") == ["ChainExhausted"]


def test_yellow_texts_and_calls_once_at_20_minutes_and_blue_only_texts() -> None:
    ring = Ringing(level=Level.YELLOW)
    ring.begin()
    ring.run_until("59:00")
    assert started(ring.facts) == [("0:00", "sms h"), ("20:00", "voice h")]
    assert ring.state == "UNANSWERED"
    ring = Ringing(level=Level.BLUE)
    ring.begin()
    ring.run_until("59:00")
    assert started(ring.facts) == [("0:00", "sms h")]


def test_it_begins_when_its_time_has_come() -> None:
    ring = Ringing(rung=Rung.COUNTED, begin_at=at("15:00"))
    assert ring.tick("14:59") == []
    assert ring.tick("15:00") == ["Begun"]
    assert calls.begin(ring.callout, ring.lookup, at("15:01")) == []


def test_a_late_tick_does_what_is_overdue_and_keeps_the_spacing() -> None:
    ring = Ringing()
    ring.begin()
    assert ring.tick("40:00") == ["StepTimedOut"]
    assert ring.due == "41:15"


# --- proof -------------------------------------------------------------------------------------------------------


def test_proof_climbs_and_never_sinks() -> None:
    ring = Ringing()
    ring.begin()
    assert ring.climb("0:05", Proof.RANG) == ["ProofClimbed"]
    assert ring.climb("0:06", Proof.DIALLED) == []  # came late
    assert ring.callout.proof is Proof.RANG
    assert ring.climb("0:10", Proof.HEARD) == ["ProofClimbed"]
    assert ring.climb("0:11", Proof.HUMAN) == []
    assert ring.callout.proof is Proof.HEARD
    assert ring.answer("0:40") == ["Answered"]
    assert ring.callout.proof is Proof.ANSWERED


def test_no_receipt_proves_an_answer() -> None:
    ring = Ringing()
    ring.begin()
    with pytest.raises(ValueError, match="cannot prove"):
        ring.climb("0:05", Proof.ANSWERED)


def test_a_message_of_an_older_version_proves_nothing_about_the_new_one() -> None:
    ring = Ringing()
    ring.begin()
    old = ring.attempt("h", VOICE).message
    ring.supersede("1:00", 2)
    assert ring.callout.proof is Proof.NONE
    assert calls.climb(ring.callout, message=old, proof=Proof.HEARD, now=at("1:10")) == []
    assert calls.climb(ring.callout, message="unknown", proof=Proof.HEARD, now=at("1:10")) == []


def test_a_human_met_without_a_message_is_proof() -> None:
    ring = Ringing()
    ring.begin()
    assert ring.take(calls.climb(ring.callout, message=None, proof=Proof.HUMAN, now=at("0:30"))) == ["ProofClimbed"]
    assert (ring.callout.proof, ring.due) == (Proof.HUMAN, "1:15")  # the clock runs on


def test_a_receipt_after_the_end_is_noted() -> None:
    ring = Ringing()
    ring.begin()
    ring.run_until("8:30")
    before = ring.callout
    assert ring.climb("8:31", Proof.RANG, to="s") == ["ProofClimbed"]
    assert ring.callout == before


# --- attempts that fail ------------------------------------------------------------------------------------------


def test_a_dead_number_moves_on_at_once_and_is_not_tried_again_in_this_round() -> None:
    ring = Ringing()
    ring.begin()
    assert ring.fail("0:03", "接不通") == ["AttemptFailed"]  # the text can still be answered
    assert ring.due == "1:15"
    assert ring.fail("0:04", "号码送不到", channel=SMS) == [
        "AttemptFailed",
        "StepFailed",
        "StepFailed",
        "StepFailed",
        "StepFailed",
    ]
    assert started(ring.facts)[-2:] == [("0:04", "sms d"), ("0:04", "voice d")]
    passed = [fact for fact in ring.facts if isinstance(fact, StepFailed)]
    assert [(fact.step, fact.reason) for fact in passed] == [
        (1, "号码送不到"),
        (2, "nobody"),
        (3, "nobody"),
        (4, "nobody"),
    ]
    ring.run_until("5:04")
    assert ring.callout.round == 2  # dead for a round, not for ever
    assert ("5:04", "voice h") in started(ring.facts)


@pytest.mark.parametrize("end", ["machine", "busy", "no_answer", "hung_up", "语音信箱,不是本人", "占线", "无人接听"])
def test_a_call_nobody_took_keeps_the_spacing_of_the_redials(end: str) -> None:
    ring = Ringing()
    ring.begin()
    ring.tick("1:15")
    assert ring.fail("1:40", end) == ["AttemptFailed"]
    assert ring.attempt("h", VOICE).outcome == end
    assert (ring.callout.step, ring.due) == (1, "2:30")
    assert ring.tick("2:30") == ["StepTimedOut"]
    assert started(ring.facts)[-1] == ("2:30", "voice h")


def test_a_step_whose_last_hope_ended_moves_on_at_once() -> None:
    ring = Ringing()
    ring.begin()
    ring.fail("0:05", "号码送不到", channel=SMS)
    assert ring.fail("0:30", "busy") == ["AttemptFailed", "StepFailed"]
    assert started(ring.facts)[-1] == ("0:30", "voice h")


def test_a_repeated_or_unknown_failure_changes_nothing() -> None:
    ring = Ringing()
    ring.begin()
    ring.fail("0:05", "接不通")
    assert ring.fail("0:06", "接不通") == []
    assert calls.attempt_failed(ring.callout, message="?", reason="x", lookup=ring.lookup, now=at("0:07")) == []


def test_the_last_step_failing_exhausts_the_chain() -> None:
    ring = Ringing(lookup=people(holder="h"), steps=steps((Target.HOLDER, (VOICE,), 60)))
    ring.begin()
    assert ring.fail("0:05", "接不通") == ["AttemptFailed", "ChainExhausted"]
    assert (ring.state, ring.due) == ("UNANSWERED", "1:35")


def test_a_late_failure_in_an_earlier_step_moves_nothing() -> None:
    ring = Ringing()
    ring.begin()
    first = ring.attempt("h", SMS).message
    ring.tick("1:15")
    facts = calls.attempt_failed(ring.callout, message=first, reason="号码送不到", lookup=ring.lookup, now=at("1:20"))
    assert ring.take(facts) == ["AttemptFailed"]
    assert (ring.callout.step, ring.due) == (1, "2:30")


# --- whom the lookup names ---------------------------------------------------------------------------------------


def test_nobody_reachable_at_all_rings_the_desk_at_once_and_again_every_round() -> None:
    ring = Ringing(lookup=people())
    names = ring.begin()
    assert names == ["Begun", "StepFailed", "StepFailed", "StepFailed", "StepFailed", "StepFailed", "ChainExhausted"]
    assert (ring.state, ring.due) == ("UNANSWERED", "1:30")
    assert ring.tick("1:30")[0] == "RoundBegun"
    assert (ring.state, ring.callout.round, ring.due) == ("UNANSWERED", 2, "3:00")


def test_a_policy_without_steps_is_not_silent() -> None:
    ring = Ringing(steps=())
    assert ring.begin() == ["Begun", "ChainExhausted"]
    assert ring.tick("1:30") == ["RoundBegun", "ChainExhausted"]
    assert ring.decline("1:40") == ["Declined", "ChainExhausted"]


def test_without_a_holder_the_deputy_rings_first() -> None:
    ring = Ringing(lookup=people(deputy="d"))
    assert ring.begin() == ["Begun", "StepFailed", "StepFailed", "StepFailed", "StepFailed"]
    assert started(ring.facts) == [("0:00", "sms d"), ("0:00", "voice d")]


def test_the_holder_of_this_moment_is_called() -> None:
    ring = Ringing()
    ring.begin()
    ring.lookup = people(holder="h-night", deputy="d", superior="s")
    ring.tick("1:15")
    assert started(ring.facts)[-1] == ("1:15", "voice h-night")


def test_the_same_phone_thrice_on_a_chain_rings_at_every_step_but_once_a_step() -> None:
    ring = Ringing(lookup=people(holder=("x", "x"), deputy="x", superior="x"))
    ring.begin()
    ring.run_until("8:29")
    calls_made = started(ring.facts)
    assert calls_made.count(("0:00", "voice x")) == 1
    assert [when for when, what in calls_made if what == "voice x"] == ["0:00", "1:15", "2:30", "3:45", "5:00", "6:30"]
    ids = [one.message for one in ring.callout.attempts]
    assert len(ids) == len(set(ids))


def test_a_door_is_the_last_rung() -> None:
    chain = steps((Target.HOLDER, (VOICE,), 60), (Target.SUPERIOR, (VOICE,), 60), (Target.DOOR, (SMS, VOICE), 600))
    ring = Ringing(lookup=people(holder="h", superior="s", door="n"), steps=chain)
    ring.begin()
    ring.run_until("2:00")
    assert started(ring.facts)[-2:] == [("2:00", "sms n"), ("2:00", "voice n")]


# --- "0": call my deputy -----------------------------------------------------------------------------------------


def test_zero_calls_the_deputy_at_once() -> None:
    ring = Ringing()
    ring.begin()
    assert ring.decline("0:20") == ["Declined"]
    assert started(ring.facts)[-2:] == [("0:20", "sms d"), ("0:20", "voice d")]
    assert (ring.state, ring.callout.proof, ring.due) == ("RINGING", Proof.HUMAN, "1:50")


def test_zero_at_orange_calls_the_deputy_whom_the_chain_keeps_in_reserve() -> None:
    ring = Ringing(level=Level.ORANGE)
    ring.begin()
    ring.decline("0:20")
    assert started(ring.facts)[-2:] == [("0:20", "sms d"), ("0:20", "voice d")]
    ring = Ringing(level=Level.YELLOW)
    ring.begin()
    ring.decline("0:20")
    assert started(ring.facts)[-1] == ("0:20", "voice d")


def test_the_reserve_is_called_when_no_number_of_the_holder_works() -> None:
    ring = Ringing(level=Level.ORANGE, lookup=people(deputy="d", superior="s"))
    ring.begin()
    assert started(ring.facts) == [("0:00", "sms d"), ("0:00", "voice d")]
    assert ORANGE_STEPS[ring.callout.step].reserve


def test_zero_from_deputy_and_then_superior_exhausts_the_chain() -> None:
    ring = Ringing()
    ring.begin()
    ring.decline("0:20")
    assert ring.decline("0:40", by="deputy") == ["Declined"]
    assert started(ring.facts)[-1] == ("0:40", "voice s")
    assert ring.decline("1:00", by="superior") == ["Declined", "ChainExhausted"]
    assert (ring.state, ring.due) == ("UNANSWERED", "2:30")
    ring.tick("2:30")
    assert started(ring.facts)[-1] == ("2:30", "voice h")  # a new round asks everybody again


def test_zero_while_others_are_being_called_lets_them_go_on() -> None:
    ring = Ringing(lookup=people(holder="h", deputy=("d1", "d2"), superior="s"))
    ring.begin()
    ring.decline("0:20")
    ring.decline("0:30", by="deputy")
    assert (ring.callout.step, ring.due) == (4, "1:50")  # deputy1 is still being called
    ring.decline("0:40", by="deputy1")
    assert started(ring.facts)[-1] == ("0:40", "voice s")
    ring.decline("0:50")  # the holder again
    assert (ring.state, ring.due) == ("RINGING", "2:40")


def test_a_deputy_with_the_same_phone_is_not_rung_after_zero() -> None:
    ring = Ringing(lookup=people(holder="h", deputy="h", superior="s"))
    ring.begin()
    assert ring.decline("0:20") == ["Declined", "StepFailed"]
    assert started(ring.facts)[-1] == ("0:20", "voice s")


def test_zero_after_one_takes_the_answer_back() -> None:
    ring = Ringing()
    ring.begin()
    ring.answer("0:30")
    assert ring.decline("2:00") == ["Declined"]
    assert (ring.state, ring.callout.answered_at, ring.callout.proof) == ("RINGING", None, Proof.HUMAN)
    assert started(ring.facts)[-1] == ("2:00", "voice d")


def test_zero_from_somebody_else_does_not_take_an_answer_back() -> None:
    ring = Ringing()
    ring.begin()
    ring.answer("0:30")
    assert ring.decline("2:00", by="deputy") == []
    assert ring.state == "ANSWERED"


def test_zero_from_the_holder_when_the_desk_had_answered_for_them_calls_the_deputy() -> None:
    ring = Ringing()
    ring.begin()
    ring.answer("0:30", by="user:wang")
    assert ring.decline("1:00") == ["Declined"]


def test_a_late_zero_opens_a_new_round_so_that_the_deputy_really_rings() -> None:
    ring = Ringing()
    ring.begin()
    ring.run_until("8:30")
    messages = {one.message for one in ring.callout.attempts}
    assert ring.decline("9:00") == ["Declined"]
    declined = ring.facts[-1]
    assert isinstance(declined, Declined)
    assert (declined.round, [one.post for one in declined.attempts]) == (2, ["deputy", "deputy"])
    assert not {one.message for one in declined.attempts} & messages


def test_zero_after_a_take_over_calls_the_deputy() -> None:
    ring = Ringing()
    ring.begin()
    ring.take_over("0:30")
    assert ring.decline("1:00") == ["Declined"]
    assert (ring.state, ring.callout.taken_over_by) == ("RINGING", None)


def test_zero_before_it_rang_is_noted() -> None:
    ring = Ringing()
    before = ring.callout
    assert ring.decline("0:00") == ["Declined"]
    assert ring.callout == before
