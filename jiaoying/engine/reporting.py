"""Gathers what a report needs: states folded from the journal, rain at the zones, names of areas and offices."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from core.levels import Level
from jiaoying.engine.county import County
from jiaoying.engine.site import Site
from jiaoying.reports.record import Moment, Record, ZoneSeries
from jiaoying.storage import journal, rebuild
from jiaoying.storage import rain as rain_store
from jiaoying.storage.database import Engine
from warning.event import Event

LOOK_BACK = timedelta(hours=24)  # rain before the first proposal that a report shows


class EventNotFound(LookupError):
    """No event of this id; the message says which there are."""


def gather(engine: Engine, county: County, site: Site, event: str) -> Record:
    """Fold the journal and return the record of one event; `latest` is the one opened last.

    Raises
    ------
    EventNotFound
    """
    states = rebuild.rebuilt(engine)
    events: dict[str, Event] = dict(states.get("event", {}))
    if event == "latest" and events:
        event = max(events.values(), key=lambda known: (known.opened_at, known.id)).id
    if event not in events:
        known = "、".join(f"{one.id}({one.name})" for one in events.values()) or "还没有任何降雨过程"
        raise EventNotFound(f"没有这个降雨过程:{event};有:{known}")
    chosen = events[event]

    def of_event(kind: str) -> tuple[Any, ...]:
        return tuple(state for _, state in sorted(states.get(kind, {}).items()) if state.event == event)

    warnings = of_event("warning")
    subjects = {event} | {state.id for kind in SUBJECTS for state in of_event(kind)}
    moments: list[Moment] = []
    with engine.connect() as connection:
        for entry in journal.entries(connection):
            for fact in entry["facts"]:
                if fact["subject"] in subjects:
                    moments.append(
                        Moment(
                            sequence=entry["sequence"],
                            at=datetime.fromisoformat(entry["at"]),
                            actor=entry["actor"],
                            kind=entry["kind"],
                            subject=fact["subject"],
                            fact=fact["fact"],
                            data=fact["data"],
                        )
                    )
        _, last = journal.head(connection)
        series = tuple(
            _series(connection, county, zone, since=chosen.opened_at - LOOK_BACK)
            for zone in sorted({zone for warning in warnings for zone in warning.zones})
            if zone in county.zones
        )
    return Record(
        site=site.name,
        timezone=site.timezone,
        event=chosen,
        warnings=warnings,
        tasks=of_event("task"),
        households=of_event("household"),
        callouts=of_event("callout"),
        messages=of_event("message"),
        replies=of_event("reply"),
        requests=of_event("request"),
        alarms=of_event("alarm"),
        moments=tuple(moments),
        rain=series,
        areas={area.code: county.short(area.code) for area in county.tree},
        shelters={code: shelter.name for code, shelter in county.shelters.items()},
        posts={post.id: f"{county.short(post.area)} {post.role.chinese}" for post in county.posts},
        journal_hash=last,
    )


SUBJECTS = ("warning", "task", "household", "callout", "message", "reply", "request", "alarm")


def _series(connection: Any, county: County, zone: str, *, since: datetime) -> ZoneSeries:
    known = county.zones[zone]
    indices = county.thresholds.for_zone(known, county.tree)
    return ZoneSeries(
        zone=zone,
        name=known.name or zone,
        area=known.area,
        rain=tuple(rain_store.load_zone_rain(connection, zone, since=since)),
        values={
            level.value: {window: tenths / 10 for window, tenths in indices.in_tenths(level).items()} for level in Level
        },
    )
