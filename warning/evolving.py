"""What each fact makes of a warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.facts import DrillEnded, Fact
from core.levels import Level
from warning.exceedance import worst_first
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
    Upgraded,
    UpgradeLapsed,
    UpgradeProposed,
    UpgradeRejected,
    Worsened,
)
from warning.lifecycle import LIFECYCLE, Warning, WarningState, deadline, flagged


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
    evidence = fact.evidence
    if p is not None:
        if w.state is WarningState.IN_FORCE:
            # the correction is of what is proposed; of what is in force only the same pieces change
            now = {piece.zone: piece for piece in fact.evidence}
            same = [now.get(piece.zone) if piece in p.evidence else piece for piece in w.evidence]
            evidence = worst_first([piece for piece in same if piece is not None])
        signed = p.approvals if p.by_hand else ()
        p = replace(p, evidence=fact.evidence, corroborated=fact.corroborated and not p.by_hand, approvals=signed)
    in_force = w.state is WarningState.IN_FORCE
    return replace(
        w,
        version=w.version + 1,
        issue=w.issue + 1 if in_force else w.issue,
        evidence=evidence,
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
