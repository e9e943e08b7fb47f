"""Who moves whom, in which turn and where to: the assignments of one village's order, and its move clock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evacuation.clocks import ClockPolicy, Clocks, move_clock, walking_speed
from evacuation.listed import Assignment, Listed

Point = tuple[float, float]  # longitude, latitude, degrees

SPAN = 4  # FACTS section 1: one grid member answers for at most 4 households
_EARTH_M = 6_371_000.0
# Who is asked first to take a household nobody is named for; unlisted roles come last.
_GAP_ORDER = ("grid_member", "grid_chief", "instructor", "leader", "monitor", "volunteer")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHousehold:
    """What planning needs to know of a household.

    `organiser` marks the home of the village's leader, who leaves last; `kin` that it goes to relatives.
    """

    code: str
    people: int
    area: str
    frail: bool = False
    elderly: int = 0
    children: int = 0
    impaired: int = 0
    lon: float | None = None
    lat: float | None = None
    responsible: str | None = None
    shelter: str | None = None
    kin: bool = False
    organiser: bool = False

    @property
    def place(self) -> Point | None:
        """Where it stands, when known."""
        return (self.lon, self.lat) if self.lon is not None and self.lat is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPost:
    """A post that can be named; `named` is how many households it already answers for elsewhere."""

    id: str
    area: str
    role: str
    rank: int = 1
    named: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanShelter:
    """A shelter with `free` places; not `safe` when it stands in a danger zone itself."""

    code: str
    name: str
    lon: float
    lat: float
    free: int
    safe: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What planning gives: the list, everybody's assignment, the village's clocks, and room used per shelter."""

    listed: tuple[Listed, ...]
    assignments: tuple[Assignment, ...]
    clocks: Clocks
    used: tuple[tuple[str, int], ...]


def haversine_m(a: Point, b: Point) -> float:
    """Distance over the ground in metres, in a straight line."""
    lon1, lat1, lon2, lat2 = (math.radians(v) for v in (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_M * math.asin(min(1.0, math.sqrt(h)))


def plan(
    households: Sequence[PlanHousehold],
    posts: Sequence[PlanPost],
    shelters: Sequence[PlanShelter],
    *,
    village: Point | None,
    night: bool,
    drilled: bool,
    slope: float = 0.0,
    hazard_earliest: datetime | None = None,
    hazard_latest: datetime | None = None,
    now: datetime | None = None,
    policy: ClockPolicy | None = None,
) -> Plan:
    """Plan one village: every household once, whole, in its turn, with somebody answerable and somewhere to go.

    Families are never split. A shelter is exceeded only when no safe one has room for the family, and the assignment then
    says ``over_capacity``; a shelter inside a danger zone is never used.

    Parameters
    ----------
    village
        Stands in for the place of a household that has none.
    """
    terms = policy or ClockPolicy()
    turns = sorted(
        {household.code: household for household in households}.values(),
        key=lambda h: (h.organiser, not h.frail, -(h.elderly + h.children + h.impaired), -h.people, h.code),
    )
    room = {shelter.code: shelter.free for shelter in shelters if shelter.safe}
    safe = {shelter.code: shelter for shelter in shelters if shelter.safe}
    load = {post.id: post.named for post in posts}
    known = {post.id: post for post in posts}
    for household in turns:
        if household.responsible in load:
            load[household.responsible] += 1
    assignments: list[Assignment] = []
    slowest, longest_m, impaired = -1.0, 0.0, False
    for turn, household in enumerate(turns, start=1):
        flags: list[str] = []
        responsible = _responsible(household, known, load, flags)
        origin = household.place or village
        if household.place is None:
            flags.append("no_place")
        shelter = None
        if household.kin:
            flags.append("kin")
        else:
            shelter = _shelter(household, origin, safe, room, flags)
        if household.organiser:
            flags.append("organiser_last")
        assignments.append(
            Assignment(
                household=household.code,
                people=household.people,
                responsible=responsible,
                shelter=shelter,
                kin=household.kin,
                flags=tuple(flags),
                order=turn,
            )
        )
        way = float(terms.way_unknown_m)
        if origin is not None and shelter is not None:
            way = haversine_m(origin, (safe[shelter].lon, safe[shelter].lat))
        took = way / walking_speed(terms, impaired=household.impaired > 0, night=night, slope=slope)
        if took > slowest:
            slowest, longest_m, impaired = took, way, household.impaired > 0
    clocks = move_clock(
        way_m=longest_m,
        impaired=impaired,
        night=night,
        drilled=drilled,
        slope=slope,
        hazard_earliest=hazard_earliest,
        hazard_latest=hazard_latest,
        now=now,
        policy=terms,
    )
    return Plan(
        listed=tuple(
            Listed(household=h.code, people=h.people, area=h.area, frail=h.frail)
            for h in sorted(turns, key=lambda h: h.code)
        ),
        assignments=tuple(assignments),
        clocks=clocks,
        used=tuple((code, safe[code].free - left) for code, left in sorted(room.items()) if left != safe[code].free),
    )


def _responsible(
    household: PlanHousehold, known: dict[str, PlanPost], load: dict[str, int], flags: list[str]
) -> str | None:
    """The register's word where it has one; else the nearest post, said to fill a gap."""
    if household.responsible in known:
        return household.responsible
    flags.append("gap")
    if not known:
        flags.append("nobody")
        return None

    def nearness(post: PlanPost) -> tuple[int, bool, int, int, int, str]:
        above = len(post.area) if household.area.startswith(post.area) else 0
        role = _GAP_ORDER.index(post.role) if post.role in _GAP_ORDER else len(_GAP_ORDER)
        full = load[post.id] >= SPAN and post.role == "grid_member"
        return -above, full, role, load[post.id], post.rank, post.id

    chosen = min(known.values(), key=nearness)
    load[chosen.id] += 1
    return chosen.id


def _shelter(
    household: PlanHousehold,
    origin: Point | None,
    safe: dict[str, PlanShelter],
    room: dict[str, int],
    flags: list[str],
) -> str | None:
    """The register's shelter if it is safe and has room, else the nearest that has, else the nearest, over capacity."""
    if not safe:
        flags.append("no_shelter")
        return None

    def way(code: str) -> tuple[float, str]:
        shelter = safe[code]
        return (haversine_m(origin, (shelter.lon, shelter.lat)) if origin is not None else 0.0), code

    if household.shelter in room and room[household.shelter] >= household.people:
        chosen = household.shelter
    else:
        if household.shelter is not None:
            flags.append("other_shelter")
        roomy = [code for code, left in room.items() if left >= household.people]
        chosen = min(roomy or room, key=way)
        if not roomy:
            flags.append("over_capacity")
            if chosen == household.shelter:
                flags.remove("other_shelter")
    room[chosen] -= household.people
    return chosen
