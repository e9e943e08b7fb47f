"""What virtual people can do, and which messages they have heard; the rows themselves lie in `jiaoying.storage.acts`.

An act's id says what it is about, so planning it twice changes nothing, and its effect is marked in the transaction
of its command: a drill killed at any moment goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from jiaoying.storage.acts import (
    Act,
    due,
    find,
    ids_of,
    mark_done,
    next_due,
    plan,
    put_done,
    recall,
    remember,
)
from jiaoying.storage.database import Connection
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


def heard(work: Work, messages: Sequence[tuple[str, datetime]]) -> set[str]:
    """Remember that these messages (id, time) reached their phones; returns those that are new."""
    return put_done(work, str(ActKind.HEARD), messages)


def heard_messages(connection: Connection) -> frozenset[str]:
    """The ids of all messages that reached their phones."""
    return ids_of(connection, str(ActKind.HEARD))
