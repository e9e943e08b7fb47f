"""Areas (行政区) and the tree they form: city, county, township, village, group, micro-grid, building."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class AreaLevel(StrEnum):
    """Levels from the city down. `depth` grows downwards: ``AreaLevel.CITY.depth < AreaLevel.VILLAGE.depth``."""

    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    GROUP = "group"
    MICROGRID = "microgrid"
    BUILDING = "building"

    @property
    def depth(self) -> int:
        """0 (city) to 6 (building)."""
        return _DEPTH[self]

    @property
    def chinese(self) -> str:
        """The word of the field."""
        return _CHINESE[self]


_DEPTH = {level: depth for depth, level in enumerate(AreaLevel)}
_CHINESE = dict(zip(AreaLevel, ("市", "县", "乡镇", "村", "组", "微网格", "楼栋"), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One area. `parent` of the topmost may name an area no register holds (a county's city, a city's province)."""

    code: str
    name: str
    level: AreaLevel
    parent: str | None = None
    lon: float | None = None
    lat: float | None = None


class AreaTree:
    """All areas of a site and how they stand in each other.

    Raises
    ------
    ValueError
        When a code appears twice or the parents run in a circle; a tree that exists can be walked safely.
    """

    __slots__ = ("_by_code", "_children", "_within", "areas")

    def __init__(self, areas: Iterable[Area] = ()) -> None:
        self.areas: tuple[Area, ...] = tuple(areas)
        self._by_code: dict[str, Area] = {area.code: area for area in self.areas}
        if len(self._by_code) != len(self.areas):
            raise ValueError("an area code appears twice")
        self._children: dict[str, list[Area]] = {}
        for area in self.areas:
            if area.parent is not None and area.parent in self._by_code:
                self._children.setdefault(area.parent, []).append(area)
        for children in self._children.values():
            children.sort(key=lambda area: area.code)
        self._within: dict[str, frozenset[str]] = {}
        circle = circles({area.code: area.parent for area in self.areas if area.parent is not None})
        if circle:
            raise ValueError(f"the parents of areas run in a circle: {sorted(circle)}")

    def __len__(self) -> int:
        return len(self.areas)

    def __iter__(self) -> Iterator[Area]:
        return iter(self.areas)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str) -> Area | None:
        """The area of that code."""
        return self._by_code.get(code)

    def children(self, code: str) -> tuple[Area, ...]:
        """The areas directly below, by code."""
        return tuple(self._children.get(code, ()))

    def within(self, code: str) -> frozenset[str]:
        """The codes of the area itself and of everything below it; empty for an unknown code."""
        if code not in self._by_code:
            return frozenset()
        found = self._within.get(code)
        if found is None:
            codes, waiting = {code}, [code]
            while waiting:
                below = [area.code for area in self._children.get(waiting.pop(), ())]
                codes.update(below)
                waiting.extend(below)
            found = self._within[code] = frozenset(codes)
        return found

    def ancestors(self, code: str) -> Iterator[Area]:
        """The area itself, its parent, and so on to the top."""
        area = self._by_code.get(code)
        while area is not None:
            yield area
            area = self._by_code.get(area.parent) if area.parent is not None else None

    def path(self, code: str) -> tuple[Area, ...]:
        """From the top down to the area itself; empty for an unknown code."""
        return tuple(reversed(tuple(self.ancestors(code))))

    def up(self, code: str, level: AreaLevel) -> Area | None:
        """The area itself or the one above it that is of `level`."""
        return next((area for area in self.ancestors(code) if area.level is level), None)

    def village(self, code: str) -> str | None:
        """Code of the village the area is or lies in."""
        return self._up_code(code, AreaLevel.VILLAGE)

    def township(self, code: str) -> str | None:
        """Code of the township the area is or lies in."""
        return self._up_code(code, AreaLevel.TOWNSHIP)

    def county(self, code: str) -> str | None:
        """Code of the county the area is or lies in."""
        return self._up_code(code, AreaLevel.COUNTY)

    def at_level(self, level: AreaLevel) -> tuple[Area, ...]:
        """All areas of `level`, by code."""
        return tuple(sorted((area for area in self.areas if area.level is level), key=lambda area: area.code))

    def merged(self, areas: Iterable[Area]) -> AreaTree:
        """A tree in which `areas` replace those of the same code and join the others."""
        return AreaTree({**self._by_code, **{area.code: area for area in areas}}.values())

    def _up_code(self, code: str, level: AreaLevel) -> str | None:
        area = self.up(code, level)
        return area.code if area is not None else None


def circles(parents: dict[str, str]) -> frozenset[str]:
    """The codes that stand on a circle of `parents` (child → parent); not those that merely lead into one."""
    done: set[str] = set()
    found: set[str] = set()
    for start in parents:
        walk: list[str] = []
        seen: set[str] = set()
        code: str | None = start
        while code is not None and code not in done and code not in seen:
            walk.append(code)
            seen.add(code)
            code = parents.get(code)
        if code is not None and code in seen:
            found.update(walk[walk.index(code) :])
        done.update(walk)
    return frozenset(found)


_SUFFIXES = (
    (re.compile(r"村村民委员会$"), "村"),
    (re.compile(r"社区居民委员会$"), "社区"),
    (re.compile(r"(村民委员会|村委会)$"), "村"),
    (re.compile(r"(居民委员会|居委会)$"), "社区"),
)


def short_name(name: str) -> str:
    """The name people use.

    Examples
    --------
    >>> short_name("小坝村民委员会"), short_name("海子社区居民委员会"), short_name("扎西镇")
    ('小坝村', '海子社区', '扎西镇')
    """
    for pattern, short in _SUFFIXES:
        stem = pattern.sub("", name)
        if stem != name:
            return (stem or name) if stem.endswith(short) or not stem else stem + short
    return name
