"""Call-outs: who is called about what, by which contacts, and the messages each attempt puts in the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.cap import CapStatus
from core.facts import Fact
from core.levels import Level
from jiaoying.engine import speaking
from jiaoying.engine.turn import Turn
from jiaoying.storage import codes
from notifiers import callout as calls
from notifiers import message as messages
from notifiers.callout import Attempt, CallOut, CallOutState, Channel, Contact, Lookup, Rung, Step, Target
from notifiers.codes import next_code
from notifiers.message import Purpose
from people.posts import Post, Role

OPEN = (CallOutState.READY, CallOutState.RINGING, CallOutState.UNANSWERED, CallOutState.TAKEN_OVER)
PURPOSE_OF_SUBJECT = {
    "proposal": Purpose.DESK,
    "area": Purpose.INFORM,
    "task": Purpose.ORDER,
    "request": Purpose.NOTICE,
}
URGENCY_OF_LEVEL = {Level.RED: 0, Level.ORANGE: 1000, Level.YELLOW: 2000, Level.BLUE: 3000}


def lookup(turn: Turn) -> Lookup:
    """Who is reached by a step at this moment: holder and number are looked up at each attempt (law 7)."""

    def contacts(callout: CallOut, step: Step) -> tuple[Contact, ...]:
        found: list[Contact] = []
        for post in _posts(turn, callout, step):
            phone = post.phone or post.phone2
            if phone:
                found.append(Contact(post=post.id, phone_ref=turn.work.private("phone", phone)))
        return tuple(found)

    return contacts


def _posts(turn: Turn, callout: CallOut, step: Step) -> tuple[Post, ...]:
    directory = turn.county.directory
    holder = directory.get(callout.post)
    if step.to is Target.HOLDER:
        if holder is not None:
            return (holder,)
        return directory.on_duty(callout.area, Role(callout.role), turn.now, turn.site.timezone)[:1]
    if holder is None:
        return ()
    if step.to is Target.DEPUTY:
        tried = {holder.phone}
        return tuple(post for post in directory.deputies(holder) if post.phone not in tried)[:1]
    superior = directory.superior(holder, turn.now)
    if step.to is Target.SUPERIOR:
        return (superior,) if superior is not None else ()
    tried_posts = {attempt.post for attempt in callout.attempts} | {holder.id}
    village = turn.county.tree.village(holder.area)
    neighbours = turn.county.posts_in.get(village, ()) if village else ()
    return tuple(post for post in neighbours if post.id not in tried_posts and post.area == holder.area)[:1] or (
        (superior,) if superior is not None else ()
    )


def call(
    turn: Turn,
    *,
    post: Post,
    subject_kind: str,
    subject: str,
    level: Level,
    event: str | None,
    rung: Rung = Rung.ANSWERED,
    version: int = 1,
    urgency: int = 0,
    moment: datetime | None = None,
    begin_at: datetime | None = None,
    expires_at: datetime | None = None,
    reason: str = "",
) -> CallOut:
    """Create one call-out and begin it at once, or leave it READY until `begin_at`.

    `moment` makes the id of a further rung unique (task, rung, time). Running it twice changes nothing.
    """
    identity = calls.callout_id(subject_kind, subject, post.id, rung, moment)
    known: CallOut | None = turn.work.get("callout", identity)
    if known is not None:
        return known
    policy = turn.site.callout
    _, facts = calls.create(
        status=turn.site.status,
        event=event,
        area=post.area,
        role=str(post.role),
        post=post.id,
        subject_kind=subject_kind,
        subject=subject,
        level=level,
        rung=rung,
        order_version=version,
        code=_new_code(turn, identity, version, post),
        steps=policy.steps_for(level, rung, subject_kind),
        round_wait_s=policy.round_wait_s(level, rung, subject_kind),
        urgency=URGENCY_OF_LEVEL[level] + urgency,
        reason=reason,
        begin_at=begin_at,
        moment=moment,
        expires_at=expires_at or turn.now + _life(turn, level),
        now=turn.now,
    )
    made: CallOut = turn.emit("callout", identity, facts)
    if begin_at is None or begin_at <= turn.now:
        return carry_on(turn, made, calls.begin(made, lookup(turn), turn.now))
    return made


def _life(turn: Turn, level: Level) -> timedelta:
    return timedelta(seconds=turn.site.callout.of(level).order_life_s)


def carry_on(turn: Turn, callout: CallOut, facts: Sequence[Fact]) -> CallOut:
    """Write facts of a call-out, put its new attempts into the outbox, and tell those who wait for it."""
    if not facts:
        return callout
    known = {attempt.message for attempt in callout.attempts}
    after: CallOut = turn.emit("callout", callout.id, facts)
    send(turn, after, [attempt for attempt in after.attempts if attempt.message not in known])
    turn.moved.append(after)
    return after


def send(turn: Turn, callout: CallOut, attempts: Sequence[Attempt]) -> None:
    """Queue one message an attempt; the text is rendered now and kept private."""
    for attempt in attempts:
        if attempt.phone_ref:
            codes.remember(
                turn.work,
                callout=callout.id,
                version=callout.order_version,
                code=callout.code or "",
                phone_refs=(attempt.phone_ref,),
            )
        text = speaking.text_for(turn, callout, attempt)
        facts = messages.queue(
            id=attempt.message,
            level=callout.level,
            status=callout.status,
            event=callout.event,
            callout=callout.id,
            purpose=_purpose(callout),
            channel=attempt.channel,
            to_ref=attempt.phone_ref,
            text_ref=turn.work.private("text", text),
            code=callout.code,
            order_version=callout.order_version,
            priority=callout.urgency + (0 if attempt.channel is Channel.VOICE else 1),
            now=turn.now,
            expires_at=calls.life_of(callout, turn.now),
        )
        if turn.work.get("message", attempt.message) is None:
            turn.emit("message", attempt.message, facts)


def _purpose(callout: CallOut) -> Purpose:
    if callout.rung is Rung.COUNTED:
        return Purpose.COUNT
    if callout.rung is Rung.CONFIRMED:
        return Purpose.CONFIRM
    if callout.rung is Rung.STILL_THERE:
        return Purpose.ROLL
    return PURPOSE_OF_SUBJECT.get(callout.subject_kind, Purpose.ORDER)


def say(
    turn: Turn,
    *,
    to_ref: str,
    text: str,
    purpose: Purpose,
    about: Sequence[object],
    event: str | None,
    callout: str | None = None,
    code: str | None = None,
    version: int = 0,
    priority: int = 500,
    life: timedelta = timedelta(hours=1),
    status: CapStatus | None = None,
) -> None:
    """Queue one text that is no attempt of a call-out: an echo, a question back, a cancellation."""
    identity = turn.id("message", purpose, to_ref, *about)
    if turn.work.get("message", identity) is not None:
        return
    turn.emit(
        "message",
        identity,
        messages.queue(
            id=identity,
            level=None,
            status=status or turn.site.status,
            event=event,
            callout=callout,
            purpose=purpose,
            channel=Channel.SMS,
            to_ref=to_ref,
            text_ref=turn.work.private("text", text),
            code=code,
            order_version=version,
            priority=priority,
            now=turn.now,
            expires_at=turn.now + life,
        ),
    )


def when_due(turn: Turn, callout: CallOut) -> None:
    """The deadline of a call-out has come: begin, next step, or another round."""
    carry_on(turn, callout, calls.when_due(callout, lookup(turn), turn.now))


def supersede(turn: Turn, callout: CallOut, *, version: int, level: Level) -> CallOut:
    """A newer version of what the call-out is about: the steps start again with a new code."""
    if callout.order_version >= version or callout.state is CallOutState.WITHDRAWN:
        return callout
    post = turn.county.directory.get(callout.post)
    code = _new_code(turn, callout.id, version, post)
    facts = calls.supersede(
        callout,
        version=version,
        code=code,
        level=level,
        steps=turn.site.callout.steps_for(level, callout.rung, callout.subject_kind),
        round_wait_s=turn.site.callout.round_wait_s(level, callout.rung, callout.subject_kind),
        expires_at=turn.now + _life(turn, level),
        lookup=lookup(turn),
        now=turn.now,
    )
    after = carry_on(turn, callout, facts)
    _suppress_older(turn, after)
    return after


def _suppress_older(turn: Turn, callout: CallOut) -> None:
    """What of an older version still waits to be sent gives way to the newer one queued for the same phone."""
    waiting = turn.work.select("message", callout=callout.id, state=messages.MessageState.QUEUED)
    newer = [one for one in waiting if one.order_version == callout.order_version]
    for old in waiting:
        by = next((new for new in newer if messages.may_suppress(new, old)), None)
        if by is not None:
            facts = messages.suppress(old, reason="superseded", now=turn.now, newer=by.id)
            turn.emit("message", old.id, facts)


def withdraw(turn: Turn, subject: str, reason: str, *, rungs: Sequence[Rung] | None = None) -> list[CallOut]:
    """Withdraw every open call-out about `subject`, and what of it still waits in the outbox; returns them."""
    withdrawn = []
    for callout in turn.work.select("callout", subject=subject, state=OPEN):
        if rungs is not None and callout.rung not in rungs:
            continue
        withdrawn.append(withdraw_one(turn, callout, reason))
    return withdrawn


def withdraw_one(turn: Turn, callout: CallOut, reason: str) -> CallOut:
    """Withdraw one call-out; texts of it not yet sent are suppressed with the same reason."""
    after = carry_on(turn, callout, calls.withdraw(callout, reason=reason, now=turn.now))
    for message in turn.work.select("message", callout=callout.id, state=messages.MessageState.QUEUED):
        turn.emit("message", message.id, messages.suppress(message, reason=reason, now=turn.now))
    return after


def _phones(turn: Turn, post: Post) -> tuple[str, ...]:
    return tuple(turn.work.private("phone", phone) for phone in (post.phone, post.phone2) if phone)


def _chain(turn: Turn, post: Post) -> tuple[str, ...]:
    """Phone references of everybody this post's call-out may ring: holder, first deputy, superior."""
    superior = turn.county.directory.superior(post, turn.now)
    people = [post, *turn.county.directory.deputies(post)[:1], *([superior] if superior is not None else [])]
    return tuple(sorted({ref for one in people for ref in _phones(turn, one)}))


def _new_code(turn: Turn, identity: str, version: int, post: Post | None) -> str:
    """A code no phone of the chain was given in the last 24 hours, reserved for all of them at once."""
    refs = _chain(turn, post) if post is not None else ()
    since = turn.now - timedelta(hours=turn.site.callout.code_reuse_h)
    code = next_code(identity, version, frozenset(codes.taken(turn.work, phone_refs=refs, since=since)))
    status = str(turn.site.status)  # the call-out itself is only just being made
    codes.remember(turn.work, callout=identity, version=version, code=code, phone_refs=refs, status=status)
    return code
