"""Rain as it was received and what each zone received of it; the journal holds a digest per frame."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from hazards.frames import RainFrame, merged
from hazards.stations_to_zones import ZoneRain
from jiaoying.storage.codec import dumps
from jiaoying.storage.schema import fetch_state, rain_frame, zone_rain
from jiaoying.storage.work import Work

NOTES = "rain"


class FrameKey(NamedTuple):
    """What makes a frame the same frame: source, end of interval, time of issue (None: observed)."""

    valid_at: datetime
    source: str
    issued_at: datetime | None

    @property
    def issued(self) -> str:
        """The time of issue as it stands in the key."""
        return "" if self.issued_at is None else self.issued_at.astimezone(UTC).isoformat()

    @property
    def subject(self) -> str:
        """The name of the frame in the journal."""
        return "|".join([self.source, self.valid_at.astimezone(UTC).isoformat(), self.issued])


def key_of(frame: RainFrame) -> FrameKey:
    """The key of a frame."""
    return FrameKey(frame.valid_at, frame.source, frame.issued_at)


def store_frame(
    work: Work, frame: RainFrame, *, actor: str = "engine", cause: str = "IngestFrame", status: str = "Actual"
) -> bool:
    """Keep a frame; False when it says nothing new.

    Gauges of one interval arrive in several deliveries, so values are merged into what is stored; a value that
    differs from the one stored is a correction, and the interval is to be judged again.
    """
    key = key_of(frame)
    known = frame_at(work.connection, key)
    kept = frame
    if known is not None:
        if known.minutes == frame.minutes:
            kept = merged([known, frame])
        if kept.digest == known.digest:
            return False
    values = {
        "minutes": kept.minutes,
        "digest": kept.digest,
        "values": dumps([list(value) for value in kept.values]),
        "judged_at": None,
    }
    if known is None:
        row = {"source": key.source, "valid_at": key.valid_at, "issued": key.issued, **values}
        work.connection.execute(insert(rain_frame), row)
    else:
        work.connection.execute(update(rain_frame).where(*_is(key)).values(**values))
    fact = "FrameStored" if known is None else "FrameCorrected"
    data = {"digest": kept.digest, "stations": len(kept.values), "minutes": kept.minutes}
    work.note(NOTES, key.subject, fact, data, actor=actor, cause=cause, status=status)
    return True


def _is(key: FrameKey) -> tuple[Any, ...]:
    table = rain_frame.c
    return table.source == key.source, table.valid_at == key.valid_at, table.issued == key.issued


def frame_at(connection: Connection, key: FrameKey) -> RainFrame | None:
    """The stored frame of this key."""
    return next(iter(_frames(connection, select(rain_frame).where(*_is(key)))), None)


def load_frames(connection: Connection, since: datetime | None = None) -> list[RainFrame]:
    """Stored frames, by the end of their interval."""
    query = select(rain_frame).order_by(rain_frame.c.valid_at, rain_frame.c.source, rain_frame.c.issued)
    return _frames(connection, query if since is None else query.where(rain_frame.c.valid_at >= since))


def _frames(connection: Connection, query: Select[Any]) -> list[RainFrame]:
    return [frame_of(row) for row in connection.execute(query).mappings()]


def frame_of(row: Any) -> RainFrame:
    """The frame of a row."""
    return RainFrame(
        source=row["source"],
        valid_at=row["valid_at"],
        minutes=row["minutes"],
        issued_at=datetime.fromisoformat(row["issued"]) if row["issued"] else None,
        values=tuple((code, tenths, flag) for code, tenths, flag in json.loads(row["values"])),
    )


def unjudged(connection: Connection) -> list[FrameKey]:
    """Frames that were stored or corrected and not judged since, oldest first."""
    table = rain_frame.c
    query = select(table.valid_at, table.source, table.issued).where(table.judged_at.is_(None))
    return [
        FrameKey(row.valid_at, row.source, datetime.fromisoformat(row.issued) if row.issued else None)
        for row in connection.execute(query.order_by(table.valid_at, table.source, table.issued))
    ]


def last_judged(connection: Connection) -> datetime | None:
    """The end of the newest interval that has had its effect."""
    table = rain_frame.c
    query = select(func.max(table.valid_at)).where(table.judged_at.is_not(None))
    moment: datetime | None = connection.execute(query).scalar_one()
    return moment


def mark_judged(work: Work, key: FrameKey) -> None:
    """The frame has had its effect."""
    work.connection.execute(update(rain_frame).where(*_is(key)).values(judged_at=work.now))


def forget_frames(work: Work, *, before: datetime, actor: str = "engine", status: str = "Actual") -> int:
    """Drop raw frames of intervals that ended before `before`; what the zones received stays."""
    dropped = work.connection.execute(delete(rain_frame).where(rain_frame.c.valid_at < before)).rowcount
    if dropped:
        data = {"before": before.astimezone(UTC).isoformat(), "frames": dropped}
        work.note(NOTES, "frames", "FramesForgotten", data, actor=actor, cause="Retention", status=status)
    return dropped


def store_zone_rain(
    work: Work,
    zones: Sequence[str],
    rain: ZoneRain,
    *,
    actor: str = "engine",
    cause: str = "ZoneRain",
    status: str = "Actual",
) -> None:
    """Keep what each zone received in one interval (None: no gauge), so that thresholds can be replayed later."""
    rows = [
        {"valid_at": rain.valid_at, "zone": zone, "minutes": rain.minutes, "tenths": int(tenths) if present else None}
        for zone, tenths, present in zip(zones, rain.tenths.tolist(), rain.present.tolist(), strict=True)
    ]
    work.connection.execute(delete(zone_rain).where(zone_rain.c.valid_at == rain.valid_at))
    if rows:
        work.connection.execute(insert(zone_rain), rows)
    subject = rain.valid_at.astimezone(UTC).isoformat()
    data = {"digest": zones_digest((row["zone"], row["minutes"], row["tenths"]) for row in rows), "zones": len(rows)}
    work.note(NOTES, subject, "ZonesReceived", data, actor=actor, cause=cause, status=status)


def zones_digest(rows: Iterable[tuple[Any, Any, Any]]) -> str:
    """The digest of what the zones received in one interval: (zone, minutes, tenths)."""
    return hashlib.sha256(dumps(sorted(list(row) for row in rows)).encode()).hexdigest()


def load_zone_rain(
    connection: Connection, zone: str, *, since: datetime | None = None
) -> list[tuple[datetime, int, int | None]]:
    """(end of interval, minutes, tenths) of one zone, oldest first."""
    table = zone_rain.c
    query = select(table.valid_at, table.minutes, table.tenths).where(table.zone == zone).order_by(table.valid_at)
    if since is not None:
        query = query.where(table.valid_at >= since)
    return [(row.valid_at, row.minutes, row.tenths) for row in connection.execute(query)]


def taken(
    connection: Connection, source: str, name: str, *, size: int, modified_at: datetime, digest: str | None = None
) -> bool:
    """Whether a file of a source was taken as it is (by its digest, else by size and time of change)."""
    table = fetch_state.c
    row = connection.execute(select(fetch_state).where(table.source == source, table.name == name)).first()
    if row is None:
        return False
    if digest is not None:
        return bool(row.digest == digest)
    return bool(row.size == size and row.modified_at == modified_at)


def remember_file(
    work: Work, source: str, name: str, *, digest: str, size: int, modified_at: datetime, outcome: str
) -> None:
    """Keep what became of a file, so that it is not taken again until it changes."""
    table = fetch_state.c
    values = {
        "digest": digest,
        "size": size,
        "modified_at": modified_at,
        "taken_at": work.now,
        "outcome": outcome,
    }
    known = update(fetch_state).where(table.source == source, table.name == name).values(**values)
    if work.connection.execute(known).rowcount == 0:
        work.connection.execute(insert(fetch_state).values(source=source, name=name, **values))
