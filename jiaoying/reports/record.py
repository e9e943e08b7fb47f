"""What one event left behind, folded from the journal: the only thing a report reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from evacuation.account import Account, account
from evacuation.household_status import HouseholdStatus
from evacuation.listed import Listed
from evacuation.replies import Reply
from evacuation.request import Request
from evacuation.task import Task, TaskState
from notifiers.alarm import Alarm
from notifiers.callout import CallOut, CallOutState
from notifiers.message import Message, MessageState
from warning.event import Event
from warning.warning import Warning

SENT = frozenset({MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.READ})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One fact of the journal as the timeline shows it."""

    sequence: int
    at: datetime
    actor: str
    kind: str
    subject: str
    fact: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSeries:
    """Rain one zone received, and the values it was judged by.

    `rain` holds (end of interval, minutes, tenths of mm or None); `values` level → window in hours → mm.
    """

    zone: str
    name: str
    area: str
    rain: tuple[tuple[datetime, int, int | None], ...]
    values: Mapping[str, Mapping[int, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One event, whole."""

    site: str
    timezone: ZoneInfo
    event: Event
    warnings: tuple[Warning, ...]
    tasks: tuple[Task, ...]
    households: tuple[HouseholdStatus, ...]
    callouts: tuple[CallOut, ...]
    messages: tuple[Message, ...]
    replies: tuple[Reply, ...]
    requests: tuple[Request, ...]
    alarms: tuple[Alarm, ...]
    moments: tuple[Moment, ...]
    rain: tuple[ZoneSeries, ...] = ()
    areas: Mapping[str, str] = field(default_factory=dict)
    shelters: Mapping[str, str] = field(default_factory=dict)
    posts: Mapping[str, str] = field(default_factory=dict)
    """Post id → office in words ("小坝村 村组织者"), never a person's name."""
    journal_hash: str = ""

    @property
    def ordered(self) -> tuple[Task, ...]:
        """Tasks that were ordered."""
        return tuple(task for task in self.tasks if task.ordered_at is not None)

    @property
    def listed(self) -> tuple[Listed, ...]:
        """Every household of every order, once."""
        rows: dict[str, Listed] = {}
        for task in self.ordered:
            for row in task.households:
                rows.setdefault(row.household, row)
        return tuple(rows[code] for code in sorted(rows))

    @property
    def statuses(self) -> Mapping[str, HouseholdStatus]:
        """Household code → its status in this event."""
        return {status.household: status for status in self.households}

    @property
    def account(self) -> Account:
        """The account of the whole event; a household under two orders is counted once."""
        return account(self.listed, self.statuses)

    def account_of(self, task: Task) -> Account:
        """The account of one task."""
        return task.account(self.statuses)

    def name(self, area: str) -> str:
        """The short name of an area."""
        return self.areas.get(area, area)


def answer_seconds(callout: CallOut) -> float | None:
    """Seconds from the first ring to the answer."""
    if callout.answered_at is None or callout.begun_at is None:
        return None
    return max(0.0, (callout.answered_at - callout.begun_at).total_seconds())


def summary(record: Record, *, report: str | None = None) -> dict[str, Any]:
    """The JSON summary of CONTRACT section 2 (`demo`): each household counted once."""
    total = record.account
    begun = [callout for callout in record.callouts if callout.begun_at is not None]
    answered = [callout for callout in begun if callout.state is CallOutState.ANSWERED]
    seconds = [s for s in map(answer_seconds, answered) if s is not None]
    return {
        "event": record.event.id,
        "villages_ordered": len({task.area for task in record.ordered}),
        "households_listed": total.listed.households,
        "people_listed": total.listed.people,
        "people_safe": total.safe.people,
        "people_away": total.away.people,
        "people_outstanding": total.outstanding.people,
        "callouts": len(begun),
        "answered": len(answered),
        "median_answer_s": round(median(seconds), 1) if seconds else None,
        "messages_sent": sum(1 for message in record.messages if message.state in SENT),
        "report": report,
    }


def open_tasks(record: Record) -> tuple[Task, ...]:
    """Ordered tasks that are neither cleared nor ended."""
    return tuple(
        task
        for task in record.ordered
        if task.state not in (TaskState.CLEARED, TaskState.STOOD_DOWN, TaskState.CALLED_OFF)
    )
