"""Which open proposals the desk's call-outs are about."""

from __future__ import annotations

from datetime import datetime

from core.ids import natural_id
from jiaoying.engine.turn import Turn
from notifiers.callout import CallOut
from warning.warning import Warning, WarningState

OPEN = (WarningState.PROPOSED, WarningState.IN_FORCE)


def desk_subject(event: str, at: datetime) -> str:
    """Proposals due in the same tick share one call-out to the desk: its subject is the event and that moment."""
    return natural_id("proposals", event, at)


def proposals(turn: Turn, event: str) -> list[Warning]:
    """Open warnings of an event that wait for a signature, worst first."""
    found = [w for w in turn.work.select("warning", event=event, state=OPEN) if w.proposal is not None]
    return sorted(found, key=lambda w: (-w.proposal.level.rank if w.proposal else 0, w.area))


def proposed_in(turn: Turn, callout: CallOut) -> list[Warning]:
    """The proposals that share one desk call-out."""
    if callout.event is None:
        return []
    return [
        warning
        for warning in proposals(turn, callout.event)
        if warning.proposal is not None and desk_subject(callout.event, warning.proposal.at) == callout.subject
    ]
