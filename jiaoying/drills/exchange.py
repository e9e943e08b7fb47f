"""The telephone exchange of a drill: takes every message the gateway sends, and plans what the phones will do about it.

`dial` only remembers; the acts are planned right after, from the message as it lies in the outbox, in one transaction
for all that went out together. They depend on nothing but the seed and the message, so an exchange that died in
between plans the very same acts when it is started again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from core.ids import natural_id
from evacuation.task import Task, TaskState
from jiaoying.drills import acts
from jiaoying.drills.acts import Act
from jiaoying.drills.phones import Heard, ListFacts, Person, acts_for
from jiaoying.drills.script import Script
from jiaoying.storage import lookup
from jiaoying.storage.database import Engine
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer
from notifiers.callout import Attempt, CallOut
from notifiers.gateways.port import Outgoing
from notifiers.message import Message, MessageState
from people.areas import AreaTree
from people.posts import Directory, Post

_WENT_OUT = (MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.READ)


class Exchange:
    """The carrier's side of the simulated gateway, with everybody's phone behind it.

    Parameters
    ----------
    engine, writer
        Of the drill's database.
    seed : int
        What the people are like and how long they take.
    script : Script, optional
        Phones that follow a script instead of their own mind.
    """

    def __init__(self, engine: Engine, writer: Writer, *, seed: int, script: Script | None = None) -> None:
        self.engine, self.writer, self.seed = engine, writer, seed
        self.script = script if script is not None else Script()
        self._fresh: list[str] = []
        self._known: dict[str, str] = {}

    def dial(self, outgoing: Outgoing) -> str:
        """Take a message; the same message always gets the same id."""
        self._fresh.append(outgoing.message)
        return self._id(outgoing.key)

    def known(self, message: str) -> str | None:
        """A drill's exchange never loses a message, so whatever it is asked about it has."""
        self._fresh.append(message.partition(".")[0])
        return self._id(message)

    @staticmethod
    def _id(key: str) -> str:
        return natural_id("drill exchange", key)

    def catch_up(self) -> None:
        """Find what went out before this process began and was not heard (a drill that is started again)."""
        with self.engine.connect() as connection:
            heard = acts.heard_messages(connection)
            gone = lookup.columns(connection, "message", ("id",), state=_WENT_OUT)
            self._fresh.extend(id for (id,) in gone if id not in heard)

    def listen(self, directory: Directory) -> int:
        """Let every phone hear what went out since the last time; returns how many acts were planned."""
        if not self._fresh:
            return 0
        fresh, self._fresh = list(dict.fromkeys(self._fresh)), []
        return self.writer.execute(lambda work: self._hear(work, directory, fresh))

    def _hear(self, work: Work, directory: Directory, ids: Sequence[str]) -> int:
        messages = [m for m in work.many("message", ids).values() if m.state in _WENT_OUT]
        late = set(ids) - {message.id for message in messages}
        self._fresh.extend(sorted(late & set(_still_sending(work, late))))
        callouts = work.many("callout", [m.callout for m in messages if m.callout is not None])
        tasks = work.many("task", [c.subject for c in callouts.values() if c.subject_kind == "task"])
        revealed = work.reveal_many([ref for message in messages for ref in (message.to_ref, message.text_ref)])
        new = acts.heard(work, [(message.id, message.queued_at) for message in messages])
        planned: list[Act] = []
        for message in sorted(messages, key=lambda m: m.id):
            phone, text = revealed.get(message.to_ref), revealed.get(message.text_ref)
            if phone is None or text is None or message.id not in new:
                continue
            callout = callouts.get(message.callout) if message.callout is not None else None
            attempt = _attempt(callout, message.id)
            post = _post(directory, attempt, phone)
            task = tasks.get(callout.subject) if callout is not None else None
            heard = _heard(message, text, callout, attempt, post, task)
            person = person_of(directory.tree, post, phone)
            scripted = self.script.acts_for(heard, person, directory.tree)
            planned.extend(acts_for(heard, person, self.seed) if scripted is None else scripted)
        return acts.plan(work, planned)


def _still_sending(work: Work, ids: Iterable[str]) -> list[str]:
    found = work.many("message", sorted(ids))
    return [id for id, message in found.items() if message.state in (MessageState.SENDING, MessageState.IN_DOUBT)]


def _attempt(callout: CallOut | None, message: str) -> Attempt | None:
    if callout is None:
        return None
    return next((attempt for attempt in callout.attempts if attempt.message == message), None)


def _post(directory: Directory, attempt: Attempt | None, phone: str) -> Post | None:
    post = directory.get(attempt.post) if attempt is not None else None
    if post is not None:
        return post
    return next(iter(directory.by_phone(phone)), None)


def person_of(tree: AreaTree, post: Post | None, phone: str) -> Person:
    """The holder of a post; a phone nobody knows belongs to nobody in particular."""
    if post is None:
        return Person(phone=phone, role="", rank=1, level="", area="")
    area = tree.get(post.area)
    level = str(area.level) if area is not None else ""
    return Person(phone=phone, role=str(post.role), rank=post.rank, level=level, area=post.area)


def _heard(
    message: Message,
    text: str,
    callout: CallOut | None,
    attempt: Attempt | None,
    post: Post | None,
    task: Task | None,
) -> Heard:
    before = 0
    if callout is not None and attempt is not None:
        for other in callout.attempts:
            if other.message == attempt.message:
                break
            same = (other.version, other.phone_ref, other.channel)
            before += same == (attempt.version, attempt.phone_ref, attempt.channel)
    return Heard(
        message=message.id,
        purpose=message.purpose,
        channel=message.channel,
        text=text,
        code=message.code,
        at=message.queued_at,
        callout=message.callout,
        version=message.order_version,
        nth=before,
        own=callout is None or post is None or post.id == callout.post,
        lists=_lists(task, post, message.queued_at),
    )


def _lists(task: Task | None, post: Post | None, at: datetime) -> ListFacts:
    if task is None:
        return ListFacts()
    own: Mapping[str, int] = {
        row.household: row.people for row in task.assignments if post is not None and row.responsible == post.id
    }
    return ListFacts(
        own=tuple(own[code] for code in sorted(own)),
        households=len(task.households),
        people=task.people,
        ordered=task.state not in (TaskState.PLANNED, TaskState.CALLED_OFF, TaskState.STOOD_DOWN),
        again=task.ordered_at is not None and task.ordered_at < at,
    )
