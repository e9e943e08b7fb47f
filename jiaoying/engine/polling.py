"""Sources on disk: new and changed files are read once, refused with the reason, and never taken twice."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.levels import Level
from core.tables import Fault
from hazards.frames import RainFrame
from hazards.sources.station_csv import read_station_csv
from jiaoying.engine import alarms
from jiaoying.engine.service import Service
from jiaoying.engine.turn import Turn
from jiaoying.storage import rain as rain_store

log = logging.getLogger(__name__)
SETTLED = timedelta(seconds=2)  # a file changed more recently is still being written, and is left for the next poll
OLDEST_H = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One rain source of the config: a glob of CSV files."""

    name: str
    path: Path
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one file: frames read, frames new or corrected, or the faults for which it was refused."""

    file: str
    frames: int
    changed: int
    faults: tuple[Fault, ...]


def read(
    service: Service, source: str, data: bytes, file: str, *, now: datetime | None
) -> tuple[tuple[RainFrame, ...], tuple[Fault, ...]]:
    """Read one station file against the site's stations and clock."""
    reading = read_station_csv(
        data,
        file,
        source=source,
        stations=frozenset(service.county.stations),
        timezone=service.site.timezone,
        now=now.astimezone(service.site.timezone) if now is not None else None,
        oldest_h=OLDEST_H,
        minutes=service.site.interval_minutes,
    )
    wanted = service.site.interval_minutes
    other = tuple(
        Fault(
            file=file,
            reason=f"{service.site.hhmm(frame.valid_at)} 的时段长 {frame.minutes} 分钟,本站设为 {wanted} 分钟",
        )
        for frame in reading.rows
        if frame.minutes != wanted
    )
    if other:
        return (), (*reading.faults, *other)
    return tuple(reading.rows), tuple(reading.faults)


def take(service: Service, source: str, data: bytes, file: str, *, judge: bool = True) -> Taken:
    """Feed one file through the path of the scheduler: all of it or nothing.

    Without `judge` the frames are only stored, and the service that leads judges them.
    """
    frames, faults = read(service, source, data, file, now=service.clock())
    if faults:
        return Taken(file=file, frames=0, changed=0, faults=faults)
    changed = service.ingest(frames) if judge else service.store_frames(frames)
    return Taken(file=file, frames=len(frames), changed=changed, faults=())


def poll(service: Service, source: Source) -> list[Taken]:
    """Take every new or changed file of a source; a refused one is an alarm and is not tried again until it changes."""
    outcome = []
    for path in sorted(source.path.glob(source.pattern)):
        try:
            stat = path.stat()
            modified = datetime.fromtimestamp(stat.st_mtime, UTC)
            if service.clock() - modified < SETTLED:
                continue
            with service.engine.connect() as connection:
                if rain_store.taken(connection, source.name, path.name, size=stat.st_size, modified_at=modified):
                    continue
            data = path.read_bytes()
        except OSError as error:
            log.warning("source %s: %s cannot be read: %s", source.name, path.name, error)
            _refused(service, source, path.name, f"读不了:{error.strerror or error}")
            continue
        taken = take(service, source.name, data, path.name)
        outcome.append(taken)
        words = "taken" if not taken.faults else f"refused: {taken.faults[0]}"

        def remember(turn: Turn, name: str = path.name, stat=stat, modified=modified, data=data, words=words) -> None:  # type: ignore[no-untyped-def]
            rain_store.remember_file(
                turn.work,
                source.name,
                name,
                digest=hashlib.sha256(data).hexdigest(),
                size=stat.st_size,
                modified_at=modified,
                outcome=words,
            )

        service.run("Fetched", remember)
        if taken.faults:
            _refused(service, source, path.name, str(taken.faults[0]))
    return outcome


def _refused(service: Service, source: Source, name: str, reason: str) -> None:
    def note(turn: Turn) -> None:
        alarms.raise_alarm(
            turn,
            rule="source_refused",
            subject=f"{source.name}/{name}",
            level=Level.ORANGE,
            area=service.site.area,
            words=f"雨情文件被拒:{reason}",
        )

    service.run("SourceRefused", note)
