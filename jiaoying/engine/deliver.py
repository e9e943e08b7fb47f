"""From the outbox to the gateways: claim with a lease, send, record. A crash in between leaves a message IN_DOUBT, never lost."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from jiaoying.engine import calling, receipting
from jiaoying.engine.turn import Turn
from jiaoying.storage import outbox
from jiaoying.storage.pulse import Pulse
from notifiers import callout as calls
from notifiers import message as messages
from notifiers.gateways.port import (
    CannotAsk,
    Found,
    Gateway,
    NotFound,
    Outcome,
    Outgoing,
    Refused,
    Search,
    Sent,
    TryAgain,
)
from notifiers.message import Message, MessageState
from notifiers.receipts import Channel, ReceiptKind

log = logging.getLogger(__name__)

RunTurn = Callable[[str, Callable[[Turn], object]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One message with what the gateway needs and the journal must not hold."""

    message: Message
    outgoing: Outgoing


class Deliverer:
    """Sends what is queued, in order of priority, through the first gateway that can.

    Parameters
    ----------
    gateways : sequence of Gateway
        In order of preference.
    run : callable
        Runs one turn on the writer (``Service.run``).
    waiting : callable
        What waits at this moment: a look that writes nothing.
    lease_s : int
        Seconds after which a claimed message with no record is in doubt.
    """

    def __init__(
        self,
        gateways: Sequence[Gateway],
        run: RunTurn,
        *,
        lease_s: int,
        epoch: int,
        waiting: Callable[[], Pulse],
    ) -> None:
        self.waiting = waiting
        self.gateways = tuple(gateways)
        self.run = run
        self.lease_s = lease_s
        self.epoch = epoch
        self.wake = threading.Event()

    def gateway_for(self, channel: Channel) -> Gateway | None:
        """The first gateway in the order of preference that carries the channel."""
        for gateway in self.gateways:
            if channel is not Channel.VOICE or gateway.capabilities.voice:
                return gateway
        return None

    def by_name(self, name: str | None) -> Gateway | None:
        """The gateway of that name."""
        return next((gateway for gateway in self.gateways if gateway.name == name), None)

    async def step(self, limit: int = 200) -> int:
        """Claim, send and record one batch; returns how many were claimed."""
        if not self.waiting().queued:
            return 0
        claimed = await asyncio.to_thread(self._claim, limit) if self._threaded else self._claim(limit)
        if not claimed:
            return 0
        results = await asyncio.gather(*(self._send(item) for item in claimed))
        pairs = list(zip(claimed, results, strict=True))
        if self._threaded:
            await asyncio.to_thread(self._record, pairs)
        else:
            self._record(pairs)
        return len(claimed)

    _threaded = False

    def _claim(self, limit: int) -> list[Claimed]:
        found: list[Claimed] = []

        def claim(turn: Turn) -> None:
            found.clear()  # the writer may run a turn again, and only its last run counts
            batch = outbox.claim(turn.work, limit=limit, lease_s=self.lease_s, epoch=self.epoch, actor=str(turn.actor))
            revealed = turn.work.reveal_many([m.to_ref for m in batch] + [m.text_ref for m in batch])
            for message in batch:
                to, text = revealed.get(message.to_ref), revealed.get(message.text_ref)
                if to is None or text is None:
                    facts = messages.permanent(message, reason="号码或内容已删除", now=turn.now)
                    turn.emit("message", message.id, facts)
                    continue
                found.append(Claimed(message=message, outgoing=_outgoing(message, to, text)))

        self.run("claim", claim)
        return found

    async def _send(self, item: Claimed) -> tuple[str, Outcome]:
        gateway = self.gateway_for(item.message.channel)
        if gateway is None:
            return "", Refused(reason="没有能走这条线路的网关")
        try:
            return gateway.name, await gateway.send(item.outgoing)
        except Exception as error:  # noqa: BLE001  # a wire's trouble is that message's alone, never its neighbours'
            log.warning("gateway %s failed: %s", gateway.name, error)
            return gateway.name, TryAgain(reason=f"网关出错:{type(error).__name__}")

    def _record(self, pairs: Sequence[tuple[Claimed, tuple[str, Outcome]]]) -> None:
        def record(turn: Turn) -> None:
            for item, (gateway, result) in pairs:
                settle(turn, item.message.id, gateway, result)

        self.run("record", record)

    async def resolve_doubts(self) -> int:
        """Ask the gateway about every message IN_DOUBT before anything is sent again."""
        if not self.waiting().doubtful:
            return 0
        doubtful: list[Claimed] = []

        def look(turn: Turn) -> None:
            doubtful.clear()
            for message in turn.work.select("message", state=MessageState.IN_DOUBT, order_by=None):
                to, text = turn.work.reveal(message.to_ref) or "", turn.work.reveal(message.text_ref) or ""
                doubtful.append(Claimed(message=message, outgoing=_outgoing(message, to, text)))

        self.run("doubts", look)
        for item in doubtful:
            gateway = self.by_name(item.message.gateway) or self.gateway_for(item.message.channel)
            answer: Search = CannotAsk()
            if gateway is not None:
                try:
                    answer = await gateway.find(item.outgoing, item.message.queued_at)
                except (OSError, TimeoutError, RuntimeError) as error:
                    log.warning("gateway %s could not be asked: %s", gateway.name, error)
                    continue
            name = gateway.name if gateway is not None else ""
            self.run("doubts", partial(_resolve, item.message.id, name, answer))
        return len(doubtful)


