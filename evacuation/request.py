"""Request (求助, 吹哨): a need that climbs five levels with time limits until it is closed and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from core.ids import natural_id
from core.lifecycle import Lifecycle, Row, all_to, same
from evacuation.allowed import NotAllowed
from evacuation.reply.reading import Need

CLIMB_AFTER = timedelta(hours=1)  # FACTS section 2: one city's limit for first intervention is one hour


class RequestState(StrEnum):
    """受理—指派—处置—反馈—核查."""

    RAISED = "RAISED"
    ASSIGNED = "ASSIGNED"
    UNDER_WAY = "UNDER_WAY"
    DONE = "DONE"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"


class RequestKind(StrEnum):
    """What is needed: the needs a reply can name, and other."""

    TRANSPORT = "transport"
    MEDICAL = "medical"
    RESCUE = "rescue"
    ROAD = "road"
    PERSUASION = "persuasion"
    SUPPLIES = "supplies"
    COMMS = "comms"
    OTHER = "other"

    @property
    def chinese(self) -> str:
        """The word of the field."""
        return _KINDS[self]


class RequestLevel(StrEnum):
    """Who has to solve it; what one level cannot goes to the next."""

    GROUP = "group"
    VILLAGE = "village"
    TOWNSHIP = "township"
    COUNTY = "county"
    CITY = "city"

    @property
    def chinese(self) -> str:
        """The word of the field."""
        return _LEVELS[self]

    def up(self) -> RequestLevel:
        """One level higher; the city is the last."""
        order = tuple(RequestLevel)
        return order[min(order.index(self) + 1, len(order) - 1)]


_KINDS = {
    RequestKind.TRANSPORT: "交通",
    RequestKind.MEDICAL: "医疗",
    RequestKind.RESCUE: "救援",
    RequestKind.ROAD: "道路",
    RequestKind.PERSUASION: "劝导",
    RequestKind.SUPPLIES: "物资",
    RequestKind.COMMS: "通信",
    RequestKind.OTHER: "其他",
}
_LEVELS = {
    RequestLevel.GROUP: "组",
    RequestLevel.VILLAGE: "村",
    RequestLevel.TOWNSHIP: "乡镇",
    RequestLevel.COUNTY: "县",
    RequestLevel.CITY: "市",
}


class Origin(StrEnum):
    """By which way it came."""

    REPLY = "reply"
    PAGE = "page"
    DESK = "desk"
    HOTLINE = "hotline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One need.

    Attributes
    ----------
    text_ref
        Private reference of the words it was raised with.
    climbs
        How often its time limit ran out; at the city, the last level, it is rung again instead of climbing.
    """

    id: str
    state: RequestState
    status: CapStatus
    event: str | None
    task: str | None
    area: str
    kind: RequestKind
    origin: Origin
    text_ref: str | None
    level: RequestLevel
    raised_by: str
    raised_at: datetime
    assigned_to: str | None = None
    climbs: int = 0
    done_by: str | None = None
    done_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    reason: str = ""
    limit_s: int
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised(Fact):
    """Somebody asked for help (birth)."""

    id: str
    status: CapStatus
    event: str | None
    task: str | None
    area: str
    kind: RequestKind
    origin: Origin
    text_ref: str | None
    level: RequestLevel
    raised_by: str
    limit_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(Fact):
    """Somebody was named for it."""

    by: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun(Fact):
    """Who was named is on it."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Fact):
    """Who was named says it is done; who raised it has to agree."""

    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Fact):
    """Who raised it agrees, or a named officer says so on their word (`on_word`)."""

    by: str
    on_word: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSo(Fact):
    """Who raised it says that it is not done."""

    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Climbed(Fact):
    """Its time limit ran out: one level higher."""

    level: RequestLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Fact):
    """Who raised it no longer needs it."""

    by: str
    reason: str = ""


S = RequestState
_OPEN = (S.RAISED, S.ASSIGNED, S.UNDER_WAY)
_ENDED = "已了结,迟到的只记录"

LIFECYCLE: Lifecycle[RequestState] = Lifecycle(
    name="Request",
    chinese="求助",
    states=RequestState,
    rows=(
        Row(source=None, fact="Raised", target=S.RAISED, why="受理:有人求助"),
        Row(source=S.RAISED, fact="Assigned", target=S.ASSIGNED, why="指派:有人负责"),
        Row(source=S.ASSIGNED, fact="Begun", target=S.UNDER_WAY, why="处置:已在办"),
        Row(source=S.ASSIGNED, fact="Done", target=S.DONE, why="反馈:没有说开始就办完了"),
        Row(source=S.UNDER_WAY, fact="Done", target=S.DONE, why="反馈:办完了,等求助的人核查"),
        Row(source=S.DONE, fact="Checked", target=S.CLOSED, why="核查:求助的人说解决了"),
        Row(source=S.DONE, fact="NotSo", target=S.ASSIGNED, why="核查:没有解决,退回去办"),
        *same(_OPEN, "Climbed", "超过时限,升一级"),
        *all_to(_OPEN, "Withdrawn", S.WITHDRAWN, "求助的人说不用了"),
        *all_to((*_OPEN, S.DONE), "DrillEnded", S.WITHDRAWN, "演练中止"),
    ),
    notes={
        S.UNDER_WAY: {"Begun": "已在办"},
        S.DONE: {"Done": "已说办完", "Begun": "已说办完"},
        S.CLOSED: dict.fromkeys(("Begun", "Done", "Checked", "Withdrawn", "DrillEnded"), _ENDED),
        S.WITHDRAWN: dict.fromkeys(("Begun", "Done", "Checked", "Withdrawn", "DrillEnded"), _ENDED),
    },
)

FACTS: Mapping[str, type[Fact]] = {
    fact.__name__: fact for fact in (Raised, Assigned, Begun, Done, Checked, NotSo, Climbed, Withdrawn, DrillEnded)
}


def evolve(state: Request | None, fact: Fact) -> Request:
    """Return the request after `fact`; a noted fact changes nothing at all."""
    if state is None:
        target = LIFECYCLE.after(None, fact)
        assert isinstance(fact, Raised)
        return Request(
            id=fact.id,
            state=target,
            status=fact.status,
            event=fact.event,
            task=fact.task,
            area=fact.area,
            kind=fact.kind,
            origin=fact.origin,
            text_ref=fact.text_ref,
            level=fact.level,
            raised_by=fact.raised_by,
            raised_at=fact.at,
            limit_s=fact.limit_s,
            due_at=fact.at + timedelta(seconds=fact.limit_s),
        )
    target = LIFECYCLE.after(state.state, fact)
    if LIFECYCLE.is_noted(state.state, fact.name):
        return state
    now = replace(state, state=target)
    due_at = fact.at + timedelta(seconds=state.limit_s)
    match fact:
        case Assigned():
            return replace(now, assigned_to=fact.to, due_at=due_at)
        case Begun():
            return replace(now, due_at=due_at)
        case Done():
            return replace(now, done_by=fact.by, done_at=fact.at, reason=fact.reason, due_at=None)
        case NotSo():
            return replace(now, done_by=None, done_at=None, reason=fact.reason, due_at=due_at)
        case Climbed():
            return replace(now, level=fact.level, climbs=now.climbs + 1, due_at=due_at)
        case Checked() | Withdrawn():
            return replace(now, closed_at=fact.at, closed_by=fact.by, reason=fact.reason, due_at=None)
        case DrillEnded():
            return replace(now, closed_at=fact.at, reason=fact.reason, due_at=None)
    raise AssertionError(fact.name)


def kinds_of(needs: Sequence[Need]) -> tuple[RequestKind, ...]:
    """The requests a cry for help makes: one for each need it names, one of kind other when it names none."""
    return tuple(RequestKind(need.value) for need in dict.fromkeys(needs)) or (RequestKind.OTHER,)


def raise_request(
    *,
    about: str,
    event: str | None,
    task: str | None,
    area: str,
    kind: RequestKind,
    origin: Origin,
    text_ref: str | None,
    raised_by: str,
    status: CapStatus,
    now: datetime,
    level: RequestLevel = RequestLevel.TOWNSHIP,
    limit: timedelta = CLIMB_AFTER,
) -> tuple[str, list[Fact]]:
    """Raise a request.

    Parameters
    ----------
    about
        What raised it (a reply's id, an idempotency key): raising it twice changes nothing.
    level
        Who is asked first; a village that calls for help asks its township.
    """
    id_ = natural_id("request", about, kind)
    fact = Raised(
        at=now,
        id=id_,
        status=status,
        event=event,
        task=task,
        area=area,
        kind=kind,
        origin=origin,
        text_ref=text_ref,
        level=level,
        raised_by=raised_by,
        limit_s=round(limit.total_seconds()),
    )
    return id_, [fact]


def assign(request: Request, *, by: str, to: str, now: datetime) -> list[Fact]:
    """Name who is to solve it."""
    _takes(request, "Assigned", "已有人负责或已了结,不能再指派")
    return [Assigned(at=now, by=by, to=to)]


def begin(request: Request, *, by: str, now: datetime) -> list[Fact]:
    """Who was named begins."""
    _takes(request, "Begun", "还没有指派,不能开始")
    return [Begun(at=now, by=by)]


def done(request: Request, *, by: str, now: datetime, reason: str = "") -> list[Fact]:
    """Who was named says it is done."""
    _takes(request, "Done", "还没有指派,不能报完成")
    return [Done(at=now, by=by, reason=reason)]


def check(request: Request, *, by: str, now: datetime, reason: str = "") -> list[Fact]:
    """Who raised it agrees that it is done."""
    _takes(request, "Checked", "还没有报完成,不能核查")
    _raiser(request, by)
    return [Checked(at=now, by=by, reason=reason)]


def not_so(request: Request, *, by: str, now: datetime, reason: str = "", on_word: bool = False) -> list[Fact]:
    """Who raised it says that it is not done (or a named officer on their word)."""
    _takes(request, "NotSo", "还没有报完成")
    if not on_word:
        _raiser(request, by)
    return [NotSo(at=now, by=by, reason=reason)]


def withdraw(request: Request, *, by: str, now: datetime, reason: str = "") -> list[Fact]:
    """Who raised it no longer needs it."""
    _takes(request, "Withdrawn", "已报完成,请核查而不是撤回")
    _raiser(request, by)
    return [Withdrawn(at=now, by=by, reason=reason)]


def close(request: Request, *, by: str, reason: str, now: datetime) -> list[Fact]:
    """A named officer closes it on the word of who raised it; the steps nobody wrote down are written with their name.

    Raises
    ------
    NotAllowed
        Without a name or a reason.
    """
    if not by or not reason:
        raise NotAllowed("了结求助要有姓名和理由")
    if request.state in (S.CLOSED, S.WITHDRAWN):
        return []
    facts: list[Fact] = []
    if request.state is S.RAISED:
        facts.append(Assigned(at=now, by=by, to=by))
    if request.state in _OPEN:
        facts.append(Done(at=now, by=request.assigned_to or by))
    return [*facts, Checked(at=now, by=by, on_word=by != request.raised_by, reason=reason)]


def when_due(request: Request, now: datetime) -> list[Fact]:
    """Past its time limit it climbs; at the city it is rung again."""
    if request.due_at is None or request.due_at > now or request.state not in _OPEN:
        return []
    return [Climbed(at=now, level=request.level.up())]


def _takes(request: Request, fact: str, reason: str) -> None:
    if not (LIFECYCLE.takes(request.state, fact) or LIFECYCLE.is_noted(request.state, fact)):
        raise NotAllowed(reason)


def _raiser(request: Request, by: str) -> None:
    if by != request.raised_by:
        raise NotAllowed("只有提出求助的人能说解决没有、还要不要")
