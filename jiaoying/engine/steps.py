"""What single turns of the engine do: small functions that `Service` runs one by one on the writer."""

from __future__ import annotations

from collections.abc import Sequence

from core.levels import Level
from evacuation import request as requests
from evacuation import task as tasks
from evacuation.request import Request
from evacuation.task import Task
from hazards.frames import RainFrame
from hazards.stations_to_zones import ZoneRain
from jiaoying.engine import alarms, approving, calling, deliver, desk, ordering, receipting, receiving, telling
from jiaoying.engine.commands import ReceiveText
from jiaoying.engine.turn import Turn
from jiaoying.storage import inbox
from jiaoying.storage import rain as rain_store
from warning.assess import Situation


def follow_up(turn: Turn) -> None:
    """What follows from moved call-outs and grown lists, before the turn ends."""
    while turn.moved or turn.tell:
        while turn.moved:
            callout = turn.moved.pop(0)
            if callout.subject_kind == "proposal":
                desk.call_moved(turn, callout)
        for event in sorted(turn.tell):
            turn.tell.discard(event)
            telling.tell(turn, event)


def store_frame(frame: RainFrame, turn: Turn) -> bool:
    """Keep one frame as it came."""
    return rain_store.store_frame(
        turn.work, frame, actor=str(turn.actor), cause=turn.cause, status=str(turn.site.status)
    )


def keep_zone_rain(zones: Sequence[str], at_zones: ZoneRain, turn: Turn) -> None:
    """Keep what each zone received in one interval."""
    rain_store.store_zone_rain(turn.work, zones, at_zones, status=str(turn.site.status))


def mark_judged(key: rain_store.FrameKey, turn: Turn) -> None:
    """The frame has had its effect."""
    rain_store.mark_judged(turn.work, key)


def assess(situation: Situation, turn: Turn) -> None:
    """Judge one village and family."""
    approving.assess(turn, situation)


def handle_inbound(row: inbox.Inbound, turn: Turn) -> None:
    """Understand one inbound row and mark it handled, in one transaction."""
    command = receipting.command_of(row.gateway, row.gateway_id, (row.body or b"").decode())
    if isinstance(command, ReceiveText):
        receiving.text(turn, command)
    else:
        receipting.receipt(turn, command)
    inbox.mark_handled(turn.work, row.id)


def inbound_failed(row: inbox.Inbound, turn: Turn) -> None:
    """The row stays, its body with it; it is tried again a few times, then the alarm names it for a person."""
    inbox.mark_failed(turn.work, row.id)


def when_due(kind: str, identity: str, turn: Turn) -> None:
    """Meet one deadline, if it still stands."""
    state = turn.work.get(kind, identity)
    if state is None:
        return
    if kind != "message" and (state.due_at is None or state.due_at > turn.now):
        return
    match kind:
        case "callout":
            calling.when_due(turn, state)
        case "message":
            deliver.when_due(turn, state)
        case "warning":
            approving.when_due(turn, state)
        case "task":
            _task_due(turn, state)
        case "request":
            _request_due(turn, state)
        case _:
            raise ValueError(f"a deadline of an unknown kind: {kind}")


def _task_due(turn: Turn, task: Task) -> None:
    facts = tasks.when_due(task, turn.now)
    if facts:
        turn.emit("task", task.id, facts)


def _request_due(turn: Turn, request: Request) -> None:
    facts = requests.when_due(request, turn.now)
    if facts:
        after: Request = turn.emit("request", request.id, facts)
        alarms.raise_alarm(
            turn,
            rule="request_climbed",
            subject=f"{request.id}:{after.level}",
            level=Level.ORANGE,
            area=request.area,
            event=request.event,
            words=f"{turn.county.short(request.area)}求助超时,已升到{after.level.chinese}",
        )


def worst_first(situation: Situation) -> tuple[int, str, str]:
    """The order in which situations are judged: by level, then by code."""
    return (-(situation.level.rank if situation.level is not None else 0), situation.area, str(situation.family))


def nightfall(identity: str, turn: Turn) -> None:
    """Order what was only planned by day, in a turn of its own: one village that fails must not stop the others."""
    ordering.nightfall(turn, identity)


def tell_again(event: str, turn: Turn) -> None:
    """Tell townships and county what has come since they were rung a minute ago."""
    telling.tell_areas(turn, event)