def _outgoing(message: Message, to: str, text: str) -> Outgoing:
    return Outgoing(
        message=message.id,
        channel=message.channel,
        to=to,
        text=text,
        code=message.code,
        expires_at=message.expires_at,
        status=message.status,
        resend=message.resends,
    )


def _resolve(identity: str, gateway: str, answer: Search, turn: Turn) -> None:
    """Write down what the gateway said about a message in doubt."""
    message: Message = turn.work.get("message", identity)
    if isinstance(answer, Found):
        facts = messages.found(message, gateway=gateway, gateway_id=answer.gateway_id, now=turn.now)
    elif isinstance(answer, NotFound):
        facts = messages.not_found(message, now=turn.now)
    else:
        facts = messages.cannot_be_asked(message, now=turn.now)
    turn.emit("message", identity, facts)


def settle(turn: Turn, identity: str, gateway: str, result: Outcome) -> None:
    """Record what the gateway said to one claimed message, and let its call-out climb or move on."""
    message: Message = turn.work.get("message", identity)
    if isinstance(result, Sent):
        facts = messages.accepted(message, gateway=gateway, gateway_id=result.gateway_id, now=turn.now)
        after = turn.emit("message", identity, facts)
        receipting.settle(turn, after, ReceiptKind.ACCEPTED)
    elif isinstance(result, TryAgain):
        facts = messages.transient(message, reason=result.reason, now=turn.now, after_s=result.after_s)
        turn.emit("message", identity, facts)
    else:
        after = turn.emit("message", identity, messages.permanent(message, reason=result.reason, now=turn.now))
        receipting.settle(turn, after, ReceiptKind.PERMANENT, result.reason)


def when_due(turn: Turn, message: Message) -> None:
    """A message's deadline: its lease ran out, or it went stale before it could be sent."""
    facts = messages.when_due(message, turn.now)
    if not facts:
        return
    after: Message = turn.emit("message", message.id, facts)
    if after.state is MessageState.STALE and after.callout is not None:
        callout = turn.work.get("callout", after.callout)
        if callout is not None:
            moved = calls.attempt_failed(
                callout, message=after.id, reason="过期未发出", lookup=calling.lookup(turn), now=turn.now
            )
            calling.carry_on(turn, callout, moved)


class DeliveryThread:
    """`engine.deliver` of a running service: one asyncio loop in a thread of its own."""

    def __init__(self, deliverer: Deliverer, *, idle_s: float = 0.5) -> None:
        self.deliverer = deliverer
        self.idle_s = idle_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deliver", daemon=True)

    def start(self) -> None:
        """Start sending."""
        self.deliverer._threaded = True
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch in hand and stop."""
        self._stop.set()
        self.deliverer.wake.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        asyncio.run(self._loop())

    async def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                await self.deliverer.resolve_doubts()
                sent = await self.deliverer.step()
            except Exception:
                # A failing batch must not end delivery: it is shown, and the lease brings its messages back.
                log.exception("delivery step failed")
                sent = 0
            if not sent:
                await asyncio.to_thread(self.deliverer.wake.wait, self.idle_s)
                self.deliverer.wake.clear()
        for gateway in self.deliverer.gateways:
            await gateway.close()
