"""The outbox: which messages go next, and what becomes of those a dead sender had in hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, select

from jiaoying.storage.database import is_sqlite
from jiaoying.storage.kinds import KINDS
from jiaoying.storage.work import Work
from notifiers import message as messages
from notifiers.message import Message, MessageState
from notifiers.receipts import Channel

KIND = "message"


def claim(
    work: Work,
    *,
    limit: int = 200,
    lease_s: int = messages.DEFAULT_LEASE_S,
    epoch: int,
    channels: Iterable[Channel] | None = None,
    actor: str = "engine",
    cause: str = "Claim",
) -> list[Message]:
    """Take the next messages that are due, in order of priority, time queued and id; those past their life go STALE.

    One phone gets its messages in that order: at most one a channel is claimed at a time, and none while an earlier
    one (of the same or a more urgent priority) is on its way. A more urgent one never waits for a less urgent one.
    """
    work.flush()
    table = work.kind(KIND).table
    other = table.alias("ahead")
    waits = exists().where(
        other.c.to_ref == table.c.to_ref,
        other.c.channel == table.c.channel,
        other.c.state == str(MessageState.SENDING),
        other.c.priority <= table.c.priority,
    )
    query = (
        select(table.c.id, table.c.channel, table.c.to_ref)
        .where(table.c.state == str(MessageState.QUEUED), table.c.due_at <= bindparam("now"), ~waits)
        .order_by(table.c.priority, table.c.queued_at, table.c.id)
        .limit(limit)
    )
    if channels is not None:
        query = query.where(table.c.channel.in_(sorted(str(channel) for channel in channels)))
    if not is_sqlite(work.connection):
        query = query.with_for_update(of=table, skip_locked=True)
    first: dict[tuple[str, str], str] = {}
    for row in work.connection.execute(query, {"now": work.now}):
        first.setdefault((row.channel, row.to_ref), row.id)
    claimed = []
    for id, message in work.many(KIND, first.values()).items():
        facts = messages.claim(message, now=work.now, epoch=epoch, lease_s=lease_s)
        after = work.emit(KIND, id, facts, actor=actor, cause=cause)
        if after.state is MessageState.SENDING:
            claimed.append(after)
    return claimed


def overdue(connection: Connection, now: datetime) -> list[tuple[str, str, datetime]]:
    """(kind, id, moment) of messages that time alone moves: leases that ran out, lives that ended unsent."""
    table = KINDS[KIND].table.c
    leased = select(table.id, table.lease_until.label("moment")).where(
        table.state == str(MessageState.SENDING), table.lease_until <= now
    )
    unsent = (str(MessageState.QUEUED), str(MessageState.IN_DOUBT))
    stale = select(table.id, table.expires_at.label("moment")).where(table.state.in_(unsent), table.expires_at <= now)
    return sorted((KIND, row.id, row.moment) for query in (leased, stale) for row in connection.execute(query))


def recover(work: Work, *, epoch: int, actor: str = "engine", cause: str = "Recover") -> list[Message]:
    """Put in doubt what senders of older epochs had in hand: nobody knows whether it went out."""
    table = work.kind(KIND).table
    lost = work.select(KIND, table.c.epoch < epoch, state=MessageState.SENDING, order_by="queued_at")
    return [
        work.emit(KIND, one.id, [messages.LeaseExpired(at=work.now, due_at=work.now)], actor=actor, cause=cause)
        for one in lost
    ]
