"""演练中止: ends every lifecycle of an Exercise at once, because the real thing comes first (law 9)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from core.cap import CapStatus
from core.facts import DrillEnded
from core.lifecycle import Lifecycle
from evacuation import household_status as households
from evacuation import replies
from evacuation import request as requests
from evacuation import task as tasks
from jiaoying.engine import calling, speaking
from jiaoying.engine.turn import Turn
from notifiers import alarm as alarm_words
from notifiers import callout as calls
from notifiers import message as messages
from notifiers.message import Purpose
from warning import event as events
from warning import warning as warnings
from warning.event import EventState

LIFECYCLES: dict[str, Lifecycle[Any]] = {
    "callout": calls.LIFECYCLE,
    "task": tasks.LIFECYCLE,
    "warning": warnings.LIFECYCLE,
    "request": requests.LIFECYCLE,
    "household": households.LIFECYCLE,
    "event": events.LIFECYCLE,
    "alarm": alarm_words.LIFECYCLE,
    "message": messages.LIFECYCLE,
    "reply": replies.LIFECYCLE,
}


def end_all(turn: Turn, statuses: Collection[CapStatus], *, reason: str) -> int:
    """End whatever is open under these CAP statuses; everybody who was called is told 演练中止. Returns how many ended."""
    ended = 0
    told: dict[str, CapStatus] = {}
    running = {event.id for event in turn.work.select("event", status=tuple(statuses), state=EventState.OPEN)}
    for name, lifecycle in LIFECYCLES.items():
        for state in turn.work.select(name, status=tuple(statuses)):
            ends = lifecycle.takes(state.state, "DrillEnded")
            if name == "callout" and (ends or state.event in running):
                # Whoever has answered is on the way already, and must hear it first of all.
                told.update({attempt.phone_ref: state.status for attempt in state.attempts if attempt.phone_ref})
            if not ends:
                continue
            turn.emit(name, state.id, [DrillEnded(at=turn.now, reason=reason)])
            ended += 1
    for phone_ref, status in sorted(told.items()):
        calling.say(
            turn,
            to_ref=phone_ref,
            text=speaking.drill_ended_words(turn, aborted=True, status=status),
            purpose=Purpose.DRILL_ENDED,
            about=("drill-ended", turn.now.isoformat()),
            event=None,
            status=status,
        )
    return ended
