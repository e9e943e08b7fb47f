"""The warning: its table, its state, and what each fact makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from core.levels import Level
from core.lifecycle import Lifecycle, Row, all_to, same
from hazards.zones import Family, HazardKind
from warning.exceedance import Evidence
from warning.facts import (
    ApprovalSigned,
    ApprovalTimedOut,
    Approved,
    Cancelled,
    Corrected,
    CouldNotJudge,
    DecisionAsked,
    DeskRang,
    Downgraded,
    Expired,
    Extended,
    Flag,
    Issuing,
    KeptRinging,
    Lapsed,
    LevelObserved,
    Proposal,
    Proposed,
    Proposing,
    Reason,
    Rejected,
    RejectionSigned,
    Scope,
    Signature,
    Upgraded,
    UpgradeLapsed,
    UpgradeProposed,
    UpgradeRejected,
    Worsened,
)


class WarningState(StrEnum):
    """Where a warning stands."""

    PROPOSED = "PROPOSED"
    IN_FORCE = "IN_FORCE"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


_P, _F = WarningState.PROPOSED, WarningState.IN_FORCE
_OPEN = (_P, _F)
_LATE = {
    "DeskRang": "the desk's phone rang after it was over",
    "DrillEnded": "it was over before the drill was",
}

LIFECYCLE: Lifecycle[WarningState] = Lifecycle(
    name="Warning",
    chinese="预警",
    states=WarningState,
    rows=(
        Row(
            source=None,
            fact="Proposed",
            target=_P,
            why="an exceedance, darkness or a person proposes; nothing is issued yet",
        ),
        *same((_P,), "Worsened", "a higher level, another zone or better evidence is put before the desk"),
        *same(_OPEN, "DeskRang", "the approval clock begins when the desk's phone rang, or all three posts failed"),
        *same(_OPEN, "KeptRinging", "a time-out without corroboration, or an end without calm: the desk is rung again"),
        *same(_OPEN, "ApprovalSigned", "one approval of those wanted"),
        *same(_OPEN, "RejectionSigned", "the first of two rejections stops the clock"),
        *same(_OPEN, "LevelObserved", "what the rain shows changed; hysteresis counts from here"),
        *same(_OPEN, "CouldNotJudge", "zones of the village are dark: shown, and never a reason to go down"),
        *same(_OPEN, "Corrected", "data were corrected; what rested on them is said again, the level stands"),
        Row(source=_P, fact="Approved", target=_F, why="as many persons approved as the level wants"),
        Row(
            source=_P, fact="ApprovalTimedOut", target=_F, why="the clock ran out on one approval, or on good evidence"
        ),
        Row(
            source=_P, fact="Rejected", target=WarningState.REJECTED, why="as many persons rejected as the level wants"
        ),
        Row(source=_P, fact="Lapsed", target=WarningState.EXPIRED, why="nobody decided, and the rain is over"),
        *same((_F,), "UpgradeProposed", "a higher level is proposed; the old version stands"),
        *same((_F,), "UpgradeRejected", "the upgrade was rejected; the old version stands"),
        *same((_F,), "UpgradeLapsed", "nobody decided on the upgrade and its rain is over; the old version stands"),
        *same((_F,), "Upgraded", "the higher level is issued: a new version"),
        *same((_F,), "Downgraded", "observed below long enough: one level down, a new version"),
        *same((_F,), "Extended", "the exceedance goes on: a new version that ends later"),
        *same((_F,), "DecisionAsked", "it may not end by itself (open tasks, darkness): a person is asked"),
        Row(
            source=_F, fact="Cancelled", target=WarningState.CANCELLED, why="a named person cancelled it, with a reason"
        ),
        Row(source=_F, fact="Expired", target=WarningState.EXPIRED, why="the last exceedance is long enough ago"),
        *all_to(_OPEN, "DrillEnded", WarningState.CANCELLED, "the drill was ended at once"),
    ),
    notes={
        WarningState.REJECTED: _LATE,
        WarningState.EXPIRED: _LATE,
        WarningState.CANCELLED: _LATE,
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:
    """One hazard situation over one village through all its messages.

    `level`, `evidence`, `zones` and `hazard` are those in force; while PROPOSED those proposed. `version` changes with
    everything a signature could be about and with each issue; `issue` counts issued versions only (0 = never issued).
    `expires_at` is the end written in the newest version. `observed_level` and `observed_dark` are what the rain
    showed last, `below_since` since when it has been observed below the level. `rejected` is the last proposal that
    people turned down.
    """

    id: str
    state: WarningState
    status: CapStatus
    event: str
    area: str
    family: Family
    hazard: HazardKind
    ordinal: int
    level: Level
    version: int
    issue: int
    evidence: tuple[Evidence, ...]
    zones: tuple[str, ...]
    proposal: Proposal | None
    scope: Scope
    by_hand: bool
    reason: Reason
    flags: tuple[Flag, ...]
    proposed_at: datetime
    issued_at: datetime | None
    last_exceeded_at: datetime
    observed_level: Level | None
    observed_dark: bool
    observed_at: datetime
    below_since: datetime | None
    dark_zones: tuple[str, ...]
    expires_at: datetime | None
    ask_again_at: datetime | None
    rejected: Proposal | None
    rejected_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it is proposed or in force."""
        return self.state in _OPEN


