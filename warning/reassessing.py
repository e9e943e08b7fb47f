"""What a new look at the rain makes of an open warning: up by proposal, down by hysteresis, never down by darkness."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from core.facts import Fact
from core.levels import Level
from warning.assess import Situation, corroborates, dark_too_long
from warning.evolving import evolve
from warning.exceedance import Evidence, merged, worst_first
from warning.facts import (
    Corrected,
    CouldNotJudge,
    Downgraded,
    Extended,
    Flag,
    LevelObserved,
    Proposing,
    Reason,
    UpgradeProposed,
    Worsened,
)
from warning.lifecycle import Warning, WarningState, flagged
from warning.policy import WarningPolicy
from warning.proposing import may_upgrade_again


def reassess(
    warning: Warning,
    situation: Situation,
    policy: WarningPolicy,
    now: datetime,
    *,
    moving: bool,
    forecast_below: bool | None = None,
) -> list[Fact]:
    """Look at an open warning again.

    Parameters
    ----------
    moving : bool
        Whether a task of the warning is MOVING; then it never goes down.
    forecast_below : bool or None
        Whether a fresh forecast stays below for 2 h; None when there is no forecast.

    Returns
    -------
    list of Fact
        Empty when the situation holds nothing new; the same situation twice gives nothing the second time.

    Raises
    ------
    ValueError
        When the situation is about another village or family.
    """
    if (situation.area, situation.family) != (warning.area, warning.family):
        raise ValueError(
            f"situation of {situation.area} {situation.family} for warning of {warning.area} {warning.family}"
        )
    if not warning.open or situation.at < warning.observed_at:
        return []  # an older look than the newest: what it could tell is known
    facts: list[Fact] = []
    looks: tuple[Callable[[Warning], list[Fact]], ...] = (
        lambda w: _observe(w, situation, now),
        lambda w: _correct(w, situation, now),
        lambda w: _raise(w, situation, policy, now),
        lambda w: _extend(w, situation, policy, now),
        lambda w: _blind(w, situation, policy, now),
        lambda w: _lower(w, situation, policy, now, moving=moving, forecast_below=forecast_below),
    )
    for look in looks:  # each sees what the ones before it decided
        for fact in look(warning):
            facts.append(fact)
            warning = evolve(warning, fact)
    return facts


def _reference(w: Warning) -> Level:
    return w.level if w.proposal is None else max(w.level, w.proposal.level)


def _observe(w: Warning, s: Situation, now: datetime) -> list[Fact]:
    """Record what the rain shows when it differs from what was recorded last."""
    dark = bool(s.dark_zones) and (s.level is None or s.level < _reference(w))
    cleared = not set(w.dark_zones) <= set(s.dark_zones)
    if (s.level, dark) == (w.observed_level, w.observed_dark) and not cleared:
        return []
    return [LevelObserved(at=now, level=s.level, dark=dark, dark_zones=s.dark_zones, seen_at=s.at)]


def _correct(w: Warning, s: Situation, now: datetime) -> list[Fact]:
    """Evidence of this same moment that has become less: the data were corrected.

    More than was known is no correction but news. Darkness is no correction either: what was measured was measured.
    """
    seen = {piece.zone: piece for piece in s.evidence}
    proposal = w.proposal
    known = w.evidence if proposal is None else proposal.evidence
    kept: list[Evidence] = []
    for piece in known:
        newer = seen.get(piece.zone)
        if piece.at != s.at or piece.zone in s.dark_zones or not _less(piece, newer):
            kept.append(piece)
        elif newer is not None:
            kept.append(newer)
    if tuple(kept) == known:
        return []
    evidence = worst_first(kept)
    level = w.level if proposal is None else proposal.level
    return [
        Corrected(
            at=now,
            reason=Reason.DATA_CORRECTED,
            evidence=evidence,
            corroborated=corroborates(evidence, level),
            seen_at=s.at,
        )
    ]


def _less(known: Evidence, newer: Evidence | None) -> bool:
    if newer is None or newer.level < known.level:
        return True
    if newer.level > known.level:
        return False
    if newer.flagged and not known.flagged:
        return True
    return newer.window_h == known.window_h and newer.mm < known.mm


def _raise(w: Warning, s: Situation, policy: WarningPolicy, now: datetime) -> list[Fact]:
    """Put more before the desk: worse than what is proposed, or above what is in force."""
    if s.level is None:
        return []
    p = w.proposal
    if p is None:
        if s.level <= w.level:
            return []
        if w.rejected is not None and not may_upgrade_again(w.rejected, w.rejected_at, s, policy, now):
            return []
        return [_proposing(UpgradeProposed, w, s, policy, now, Reason.HIGHER_LEVEL)]
    reason = _worse(p.level, p.evidence, p.zones, s)
    if reason is None and s.level >= p.level and s.corroborated and not p.corroborated and not p.by_hand:
        reason = Reason.CORROBORATED
    if reason is None:
        return []
    kind = Worsened if w.state is WarningState.PROPOSED else UpgradeProposed
    return [_proposing(kind, w, s, policy, now, reason)]


def _worse(level: Level, evidence: tuple[Evidence, ...], zones: tuple[str, ...], s: Situation) -> Reason | None:
    if s.level is not None and s.level > level:
        return Reason.HIGHER_LEVEL
    if any(piece.zone not in zones for piece in s.evidence):
        return Reason.NEW_ZONE
    known = {piece.zone: piece.level.rank for piece in evidence}
    if any(piece.level.rank > known.get(piece.zone, 0) for piece in s.evidence):
        return Reason.ZONE_HIGHER
    return None


def _proposing(
    kind: type[Worsened | UpgradeProposed],
    w: Warning,
    s: Situation,
    policy: WarningPolicy,
    now: datetime,
    reason: Reason,
) -> Proposing:
    p = w.proposal
    level = _above(s.level, w.level if p is None else p.level)
    evidence = merged(w.evidence if p is None else p.evidence, s.evidence)
    reached = s.level is not None and s.level >= level
    rises = p is None or level > p.level
    by_hand = p is not None and p.by_hand and not rises
    return kind(
        at=now,
        reason=reason,
        evidence=evidence,
        level=level,
        hazard=s.hazard if reached or p is None else p.hazard,
        zones=tuple(sorted({*s.zones, *(w.zones if p is None else p.zones)})),
        seen_at=s.at,
        corroborated=(s.corroborated and reached) or (p is not None and p.corroborated and not rises),
        cannot_judge=p is not None and p.cannot_judge and not reached,
        by_hand=by_hand,
        rule=policy.rule(level) if p is None or rises else p.rule,
    )


def _above(seen: Level | None, level: Level) -> Level:
    return level if seen is None else max(seen, level)


def _extend(w: Warning, s: Situation, policy: WarningPolicy, now: datetime) -> list[Fact]:
    """A later end for what is in force, when there is a reason to say it: a new zone, or half of the time is gone.

    Not while an upgrade waits: a new version would make every signature on it stale, and nothing ends meanwhile.
    """
    if w.state is not WarningState.IN_FORCE or w.proposal is not None or s.level is None or w.expires_at is None:
        return []
    zones = tuple(sorted({*w.zones, *s.zones}))
    half = timedelta(seconds=policy.expiry_s / 2)
    if zones != w.zones:
        reason = Reason.NEW_ZONE
    elif w.expires_at - s.at < half:
        reason = Reason.CONTINUES
    else:
        return []
    return [
        Extended(
            at=now,
            reason=reason,
            evidence=s.evidence if reason is Reason.CONTINUES else merged(w.evidence, s.evidence),
            level=w.level,
            flags=flagged(w.flags, without=(Flag.DECISION_WANTED,)),
            expires_at=max(w.expires_at, s.at + timedelta(seconds=policy.expiry_s)),
            zones=zones,
            last_exceeded_at=max(w.last_exceeded_at, s.at),
        )
    ]


def _blind(w: Warning, s: Situation, policy: WarningPolicy, now: datetime) -> list[Fact]:
    """Zones dark for too long are told on the open warning, each spell once."""
    if not dark_too_long(s, policy, now) or s.dark_since is None or set(s.dark_zones) <= set(w.dark_zones):
        return []
    return [CouldNotJudge(at=now, reason=Reason.DARK, evidence=s.evidence, zones=s.dark_zones, since=s.dark_since)]


def _lower(
    w: Warning, s: Situation, policy: WarningPolicy, now: datetime, *, moving: bool, forecast_below: bool | None
) -> list[Fact]:
    """One level down after long enough below, by fresh observation only; a person's warning only by a person."""
    lower = w.level.down()
    if w.state is not WarningState.IN_FORCE or w.proposal is not None or w.by_hand or moving or lower is None:
        return []
    if w.below_since is None or w.observed_dark or forecast_below is False or w.expires_at is None:
        return []
    without = forecast_below is None
    wanted = timedelta(seconds=policy.below_forecastless_s if without else policy.below_s)
    if s.at - w.below_since < wanted:
        return []
    expires_at = w.expires_at
    if s.level is not None:
        expires_at = max(expires_at, s.at + timedelta(seconds=policy.expiry_s))
    flags = flagged(w.flags, *((Flag.NO_FORECAST,) if without else ()), without=(Flag.NO_FORECAST,))
    return [
        Downgraded(
            at=now,
            reason=Reason.BELOW_WITHOUT_FORECAST if without else Reason.BELOW_WITH_FORECAST,
            evidence=s.evidence,
            level=lower,
            flags=flags,
            expires_at=expires_at,
            seen_at=s.at,
        )
    ]
