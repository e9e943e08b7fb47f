"""What comes in: stored before it is understood, then read, attached to a call-out, and acted on (law 10)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.levels import Level
from core.tables import BadValue
from evacuation import replies
from evacuation.clearing import Clearing
from evacuation.replies import Reply, ReplyState
from evacuation.reply import Intent, Quantity, Reading, read
from evacuation.tally import Counting
from evacuation.task import Task
from jiaoying.engine import alarms, calling, counting, speaking
from jiaoying.engine.commands import NotAllowed, NotFound, ReadReply, ReceiveReceipt, ReceiveText
from jiaoying.engine.turn import Turn
from jiaoying.storage import codes
from notifiers import callout as calls
from notifiers import message as messages
from notifiers.callout import CallOut, CallOutState, Proof, Rung
from notifiers.message import Message, MessageState, Purpose
from notifiers.receipts import SOFT_ENDS, ReceiptKind, proof_of
from people.phones import normal_phone

ANSWERING = frozenset(
    {
        Intent.ACK,
        Intent.PROGRESS,
        Intent.COMPLETE,
        Intent.REFUSE,
        Intent.HELP,
        Intent.DANGER,
        Intent.NOTHING_TO_MOVE,
        Intent.CORRECTION,
    }
)
COUNTING = frozenset({Intent.PROGRESS, Intent.COMPLETE, Intent.REFUSE, Intent.NOTHING_TO_MOVE, Intent.CORRECTION})
MEMORY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongs:
    """What a reply belongs to: the call-outs it answers, at which version, or why nobody can tell."""

    callouts: tuple[tuple[CallOut, int], ...] = ()
    unclear: str | None = None
    villages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What one reading does to one call-out, worked out before anything is written."""

    callout: CallOut
    version: int
    task: Task | None = None
    counting: Counting | None = None
    clearing: Clearing | None = None
    to_person: str | None = None


def text(turn: Turn, command: ReceiveText) -> Reply | None:
    """Read one text or key and act on it. A reply handled already changes nothing."""
    identity = replies.reply_id(command.gateway, command.gateway_id)
    if turn.work.get("reply", identity) is not None:
        return None
    phone = _normal(command.sender)
    from_ref = turn.work.private("phone", phone)
    at_phone = _callouts_at(turn, from_ref)
    first = read(command.text)
    belongs = _belongs(turn, command, from_ref, at_phone, first)
    chosen = belongs.callouts[0][0] if belongs.callouts else None
    task = _task_of(turn, chosen) if chosen is not None else None
    post = _post_of(turn, chosen, from_ref, phone) if chosen is not None else _post_by_phone(turn, phone)
    by = post or from_ref
    reading = first
    if task is not None and chosen is not None and chosen.rung is not Rung.CONFIRMED:
        reading = read(command.text, counting.context_of(turn, task, post))
    waits = belongs.unclear or (None if reading.sure else "识读没有把握,请人读")
    understood: list[Understood] = []
    if waits is None and chosen is not None:
        understood = [
            understand(turn, reading, callout, version, by=by, reply=identity) for callout, version in belongs.callouts
        ]
        waits = next((one.to_person for one in understood if one.to_person is not None), None)
        if waits is None and Intent.QUESTION in reading.intents:
            waits = "对方有疑问,请人答复"
    noted = chosen is None and set(reading.intents) <= {Intent.ACK} and reading.sure
    if chosen is None and waits is None and not noted:
        waits = "这个号码没有待答复的叫应"
    _, facts = replies.receive(
        gateway=command.gateway,
        gateway_id=command.gateway_id,
        channel=replies.Channel(command.channel),
        from_ref=from_ref,
        text_ref=turn.work.private("text", command.text),
        status=turn.site.status,
        now=turn.now,
        reading=reading,
        to_person=waits,
        noted=noted,
        post=post,
        callout=chosen.id if chosen is not None else None,
        task=task.id if task is not None else None,
        event=chosen.event if chosen is not None else None,
        code=reading.code,
    )
    reply: Reply = turn.emit("reply", identity, facts)
    cry = bool({Intent.HELP, Intent.DANGER} & set(reading.intents))
    if cry:
        counting.raise_requests(turn, reply, reading, task, by=post)
    if chosen is None:
        return reply
    if waits is None:
        carry_out(turn, reply, reading, understood, by=by)
        return reply
    for one in understood:
        if one.counting is not None and one.task is not None:
            counting.write(turn, one.task, one.counting, post=by)
    for callout, _ in belongs.callouts:
        # Words nobody understood still came from a human: proof `human`, and the clock runs on.
        current: CallOut = turn.work.get("callout", callout.id)
        calling.carry_on(turn, current, calls.climb(current, message=None, proof=Proof.HUMAN, now=turn.now))
    if cry:
        _say_back(turn, reply, chosen, speaking.help_words(turn, chosen))
    else:
        _ask_back(turn, reply, chosen, belongs.villages)
    return reply


