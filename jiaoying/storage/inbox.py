"""Inbound is written down before it is understood (law 10), unique by gateway and the gateway's id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
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


def store(work: Work, gateway: str, gateway_id: str, kind: str, body: bytes, received_at: datetime) -> bool:
    """Keep one raw inbound; False when it was seen already (the gateway repeats itself, and nothing follows)."""
    seen = select(inbox.c.id).where(inbox.c.gateway == gateway, inbox.c.gateway_id == gateway_id)
    if work.connection.execute(seen).first() is not None:
        return False
    row = {"gateway": gateway, "gateway_id": gateway_id, "kind": kind, "body": body, "received_at": received_at}
    try:
        with work.connection.begin_nested():
            work.connection.execute(insert(inbox), row)
    except IntegrityError:  # another process took it in the same moment
        return False
    return True


def unhandled(connection: Connection, *, limit: int = 200) -> list[Inbound]:
    """What was stored and not yet understood, in the order it came."""
    query = select(inbox).where(inbox.c.handled_at.is_(None)).order_by(inbox.c.id).limit(limit)
    return [Inbound(**row) for row in connection.execute(query).mappings()]


def mark_handled(work: Work, gateway: str, gateway_id: str, *, at: datetime | None = None) -> None:
    """Nothing more is to be done with this one."""
    work.connection.execute(
        update(inbox)
        .where(inbox.c.gateway == gateway, inbox.c.gateway_id == gateway_id)
        .values(handled_at=at or work.now)
    )


def erase_bodies(work: Work, *, before: datetime) -> int:
    """Erase the raw text of what was handled before `before`; that it came stays known."""
    statement = update(inbox).where(inbox.c.handled_at < before, inbox.c.body.is_not(None)).values(body=None)
    return work.connection.execute(statement).rowcount
