"""Rain against thresholds: what fell each hour above, the running sum of the deciding window below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from markupsafe import Markup

from core.levels import Level
from jiaoying.reports import svg
from jiaoying.reports.parts import RainSum, ZonePart
from jiaoying.reports.words import Clock

WIDTH, HEIGHT = 570.0, 330.0
LEFT, RIGHT = 46.0, 516.0
BARS_TOP, BARS_BOTTOM = 26.0, 104.0
SUMS_TOP, SUMS_BOTTOM = 138.0, 292.0
LINES = (Level.RED, Level.ORANGE)


def rain_ceilings(zones: Sequence[ZonePart]) -> tuple[float, float]:
    """The largest bar and the largest sum or red value of all zones: one scale for all drawings."""
    bars = max((bar.mm for zone in zones for bar in zone.bars if bar.mm is not None), default=1.0)
    sums = [one.mm for zone in zones for one in zone.sums]
    values = [value for zone in zones for value in _values(zone).values()]
    return max(bars, 1.0), max([*sums, *values, 1.0])


def rain_chart(zone: ZonePart, zone_of_time: ZoneInfo, ceilings: tuple[float, float]) -> Markup:
    """One zone. Missing intervals are hatched through both panels; a sum that lacks some is dashed ("at least")."""
    if not zone.bars:
        return Markup("")
    clock = Clock(zone_of_time)
    first = min(bar.end for bar in zone.bars) - _length(zone)
    time = svg.TimeScale(first, max(bar.end for bar in zone.bars), LEFT, RIGHT, zone_of_time)
    ticks, sums_ticks = svg.nice_ticks(ceilings[0], 2), svg.nice_ticks(ceilings[1], 4)
    bar_scale = svg.Scale(0, ticks[-1], BARS_BOTTOM, BARS_TOP)
    sum_scale = svg.Scale(0, sums_ticks[-1], SUMS_BOTTOM, SUMS_TOP)
    hatch = "gap-" + "".join(letter if letter.isalnum() else "-" for letter in zone.zone)
    most = max((bar.mm or 0.0 for bar in zone.bars), default=0.0)
    label = (
        f"{zone.area_name} {zone.name}:逐时雨量最大 {most:g} 毫米,"
        f"{zone.window_h}小时累计最大 {max(one.mm for one in zone.sums):g} 毫米"
    )
    parts = [
        svg.hatch(hatch),
        svg.text(LEFT, BARS_TOP - 12, "逐时雨量 mm", "axis-title"),
        svg.text(LEFT, SUMS_TOP - 12, f"{zone.window_h}小时累计 mm", "axis-title"),
        svg.hour_axis(time, BARS_TOP, BARS_BOTTOM, labels=False),
        svg.hour_axis(time, SUMS_TOP, SUMS_BOTTOM),
        svg.value_axis(bar_scale, ticks, LEFT, RIGHT),
        svg.value_axis(sum_scale, sums_ticks, LEFT, RIGHT),
        _gaps(zone, time, hatch),
        _bars(zone, time, bar_scale, clock),
        _sums(zone, time, sum_scale),
        _thresholds(zone, sum_scale),
        _crossings(zone, time, sum_scale, clock),
    ]
    return svg.drawing(WIDTH, HEIGHT, label, parts, "rain")


def _length(zone: ZonePart) -> timedelta:
    return timedelta(minutes=zone.bars[0].minutes)


def _values(zone: ZonePart) -> dict[Level, float]:
    window = next((part for part in zone.windows if part.window_h == zone.window_h), None)
    if window is None:
        return {}
    return {level: window.values[level.value] for level in LINES if level.value in window.values}


def _gaps(zone: ZonePart, time: svg.TimeScale, hatch: str) -> Markup:
    """Missing intervals; those in a row are one field with the word once."""
    parts = []
    for missing, run in groupby(zone.bars, key=lambda bar: bar.mm is None):
        if not missing:
            continue
        bars = tuple(run)
        left, right = time(bars[0].end - timedelta(minutes=bars[0].minutes)), time(bars[-1].end)
        title = svg.tag("title", f"缺测 {len(bars)} 个时段")
        height = SUMS_BOTTOM - BARS_TOP
        parts.append(
            svg.tag("rect", title, x=left, y=BARS_TOP, width=right - left, height=height, fill=f"url(#{hatch})")
        )
        middle = (left + right) / 2
        if right - left >= 26:
            parts.append(svg.text(middle, BARS_TOP + 14, "缺测", "gap-word", "middle"))
        else:
            parts.append(svg.text(middle, BARS_TOP + 12, "缺", "gap-word", "middle"))
            parts.append(svg.text(middle, BARS_TOP + 25, "测", "gap-word", "middle"))
    return svg.group(parts)


def _bars(zone: ZonePart, time: svg.TimeScale, scale: svg.Scale, clock: Clock) -> Markup:
    parts = []
    top = max(zone.bars, key=lambda bar: (bar.mm or 0.0, -bar.end.timestamp()))
    for bar in zone.bars:
        if bar.mm is not None and bar.mm > 0:
            left, right = time(bar.end - timedelta(minutes=bar.minutes)), time(bar.end)
            y = scale(bar.mm)
            title = f"{clock.day_hhmm(bar.end)} 止 {bar.mm:g} mm"
            parts.append(svg.rect(left + 1, y, right - left - 2, BARS_BOTTOM - y, "rain-bar", title))
            if bar is top:
                parts.append(svg.text((left + right) / 2, y - 3, f"{bar.mm:g}", "value halo", "middle"))
    return svg.group(parts)


def _sums(zone: ZonePart, time: svg.TimeScale, scale: svg.Scale) -> Markup:
    points = [(time(one.at), scale(one.mm), one.missing) for one in zone.sums]
    area = f"M{points[0][0]:.1f} {SUMS_BOTTOM:.1f}" + "".join(f"L{x:.1f} {y:.1f}" for x, y, _ in points)
    parts = [svg.tag("path", d=f"{area}L{points[-1][0]:.1f} {SUMS_BOTTOM:.1f}Z", class_="sum-area")]
    for (x1, y1, _), (x2, y2, missing) in pairwise(points):
        parts.append(svg.line(x1, y1, x2, y2, "sum-line partial" if missing else "sum-line"))
    return svg.group(parts)


def _thresholds(zone: ZonePart, scale: svg.Scale) -> Markup:
    parts = []
    for level, value in _values(zone).items():
        y = scale(value)
        parts.append(svg.line(LEFT, y, RIGHT, y, f"threshold t-{level.value}"))
        parts.append(svg.rect(RIGHT + 3, y - 9, 50, 18, f"l-{level.value}"))
        parts.append(
            svg.text(RIGHT + 28, y + 4, f"{level.chinese}{level.numeral} {value:g}", f"on-{level.value}", "middle")
        )
    return svg.group(parts)


def _crossings(zone: ZonePart, time: svg.TimeScale, scale: svg.Scale, clock: Clock) -> Markup:
    parts = []
    for level, value in _values(zone).items():
        first: RainSum | None = next((one for one in zone.sums if one.mm >= value), None)
        if first is not None:
            x, y = time(first.at), scale(first.mm)
            parts.append(svg.tag("circle", cx=x, cy=y, r=4.5, class_=f"l-{level.value} dot"))
            parts.append(
                svg.text(x - 8, y - 6, f"{clock.hhmm(first.at)} 达{level.chinese}", "value strong halo", "end")
            )
    return svg.group(parts)