def deadline(warning: Warning) -> datetime | None:
    """The next moment at which time alone changes something; `due_at` is always this."""
    match warning.state:
        case WarningState.PROPOSED | WarningState.IN_FORCE if warning.proposal is not None:
            proposal = warning.proposal
            clock = proposal.ring_again_at or issues_at(proposal)
            return proposal.lapses_at if clock is None else min(clock, proposal.lapses_at)
        case WarningState.IN_FORCE:
            return warning.ask_again_at or warning.expires_at
        case _:
            return None


def issues_at(proposal: Proposal) -> datetime | None:
    """When the approval clock of a proposal ends, with the signatures it has; None while it does not run."""
    after = proposal.rule.one_after_s if proposal.approvals else proposal.rule.none_after_s
    if proposal.clock_from is None or after is None:
        return None
    return proposal.clock_from + timedelta(seconds=after)


def evolve(state: Warning | None, fact: Fact) -> Warning:
    """Return the warning after `fact`; a noted fact changes nothing."""
    if state is None:
        target = LIFECYCLE.after(None, fact)
        # the only birth in the table
        assert isinstance(fact, Proposed)
        return _due(_born(fact, target))
    target = LIFECYCLE.after(state.state, fact)
    if LIFECYCLE.is_noted(state.state, fact.name):
        return state
    return _due(replace(_changed(state, fact), state=target))


def _due(warning: Warning) -> Warning:
    return replace(warning, due_at=deadline(warning))


def _proposal(fact: Proposing) -> Proposal:
    return Proposal(
        level=fact.level,
        hazard=fact.hazard,
        evidence=fact.evidence,
        zones=fact.zones,
        at=fact.at,
        rule=fact.rule,
        lapses_at=fact.seen_at + timedelta(seconds=fact.rule.lapse_s),
        corroborated=fact.corroborated,
        cannot_judge=fact.cannot_judge,
        by_hand=fact.by_hand,
        reason=fact.reason,
    )


def _born(fact: Proposed, target: WarningState) -> Warning:
    seen = not fact.by_hand and not fact.cannot_judge
    return Warning(
        id=fact.id,
        state=target,
        status=fact.status,
        event=fact.event,
        area=fact.area,
        family=fact.family,
        hazard=fact.hazard,
        ordinal=fact.ordinal,
        level=fact.level,
        version=0,
        issue=0,
        evidence=fact.evidence,
        zones=fact.zones,
        proposal=_proposal(fact),
        scope=fact.scope,
        by_hand=fact.by_hand,
        reason=fact.reason,
        flags=(Flag.CANNOT_JUDGE,) if fact.cannot_judge else (),
        proposed_at=fact.at,
        issued_at=None,
        last_exceeded_at=fact.seen_at,
        observed_level=fact.level if seen else None,
        observed_dark=fact.cannot_judge,
        observed_at=fact.seen_at,
        below_since=None,
        dark_zones=fact.dark_zones,
        expires_at=None,
        ask_again_at=None,
        rejected=None,
        rejected_at=None,
        ended_at=None,
        due_at=None,
    )


