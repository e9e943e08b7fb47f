"""What a call-out is made of and what can happen to it; the table and the decisions are in `notifiers.callout`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.cap import CapStatus
from core.facts import Fact
from core.levels import Level
from notifiers.receipts import Proof
from notifiers.steps import Attempt, Contact, Rung, Step


class CallOutState(StrEnum):
    """States of a call-out."""

    READY = "READY"
    RINGING = "RINGING"
    UNANSWERED = "UNANSWERED"
    TAKEN_OVER = "TAKEN_OVER"
    ANSWERED = "ANSWERED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOut:
    """One post, one subject, one rung.

    `begun_at` is when the version in force began to ring, so ``answered_at - begun_at`` is the time the answer took.
    `declined` are the posts that said "0" in this round; they are not called again before the next.
    """

    id: str
    state: CallOutState
    status: CapStatus
    event: str | None
    area: str
    role: str
    post: str
    subject_kind: str
    subject: str
    level: Level
    rung: Rung
    order_version: int
    code: str | None
    steps: tuple[Step, ...]
    round_wait_s: int
    round: int
    step: int
    proof: Proof
    attempts: tuple[Attempt, ...]
    declined: tuple[str, ...]
    urgency: int
    created_at: datetime
    begun_at: datetime | None
    answered_at: datetime | None
    answered_by: str | None
    answered_late: bool
    taken_over_by: str | None
    due_at: datetime | None
    expires_at: datetime | None
    reason: str


Lookup = Callable[[CallOut, Step], tuple[Contact, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Created(Fact):
    """Birth: everything the call-out acts on, frozen (law 7). `due_at` is when it begins."""

    callout: str
    status: CapStatus
    event: str | None
    area: str
    role: str
    post: str
    subject_kind: str
    subject: str
    level: Level
    rung: Rung
    order_version: int
    code: str | None
    steps: tuple[Step, ...]
    round_wait_s: int
    urgency: int
    due_at: datetime
    expires_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun(Fact):
    """The first step rings."""

    step: int
    attempts: tuple[Attempt, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofClimbed(Fact):
    """A receipt proved a higher rung than known; `message` None when a human was met otherwise (an unclear reply)."""

    message: str | None
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFailed(Fact):
    """One attempt ended without an answer; the step still has others, or its wait still runs."""

    message: str
    reason: str
    dead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimedOut(Fact):
    """Nobody answered within the step's wait; `step` is the next one."""

    step: int
    attempts: tuple[Attempt, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFailed(Fact):
    """No attempt of the step could succeed, or it has nobody to call; `step` is the next one."""

    reason: str
    step: int
    attempts: tuple[Attempt, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(Fact):
    """Somebody of the chain said "0": the next person is called at once."""

    by: str
    reason: str
    round: int
    step: int
    attempts: tuple[Attempt, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainExhausted(Fact):
    """The last step went by; the desk rings and `due_at` is the next round."""

    reason: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundBegun(Fact):
    """The chain starts again from its first step."""

    round: int
    step: int
    attempts: tuple[Attempt, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded(Fact):
    """A newer version of the order: the steps start again and only answers to it count."""

    version: int
    code: str | None
    level: Level
    steps: tuple[Step, ...]
    round_wait_s: int
    urgency: int
    expires_at: datetime | None
    step: int
    attempts: tuple[Attempt, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Fact):
    """A human act answered this version. `late`: after the chain had been exhausted once."""

    by: str
    how: str
    version: int
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredOld(Fact):
    """A human answered an older version: journalled, answers nothing."""

    by: str
    how: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver(Fact):
    """A named person owns the silence."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Fact):
    """The subject is over; nobody needs to answer any more."""

    reason: str
