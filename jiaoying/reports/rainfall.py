"""Rain at the zones against the values they are judged by: largest sums of every window, running sums of the worst."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from core.levels import Level
from jiaoying.reports.parts import RainBar, RainSum, WindowPart, ZonePart
from jiaoying.reports.record import Record, ZoneSeries

DRAWN = 6  # zones the page draws, at most one a village


def zone_parts(record: Record) -> tuple[ZonePart, ...]:
    """Zones of the event that reached a level, the worst first; the worst of each village is drawn, up to `DRAWN`."""
    found = sorted(
        (part for series in record.rain if (part := _zone(series, record)) is not None and part.level is not None),
        key=lambda part: (-(part.level.rank if part.level else 0), -part.ratio, part.zone),
    )
    drawn: set[str] = set()
    kept = []
    for part in found:
        if part.area in drawn or len(drawn) >= DRAWN:
            kept.append(replace(part, bars=(), sums=()))
        else:
            drawn.add(part.area)
            kept.append(part)
    return tuple(kept)


def _zone(series: ZoneSeries, record: Record) -> ZonePart | None:
    bars = _bars(series)
    if not bars:
        return None
    hours = sorted({window for values in series.values.values() for window in values})
    windows = tuple(_window(bars, window, series.values) for window in hours)
    if not windows:
        return None
    worst = max(windows, key=lambda part: (part.level.rank if part.level else 0, _ratio(part), -part.window_h))
    return ZonePart(
        zone=series.zone,
        name=series.name,
        area=series.area,
        area_name=record.name(series.area),
        level=worst.level,
        window_h=worst.window_h,
        ratio=round(_ratio(worst), 3),
        gaps=sum(1 for bar in bars if bar.mm is None),
        windows=windows,
        bars=bars,
        sums=_sums(bars, worst.window_h),
    )


def _bars(series: ZoneSeries) -> tuple[RainBar, ...]:
    """One bar for every interval that was to be expected; those that never came are missing, not dry."""
    if not series.rain:
        return ()
    minutes = Counter(length for _, length, _ in series.rain).most_common(1)[0][0]
    step = timedelta(minutes=minutes)
    known = {at: (length, tenths) for at, length, tenths in series.rain}
    at, last = min(known), max(known)
    bars = {end: RainBar(end=end, minutes=length, mm=_mm(tenths)) for end, (length, tenths) in known.items()}
    while at < last:
        at += step
        if not any(at - step < end <= at for end in known):
            bars[at] = RainBar(end=at, minutes=minutes, mm=None)
    return tuple(bars[end] for end in sorted(bars))


def _mm(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / 10


def _sums(bars: Sequence[RainBar], window_h: int) -> tuple[RainSum, ...]:
    """Running sums, in tenths of mm so that nothing is lost to rounding; what was not received is missing, not dry."""
    window = timedelta(hours=window_h)
    sums = []
    for index, bar in enumerate(bars):
        inside = [other for other in bars[: index + 1] if other.end > bar.end - window and other.mm is not None]
        tenths = sum(round(other.mm * 10) for other in inside if other.mm is not None)
        unseen = window_h * 60 - sum(other.minutes for other in inside)
        sums.append(RainSum(at=bar.end, mm=tenths / 10, missing=max(0, round(unseen / bar.minutes))))
    return tuple(sums)


def _window(bars: Sequence[RainBar], window_h: int, values: Mapping[str, Mapping[int, float]]) -> WindowPart:
    top = max(_sums(bars, window_h), key=lambda one: (one.mm, -one.at.timestamp()))
    wanted = {level.value: values[level][window_h] for level in Level if window_h in values.get(level, {})}
    reached = [level for level in Level if level.value in wanted and top.mm >= wanted[level.value]]
    return WindowPart(
        window_h=window_h,
        mm=top.mm,
        at=top.at,
        missing=top.missing,
        values=wanted,
        level=max(reached, key=lambda level: level.rank, default=None),
    )


def _ratio(part: WindowPart) -> float:
    """How far beyond the value of the level it reached, or how near to the lowest value."""
    wanted = part.values.get(part.level.value) if part.level else min(part.values.values(), default=None)
    return part.mm / wanted if wanted else 0.0
