"""Reply (回复): what was done with one inbound text: read, waiting for a person, or noted; written down before understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from core.ids import natural_id
from core.lifecycle import Lifecycle, Row
from evacuation.allowed import NotAllowed
from evacuation.reply.reading import Reading


class ReplyState(StrEnum):
    """WAITING for a person, READ and acted on, or NOTED: nothing follows from it."""

    WAITING = "WAITING"
    READ = "READ"
    NOTED = "NOTED"


class Channel(StrEnum):
    """The wire a reply came by."""

    SMS = "sms"
    VOICE = "voice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One inbound text or key press.

    Attributes
    ----------
    from_ref, text_ref
        Private references of the phone and of the words.
    to_person
        Why it waits or waited for a person.
    version
        The version of the call-out its words answer: what the sender had been told when they wrote them.
    """

    id: str
    state: ReplyState
    status: CapStatus
    gateway: str
    gateway_id: str
    channel: Channel
    from_ref: str
    text_ref: str
    at: datetime
    post: str | None
    callout: str | None
    task: str | None
    event: str | None
    code: str | None
    reading: Reading | None
    to_person: str | None
    version: int | None = None
    read_by: str | None = None
    read_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Fact):
    """A text came in and was read as far as it could be (birth). `state` says what follows from it."""

    id: str
    status: CapStatus
    gateway: str
    gateway_id: str
    channel: Channel
    from_ref: str
    text_ref: str
    post: str | None
    callout: str | None
    task: str | None
    event: str | None
    code: str | None
    reading: Reading | None
    to_person: str | None
    state: ReplyState
    version: int | None = None

    @property
    def variant(self) -> str:
        """The state it is born in."""
        return self.state.value


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRead(Fact):
    """A named person read it."""

    by: str
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAction(Fact):
    """A named person looked and nothing follows from it."""

    by: str
    reason: str


S = ReplyState
_ENDED = "已处理,再来的只记录"

LIFECYCLE: Lifecycle[ReplyState] = Lifecycle(
    name="Reply",
    chinese="回复",
    states=ReplyState,
    rows=(
        Row(source=None, fact="Received", when="WAITING", target=S.WAITING, why="看不准或不可能,等人读"),
        Row(source=None, fact="Received", when="READ", target=S.READ, why="读懂了,已照办"),
        Row(source=None, fact="Received", when="NOTED", target=S.NOTED, why="与任何指令无关或迟到,只记录"),
        Row(source=S.WAITING, fact="PersonRead", target=S.READ, why="有名有姓的人读了"),
        Row(source=S.WAITING, fact="NoAction", target=S.NOTED, why="人看过,不用做什么"),
        Row(source=S.NOTED, fact="PersonRead", target=S.READ, why="只记录的也可以由人读出意思来"),
        Row(source=S.WAITING, fact="DrillEnded", target=S.NOTED, why="演练中止,不再等人"),
    ),
    notes={
        S.READ: {"NoAction": _ENDED, "DrillEnded": _ENDED},
        S.NOTED: {"NoAction": _ENDED, "DrillEnded": _ENDED},
    },
)

FACTS: Mapping[str, type[Fact]] = {fact.__name__: fact for fact in (Received, PersonRead, NoAction, DrillEnded)}


def reply_id(gateway: str, gateway_id: str) -> str:
    """The id of an inbound text; the same text posted twice is the same reply."""
    return natural_id("reply", gateway, gateway_id)


def evolve(state: Reply | None, fact: Fact) -> Reply:
    """Return the reply after `fact`; a noted fact changes nothing at all."""
    if state is None:
        target = LIFECYCLE.after(None, fact)
        assert isinstance(fact, Received)
        return Reply(
            id=fact.id,
            state=target,
            status=fact.status,
            gateway=fact.gateway,
            gateway_id=fact.gateway_id,
            channel=fact.channel,
            from_ref=fact.from_ref,
            text_ref=fact.text_ref,
            at=fact.at,
            post=fact.post,
            callout=fact.callout,
            task=fact.task,
            event=fact.event,
            code=fact.code,
            reading=fact.reading,
            to_person=fact.to_person,
            version=fact.version,
        )
    target = LIFECYCLE.after(state.state, fact)
    if LIFECYCLE.is_noted(state.state, fact.name):
        return state
    now = replace(state, state=target)
    match fact:
        case PersonRead():
            return replace(now, reading=fact.reading, read_by=fact.by, read_at=fact.at)
        case NoAction():
            return replace(now, read_by=fact.by, read_at=fact.at, reason=fact.reason)
        case DrillEnded():
            return replace(now, reason=fact.reason)
    raise AssertionError(fact.name)


def receive(
    *,
    gateway: str,
    gateway_id: str,
    channel: Channel,
    from_ref: str,
    text_ref: str,
    status: CapStatus,
    now: datetime,
    reading: Reading | None,
    to_person: str | None,
    noted: bool = False,
    post: str | None = None,
    callout: str | None = None,
    task: str | None = None,
    event: str | None = None,
    code: str | None = None,
    version: int | None = None,
) -> tuple[str, list[Fact]]:
    """Write an inbound text down. It waits when `to_person` says why, is noted when `noted`, else was acted on."""
    id_ = reply_id(gateway, gateway_id)
    state = S.WAITING if to_person is not None else S.NOTED if noted else S.READ
    fact = Received(
        at=now,
        id=id_,
        status=status,
        gateway=gateway,
        gateway_id=gateway_id,
        channel=channel,
        from_ref=from_ref,
        text_ref=text_ref,
        post=post,
        callout=callout,
        task=task,
        event=event,
        code=code,
        reading=reading,
        to_person=to_person,
        state=state,
        version=version,
    )
    return id_, [fact]


def person_read(reply: Reply, *, by: str, reading: Reading, now: datetime) -> list[Fact]:
    """Take a named person's reading.

    Raises
    ------
    NotAllowed
        When it was read already.
    """
    if reply.state is S.READ:
        raise NotAllowed("这条回复已经读过并照办了")
    return [PersonRead(at=now, by=by, reading=reading)]


def no_action(reply: Reply, *, by: str, reason: str, now: datetime) -> list[Fact]:
    """A named person looked at it and nothing follows; saying it again changes nothing."""
    return [NoAction(at=now, by=by, reason=reason)] if reply.state is S.WAITING else []
