"""What can happen to a task, and the table that says what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from core.levels import Level
from core.lifecycle import Lifecycle, Row, all_to, same
from evacuation.account import Account
from evacuation.claims import Claim, ClaimKind
from evacuation.clocks import Clocks
from evacuation.listed import Assignment, Listed
from hazards.zones import Family

GREW = "list grew"
NOBODY_MOVED = "nobody moved"


class TaskState(StrEnum):
    """Where a village's order stands."""

    PLANNED = "PLANNED"
    ORDERED = "ORDERED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    MOVING = "MOVING"
    CLEARED = "CLEARED"
    STOOD_DOWN = "STOOD_DOWN"
    CALLED_OFF = "CALLED_OFF"

    @property
    def chinese(self) -> str:
        """The word of the field."""
        return _CHINESE[self]


S = TaskState
_CHINESE = {
    S.PLANNED: "已拟定",
    S.ORDERED: "已下令",
    S.ACKNOWLEDGED: "已应答",
    S.MOVING: "转移中",
    S.CLEARED: "已清零",
    S.STOOD_DOWN: "已解除",
    S.CALLED_OFF: "已取消",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A name under an all-clear.

    Attributes
    ----------
    expert
        Private reference of the expert whose word it rests on.
    account
        The account that was signed for; when it changes the signature lapses.
    """

    who: str
    expert: str
    reason: str
    at: datetime
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Fact):
    """A warning made a task (birth)."""

    id: str
    status: CapStatus
    event: str
    warning: str
    area: str
    level: Level
    family: Family
    households: tuple[Listed, ...]
    assignments: tuple[Assignment, ...]
    clocks: Clocks | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered(Fact):
    """The village must move."""

    level: Level
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended(Fact):
    """The order changed: its level, its list, who answers for whom, or its clocks. `grew` when the list did."""

    version: int
    level: Level
    households: tuple[Listed, ...]
    assignments: tuple[Assignment, ...]
    clocks: Clocks | None
    grew: bool
    reason: str

    @property
    def variant(self) -> str:
        """A cleared task is open again only when somebody was added."""
        return GREW if self.grew else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledOff(Fact):
    """The order was taken back before anybody moved."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged(Fact):
    """Somebody of the village answered that it has the order."""

    by: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementReported(Fact):
    """A count came in.

    Attributes
    ----------
    marked
        It was counted as marks on the households and so does not stand beside the account.
    closes
        The sender's earlier claims of these groups that it ends.
    """

    claim: Claim
    marked: bool = False
    closes: tuple[ClaimKind, ...] = ()

    @property
    def variant(self) -> str:
        """A report of refusals, absences or zero does not make the village move."""
        return "" if self.claim.is_movement else NOBODY_MOVED


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersReported(Fact):
    """People on no list (guests, tenants, passers-by) are present; they are shown beside the list."""

    post: str
    reply: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared(Fact):
    """Everybody is accounted for by two names. `how`: ``confirm`` (a second person) or ``marks``."""

    claimant: str
    confirmer: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Fact):
    """A household went back or failed the roll."""

    household: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllClearSigned(Fact):
    """One name was put under the all-clear; it lapses at `lapses_at` unless another follows."""

    signature: Signature
    lapses_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AllClearLapsed(Fact):
    """The signature under the all-clear no longer counts."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllClearGiven(Fact):
    """People may return: the only act that lets them, always human."""

    by: tuple[str, ...]
    reason: str


_BEFORE_END = (S.PLANNED, S.ORDERED, S.ACKNOWLEDGED, S.MOVING, S.CLEARED)
_ACTIVE = (S.ORDERED, S.ACKNOWLEDGED, S.MOVING, S.CLEARED)
_LATE = "任务已结束,迟到的只记录"


def _amended(source: TaskState, target: TaskState, why: str, grown: TaskState | None = None) -> tuple[Row[S], ...]:
    return (
        Row(source=source, fact="Amended", target=target, why=why),
        Row(source=source, fact="Amended", target=grown or target, when=GREW, why=f"清单加了人:{why}"),
    )


LIFECYCLE: Lifecycle[TaskState] = Lifecycle(
    name="Task",
    chinese="任务",
    states=TaskState,
    rows=(
        Row(source=None, fact="Planned", target=S.PLANNED, why="每个预警为每个村拟一项任务,还没有下令"),
        Row(source=S.PLANNED, fact="Ordered", target=S.ORDERED, why="预警到了下令的级别"),
        *_amended(S.PLANNED, S.PLANNED, "还没有下令,只改计划"),
        Row(source=S.PLANNED, fact="CalledOff", target=S.CALLED_OFF, why="预警没有了,不必转移"),
        Row(source=S.ORDERED, fact="Acknowledged", target=S.ACKNOWLEDGED, why="村里有人应答"),
        Row(source=S.ORDERED, fact="MovementReported", target=S.MOVING, why="有上报就是应答过了,人已在走"),
        Row(
            source=S.ORDERED,
            fact="MovementReported",
            when=NOBODY_MOVED,
            target=S.ACKNOWLEDGED,
            why="上报也是应答,但还没有人走",
        ),
        Row(source=S.ORDERED, fact="Cleared", target=S.CLEARED, why="两个名字证实全部到位"),
        *_amended(S.ORDERED, S.ORDERED, "指令变了,等新版本的应答"),
        Row(source=S.ORDERED, fact="CalledOff", target=S.CALLED_OFF, why="还没有人走,可以取消"),
        Row(source=S.ACKNOWLEDGED, fact="MovementReported", target=S.MOVING, why="人开始走了"),
        Row(
            source=S.ACKNOWLEDGED,
            fact="MovementReported",
            when=NOBODY_MOVED,
            target=S.ACKNOWLEDGED,
            why="报了拒绝、外出或零,还没有人走",
        ),
        Row(source=S.ACKNOWLEDGED, fact="Cleared", target=S.CLEARED, why="两个名字证实全部到位"),
        *_amended(S.ACKNOWLEDGED, S.ORDERED, "变了的指令要重新应答"),
        Row(source=S.ACKNOWLEDGED, fact="CalledOff", target=S.CALLED_OFF, why="还没有人走,可以取消"),
        Row(source=S.MOVING, fact="MovementReported", target=S.MOVING, why="又一次上报"),
        Row(source=S.MOVING, fact="MovementReported", when=NOBODY_MOVED, target=S.MOVING, why="又一次上报"),
        *_amended(S.MOVING, S.MOVING, "边走边改,不退回"),
        Row(source=S.MOVING, fact="Cleared", target=S.CLEARED, why="两个名字证实全部到位"),
        Row(source=S.CLEARED, fact="Reopened", target=S.MOVING, why="有人回去了或点名不在"),
        *_amended(S.CLEARED, S.CLEARED, "没有新增的人,仍是清零", grown=S.MOVING),
        *all_to(_ACTIVE, "AllClearGiven", S.STOOD_DOWN, "解除是唯一让人返回的命令;未了的留在报告里"),
        *same(_BEFORE_END, "AllClearSigned", "第一个人签了解除,等第二个人"),
        *same(_BEFORE_END, "AllClearLapsed", "签字过时,或雨情、账目变了"),
        *same(_ACTIVE, "OthersReported", "名单外的人,列在账旁"),
        Row(source=S.PLANNED, fact="DrillEnded", target=S.CALLED_OFF, why="演练中止"),
        *all_to(_ACTIVE, "DrillEnded", S.STOOD_DOWN, "演练中止"),
    ),
    notes={
        S.ACKNOWLEDGED: {"Acknowledged": "第二次应答"},
        S.MOVING: {"Acknowledged": "已在走,应答只记录", "Reopened": "本来就没有清零"},
        S.CLEARED: {
            "Acknowledged": "已清零,应答只记录",
            "MovementReported": "已清零,重复的上报只记录",
            "Cleared": "已清零",
        },
        **{
            state: dict.fromkeys(
                (
                    "Acknowledged",
                    "MovementReported",
                    "OthersReported",
                    "Cleared",
                    "Reopened",
                    "CalledOff",
                    "AllClearSigned",
                    "AllClearLapsed",
                    "AllClearGiven",
                    "DrillEnded",
                ),
                _LATE,
            )
            for state in (S.STOOD_DOWN, S.CALLED_OFF)
        },
    },
)

FACTS: Mapping[str, type[Fact]] = {
    fact.__name__: fact
    for fact in (
        Planned,
        Ordered,
        Amended,
        CalledOff,
        Acknowledged,
        MovementReported,
        OthersReported,
        Cleared,
        Reopened,
        AllClearSigned,
        AllClearLapsed,
        AllClearGiven,
        DrillEnded,
    )
}
