"""The call-out as a table: its facts, its transitions with their reasons, and what each fact changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.facts import DrillEnded, Fact
from core.lifecycle import Lifecycle, Row, all_to
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
    ProofClimbed,
    RoundBegun,
    StepFailed,
    StepTimedOut,
    Superseded,
    TakenOver,
    Withdrawn,
)
from notifiers.receipts import Proof
from notifiers.steps import Attempt

MOST_ATTEMPTS = 60  # the row keeps the newest; the journal keeps all

_S = CallOutState

FACTS: Mapping[str, type[Fact]] = {
    kind.__name__: kind
    for kind in (
        Created, Begun, ProofClimbed, AttemptFailed, StepTimedOut, StepFailed, Declined, ChainExhausted, RoundBegun,
        Superseded, Answered, AnsweredOld, TakenOver, Withdrawn, DrillEnded,
    )
}  # fmt: skip

_LATE = {
    "ProofClimbed": "a receipt that came after the ringing had ended",
    "AttemptFailed": "a call that ended after the ringing had ended",
    "AnsweredOld": "an answer to an older version answers nothing",
}

LIFECYCLE: Lifecycle[CallOutState] = Lifecycle(
    name="CallOut",
    chinese="叫应",
    states=CallOutState,
    rows=(
        Row(source=None, fact="Created", target=_S.READY, why="frozen copy of post, order, policy"),
        Row(source=_S.READY, fact="Begun", target=_S.RINGING, why="its time has come: the first step rings"),
        Row(source=_S.READY, fact="Superseded", target=_S.READY, why="the order grew before anybody was called"),
        Row(source=_S.READY, fact="Answered", target=_S.ANSWERED, why="answered by page, desk or an earlier text"),
        Row(source=_S.RINGING, fact="ProofClimbed", target=_S.RINGING, why="dialled, rang, human, heard"),
        Row(source=_S.RINGING, fact="AttemptFailed", target=_S.RINGING, why="one wire ended, the step still runs"),
        Row(source=_S.RINGING, fact="Superseded", target=_S.RINGING, why="newer version: the steps start again"),
        Row(source=_S.RINGING, fact="Declined", target=_S.RINGING, why='"0": the next person at once'),
        Row(source=_S.RINGING, fact="StepTimedOut", target=_S.RINGING, why="no answer within the wait: next step"),
        Row(source=_S.RINGING, fact="StepFailed", target=_S.RINGING, why="nobody reachable here: next step at once"),
        Row(source=_S.RINGING, fact="ChainExhausted", target=_S.UNANSWERED, why="last step gone by: the desk rings"),
        Row(source=_S.UNANSWERED, fact="RoundBegun", target=_S.RINGING, why="nothing ends in silence: another round"),
        Row(source=_S.UNANSWERED, fact="Superseded", target=_S.RINGING, why="a newer version rings at once"),
        Row(source=_S.UNANSWERED, fact="Declined", target=_S.RINGING, why='a late "0" calls the deputy at once'),
        Row(source=_S.TAKEN_OVER, fact="Superseded", target=_S.RINGING, why="who took over answered for the old one"),
        Row(source=_S.TAKEN_OVER, fact="Declined", target=_S.RINGING, why='a late "0" calls the deputy at once'),
        Row(source=_S.ANSWERED, fact="Superseded", target=_S.RINGING, why="an answer holds for one version"),
        Row(source=_S.ANSWERED, fact="Declined", target=_S.RINGING, why='"0" after "1": somebody else must act'),
        *all_to((_S.RINGING, _S.UNANSWERED, _S.TAKEN_OVER), "Answered", _S.ANSWERED, "a human act; late counts"),
        *all_to((_S.RINGING, _S.UNANSWERED), "TakenOver", _S.TAKEN_OVER, "a named person owns the silence"),
        *all_to((_S.READY, _S.RINGING, _S.UNANSWERED, _S.TAKEN_OVER), "Withdrawn", _S.WITHDRAWN, "subject is over"),
        *all_to((_S.READY, _S.RINGING, _S.UNANSWERED, _S.TAKEN_OVER), "DrillEnded", _S.WITHDRAWN, "the drill ended"),
    ),
    notes={
        _S.READY: {
            "AnsweredOld": _LATE["AnsweredOld"],
            "Declined": '"0" before it rang: kept in the journal, the chain still starts at its first step',
        },
        _S.RINGING: {"AnsweredOld": _LATE["AnsweredOld"]},
        _S.UNANSWERED: _LATE,
        _S.TAKEN_OVER: {**_LATE, "TakenOver": "somebody else took it over first"},
        _S.ANSWERED: {
            **_LATE,
            "Answered": "a second acknowledgement",
            "DrillEnded": "it was answered before the drill ended",
        },
        _S.WITHDRAWN: {
            **_LATE,
            "Answered": "an answer after the end",
            "Declined": 'a "0" after the end',
            "TakenOver": "taken over after the end",
            "Withdrawn": "withdrawn twice",
            "DrillEnded": "it ended before the drill",
        },
    },
)


def evolve(state: CallOut | None, fact: Fact) -> CallOut:
    """Return the call-out after `fact`."""
    after = LIFECYCLE.after(None if state is None else state.state, fact)
    if state is None:
        return _born(after, fact)
    if LIFECYCLE.is_noted(state.state, fact.name):
        return state
    now = replace(state, state=after)
    match fact:
        case Begun():
            return replace(_added(now, fact.attempts), step=fact.step, due_at=fact.due_at, begun_at=fact.at)
        case StepTimedOut() | StepFailed():
            return replace(_added(now, fact.attempts), step=fact.step, due_at=fact.due_at)
        case Declined():
            return replace(
                _added(_unanswered(now), fact.attempts),
                round=fact.round, step=fact.step, due_at=fact.due_at,
                # The answer is taken back; that a human said "0" stays true.
                proof=Proof.HUMAN if now.proof is Proof.ANSWERED else max(now.proof, Proof.HUMAN),
                declined=(*(post for post in now.declined if post != fact.by), fact.by),
            )  # fmt: skip
        case RoundBegun():
            return replace(
                _added(now, fact.attempts), round=fact.round, step=fact.step, due_at=fact.due_at, declined=()
            )
        case Superseded():
            return replace(
                _added(_unanswered(now), fact.attempts),
                order_version=fact.version, code=fact.code, level=fact.level, steps=fact.steps, declined=(),
                round_wait_s=fact.round_wait_s, urgency=fact.urgency, expires_at=fact.expires_at, round=1,
                step=fact.step, proof=Proof.NONE, due_at=fact.due_at,
                begun_at=None if after is _S.READY else fact.at,
            )  # fmt: skip
        case ProofClimbed():
            return replace(now, proof=max(now.proof, fact.proof))
        case AttemptFailed():
            return replace(
                now,
                attempts=tuple(
                    replace(one, outcome=fact.reason, dead=fact.dead) if one.message == fact.message else one
                    for one in now.attempts
                ),
            )
        case ChainExhausted():
            return replace(now, due_at=fact.due_at)
        case Answered():
            return replace(
                now,
                proof=Proof.ANSWERED,
                answered_at=fact.at,
                answered_by=fact.by,
                answered_late=fact.late,
                due_at=None,
            )
        case TakenOver():
            return replace(now, taken_over_by=fact.by, due_at=None)
        case _:  # Withdrawn, DrillEnded: the end
            return replace(now, due_at=None)


def _born(after: CallOutState, fact: Fact) -> CallOut:
    assert isinstance(fact, Created)  # the table has one birth
    return CallOut(
        id=fact.callout, state=after, status=fact.status, event=fact.event, area=fact.area, role=fact.role,
        post=fact.post, subject_kind=fact.subject_kind, subject=fact.subject, level=fact.level, rung=fact.rung,
        order_version=fact.order_version, code=fact.code, steps=fact.steps, round_wait_s=fact.round_wait_s, round=1,
        step=0, proof=Proof.NONE, attempts=(), declined=(), urgency=fact.urgency, created_at=fact.at, begun_at=None,
        answered_at=None, answered_by=None, answered_late=False, taken_over_by=None, due_at=fact.due_at,
        expires_at=fact.expires_at, reason=fact.reason,
    )  # fmt: skip


def _added(callout: CallOut, attempts: tuple[Attempt, ...]) -> CallOut:
    return replace(callout, attempts=(*callout.attempts, *attempts)[-MOST_ATTEMPTS:])


def _unanswered(callout: CallOut) -> CallOut:
    """What an answer or a take-over had settled is open again."""
    return replace(callout, answered_at=None, answered_by=None, answered_late=False, taken_over_by=None)
