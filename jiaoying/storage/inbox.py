"""Inbound is written down before it is understood (law 10), unique by gateway and the gateway's id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from jiaoying.storage.database import is_sqlite
from jiaoying.storage.schema import inbox
from jiaoying.storage.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One raw message, status or key press as a gateway delivered it."""

    id: int
    gateway: str
    gateway_id: str
    kind: str
    received_at: datetime
    body: bytes | None
    handled_at: datetime | None
    tries: int


MOST_TRIES = 5  # what fails oftener waits for a person; it is never thrown away


_SQLITE = sqlite.insert(inbox).on_conflict_do_nothing().returning(inbox.c.id)
_POSTGRESQL = postgresql.insert(inbox).on_conflict_do_nothing().returning(inbox.c.id)
_WAITING = select(inbox).where(inbox.c.handled_at.is_(None)).order_by(inbox.c.id).limit(bindparam("most"))
_UNHANDLED = _WAITING.where(inbox.c.tries < MOST_TRIES)
_FAILED = _WAITING.where(inbox.c.tries >= MOST_TRIES)
_HANDLED = update(inbox).where(inbox.c.id == bindparam("_id")).values(handled_at=bindparam("_now"))


def store(work: Work, gateway: str, gateway_id: str, kind: str, body: bytes, received_at: datetime) -> bool:
    """Keep one raw inbound; False when it was seen already (the gateway repeats itself, and nothing follows)."""
    row = {
        "gateway": gateway,
        "gateway_id": gateway_id,
        "kind": kind,
        "body": body,
        "received_at": received_at,
        "tries": 0,
    }
    statement = _SQLITE if is_sqlite(work.connection) else _POSTGRESQL
    return work.connection.execute(statement, row).first() is not None


def unhandled(connection: Connection, *, limit: int = 200) -> list[Inbound]:
    """What was stored and not yet understood, in the order it came."""
    return _list(connection, _UNHANDLED, limit)


def failed(connection: Connection, *, limit: int = 200) -> list[Inbound]:
    """What could not be handled, however often it was tried."""
    return _list(connection, _FAILED, limit)


def _list(connection: Connection, query: Select[Any], limit: int) -> list[Inbound]:
    return [Inbound(**row) for row in connection.execute(query, {"most": limit}).mappings()]


def mark_handled(work: Work, id: int) -> None:
    """Nothing more is to be done with this one."""
    work.connection.execute(_HANDLED, {"_id": id, "_now": work.now})


def mark_failed(work: Work, id: int) -> None:
    """Handling this one failed; it is tried again a few times, then left for a person."""
    work.connection.execute(update(inbox).where(inbox.c.id == id).values(tries=inbox.c.tries + 1))


def erase_bodies(work: Work, *, before: datetime) -> int:
    """Erase the raw text of what was handled before `before`; that it came stays known."""
    statement = update(inbox).where(inbox.c.handled_at < before, inbox.c.body.is_not(None)).values(body=None)
    return work.connection.execute(statement).rowcount
