"""Acts of named people that end things: taking over a silence, answering at the door, requests, the all-clear, a drill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.cap import CapStatus
from core.facts import Fact
from evacuation import request as requests
from evacuation import task as tasks
from evacuation.allowed import NotAllowed as Refusal
from evacuation.request import Request, RequestState
from evacuation.task import Task, TaskState
from jiaoying.engine import aborting, alarms, approving, calling, counting, receiving, speaking
from jiaoying.engine.commands import (
    AnswerCallout,
    CloseRequest,
    EndDrill,
    NotAllowed,
    NotFound,
    SignAllClear,
    Stale,
    TakeOver,
)
from jiaoying.engine.turn import Turn
from notifiers import callout as calls
from notifiers.callout import CallOut
from notifiers.message import Purpose
from warning.warning import Warning


def take_over(turn: Turn, command: TakeOver) -> CallOut:
    """A named person owns the silence."""
    callout = _callout(turn, command.id)
    facts = calls.take_over(callout, by=str(turn.actor), reason=turn.words(command.reason), now=turn.now)
    if not facts:
        raise NotAllowed("还没有响铃或已经有人应答,不需要接手")
    after = calling.carry_on(turn, callout, facts)
    alarms.clear_alarms(turn, subject=callout.id)
    return after


def answer_by_desk(turn: Turn, command: AnswerCallout) -> CallOut:
    """A named operator states that the post answered, and how (radio, door); a human act, so it answers."""
    callout = _callout(turn, command.id)
    if not command.how.strip():
        raise NotAllowed("请写明是怎样答复的(对讲机、上门……)")
    after = receiving.answer(
        turn, callout, by=str(turn.actor), how=f"desk:{turn.words(command.how)}", version=callout.order_version
    )
    if callout.subject_kind == "task":
        task: Task | None = turn.work.get("task", callout.subject)
        if task is not None:
            counting.acknowledged(turn, task, by=callout.post, how="desk", version=callout.order_version, callout=after)
    alarms.clear_alarms(turn, subject=callout.id)
    return after


def _callout(turn: Turn, identity: str) -> CallOut:
    found: CallOut | None = turn.work.get("callout", identity)
    if found is None:
        raise NotFound(f"没有这个叫应:{identity}")
    return found


def sign_all_clear(turn: Turn, command: SignAllClear) -> Task:
    """One signature under the all-clear; the last one lets people return, tells them so and ends the calling."""
    task: Task | None = turn.work.get("task", command.id)
    if task is None:
        raise NotFound(f"没有这项任务:{command.id}")
    if command.version != task.version:
        raise Stale(f"任务已是第{task.version}版,请刷新后再签")
    warning: Warning | None = turn.work.get("warning", task.warning)
    below = warning is None or warning.state.value in ("CANCELLED", "EXPIRED") or warning.below_since is not None
    facts = _allowed(
        tasks.sign_all_clear,
        task,
        who=str(turn.actor),
        expert=turn.words(command.expert),
        reason=turn.words(command.reason),
        account=counting.account_of(turn, task),
        rain_below=below,
        drill=turn.site.status.value != "Actual",
        night=turn.site.night(turn.now),
        now=turn.now,
    )
    after: Task = turn.emit("task", task.id, facts)
    if after.state is TaskState.STOOD_DOWN:
        alarms.clear_alarms(turn, subject=task.id)
        told = {a.phone_ref for c in turn.work.select("callout", subject=task.id) for a in c.attempts if a.phone_ref}
        calling.withdraw(turn, task.id, "已解除")
        for phone_ref in sorted(told):
            calling.say(
                turn,
                to_ref=phone_ref,
                text=speaking.all_clear_words(turn, task.area),
                purpose=Purpose.NOTICE,
                about=("all-clear", task.id),
                event=task.event,
            )
        approving.close_event_if_over(turn, task.event)
    return after


def move_request(turn: Turn, command: CloseRequest) -> Request:
    """Move a request on: assign, begin, done, close (checked), not_so, withdraw."""
    request: Request | None = turn.work.get("request", command.id)
    if request is None:
        raise NotFound(f"没有这个求助:{command.id}")
    by, reason, now = str(turn.actor), turn.words(command.reason), turn.now
    match command.act:
        case "assign":
            if not command.to:
                raise NotAllowed("请写明指派给谁")
            facts = _allowed(requests.assign, request, by=by, to=_assignee(turn, command.to), now=now)
        case "begin":
            facts = _allowed(requests.begin, request, by=by, now=now)
        case "done":
            facts = _allowed(requests.done, request, by=by, reason=reason, now=now)
        case "close":
            facts = _allowed(requests.close, request, by=by, reason=reason, now=now)
        case "not-so":
            facts = _allowed(requests.not_so, request, by=by, reason=reason, now=now, on_word=True)
        case "withdraw":
            facts = _allowed(requests.withdraw, request, by=by, reason=reason, now=now)
        case other:
            raise NotAllowed(f"不能对求助做“{other}”")
    after: Request = turn.emit("request", request.id, facts) if facts else request
    if after.state in (RequestState.CLOSED, RequestState.WITHDRAWN):
        alarms.clear_alarms(turn, subject=request.id)
    return after


def _assignee(turn: Turn, to: str) -> str:
    """A post's id stays as it is; anything typed is a name or a department, and private."""
    return to if turn.county.directory.get(to) is not None else turn.words(to)


def end_drill(turn: Turn, command: EndDrill) -> int:
    """End every lifecycle of the Exercise at once and tell everybody who was called (演练中止)."""
    if turn.site.status is CapStatus.ACTUAL:
        raise NotAllowed("这是真实站点,没有演练可以中止")
    return aborting.end_all(turn, (turn.site.status,), reason=turn.words(command.reason))


def _allowed(decide: Callable[..., list[Fact]], *args: Any, **kwargs: Any) -> list[Fact]:
    """Call a decide function; its refusal is the command's."""
    try:
        return decide(*args, **kwargs)
    except Refusal as error:
        raise NotAllowed(str(error)) from error
