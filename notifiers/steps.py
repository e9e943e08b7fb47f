"""What a chain is made of: whom a step calls, by which channels, how long it waits, and what each attempt came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notifiers.receipts import Channel


class Rung(StrEnum):
    """What the call-out wants to hear; each further rung is a call-out of its own."""

    ANSWERED = "answered"
    COUNTED = "counted"
    CONFIRMED = "confirmed"
    STILL_THERE = "still_there"


class Target(StrEnum):
    """Whom a step calls."""

    HOLDER = "holder"
    DEPUTY = "deputy"
    SUPERIOR = "superior"
    DOOR = "door"

    @property
    def rank(self) -> int:
        """0 (the holder) to 3 (somebody who walks to the door)."""
        return _RANKS[self]

    @property
    def chinese(self) -> str:
        """本人, 副手, 上级, 上门."""
        return _CHINESE[self]


_RANKS = {target: rank for rank, target in enumerate(Target)}
_CHINESE = dict(zip(Target, ("本人", "副手", "上级", "上门"), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a chain: all `channels` start together, and `wait_s` later the next step is due.

    A `reserve` step is taken only when the holder is out: said "0", or has no number that works. Without it a chain
    that goes from the holder straight to the superior could not honour "call my deputy".
    """

    to: Target
    channels: tuple[Channel, ...]
    wait_s: int
    reserve: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A post and one of its numbers, as the directory has them at this moment (duty of the day)."""

    post: str
    phone_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One text or call of a call-out. `outcome` is empty while it can still succeed, else why it ended.

    `dead`: it showed that the number cannot be reached by this channel at all.
    """

    version: int
    round: int
    step: int
    post: str
    phone_ref: str
    channel: Channel
    message: str
    at: datetime
    outcome: str = ""
    dead: bool = False
