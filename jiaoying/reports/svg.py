"""SVG drawn from data: elements, scales, axes of hours. Everything that is text is escaped here.

Colours and fonts come from the style sheet of the page by class, so that one drawing serves screen, dark screen and
paper; only the four mandated level colours are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from jiaoying.reports.words import zh

Attribute = str | float | int | None


def tag(name: str, *children: Markup | str, **attributes: Attribute) -> Markup:
    """One element. `class_` is class, underscores become hyphens, None attributes are left out, numbers are short.

    Examples
    --------
    >>> tag("rect", x=1.5, width=20.0, class_="bar")
    Markup('<rect x="1.5" width="20" class="bar"/>')
    >>> tag("text", "a<b")
    Markup('<text>a&lt;b</text>')
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if not children:
        return Markup(f"<{name}{written}/>")
    inside = Markup("").join(escape(child) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>")


def _short(value: str | float | int) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def group(children: Iterable[Markup], **attributes: Attribute) -> Markup:
    """A group of elements."""
    return tag("g", *children, **attributes) if (children := tuple(children)) else Markup("")


def text(x: float, y: float, words: str, class_: str = "", anchor: str = "start") -> Markup:
    """A label; `anchor` start, middle, end."""
    return tag("text", zh(words), x=x, y=y, class_=class_ or None, text_anchor=None if anchor == "start" else anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, title: str = "") -> Markup:
    """A rectangle, with what a pointer shows of it."""
    inside = (tag("title", zh(title)),) if title else ()
    return tag("rect", *inside, x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), class_=class_)


def drawing(width: float, height: float, label: str, children: Iterable[Markup], class_: str = "") -> Markup:
    """The drawing itself: it scales with the page and says in words what it shows."""
    return tag(
        "svg",
        tag("title", zh(label)),
        *children,
        viewBox=f"0 0 {_short(float(width))} {_short(float(height))}",
        role="img",
        aria_label=zh(label),
        class_=f"chart {class_}".strip(),
    )


_STEPS_MIN = (5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440)


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from data to page."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value."""
        if self.high == self.low:
            return self.start
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Moments to places, with ticks on round times of the site's time zone."""

    first: datetime
    last: datetime
    start: float
    end: float
    zone: ZoneInfo

    def __call__(self, at: datetime) -> float:
        """The place of a moment; what lies outside is drawn at the border."""
        whole = (self.last - self.first).total_seconds()
        share = (at - self.first).total_seconds() / whole if whole > 0 else 0.0
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def ticks(self, most: int = 10) -> Iterator[datetime]:
        """Round times of day, as close as `most` ticks allow."""
        whole = (self.last - self.first).total_seconds() / 60
        step = next((minutes for minutes in _STEPS_MIN if whole / minutes <= most), 2880)
        local = self.first.astimezone(self.zone)
        at = local.replace(hour=0, minute=0, second=0, microsecond=0)
        at += timedelta(minutes=step * ((local.hour * 60 + local.minute) // step))
        while at <= self.last:
            if at >= self.first:
                yield at
            at += timedelta(minutes=step)


def nice_ticks(high: float, count: int = 4) -> tuple[float, ...]:
    """Round values from 0 up to at least `high`.

    Examples
    --------
    >>> nice_ticks(926)
    (0.0, 250.0, 500.0, 750.0, 1000.0)
    >>> nice_ticks(7)
    (0.0, 2.0, 4.0, 6.0, 8.0)
    """
    if high <= 0:
        return (0.0, 1.0)
    raw = high / count
    power = 1.0
    while power * 10 <= raw:
        power *= 10
    while power > raw:
        power /= 10
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw - 1e-9)
    values = [0.0]
    while values[-1] < high - 1e-9:
        values.append(round(values[-1] + step, 6))
    return tuple(values)


def hour_axis(scale: TimeScale, top: float, bottom: float, *, most: int = 10, labels: bool = True) -> Markup:
    """Vertical lines with HH:MM below, the day beside midnight and the first tick."""
    parts: list[Markup] = []
    day = None
    for at in scale.ticks(most):
        x = scale(at)
        local = at.astimezone(scale.zone)
        parts.append(line(x, top, x, bottom, "grid midnight" if local.hour == 0 else "grid"))
        if labels:
            parts.append(text(x, bottom + 14, f"{local:%H:%M}", "tick", "middle"))
            if local.date() != day:
                parts.append(text(x, bottom + 27, f"{local.month}月{local.day}日", "tick day", "middle"))
        day = local.date()
    return group(parts)


def value_axis(scale: Scale, values: Sequence[float], left: float, right: float, unit: str = "") -> Markup:
    """Horizontal lines with their values at the left; the unit stands at the top."""
    parts = []
    for value in values:
        y = scale(value)
        parts.append(line(left, y, right, y, "grid base" if value == 0 else "grid"))
        parts.append(text(left - 6, y + 4, f"{value:g}", "tick", "end"))
    if unit:
        parts.append(text(left - 6, scale(values[-1]) - 9, unit, "tick unit", "end"))
    return group(parts)


def steps(points: Sequence[tuple[float, float]], *, until: float | None = None, floor: float | None = None) -> str:
    """A path that stays level until the next point; closed down to `floor` for an area."""
    if not points:
        return ""
    first_x, first_y = points[0]
    path = [f"M{first_x:.1f} {first_y:.1f}"]
    for x, y in points[1:]:
        path.append(f"H{x:.1f}V{y:.1f}")
    last = points[-1][0] if until is None else until
    if until is not None:
        path.append(f"H{until:.1f}")
    if floor is not None:
        path = [f"M{first_x:.1f} {floor:.1f}V{first_y:.1f}", *path[1:], f"H{last:.1f}V{floor:.1f}Z"]
    return "".join(path)


def hatch(id_: str) -> Markup:
    """A diagonal hatch for what is not known; used as ``fill="url(#id)"`` by its class."""
    return tag(
        "defs",
        tag(
            "pattern",
            tag("path", d="M-1 1l2-2M0 6l6-6M5 7l2-2", class_="hatch"),
            id=id_,
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
        ),
    )
