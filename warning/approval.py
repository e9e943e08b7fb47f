"""The approval law: who may sign what, when the clock runs, and what it does when it ends (DESIGN section 4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.facts import Fact
from warning.evolving import evolve
from warning.facts import (
    ApprovalSigned,
    ApprovalTimedOut,
    Approved,
    Cancelled,
    DecisionAsked,
    DeskRang,
    Expired,
    Extended,
    Flag,
    KeptRinging,
    Lapsed,
    Proposal,
    Reason,
    Rejected,
    RejectionSigned,
    Signature,
    Upgraded,
    UpgradeLapsed,
    UpgradeRejected,
)
from warning.lifecycle import Warning, WarningState, flagged, issues_at
from warning.policy import WarningPolicy


class NotAllowed(Exception):
    """The act is not open to this person or in this state; the message says why, in Chinese."""


class Stale(NotAllowed):
    """The act answers a version that is no longer current."""


def sign_approval(
    warning: Warning, *, who: str, version: int, reason: str, policy: WarningPolicy, now: datetime
) -> list[Fact]:
    """Sign an approval of what is proposed.

    Parameters
    ----------
    who : str
        The named person; two signatures need two of them.
    version : int
        The version that person saw.
    reason : str
        An enum word or a private reference.

    Raises
    ------
    Stale
        When something else is proposed by now.
    NotAllowed
    """
    proposal = _open_proposal(warning, who, version)
    if any(signature.who == who for signature in proposal.approvals):
        raise NotAllowed("您已经批准过,还需要另一人批准")
    signature = Signature(who=who, at=now, reason=reason)
    if len(proposal.approvals) + 1 < proposal.rule.approvals:
        return [ApprovalSigned(at=now, signature=signature)]
    return [_issue(warning, proposal, Reason.APPROVED, signature, policy, now)]


def sign_rejection(
    warning: Warning,
    *,
    who: str,
    version: int,
    reason: str,
    policy: WarningPolicy,  # noqa: ARG001 - the rule is frozen in the proposal; one shape for both signatures
    now: datetime,
) -> list[Fact]:
    """Sign a rejection of what is proposed; red takes two persons, and the first stops the clock.

    Who approved cannot reject as well: one person, one word; changing it from rejection to approval is possible.

    Raises
    ------
    Stale, NotAllowed
    """
    proposal = _open_proposal(warning, who, version)
    if any(signature.who == who for signature in proposal.rejections):
        raise NotAllowed("您已经否决过,还需要另一人否决")
    if any(signature.who == who for signature in proposal.approvals):
        raise NotAllowed("您已经批准过,不能再否决;须由其他人否决")
    signature = Signature(who=who, at=now, reason=reason)
    if len(proposal.rejections) + 1 < proposal.rule.rejections:
        return [RejectionSigned(at=now, signature=signature)]
    if warning.state is WarningState.PROPOSED:
        return [Rejected(at=now, reason=Reason.REJECTED, evidence=proposal.evidence, signature=signature)]
    return [UpgradeRejected(at=now, reason=Reason.REJECTED, evidence=proposal.evidence, signature=signature)]


def _open_proposal(warning: Warning, who: str, version: int) -> Proposal:
    if version != warning.version:
        raise Stale(f"您看到的是第{version}版,现在是第{warning.version}版,请重新查看后再签")
    if warning.proposal is None:
        raise NotAllowed("没有待批的提议")
    if not who.strip():
        raise NotAllowed("须由具名人员签字")
    return warning.proposal


def desk_rang(warning: Warning, *, failed: bool, now: datetime) -> list[Fact]:
    """Tell that the desk's phone rang (or that all three posts failed); only the first time counts."""
    if warning.proposal is None or warning.proposal.clock_from is not None:
        return []
    return [DeskRang(at=now, failed=failed)]


def cancel(warning: Warning, *, who: str, reason: str, now: datetime) -> list[Fact]:
    """Cancel a warning in force, by a named person and with a reason.

    Raises
    ------
    NotAllowed
    """
    if warning.state is WarningState.PROPOSED:
        raise NotAllowed("预警尚未发布,请用否决")
    if warning.state is not WarningState.IN_FORCE:
        raise NotAllowed("预警已经结束")
    if not who.strip():
        raise NotAllowed("须由具名人员撤销")
    if not reason.strip():
        raise NotAllowed("撤销须写明原因")
    signature = Signature(who=who, at=now, reason=reason)
    return [Cancelled(at=now, reason=Reason.CANCELLED, evidence=warning.evidence, signature=signature)]


