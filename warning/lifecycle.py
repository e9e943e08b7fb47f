"""The warning: its table, its state, and its next deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.cap import CapStatus
from core.levels import Level
from core.lifecycle import Lifecycle, Row, all_to, same
from hazards.zones import Family, HazardKind
from warning.exceedance import Evidence
from warning.facts import Flag, Proposal, Reason, Scope


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


def flagged(flags: tuple[Flag, ...], *add: Flag, without: tuple[Flag, ...] = ()) -> tuple[Flag, ...]:
    """`flags` with some added (once) and some taken away."""
    return tuple(dict.fromkeys([flag for flag in flags if flag not in without] + list(add)))
