"""The map, drawn on the server as SVG: villages and hazard zones in the colours of their levels, never by colour alone.

Every mark carries its numeral and, for orange and red, a hatch; every mark is a link to the row of its village, so that
the map is also a list. Geometry is worked out once for each state of the registers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, cos, floor, radians
from typing import Any

from markupsafe import Markup
from shapely.geometry.base import BaseGeometry

from core.levels import Level
from jiaoying.engine.county import County
from jiaoying.web.context import Web
from jiaoying.web.identity import Viewer
from jiaoying.web.pages import ENVIRONMENT
from jiaoying.web.shapes import Row
from people.areas import AreaLevel

WIDTH, HEIGHT, MARGIN = 800.0, 420.0, 26.0
LEAST_DEG = 0.01
EIGHTHS = 8
Window = tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True, slots=True)
class Place:
    """A village or township on the map."""

    code: str
    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A hazard zone on the map."""

    code: str
    name: str
    kind: str
    area: str
    path: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What does not move: places and zones in the picture's own coordinates."""

    villages: tuple[Place, ...]
    townships: tuple[Place, ...]
    zones: tuple[Shape, ...]


def picture(web: Web, viewer: Viewer, look: Row) -> Markup:
    """The map for one viewer, with the levels of the overview."""
    county = web.service.county
    marked = {row["area"]: row for row in look["villages"]}
    window = _window(county, viewer, marked)
    question = f"map {viewer.user.area if viewer.areas is not None else '*'}"
    ground = web.maps.get(question, (county.version, window), lambda: _ground(county, viewer, window))
    unanswered = {row["area"] for row in look["unanswered"] if row["state"] == "UNANSWERED"}
    marks: list[Row] = []
    for place in ground.villages:
        row = marked.get(place.code)
        level: Level | None = row["level"] if row else None
        proposed: Level | None = row["proposed"] if row else None
        marks.append(
            {
                "place": place,
                "level": level,
                "proposed": proposed,
                "unanswered": place.code in unanswered,
                "label": (level or proposed or Level.BLUE) >= Level.ORANGE or place.code in unanswered,
                "title": _title(place.name, row, place.code in unanswered),
                "rank": (level.rank if level else 0) * 2 + bool(proposed),
            }
        )
    marks.sort(key=lambda mark: (mark["rank"], mark["place"].code))
    zones = [(zone, marked.get(zone.area, {}).get("level")) for zone in ground.zones]
    names = _labels(marks)
    template = ENVIRONMENT.get_template("map.svg")
    return Markup(  # the template escapes what it is given
        template.render(
            ground=ground, width=WIDTH, height=HEIGHT, marks=marks, zones=zones, names=names, levels=sorted(Level)
        )
    )


def _title(name: str, row: Row | None, unanswered: bool) -> str:
    if row is None:
        return f"{name}:无预警"
    level, proposed = row["level"], row["proposed"]
    parts = [f"{level.chinese}色预警({level.numeral}级)" if level else "未发布预警"]
    if proposed:
        parts.append(f"待审批{proposed.chinese}色")
    parts += [task["state_name"] for task in row["tasks"]]
    if unanswered:
        parts.append("无人应答")
    return f"{name}:{','.join(parts)}"


def _labels(marks: Iterable[Row]) -> list[Row]:
    """Names of the marks that need one, the worst first; one that would lie over another is left to its title."""
    needing = [mark for mark in sorted(marks, key=lambda one: -one["rank"]) if mark["label"]]
    taken = [
        (mark["place"].x - 13, mark["place"].y - 12, mark["place"].x + 13, mark["place"].y + 12) for mark in needing
    ]
    chosen = []
    for mark in needing:
        place = mark["place"]
        width = 17.0 * len(place.name)
        for x, y, anchor in (
            (place.x + 18, place.y, "start"),
            (place.x - 18, place.y, "end"),
            (place.x, place.y - 25, "middle"),
            (place.x, place.y + 25, "middle"),
        ):
            left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
            box = (left, y - 9, left + width, y + 9)
            inside = left > 0 and left + width < WIDTH and 10 < y < HEIGHT - 10
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                chosen.append({"x": x, "y": y + 6, "anchor": anchor, "name": place.name})
                break
    return chosen


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _ground(county: County, viewer: Viewer, window: Window) -> Ground:
    villages = [(code, county.point(code)) for code in county.villages() if viewer.sees(code)]
    points = [(code, point) for code, point in villages if point is not None]
    zones = [zone for zone in county.zones.values() if viewer.sees(zone.area)]
    west, south, east, north = window
    narrow = cos(radians((south + north) / 2))
    scale = min((WIDTH - 2 * MARGIN) / ((east - west) * narrow), (HEIGHT - 2 * MARGIN) / (north - south))
    middle_x, middle_y = (west + east) / 2, (south + north) / 2

    def project(lon: float, lat: float) -> tuple[float, float]:
        return (
            round(WIDTH / 2 + (lon - middle_x) * narrow * scale, 1),
            round(HEIGHT / 2 - (lat - middle_y) * scale, 1),
        )

    towns = [
        (town.code, town.name, county.point(town.code))
        for town in county.tree.at_level(AreaLevel.TOWNSHIP)
        if viewer.sees(town.code)
    ]
    return Ground(
        villages=tuple(Place(code, county.short(code), *project(*point)) for code, point in points),
        townships=tuple(Place(code, name, *project(*point)) for code, name, point in towns if point is not None),
        zones=tuple(
            Shape(zone.code, zone.name or zone.code, zone.kind.chinese, zone.area, _path(zone.geometry, project))
            for zone in sorted(zones, key=lambda one: one.code)
        ),
    )


def _window(county: County, viewer: Viewer, marked: Iterable[str]) -> Window:
    """The part of the county that is shown: where warnings are, in eighths of the whole, so that it seldom moves."""
    points = {code: county.point(code) for code in county.villages() if viewer.sees(code)}
    known = {code: point for code, point in points.items() if point is not None}
    if not known:
        return 0.0, 0.0, 1.0, 1.0
    west, south, east, north = _box(known.values())
    # A single place still gets a picture: some kilometres around it.
    west, east = west - LEAST_DEG, east + LEAST_DEG
    south, north = south - LEAST_DEG, north + LEAST_DEG
    here = [known[code] for code in marked if code in known]
    if not here:
        return west, south, east, north
    inner = _box(here)
    step_x, step_y = (east - west) / EIGHTHS, (north - south) / EIGHTHS
    return (
        west + floor((inner[0] - west) / step_x) * step_x,
        south + floor((inner[1] - south) / step_y) * step_y,
        west + ceil((inner[2] - west) / step_x) * step_x,
        south + ceil((inner[3] - south) / step_y) * step_y,
    )


def _box(points: Iterable[tuple[float, float]]) -> Window:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _path(geometry: BaseGeometry, project: Any) -> str:
    """The outer rings of a (multi)polygon as path data."""
    parts = getattr(geometry, "geoms", [geometry])
    rings = []
    for part in parts:
        points = [project(*point[:2]) for point in part.exterior.coords]
        rings.append("M" + "L".join(f"{x} {y}" for x, y in points[:-1]) + "Z")
    return "".join(rings)