def understand(
    turn: Turn,
    reading: Reading,
    callout: CallOut,
    version: int,
    *,
    by: str,
    reply: str,
    read_by: str | None = None,
) -> Understood:
    """Work out what a reading does to one call-out and its task; nothing is written."""
    intents = set(reading.intents)
    task = _task_of(turn, callout)
    if task is None or intents & {Intent.UNAVAILABLE, Intent.WRONG_NUMBER}:
        return Understood(callout=callout, version=version, task=task)
    if callout.rung is Rung.CONFIRMED and intents & {Intent.ACK, Intent.COMPLETE}:
        answer_ = counting.confirming(turn, task, reading, by=by)
        if isinstance(answer_, str):
            return Understood(callout=callout, version=version, task=task, to_person=answer_)
        return Understood(callout=callout, version=version, task=task, clearing=answer_)
    if intents & COUNTING or reading.others is not None:
        counted = counting.counting_of(turn, task, reading, post=by, reply=reply, read_by=read_by)
        return Understood(callout=callout, version=version, task=task, counting=counted, to_person=counted.to_person)
    return Understood(callout=callout, version=version, task=task)


def carry_out(turn: Turn, reply: Reply, reading: Reading, understood: Sequence[Understood], *, by: str) -> None:
    """Do what a sure reading says: answer, decline, count; then say back what was understood."""
    intents = set(reading.intents)
    for one in understood:
        current: CallOut = turn.work.get("callout", one.callout.id)
        if Intent.WRONG_NUMBER in intents:
            _wrong_number(turn, current, reply)
            continue
        if Intent.UNAVAILABLE in intents:
            facts = calls.decline(current, by=by, reason="unavailable", lookup=calling.lookup(turn), now=turn.now)
            calling.carry_on(turn, current, facts)
            _say_back(turn, reply, current, speaking.declined_words(turn, current))
            continue
        if answers(current, intents):
            current = answer(turn, current, by=by, how=str(reply.channel), version=one.version)
        task = one.task
        if task is not None and current.rung is Rung.ANSWERED and intents & ANSWERING:
            task = counting.acknowledged(
                turn, task, by=by, how=str(reply.channel), version=one.version, callout=current
            )
        if one.clearing is not None and task is not None:
            counting.write_clearing(turn, task, one.clearing)
        if one.counting is not None and task is not None:
            counting.write(turn, task, one.counting, post=by)
            words = speaking.echo_words(
                turn,
                current,
                one.counting,
                acknowledged=Intent.ACK in intents,
                complete=Intent.COMPLETE in intents and one.counting.remaining != Quantity(households=0, people=0),
            )
            _say_back(turn, reply, current, words)
        elif {Intent.HELP, Intent.DANGER} & intents:
            _say_back(turn, reply, current, speaking.help_words(turn, current))
        elif answers(current, intents):
            note = "已确认清点" if one.clearing is not None else ""
            _say_back(turn, reply, current, speaking.ack_words(turn, current, note=note))


def answer(turn: Turn, callout: CallOut, *, by: str, how: str, version: int | None) -> CallOut:
    """A human answered one version of one call-out; what still waits to be sent of it is not sent."""
    after = calling.carry_on(turn, callout, calls.answer(callout, by=by, how=how, version=version, now=turn.now))
    if after.state is CallOutState.ANSWERED:
        alarms.clear_alarms(turn, subject=callout.id)
        for message in turn.work.select("message", callout=callout.id, state=MessageState.QUEUED):
            if message.purpose not in (Purpose.ECHO, Purpose.QUESTION):
                turn.emit("message", message.id, messages.suppress(message, reason="answered", now=turn.now))
    return after


