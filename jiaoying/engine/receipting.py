"""Receipts: a gateway's claims move messages and let call-outs climb; and how the inbox keeps what came in."""

from __future__ import annotations

import json
from datetime import datetime

from jiaoying.engine import calling
from jiaoying.engine.commands import ReceiveReceipt, ReceiveText
from jiaoying.engine.turn import Turn
from notifiers import callout as calls
from notifiers import message as messages
from notifiers.callout import CallOut, Proof
from notifiers.message import Message
from notifiers.receipts import SOFT_ENDS, ReceiptKind, proof_of


def receipt(turn: Turn, command: ReceiveReceipt) -> Message | None:
    """A gateway's claim about one message: moves the message, lets the call-out climb, or fails its step."""
    message: Message | None = None
    if command.message is not None:
        message = turn.work.get("message", command.message)
    elif command.gateway_id is not None:
        found = turn.work.select("message", gateway=command.gateway, gateway_id=command.gateway_id, limit=1)
        message = found[0] if found else None
    if message is None:
        turn.work.note(
            "gateway",
            command.gateway,
            "UnknownReceipt",
            {"receipt": command.receipt_id, "kind": str(command.kind)},
            actor=str(turn.actor),
            cause=turn.cause,
            status=turn.site.status,
        )
        return None
    facts = messages.receipt(
        message,
        command.kind,
        turn.now,
        reason=command.reason,
        gateway=command.gateway,
        gateway_id=command.gateway_id or message.gateway_id,
    )
    after: Message = turn.emit("message", message.id, facts)
    settle(turn, after, command.kind, command.reason)
    return after


FAILING = frozenset(
    {
        ReceiptKind.PERMANENT,
        ReceiptKind.MACHINE,
        ReceiptKind.BUSY,
        ReceiptKind.NO_ANSWER,
        ReceiptKind.HUNG_UP,
        ReceiptKind.FAILED,
    }
)


def settle(turn: Turn, message: Message, kind: ReceiptKind, reason: str = "") -> None:
    """Let the call-out of a message climb or fail by what the gateway said of it."""
    if message.callout is None:
        return
    callout: CallOut | None = turn.work.get("callout", message.callout)
    if callout is None:
        return
    proof = proof_of(kind, message.channel)
    if proof is not None and proof > Proof.NONE:
        calling.carry_on(turn, callout, calls.climb(callout, message=message.id, proof=proof, now=turn.now))
        callout = turn.work.get("callout", message.callout)
    if kind in FAILING and callout is not None:
        why = str(kind) if kind in SOFT_ENDS else reason or str(kind)
        facts = calls.attempt_failed(callout, message=message.id, reason=why, lookup=calling.lookup(turn), now=turn.now)
        calling.carry_on(turn, callout, facts)


def body_of(command: ReceiveText | ReceiveReceipt) -> str:
    """A command as the inbox keeps it, so that it can be handled again after a crash."""
    if isinstance(command, ReceiveText):
        kept = {
            "sender": command.sender,
            "text": command.text,
            "at": command.at.isoformat(),
            "channel": command.channel,
            "message": command.message,
        }
    else:
        kept = {
            "receipt": str(command.kind),
            "at": command.at.isoformat(),
            "message": command.message,
            "gateway_id": command.gateway_id,
            "reason": command.reason,
        }
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def command_of(gateway: str, gateway_id: str, body: str) -> ReceiveText | ReceiveReceipt:
    """The command that an inbox row stands for."""
    kept = json.loads(body)
    at = datetime.fromisoformat(kept["at"])
    if "receipt" in kept:
        return ReceiveReceipt(
            gateway=gateway,
            receipt_id=gateway_id,
            kind=ReceiptKind(kept["receipt"]),
            at=at,
            message=kept["message"],
            gateway_id=kept["gateway_id"],
            reason=kept["reason"],
        )
    return ReceiveText(
        gateway=gateway,
        gateway_id=gateway_id,
        sender=kept["sender"],
        text=kept["text"],
        at=at,
        channel=kept["channel"],
        message=kept["message"],
    )
