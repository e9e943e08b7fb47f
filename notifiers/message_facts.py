"""What a message is made of and what can happen to it; the table and the decisions are in `notifiers.message`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.cap import CapStatus
from core.facts import Fact
from core.levels import Level
from notifiers.receipts import Channel


class MessageState(StrEnum):
    """States of a message."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    IN_DOUBT = "IN_DOUBT"
    ACCEPTED = "ACCEPTED"
    DELIVERED = "DELIVERED"
    READ = "READ"
    FAILED = "FAILED"
    STALE = "STALE"
    SUPPRESSED = "SUPPRESSED"


class Purpose(StrEnum):
    """Why a message is sent."""

    ORDER = "order"
    INFORM = "inform"
    DESK = "desk"
    COUNT = "count"
    CONFIRM = "confirm"
    ROLL = "roll"
    ECHO = "echo"
    QUESTION = "question"
    CANCEL = "cancel"
    DRILL_ENDED = "drill_ended"
    NOTICE = "notice"

    @property
    def sent_again_in_doubt(self) -> bool:
        """Whether it goes out again when nobody can say if it went out: an echo twice confuses, an order lost kills."""
        return self is not Purpose.ECHO


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOff:
    """How long to wait after the n-th failed try; the gateway's own Retry-After wins when it is longer."""

    first_s: int = 5
    factor: int = 2
    most_s: int = 60

    def wait_s(self, tries: int, after_s: int | None = None) -> int:
        """Return the seconds before the next try."""
        own: int = min(self.first_s * self.factor ** min(max(tries - 1, 0), 16), self.most_s)
        return max(own, after_s or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One text or call. `resends` counts how often the carrier lost it after the gateway had taken it."""

    id: str
    state: MessageState
    status: CapStatus
    event: str | None
    callout: str | None
    purpose: Purpose
    level: Level | None
    channel: Channel
    to_ref: str
    text_ref: str
    code: str | None
    order_version: int
    priority: int
    queued_at: datetime
    expires_at: datetime
    due_at: datetime | None
    tries: int
    resends: int
    lease_until: datetime | None
    epoch: int
    gateway: str | None
    gateway_id: str | None
    sent_at: datetime | None
    delivered_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued(Fact):
    """Birth: text, address and life are frozen."""

    message: str
    status: CapStatus
    event: str | None
    callout: str | None
    purpose: Purpose
    level: Level | None
    channel: Channel
    to_ref: str
    text_ref: str
    code: str | None
    order_version: int
    priority: int
    expires_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed(Fact):
    """A sender holds it until `lease_until`; `epoch` fences off an older leader."""

    lease_until: datetime
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Fact):
    """The gateway took it."""

    gateway: str
    gateway_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransientFailure(Fact):
    """Not this time; `due_at` is the next try."""

    reason: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PermanentFailure(Fact):
    """This text or call will not come through."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseExpired(Fact):
    """Nobody knows whether it went out; the gateway is asked from `due_at` on."""

    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAtGateway(Fact):
    """The gateway has it: it went out."""

    gateway: str
    gateway_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFoundAtGateway(Fact):
    """The gateway never had it: it is sent again."""

    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotBeAsked(Fact):
    """The gateway cannot say. `again`: sent once more with the same code; else dropped."""

    again: bool
    due_at: datetime | None

    @property
    def variant(self) -> str:
        """again, dropped."""
        return "again" if self.again else "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed(Fact):
    """Not sent on purpose; `newer` is the message that takes its place."""

    reason: str
    newer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WentStale(Fact):
    """Its life ended before it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered(Fact):
    """The phone has the text, or the call was heard out."""

    gateway: str | None
    gateway_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReceipt(Fact):
    """The phone says the text was opened."""
