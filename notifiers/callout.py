"""叫应: reach one post about one subject until a human answers, or a named person owns the silence.

Theory. A call-out walks a frozen chain of steps. A step texts and dials everybody whom the lookup names for it at that
moment, and has a deadline. When the deadline passes, or no attempt of the step can succeed any more, the next step
begins; after the last one the duty desk rings and another round is due. So in READY, RINGING and UNANSWERED there is
always a deadline, and the only ends are ANSWERED, TAKEN_OVER and WITHDRAWN.

Proof climbs with the receipts of the version in force and never sinks within it; ``answered`` is reached by a human
act alone, and for one version only: an answer to an older one is journalled (`AnsweredOld`) and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.cap import CapStatus
from core.facts import Fact
from core.ids import natural_id
from core.levels import Level
from notifiers.callout_facts import (
    Answered,
    AnsweredOld,
    AttemptFailed,
    Begun,
    CallOut,
    CallOutState,
    ChainExhausted,
    Created,
    Declined,
    Lookup,
    ProofClimbed,
    RoundBegun,
    StepFailed,
    StepTimedOut,
    Superseded,
    TakenOver,
    Withdrawn,
)
from notifiers.callout_table import FACTS, LIFECYCLE, MOST_ATTEMPTS, evolve
from notifiers.chain import NOBODY, attempt_of, in_step, others_ringing, rank_of, stays, wait_of, walk
from notifiers.receipts import Channel, Proof, ends_number
from notifiers.steps import Attempt, Contact, Rung, Step, Target

__all__ = [
    "FACTS",
    "LIFECYCLE",
    "MOST_ATTEMPTS",
    "NOBODY",
    "Answered",
    "AnsweredOld",
    "Attempt",
    "AttemptFailed",
    "Begun",
    "CallOut",
    "CallOutState",
    "ChainExhausted",
    "Channel",
    "Contact",
    "Created",
    "Declined",
    "Lookup",
    "Proof",
    "ProofClimbed",
    "RoundBegun",
    "Rung",
    "Step",
    "StepFailed",
    "StepTimedOut",
    "Superseded",
    "TakenOver",
    "Target",
    "Withdrawn",
    "answer",
    "attempt_failed",
    "begin",
    "callout_id",
    "climb",
    "create",
    "decline",
    "evolve",
    "life_of",
    "supersede",
    "take_over",
    "when_due",
    "withdraw",
]  # fmt: skip

_DECLINED = "declined"
_S = CallOutState


def callout_id(subject_kind: str, subject: str, post: str, rung: Rung, moment: datetime | None = None) -> str:
    """Return the id of the call-out of `post` about `subject`; rungs above `answered` are told apart by their time."""
    return natural_id("callout", subject_kind, subject, post, rung, "" if moment is None else moment)


def create(
    *,
    status: CapStatus,
    event: str | None,
    area: str,
    role: str,
    post: str,
    subject_kind: str,
    subject: str,
    level: Level,
    order_version: int,
    code: str | None,
    steps: tuple[Step, ...],
    round_wait_s: int,
    urgency: int,
    reason: str,
    now: datetime,
    rung: Rung = Rung.ANSWERED,
    expires_at: datetime | None = None,
    begin_at: datetime | None = None,
    moment: datetime | None = None,
) -> tuple[str, list[Fact]]:
    """Return the id and birth of a call-out, due at `begin_at` (at once unless told)."""
    ident = callout_id(subject_kind, subject, post, rung, moment)
    fact = Created(
        at=now, callout=ident, status=status, event=event, area=area, role=role, post=post, subject_kind=subject_kind,
        subject=subject, level=level, rung=rung, order_version=order_version, code=code, steps=steps,
        round_wait_s=round_wait_s, urgency=urgency, due_at=begin_at or now, expires_at=expires_at, reason=reason,
    )  # fmt: skip
    return ident, [fact]


def begin(callout: CallOut, lookup: Lookup, now: datetime) -> list[Fact]:
    """Ring the first step that reaches anybody; [] when it does not wait to begin."""
    if callout.state is not _S.READY:
        return []

    def lead(step: int, attempts: tuple[Attempt, ...], due: datetime) -> Fact:
        return Begun(at=now, step=step, attempts=attempts, due_at=due)

    return walk(callout, 0, lookup, now, lead, always=True, ended=NOBODY)


def when_due(callout: CallOut, lookup: Lookup, now: datetime) -> list[Fact]:
    """Do what is due: begin, next step, or another round. Afterwards `due_at` lies in the future or the end is reached."""
    if callout.due_at is None or callout.due_at > now:
        return []
    match callout.state:
        case _S.READY:
            return begin(callout, lookup, now)
        case _S.RINGING:

            def timed_out(step: int, attempts: tuple[Attempt, ...], due: datetime) -> Fact:
                return StepTimedOut(at=now, step=step, attempts=attempts, due_at=due)

            return walk(callout, callout.step + 1, lookup, now, timed_out, always=False, ended="timed_out")
        case _S.UNANSWERED:
            number = callout.round + 1

            def again(step: int, attempts: tuple[Attempt, ...], due: datetime) -> Fact:
                return RoundBegun(at=now, round=number, step=step, attempts=attempts, due_at=due)

            draft = replace(callout, round=number, declined=())
            return walk(draft, 0, lookup, now, again, always=True, ended=NOBODY)
        case _:
            return []


def climb(callout: CallOut, *, message: str | None, proof: Proof, now: datetime) -> list[Fact]:
    """Take a receipt's proof: a fact when it is higher than known and belongs to the version in force, else [].

    Raises
    ------
    ValueError
        For ``answered``: no receipt proves that, only `answer` does.
    """
    if proof is Proof.ANSWERED:
        raise ValueError("a receipt cannot prove an answer")
    if callout.state is _S.READY or proof <= callout.proof:
        return []
    if message is not None and attempt_of(callout, message) is None:
        return []
    return [ProofClimbed(at=now, message=message, proof=proof)]


def attempt_failed(
    callout: CallOut, *, message: str, reason: str, lookup: Lookup, now: datetime, dead: bool | None = None
) -> list[Fact]:
    """Take the end of one attempt; when no attempt of its step can succeed any more, ring the next step at once.

    A busy line, a mailbox or a call nobody took (`receipts.SOFT_ENDS`) says nothing against the number: such an end
    alone does not cut the step's wait short, so that redials keep their spacing. Any other end shows a dead number
    (`dead`, when given, decides): it is not tried by this channel again in this round.
    """
    one = attempt_of(callout, message)
    if one is None or one.outcome:
        return []
    failed = AttemptFailed(at=now, message=message, reason=reason, dead=ends_number(reason) if dead is None else dead)
    facts: list[Fact] = [failed]
    after = evolve(callout, failed)
    if callout.state is not _S.RINGING:
        return facts
    running = [each for each in after.attempts if in_step(each, after)]
    hopeless = all(each.outcome for each in running) and any(each.dead for each in running)
    if not hopeless:
        return facts

    def lead(step: int, attempts: tuple[Attempt, ...], due: datetime) -> Fact:
        return StepFailed(at=now, reason=reason, step=step, attempts=attempts, due_at=due)

    return facts + walk(after, after.step + 1, lookup, now, lead, always=False, ended=reason)


def answer(callout: CallOut, *, by: str, how: str, version: int | None, now: datetime) -> list[Fact]:
    """Take a human act that answers `version` (None: the one in force).

    An answer to an older version returns `AnsweredOld`, which every state notes; one to a version that does not exist
    yet returns [].
    """
    version = callout.order_version if version is None else version
    if version > callout.order_version:
        return []
    if version < callout.order_version:
        return [AnsweredOld(at=now, by=by, how=how, version=version)]
    late = callout.round > 1 or callout.state in (_S.UNANSWERED, _S.TAKEN_OVER)
    return [Answered(at=now, by=by, how=how, version=version, late=late)]


def decline(callout: CallOut, *, by: str, reason: str, lookup: Lookup, now: datetime) -> list[Fact]:
    """Take a "0" from the post `by`: call whoever stands after it in the chain, at once.

    When others are being called already (a second deputy, the superior), they go on being called. Where the chain
    has nobody left, it is exhausted and the desk rings. After an answer only the one who answered can take it back:
    a "0" from somebody else of the chain returns [].
    """
    if callout.state is _S.ANSWERED and callout.answered_by != by and _in_chain(callout, callout.answered_by):
        return []
    if callout.state in (_S.READY, _S.WITHDRAWN):
        return [stays(callout, by, reason, now)]
    declined = replace(callout, declined=(*(post for post in callout.declined if post != by), by))
    rank = rank_of(callout, by)
    if callout.state is _S.RINGING and others_ringing(declined, rank):
        return [stays(callout, by, reason, now)]
    later = [at for at, step in enumerate(callout.steps) if step.to.rank > rank]
    here = [at for at in later if at > callout.step]
    # Message ids name round and step: going back in the chain needs a new round, or nobody would be called.
    fresh = callout.state in (_S.UNANSWERED, _S.TAKEN_OVER) or (not here and callout.state is _S.ANSWERED)
    number = callout.round + 1 if fresh else callout.round
    start = next(iter(later if fresh else here), len(callout.steps))

    def lead(step: int, attempts: tuple[Attempt, ...], due: datetime) -> Fact:
        return Declined(
            at=now, by=by, reason=reason, round=number, step=step, attempts=attempts, due_at=due
        )  # fmt: skip

    return walk(replace(declined, round=number), start, lookup, now, lead, always=True, ended=_DECLINED)


def supersede(
    callout: CallOut,
    *,
    version: int,
    code: str | None,
    level: Level,
    steps: tuple[Step, ...],
    lookup: Lookup,
    now: datetime,
    round_wait_s: int | None = None,
    urgency: int | None = None,
    expires_at: datetime | None = None,
) -> list[Fact]:
    """Put a newer version in force: the steps start again, only answers to it count. What is not given stays.

    [] for a version that is not newer, and for a call-out that was withdrawn.
    """
    if version <= callout.order_version or callout.state is _S.WITHDRAWN:
        return []
    draft = replace(
        callout, order_version=version, code=code, level=level, steps=steps, round=1, declined=(),
        round_wait_s=callout.round_wait_s if round_wait_s is None else round_wait_s,
        urgency=callout.urgency if urgency is None else urgency, expires_at=expires_at or callout.expires_at,
    )  # fmt: skip

    def lead(step: int, attempts: tuple[Attempt, ...], due: datetime) -> Fact:
        return Superseded(
            at=now, version=version, code=code, level=level, steps=steps, round_wait_s=draft.round_wait_s,
            urgency=draft.urgency, expires_at=draft.expires_at, step=step, attempts=attempts, due_at=due,
        )  # fmt: skip

    if callout.state is _S.READY:
        return [lead(0, (), callout.due_at or now)]
    return walk(draft, 0, lookup, now, lead, always=True, ended=NOBODY)


def take_over(callout: CallOut, *, by: str, reason: str, now: datetime) -> list[Fact]:
    """Let the named person `by` own the silence; [] before it rings and after it was answered."""
    if callout.state in (_S.READY, _S.ANSWERED):
        return []
    return [TakenOver(at=now, by=by, reason=reason)]


def withdraw(callout: CallOut, *, reason: str, now: datetime) -> list[Fact]:
    """End a call-out whose subject is over; [] when it has ended or was answered already."""
    if callout.state in (_S.ANSWERED, _S.WITHDRAWN):
        return []
    return [Withdrawn(at=now, reason=reason)]


def life_of(callout: CallOut, now: datetime) -> datetime:
    """Return until when a message of the running step may be sent: the order's life, but never less than the wait.

    A call-out outlives its `expires_at` while its subject is open; its texts must not be born expired.
    """
    least = now + timedelta(seconds=wait_of(callout.steps[callout.step].wait_s) if callout.steps else 1)
    return least if callout.expires_at is None else max(callout.expires_at, least)


def _in_chain(callout: CallOut, post: str | None) -> bool:
    return post == callout.post or any(one.post == post for one in callout.attempts)
