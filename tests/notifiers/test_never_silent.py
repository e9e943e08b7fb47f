"""Whatever the phones, the gateways and the people do: an end, or a deadline that lies ahead. Nothing ends in silence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.levels import Level
from notifiers import callout as calls
from notifiers.callout import CallOut, CallOutState, Channel, Contact, Proof, Step, Target
from notifiers.callout_facts import Lookup
from notifiers.policy import DEFAULT_POLICY
from notifiers.receipts import ReceiptKind, proof_of
from tests.notifiers.house import NOON, Ringing, never_silent

PHONES = st.sampled_from(["a", "b", "c"])
BOOKS = st.dictionaries(st.sampled_from(list(Target)), st.lists(PHONES, max_size=3))
POSTS = st.sampled_from(["holder", "deputy", "superior", "door", "user:wang"])
CHAINS = st.lists(
    st.builds(
        Step,
        to=st.sampled_from(list(Target)),
        channels=st.sampled_from([(Channel.SMS,), (Channel.VOICE,), (Channel.SMS, Channel.VOICE)]),
        wait_s=st.integers(0, 1200),
        reserve=st.booleans(),
    ),
    max_size=6,
).map(tuple)
ACTS = st.one_of(
    st.tuples(st.just("receipt"), st.integers(0, 40), st.sampled_from(list(ReceiptKind))),
    st.tuples(st.just("tick"), st.none(), st.none()),
    st.tuples(st.just("tick"), st.none(), st.none()),
    st.tuples(st.just("book"), BOOKS, st.none()),
    st.tuples(st.just("answer"), st.integers(-2, 1), POSTS),
    st.tuples(st.just("decline"), POSTS, st.none()),
    st.tuples(st.just("supersede"), st.sampled_from(list(Level)), st.none()),
    st.tuples(st.just("take_over"), st.none(), st.none()),
    st.tuples(st.just("withdraw"), st.none(), st.none()),
)


@dataclass
class Book:
    """A lookup that changes under the feet of the call-out."""

    phones: dict[Target, list[str]] = field(default_factory=dict)

    def lookup(self, callout: CallOut, step: Step) -> tuple[Contact, ...]:
        return tuple(Contact(post=step.to.value, phone_ref=phone) for phone in self.phones.get(step.to, ()))


@settings(max_examples=300, deadline=None)
@given(
    chain=st.one_of(CHAINS, st.sampled_from(list(Level)).map(DEFAULT_POLICY.steps_for)),
    book=BOOKS,
    acts=st.lists(st.tuples(st.integers(0, 900), ACTS), max_size=40),
)
def test_a_call_out_never_ends_in_silence(
    chain: tuple[Step, ...], book: dict[Target, list[str]], acts: list[tuple[int, tuple[str, object, object]]]
) -> None:
    phones = Book(book)
    lookup: Lookup = phones.lookup
    ring = Ringing(lookup=lookup, steps=chain)
    now = NOON
    messages: list[tuple[str, Channel]] = []
    proof, version = Proof.NONE, 1
    ring.take(calls.when_due(ring.callout, lookup, now))
    never_silent(ring.callout, now)
    for seconds, (act, first, second) in acts:
        now += timedelta(seconds=seconds)
        before = ring.callout
        match act:
            case "receipt" if messages:
                message, channel = messages[int(str(first)) % len(messages)]
                kind = ReceiptKind(str(second))
                climbed = proof_of(kind, channel)
                if climbed > Proof.NONE:
                    ring.take(calls.climb(ring.callout, message=message, proof=climbed, now=now))
                if kind in (ReceiptKind.PERMANENT, ReceiptKind.FAILED, ReceiptKind.BUSY, ReceiptKind.MACHINE):
                    ring.take(
                        calls.attempt_failed(ring.callout, message=message, reason=kind.value, lookup=lookup, now=now)
                    )
            case "book":
                phones.phones = dict(first)  # type: ignore[call-overload]
            case "answer":
                wanted = ring.callout.order_version + int(str(first))
                ring.take(calls.answer(ring.callout, by=str(second), how="sms", version=wanted, now=now))
                if wanted != before.order_version:
                    assert ring.callout == before
            case "decline":
                ring.take(calls.decline(ring.callout, by=str(first), reason="0", lookup=lookup, now=now))
            case "supersede":
                level = Level(str(first))
                ring.take(
                    calls.supersede(
                        ring.callout,
                        version=ring.callout.order_version + 1,
                        code="B3",
                        level=level,
                        steps=DEFAULT_POLICY.steps_for(level),
                        lookup=lookup,
                        now=now,
                    )
                )
            case "take_over":
                ring.take(calls.take_over(ring.callout, by="user:wang", reason="x", now=now))
            case "withdraw":
                ring.take(calls.withdraw(ring.callout, reason="x", now=now))
            case _:
                pass
        ring.take(calls.when_due(ring.callout, lookup, now))
        out = ring.callout
        never_silent(out, now)
        messages += [(one.message, one.channel) for one in out.attempts if (one.message, one.channel) not in messages]
        # Within a version proof only sinks when a human takes the answer back, and then a human was met.
        if out.order_version == version and out.state is not CallOutState.READY:
            assert out.proof >= proof or (proof is Proof.ANSWERED and out.proof >= Proof.HUMAN)
        proof, version = out.proof, out.order_version
    ids = [one.message for fact in ring.facts for one in getattr(fact, "attempts", ())]
    assert len(ids) == len(set(ids)), "an attempt whose message was sent before would ring nobody"


@settings(max_examples=100, deadline=None)
@given(chain=CHAINS, book=BOOKS)
def test_left_alone_it_goes_round_for_ever(chain: tuple[Step, ...], book: dict[Target, list[str]]) -> None:
    ring = Ringing(lookup=Book(book).lookup, steps=chain)
    now = NOON
    for _ in range(30):
        ring.take(calls.when_due(ring.callout, ring.lookup, now))
        never_silent(ring.callout, now)
        assert ring.callout.due_at is not None
        now = ring.callout.due_at
    assert ring.callout.round >= 3
