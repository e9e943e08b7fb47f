"""短信与电话: one text or call for one address, from the queue to the gateway's last word.

Theory. Facts come before effects: a message is committed QUEUED, then claimed under a lease, sent, and marked. A crash
or a gateway that hangs leaves it SENDING until the lease ends; then it is IN_DOUBT and the gateway is asked before
anything is sent again. Receipts arrive late, twice and out of order: they are ranked, and good news (delivered) is
kept whatever the state. Delivered is not answered; that is the call-out's matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from core.levels import Level
from core.lifecycle import Lifecycle, Row, all_to
from notifiers.message_facts import (
    Accepted,
    BackOff,
    CannotBeAsked,
    Claimed,
    Delivered,
    FoundAtGateway,
    LeaseExpired,
    Message,
    MessageState,
    NotFoundAtGateway,
    PermanentFailure,
    Purpose,
    Queued,
    ReadReceipt,
    Suppressed,
    TransientFailure,
    WentStale,
)
from notifiers.receipts import Channel, ReceiptKind

__all__ = [
    "DEFAULT_BACK_OFF",
    "DEFAULT_LEASE_S",
    "FACTS",
    "LIFECYCLE",
    "Accepted",
    "BackOff",
    "CannotBeAsked",
    "Channel",
    "Claimed",
    "Delivered",
    "FoundAtGateway",
    "LeaseExpired",
    "Message",
    "MessageState",
    "NotFoundAtGateway",
    "PermanentFailure",
    "Purpose",
    "Queued",
    "ReadReceipt",
    "Suppressed",
    "TransientFailure",
    "WentStale",
    "accepted",
    "cannot_be_asked",
    "claim",
    "evolve",
    "found",
    "lease_expired",
    "may_suppress",
    "not_found",
    "permanent",
    "queue",
    "receipt",
    "suppress",
    "transient",
    "when_due",
]  # fmt: skip

DEFAULT_LEASE_S = 30
DEFAULT_BACK_OFF = BackOff()
_S = MessageState

FACTS: Mapping[str, type[Fact]] = {
    kind.__name__: kind
    for kind in (
        Queued, Claimed, Accepted, TransientFailure, PermanentFailure, LeaseExpired, FoundAtGateway, NotFoundAtGateway,
        CannotBeAsked, Suppressed, WentStale, Delivered, ReadReceipt, DrillEnded,
    )
}  # fmt: skip

_OPEN = (_S.QUEUED, _S.SENDING, _S.IN_DOUBT)
_ENDED = (_S.FAILED, _S.STALE, _S.SUPPRESSED)
_LATE = {
    "Accepted": "the gateway's slow or repeated answer; a higher rung is known",
    "FoundAtGateway": "the answer to a question that a receipt had answered already",
    "TransientFailure": "a lower-ranked or repeated receipt",
    "PermanentFailure": "a lower-ranked or repeated receipt",
    "DrillEnded": "it had left the house, or never will, before the drill ended",
}

LIFECYCLE: Lifecycle[MessageState] = Lifecycle(
    name="Message",
    chinese="短信与电话",
    states=MessageState,
    rows=(
        Row(source=None, fact="Queued", target=_S.QUEUED, why="committed together with the facts that caused it"),
        Row(source=_S.QUEUED, fact="Claimed", target=_S.SENDING, why="a sender holds the lease"),
        Row(source=_S.QUEUED, fact="Suppressed", target=_S.SUPPRESSED, why="a newer, not lower version is queued"),
        Row(source=_S.SENDING, fact="LeaseExpired", target=_S.IN_DOUBT, why="crash or hanging gateway: ask first"),
        Row(source=_S.IN_DOUBT, fact="FoundAtGateway", target=_S.ACCEPTED, why="it went out"),
        Row(source=_S.IN_DOUBT, fact="NotFoundAtGateway", target=_S.QUEUED, why="it never went out"),
        Row(source=_S.IN_DOUBT, fact="CannotBeAsked", when="again", target=_S.QUEUED,
            why="an order or roll lost kills; twice with one code harms nobody"),
        Row(source=_S.IN_DOUBT, fact="CannotBeAsked", when="dropped", target=_S.SUPPRESSED,
            why="an echo twice confuses more than one lost"),
        *all_to(_OPEN, "Accepted", _S.ACCEPTED, "the gateway took it; a slow answer after the lease counts too"),
        *all_to((_S.SENDING, _S.IN_DOUBT, _S.ACCEPTED), "TransientFailure", _S.QUEUED, "worth another try, later"),
        *all_to((*_OPEN, _S.ACCEPTED), "PermanentFailure", _S.FAILED, "the call-out moves on at once"),
        *all_to((_S.QUEUED, _S.IN_DOUBT), "WentStale", _S.STALE, "an order past its life is not repeated"),
        *all_to((*_OPEN, _S.ACCEPTED), "Delivered", _S.DELIVERED, "a receipt may overtake the gateway's own answer"),
        *all_to(_ENDED, "Delivered", _S.DELIVERED, "carriers do this; keep the good news"),
        *all_to((_S.ACCEPTED, _S.DELIVERED), "ReadReceipt", _S.READ, "opened, which answers nothing"),
        *all_to(_OPEN, "DrillEnded", _S.SUPPRESSED, "nothing of an ended drill leaves the house"),
    ),
    notes={
        _S.QUEUED: {"TransientFailure": "a slow refusal after the lease; it waits for its next try already"},
        _S.ACCEPTED: {key: _LATE[key] for key in ("Accepted", "FoundAtGateway", "DrillEnded")},
        _S.DELIVERED: {**_LATE, "Delivered": "a repeated receipt"},
        _S.READ: {**_LATE, "Delivered": "a lower-ranked receipt", "ReadReceipt": "a repeated receipt"},
        **dict.fromkeys(_ENDED, _LATE),
    },
)  # fmt: skip


def evolve(state: Message | None, fact: Fact) -> Message:
    """Return the message after `fact`."""
    after = LIFECYCLE.after(None if state is None else state.state, fact)
    if state is None:
        assert isinstance(fact, Queued)  # the table has one birth
        return Message(
            id=fact.message, state=after, status=fact.status, event=fact.event, callout=fact.callout,
            purpose=fact.purpose, level=fact.level, channel=fact.channel, to_ref=fact.to_ref, text_ref=fact.text_ref,
            code=fact.code, order_version=fact.order_version, priority=fact.priority, queued_at=fact.at,
            expires_at=fact.expires_at, due_at=fact.due_at, tries=0, resends=0, lease_until=None, epoch=0,
            gateway=None, gateway_id=None, sent_at=None, delivered_at=None, reason="",
        )  # fmt: skip
    if LIFECYCLE.is_noted(state.state, fact.name):
        return state
    now = replace(state, state=after, due_at=None, lease_until=None)
    match fact:
        case Claimed():
            return replace(
                now, lease_until=fact.lease_until, due_at=fact.lease_until, epoch=fact.epoch, tries=now.tries + 1
            )
        case Accepted() | FoundAtGateway():
            return replace(now, gateway=fact.gateway, gateway_id=fact.gateway_id, sent_at=fact.at, reason="")
        case TransientFailure():
            again = int(state.state is _S.ACCEPTED)
            return replace(now, due_at=fact.due_at, reason=fact.reason, resends=now.resends + again)
        case NotFoundAtGateway() | LeaseExpired():
            return replace(now, due_at=fact.due_at)
        case CannotBeAsked():
            return replace(now, due_at=fact.due_at, reason="cannot_be_asked")
        case PermanentFailure() | Suppressed() | DrillEnded():
            return replace(now, reason=fact.reason)
        case WentStale():
            return replace(now, reason="expired")
        case Delivered():
            return replace(
                now, delivered_at=fact.at, sent_at=now.sent_at or fact.at, reason="",
                gateway=now.gateway or fact.gateway, gateway_id=now.gateway_id or fact.gateway_id,
            )  # fmt: skip
        case _:  # ReadReceipt
            return now


def queue(
    *,
    id: str,
    status: CapStatus,
    event: str | None,
    callout: str | None,
    purpose: Purpose,
    channel: Channel,
    to_ref: str,
    text_ref: str,
    code: str | None,
    order_version: int,
    priority: int,
    expires_at: datetime,
    now: datetime,
    level: Level | None = None,
    not_before: datetime | None = None,
) -> list[Fact]:
    """Return the birth of the message `id` (of an attempt: ``attempt.message``)."""
    return [
        Queued(
            at=now, message=id, status=status, event=event, callout=callout, purpose=purpose, level=level,
            channel=channel, to_ref=to_ref, text_ref=text_ref, code=code, order_version=order_version,
            priority=priority, expires_at=expires_at, due_at=not_before or now,
        )
    ]  # fmt: skip


def claim(message: Message, *, now: datetime, epoch: int, lease_s: int = DEFAULT_LEASE_S) -> list[Fact]:
    """Take the lease on a message that is due; past its life it goes STALE instead; else []."""
    if message.state is not _S.QUEUED or (message.due_at is not None and message.due_at > now):
        return []
    if message.expires_at <= now:
        return [WentStale(at=now)]
    return [Claimed(at=now, lease_until=now + timedelta(seconds=lease_s), epoch=epoch)]


def when_due(message: Message, now: datetime) -> list[Fact]:
    """Do what time alone decides: a lease that ran out, a life that ended. [] when the sender or the gateway is next."""
    if message.state in (_S.QUEUED, _S.IN_DOUBT) and message.expires_at <= now:
        return [WentStale(at=now)]
    return lease_expired(message, now=now)


def lease_expired(message: Message, *, now: datetime) -> list[Fact]:
    """Put a message whose lease ran out in doubt."""
    if message.state is _S.SENDING and message.lease_until is not None and message.lease_until <= now:
        return [LeaseExpired(at=now, due_at=now)]
    return []


def accepted(message: Message, *, gateway: str, gateway_id: str, now: datetime) -> list[Fact]:
    """The gateway took it (noted where a higher rung is known)."""
    return _taken(message, Accepted(at=now, gateway=gateway, gateway_id=gateway_id))


def transient(
    message: Message,
    *,
    reason: str,
    now: datetime,
    after_s: int | None = None,
    back_off: BackOff = DEFAULT_BACK_OFF,
) -> list[Fact]:
    """A failure worth another try after the back-off, but never later than the end of its life, when it goes STALE."""
    due = now + timedelta(seconds=back_off.wait_s(max(message.tries, 1), after_s))
    return _taken(message, TransientFailure(at=now, reason=reason, due_at=max(now, min(due, message.expires_at))))


def permanent(message: Message, *, reason: str, now: datetime) -> list[Fact]:
    """It will not come through (noted once delivered or ended)."""
    return _taken(message, PermanentFailure(at=now, reason=reason))


def found(message: Message, *, gateway: str, gateway_id: str, now: datetime) -> list[Fact]:
    """The gateway, asked, has it."""
    if message.state in (_S.QUEUED, _S.SENDING):
        return accepted(message, gateway=gateway, gateway_id=gateway_id, now=now)
    return [FoundAtGateway(at=now, gateway=gateway, gateway_id=gateway_id)]


def not_found(message: Message, *, now: datetime) -> list[Fact]:
    """The gateway, asked, never had it: send again. [] when it is in doubt no more."""
    return [NotFoundAtGateway(at=now, due_at=now)] if message.state is _S.IN_DOUBT else []


def cannot_be_asked(message: Message, *, now: datetime) -> list[Fact]:
    """The gateway cannot be asked: again or dropped, by purpose. [] when it is in doubt no more."""
    if message.state is not _S.IN_DOUBT:
        return []
    again = message.purpose.sent_again_in_doubt
    return [CannotBeAsked(at=now, again=again, due_at=now if again else None)]


def receipt(
    message: Message,
    kind: ReceiptKind,
    now: datetime,
    *,
    reason: str = "",
    gateway: str | None = None,
    gateway_id: str | None = None,
    back_off: BackOff = DEFAULT_BACK_OFF,
) -> list[Fact]:
    """Take a gateway's receipt, in any order, however often.

    A call that was busy, not taken, taken by a machine or cut off is over as a message (PermanentFailure with that
    reason); whether the number is called again is the call-out's matter. Progress of a call the gateway is known to
    have taken ([] here) is proof for the call-out only.
    """
    match kind:
        case ReceiptKind.DELIVERED | ReceiptKind.HEARD:
            return [Delivered(at=now, gateway=gateway, gateway_id=gateway_id)]
        case ReceiptKind.READ:
            opened = ReadReceipt(at=now)
            if message.state in (_S.ACCEPTED, _S.DELIVERED, _S.READ):
                return [opened]
            return [Delivered(at=now, gateway=gateway, gateway_id=gateway_id), opened]
        case ReceiptKind.TRANSIENT:
            return transient(message, reason=reason or kind.value, now=now, back_off=back_off)
        case ReceiptKind.PERMANENT | ReceiptKind.FAILED:
            return permanent(message, reason=reason or kind.value, now=now)
        case ReceiptKind.BUSY | ReceiptKind.NO_ANSWER | ReceiptKind.MACHINE | ReceiptKind.HUNG_UP:
            return permanent(message, reason=kind.value, now=now)
        case ReceiptKind.ACCEPTED | ReceiptKind.DIALLED | ReceiptKind.RINGING | ReceiptKind.HUMAN:
            if message.state not in _OPEN and kind is not ReceiptKind.ACCEPTED:
                return []
            return accepted(message, gateway=gateway or "", gateway_id=gateway_id or "", now=now)


def suppress(message: Message, *, reason: str, now: datetime, newer: str | None = None) -> list[Fact]:
    """Do not send a message still in the queue; [] once it is on its way."""
    return [Suppressed(at=now, reason=reason, newer=newer)] if message.state is _S.QUEUED else []


def may_suppress(newer: Message, older: Message, *, desk_told: bool = False) -> bool:
    """Whether `newer` may take the place of the unsent `older`.

    Only at the same phone by the same channel, for the same call-out and status, when it is a newer version, at least
    as high, and itself on its way; and a cancel takes the place of an unsent order only when the desk was told.
    """
    if older.state is not _S.QUEUED or newer.state in (_S.STALE, _S.SUPPRESSED, _S.FAILED) or newer.id == older.id:
        return False
    same = (newer.to_ref, newer.channel, newer.status, newer.callout) == (
        older.to_ref, older.channel, older.status, older.callout,
    )  # fmt: skip
    if not same or newer.order_version <= older.order_version:
        return False
    if newer.purpose is Purpose.CANCEL:
        return desk_told
    lower = newer.level is None or (older.level is not None and newer.level < older.level)
    return newer.purpose is older.purpose and not lower


def _taken(message: Message, fact: Fact) -> list[Fact]:
    """The fact, when the state takes or notes it: what a gateway says must never raise."""
    known = LIFECYCLE.takes(message.state, fact.name) or LIFECYCLE.is_noted(message.state, fact.name)
    return [fact] if known else []
