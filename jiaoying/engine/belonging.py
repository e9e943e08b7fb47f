"""Which call-out a reply belongs to (DESIGN section 4, CallOut): by code, by the call it came in, by what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evacuation.reply import Intent, Reading
from evacuation.task import Task
from evacuation.task_state import ENDED
from jiaoying.engine import calling
from jiaoying.engine.commands import ReceiveText
from jiaoying.engine.turn import Turn
from jiaoying.storage import codes
from notifiers.callout import CallOut, CallOutState, Rung
from notifiers.message import Message, MessageState, Purpose

COUNTING = frozenset({Intent.PROGRESS, Intent.COMPLETE, Intent.REFUSE, Intent.NOTHING_TO_MOVE, Intent.CORRECTION})
CRYING = frozenset({Intent.HELP, Intent.DANGER})
REACHED = (MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.READ)
UNDER_WAY = (MessageState.SENDING, MessageState.IN_DOUBT)
SAID_BACK = (Purpose.ECHO, Purpose.QUESTION)


def since(turn: Turn) -> datetime:
    """From when codes still hold: they are not reused for 24 h (FACTS section 3)."""
    return turn.now - timedelta(hours=turn.site.callout.code_reuse_h)


def codes_of(turn: Turn, from_ref: str) -> tuple[str, ...]:
    """The codes this phone was given and that still hold."""
    known = codes.of_phone(turn.work.connection, phone_ref=from_ref, since=since(turn))
    return tuple(dict.fromkeys(code.code for code in known))


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongs:
    """What a reply belongs to: the call-outs it answers, at which version, or why nobody can tell."""

    callouts: tuple[tuple[CallOut, int], ...] = ()
    unclear: str | None = None
    villages: tuple[str, ...] = ()


def callouts_at(turn: Turn, from_ref: str) -> list[CallOut]:
    """Call-outs this phone was called for in the last 24 hours and that still take words, newest first."""
    known = codes.of_phone(turn.work.connection, phone_ref=from_ref, since=since(turn))
    found = turn.work.many("callout", [code.callout for code in known])
    living = [
        callout
        for callout in found.values()
        if callout.state is not CallOutState.WITHDRAWN
        and callout.begun_at is not None
        and any(attempt.phone_ref == from_ref for attempt in callout.attempts)
    ]
    return sorted(living, key=lambda c: (c.begun_at or c.created_at, c.id), reverse=True)


def belongs(turn: Turn, command: ReceiveText, from_ref: str, at_phone: list[CallOut], reading: Reading) -> Belongs:
    """DESIGN section 4, CallOut: by code; else by the call the key was pressed in; else by what is open at that phone."""
    if command.message is not None:
        message: Message | None = turn.work.get("message", command.message)
        if message is not None and message.callout is not None:
            callout: CallOut | None = turn.work.get("callout", message.callout)
            if callout is not None and callout.state is not CallOutState.WITHDRAWN:
                return Belongs(callouts=((callout, message.order_version),))
    if reading.code is not None:
        named = codes.find(turn.work.connection, phone_ref=from_ref, code=reading.code, since=since(turn))
        if named is None:
            return Belongs(unclear="代号不属于这个号码")
        callout = turn.work.get("callout", named.callout)
        if callout is None or callout.status is not turn.site.status:
            return Belongs(unclear="代号已失效")
        return Belongs(callouts=((callout, named.version),))
    if not at_phone:
        return Belongs()
    reached = {
        callout.id: version for callout in at_phone if (version := _reached(turn, callout, from_ref)) is not None
    }
    at_phone = [callout for callout in at_phone if callout.id in reached]
    if not at_phone:
        # Nobody answers words that were never sent to them; what this answers instead only a person can tell.
        return Belongs(unclear="指令还没有发到这个号码,不知道答复的是哪一件")
    open_here = [c for c in at_phone if c.state in calling.OPEN] or at_phone
    if set(reading.intents) & (COUNTING | CRYING):
        about_tasks = [c for c in at_phone if c.subject_kind == "task"]
        # An order that is over takes no more counts while another one stands.
        about_tasks = [c for c in about_tasks if _stands(turn, c)] or about_tasks
        tasks = {c.subject for c in about_tasks}
        if len(tasks) > 1 and set(reading.intents) & COUNTING:
            villages = tuple(dict.fromkeys(turn.county.short(c.area) for c in about_tasks))
            return Belongs(
                callouts=_versions(open_here[:1], reached),
                unclear="这个号码有几项任务,数字没写代号",
                villages=villages,
            )
        rung = [c for c in about_tasks if c.state in calling.OPEN and c.rung is not Rung.ANSWERED]
        return Belongs(callouts=_versions((rung or about_tasks or open_here)[:1], reached))
    newest = open_here[0]
    same = [c for c in open_here if c.event == newest.event and c.status == newest.status]
    if newest.rung is not Rung.ANSWERED and len(same) > 1:
        same = [c for c in same if c.rung is Rung.ANSWERED] or [newest]
    return Belongs(callouts=_versions(same, reached))


def _versions(callouts: Sequence[CallOut], reached: Mapping[str, int]) -> tuple[tuple[CallOut, int], ...]:
    """Each with the version this phone knows: a reply sent before the new version was delivered answers the old one."""
    return tuple((callout, reached[callout.id]) for callout in callouts)


def _reached(turn: Turn, callout: CallOut, from_ref: str) -> int | None:
    """The version of a call-out that this phone knows, or may know; None when nothing of it has left for this phone."""
    sent = turn.work.select("message", callout=callout.id, to_ref=from_ref)
    asked: list[Message] = [message for message in sent if message.purpose not in SAID_BACK]
    known = [message.order_version for message in asked if message.state in REACHED]
    perhaps = [message.order_version for message in asked if message.state in UNDER_WAY]
    return max(known) if known else min(perhaps, default=None)


def _stands(turn: Turn, callout: CallOut) -> bool:
    task = task_of(turn, callout)
    return task is not None and task.state not in ENDED


def task_of(turn: Turn, callout: CallOut) -> Task | None:
    """The task a call-out is about, if it is about one."""
    return turn.work.get("task", callout.subject) if callout.subject_kind == "task" else None


def post_of(turn: Turn, callout: CallOut, from_ref: str, phone: str) -> str | None:
    """The post that was called at this phone."""
    for attempt in reversed(callout.attempts):
        if attempt.phone_ref == from_ref:
            return attempt.post
    return post_by_phone(turn, phone)


def post_by_phone(turn: Turn, phone: str) -> str | None:
    """The first post this phone belongs to."""
    found = turn.county.directory.by_phone(phone)
    return found[0].id if found else None
