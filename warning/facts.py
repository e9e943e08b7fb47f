"""What can happen to a warning. Every fact that decides carries its reason and its evidence (law 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from core.levels import Level
from hazards.zones import Family, HazardKind
from warning.exceedance import Evidence
from warning.policy import ApprovalRule


class Reason(StrEnum):
    """Why a decision about a warning was taken."""

    EXCEEDED = "exceeded"
    BY_HAND = "by_hand"
    CANNOT_JUDGE = "cannot_judge"
    HIGHER_LEVEL = "higher_level"
    NEW_ZONE = "new_zone"
    ZONE_HIGHER = "zone_higher"
    CORROBORATED = "corroborated"
    APPROVED = "approved"
    ONE_APPROVAL = "one_approval"
    NO_APPROVAL = "no_approval"
    REJECTED = "rejected"
    NOT_CORROBORATED = "not_corroborated"
    NOT_CALM = "not_calm"
    UNDECIDED = "undecided"
    CONTINUES = "continues"
    BELOW_WITH_FORECAST = "below_with_forecast"
    BELOW_WITHOUT_FORECAST = "below_without_forecast"
    DATA_CORRECTED = "data_corrected"
    TASKS_OPEN = "tasks_open"
    DARK = "dark"
    CALM = "calm"
    CANCELLED = "cancelled"
    DRILL_ENDED = "drill_ended"

    @property
    def chinese(self) -> str:
        """The reason as console and report print it."""
        return _REASONS[self]


_REASONS: Mapping[Reason, str] = {
    Reason.EXCEEDED: "雨量达到阈值",
    Reason.BY_HAND: "人工发起",
    Reason.CANNOT_JUDGE: "无数据,无法研判",
    Reason.HIGHER_LEVEL: "达到更高等级",
    Reason.NEW_ZONE: "新的隐患点达到阈值",
    Reason.ZONE_HIGHER: "隐患点达到更高等级",
    Reason.CORROBORATED: "得到另一来源印证",
    Reason.APPROVED: "经批准",
    Reason.ONE_APPROVAL: "一人批准,逾时自动发布",
    Reason.NO_APPROVAL: "无人批准,逾时自动发布",
    Reason.REJECTED: "被否决",
    Reason.NOT_CORROBORATED: "证据未得印证,逾时不自动发布,继续呼叫",
    Reason.NOT_CALM: "雨情未解除,继续呼叫",
    Reason.UNDECIDED: "雨情已解除而无人决定,提议失效",
    Reason.CONTINUES: "仍在超阈值",
    Reason.BELOW_WITH_FORECAST: "实况与预报均低于阈值",
    Reason.BELOW_WITHOUT_FORECAST: "实况持续低于阈值(无预报)",
    Reason.DATA_CORRECTED: "数据更正",
    Reason.TASKS_OPEN: "转移任务未结束,请决定",
    Reason.DARK: "无数据,不能自动解除,请决定",
    Reason.CALM: "雨情解除",
    Reason.CANCELLED: "人工撤销",
    Reason.DRILL_ENDED: "演练中止",
}


class Flag(StrEnum):
    """What a reader must know of the version that stands."""

    SINGLE_APPROVAL = "single_approval"
    TIMED_OUT = "timed_out"
    TIME_OUT_WITHHELD = "time_out_withheld"
    CANNOT_JUDGE = "cannot_judge"
    COULD_NOT_JUDGE = "could_not_judge"
    NO_FORECAST = "no_forecast"
    EVIDENCE_CORRECTED = "evidence_corrected"
    DECISION_WANTED = "decision_wanted"

    @property
    def chinese(self) -> str:
        """The flag as the page prints it."""
        return {
            "single_approval": "仅一人批准",
            "timed_out": "无人批准,逾时自动发布",
            "time_out_withheld": "证据未得印证,未自动发布",
            "cannot_judge": "因无法研判而提议",
            "could_not_judge": "部分隐患点无数据",
            "no_forecast": "无预报,按实况降级",
            "evidence_corrected": "数据已更正",
            "decision_wanted": "请决定是否延续或撤销",
        }[self.value]


class Scope(StrEnum):
    """Whom a warning is for: households exposed to its zones, or everybody in the village."""

    EXPOSED = "exposed"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One person's word. `reason` is an enum word or a private reference, never the text a person typed."""

    who: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is waiting for signatures, with the rule frozen when it began.

    `clock_from` is when the approval clock began: the desk rang, or all three posts failed; a rejection moves it on by
    the time it stops the clock. `ring_again_at` is set when a time-out was withheld.
    """

    level: Level
    hazard: HazardKind
    evidence: tuple[Evidence, ...]
    zones: tuple[str, ...]
    at: datetime
    rule: ApprovalRule
    lapses_at: datetime
    corroborated: bool
    cannot_judge: bool
    by_hand: bool
    reason: Reason
    approvals: tuple[Signature, ...] = ()
    rejections: tuple[Signature, ...] = ()
    clock_from: datetime | None = None
    stopped_until: datetime | None = None
    ring_again_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Fact):
    """Base of facts that decide something."""

    reason: Reason
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposing(Decision):
    """Base of facts that put something before the desk. `seen_at` is the time of the rain it rests on."""

    level: Level
    hazard: HazardKind
    zones: tuple[str, ...]
    seen_at: datetime
    corroborated: bool
    cannot_judge: bool
    by_hand: bool
    rule: ApprovalRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed(Proposing):
    """A warning is proposed: the birth of it."""

    id: str
    status: CapStatus
    event: str
    area: str
    family: Family
    ordinal: int
    scope: Scope
    dark_zones: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worsened(Proposing):
    """What is proposed is more than before: a higher level, another zone, or better evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeProposed(Proposing):
    """A higher level is proposed inside a warning in force; the old version stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRang(Fact):
    """The desk's phone rang, or duty post, deputy and commander all failed: the approval clock begins."""

    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRinging(Decision):
    """A time-out did not issue (or a proposal did not lapse): the desk is to be rung again."""

    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSigned(Fact):
    """One approval of those wanted."""

    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionSigned(Fact):
    """The first of two rejections; the clock stops for a while."""

    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing(Decision):
    """Base of facts that issue a version: its level, flags, and when it expires."""

    level: Level
    flags: tuple[Flag, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved(Issuing):
    """The last approval that was wanted: the warning is issued."""

    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalTimedOut(Issuing):
    """The clock ran out on good evidence: the warning is issued, flagged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(Decision):
    """The proposal was rejected by as many persons as it takes."""

    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed(Decision):
    """Nobody decided, and what was proposed is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeRejected(Decision):
    """The upgrade was rejected; the version in force stands."""

    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeLapsed(Decision):
    """Nobody decided on the upgrade, and it is over; the version in force stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded(Issuing):
    """The higher level is issued: by approval (`signature` the last of them) or by time-out (None)."""

    signature: Signature | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Downgraded(Issuing):
    """One level down after it was observed below long enough."""

    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended(Issuing):
    """The exceedance goes on, or reached another zone, at the same level: a new version with a later end."""

    zones: tuple[str, ...]
    last_exceeded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected(Decision):
    """Data that carried the evidence were corrected downwards. The level stands until people or time lower it."""

    corroborated: bool
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelObserved(Fact):
    """What the rain shows changed: another level, none, or nothing to judge by. Only changes are recorded."""

    level: Level | None
    dark: bool
    dark_zones: tuple[str, ...]
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CouldNotJudge(Decision):
    """Zones of the village have been dark for too long to judge; silence is never calm."""

    zones: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionAsked(Decision):
    """The warning would expire, but may not by itself: a person is asked, and asked again at `next_at`."""

    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Decision):
    """A named person cancelled the warning, with a reason."""

    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired(Decision):
    """The last exceedance is long enough ago."""


FACTS: Mapping[str, type[Fact]] = {
    fact.__name__: fact
    for fact in (
        Proposed, Worsened, UpgradeProposed, DeskRang, KeptRinging, ApprovalSigned, RejectionSigned, Approved,
        ApprovalTimedOut, Rejected, Lapsed, UpgradeRejected, UpgradeLapsed, Upgraded, Downgraded, Extended, Corrected,
        LevelObserved, CouldNotJudge, DecisionAsked, Cancelled, Expired, DrillEnded,
    )
}  # fmt: skip
