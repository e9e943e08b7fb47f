"""The warning as other rooms use it: state, table and facts, and every decision about it.

The table stands in `warning.lifecycle`, `evolve` in `warning.evolving`, the approval law in `warning.approval`, beginnings in
`warning.proposing`, hysteresis in `warning.reassessing`.
"""

from __future__ import annotations

from warning.approval import NotAllowed, Stale, cancel, desk_rang, sign_approval, sign_rejection, when_due
from warning.evolving import evolve
from warning.facts import (
    FACTS,
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
from warning.lifecycle import LIFECYCLE, Warning, WarningState, deadline
from warning.policy import STANDARD, ApprovalRule, WarningPolicy
from warning.proposing import may_propose_again, propose, raise_by_hand, upgrade_by_hand, warning_id
from warning.reassessing import reassess

__all__ = [
    "FACTS", "LIFECYCLE", "STANDARD", "ApprovalRule", "ApprovalSigned", "ApprovalTimedOut", "Approved", "Cancelled",
    "Corrected", "CouldNotJudge", "DecisionAsked", "DeskRang", "Downgraded", "Expired", "Extended", "Flag", "Issuing",
    "KeptRinging", "Lapsed", "LevelObserved", "NotAllowed", "Proposal", "Proposed", "Proposing", "Reason", "Rejected",
    "RejectionSigned", "Scope", "Signature", "Stale", "UpgradeLapsed", "UpgradeProposed", "UpgradeRejected", "Upgraded",
    "Warning", "WarningPolicy", "WarningState", "Worsened", "cancel", "deadline", "desk_rang", "evolve",
    "may_propose_again", "propose", "raise_by_hand", "reassess", "sign_approval", "sign_rejection", "upgrade_by_hand",
    "warning_id", "when_due",
]  # fmt: skip
