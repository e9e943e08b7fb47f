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
from evacuation.task_state import ENDED
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
from notifiers.callout import CallOut, Rung
from notifiers.message import Purpose
from warning import warning as warnings
from warning.warning import Warning, WarningState


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
    if callout.rung is Rung.CONFIRMED:
        # Whether the village is empty is not answered but confirmed, by a name that then stands under it.
        raise NotAllowed("请用“确认清点”")
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
    facts = _allowed(
        tasks.sign_all_clear,
        task,
        who=str(turn.actor),
        expert=turn.words(command.expert),
        reason=turn.words(command.reason),
        account=counting.account_of(turn, task),
        rain_below=_below(turn, task),
        drill=turn.site.status.value != "Actual",
        night=turn.site.night(turn.now),
        now=turn.now,
    )
    shared = [other for other in _ordered_beside(turn, task) if other.state not in ENDED]
    last = any(fact.name in ("AllClearGiven", "CalledOff") for fact in facts)
    if last:
        for other in shared:
            if not _below(turn, other):
                raise NotAllowed(
                    f"名单里有住户还在{turn.county.short(other.area)}{other.family.chinese}的转移指令里,"
                    "那一项险情没有过去,不能让人返回"
                )
    after: Task = turn.emit("task", task.id, facts)
    if not last:
        return after
    alarms.clear_alarms(turn, subject=task.id)
    calling.withdraw(turn, task.id, "已解除")
    if after.state is TaskState.STOOD_DOWN and not shared:
        _let_return(turn, after)
    _end_warning(turn, after, command)
    approving.close_event_if_over(turn, task.event)
    return after


def _below(turn: Turn, task: Task) -> bool:
    """Whether nothing threatens the village by this family any more: neither the order's own warning nor a newer one."""
    concerned = approving.warnings_of(turn, task.event, task.area, task.family)
    return all(not warning.open or warning.below_since is not None for warning in concerned)


def _ordered_beside(turn: Turn, task: Task) -> list[Task]:
    """Other orders of the event, given and not called off, that list some of the same households."""
    found: list[Task] = turn.work.select("task", event=task.event)
    never = (TaskState.PLANNED, TaskState.CALLED_OFF)
    return [other for other in found if other.id != task.id and other.state not in never and other.codes & task.codes]


def _let_return(turn: Turn, task: Task) -> None:
    """Tell everybody who was called that people may return: for this order, and for those that waited for it to end.

    While another order of the same households stands, nobody is told; the last one to be lifted tells them all.
    """
    told: set[tuple[str, str]] = set()
    for lifted in (task, *_ordered_beside(turn, task)):
        if any(other.state not in ENDED for other in _ordered_beside(turn, lifted)):
            continue
        called = turn.work.select("callout", subject=lifted.id)
        phones = {attempt.phone_ref for callout in called for attempt in callout.attempts if attempt.phone_ref}
        for phone_ref in sorted(phones):
            if (phone_ref, lifted.area) in told:
                continue
            told.add((phone_ref, lifted.area))
            calling.say(
                turn,
                to_ref=phone_ref,
                text=speaking.all_clear_words(turn, lifted.area),
                purpose=Purpose.NOTICE,
                about=("all-clear", lifted.id),
                event=lifted.event,
            )


def _end_warning(turn: Turn, task: Task, command: SignAllClear) -> None:
    """The warning ends with its order: left in force, the next burst would find it and order nobody."""
    warning: Warning | None = turn.work.get("warning", task.warning)
    if warning is None or warning.state is not WarningState.IN_FORCE:
        return
    facts = _allowed(
        warnings.cancel, warning, who=str(turn.actor), reason=turn.words(command.reason) or "all_clear", now=turn.now
    )
    approving.carry_on(turn, warning.id, facts)


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
