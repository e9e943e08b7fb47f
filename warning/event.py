"""The event (降雨过程): one storm or drill, from its first proposal to stand-down; the unit of a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from core.ids import natural_id
from core.levels import Level
from core.lifecycle import Lifecycle, Row


class EventState(StrEnum):
    """Open, or closed for good: a later storm is a new event."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Fact):
    """The first proposal of a site and CAP status that has no open event."""

    id: str
    status: CapStatus
    event_name: str
    site_area: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Fact):
    """A village is in it, at a level (its highest so far)."""

    area: str
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Fact):
    """No warning is open and every task has ended."""


LIFECYCLE: Lifecycle[EventState] = Lifecycle(
    name="Event",
    chinese="降雨过程",
    states=EventState,
    rows=(
        Row(source=None, fact="Opened", target=EventState.OPEN, why="the first proposal opens the event"),
        Row(
            source=EventState.OPEN,
            fact="Joined",
            target=EventState.OPEN,
            why="a village joins, or reaches a higher level",
        ),
        Row(source=EventState.OPEN, fact="Closed", target=EventState.CLOSED, why="no warning open, every task ended"),
        Row(source=EventState.OPEN, fact="DrillEnded", target=EventState.CLOSED, why="the drill was ended at once"),
    ),
    notes={EventState.CLOSED: {"Closed": "closed twice", "DrillEnded": "it was over before the drill was"}},
)

FACTS: Mapping[str, type[Fact]] = {fact.__name__: fact for fact in (Opened, Joined, Closed, DrillEnded)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One storm or drill. `level` is the highest any of its villages reached; `villages` in the order they joined."""

    id: str
    state: EventState
    status: CapStatus
    name: str
    site_area: str
    opened_at: datetime
    closed_at: datetime | None = None
    level: Level | None = None
    villages: tuple[str, ...] = ()
    village_levels: tuple[Level, ...] = ()
    due_at: datetime | None = None


def evolve(state: Event | None, fact: Fact) -> Event:
    """Return the event after `fact`; a noted fact changes nothing."""
    target = LIFECYCLE.after(None if state is None else state.state, fact)
    if state is None:
        # the only birth in the table
        assert isinstance(fact, Opened)
        return Event(
            id=fact.id,
            state=target,
            status=fact.status,
            name=fact.event_name,
            site_area=fact.site_area,
            opened_at=fact.at,
        )
    if LIFECYCLE.is_noted(state.state, fact.name):
        return state
    if isinstance(fact, Joined):
        levels = dict(zip(state.villages, state.village_levels, strict=True))
        levels[fact.area] = max(fact.level, levels.get(fact.area, fact.level))
        top = fact.level if state.level is None else max(fact.level, state.level)
        return replace(state, state=target, level=top, villages=tuple(levels), village_levels=tuple(levels.values()))
    return replace(state, state=target, closed_at=fact.at)


def event_id(site_area: str, status: CapStatus, opened_at: datetime) -> str:
    """The natural key of an event: its site, its CAP status, the moment it opened."""
    return natural_id("event", site_area, status, opened_at)


def open_event(*, site_area: str, status: CapStatus, name: str, now: datetime) -> tuple[str, list[Fact]]:
    """Open an event; whoever asks has looked that none of this site and status is open."""
    key = event_id(site_area, status, now)
    return key, [Opened(at=now, id=key, status=status, event_name=name, site_area=site_area)]


def join(event: Event, *, area: str, level: Level, now: datetime) -> list[Fact]:
    """Let a village join at a level; nothing when it is in already at that level or a higher one.

    Raises
    ------
    ValueError
        When the event is closed: a later storm is a new event.
    """
    if event.state is EventState.CLOSED:
        raise ValueError(f"event {event.id} is closed")
    known = dict(zip(event.villages, event.village_levels, strict=True)).get(area)
    return [] if known is not None and known >= level else [Joined(at=now, area=area, level=level)]


def close(event: Event, *, warnings_open: bool, tasks_open: bool, now: datetime) -> list[Fact]:
    """Close an event that has no open warning and no open task."""
    if event.state is EventState.CLOSED or warnings_open or tasks_open:
        return []
    return [Closed(at=now)]