def answers(callout: CallOut, intents: set[Intent]) -> bool:
    """Whether words of these intents are what this rung wants to hear."""
    if callout.rung is Rung.COUNTED:
        return bool(intents & COUNTING)
    if callout.rung is Rung.CONFIRMED:
        return bool(intents & {Intent.ACK, Intent.COMPLETE})
    return bool(intents & ANSWERING)


def _normal(phone: str) -> str:
    try:
        return normal_phone(phone)
    except BadValue:
        # What came in is kept as it came: a short code or a name is no phone, and belongs to nobody.
        return phone.strip()


# --- which call-out ----------------------------------------------------------------------------------------------


def _callouts_at(turn: Turn, from_ref: str) -> list[CallOut]:
    """Call-outs this phone was called for in the last 24 hours and that still take words, newest first."""
    known = codes.of_phone(turn.work.connection, phone_ref=from_ref, since=turn.now - MEMORY)
    found = turn.work.many("callout", [code.callout for code in known])
    living = [
        callout
        for callout in found.values()
        if callout.state is not CallOutState.WITHDRAWN
        and callout.begun_at is not None
        and any(attempt.phone_ref == from_ref for attempt in callout.attempts)
    ]
    return sorted(living, key=lambda c: (c.begun_at or c.created_at, c.id), reverse=True)


def _belongs(turn: Turn, command: ReceiveText, from_ref: str, at_phone: list[CallOut], reading: Reading) -> Belongs:
    """DESIGN section 4, CallOut: by code; else by the call the key was pressed in; else by what is open at that phone."""
    if command.message is not None:
        message: Message | None = turn.work.get("message", command.message)
        if message is not None and message.callout is not None:
            callout: CallOut | None = turn.work.get("callout", message.callout)
            if callout is not None and callout.state is not CallOutState.WITHDRAWN:
                return Belongs(callouts=((callout, message.order_version),))
    if reading.code is not None:
        named = codes.find(turn.work.connection, phone_ref=from_ref, code=reading.code, since=turn.now - MEMORY)
        if named is None:
            return Belongs(unclear="代号不属于这个号码")
        callout = turn.work.get("callout", named.callout)
        if callout is None or callout.status is not turn.site.status:
            return Belongs(unclear="代号已失效")
        return Belongs(callouts=((callout, named.version),))
    if not at_phone:
        return Belongs()
    open_here = [c for c in at_phone if c.state in calling.OPEN] or at_phone
    if set(reading.intents) & (COUNTING | {Intent.HELP, Intent.DANGER}):
        about_tasks = [c for c in at_phone if c.subject_kind == "task"]
        tasks = {c.subject for c in about_tasks}
        if len(tasks) > 1 and set(reading.intents) & COUNTING:
            villages = tuple(dict.fromkeys(turn.county.short(c.area) for c in about_tasks))
            return Belongs(
                callouts=_versions(turn, open_here[:1], from_ref),
                unclear="这个号码有几项任务,数字没写代号",
                villages=villages,
            )
        rung = [c for c in about_tasks if c.state in calling.OPEN and c.rung is not Rung.ANSWERED]
        return Belongs(callouts=_versions(turn, (rung or about_tasks or open_here)[:1], from_ref))
    newest = open_here[0]
    same = [c for c in open_here if c.event == newest.event and c.status == newest.status]
    if newest.rung is not Rung.ANSWERED and len(same) > 1:
        same = [c for c in same if c.rung is Rung.ANSWERED] or [newest]
    return Belongs(callouts=_versions(turn, same, from_ref))


def _versions(turn: Turn, callouts: Sequence[CallOut], from_ref: str) -> tuple[tuple[CallOut, int], ...]:
    """A reply sent before the new version was delivered answers the old one."""
    out = []
    for callout in callouts:
        newest = 0
        sent = turn.work.select("message", callout=callout.id, to_ref=from_ref)
        for message in sent:
            if message.state in (
                MessageState.ACCEPTED,
                MessageState.DELIVERED,
                MessageState.READ,
            ):
                newest = max(newest, message.order_version)
        out.append((callout, newest or callout.order_version))
    return tuple(out)


