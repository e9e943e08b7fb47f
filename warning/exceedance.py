"""The proof that a zone crossed a threshold, in numbers and in words, and when it may cross the next one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.levels import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why one zone stands at a level: the window that crossed its value by most.

    `missing` intervals in the window make its sum "at least"; `corroborated` says that a second unflagged gauge (or
    source) agrees, `flagged` that the sum leans on a value quality control doubts; `words` is what people read.
    """

    zone: str
    window_h: int
    mm: float
    threshold_mm: float
    level: Level
    missing: int
    at: datetime
    sources: tuple[str, ...]
    corroborated: bool
    flagged: bool
    words: str

    @property
    def severity(self) -> tuple[int, float]:
        """What evidence is ranked by: the level, then how far beyond its value."""
        return self.level.rank, self.mm / self.threshold_mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceedance:
    """A zone's highest level and the evidence for it, with every window that reaches that level."""

    zone: str
    level: Level
    evidence: Evidence
    windows_h: tuple[int, ...]


class Indices(Protocol):
    """What is needed of a threshold set to say when a level is reached: tenths of mm by window."""

    def in_tenths(self, level: Level) -> Mapping[int, int]: ...


def evidence_words(
    *,
    window_h: int,
    tenths: int,
    threshold_tenths: int,
    level: Level,
    missing: int,
    sources: Sequence[str],
    flagged: bool,
) -> str:
    """Say the evidence as a person at the desk reads it.

    Examples
    --------
    >>> evidence_words(window_h=3, tenths=780, threshold_tenths=750, level=Level.YELLOW, missing=0,
    ...                sources=("小坝", "扎西"), flagged=False)
    '3小时 78.0 mm ≥ 75 mm(黄),雨量站 小坝、扎西'
    """
    at_least = "至少 " if missing else ""
    hole = f"(缺 {missing} 个时段)" if missing else ""
    words = f"{window_h}小时 {at_least}{tenths / 10:.1f} mm{hole} ≥ {threshold_tenths / 10:g} mm({level.chinese})"
    if sources:
        words += f",雨量站 {'、'.join(sources)}"
    if flagged:
        words += ",数据存疑"
    return words


def worst_first(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Evidence in the order people read it: highest level, furthest beyond its value, then by code."""
    return tuple(sorted(evidence, key=lambda e: (-e.severity[0], -e.severity[1], e.zone)))


def merged(known: Sequence[Evidence], newer: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """One piece a zone, the worse of what was known and what is new (the known one where they are equal)."""
    best: dict[str, Evidence] = {}
    for piece in [*known, *newer]:
        held = best.get(piece.zone)
        if held is None or piece.severity > held.severity:
            best[piece.zone] = piece
    return worst_first(list(best.values()))


def crossing_time(
    tenths: Sequence[int], windows_h: Sequence[int], indices: Indices, level: Level, *, trend: int, at: datetime
) -> tuple[datetime, datetime] | None:
    """When the sums will reach `level` if it goes on raining as in the last hour: earliest and latest.

    Parameters
    ----------
    tenths, windows_h : sequences of int
        Sums of one zone at `at`, by window.
    trend : int
        Tenths of mm that fell in the last hour.

    Returns
    -------
    tuple or None
        None without rain, or when no window can fill at this rate (what falls out of a window's far end is not known
        here, so only windows whose value the rate could reach by itself, or that need no more than one more window of
        rain, count). The earliest assumes nothing leaves the window and rain half as strong again; the latest takes
        half the rate. A level already reached gives (`at`, `at`).
    """
    wanted = indices.in_tenths(level)
    soonest: float | None = None
    for window, total in zip(windows_h, tenths, strict=True):
        value = wanted.get(window)
        if value is None:
            continue
        lacking = value - total
        if lacking <= 0:
            return at, at
        if trend <= 0 or lacking / trend > window:
            continue
        hours = lacking / trend
        soonest = hours if soonest is None else min(soonest, hours)
    if soonest is None:
        return None
    earliest = timedelta(seconds=math.floor(soonest / 1.5 * 3600))
    latest = timedelta(seconds=math.ceil(soonest * 2 * 3600))
    return at + earliest, at + latest
