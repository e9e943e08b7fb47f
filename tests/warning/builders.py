"""Storms on paper: evidence, situations, and a warning that is told what happens minute by minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.cap import CapStatus
from core.facts import Fact
from core.levels import Level
from hazards.zones import Family, HazardKind
from warning.assess import Situation, corroborates
from warning.exceedance import Evidence, worst_first
from warning.warning import (
    STANDARD,
    Scope,
    Warning,
    WarningPolicy,
    cancel,
    deadline,
    desk_rang,
    evolve,
    propose,
    raise_by_hand,
    reassess,
    sign_approval,
    sign_rejection,
    upgrade_by_hand,
    when_due,
)

T0 = datetime(2025, 7, 8, 15, 0, tzinfo=UTC)
VILLAGE = "530629101201"
THRESHOLDS = {Level.BLUE: 55.0, Level.YELLOW: 75.0, Level.ORANGE: 100.0, Level.RED: 120.0}


def after(**parts: float) -> datetime:
    """T0 and so much later."""
    return T0 + timedelta(**parts)


def evidence(
    level: Level | str = "red",
    *,
    zone: str = "Z1",
    mm: float | None = None,
    window_h: int = 3,
    at: datetime = T0,
    corroborated: bool = True,
    flagged: bool = False,
    sources: tuple[str, ...] = ("小坝", "扎西"),
) -> Evidence:
    """Evidence of one zone, by default good and three millimetres above its threshold."""
    level = Level(level)
    threshold = THRESHOLDS[level]
    return Evidence(
        zone=zone,
        window_h=window_h,
        mm=threshold + 3 if mm is None else mm,
        threshold_mm=threshold,
        level=level,
        missing=0,
        at=at,
        sources=sources,
        corroborated=corroborated,
        flagged=flagged,
        words=f"{window_h}小时 …",
    )


def situation(
    level: Level | str | None = "red",
    *,
    at: datetime | None = None,
    pieces: Sequence[Evidence] | None = None,
    corroborated: bool = True,
    dark: tuple[str, ...] = (),
    dark_since: datetime | None = None,
) -> Situation:
    """A situation of one zone (or of `pieces`); `dark` zones have been so since `dark_since` or for an hour."""
    if at is None:
        at = T0 if pieces is None else max(piece.at for piece in pieces)
    if pieces is None:
        pieces = [] if level is None else [evidence(level, at=at, corroborated=corroborated)]
    found = worst_first(pieces)
    top = found[0].level if found else None
    return Situation(
        area=VILLAGE,
        family=Family.FLOW,
        hazard=HazardKind.FLASH_FLOOD,
        level=top,
        evidence=found,
        zones=tuple(sorted(piece.zone for piece in found)),
        at=at,
        corroborated=top is not None and corroborates(found, top),
        dark_zones=dark,
        dark_since=(dark_since or at - timedelta(hours=1)) if dark else None,
    )


class Desk:
    """A warning with people and rain around it; every step checks that `due_at` is the deadline of the state."""

    def __init__(self, warning: Warning, facts: list[Fact], now: datetime, policy: WarningPolicy = STANDARD) -> None:
        self.warning, self.facts, self.now, self.policy = warning, facts, now, policy
        self.tasks_open = self.moving = False

    def take(self, facts: list[Fact]) -> Desk:
        """Let the warning evolve by `facts`."""
        for fact in facts:
            self.warning = evolve(self.warning, fact)
            self.facts.append(fact)
            assert self.warning.due_at == deadline(self.warning)
        return self

    def at(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> Desk:
        """Go on to so long after T0, doing on the way what falls due (as the tick does)."""
        target = T0 + timedelta(seconds=seconds, minutes=minutes, hours=hours)
        while self.warning.due_at is not None and self.warning.due_at <= target:
            self.now = max(self.now, self.warning.due_at)
            self.tick()
        self.now = target
        return self

    def tick(self) -> Desk:
        """What time alone decides, now."""
        facts = when_due(self.warning, self.policy, self.now, tasks_open=self.tasks_open, moving=self.moving)
        self.take(facts)
        assert self.warning.due_at is None or self.warning.due_at > self.now
        return self

    def jump(self, **parts: float) -> Desk:
        """Wake up only then (downtime in between)."""
        self.now = after(**parts)
        return self.tick()

    def rings(self, *, failed: bool = False) -> Desk:
        """The desk's phone rings now."""
        return self.take(desk_rang(self.warning, failed=failed, now=self.now))

    def approved_by(self, who: str, version: int | None = None) -> Desk:
        """A person approves what stands (or the `version` they saw)."""
        seen = self.warning.version if version is None else version
        return self.take(
            sign_approval(self.warning, who=who, version=seen, reason="seen", policy=self.policy, now=self.now)
        )

    def rejected_by(self, who: str, version: int | None = None) -> Desk:
        """A person rejects what stands."""
        seen = self.warning.version if version is None else version
        return self.take(
            sign_rejection(self.warning, who=who, version=seen, reason="seen", policy=self.policy, now=self.now)
        )

    def cancelled_by(self, who: str, reason: str = "over") -> Desk:
        """A person cancels."""
        return self.take(cancel(self.warning, who=who, reason=reason, now=self.now))

    def raised_to(self, level: str, who: str) -> Desk:
        """A person raises the level by hand."""
        return self.take(
            upgrade_by_hand(
                self.warning,
                level=Level(level),
                who=who,
                version=self.warning.version,
                reason="seen",
                policy=self.policy,
                now=self.now,
            )
        )

    def sees(self, seen: Situation | str | None, *, forecast_below: bool | None = None) -> Desk:
        """The rain is judged now: a level, None for nothing, or a whole situation."""
        if not isinstance(seen, Situation):
            seen = situation(seen, at=self.now)
        return self.take(
            reassess(self.warning, seen, self.policy, self.now, moving=self.moving, forecast_below=forecast_below)
        )

    def dark(self, *, minutes: float = 60) -> Desk:
        """The zone has been dark for so long."""
        return self.sees(situation(None, at=self.now, dark=("Z1",), dark_since=self.now - timedelta(minutes=minutes)))

    @property
    def state(self) -> str:
        """The state's name."""
        return str(self.warning.state)

    @property
    def names(self) -> list[str]:
        """The names of all facts so far."""
        return [fact.name for fact in self.facts]

    @property
    def flags(self) -> set[str]:
        """The flags of the warning."""
        return {str(flag) for flag in self.warning.flags}


