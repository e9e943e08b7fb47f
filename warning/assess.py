"""From zones to villages: what each village and family of hazards stands at, and what cannot be judged there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.levels import Level
from hazards.zones import Family, HazardKind, HazardZone, family_of
from warning.exceedance import Evidence, Exceedance, worst_first
from warning.policy import WarningPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One village and one family of hazards at one moment. `level` None = nothing exceeded (but see `dark_zones`)."""

    area: str
    family: Family
    hazard: HazardKind
    level: Level | None
    evidence: tuple[Evidence, ...]
    zones: tuple[str, ...]
    at: datetime
    corroborated: bool
    dark_zones: tuple[str, ...] = ()
    dark_since: datetime | None = None
    next_level_crossing: tuple[datetime, datetime] | None = None


def situations(
    zones: Iterable[HazardZone],
    exceedances: Mapping[str, Exceedance],
    *,
    dark: Mapping[str, datetime],
    villages_of_zone: Mapping[str, tuple[str, ...]],
    at: datetime,
    crossings: Mapping[str, tuple[datetime, datetime]] | None = None,
) -> list[Situation]:
    """Gather what zones show into one situation a village and family, calm ones included (they end warnings).

    Parameters
    ----------
    exceedances : mapping of zone to Exceedance
    dark : mapping of zone to datetime
        Zones without data, and since when.
    villages_of_zone : mapping of zone to villages
        Villages with an exposed household; the zone's own village always belongs to it.
    crossings : mapping of zone to (earliest, latest), optional
        When the zone's next higher level may be reached.

    Returns
    -------
    list of Situation
        By village, then family.
    """
    kinds: dict[str, HazardKind] = {}
    members: dict[tuple[str, Family], list[str]] = {}
    for zone in zones:
        kinds[zone.code] = zone.kind
        for village in dict.fromkeys((zone.area, *villages_of_zone.get(zone.code, ()))):
            members.setdefault((village, family_of(zone.kind)), []).append(zone.code)
    found = []
    for (village, family), codes in sorted(members.items()):
        evidence = worst_first([exceedances[code].evidence for code in codes if code in exceedances])
        gone = sorted(code for code in codes if code in dark)
        level = evidence[0].level if evidence else None
        nearest = [crossings[code] for code in codes if code in crossings] if crossings else []
        worst = evidence[0].zone if evidence else (gone or sorted(codes))[0]
        found.append(
            Situation(
                area=village,
                family=family,
                hazard=kinds[worst],
                level=level,
                evidence=evidence,
                zones=tuple(sorted(e.zone for e in evidence)),
                at=at,
                corroborated=level is not None and corroborates(evidence, level),
                dark_zones=tuple(gone),
                dark_since=min((dark[code] for code in gone), default=None),
                next_level_crossing=min(nearest, default=None),
            )
        )
    return found


def corroborates(evidence: Iterable[Evidence], level: Level) -> bool:
    """Whether unflagged evidence for `level` rests on two sources, or on a gauge and a neighbour.

    Either one zone's evidence is corroborated by itself, or two zones reach the level by different gauges.
    """
    good = [e for e in evidence if e.level >= level and not e.flagged]
    if any(e.corroborated for e in good):
        return True
    return any(
        first.sources and second.sources and not set(first.sources) & set(second.sources)
        for index, first in enumerate(good)
        for second in good[index + 1 :]
    )


def cannot_judge(situation: Situation, policy: WarningPolicy, *, township_level: Level | None, now: datetime) -> bool:
    """Whether darkness alone is a reason to propose: dark long enough while the township is at yellow or above."""
    return (
        situation.level is None
        and dark_too_long(situation, policy, now)
        and township_level is not None
        and township_level >= Level.YELLOW
    )


def dark_too_long(situation: Situation, policy: WarningPolicy, now: datetime) -> bool:
    """Whether zones of the situation have been dark for as long as nobody can judge them any more."""
    if not situation.dark_zones or situation.dark_since is None:
        return False
    return now - situation.dark_since >= timedelta(seconds=policy.dark_s)
