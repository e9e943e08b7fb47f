"""What can happen to a listed household, and the table that says what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from core.lifecycle import Lifecycle, Row, all_to


class HouseholdState(StrEnum):
    """Where a household is in the account."""

    UNACCOUNTED = "UNACCOUNTED"
    TOLD = "TOLD"
    MOVING = "MOVING"
    SAFE = "SAFE"
    AWAY = "AWAY"
    REFUSED = "REFUSED"
    NEEDS_HELP = "NEEDS_HELP"
    MISSING = "MISSING"
    HOME = "HOME"

    @property
    def chinese(self) -> str:
        """The word of the field."""
        return _CHINESE[self]


class How(StrEnum):
    """By which way a status became known; reports count by it."""

    MARK = "mark"
    CLAIM = "claim"
    PAGE = "page"
    ROLL = "roll"
    PUT = "put"


S = HouseholdState
_CHINESE = {
    S.UNACCOUNTED: "未清点",
    S.TOLD: "已通知",
    S.MOVING: "转移中",
    S.SAFE: "已安置",
    S.AWAY: "外出",
    S.REFUSED: "拒绝转移",
    S.NEEDS_HELP: "需要帮助",
    S.MISSING: "找不到",
    S.HOME: "已返家",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Fact):
    """The household was put on the list of an order (birth)."""

    id: str
    status: CapStatus
    event: str
    household: str
    area: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdFact(Fact):
    """What every later fact says: who said it, how it came, and of how many people (None = all)."""

    by: str
    how: How
    reply: str | None = None
    place: str | None = None
    people: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(HouseholdFact):
    """Somebody told them to move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed(HouseholdFact):
    """They left home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(HouseholdFact):
    """They are in the shelter or with kin. `confirmed_by` is the second person of a confirmed claim."""

    confirmed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAway(HouseholdFact):
    """They are elsewhere (working away, visiting), found to be so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(HouseholdFact):
    """They will not move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsHelp(HouseholdFact):
    """They cannot move without help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound(HouseholdFact):
    """Nobody knows where they are, or they failed a roll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WentBack(HouseholdFact):
    """They went back before the all-clear. Going back kills (FACTS section 2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persuaded(HouseholdFact):
    """They had refused and now go along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(HouseholdFact):
    """They went home after the all-clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected(HouseholdFact):
    """A named person corrected what the account said; actor and reason are required."""

    to: HouseholdState

    @property
    def variant(self) -> str:
        """The state it was corrected to."""
        return self.to.value


def _rows(source: HouseholdState, moves: Mapping[str, tuple[HouseholdState, str]]) -> tuple[Row[HouseholdState], ...]:
    return tuple(Row(source=source, fact=fact, target=target, why=why) for fact, (target, why) in moves.items())


_DEPARTED = (S.MOVING, "被看到离开家,但还没有到")
_ARRIVED = (S.SAFE, "到了安置点或亲友家,点名的人看到了")
_AWAY = (S.AWAY, "人不在村里,已核实")
_REFUSED = (S.REFUSED, "不愿走,要有人劝,账不能平")
_HELP = (S.NEEDS_HELP, "走不了,要有人帮")
_NOT_FOUND = (S.MISSING, "没有人知道在哪里")
_BACK = (S.UNACCOUNTED, "回去了就不再算安全,要重新清点")

_OPEN = tuple(state for state in S if state is not S.HOME)
_REPEATED = "重复的事实不改变什么"
_LISTED_TWICE = "一户在两道指令下只算一次"

LIFECYCLE: Lifecycle[HouseholdState] = Lifecycle(
    name="Household",
    chinese="户",
    states=HouseholdState,
    rows=(
        Row(source=None, fact="Listed", target=S.UNACCOUNTED, why="上了清单,还没有任何消息"),
        *_rows(
            S.UNACCOUNTED,
            {
                "Told": (S.TOLD, "有人当面或电话通知到了"),
                "Departed": _DEPARTED,
                "Arrived": _ARRIVED,
                "FoundAway": _AWAY,
                "Refused": _REFUSED,
                "NeedsHelp": _HELP,
                "NotFound": _NOT_FOUND,
            },
        ),
        *_rows(
            S.TOLD,
            {
                "Departed": _DEPARTED,
                "Arrived": _ARRIVED,
                "FoundAway": _AWAY,
                "Refused": _REFUSED,
                "NeedsHelp": _HELP,
                "NotFound": _NOT_FOUND,
            },
        ),
        *_rows(
            S.MOVING,
            {
                "Arrived": _ARRIVED,
                "FoundAway": _AWAY,
                "Refused": _REFUSED,
                "NeedsHelp": _HELP,
                "NotFound": _NOT_FOUND,
                "WentBack": _BACK,
            },
        ),
        *_rows(
            S.REFUSED,
            {
                "Departed": _DEPARTED,
                "Arrived": _ARRIVED,
                "FoundAway": _AWAY,
                "NeedsHelp": _HELP,
                "NotFound": _NOT_FOUND,
                "Persuaded": (S.TOLD, "劝动了,但还没有看到走"),
            },
        ),
        *_rows(
            S.NEEDS_HELP,
            {
                "Departed": _DEPARTED,
                "Arrived": _ARRIVED,
                "FoundAway": _AWAY,
                "Refused": _REFUSED,
                "NotFound": _NOT_FOUND,
            },
        ),
        *_rows(
            S.MISSING,
            {
                "Departed": (S.MOVING, "找到了,正在走"),
                "Arrived": _ARRIVED,
                "FoundAway": _AWAY,
                "NeedsHelp": _HELP,
                "Refused": _REFUSED,
            },
        ),
        *_rows(
            S.SAFE,
            {
                "WentBack": (S.UNACCOUNTED, "回去了:任务重新打开"),
                "NeedsHelp": _HELP,
                "NotFound": (S.MISSING, "点名不在"),
            },
        ),
        *_rows(
            S.AWAY,
            {
                "Arrived": (S.SAFE, "从外面回来,进了安置点"),
                "WentBack": (S.UNACCOUNTED, "从外面回了家:任务重新打开"),
                "NeedsHelp": _HELP,
                "NotFound": (S.MISSING, "点名不在"),
            },
        ),
        *all_to(_OPEN, "Returned", S.HOME, "解除以后才能回家"),
        *all_to(_OPEN, "DrillEnded", S.HOME, "演练中止,立即结束"),
        *(
            Row(
                source=source,
                fact="Corrected",
                target=target,
                when=target.value,
                why="有名有据的更正,任何状态之间都可以,单独记账",
            )
            for source in S
            for target in S
        ),
    ),
    notes={
        S.UNACCOUNTED: {"Listed": _LISTED_TWICE, "WentBack": _REPEATED},
        S.TOLD: {"Listed": _LISTED_TWICE, "Told": _REPEATED, "Persuaded": _REPEATED},
        S.MOVING: {"Listed": _LISTED_TWICE, "Told": "已经在走", "Departed": _REPEATED, "Persuaded": "已经在走"},
        S.REFUSED: {"Listed": _LISTED_TWICE, "Told": "通知过,仍不愿走", "Refused": _REPEATED},
        S.NEEDS_HELP: {"Listed": _LISTED_TWICE, "Told": "通知过,走不了", "NeedsHelp": _REPEATED},
        S.MISSING: {"Listed": _LISTED_TWICE, "NotFound": _REPEATED},
        S.SAFE: {
            "Listed": _LISTED_TWICE,
            "Told": "已经到了",
            "Departed": "迟到的“已离开”,人已经到了",
            "Arrived": _REPEATED,
            "Persuaded": "已经到了",
        },
        S.AWAY: {"Listed": _LISTED_TWICE, "Told": "人在外面,通知到也一样", "FoundAway": _REPEATED},
        S.HOME: dict.fromkeys(
            [
                "Listed",
                "Told",
                "Departed",
                "Arrived",
                "FoundAway",
                "Refused",
                "NeedsHelp",
                "NotFound",
                "WentBack",
                "Persuaded",
                "Returned",
                "DrillEnded",
            ],
            "已返家,迟到的报告只记录",
        ),
    },
)

MARKS: Mapping[HouseholdState, type[HouseholdFact]] = {
    S.UNACCOUNTED: WentBack,
    S.TOLD: Told,
    S.MOVING: Departed,
    S.SAFE: Arrived,
    S.AWAY: FoundAway,
    S.REFUSED: Refused,
    S.NEEDS_HELP: NeedsHelp,
    S.MISSING: NotFound,
    S.HOME: Returned,
}

_ALL_FACTS: tuple[type[Fact], ...] = (Listed, *MARKS.values(), Persuaded, Corrected, DrillEnded)
FACTS: Mapping[str, type[Fact]] = {fact.__name__: fact for fact in _ALL_FACTS}
