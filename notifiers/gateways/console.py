"""Prints every text and call to a stream: for a desk without any wire, and to look at while setting up."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import TextIO

from core.ids import natural_id
from notifiers.gateways.port import (
    EXPIRED,
    CannotAsk,
    Capabilities,
    LinkTest,
    Outcome,
    Outgoing,
    Refused,
    Search,
    Sent,
    TryAgain,
)


class ConsoleGateway:
    """One-way: nobody can answer a printed line, and after a restart it cannot say what it printed.

    Parameters
    ----------
    stream : text stream, optional
        Where to print; standard output unless told.
    clock : callable
        Gives the time; expired messages are not printed.
    zone : tzinfo, optional
        The site's time zone, in which times are printed.
    """

    kind = "console"
    capabilities = Capabilities(
        replies=False, receipts=False, voice=True, keys=False, links=True, rate_per_s=1000.0, can_be_asked=False
    )

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        clock: Callable[[], datetime],
        name: str = "console",
        zone: tzinfo | None = None,
    ) -> None:
        self.name = name
        self._stream, self._clock, self._zone = stream or sys.stdout, clock, zone
        self._printed: set[str] = set()

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Print it once."""
        now = self._clock()
        if outgoing.key not in self._printed:
            if outgoing.expires_at <= now:
                return Refused(reason=EXPIRED)
            at = now if self._zone is None else now.astimezone(self._zone)
            line = f"{at:%m-%d %H:%M:%S} {outgoing.channel.chinese} → {outgoing.to}:{outgoing.text}"
            try:
                print(line, file=self._stream, flush=True)
            except (OSError, ValueError) as error:  # a closed pipe or stream
                return TryAgain(reason=f"控制台无法输出:{error}")
            self._printed.add(outgoing.key)
        return Sent(gateway_id=natural_id("console", self.name, outgoing.key))

    async def find(self, outgoing: Outgoing, since: datetime) -> Search:  # noqa: ARG002 - the port's signature
        """A printed line cannot be asked for."""
        return CannotAsk()

    async def link_test(self) -> LinkTest:
        """The stream is open and can be written."""
        if self._stream.closed or not self._stream.writable():
            return LinkTest(ok=False, reason="控制台输出已关闭")
        return LinkTest(ok=True)

    async def close(self) -> None:
        """Leave the stream as it is; it belongs to somebody else."""
