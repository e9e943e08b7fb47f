"""The outbox hands every message out once, in order, and knows what a dead sender had in hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from core.cap import CapStatus
from core.levels import Level
from jiaoying.storage import outbox
from jiaoying.storage.kinds import KINDS
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer
from notifiers import message as messages
from notifiers.message import Message, MessageState, Purpose, Queued
from notifiers.receipts import Channel
from tests.storage.conftest import SALT
from tests.storage.lamp import T0

WHO = {"actor": "engine", "cause": "Test"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def writer(engine: Engine) -> Iterator[Writer]:
    with Writer(engine, salt=SALT, clock=lambda: T0) as writer:
        yield writer


def put(
    work: Work, ident: str, *, to: str = "", priority: int = 5, life: timedelta = 60 * MINUTE, channel: Channel = Channel.SMS,
    wait: timedelta = timedelta(0),
) -> None:  # fmt: skip
    born = Queued(
        at=work.now, message=ident, status=CapStatus.EXERCISE, event=None, callout=None, purpose=Purpose.ORDER,
        level=Level.RED, channel=channel, to_ref=to or ident, text_ref="text", code=None, order_version=1,
        priority=priority, expires_at=work.now + life, due_at=work.now + wait,
    )  # fmt: skip
    work.emit("message", ident, [born], **WHO)


def claim(writer: Writer, minutes: int = 0, **options: object) -> list[str]:
    settings: dict[str, object] = {"epoch": 1, "lease_s": 30} | options
    run: Callable[[Work], list[Message]] = lambda work: outbox.claim(work, **settings)  # type: ignore[arg-type]  # noqa: E731
    return [one.id for one in writer.execute(run, now=T0 + minutes * MINUTE)]


def test_messages_go_by_priority_then_time_then_id(writer: Writer) -> None:
    def fill(work: Work) -> None:
        for ident, priority in (("b", 5), ("a", 5), ("urgent", 1), ("late", 9)):
            put(work, ident, priority=priority)
        put(work, "waits", priority=0, wait=MINUTE)

    writer.execute(fill)
    assert claim(writer, limit=3) == ["urgent", "a", "b"]
    assert claim(writer) == ["late"]
    assert claim(writer) == []
    assert claim(writer, 1) == ["waits"]


def test_one_phone_gets_its_messages_in_order(writer: Writer) -> None:
    def fill(work: Work) -> None:
        put(work, "1", to="wang")
        put(work, "2", to="wang")
        put(work, "call", to="wang", channel=Channel.VOICE)
        put(work, "other", to="li")

    writer.execute(fill)
    assert sorted(claim(writer)) == ["1", "call", "other"]
    assert claim(writer) == [], "the second waits while the first is on its way"
    writer.execute(lambda work: put(work, "order", to="wang", priority=1))
    assert claim(writer) == ["order"], "what is more urgent waits for nothing"
    for ident in ("1", "order"):
        writer.execute(
            lambda work, ident=ident: work.emit(  # type: ignore[misc]
                "message",
                ident,
                messages.accepted(work.get("message", ident), gateway="g", gateway_id=ident, now=work.now),
                **WHO,
            )
        )
    assert claim(writer) == ["2"]


def test_channels_can_be_claimed_apart(writer: Writer) -> None:
    writer.execute(lambda work: [put(work, "sms"), put(work, "call", channel=Channel.VOICE)])
    assert claim(writer, channels=[Channel.VOICE]) == ["call"]
    assert claim(writer, channels=[Channel.VOICE, Channel.SMS]) == ["sms"]


def test_what_is_past_its_life_goes_stale(writer: Writer) -> None:
    writer.execute(lambda work: put(work, "old", life=MINUTE))
    assert claim(writer, 2) == []
    assert writer.execute(lambda work: work.get("message", "old")).state is MessageState.STALE


def test_a_claim_is_durable_with_lease_and_epoch(writer: Writer, engine: Engine) -> None:
    writer.execute(lambda work: put(work, "a"))
    claim(writer, epoch=7)
    held = writer.execute(lambda work: work.get("message", "a"))
    assert (held.state, held.epoch, held.tries) == (MessageState.SENDING, 7, 1)
    assert held.lease_until == T0 + timedelta(seconds=30)
    with engine.connect() as connection:
        assert outbox.overdue(connection, T0) == []
        assert outbox.overdue(connection, T0 + MINUTE) == [("message", "a", held.lease_until)]


def test_many_senders_claim_each_message_once(engine: Engine, open_writer: Callable[..., Writer]) -> None:
    writers = [open_writer(kinds=KINDS) for _ in range(3)]
    writers[0].execute(lambda work: [put(work, f"m{n:03}") for n in range(120)])
    claimed: list[str] = []
    lock = threading.Lock()

    def send(writer: Writer) -> None:
        while batch := claim(writer, limit=7):
            with lock:
                claimed.extend(batch)

    threads = [threading.Thread(target=send, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    left = [one.id for one in writers[0].execute(lambda work: work.select("message", state=MessageState.QUEUED))]
    assert sorted(claimed + left) == [f"m{n:03}" for n in range(120)]
    assert left == [], "a sender stops only when nothing is left for it"


def test_what_an_older_sender_had_in_hand_is_in_doubt(writer: Writer) -> None:
    writer.execute(lambda work: [put(work, "old"), put(work, "sent")])
    claim(writer, epoch=1)
    writer.execute(
        lambda work: work.emit(
            "message",
            "sent",
            messages.accepted(work.get("message", "sent"), gateway="g", gateway_id="1", now=work.now),
            **WHO,
        )
    )
    writer.execute(lambda work: put(work, "mine"))
    claim(writer, epoch=2)
    assert [one.id for one in writer.execute(lambda work: outbox.recover(work, epoch=2))] == ["old"]
    states = writer.execute(lambda work: {one.id: one.state.value for one in work.select("message")})
    assert states == {"old": "IN_DOUBT", "sent": "ACCEPTED", "mine": "SENDING"}
    assert writer.execute(lambda work: outbox.recover(work, epoch=2)) == []