def born(facts: list[Fact], policy: WarningPolicy = STANDARD) -> Desk:
    """The desk before which a warning was just born."""
    warning: Warning | None = None
    for fact in facts:
        warning = evolve(warning, fact)
    assert warning is not None
    assert warning.due_at == deadline(warning)
    return Desk(warning, list(facts), facts[0].at, policy)


def proposal(level: str | Situation = "red", *, corroborated: bool = True) -> Desk:
    """A proposal from rain, at T0."""
    seen = level if isinstance(level, Situation) else situation(level, corroborated=corroborated)
    if not corroborated:
        seen = replace(seen, corroborated=False)
    _, facts = propose(seen, event="E", ordinal=1, status=CapStatus.EXERCISE, now=T0)
    return born(facts)


def in_force(level: str = "orange") -> Desk:
    """A warning issued at T0 by as many persons as it takes."""
    desk = proposal(level)
    for who in ("user:wang", "user:li")[: desk.policy.rule(Level(level)).approvals]:
        desk.approved_by(who)
    assert desk.state == "IN_FORCE"
    return desk


def by_hand(level: str = "red", *, who: str = "user:wang", scope: Scope = Scope.EXPOSED) -> Desk:
    """A warning raised by hand at T0."""
    _, facts = raise_by_hand(
        event="E",
        area=VILLAGE,
        family=Family.SLOPE,
        hazard=HazardKind.LANDSLIDE,
        level=Level(level),
        ordinal=1,
        zones=("Z9",),
        scope=scope,
        who=who,
        reason="text:1",
        status=CapStatus.EXERCISE,
        now=T0,
    )
    return born(facts)
