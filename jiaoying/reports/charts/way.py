"""The way of every order: when in the night it fell, and how long each step took from it to the closed account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

from markupsafe import Markup

from jiaoying.reports import svg
from jiaoying.reports.parts import TaskPart, VillagePart
from jiaoying.reports.words import Clock, span

WIDTH = 1160.0
ROW, HEAD, FOOT = 24.0, 44.0, 40.0
CHIP, NIGHT_LEFT, NIGHT_RIGHT = 44.0, 232.0, 640.0
STEP_LEFT, STEP_RIGHT = 700.0, 1066.0
MOST_ROWS = 60
LONGEST_M = 120


def rows_of(villages: Sequence[VillagePart]) -> list[tuple[VillagePart, TaskPart]]:
    """Every order, as they were given."""
    rows = [(at, village, task) for village in villages for task in village.tasks if (at := task.times.ordered)]
    return [(village, task) for _, village, task in sorted(rows, key=lambda row: (row[0], row[1].area, row[2].id))]


def way_chart(villages: Sequence[VillagePart], until: datetime, zone: ZoneInfo) -> Markup:
    """One row an order: left the night, right the minutes from the order on."""
    rows = rows_of(villages)[:MOST_ROWS]
    if not rows:
        return Markup("")
    height = HEAD + ROW * len(rows) + FOOT
    bottom = HEAD + ROW * len(rows)
    known = [at for _, task in rows for at in (task.times.proposed, task.times.ordered, task.times.cleared) if at]
    time = svg.TimeScale(min(known), max([*known, *([until] if _open(rows) else [])]), NIGHT_LEFT, NIGHT_RIGHT, zone)
    longest = max((_minutes(task, until) for _, task in rows), default=10.0)
    top = min(LONGEST_M, max(10, ceil(longest / 10) * 10))
    minutes = svg.Scale(0, top, STEP_LEFT, STEP_RIGHT)
    parts = [
        svg.text(NIGHT_LEFT, 16, "何时:提议 → 下令 → 清零", "axis-title"),
        svg.text(STEP_LEFT, 16, "多久:下令后第几分钟", "axis-title"),
        svg.hour_axis(time, HEAD - 8, bottom, most=8),
        _minute_axis(minutes, top, HEAD - 8, bottom),
    ]
    for index, (village, task) in enumerate(rows):
        parts.append(_row(HEAD + ROW * index, village, task, time=time, minutes=minutes, until=until, zone=zone))
    return svg.drawing(WIDTH, height, f"{len(rows)}道转移指令从提议到清零的过程", parts, "way")


def _open(rows: Sequence[tuple[VillagePart, TaskPart]]) -> bool:
    return any(task.times.cleared is None and task.times.ended is None for _, task in rows)


def _minutes(task: TaskPart, until: datetime) -> float:
    end = task.times.cleared or task.times.ended or until
    return 0.0 if task.times.ordered is None else (end - task.times.ordered).total_seconds() / 60


def _minute_axis(scale: svg.Scale, top: int, above: float, bottom: float) -> Markup:
    step = next(step for step in (5, 10, 15, 20, 30) if top / step <= 8 or step == 30)
    parts = []
    for minute in range(0, top + 1, step):
        x = scale(minute)
        parts.append(svg.line(x, above, x, bottom, "grid base" if minute == 0 else "grid"))
        parts.append(svg.text(x, bottom + 14, f"{minute}分" if minute else "下令", "tick", "middle"))
    return svg.group(parts)


def _row(
    y: float,
    village: VillagePart,
    task: TaskPart,
    *,
    time: svg.TimeScale,
    minutes: svg.Scale,
    until: datetime,
    zone: ZoneInfo,
) -> Markup:
    level = task.level
    several = len(village.tasks) > 1
    name = f"{village.name} {task.family}" if several else village.name
    middle = y + ROW / 2
    parts = [
        svg.line(0, y + ROW, WIDTH, y + ROW, "row-line"),
        svg.rect(0, y + 4, CHIP - 6, ROW - 8, f"l-{level.value}"),
        svg.text((CHIP - 6) / 2, middle + 4, f"{level.chinese}{level.numeral}", f"on-{level.value}", "middle"),
        svg.text(CHIP, middle + 4, name, "value"),
        svg.text(NIGHT_LEFT - 10, middle + 4, f"{task.account.listed.people}人", "tick", "end"),
        _night(middle, task, time, zone, until),
        _steps(middle, task, minutes, until),
    ]
    return svg.group(parts)


def _night(middle: float, task: TaskPart, time: svg.TimeScale, zone: ZoneInfo, until: datetime) -> Markup:
    times = task.times
    assert times.ordered is not None  # rows_of
    x = time(times.ordered)
    parts = []
    if times.proposed is not None:
        start = time(times.proposed)
        parts.append(svg.line(start, middle, x, middle, "wait-line"))
        parts.append(svg.tag("circle", cx=start, cy=middle, r=3, class_="proposed-mark"))
    end = time(times.cleared or times.ended or until)
    done = times.cleared is not None
    parts.append(svg.rect(x, middle - 5, max(end - x, 4), 10, "seg move" if done else "seg undone"))
    near = x - NIGHT_LEFT < 34  # no room at the left: the time stands after the bar
    place, anchor = (max(end, x + 4) + 5, "start") if near else (x - 5, "end")
    parts.append(svg.text(place, middle + (4 if near else -2), Clock(zone).hhmm(times.ordered), "tick halo", anchor))
    return svg.group(parts)


def _steps(middle: float, task: TaskPart, scale: svg.Scale, until: datetime) -> Markup:
    times = task.times
    ordered = times.ordered
    assert ordered is not None  # rows_of

    def place(at: datetime) -> float:
        return scale(min((at - ordered).total_seconds() / 60, scale.high))

    end = times.cleared or times.ended or until
    answer = times.first_answer or end
    moved = max(times.first_moved or end, answer)
    x0, x1, x2, x3 = (place(at) for at in (ordered, answer, min(moved, end), end))
    words = span(task.clear_s) if times.cleared is not None else "未清零"
    if (end - ordered).total_seconds() / 60 > scale.high:
        words = f"→ {words}"
    parts = [
        svg.rect(x0, middle - 7, x1 - x0, 14, "seg wait", f"首个应答 {span(task.answer_s)}"),
        svg.rect(x1, middle - 7, x2 - x1, 14, "seg start", "应答到首户动身"),
        svg.rect(x2, middle - 7, x3 - x2, 14, "seg move" if times.cleared else "seg undone", "转移与清点"),
        svg.text(x3 + 6, middle + 4, words, "value strong" if times.cleared else "value open"),
    ]
    if times.claimed is not None and times.claimed >= ordered:
        x = place(times.claimed)
        parts.append(svg.line(x, middle - 9, x, middle + 9, "claim-mark"))
    return svg.group(parts)
