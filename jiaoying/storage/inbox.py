"""Inbound is written down before it is understood (law 10), unique by gateway and the gateway's id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

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


def store(work: Work, gateway: str, gateway_id: str, kind: str, body: bytes, received_at: datetime) -> bool:
    """Keep one raw inbound; False when it was seen already (the gateway repeats itself, and nothing follows)."""
    seen = select(inbox.c.id).where(inbox.c.gateway == gateway, inbox.c.gateway_id == gateway_id)
    if work.connection.execute(seen).first() is not None:
        return False
    row: dict[str, object] = {
        "gateway": gateway,
        "gateway_id": gateway_id,
        "kind": kind,
        "body": body,
        "received_at": received_at,
    }
    row["tries"] = 0
    try:
        with work.connection.begin_nested():
            work.connection.execute(insert(inbox), row)
    except IntegrityError:  # another process took it in the same moment
        return False
    return True


def unhandled(connection: Connection, *, limit: int = 200) -> list[Inbound]:
    """What was stored and not yet understood, in the order it came."""
    return _list(connection, inbox.c.tries < MOST_TRIES, limit)


def failed(connection: Connection, *, limit: int = 200) -> list[Inbound]:
    """What could not be handled, however often it was tried."""
    return _list(connection, inbox.c.tries >= MOST_TRIES, limit)


def _list(connection: Connection, which: ColumnElement[bool], limit: int) -> list[Inbound]:
    query = select(inbox).where(inbox.c.handled_at.is_(None), which).order_by(inbox.c.id).limit(limit)
    return [Inbound(**row) for row in connection.execute(query).mappings()]


def mark_handled(work: Work, id: int) -> None:
    """Nothing more is to be done with this one."""
    work.connection.execute(update(inbox).where(inbox.c.id == id).values(handled_at=work.now))


def mark_failed(work: Work, id: int) -> None:
    """Handling this one failed; it is tried again a few times, then left for a person."""
    work.connection.execute(update(inbox).where(inbox.c.id == id).values(tries=inbox.c.tries + 1))


def erase_bodies(work: Work, *, before: datetime) -> int:
    """Erase the raw text of what was handled before `before`; that it came stays known."""
    statement = update(inbox).where(inbox.c.handled_at < before, inbox.c.body.is_not(None)).values(body=None)
    return work.connection.execute(statement).rowcount
