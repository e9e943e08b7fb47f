"""Two clocks (DESIGN section 7): when the line is crossed, and how long this village needs to move; slack is the difference."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

NIGHT_FROM_H = 20  # FACTS section 5: night is 20:00–06:00
NIGHT_TO_H = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPolicy:
    """The terms of the move clock; every default from FACTS section 5 unless it says otherwise.

    Attributes
    ----------
    order_s, reach_s
        Giving the order; reaching the last tenth of the people (90th percentile). No source settles them: settings.
    start_s, start_night, start_drilled
        Start delay, 90th percentile (5–15 min after being told, Japan), slower at night, faster when drilled.
    walk_m_s, impaired_m_s, night_speed
        Walking, impaired, and what the dark leaves of either.
    group_speed
        What walking together leaves of it; no source settles it, so a setting.
    margin_s
        Kept in hand.
    way_unknown_m
        Way of a household whose place or shelter is unknown.
    lead_unknown_s
        Assumed lead when nobody can say when the line is crossed (fallback lead of 2 h, Japan).
    """

    order_s: int = 60
    reach_s: int = 480
    start_s: int = 600
    start_night: float = 1.2
    start_drilled: float = 0.75
    walk_m_s: float = 1.0
    impaired_m_s: float = 0.5
    night_speed: float = 0.8
    group_speed: float = 1.0
    margin_s: int = 1200
    way_unknown_m: int = 1500
    lead_unknown_s: int = 7200


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Both clocks of one village; the hazard clock is a range, None while nobody can say."""

    order_s: int
    reach_s: int
    start_s: int
    way_s: int
    margin_s: int
    need_s: int
    way_m: int
    speed_m_s: float
    words: str
    hazard_earliest: datetime | None = None
    hazard_latest: datetime | None = None
    latest_departure: datetime | None = None
    slack_s: int | None = None


def is_night(local: datetime) -> bool:
    """Whether a local time lies between 20:00 and 06:00."""
    return local.hour >= NIGHT_FROM_H or local.hour < NIGHT_TO_H


def slope_factor(slope: float) -> float:
    """What a slope leaves of walking speed (Tobler's function, flat = 1)."""
    return math.exp(-3.5 * (abs(slope + 0.05) - 0.05))


def walking_speed(policy: ClockPolicy, *, impaired: bool, night: bool, slope: float = 0.0) -> float:
    """Metres a second of a walking household."""
    speed = policy.impaired_m_s if impaired else policy.walk_m_s
    return speed * slope_factor(slope) * (policy.night_speed if night else 1.0) * policy.group_speed


def move_clock(
    *,
    way_m: float,
    impaired: bool,
    night: bool,
    drilled: bool,
    slope: float = 0.0,
    hazard_earliest: datetime | None = None,
    hazard_latest: datetime | None = None,
    now: datetime | None = None,
    policy: ClockPolicy | None = None,
) -> Clocks:
    """How long a village needs, from the household whose way takes longest.

    Examples
    --------
    >>> move_clock(way_m=1400, impaired=True, night=True, drilled=False).words
    '下令1+通知8+动身12+路程1.4公里 58+余量20=99分钟'
    """
    terms = policy or ClockPolicy()
    speed = walking_speed(terms, impaired=impaired, night=night, slope=slope)
    start_s = round(terms.start_s * (terms.start_night if night else 1.0) * (terms.start_drilled if drilled else 1.0))
    way_s = round(way_m / speed)
    minutes = [round(s / 60) for s in (terms.order_s, terms.reach_s, start_s, way_s, terms.margin_s)]
    order, reach, start, way, margin = minutes
    clocks = Clocks(
        order_s=terms.order_s,
        reach_s=terms.reach_s,
        start_s=start_s,
        way_s=way_s,
        margin_s=terms.margin_s,
        need_s=terms.order_s + terms.reach_s + start_s + way_s + terms.margin_s,
        way_m=round(way_m),
        speed_m_s=round(speed, 3),
        words=f"下令{order}+通知{reach}+动身{start}+路程{way_m / 1000:.1f}公里 {way}+余量{margin}={sum(minutes)}分钟",
    )
    return with_hazard(clocks, earliest=hazard_earliest, latest=hazard_latest, now=now)


def with_hazard(clocks: Clocks, *, earliest: datetime | None, latest: datetime | None, now: datetime | None) -> Clocks:
    """Set the hazard clock: the latest departure of the slowest household, and the slack at `now`."""
    bare = replace(clocks, hazard_earliest=earliest, hazard_latest=latest, latest_departure=None, slack_s=None)
    if earliest is None:
        return bare
    departure = earliest - timedelta(seconds=clocks.way_s + clocks.margin_s)
    return replace(bare, latest_departure=departure, slack_s=slack(bare, now) if now is not None else None)


def slack(
    clocks: Clocks, now: datetime, *, ordered: bool = False, acknowledged: bool = False, moving: bool = False
) -> int | None:
    """Seconds in hand at `now`: until the line is crossed, less what is still needed; negative is too late.

    What has been done is no longer needed: the order once it was given, reaching once it was acknowledged, starting once
    people move. None while nobody can say when the line is crossed.
    """
    if clocks.hazard_earliest is None:
        return None
    need = clocks.way_s + clocks.margin_s
    if not moving:
        need += clocks.start_s
        if not acknowledged:
            need += clocks.reach_s
            if not ordered:
                need += clocks.order_s
    return math.floor((clocks.hazard_earliest - now).total_seconds()) - need


def band(slack_s: int | None) -> int:
    """0: slack under 30 min (negative too); 1: under 2 h; 2: the rest.

    Unknown counts as under 2 h, because the assumed lead is 2 h (FACTS section 5) and silence is never calm.
    """
    if slack_s is None:
        return 1
    return 0 if slack_s < 30 * 60 else 1 if slack_s < 120 * 60 else 2


def urgency(slack_s: int | None, frail: int, people: int, code: str) -> tuple[int, int, int, str]:
    """Sort key of everything scarce: band, then frail people, then people, then code; the smallest goes first."""
    return band(slack_s), -frail, -people, code
