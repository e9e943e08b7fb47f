"""What virtual people will do, as due rows: kept with the messages they answer, done through the engine's commands.

An act's id says what it is about, so planning it twice changes nothing, and its effect is marked in the transaction
of its command: a drill killed at any moment goes on where it stood.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from jiaoying.storage.schema import drill_act, drill_state


class ActKind(StrEnum):
    """What a virtual phone or a person at a desk does."""

    RECEIPT = "receipt"  # the carrier reports
    TEXT = "text"  # somebody writes
    KEY = "key"  # somebody presses keys during a call
    APPROVE = "approve"
    REJECT = "reject"
    READ = "read"
    CONFIRM = "confirm"
    REQUEST = "request"
    HEARD = "heard"  # no act: remembers that a message's acts have been planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing somebody will do at `due_at`; `payload` holds plain JSON values."""

    id: str
    due_at: datetime
    kind: ActKind
    payload: Mapping[str, Any] = field(default_factory=dict)


def plan(connection: Connection, acts: Iterable[Act], *, done_at: datetime | None = None) -> int:
    """Keep those of `acts` that are not known yet; returns how many were new."""
    wanted = {act.id: act for act in acts}
    new = 0
    ids = list(wanted)
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        known = set(connection.execute(select(drill_act.c.id).where(drill_act.c.id.in_(part))).scalars())
        rows = [
            {
                "id": act.id,
                "due_at": act.due_at,
                "kind": str(act.kind),
                "payload": json.dumps(act.payload, ensure_ascii=False, sort_keys=True),
                "done_at": done_at,
            }
            for act in (wanted[id] for id in part)
            if act.id not in known
        ]
        if rows:
            connection.execute(insert(drill_act), rows)
            new += len(rows)
    return new


def due(connection: Connection, now: datetime, *, limit: int = 200) -> list[Act]:
    """Acts due by `now` and not done, in order."""
    query = (
        select(drill_act)
        .where(drill_act.c.done_at.is_(None), drill_act.c.due_at <= now)
        .order_by(drill_act.c.due_at, drill_act.c.id)
        .limit(limit)
    )
    return [_act(row) for row in connection.execute(query).mappings()]


def next_due(connection: Connection) -> datetime | None:
    """When the next act is due, or None."""
    return connection.execute(
        select(func.min(drill_act.c.due_at)).where(drill_act.c.done_at.is_(None))
    ).scalar_one_or_none()


def get(connection: Connection, id: str) -> Act | None:
    """One act, done or not."""
    row = connection.execute(select(drill_act).where(drill_act.c.id == id)).mappings().first()
    return None if row is None else _act(row)


def mark_done(connection: Connection, id: str, at: datetime) -> None:
    """The act has had its effect."""
    connection.execute(update(drill_act).where(drill_act.c.id == id).values(done_at=at))


def _act(row: Mapping[Any, Any]) -> Act:
    return Act(id=row["id"], due_at=row["due_at"], kind=ActKind(row["kind"]), payload=json.loads(row["payload"]))


def recall(connection: Connection, key: str) -> str | None:
    """A value the drill keeps between runs (where its clock stands)."""
    value = connection.execute(select(drill_state.c.value).where(drill_state.c.key == key)).scalar_one_or_none()
    return None if value is None else str(value)


def remember(connection: Connection, key: str, value: str) -> None:
    """Keep a value."""
    if connection.execute(update(drill_state).where(drill_state.c.key == key).values(value=value)).rowcount == 0:
        connection.execute(insert(drill_state).values(key=key, value=value))
