"""What virtual people can do, and which messages they have heard; the rows themselves lie in `jiaoying.storage.acts`.

An act's id says what it is about, so planning it twice changes nothing, and its effect is marked in the transaction
of its command: a drill killed at any moment goes on where it stood.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Select, insert, select

from jiaoying.storage.acts import Act, due, mark_done, next_due, plan, recall, remember
from jiaoying.storage.schema import drill_act
from jiaoying.storage.work import Work

__all__ = [
    "Act", "ActKind", "due", "find", "heard", "heard_messages", "mark_done", "next_due", "plan", "recall", "remember",
]  # fmt: skip


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


def find(connection: Connection, id: str) -> Act | None:
    """One act, done or not."""
    row = connection.execute(select(drill_act).where(drill_act.c.id == id)).mappings().first()
    if row is None:
        return None
    return Act(id=row["id"], due_at=row["due_at"], kind=row["kind"], payload=json.loads(row["payload"]))


def heard(work: Work, messages: Sequence[tuple[str, datetime]]) -> set[str]:
    """Remember that these messages (id, time) reached their phones; returns those that are new."""
    new = [(id, at) for id, at in messages if find(work.connection, id) is None]
    if new:
        work.connection.execute(
            insert(drill_act),
            [
                {"id": id, "due_at": at, "kind": str(ActKind.HEARD), "payload": "{}", "done_at": work.now}
                for id, at in new
            ],
        )
    return {id for id, _ in new}


def heard_messages() -> Select[tuple[str]]:
    """The ids of all messages that reached their phones, as a subquery."""
    return select(drill_act.c.id).where(drill_act.c.kind == str(ActKind.HEARD))
