"""One contract for every gateway: what stands behind the port keeps its word."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

import pytest

from core.cap import CapStatus
from notifiers.callout import Channel
from notifiers.gateways.console import ConsoleGateway
from notifiers.gateways.port import CannotAsk, Found, Gateway, NotFound, Outgoing, Refused, Sent, TryAgain
from notifiers.gateways.simulated import LineBusy, MemoryExchange, NumberRefused, SimulatedGateway
from tests.notifiers.house import NOON

ORDER = Outgoing(
    message="m1",
    channel=Channel.SMS,
    to="+8610000000001",
    text="【演练】【威信应急】红色预警:小坝村马上转移!代号A7,回1收到。22:00发",
    code="A7",
    expires_at=NOON + timedelta(hours=1),
    status=CapStatus.EXERCISE,
)


@dataclass
class Bench:
    """A gateway and a way to count what really left by it."""

    gateway: Gateway
    left: Callable[[], int]
    now: list[datetime]


def console() -> Bench:
    stream, now = io.StringIO(), [NOON]
    gateway = ConsoleGateway(stream, clock=lambda: now[0])
    return Bench(gateway, lambda: stream.getvalue().count("\n"), now)


def simulated() -> Bench:
    exchange, now = MemoryExchange(), [NOON]
    gateway = SimulatedGateway(exchange, clock=lambda: now[0])
    return Bench(gateway, lambda: len(exchange.dialled), now)


GATEWAYS = pytest.mark.parametrize("make", [console, simulated], ids=["console", "simulated"])


@GATEWAYS
def test_a_message_leaves_once_however_often_it_is_sent(make: Callable[[], Bench]) -> None:
    bench = make()
    first = asyncio.run(bench.gateway.send(ORDER))
    second = asyncio.run(bench.gateway.send(ORDER))
    assert isinstance(first, Sent)
    assert first.gateway_id
    assert second == first
    assert bench.left() == 1
    other = asyncio.run(bench.gateway.send(replace(ORDER, message="m2")))
    assert isinstance(other, Sent)
    assert other.gateway_id != first.gateway_id
    assert bench.left() == 2


@GATEWAYS
def test_what_the_carrier_lost_may_leave_again(make: Callable[[], Bench]) -> None:
    bench = make()
    first = asyncio.run(bench.gateway.send(ORDER))
    again = asyncio.run(bench.gateway.send(replace(ORDER, resend=1)))
    assert isinstance(again, Sent)
    assert again != first
    assert bench.left() == 2


@GATEWAYS
def test_an_expired_message_does_not_leave(make: Callable[[], Bench]) -> None:
    bench = make()
    bench.now[0] = ORDER.expires_at
    assert asyncio.run(bench.gateway.send(ORDER)) == Refused(reason="expired")
    assert bench.left() == 0


@GATEWAYS
def test_a_message_that_left_in_time_is_not_refused_afterwards(make: Callable[[], Bench]) -> None:
    bench = make()
    first = asyncio.run(bench.gateway.send(ORDER))
    bench.now[0] = ORDER.expires_at
    assert asyncio.run(bench.gateway.send(ORDER)) == first


@GATEWAYS
def test_a_call_leaves_too_where_the_gateway_says_it_calls(make: Callable[[], Bench]) -> None:
    bench = make()
    outcome = asyncio.run(bench.gateway.send(replace(ORDER, channel=Channel.VOICE)))
    assert isinstance(outcome, Sent) is bench.gateway.capabilities.voice


@GATEWAYS
def test_it_can_be_asked_exactly_when_it_says_so(make: Callable[[], Bench]) -> None:
    bench = make()
    unknown = asyncio.run(bench.gateway.find(ORDER, NOON))
    sent = asyncio.run(bench.gateway.send(ORDER))
    assert isinstance(sent, Sent)
    known = asyncio.run(bench.gateway.find(ORDER, NOON))
    if bench.gateway.capabilities.can_be_asked:
        assert (unknown, known) == (NotFound(), Found(gateway_id=sent.gateway_id))
    else:
        assert (unknown, known) == (CannotAsk(), CannotAsk())


@GATEWAYS
def test_capabilities_hang_together(make: Callable[[], Bench]) -> None:
    can = make().gateway.capabilities
    assert can.rate_per_s > 0
    assert can.voice or not can.keys  # keys need a call
    assert can.receipts or not can.keys  # a key pressed comes back by the same way as a receipt


@GATEWAYS
def test_it_has_a_name_a_kind_a_link_test_and_an_end(make: Callable[[], Bench]) -> None:
    gateway = make().gateway
    assert gateway.name == gateway.kind
    assert asyncio.run(gateway.link_test()).ok
    asyncio.run(gateway.close())


def test_the_console_prints_chinese_in_the_sites_time() -> None:
    stream = io.StringIO()
    gateway = ConsoleGateway(stream, clock=lambda: NOON, zone=timezone(timedelta(hours=8)), name="屏幕")
    asyncio.run(gateway.send(ORDER))
    assert stream.getvalue() == f"07-09 06:00:00 短信 → +8610000000001:{ORDER.text}\n"
    assert gateway.name == "屏幕"


def test_the_console_without_a_stream_prints_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(
        ConsoleGateway(clock=lambda: NOON).send(replace(ORDER, expires_at=datetime.max.replace(tzinfo=NOON.tzinfo)))
    )
    assert "小坝村" in capsys.readouterr().out


def test_a_closed_console_says_so_and_loses_nothing() -> None:
    stream = io.StringIO()
    gateway = ConsoleGateway(stream, clock=lambda: NOON)
    stream.close()
    assert isinstance(asyncio.run(gateway.send(ORDER)), TryAgain)
    assert not asyncio.run(gateway.link_test()).ok


class Stubborn(MemoryExchange):
    """Refuses a number, and is busy for another."""

    def dial(self, outgoing: Outgoing) -> str:
        if outgoing.to.endswith("1"):
            raise NumberRefused("空号")
        raise LineBusy("线路忙", 30)


def test_an_exchange_may_refuse_or_be_busy() -> None:
    gateway = SimulatedGateway(Stubborn())
    assert asyncio.run(gateway.send(ORDER)) == Refused(reason="空号")
    assert asyncio.run(gateway.send(replace(ORDER, to="+8610000000002"))) == TryAgain(reason="线路忙", after_s=30)


def test_without_a_clock_only_who_claims_can_refuse_what_has_expired() -> None:
    long_ago = replace(ORDER, expires_at=NOON - timedelta(days=400))
    assert isinstance(asyncio.run(SimulatedGateway().send(long_ago)), Sent)
