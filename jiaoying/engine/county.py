"""The registers as the engine judges with them: one frozen snapshot, made anew after every import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property

from shapely.geometry import MultiPoint, Point
from shapely.geometry.base import BaseGeometry

from hazards.exposure import exposure
from hazards.stations import Station
from hazards.zones import Family, HazardZone, family_of
from people.areas import AreaLevel, AreaTree, short_name
from people.households import Household
from people.posts import Directory, Post, Role
from people.shelters import Shelter
from warning.thresholds import ThresholdTable


@dataclass(frozen=True, kw_only=True)
class County:
    """Everything the registers say, with what follows from it (exposure, villages of a zone)."""

    version: str
    tree: AreaTree
    posts: tuple[Post, ...]
    directory: Directory
    households: Mapping[str, Household]
    shelters: Mapping[str, Shelter]
    zones: Mapping[str, HazardZone]
    stations: Mapping[str, Station]
    thresholds: ThresholdTable

    @cached_property
    def exposed(self) -> Mapping[str, tuple[str, ...]]:
        """Zone → codes of the households in or touching it; a household without a place counts for all zones of its village."""
        return exposure(
            {code: zone.geometry for code, zone in self.zones.items()},
            {code: zone.area for code, zone in self.zones.items()},
            {code: place_of(h.lon, h.lat) for code, h in self.households.items()},
            {code: self.village_of(h.area) for code, h in self.households.items()},
        )

    @cached_property
    def villages_of_zone(self) -> Mapping[str, tuple[str, ...]]:
        """Zone → the villages an exceedance there warns: its own and every village with an exposed household."""
        return {
            code: tuple(
                sorted({zone.area} | {self.village_of(self.households[h].area) for h in self.exposed.get(code, ())})
            )
            for code, zone in self.zones.items()
        }

    @cached_property
    def households_in(self) -> Mapping[str, tuple[str, ...]]:
        """Village → codes of all its households."""
        found: dict[str, list[str]] = defaultdict(list)
        for code, household in self.households.items():
            found[self.village_of(household.area)].append(code)
        return {village: tuple(sorted(codes)) for village, codes in found.items()}

    @cached_property
    def _families(self) -> Mapping[tuple[str, Family], frozenset[str]]:
        found: dict[tuple[str, Family], set[str]] = defaultdict(set)
        for code, zone in self.zones.items():
            family = family_of(zone.kind)
            for household in self.exposed.get(code, ()):
                found[self.village_of(self.households[household].area), family].add(household)
        return {key: frozenset(codes) for key, codes in found.items()}

    @cached_property
    def unsafe_shelters(self) -> Mapping[str, frozenset[str]]:
        """Zone → shelters inside or touching it."""
        points = {code: Point(s.lon, s.lat) for code, s in self.shelters.items()}
        return {
            code: frozenset(name for name, point in points.items() if zone.geometry.intersects(point))
            for code, zone in self.zones.items()
        }

    @cached_property
    def posts_in(self) -> Mapping[str, tuple[Post, ...]]:
        """Village → all posts at the village and below it."""
        found: dict[str, list[Post]] = defaultdict(list)
        for post in self.posts:
            village = self.tree.village(post.area)
            if village is not None:
                found[village].append(post)
        return {v: tuple(sorted(posts, key=lambda p: (p.area, p.role, p.rank, p.id))) for v, posts in found.items()}

    def at_post(self, area: str, role: Role, now: datetime, zone: tzinfo) -> tuple[Post, ...]:
        """Who of a role is on duty at an area; out of hours whoever holds the post: a night without a shift is no calm."""
        return self.directory.on_duty(area, role, now, zone) or self.directory.at(area, role)

    def village_of(self, area: str) -> str:
        """The village an area belongs to; an area above the villages stands for itself."""
        return self.tree.village(area) or area

    def listed(self, village: str, family: Family, scope: str) -> tuple[Household, ...]:
        """The households an order for `village` lists (DESIGN section 4, Task).

        `scope` "everybody" takes all of the village; "exposed" those exposed to any zone of the family, or all of
        them where nothing of the village lies in any zone (CONTRACT 7.3).
        """
        codes: Iterable[str]
        if scope == "everybody":
            codes = self.households_in.get(village, ())
        else:
            codes = self._families.get((village, family), frozenset())
            if not codes and not any(village in villages for villages in self.villages_of_zone.values()):
                codes = self.households_in.get(village, ())
        return tuple(self.households[code] for code in sorted(codes))

    def short(self, area: str) -> str:
        """The name people use: 小坝村."""
        found = self.tree.get(area)
        return short_name(found.name) if found else area

    def point(self, area: str) -> tuple[float, float] | None:
        """A point that stands for an area: its own, else the middle of its households, else its parent's."""
        found = self.tree.get(area)
        if found is not None and found.lon is not None and found.lat is not None:
            return found.lon, found.lat
        places = [place_of(self.households[c].lon, self.households[c].lat) for c in self.households_in.get(area, ())]
        known = [place for place in places if place is not None]
        if known:
            middle = MultiPoint(known).centroid
            return float(middle.x), float(middle.y)
        return self.point(found.parent) if found is not None and found.parent and found.parent != area else None

    def villages(self) -> tuple[str, ...]:
        """Codes of all villages."""
        return tuple(sorted(area.code for area in self.tree.at_level(AreaLevel.VILLAGE)))

    def villages_touching(self, polygon: BaseGeometry) -> tuple[str, ...]:
        """Villages whose zones or households a polygon drawn by hand touches."""
        found: set[str] = set()
        for code, zone in self.zones.items():
            if zone.geometry.intersects(polygon):
                found.update(self.villages_of_zone[code])
        for household in self.households.values():
            place = place_of(household.lon, household.lat)
            if place is not None and polygon.intersects(Point(*place)):
                found.add(self.village_of(household.area))
        for village in self.villages():
            area = self.tree.get(village)
            if area is not None and area.lon is not None and polygon.intersects(Point(area.lon, area.lat)):
                found.add(village)
        return tuple(sorted(found))


def place_of(lon: float | None, lat: float | None) -> tuple[float, float] | None:
    """A point, or None when either half is missing."""
    return None if lon is None or lat is None else (lon, lat)
