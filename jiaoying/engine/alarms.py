"""Alarms at the desk: something nobody has dealt with; one per rule and subject, raised again if it comes back."""

from __future__ import annotations

from collections.abc import Iterable

from core.levels import Level
from jiaoying.engine.commands import AcknowledgeAlarm, NotFound
from jiaoying.engine.turn import Turn
from notifiers import alarm as alarm_words
from notifiers.alarm import Alarm, AlarmState


def raise_alarm(
    turn: Turn, *, rule: str, subject: str, level: Level, words: str, area: str | None = None, event: str | None = None
) -> None:
    """Raise an alarm unless it stands already."""
    identity = alarm_words.alarm_id(rule, subject, turn.site.status)
    known: Alarm | None = turn.work.get("alarm", identity)
    facts = alarm_words.raise_alarm(
        known,
        id=identity,
        rule=rule,
        subject=subject,
        status=turn.site.status,
        level=level,
        words=words,
        area=area,
        event=event,
        now=turn.now,
    )
    if facts:
        turn.emit("alarm", identity, facts)


def clear_alarms(turn: Turn, *, subject: str, rules: Iterable[str] | None = None, reason: str = "已处理") -> None:
    """Clear the alarms about a subject whose cause has gone."""
    wanted = set(rules) if rules is not None else None
    for known in turn.work.select("alarm", subject=subject, state=(AlarmState.RAISED, AlarmState.ACKNOWLEDGED)):
        if wanted is None or known.rule in wanted:
            turn.emit("alarm", known.id, alarm_words.clear(known, reason=reason, now=turn.now))


def acknowledge(turn: Turn, command: AcknowledgeAlarm) -> Alarm:
    """Somebody saw it; it stays in the list."""
    known: Alarm | None = turn.work.get("alarm", command.id)
    if known is None:
        raise NotFound(f"没有这条告警:{command.id}")
    facts = alarm_words.acknowledge(known, by=str(turn.actor), now=turn.now)
    return turn.emit("alarm", known.id, facts) if facts else known
