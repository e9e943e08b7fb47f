"""Going along the chain of a call-out: who is called at a step, which step comes next, what was passed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from core.facts import Fact
from core.ids import natural_id
from notifiers.callout_facts import CallOut, ChainExhausted, Declined, Lookup, StepFailed
from notifiers.steps import Attempt, Contact, Target

NOBODY = "nobody"  # why a step was passed over: the lookup named nobody with a working number

Lead = Callable[[int, tuple[Attempt, ...], datetime], Fact]


def walk(
    draft: CallOut,
    start: int,
    lookup: Lookup,
    now: datetime,
    lead: Lead,
    *,
    always: bool,
    ended: str,
) -> list[Fact]:
    """Go along the chain from `start` to the first step that reaches anybody.

    The first step tried is told by `lead`, each one passed over by a StepFailed of its own, the end by
    ChainExhausted. With `always` the lead is told even when no step is left.
    """
    facts: list[Fact] = []
    for at, step in enumerate(draft.steps):
        if at < start or (step.reserve and not _holder_out(draft, lookup)):
            continue
        attempts = _attempts(draft, at, lookup, now)
        due = now + timedelta(seconds=wait_of(step.wait_s)) if attempts else now
        if facts:
            facts.append(StepFailed(at=now, reason=NOBODY, step=at, attempts=attempts, due_at=due))
        else:
            facts.append(lead(at, attempts, due))
        if attempts:
            return facts
        ended = NOBODY if ended == "timed_out" else ended
    if always and not facts:
        facts.append(lead(min(draft.step, max(len(draft.steps) - 1, 0)), (), now))
    return [*facts, ChainExhausted(at=now, reason=ended, due_at=now + timedelta(seconds=wait_of(draft.round_wait_s)))]


def _contacts(callout: CallOut, at: int, lookup: Lookup) -> tuple[Contact, ...]:
    """Whom the step calls, each number once, without the posts and phones that said "0" in this round."""
    refused = _refused(callout)
    found: dict[str, Contact] = {}
    for contact in lookup(callout, callout.steps[at]):
        if contact.post not in callout.declined and contact.phone_ref not in refused:
            found.setdefault(contact.phone_ref, contact)
    return tuple(found.values())


def _refused(callout: CallOut) -> frozenset[str]:
    """Phones at which somebody said "0": ringing them again for a deputy with the same number helps nobody."""
    mine = (one for one in callout.attempts if one.version == callout.order_version)
    return frozenset(one.phone_ref for one in mine if one.post in callout.declined)


def _attempts(callout: CallOut, at: int, lookup: Lookup, now: datetime) -> tuple[Attempt, ...]:
    """The new attempts of a step; a number that proved dead on a channel in this round is not tried there again."""
    dead = {(one.phone_ref, one.channel) for one in callout.attempts if _in_round(one, callout) and one.dead}
    return tuple(
        Attempt(
            version=callout.order_version, round=callout.round, step=at, post=contact.post,
            phone_ref=contact.phone_ref, channel=channel, at=now,
            message=natural_id(
                "message", callout.id, callout.order_version, callout.round, at, channel, contact.phone_ref
            ),
        )
        for contact in _contacts(callout, at, lookup)
        for channel in callout.steps[at].channels
        if (contact.phone_ref, channel) not in dead
    )  # fmt: skip


def _holder_out(callout: CallOut, lookup: Lookup) -> bool:
    """Whether the reserve is called: somebody said "0", or no number of the holder works."""
    if callout.declined:
        return True
    holder = (at for at, step in enumerate(callout.steps) if step.to is Target.HOLDER)
    return not any(_attempts(callout, at, lookup, callout.created_at) for at in holder)


def stays(callout: CallOut, by: str, reason: str, now: datetime) -> Fact:
    """A "0" that changes nobody's turn: the running step, if any, goes on."""
    return Declined(
        at=now, by=by, reason=reason, round=callout.round, step=callout.step, attempts=(),
        due_at=callout.due_at or now,
    )  # fmt: skip


def rank_of(callout: CallOut, post: str) -> int:
    """Where in the chain a post was called (the highest place); one never called counts as the running step."""
    places = [
        callout.steps[one.step].to.rank
        for one in callout.attempts
        if one.post == post and one.version == callout.order_version and one.step < len(callout.steps)
    ]
    if not places and post == callout.post:
        return Target.HOLDER.rank
    return max(places, default=callout.steps[callout.step].to.rank if callout.steps else 0)


def others_ringing(callout: CallOut, rank: int) -> bool:
    """Whether somebody else, no earlier in the chain than who declined, is being called in the running step."""
    if not callout.steps or callout.steps[callout.step].to.rank < rank:
        return False
    refused = _refused(callout)
    return any(
        in_step(one, callout) and one.post not in callout.declined and one.phone_ref not in refused and not one.dead
        for one in callout.attempts
    )


def attempt_of(callout: CallOut, message: str) -> Attempt | None:
    """The attempt of the version in force that sent `message`."""
    mine = (one for one in callout.attempts if one.message == message and one.version == callout.order_version)
    return next(mine, None)


def _in_round(attempt: Attempt, callout: CallOut) -> bool:
    return attempt.version == callout.order_version and attempt.round == callout.round


def in_step(attempt: Attempt, callout: CallOut) -> bool:
    """Whether an attempt belongs to the running step."""
    return _in_round(attempt, callout) and attempt.step == callout.step


def wait_of(seconds: int) -> int:
    """A wait in seconds, at least one: a wait of nothing would make the deadline the past."""
    return max(seconds, 1)
