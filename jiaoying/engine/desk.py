"""The duty desk: rung for every proposal, again when it gets worse or nobody signs, and never left in silence."""

from __future__ import annotations

from core.levels import Level
from jiaoying.engine import alarms, calling
from jiaoying.engine.proposals import desk_subject, proposals
from jiaoying.engine.turn import Turn
from notifiers.callout import CallOut, CallOutState, Proof
from people.posts import Post, Role
from warning import warning as warnings
from warning.event import Event, EventState
from warning.warning import Warning

RINGING = (CallOutState.RINGING, CallOutState.UNANSWERED)
NOBODY = "nobody_at_desk"


def call_desk(turn: Turn) -> None:
    """Begin the call-outs of proposals the desk was never rung for; twice changes nothing.

    Proposals of one tick share a call-out. Whether one was rung for is asked of the call-outs, not of the clock, so
    that a proposal whose engine died before it could ring is rung for by the next.
    """
    found: list[Event] = turn.work.select("event", state=EventState.OPEN, status=turn.site.status)
    for event in found:
        unrung: dict[str, list[Warning]] = {}
        for warning in proposals(turn, event.id):
            if warning.proposal is not None and warning.proposal.clock_from is None:
                unrung.setdefault(desk_subject(event.id, warning.proposal.at), []).append(warning)
        for subject, waiting in unrung.items():
            if turn.work.select("callout", subject=subject, subject_kind="proposal", limit=1):
                continue
            _ring(turn, event.id, subject, waiting)


def _ring(turn: Turn, event: str, subject: str, waiting: list[Warning], *, again: bool = False) -> None:
    level = max(w.proposal.level for w in waiting if w.proposal is not None)
    post = duty_post(turn)
    if post is None:
        _nobody(turn, event)
        for warning in waiting:
            facts = warnings.desk_rang(warning, failed=True, now=turn.now)
            if facts:
                turn.emit("warning", warning.id, facts)
        return
    alarms.clear_alarms(turn, subject=event, rules=(NOBODY,))
    calling.call(
        turn,
        post=post,
        subject_kind="proposal",
        subject=subject,
        level=level,
        event=event,
        moment=turn.now if again else None,
    )


def _nobody(turn: Turn, event: str) -> None:
    alarms.raise_alarm(
        turn,
        rule=NOBODY,
        subject=event,
        level=Level.RED,
        area=turn.site.area,
        event=event,
        words="预警提议没有人可以叫:县里没有值班、指挥或调度岗位,请马上补登",
    )


def duty_post(turn: Turn) -> Post | None:
    """Who is rung for the county now: the duty post, else the commander, else a dispatcher; on duty before off duty."""
    directory = turn.county.directory
    roles = (Role.DUTY, Role.COMMANDER, Role.DISPATCHER)
    for role in roles:
        found = directory.on_duty(turn.site.area, role, turn.now, turn.site.timezone)
        if found:
            return found[0]
    return next((found[0] for role in roles if (found := directory.at(turn.site.area, role))), None)


def call_moved(turn: Turn, callout: CallOut) -> None:
    """The desk's phone rang, somebody took it, or nobody could be rung: the approval clocks of its proposals start."""
    rang = callout.proof >= Proof.RANG or callout.state in (CallOutState.ANSWERED, CallOutState.TAKEN_OVER)
    failed = callout.state is CallOutState.UNANSWERED
    if not (rang or failed) or callout.event is None:
        return
    for warning in proposals(turn, callout.event):
        if warning.proposal is None or warning.proposal.clock_from is not None:
            continue
        if desk_subject(callout.event, warning.proposal.at) == callout.subject:
            turn.emit("warning", warning.id, warnings.desk_rang(warning, failed=not rang, now=turn.now))


def release(turn: Turn, event: str) -> None:
    """Withdraw the desk's call-outs none of whose proposals is open any more."""
    waiting = {desk_subject(event, w.proposal.at) for w in proposals(turn, event) if w.proposal is not None}
    for callout in turn.work.select("callout", event=event, subject_kind="proposal", state=calling.OPEN):
        if callout.subject not in waiting:
            calling.withdraw_one(turn, callout, "提议已有结论")


def ring_again(turn: Turn, warning: Warning) -> None:
    """A proposal that got worse, or that nobody signed: the desk is rung again rather than left in silence."""
    if warning.proposal is None:
        return
    subject = desk_subject(warning.event, warning.proposal.at)
    for callout in turn.work.select("callout", event=warning.event, subject_kind="proposal", state=RINGING):
        if callout.subject == subject:
            if warning.proposal.level > callout.level:
                level = warning.proposal.level
                calling.supersede(turn, callout, version=callout.order_version + 1, level=level)
            return
    _ring(turn, warning.event, subject, [warning], again=True)