def _changed(w: Warning, fact: Fact) -> Warning:
    """What `fact` changes beside the state."""
    match fact:
        case Worsened() | UpgradeProposed():
            return _proposed_more(w, fact)
        case DeskRang() | KeptRinging() | ApprovalSigned() | RejectionSigned():
            if w.proposal is None:
                return w  # the phone rang after the upgrade was decided: recorded, nothing to start
            changed = replace(w, proposal=_signed(w.proposal, fact))
            return replace(changed, flags=flagged(w.flags, Flag.TIME_OUT_WITHHELD)) if _withheld(fact) else changed
        case Approved() | ApprovalTimedOut() | Upgraded():
            return _issued_proposal(w, fact)
        case Rejected() | UpgradeRejected():
            turned_down = (
                None if w.proposal is None else replace(w.proposal, rejections=(*w.proposal.rejections, fact.signature))
            )
            over = isinstance(fact, Rejected)
            return replace(
                w,
                version=w.version + 1,
                proposal=None,
                rejected=turned_down,
                rejected_at=fact.at,
                reason=fact.reason if over else w.reason,
                ended_at=fact.at if over else None,
                flags=flagged(w.flags, without=(Flag.TIME_OUT_WITHHELD,)),
            )
        case UpgradeLapsed():
            return replace(
                w, version=w.version + 1, proposal=None, flags=flagged(w.flags, without=(Flag.TIME_OUT_WITHHELD,))
            )
        case Downgraded():
            below = w.observed_level is None or w.observed_level < fact.level
            return replace(_issued(w, fact), below_since=fact.seen_at if below else None)
        case Extended():
            return replace(_issued(w, fact), zones=fact.zones, last_exceeded_at=fact.last_exceeded_at)
        case Corrected():
            return _corrected(w, fact)
        case LevelObserved():
            return _observed(w, fact)
        case CouldNotJudge():
            dark = tuple(sorted({*w.dark_zones, *fact.zones}))
            return replace(w, dark_zones=dark, flags=flagged(w.flags, Flag.COULD_NOT_JUDGE))
        case DecisionAsked():
            return replace(w, ask_again_at=fact.next_at, flags=flagged(w.flags, Flag.DECISION_WANTED))
        case Lapsed() | Expired() | Cancelled():
            return replace(w, proposal=None, version=w.version + 1, reason=fact.reason, ended_at=fact.at)
        case DrillEnded():
            return replace(w, proposal=None, version=w.version + 1, reason=Reason.DRILL_ENDED, ended_at=fact.at)
        case _:
            raise TypeError(f"Warning: no meaning for {fact.name}")


def flagged(flags: tuple[Flag, ...], *add: Flag, without: tuple[Flag, ...] = ()) -> tuple[Flag, ...]:
    """`flags` with some added (once) and some taken away."""
    return tuple(dict.fromkeys([flag for flag in flags if flag not in without] + list(add)))


def _withheld(fact: Fact) -> bool:
    return isinstance(fact, KeptRinging) and fact.reason is not Reason.NOT_CALM


def _proposed_more(w: Warning, fact: Worsened | UpgradeProposed) -> Warning:
    """A proposal that grew: signatures for a lower level do not count for a higher one; a rejection never covers news.

    The clock of a desk that was already rung begins again, so that it hears of the higher level before any time-out.
    """
    new = _proposal(fact)
    old = w.proposal
    if old is not None:
        rose = fact.level > old.level
        clock = old.clock_from
        if clock is not None:
            clock = fact.at if rose else min(clock, fact.at)
        new = replace(
            new,
            at=old.at,
            approvals=() if rose else old.approvals,
            clock_from=clock,
            ring_again_at=None if rose or fact.corroborated else old.ring_again_at,
            lapses_at=max(new.lapses_at, old.lapses_at),
        )
    changed = replace(
        w,
        version=w.version + 1,
        proposal=new,
        flags=flagged(w.flags, without=() if new.ring_again_at else (Flag.TIME_OUT_WITHHELD,)),
    )
    if isinstance(fact, UpgradeProposed):
        return changed
    flags = changed.flags if fact.cannot_judge else flagged(changed.flags, without=(Flag.CANNOT_JUDGE,))
    return replace(
        changed,
        level=fact.level,
        hazard=fact.hazard,
        evidence=fact.evidence,
        zones=fact.zones,
        by_hand=fact.by_hand,
        reason=fact.reason,
        last_exceeded_at=fact.seen_at,
        below_since=None,
        flags=flags,
    )


