"""The scripted desk: duty officers and township dispatchers who approve, read what no program should, and confirm.

Their acts are due rows like those of the phones, planned from what stands open and carried out through the same
commands as the console's, each under the name of somebody made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.ids import natural_id
from core.levels import Level
from evacuation.replies import ReplyState
from evacuation.request import RequestState
from evacuation.task import TaskState
from jiaoying.drills import acts
from jiaoying.drills.acts import Act, ActKind
from jiaoying.drills.dice import Dice
from jiaoying.drills.phones import moment
from jiaoying.storage import lookup, views
from jiaoying.storage.database import Connection, Engine
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer
from warning.warning import Proposal, WarningState

OFFICERS = ("演练值班员甲", "演练值班员乙")
DISPATCHER = "演练乡镇调度员"
CONFIRM_AFTER_S = 480  # the called second person comes first; then the township looks itself
_OPEN_TASKS = (TaskState.ORDERED, TaskState.ACKNOWLEDGED, TaskState.MOVING)
_OPEN_REQUESTS = (RequestState.RAISED, RequestState.ASSIGNED, RequestState.UNDER_WAY, RequestState.DONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskBehaviour:
    """How the desk of a drill behaves; times are whole seconds, drawn between the two ends.

    Attributes
    ----------
    approve
        Whether proposals are approved at all (a desk that sleeps lets the time-outs decide).
    cannot_judge
        What is done with proposals that say "cannot judge": ``approve`` or ``reject``.
    read, confirm, requests
        Whether unsure replies are read, claims confirmed, cries for help closed.
    """

    approve: bool = True
    approve_s: tuple[int, int] = (20, 90)
    cannot_judge: str = "reject"
    read: bool = True
    read_s: tuple[int, int] = (60, 180)
    confirm: bool = True
    confirm_s: tuple[int, int] = (60, 240)
    requests: bool = True
    requests_s: tuple[int, int] = (600, 1500)


class Desk:
    """Looks at what is open and plans what its people will do about it."""

    def __init__(self, engine: Engine, writer: Writer, *, seed: int, behaviour: DeskBehaviour | None = None) -> None:
        self.engine, self.writer, self.seed = engine, writer, seed
        self.behaviour = behaviour if behaviour is not None else DeskBehaviour()
        self._planned: set[str] = set()

    def look(self, now: datetime) -> int:
        """Plan acts for whatever has come up since the last look; returns how many."""
        with self.engine.connect() as connection:
            wanted = [act for act in self._wanted(connection, now) if act.id not in self._planned]
        if not wanted:
            return 0

        def keep(work: Work) -> int:
            return acts.plan(work, wanted)

        new = self.writer.execute(keep)
        self._planned.update(act.id for act in wanted)
        return new

    def _wanted(self, connection: Connection, now: datetime) -> Iterator[Act]:
        if self.behaviour.approve:
            yield from self._proposals(connection, now)
        if self.behaviour.read:
            yield from self._replies(connection, now)
        if self.behaviour.confirm:
            yield from self._claims(connection, now)
        if self.behaviour.requests:
            yield from self._requests(connection, now)

    def _act(self, kind: ActKind, about: tuple[object, ...], due_at: datetime, payload: dict[str, Any]) -> Act:
        return Act(id=self._id(kind, *about), due_at=due_at, kind=kind, payload=payload)

    @staticmethod
    def _id(*about: object) -> str:
        return natural_id("desk act", *about)

    def _soon(self, since: datetime, span: tuple[int, int], *about: object) -> datetime:
        """A moment so long after `since`; a proposal or reply seen late (a restart) keeps its time."""
        return moment(since, Dice(self.seed, "desk", *about).whole(*span))

    def _proposals(self, connection: Connection, now: datetime) -> Iterator[Act]:
        states = (WarningState.PROPOSED, WarningState.IN_FORCE)
        found = lookup.columns(connection, "warning", ("id", "version"), proposal=lookup.GIVEN, state=states)
        for row in found:
            id, version = row.id, row.version
            if self._id("sign", id, version, 0) in self._planned:
                continue
            proposal: Proposal = views.one(connection, "warning", id).proposal
            reject = proposal.cannot_judge and self.behaviour.cannot_judge == "reject"
            kind = ActKind.REJECT if reject else ActKind.APPROVE
            reason = "数据中断,先派监测员查看" if reject else "雨量与现场情况属实"
            due = now
            for number, officer in enumerate(OFFICERS if proposal.level is Level.RED else OFFICERS[:1]):
                due = self._soon(due, self.behaviour.approve_s, id, version, officer)
                payload = {"warning": id, "version": version, "who": officer, "reason": reason}
                yield Act(id=self._id("sign", id, version, number), due_at=due, kind=kind, payload=payload)

    def _replies(self, connection: Connection, now: datetime) -> Iterator[Act]:
        for row in lookup.columns(connection, "reply", ("id", "gateway_id"), state=ReplyState.WAITING):
            if self._id(ActKind.READ, row.id) in self._planned:
                continue
            text = acts.find(connection, row.gateway_id)
            means = text.payload.get("means") if text is not None else None
            words = str(text.payload["text"]) if text is not None else ""
            payload = {"reply": row.id, "text": _meaning(means, words), "who": DISPATCHER}
            yield self._act(ActKind.READ, (row.id,), self._soon(now, self.behaviour.read_s, row.id), payload)

    def _claims(self, connection: Connection, now: datetime) -> Iterator[Act]:
        names = ("id", "claimed_clear_at")
        for row in lookup.columns(connection, "task", names, claimed_clear_at=lookup.GIVEN, state=_OPEN_TASKS):
            since = row.claimed_clear_at
            number = 0
            # A refusal still open, or anything else in the way, and the township looks again.
            while self._id(ActKind.CONFIRM, row.id, since, number) in self._planned:
                number += 1
            due = since + timedelta(seconds=CONFIRM_AFTER_S * (number + 1))
            due = self._soon(due, self.behaviour.confirm_s, row.id, since, number)
            if number and due > now + timedelta(seconds=CONFIRM_AFTER_S):
                continue
            payload = {"task": row.id, "who": DISPATCHER}
            yield self._act(ActKind.CONFIRM, (row.id, since, number), due, payload)

    def _requests(self, connection: Connection, now: datetime) -> Iterator[Act]:
        for (id,) in lookup.columns(connection, "request", ("id",), state=_OPEN_REQUESTS):
            if self._id(ActKind.REQUEST, id, "assign") in self._planned:
                continue
            assigned = self._soon(now, (60, 180), id, "assign")
            payload = {"request": id, "who": DISPATCHER, "reason": "", "to": "演练乡镇应急队"}
            yield self._act(ActKind.REQUEST, (id, "assign"), assigned, {**payload, "act": "assign"})
            done = self._soon(assigned, self.behaviour.requests_s, id, "close")
            closing = {**payload, "act": "close", "reason": "已到场处置,回访无误"}
            yield self._act(ActKind.REQUEST, (id, "close"), done, closing)


def _meaning(means: object, words: str) -> str:
    """What the person meant, in the words of the menu: what the script says, else the menu answer as it was written."""
    if isinstance(means, str):
        return means
    plain = words.split(" ", 1)[1] if words[:1].isalpha() and " " in words else words
    return plain if plain[:1].isdigit() else ""