def _task_of(turn: Turn, callout: CallOut) -> Task | None:
    return turn.work.get("task", callout.subject) if callout.subject_kind == "task" else None


def _post_of(turn: Turn, callout: CallOut, from_ref: str, phone: str) -> str | None:
    for attempt in reversed(callout.attempts):
        if attempt.phone_ref == from_ref:
            return attempt.post
    return _post_by_phone(turn, phone)


def _post_by_phone(turn: Turn, phone: str) -> str | None:
    found = turn.county.directory.by_phone(phone)
    return found[0].id if found else None


# --- what waits for a person -------------------------------------------------------------------------------------


def _say_back(turn: Turn, reply: Reply, callout: CallOut, words: str) -> None:
    calling.say(
        turn,
        to_ref=reply.from_ref,
        text=words,
        purpose=Purpose.ECHO,
        about=(reply.id, callout.id),
        event=callout.event,
        callout=callout.id,
        version=callout.order_version,
        priority=300,
        life=timedelta(minutes=30),
    )


def _ask_back(turn: Turn, reply: Reply, callout: CallOut, villages: tuple[str, ...] = ()) -> None:
    """Ask back once a version, politely; then it is a person's."""
    calling.say(
        turn,
        to_ref=reply.from_ref,
        text=speaking.question_words(turn, callout, villages),
        purpose=Purpose.QUESTION,
        about=(callout.id, callout.order_version),
        event=callout.event,
        callout=callout.id,
        code=callout.code,
        version=callout.order_version,
        priority=300,
        life=timedelta(minutes=30),
    )


def _wrong_number(turn: Turn, callout: CallOut, reply: Reply) -> None:
    """The contact is suspect: it is named at the desk, and what it was called for goes on at once (DESIGN section 8)."""
    for attempt in callout.attempts:
        if attempt.phone_ref != reply.from_ref:
            continue
        current: CallOut = turn.work.get("callout", callout.id)
        facts = calls.attempt_failed(
            current, message=attempt.message, reason="wrong_number", lookup=calling.lookup(turn), now=turn.now
        )
        calling.carry_on(turn, current, facts)
        post = turn.county.directory.get(attempt.post)
        words = f"{turn.county.short(callout.area)}{post.role.chinese if post else ''}的号码不是本人,请乡镇核实更正"
        alarms.raise_alarm(
            turn,
            rule="suspect_contact",
            subject=attempt.post,
            level=Level.YELLOW,
            area=callout.area,
            event=callout.event,
            words=words,
        )


def read_by_person(turn: Turn, command: ReadReply) -> Reply:
    """A person's reading of an unsure reply, journalled as theirs; it counts like a sure one."""
    reply: Reply | None = turn.work.get("reply", command.id)
    if reply is None:
        raise NotFound(f"没有这条回复:{command.id}")
    if reply.state is not ReplyState.WAITING:
        raise NotAllowed("这条回复已经处理过")
    by = str(turn.actor)
    if not command.text.strip():
        facts = replies.no_action(reply, by=by, reason=turn.words(command.reason), now=turn.now)
        return turn.emit("reply", reply.id, facts)  # type: ignore[no-any-return]
    reading = read(command.text)
    if not reading.sure:
        raise NotAllowed(f"“{command.text}”仍然读不准,请用菜单写法,如 2 12 36")
    callout: CallOut | None = turn.work.get("callout", reply.callout) if reply.callout is not None else None
    if callout is None:
        return turn.emit("reply", reply.id, replies.person_read(reply, by=by, reading=reading, now=turn.now))  # type: ignore[no-any-return]
    sender = reply.post or reply.from_ref
    one = understand(turn, reading, callout, callout.order_version, by=sender, reply=f"{reply.id}/read", read_by=by)
    if one.to_person is not None and not (one.counting is not None and one.counting.task_facts):
        raise NotAllowed(f"读成“{command.text}”仍有矛盾:{one.to_person}")
    after: Reply = turn.emit("reply", reply.id, replies.person_read(reply, by=by, reading=reading, now=turn.now))
    carry_out(turn, after, reading, [one], by=sender)
    return after


# --- receipts ----------------------------------------------------------------------------------------------------


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
