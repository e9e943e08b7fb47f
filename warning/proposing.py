"""How a warning begins: from rain, from darkness, or by a person's hand; and when it may begin again after a no."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.cap import CapStatus
from core.facts import Fact
from core.ids import natural_id
from core.levels import Level
from hazards.zones import Family, HazardKind
from warning.approval import NotAllowed, Stale, sign_approval
from warning.assess import Situation
from warning.evolving import evolve
from warning.exceedance import Evidence
from warning.facts import Proposal, Proposed, Reason, Scope, UpgradeProposed, Worsened
from warning.lifecycle import Warning, WarningState
from warning.policy import STANDARD, WarningPolicy


def warning_id(event: str, area: str, family: Family, ordinal: int) -> str:
    """The natural key of a warning (law 13)."""
    return natural_id("warning", event, area, family, ordinal)


def propose(
    situation: Situation,
    *,
    event: str,
    ordinal: int,
    status: CapStatus,
    now: datetime,
    policy: WarningPolicy = STANDARD,
) -> tuple[str, list[Fact]]:
    """Propose a warning for a situation: at its level, or "cannot judge" at orange when it is only dark.

    Returns
    -------
    (warning id, facts)

    Raises
    ------
    ValueError
        When nothing is exceeded and nothing is dark.
    """
    blind = situation.level is None
    if blind and not situation.dark_zones:
        raise ValueError(f"nothing to propose for {situation.area} {situation.family}")
    level = situation.level or Level.ORANGE
    key = warning_id(event, situation.area, situation.family, ordinal)
    born = Proposed(
        at=now,
        reason=Reason.CANNOT_JUDGE if blind else Reason.EXCEEDED,
        evidence=situation.evidence,
        level=level,
        hazard=situation.hazard,
        zones=situation.dark_zones if blind else situation.zones,
        seen_at=situation.at,
        corroborated=situation.corroborated and not blind,
        cannot_judge=blind,
        by_hand=False,
        rule=policy.rule(level),
        id=key,
        status=status,
        event=event,
        area=situation.area,
        family=situation.family,
        ordinal=ordinal,
        scope=Scope.EXPOSED,
        dark_zones=situation.dark_zones if blind else (),
    )
    return key, [born]


def raise_by_hand(
    *,
    event: str,
    area: str,
    family: Family,
    hazard: HazardKind,
    level: Level,
    ordinal: int,
    zones: tuple[str, ...],
    scope: Scope,
    who: str,
    reason: str,
    status: CapStatus,
    now: datetime,
    policy: WarningPolicy = STANDARD,
) -> tuple[str, list[Fact]]:
    """Raise a warning by hand; who raises it is its first approval.

    Blue, yellow and orange therefore issue at once, red waits for a second person (or its clock).

    Parameters
    ----------
    reason : str
        An enum word or a private reference to what the person wrote.

    Raises
    ------
    NotAllowed
        Without a name or a reason.
    """
    _named(who, reason)
    key = warning_id(event, area, family, ordinal)
    born = Proposed(
        at=now,
        reason=Reason.BY_HAND,
        evidence=(),
        level=level,
        hazard=hazard,
        zones=tuple(sorted(zones)),
        seen_at=now,
        corroborated=False,
        cannot_judge=False,
        by_hand=True,
        rule=policy.rule(level),
        id=key,
        status=status,
        event=event,
        area=area,
        family=family,
        ordinal=ordinal,
        scope=scope,
        dark_zones=(),
    )
    warning = evolve(None, born)
    signed = sign_approval(warning, who=who, version=warning.version, reason=reason, policy=policy, now=now)
    return key, [born, *signed]


def upgrade_by_hand(
    warning: Warning, *, level: Level, who: str, version: int, reason: str, policy: WarningPolicy, now: datetime
) -> list[Fact]:
    """Raise the level of an open warning by hand; who does it is the first approval.

    Of a warning still proposed this raises what is proposed; at the proposed level it is simply an approval.

    Raises
    ------
    Stale, NotAllowed
    """
    _named(who, reason)
    if version != warning.version:
        raise Stale(f"您看到的是第{version}版,现在是第{warning.version}版,请重新查看后再签")
    if not warning.open:
        raise NotAllowed("预警已经结束,请另行发起")
    if warning.state is WarningState.IN_FORCE and level <= warning.level:
        raise NotAllowed(f"已有{warning.level.chinese}色预警在发,不能再提到{level.chinese}色")
    waiting = warning.proposal
    if waiting is not None and level <= waiting.level:
        if level < waiting.level:
            raise NotAllowed(f"已有{waiting.level.chinese}色提议待批,请先签该提议")
        return sign_approval(warning, who=who, version=version, reason=reason, policy=policy, now=now)
    kind = Worsened if warning.state is WarningState.PROPOSED else UpgradeProposed
    raised = kind(
        at=now,
        reason=Reason.BY_HAND,
        evidence=warning.evidence,
        level=level,
        hazard=warning.hazard,
        zones=warning.zones,
        seen_at=now,
        corroborated=False,
        cannot_judge=False,
        by_hand=True,
        rule=policy.rule(level),
    )
    after = evolve(warning, raised)
    return [raised, *sign_approval(after, who=who, version=after.version, reason=reason, policy=policy, now=now)]


def _named(who: str, reason: str) -> None:
    if not who.strip():
        raise NotAllowed("须由具名人员发起")
    if not reason.strip():
        raise NotAllowed("发起须写明原因")


def may_propose_again(rejected: Warning, situation: Situation, policy: WarningPolicy, now: datetime) -> bool:
    """Whether a situation may be proposed again after the last warning of its village and family ended.

    After a rejection, or a cancellation by a person: at once at a higher level or on new evidence, else after 30 min.
    After an end by itself: whenever something is exceeded or dark again.
    """
    if situation.level is None and not situation.dark_zones:
        return False
    if rejected.state is WarningState.EXPIRED or rejected.open:
        return not rejected.open
    since = rejected.rejected_at if rejected.state is WarningState.REJECTED else rejected.ended_at
    level, evidence, zones = rejected.level, rejected.evidence, rejected.zones
    if rejected.state is WarningState.REJECTED and rejected.rejected is not None:
        level, evidence, zones = rejected.rejected.level, rejected.rejected.evidence, rejected.rejected.zones
    return news(situation, level, evidence, zones) or _waited(since, policy, now)


def may_upgrade_again(
    rejected: Proposal, since: datetime | None, situation: Situation, policy: WarningPolicy, now: datetime
) -> bool:
    """The same for an upgrade that was rejected inside a warning in force."""
    return news(situation, rejected.level, rejected.evidence, rejected.zones) or _waited(since, policy, now)


def news(situation: Situation, level: Level, evidence: tuple[Evidence, ...], zones: tuple[str, ...]) -> bool:
    """Whether a situation holds anything that was not known: a higher level, another zone, a higher crossing.

    A crossing is higher when its zone stands at a higher level than before, or at the same level by a longer window.
    """
    if situation.level is not None and situation.level > level:
        return True
    known = {piece.zone: (piece.level.rank, piece.window_h) for piece in evidence}
    if any(piece.zone not in zones for piece in situation.evidence):
        return True
    if any((piece.level.rank, piece.window_h) > known.get(piece.zone, (0, 0)) for piece in situation.evidence):
        return True
    return situation.level is None and any(zone not in zones for zone in situation.dark_zones)


def _waited(since: datetime | None, policy: WarningPolicy, now: datetime) -> bool:
    return since is None or now - since >= timedelta(seconds=policy.repropose_s)
