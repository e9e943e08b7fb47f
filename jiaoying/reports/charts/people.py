"""The curve of people safe against the list: of the whole event, and small ones of every village."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from jiaoying.reports import svg
from jiaoying.reports.parts import CurvePoint, VillagePart
from jiaoying.reports.words import Clock, span

WIDTH, HEIGHT = 1160.0, 304.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 1046.0, 30.0, 272.0
SMALL_WIDTH, SMALL_HEIGHT = 220.0, 118.0


def event_curve(
    points: Sequence[CurvePoint], villages: Sequence[VillagePart], until: datetime, zone: ZoneInfo
) -> Markup:
    """People on the lists, people safe or away, and between the two lines those still to be accounted for."""
    if not points:
        return Markup("")
    clock = Clock(zone)
    end = _end(points, until)
    whole = max(end - points[0].at, timedelta(minutes=5))
    time = svg.TimeScale(points[0].at - whole * 0.12, end + whole * 0.02, LEFT, RIGHT, zone)
    ticks = svg.nice_ticks(max(point.listed.people for point in points), 4)
    scale = svg.Scale(0, ticks[-1], BOTTOM, TOP)
    listed = [(time(p.at), scale(p.listed.people)) for p in points]
    safe = [(time(p.at), scale(_safe(p))) for p in points]
    last = points[-1]
    left = last.listed.people - _safe(last)
    label = f"名单{last.listed.people}人,已安置或外出{_safe(last)}人,未到位{left}人"
    parts = [
        svg.text(LEFT, TOP - 14, "人", "axis-title"),
        svg.value_axis(scale, ticks, LEFT, RIGHT),
        svg.hour_axis(time, TOP, BOTTOM, most=14),
        svg.tag("path", d=svg.steps(listed, until=RIGHT, floor=BOTTOM), class_="gap-area"),
        svg.tag("path", d=svg.steps(safe, until=RIGHT, floor=BOTTOM), class_="safe-area"),
        svg.tag("path", d=svg.steps(listed, until=RIGHT), class_="listed-line"),
        svg.tag("path", d=svg.steps(safe, until=RIGHT), class_="safe-line"),
        _orders(villages, time),
        _widest(points, time, scale, clock),
        *_ends(last, scale),
    ]
    return svg.drawing(WIDTH, HEIGHT, label, parts, "people")


def _end(points: Sequence[CurvePoint], until: datetime) -> datetime:
    """Where the curve stops: with the last change, or with the record while somebody is still out."""
    last = points[-1]
    return last.at if last.listed.people == _safe(last) else max(until, last.at)


def _safe(point: CurvePoint) -> int:
    return point.safe.people + point.away.people


def _orders(villages: Sequence[VillagePart], time: svg.TimeScale) -> Markup:
    """A tick where villages were ordered, with how many in that hour's minute."""
    at: Counter[datetime] = Counter(
        task.times.ordered.replace(second=0, microsecond=0)
        for village in villages
        for task in village.tasks
        if task.times.ordered is not None
    )
    parts = []
    for moment in sorted(at):
        x = time(moment)
        parts.append(svg.tag("path", d=f"M{x:.1f} {BOTTOM - 1:.1f}l-5 -9h10z", class_="order-mark"))
    return svg.group(parts)


def _widest(points: Sequence[CurvePoint], time: svg.TimeScale, scale: svg.Scale, clock: Clock) -> Markup:
    """Where most people were on their way at once."""
    top = max(points, key=lambda p: (p.listed.people - _safe(p), -p.at.timestamp()))
    left = top.listed.people - _safe(top)
    if left == 0:
        return Markup("")
    x, y1, y2 = time(top.at), scale(top.listed.people), scale(_safe(top))
    return svg.group(
        [
            svg.line(x, y1, x, y2, "measure"),
            svg.text(x - 8, (y1 + y2) / 2 - 4, f"同时未到位最多 {left}人", "value strong halo", "end"),
            svg.text(x - 8, (y1 + y2) / 2 + 13, clock.hhmm(top.at), "value halo", "end"),
        ]
    )


def _ends(last: CurvePoint, scale: svg.Scale) -> list[Markup]:
    y_listed, y_safe = scale(last.listed.people), scale(_safe(last))
    if last.listed.people == _safe(last):
        return [
            svg.text(RIGHT + 8, y_listed - 2, f"名单 {last.listed.people}人", "value strong"),
            svg.text(RIGHT + 8, y_listed + 15, "全部到位", "value strong"),
        ]
    y_safe = max(y_safe, y_listed + 17)
    left = last.listed.people - _safe(last)
    return [
        svg.text(RIGHT + 8, y_listed + 4, f"名单 {last.listed.people}人", "value strong"),
        svg.text(RIGHT + 8, y_safe + 4, f"到位 {_safe(last)}人", "value strong"),
        svg.text(RIGHT + 8, y_safe + 21, f"未到位 {left}人", "value open"),
    ]


def village_curve(village: VillagePart, until: datetime, zone: ZoneInfo) -> Markup:
    """One village from its order to its last change, the height being its own list."""
    if not village.curve:
        return Markup("")
    clock = Clock(zone)
    points = village.curve
    last = points[-1]
    cleared = village.times.cleared or _end(points, until)
    end = max(last.at + (last.at - points[0].at) * 0.05, cleared, points[0].at + timedelta(minutes=1))
    left, right, top, bottom = 2.0, 218.0, 40.0, 96.0
    time = svg.TimeScale(points[0].at, end, left, right, zone)
    scale = svg.Scale(0, max(point.listed.people for point in points) or 1, bottom, top)
    listed = [(time(p.at), scale(p.listed.people)) for p in points]
    safe = [(time(p.at), scale(_safe(p))) for p in points]
    open_ = last.listed.people - _safe(last)
    state = f"未到位 {open_}人" if open_ else span(village.clear_s) if village.clear_s is not None else "待复核"
    parts = [
        svg.text(left, 14, village.name, "value strong"),
        svg.text(left, 31, f"{_safe(last)}/{last.listed.people}人", "value"),
        svg.text(right, 14, state, "value open" if open_ else "value strong", "end"),
        svg.tag("path", d=svg.steps(listed, until=right, floor=bottom), class_="gap-area"),
        svg.tag("path", d=svg.steps(safe, until=right, floor=bottom), class_="safe-area"),
        svg.tag("path", d=svg.steps(listed, until=right), class_="listed-line thin"),
        svg.tag("path", d=svg.steps(safe, until=right), class_="safe-line thin"),
        svg.line(left, bottom, right, bottom, "grid base"),
        svg.text(left, bottom + 14, clock.hhmm(points[0].at), "tick"),
        svg.text(right, bottom + 14, clock.hhmm(max(cleared, last.at)), "tick", "end"),
    ]
    label = f"{village.name}:名单{last.listed.people}人,到位{_safe(last)}人"
    return svg.drawing(SMALL_WIDTH, SMALL_HEIGHT, label, parts, "small")
