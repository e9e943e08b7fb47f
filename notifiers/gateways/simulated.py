"""Virtual phones: hands every message to an exchange, which plays the carrier (demo, drills, tests)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from core.ids import natural_id
from notifiers.gateways.port import (
    EXPIRED,
    Capabilities,
    Found,
    LinkTest,
    NotFound,
    Outcome,
    Outgoing,
    Refused,
    Search,
    Sent,
    TryAgain,
)


class LineBusy(Exception):
    """The exchange takes nothing at this moment."""

    def __init__(self, reason: str, after_s: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.after_s = reason, after_s


class NumberRefused(Exception):
    """The exchange will never connect this number."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Exchange(Protocol):
    """The carrier's side. `dial` may raise `LineBusy` or `NumberRefused`."""

    def dial(self, outgoing: Outgoing) -> str:
        """Take a message and return its id; the same message (``outgoing.key``) always gives the same id, taken once."""
        ...

    def known(self, message: str) -> str | None:
        """Return the id under which a message (its ``key``) was taken, or None."""
        ...


class MemoryExchange:
    """An exchange that keeps what it was given; its phones never do anything of their own accord."""

    def __init__(self) -> None:
        self.dialled: dict[str, Outgoing] = {}

    def dial(self, outgoing: Outgoing) -> str:
        """Keep the message."""
        self.dialled.setdefault(outgoing.key, outgoing)
        return natural_id("simulated", outgoing.key)

    def known(self, message: str) -> str | None:
        """Whether it was kept."""
        return natural_id("simulated", message) if message in self.dialled else None


class SimulatedGateway:
    """The gateway of demo and drills; never opens a wire of the real world.

    Parameters
    ----------
    exchange : Exchange, optional
        The carrier; one that only keeps what it gets unless told.
    clock : callable, optional
        The clock of the phones, virtual in a drill. Without one, only whoever claims a message can refuse what has expired.
    """

    kind = "simulated"
    capabilities = Capabilities(
        replies=True, receipts=True, voice=True, keys=True, links=True, rate_per_s=1000.0, can_be_asked=True
    )

    def __init__(
        self, exchange: Exchange | None = None, *, clock: Callable[[], datetime] | None = None, name: str = "simulated"
    ) -> None:
        self.name = name
        self.exchange: Exchange = MemoryExchange() if exchange is None else exchange
        self._clock = clock

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hand it to the exchange."""
        if (
            self._clock is not None
            and outgoing.expires_at <= self._clock()
            and self.exchange.known(outgoing.key) is None
        ):
            return Refused(reason=EXPIRED)
        try:
            return Sent(gateway_id=self.exchange.dial(outgoing))
        except LineBusy as busy:
            return TryAgain(reason=busy.reason, after_s=busy.after_s)
        except NumberRefused as refused:
            return Refused(reason=refused.reason)

    async def find(self, outgoing: Outgoing, since: datetime) -> Search:  # noqa: ARG002 - the port's signature
        """Ask the exchange."""
        known = self.exchange.known(outgoing.key)
        return NotFound() if known is None else Found(gateway_id=known)

    async def link_test(self) -> LinkTest:
        """An exchange in this process is always there."""
        return LinkTest(ok=True)

    async def close(self) -> None:
        """Nothing is held."""
