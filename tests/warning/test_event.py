"""One storm: it opens, villages join, it closes."""

from __future__ import annotations

import pytest

from core.cap import CapStatus
from core.facts import DrillEnded
from core.levels import Level
from tests.warning.builders import T0, after
from warning.event import Event, EventState, close, evolve, join, open_event


def storm() -> Event:
    key, facts = open_event(site_area="530629", status=CapStatus.EXERCISE, name="2025-07-08 降雨过程", now=T0)
    event = evolve(None, facts[0])
    assert event.id == key
    return event


def joined(event: Event, area: str, level: Level) -> Event:
    for fact in join(event, area=area, level=level, now=after(minutes=1)):
        event = evolve(event, fact)
    return event


def test_villages_join_and_the_highest_level_stays() -> None:
    event = joined(joined(joined(storm(), "v1", Level.YELLOW), "v2", Level.RED), "v1", Level.ORANGE)
    assert (event.villages, event.level) == (("v1", "v2"), Level.RED)
    assert join(event, area="v2", level=Level.ORANGE, now=T0) == []


def test_it_closes_when_nothing_is_open_and_a_later_storm_is_another() -> None:
    event = storm()
    assert close(event, warnings_open=True, tasks_open=False, now=T0) == []
    assert close(event, warnings_open=False, tasks_open=True, now=T0) == []
    closed = evolve(event, close(event, warnings_open=False, tasks_open=False, now=after(hours=9))[0])
    assert (closed.state, closed.closed_at) == (EventState.CLOSED, after(hours=9))
    assert close(closed, warnings_open=False, tasks_open=False, now=after(hours=10)) == []
    assert evolve(closed, DrillEnded(at=T0, reason="x")) == closed
    with pytest.raises(ValueError, match="closed"):
        join(closed, area="v1", level=Level.RED, now=T0)
    later, _ = open_event(site_area="530629", status=CapStatus.EXERCISE, name="x", now=after(hours=20))
    assert later != event.id


def test_a_drill_that_ends_closes_its_event() -> None:
    assert evolve(storm(), DrillEnded(at=T0, reason="actual")).state is EventState.CLOSED
