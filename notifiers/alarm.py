"""报警: something the desk must look at; raised once, acknowledged by a name, cleared when its cause is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from core.ids import natural_id
from core.levels import Level
from core.lifecycle import Lifecycle, Row, all_to


class AlarmState(StrEnum):
    """States of an alarm."""

    RAISED = "RAISED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    CLEARED = "CLEARED"


_S = AlarmState


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One watch rule about one subject. An alarm has no deadline of its own: the watch looks again at every tick."""

    id: str
    state: AlarmState
    status: CapStatus
    rule: str
    subject: str
    area: str | None
    event: str | None
    level: Level
    words: str
    raised_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised(Fact):
    """The rule found something, for the first time or again. `words` name areas and posts, never persons."""

    alarm: str
    status: CapStatus
    rule: str
    subject: str
    area: str | None
    event: str | None
    level: Level
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged(Fact):
    """A named person has seen it."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared(Fact):
    """The rule finds nothing any more."""

    reason: str


FACTS: Mapping[str, type[Fact]] = {kind.__name__: kind for kind in (Raised, Acknowledged, Cleared, DrillEnded)}

LIFECYCLE: Lifecycle[AlarmState] = Lifecycle(
    name="Alarm",
    chinese="报警",
    states=AlarmState,
    rows=(
        Row(source=None, fact="Raised", target=_S.RAISED, why="a watch rule found something"),
        Row(source=_S.RAISED, fact="Acknowledged", target=_S.ACKNOWLEDGED, why="a named person has seen it"),
        Row(source=_S.CLEARED, fact="Raised", target=_S.RAISED, why="it came back; it must be seen again"),
        *all_to((_S.RAISED, _S.ACKNOWLEDGED), "Cleared", _S.CLEARED, "the cause is gone"),
        *all_to((_S.RAISED, _S.ACKNOWLEDGED), "DrillEnded", _S.CLEARED, "the drill ended"),
    ),
    notes={
        _S.ACKNOWLEDGED: {"Acknowledged": "somebody else had seen it first"},
        _S.CLEARED: {
            "Acknowledged": "seen after it was over",
            "Cleared": "cleared twice",
            "DrillEnded": "it was over before the drill",
        },
    },
)


def evolve(state: Alarm | None, fact: Fact) -> Alarm:
    """Return the alarm after `fact`."""
    after = LIFECYCLE.after(None if state is None else state.state, fact)
    if isinstance(fact, Raised):
        return Alarm(
            id=fact.alarm, state=after, status=fact.status, rule=fact.rule, subject=fact.subject, area=fact.area,
            event=fact.event, level=fact.level, words=fact.words, raised_at=fact.at, acknowledged_by=None,
            acknowledged_at=None, cleared_at=None,
        )  # fmt: skip
    assert state is not None  # the table has one birth
    if LIFECYCLE.is_noted(state.state, fact.name):
        return state
    if isinstance(fact, Acknowledged):
        return replace(state, state=after, acknowledged_by=fact.by, acknowledged_at=fact.at)
    return replace(state, state=after, cleared_at=fact.at)


def alarm_id(rule: str, subject: str, status: CapStatus) -> str:
    """Return the id of the alarm of `rule` about `subject`; a drill's alarm is another than a real one."""
    return natural_id("alarm", rule, subject, status)


def raise_alarm(
    alarm: Alarm | None,
    *,
    id: str,
    rule: str,
    subject: str,
    status: CapStatus,
    level: Level | str,
    words: str,
    now: datetime,
    area: str | None = None,
    event: str | None = None,
) -> list[Fact]:
    """Raise the alarm `id` (see `alarm_id`); [] while it stands already."""
    if alarm is not None and alarm.state is not _S.CLEARED:
        return []
    fact = Raised(
        at=now,
        alarm=id,
        status=status,
        rule=rule,
        subject=subject,
        area=area,
        event=event,
        level=Level(level),
        words=words,
    )
    return [fact]


def acknowledge(alarm: Alarm, *, by: str, now: datetime) -> list[Fact]:
    """A named person has seen it (noted when not the first)."""
    fact = Acknowledged(at=now, by=by)
    known = LIFECYCLE.takes(alarm.state, fact.name) or LIFECYCLE.is_noted(alarm.state, fact.name)
    return [fact] if known else []


def clear(alarm: Alarm, *, now: datetime, reason: str = "cause_gone") -> list[Fact]:
    """The cause is gone; [] when it was cleared already."""
    return [] if alarm.state is _S.CLEARED else [Cleared(at=now, reason=reason)]
