"""What comes in: stored before it is understood, then read, attached to a call-out, and acted on (law 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.levels import Level
from core.tables import BadValue
from evacuation import replies
from evacuation.clearing import Clearing
from evacuation.replies import Reply, ReplyState
from evacuation.reply import Context, Intent, Quantity, Reading, read
from evacuation.tally import Counting
from evacuation.task import Task
from jiaoying.engine import alarms, belonging, calling, counting, speaking
from jiaoying.engine.belonging import COUNTING, CRYING
from jiaoying.engine.commands import NotAllowed, NotFound, ReadReply, ReceiveText
from jiaoying.engine.turn import Turn
from notifiers import callout as calls
from notifiers import message as messages
from notifiers.callout import CallOut, CallOutState, Proof, Rung
from notifiers.message import MessageState, Purpose
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
    at_phone = belonging.callouts_at(turn, from_ref)
    known = Context(listed=Quantity(households=None, people=None), codes=belonging.codes_of(turn, from_ref))
    first = read(command.text, known)
    belongs = belonging.belongs(turn, command, from_ref, at_phone, first)
    chosen = belongs.callouts[0][0] if belongs.callouts else None
    task = belonging.task_of(turn, chosen) if chosen is not None else None
    post = (
        belonging.post_of(turn, chosen, from_ref, phone) if chosen is not None else belonging.post_by_phone(turn, phone)
    )
    by = post or from_ref
    reading = first
    if task is not None and chosen is not None and chosen.rung is not Rung.CONFIRMED:
        reading = read(command.text, counting.context_of(turn, task, post, known.codes))
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
        version=belongs.callouts[0][1] if belongs.callouts else None,
    )
    reply: Reply = turn.emit("reply", identity, facts)
    cry = bool(CRYING & set(reading.intents))
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
    task = belonging.task_of(turn, callout)
    if task is None or intents & {Intent.UNAVAILABLE, Intent.WRONG_NUMBER}:
        return Understood(callout=callout, version=version, task=task)
    if callout.rung is Rung.CONFIRMED and intents & {Intent.ACK, Intent.COMPLETE}:
        answer_ = counting.confirming(turn, task, reading, by=by, version=version)
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
        elif CRYING & intents:
            _say_back(turn, reply, current, speaking.help_words(turn, current))
        elif answers(current, intents):
            note = "已确认清点" if one.clearing is not None else ""
            # Once a version: a phone that answers every text by itself must not be answered for ever.
            _say_back(turn, reply, current, speaking.ack_words(turn, current, note=note), once="ack" + note)


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


# --- what waits for a person -------------------------------------------------------------------------------------


def _say_back(turn: Turn, reply: Reply, callout: CallOut, words: str, *, once: str = "") -> None:
    """Say back what was understood: every reply that counted something, a bare acknowledgement once a version."""
    calling.say(
        turn,
        to_ref=reply.from_ref,
        text=words,
        purpose=Purpose.ECHO,
        about=(callout.id, callout.order_version, once) if once else (reply.id, callout.id),
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
    # Read late or at once, the words answer what their sender had been told when they wrote them.
    version = callout.order_version if reply.version is None else reply.version
    one = understand(turn, reading, callout, version, by=sender, reply=f"{reply.id}/read", read_by=by)
    if one.to_person is not None and not (one.counting is not None and one.counting.task_facts):
        raise NotAllowed(f"读成“{command.text}”仍有矛盾:{one.to_person}")
    after: Reply = turn.emit("reply", reply.id, replies.person_read(reply, by=by, reading=reading, now=turn.now))
    carry_out(turn, after, reading, [one], by=sender)
    return after
