"""Rain frames (雨情): one interval of one source, with the time it holds for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

Value = tuple[str, int | None, str]
RANGE = "range"
MOST_MM_PER_HOUR = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RainFrame:
    """What the stations of one source measured in one interval.

    `valid_at` is the end of the interval, `issued_at` is None for observations. `values` are (station code, tenths
    of a millimetre or None where nothing was measured, flag), sorted by station; the flag is empty, or names the
    doubt ("range": below zero, or more than can fall).

    Raises
    ------
    ValueError
        When times have no offset, the interval is empty, or the values are not sorted or name a station twice.
    """

    source: str
    valid_at: datetime
    minutes: int
    issued_at: datetime | None = None
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        if self.valid_at.tzinfo is None or (self.issued_at is not None and self.issued_at.tzinfo is None):
            raise ValueError("the times of a rain frame need an offset")
        if self.minutes <= 0:
            raise ValueError("the interval of a rain frame is longer than nothing")
        codes = [code for code, _, _ in self.values]
        if any(a >= b for a, b in pairwise(codes)):
            raise ValueError("the values of a rain frame are sorted by station, each station once")

    @property
    def begins_at(self) -> datetime:
        """The start of the interval (itself not part of it)."""
        return self.valid_at - timedelta(minutes=self.minutes)

    @property
    def digest(self) -> str:
        """SHA-256 of the content, the same for the same content however its times are written."""
        content = [
            self.source,
            _utc(self.valid_at),
            self.minutes,
            _utc(self.issued_at) if self.issued_at is not None else None,
            [list(value) for value in self.values],
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def merged(frames: Iterable[RainFrame]) -> RainFrame:
    """One frame out of several for the same interval: a later value replaces, a missing one replaces nothing.

    Gauges of one interval arrive in several deliveries; what came before stays until a gauge says otherwise. The
    frame keeps the first one's source.

    Raises
    ------
    ValueError
        When there is none, or they are not of the same interval.
    """
    every = list(frames)
    if not every:
        raise ValueError("no frame to merge")
    first = every[0]
    values: dict[str, Value] = {}
    for frame in every:
        if (frame.valid_at, frame.minutes) != (first.valid_at, first.minutes):
            raise ValueError("only frames of the same interval can be merged")
        for value in frame.values:
            if value[1] is not None or value[0] not in values:
                values[value[0]] = value
    return RainFrame(
        source=first.source,
        valid_at=first.valid_at,
        minutes=first.minutes,
        issued_at=max((f.issued_at for f in every if f.issued_at is not None), default=None),
        values=tuple(values[code] for code in sorted(values)),
    )


def range_flag(tenths: int, minutes: int) -> str:
    """`RANGE` when a gauge cannot have measured this: less than nothing, or more than 200 mm an hour (FACTS section 4).

    Shorter intervals are allowed more than their share of the hour, since extremes grow about with the root of time.
    """
    share = minutes / 60 if minutes >= 60 else (minutes / 60) ** 0.5
    return RANGE if tenths < 0 or tenths > MOST_MM_PER_HOUR * 10 * share else ""