def _signed(p: Proposal, fact: DeskRang | KeptRinging | ApprovalSigned | RejectionSigned) -> Proposal:
    match fact:
        case DeskRang():
            if p.clock_from is not None:
                return p
            return replace(p, clock_from=max(fact.at, p.stopped_until or fact.at))
        case KeptRinging():
            lapses_at = p.lapses_at if p.lapses_at > fact.at else fact.next_at
            return replace(p, ring_again_at=fact.next_at, lapses_at=lapses_at)
        case ApprovalSigned():
            rejections = tuple(s for s in p.rejections if s.who != fact.signature.who)
            resumed = bool(p.rejections) and not rejections  # who stopped the clock thought better of it
            return replace(
                p,
                approvals=(*p.approvals, fact.signature),
                rejections=rejections,
                stopped_until=None if resumed else p.stopped_until,
                clock_from=min(p.clock_from, fact.at) if resumed and p.clock_from else p.clock_from,
                ring_again_at=None,
            )
        case RejectionSigned():
            stop = timedelta(seconds=p.rule.stop_s)
            return replace(
                p,
                rejections=(*p.rejections, fact.signature),
                stopped_until=fact.at + stop,
                clock_from=None if p.clock_from is None else p.clock_from + stop,
            )


def _issued(w: Warning, fact: Issuing) -> Warning:
    return replace(
        w,
        version=w.version + 1,
        issue=w.issue + 1,
        level=fact.level,
        evidence=fact.evidence or w.evidence,
        reason=fact.reason,
        flags=fact.flags,
        expires_at=fact.expires_at,
        ask_again_at=None,
    )


def _issued_proposal(w: Warning, fact: Approved | ApprovalTimedOut | Upgraded) -> Warning:
    p = w.proposal
    if p is None:
        raise ValueError(f"Warning {w.id}: {fact.name} without a proposal")
    below = w.below_since
    if below is None and not w.observed_dark and not p.by_hand and _lower(w.observed_level, fact.level):
        below = w.observed_at
    return replace(
        _issued(w, fact),
        hazard=p.hazard,
        zones=tuple(sorted({*w.zones, *p.zones})),
        by_hand=p.by_hand,
        proposal=None,
        issued_at=fact.at,
        last_exceeded_at=max(w.last_exceeded_at, fact.at) if p.by_hand else w.last_exceeded_at,
        below_since=below,
    )


def _lower(observed: Level | None, level: Level) -> bool:
    return observed is None or observed < level


def _corrected(w: Warning, fact: Corrected) -> Warning:
    """Signatures were given for evidence that no longer holds, so they fall; what a person raised stays signed."""
    p = w.proposal
    if p is not None and not p.by_hand:
        p = replace(p, evidence=fact.evidence, corroborated=fact.corroborated, approvals=())
    in_force = w.state is WarningState.IN_FORCE
    return replace(
        w,
        version=w.version + 1,
        issue=w.issue + 1 if in_force else w.issue,
        evidence=fact.evidence,
        proposal=p,
        reason=fact.reason if in_force else w.reason,
        flags=flagged(w.flags, Flag.EVIDENCE_CORRECTED),
    )


def _observed(w: Warning, fact: LevelObserved) -> Warning:
    """Hysteresis: what was exceeded or dark until now counts as exceeded until now; darkness stops every count."""
    reference = w.level
    below = not fact.dark and _lower(fact.level, reference)
    ended = fact.level is not None or w.observed_level is not None or w.observed_dark
    p = w.proposal
    if p is not None and not p.by_hand and not (w.observed_dark is False and _lower(w.observed_level, p.level)):
        # it still stood at the proposed level (or nobody could tell) until now: it lapses that much later
        p = replace(p, lapses_at=max(p.lapses_at, fact.seen_at + timedelta(seconds=p.rule.lapse_s)))
    still_dark = tuple(zone for zone in w.dark_zones if zone in fact.dark_zones)
    return replace(
        w,
        observed_level=fact.level,
        observed_dark=fact.dark,
        observed_at=fact.seen_at,
        below_since=(w.below_since or fact.seen_at) if below else None,
        last_exceeded_at=max(w.last_exceeded_at, fact.seen_at) if ended and not fact.dark else w.last_exceeded_at,
        dark_zones=still_dark,
        flags=w.flags if still_dark else flagged(w.flags, without=(Flag.COULD_NOT_JUDGE,)),
        proposal=p,
    )


__all__ = ["LIFECYCLE", "Signature", "Warning", "WarningState", "deadline", "evolve", "flagged", "issues_at"]
