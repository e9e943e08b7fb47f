"""What virtual phones and desks of a drill will do, as due rows, and what they remember; a killed drill goes on from here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select, update

from jiaoying.storage.codec import dumps
from jiaoying.storage.schema import drill_act, drill_state
from jiaoying.storage.work import Work

_MANY = 500
_DONE = update(drill_act).where(drill_act.c.id == bindparam("_id")).values(done_at=bindparam("_now"))
_ONE = select(drill_act).where(drill_act.c.id == bindparam("id"))
_OF_KIND = select(drill_act.c.id).where(drill_act.c.kind == bindparam("kind"))
_NEXT = select(func.min(drill_act.c.due_at)).where(drill_act.c.done_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act to come: who does what when; the payload is plain JSON."""

    id: str
    due_at: datetime
    kind: str
    payload: Mapping[str, Any]


def plan(work: Work, acts: Iterable[Act]) -> int:
    """Put acts down; one whose id is known already (done or not) is left as it is. Returns how many are new."""
    given = {act.id: act for act in acts}
    known = _known(work.connection, given)
    rows = [
        {"id": act.id, "due_at": act.due_at, "kind": act.kind, "payload": dumps(act.payload), "done_at": None}
        for act in given.values()
        if act.id not in known
    ]
    if rows:
        work.connection.execute(insert(drill_act), rows)
    return len(rows)


def put_done(work: Work, kind: str, moments: Sequence[tuple[str, datetime]]) -> set[str]:
    """Put down as done what happened (id, when) and leaves nothing to do; returns the ids that are new."""
    known = _known(work.connection, [id for id, _ in moments])
    new = {id: at for id, at in moments if id not in known}
    rows = [{"id": id, "due_at": at, "kind": kind, "payload": "{}", "done_at": work.now} for id, at in new.items()]
    if rows:
        work.connection.execute(insert(drill_act), rows)
    return set(new)


def _known(connection: Connection, wanted: Iterable[str]) -> set[str]:
    ids, known = sorted(wanted), set[str]()
    for start in range(0, len(ids), _MANY):
        query = select(drill_act.c.id).where(drill_act.c.id.in_(ids[start : start + _MANY]))
        known.update(connection.execute(query).scalars())
    return known


def find(connection: Connection, id: str) -> Act | None:
    """One act, done or not."""
    row = connection.execute(_ONE, {"id": id}).mappings().first()
    return None if row is None else _act(row)


def ids_of(connection: Connection, kind: str) -> frozenset[str]:
    """The ids of all acts of a kind, done or not."""
    return frozenset(connection.execute(_OF_KIND, {"kind": kind}).scalars())


def due(connection: Connection, now: datetime, *, limit: int | None = None) -> list[Act]:
    """Acts due by `now` and not done, in order."""
    query = (
        select(drill_act)
        .where(drill_act.c.done_at.is_(None), drill_act.c.due_at <= now)
        .order_by(drill_act.c.due_at, drill_act.c.id)
        .limit(limit)
    )
    return [_act(row) for row in connection.execute(query).mappings()]


def _act(row: RowMapping) -> Act:
    return Act(id=row["id"], due_at=row["due_at"], kind=row["kind"], payload=json.loads(row["payload"]))


def next_due(connection: Connection) -> datetime | None:
    """When the next act is due."""
    moment: datetime | None = connection.execute(_NEXT).scalar_one()
    return moment


def mark_done(work: Work, id: str) -> None:
    """The act is done; called in the transaction of what it does."""
    work.connection.execute(_DONE, {"_id": id, "_now": work.now})


def remember(work: Work, key: str, value: Any) -> None:
    """Keep something of a drill under a key (plain JSON)."""
    text = dumps(value)
    known = update(drill_state).where(drill_state.c.key == key).values(value=text)
    if work.connection.execute(known).rowcount == 0:
        work.connection.execute(insert(drill_state).values(key=key, value=text))


def recall(connection: Connection, key: str) -> Any:
    """What is kept under a key, or None."""
    text = connection.execute(select(drill_state.c.value).where(drill_state.c.key == key)).scalar_one_or_none()
    return None if text is None else json.loads(text)


def recall_all(connection: Connection, prefix: str = "") -> dict[str, Any]:
    """Everything kept under keys that begin with `prefix`."""
    query = select(drill_state).order_by(drill_state.c.key)
    if prefix:
        query = query.where(drill_state.c.key.startswith(prefix, autoescape=True))
    return {row.key: json.loads(row.value) for row in connection.execute(query)}
