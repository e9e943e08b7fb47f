"""One look at everything that may wait, in one statement: the tick and the sender ask it before they open a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, func, literal, or_, select

from jiaoying.storage import inbox as inbox_store
from jiaoying.storage.kinds import KINDS
from jiaoying.storage.schema import inbox, rain_frame
from jiaoying.storage.schema_registers import register_import
from notifiers.message import MessageState

TICKED = ("callout", "warning", "task", "request")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What waits at a moment.

    `imports` counts imports (a changed number means changed registers); `frames`: stored and not yet judged;
    `inbound`: stored and not yet understood; `due`: deadlines past; `queued`: messages that may go out now;
    `doubtful`: messages in doubt.
    """

    imports: int
    frames: bool
    inbound: bool
    due: bool
    queued: bool
    doubtful: bool


def pulse(connection: Connection, now: datetime) -> Pulse:
    """Take the pulse at `now`."""
    row = connection.execute(_statement(), {"now": now}).one()
    return Pulse(
        imports=int(row.imports),
        frames=bool(row.frames),
        inbound=bool(row.inbound),
        due=bool(row.due),
        queued=bool(row.queued),
        doubtful=bool(row.doubtful),
    )


@cache
def _statement() -> Select[Any]:
    now = bindparam("now", type_=KINDS["callout"].table.c.due_at.type)
    message = KINDS["message"].table.c
    past: list[ColumnElement[bool]] = [
        exists(select(literal(1)).where(KINDS[kind].table.c.due_at <= now)) for kind in TICKED
    ]
    sending, queued, doubt = (
        str(state) for state in (MessageState.SENDING, MessageState.QUEUED, MessageState.IN_DOUBT)
    )
    past.append(exists(select(literal(1)).where(message.state == sending, message.lease_until <= now)))
    past.append(exists(select(literal(1)).where(message.state.in_((queued, doubt)), message.expires_at <= now)))
    return select(
        select(func.count()).select_from(register_import).scalar_subquery().label("imports"),
        exists(select(literal(1)).where(rain_frame.c.judged_at.is_(None))).label("frames"),
        exists(select(literal(1)).where(inbox.c.handled_at.is_(None), inbox.c.tries < inbox_store.MOST_TRIES)).label(
            "inbound"
        ),
        or_(*past).label("due"),
        exists(select(literal(1)).where(message.state == queued, message.due_at <= now)).label("queued"),
        exists(select(literal(1)).where(message.state == doubt)).label("doubtful"),
    )