def when_due(warning: Warning, policy: WarningPolicy, now: datetime, *, tasks_open: bool, moving: bool) -> list[Fact]:
    """Do what time alone decides; afterwards `due_at` lies in the future or is None.

    After downtime several deadlines may be past: they are done one after the other, never skipped.
    """
    facts: list[Fact] = []
    while warning.due_at is not None and warning.due_at <= now:
        fact = _due(warning, policy, now, busy=tasks_open or moving)
        warning = evolve(warning, fact)
        facts.append(fact)
    return facts


def _due(w: Warning, policy: WarningPolicy, now: datetime, *, busy: bool) -> Fact:
    if w.proposal is None:
        return _expiry(w, policy, now, busy=busy)
    p = w.proposal
    if p.lapses_at <= now and calm(w, p):
        lapse = Lapsed if w.state is WarningState.PROPOSED else UpgradeLapsed
        return lapse(at=now, reason=Reason.UNDECIDED, evidence=p.evidence)
    clock = issues_at(p)
    if clock is not None and clock <= now:
        if p.approvals:
            return _issue(w, p, Reason.ONE_APPROVAL, None, policy, now)
        if p.corroborated and not p.cannot_judge:
            return _issue(w, p, Reason.NO_APPROVAL, None, policy, now)
        why = Reason.CANNOT_JUDGE if p.cannot_judge else Reason.NOT_CORROBORATED
    else:
        why = Reason.NOT_CALM
    next_at = now + timedelta(seconds=p.rule.ring_again_s)
    return KeptRinging(at=now, reason=why, evidence=p.evidence, next_at=next_at)


def calm(w: Warning, p: Proposal) -> bool:
    """Whether what was proposed is seen to be over: data are there, and show less than was proposed."""
    if w.observed_dark:
        return False
    return p.by_hand or w.observed_level is None or w.observed_level < p.level


def _issue(
    w: Warning, p: Proposal, reason: Reason, signature: Signature | None, policy: WarningPolicy, now: datetime
) -> Fact:
    """Issue what is proposed: a first version, or an upgrade of the one in force."""
    flags: tuple[Flag, ...] = (Flag.CANNOT_JUDGE,) if p.cannot_judge else ()
    if reason is Reason.ONE_APPROVAL:
        flags = (Flag.SINGLE_APPROVAL, Flag.TIMED_OUT)
    elif reason is Reason.NO_APPROVAL:
        flags = (Flag.TIMED_OUT,)
    if Flag.COULD_NOT_JUDGE in w.flags:
        flags = (*flags, Flag.COULD_NOT_JUDGE)
    last = now if p.by_hand else w.last_exceeded_at
    expires_at = last + timedelta(seconds=policy.expiry_s)
    if w.state is WarningState.IN_FORCE:
        return Upgraded(
            at=now,
            reason=reason,
            evidence=p.evidence,
            level=p.level,
            flags=flags,
            expires_at=expires_at,
            signature=signature,
        )
    if signature is not None:
        return Approved(
            at=now,
            reason=reason,
            evidence=p.evidence,
            level=p.level,
            flags=flags,
            expires_at=expires_at,
            signature=signature,
        )
    return ApprovalTimedOut(
        at=now, reason=reason, evidence=p.evidence, level=p.level, flags=flags, expires_at=expires_at
    )


def _expiry(w: Warning, policy: WarningPolicy, now: datetime, *, busy: bool) -> Fact:
    end = w.last_exceeded_at + timedelta(seconds=policy.expiry_s)
    if end > now:
        # the written end came before the true one: the exceedance lasted beyond the last version
        return Extended(
            at=now,
            reason=Reason.CONTINUES,
            evidence=w.evidence,
            level=w.level,
            flags=flagged(w.flags, without=(Flag.DECISION_WANTED,)),
            expires_at=end,
            zones=w.zones,
            last_exceeded_at=w.last_exceeded_at,
        )
    if busy:
        why = Reason.TASKS_OPEN
    elif w.observed_dark:
        why = Reason.DARK
    elif w.observed_level is not None:
        why = Reason.NOT_CALM
    else:
        return Expired(at=now, reason=Reason.CALM, evidence=w.evidence)
    next_at = now + timedelta(seconds=policy.ask_again_s)
    return DecisionAsked(at=now, reason=why, evidence=w.evidence, next_at=next_at)
