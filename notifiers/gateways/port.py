"""The port every gateway stands behind: a text goes out, a claim comes back, nothing raises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.cap import CapStatus
from notifiers.receipts import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message on its way out, with the real address and text.

    `message` is the idempotency key: the same id (and `resend`, which counts how often the carrier lost it after the
    gateway had taken it) is never sent twice.
    """

    message: str
    channel: Channel
    to: str
    text: str
    code: str | None
    expires_at: datetime
    status: CapStatus
    resend: int = 0

    @property
    def key(self) -> str:
        """What a gateway remembers a message by."""
        return f"{self.message}.{self.resend}" if self.resend else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a gateway can really do; nothing is expected of it beyond this.

    replies: people can write back. receipts: it reports what became of a message. voice: it calls. keys: it hands on
    keys pressed during a call. links: texts may carry addresses. rate_per_s: messages a second it takes.
    can_be_asked: it can say whether it has a message.
    """

    replies: bool
    receipts: bool
    voice: bool
    keys: bool
    links: bool
    rate_per_s: float
    can_be_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The gateway took it."""

    gateway_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TryAgain:
    """Not now; `after_s` when the gateway said so itself."""

    reason: str
    after_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Never: bad number, policy, or the message's life has ended (``reason == EXPIRED``)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The gateway has the message."""

    gateway_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """The gateway never had the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotAsk:
    """The gateway cannot say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTest:
    """Whether the wire works at this moment, and why not."""

    ok: bool
    reason: str = ""


EXPIRED = "expired"
NO_VOICE = "no_voice"

Outcome = Sent | TryAgain | Refused
Search = Found | NotFound | CannotAsk


class Gateway(Protocol):
    """A wire. Every method answers; an error of the wire is an outcome, not an exception."""

    @property
    def name(self) -> str:
        """The name of this wire in the settings; the one in ``/hooks/{name}``."""
        ...

    @property
    def kind(self) -> str:
        """simulated, console, twilio, …"""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can really do."""
        ...

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Send once; an expired message is refused, a known one gives the id it was given before."""
        ...

    async def find(self, outgoing: Outgoing, since: datetime) -> Search:
        """Say whether a message, sent at `since` or later, ever arrived at the gateway."""
        ...

    async def link_test(self) -> LinkTest:
        """Say whether the wire works."""
        ...

    async def close(self) -> None:
        """Let go of everything held."""
        ...
