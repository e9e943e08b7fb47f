"""The life of one message: crash, hanging gateway, receipts late, twice and out of order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.facts import DrillEnded, Fact
from core.levels import Level
from notifiers import message as messages
from notifiers.message import (
    BackOff,
    Channel,
    Message,
    MessageState,
    Purpose,
    TransientFailure,
    claim,
    evolve,
    may_suppress,
    receipt,
    when_due,
)
from notifiers.receipts import ReceiptKind
from tests.notifiers.house import NOON, a_message, at

S = MessageState


def after(message: Message, facts: Iterable[Fact]) -> Message:
    for fact in facts:
        message = evolve(message, fact)
    return message


def in_state(state: MessageState) -> Message:
    """A message brought into a state by the facts that lead there."""
    message = a_message()
    sending = after(message, claim(message, now=NOON, epoch=1))
    taken = after(sending, messages.accepted(sending, gateway="g", gateway_id="9", now=NOON))
    match state:
        case S.QUEUED:
            return message
        case S.SENDING:
            return sending
        case S.IN_DOUBT:
            return after(sending, when_due(sending, at("0:30")))
        case S.ACCEPTED:
            return taken
        case S.DELIVERED:
            return after(taken, receipt(taken, ReceiptKind.DELIVERED, NOON))
        case S.READ:
            return after(taken, receipt(taken, ReceiptKind.READ, NOON))
        case S.FAILED:
            return after(taken, receipt(taken, ReceiptKind.PERMANENT, NOON))
        case S.STALE:
            return after(message, when_due(message, at("60:00")))
        case S.SUPPRESSED:
            return after(message, messages.suppress(message, reason="newer", now=NOON))


@pytest.mark.parametrize("state", list(S))
def test_every_state_is_reached_by_facts(state: MessageState) -> None:
    assert in_state(state).state is state


def test_the_usual_way() -> None:
    message = a_message()
    assert (message.state, message.due_at) == (S.QUEUED, NOON)
    message = after(message, claim(message, now=at("0:01"), epoch=7))
    assert (message.state, message.tries, message.epoch, message.lease_until) == (S.SENDING, 1, 7, at("0:31"))
    message = after(message, messages.accepted(message, gateway="sim", gateway_id="42", now=at("0:02")))
    assert (message.state, message.gateway, message.gateway_id, message.sent_at) == (
        S.ACCEPTED,
        "sim",
        "42",
        at("0:02"),
    )
    assert message.due_at is None
    message = after(message, receipt(message, ReceiptKind.DELIVERED, at("0:05")))
    assert (message.state, message.delivered_at) == (S.DELIVERED, at("0:05"))
    message = after(message, receipt(message, ReceiptKind.READ, at("0:09")))
    assert message.state is S.READ


def test_a_claim_waits_for_its_time_and_is_taken_once() -> None:
    message = after(a_message(), [])
    later = after(message, [])
    assert claim(later, now=at("60:00"), epoch=1)[0].name == "WentStale"
    held = after(message, claim(message, now=NOON, epoch=1))
    assert claim(held, now=NOON, epoch=2) == []
    backed_off = after(held, messages.transient(held, reason="busy", now=NOON))
    assert claim(backed_off, now=at("0:04"), epoch=1) == []
    assert claim(backed_off, now=at("0:05"), epoch=1)[0].name == "Claimed"


def test_back_off_grows_and_listens_to_the_gateway() -> None:
    back_off = BackOff(first_s=5, factor=2, most_s=60)
    assert [back_off.wait_s(n) for n in (1, 2, 3, 4, 5, 99)] == [5, 10, 20, 40, 60, 60]
    assert back_off.wait_s(1, after_s=30) == 30
    assert back_off.wait_s(5, after_s=30) == 60


def test_back_off_ends_with_the_life_of_the_message() -> None:
    message = in_state(S.SENDING)
    fact = messages.transient(message, reason="429", now=at("59:50"), after_s=3600)[0]
    assert isinstance(fact, TransientFailure)
    assert fact.due_at == at("60:00")
    message = evolve(message, fact)
    assert claim(message, now=at("60:00"), epoch=1)[0].name == "WentStale"


@pytest.mark.parametrize("kind", [ReceiptKind.ACCEPTED, ReceiptKind.DIALLED, ReceiptKind.DELIVERED])
def test_a_lease_that_ran_out_leaves_it_in_doubt_and_a_late_answer_settles_it(kind: ReceiptKind) -> None:
    message = in_state(S.SENDING)
    assert when_due(message, at("0:29")) == []
    message = after(message, when_due(message, at("0:30")))
    assert message.state is S.IN_DOUBT
    assert message.due_at == at("0:30")
    settled = after(message, receipt(message, kind, at("0:40"), gateway="g", gateway_id="9"))
    assert settled.state in (S.ACCEPTED, S.DELIVERED)
    assert settled.gateway_id == "9"


def test_in_doubt_the_gateway_is_asked() -> None:
    doubt = in_state(S.IN_DOUBT)
    assert after(doubt, messages.found(doubt, gateway="g", gateway_id="9", now=at("1:00"))).state is S.ACCEPTED
    again = after(doubt, messages.not_found(doubt, now=at("1:00")))
    assert (again.state, again.due_at) == (S.QUEUED, at("1:00"))
    assert after(doubt, when_due(doubt, at("60:00"))).state is S.STALE


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_gateway_that_cannot_be_asked(purpose: Purpose) -> None:
    doubt = evolve(
        evolve(a_message(purpose=purpose), claim(a_message(), now=NOON, epoch=1)[0]),
        messages.LeaseExpired(at=NOON, due_at=NOON),
    )
    settled = after(doubt, messages.cannot_be_asked(doubt, now=at("1:00")))
    assert settled.state is (S.SUPPRESSED if purpose is Purpose.ECHO else S.QUEUED)
    assert settled.code == "A7"  # the same code goes out again


def test_an_answer_to_a_question_nobody_has_any_more() -> None:
    taken = in_state(S.ACCEPTED)
    assert messages.not_found(taken, now=NOON) == []
    assert messages.cannot_be_asked(taken, now=NOON) == []
    assert after(taken, messages.found(taken, gateway="other", gateway_id="1", now=NOON)) == taken
    queued = in_state(S.QUEUED)
    assert after(queued, messages.found(queued, gateway="g", gateway_id="1", now=NOON)).state is S.ACCEPTED


def test_lost_by_the_carrier_after_it_was_taken_it_goes_again() -> None:
    taken = in_state(S.ACCEPTED)
    again = after(taken, receipt(taken, ReceiptKind.TRANSIENT, at("1:00"), reason="30008"))
    assert (again.state, again.reason, again.resends, again.due_at) == (S.QUEUED, "30008", 1, at("1:05"))


@pytest.mark.parametrize("kind", [ReceiptKind.BUSY, ReceiptKind.NO_ANSWER, ReceiptKind.MACHINE, ReceiptKind.HUNG_UP])
def test_a_call_nobody_heard_out_is_over_as_a_message(kind: ReceiptKind) -> None:
    taken = in_state(S.ACCEPTED)
    over = after(taken, receipt(taken, kind, at("0:40")))
    assert (over.state, over.reason) == (S.FAILED, kind.value)
    assert after(over, receipt(over, ReceiptKind.HEARD, at("0:41"))).state is S.DELIVERED


def test_progress_of_a_call_is_no_news_to_a_taken_message() -> None:
    taken = in_state(S.ACCEPTED)
    assert receipt(taken, ReceiptKind.RINGING, NOON) == []
    assert receipt(taken, ReceiptKind.HUMAN, NOON) == []


RANK = {S.QUEUED: 0, S.SENDING: 0, S.IN_DOUBT: 0, S.ACCEPTED: 1, S.FAILED: 2, S.DELIVERED: 3, S.READ: 4}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("kind", list(ReceiptKind))
def test_every_receipt_is_taken_in_every_state_and_good_news_is_never_lost(
    state: MessageState, kind: ReceiptKind
) -> None:
    message = in_state(state)
    moved = after(message, receipt(message, kind, at("1:00")))
    if state in (S.DELIVERED, S.READ):
        assert RANK[moved.state] >= RANK[state]
    if kind in (ReceiptKind.DELIVERED, ReceiptKind.HEARD):
        assert moved.state in (S.DELIVERED, S.READ)
    if kind is ReceiptKind.READ:
        assert moved.state is S.READ


@settings(max_examples=200, deadline=None)
@given(kinds=st.lists(st.sampled_from(list(ReceiptKind)), min_size=1, max_size=8), data=st.data())
def test_receipts_in_any_order_and_twice_end_where_the_best_one_leads(
    kinds: list[ReceiptKind], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(kinds + kinds[:2]))
    message = in_state(S.SENDING)
    for kind in order:
        facts = receipt(message, kind, at("1:00"))
        message = after(message, facts)
    good = {ReceiptKind.DELIVERED, ReceiptKind.HEARD, ReceiptKind.READ} & set(kinds)
    if ReceiptKind.READ in good:
        assert message.state is S.READ
    elif good:
        assert message.state is S.DELIVERED
    else:
        assert message.state in (S.SENDING, S.QUEUED, S.ACCEPTED, S.FAILED)


@settings(max_examples=200, deadline=None)
@given(
    acts=st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from(["claim", "due", "take", "busy", "ask", "lost", "deaf"])),
        max_size=40,
    )
)
def test_a_message_is_sent_settled_or_due_again(acts: list[tuple[int, str]]) -> None:
    message, now = a_message(), NOON
    for seconds, act in acts:
        now += timedelta(seconds=seconds)
        match act:
            case "claim":
                facts = claim(message, now=now, epoch=1)
            case "take":
                facts = messages.accepted(message, gateway="g", gateway_id="1", now=now)
            case "busy":
                facts = messages.transient(message, reason="busy", now=now)
            case "ask":
                facts = messages.not_found(message, now=now)
            case "deaf":
                facts = messages.cannot_be_asked(message, now=now)
            case "lost":
                facts = receipt(message, ReceiptKind.TRANSIENT, now)
            case _:
                facts = when_due(message, now)
        message = after(message, facts)
        if message.state in (S.QUEUED, S.SENDING, S.IN_DOUBT):
            assert message.due_at is not None
            assert message.due_at <= max(message.expires_at, now + timedelta(seconds=60))
        else:
            assert message.due_at is None


def test_the_end_of_a_drill_holds_back_what_has_not_left() -> None:
    ended = DrillEnded(at=at("1:00"), reason="演练中止")
    for state in (S.QUEUED, S.SENDING, S.IN_DOUBT):
        assert evolve(in_state(state), ended).state is S.SUPPRESSED
    for state in (S.ACCEPTED, S.DELIVERED, S.READ, S.FAILED, S.STALE, S.SUPPRESSED):
        assert evolve(in_state(state), ended) == in_state(state)


def test_only_what_waits_in_the_queue_is_suppressed() -> None:
    for state in S:
        facts = messages.suppress(in_state(state), reason="newer", newer="m2", now=NOON)
        assert bool(facts) is (state is S.QUEUED)


OLD = a_message(order_version=1, level=Level.ORANGE)


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({}, True),
        ({"level": Level.RED}, True),
        ({"level": Level.YELLOW}, False),
        ({"order_version": 1}, False),
        ({"to_ref": "phone:other"}, False),
        ({"channel": Channel.VOICE}, False),
        ({"callout": "c2"}, False),
        ({"purpose": Purpose.INFORM}, False),
        ({"state": S.STALE}, False),
        ({"state": S.SENDING}, True),
        ({"purpose": Purpose.CANCEL}, False),
    ],
)
def test_a_newer_version_takes_the_place_of_an_unsent_older_one(changes: dict[str, object], may: bool) -> None:
    newer = a_message(**({"id": "m2", "order_version": 2, "level": Level.ORANGE} | changes))
    assert may_suppress(newer, OLD) is may


def test_a_cancel_takes_the_place_of_an_unsent_order_only_when_the_desk_was_told() -> None:
    cancel = a_message(id="m2", order_version=2, purpose=Purpose.CANCEL, level=None)
    assert not may_suppress(cancel, OLD)
    assert may_suppress(cancel, OLD, desk_told=True)
    assert not may_suppress(cancel, a_message(state=S.SENDING), desk_told=True)
