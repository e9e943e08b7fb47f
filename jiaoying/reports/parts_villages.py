"""The parts of a report about villages: times, orders, accounts, marks and curves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.levels import Level
from evacuation.account import Account, Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When a village passed each post of the way; None where it did not.

    Of several orders of a village the first order and the last end count.
    """

    proposed: datetime | None
    issued: datetime | None
    ordered: datetime | None
    first_answer: datetime | None
    acknowledged: datetime | None
    first_moved: datetime | None
    claimed: datetime | None
    cleared: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPart:
    """A count that stood beside the account; `confirmed` when it is the count with which the village was cleared."""

    office: str
    kind: str
    at: datetime
    households: int | None
    people: int | None
    whole: bool
    disputed: bool
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPart:
    """One order. `clocks` are the words of the move clock, `slack_s` the time in hand when it was planned.

    `answer_s` and `clear_s` run from the order to the first answer and to the end of the account.
    """

    id: str
    warning: str
    family: str
    state: str
    level: Level
    version: int
    reason: str
    times: Times
    answer_s: float | None
    clear_s: float | None
    cleared_by: str | None
    account: Account
    need_s: int | None
    slack_s: int | None
    clocks: str
    others_present: int
    claims: tuple[ClaimPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkPart:
    """How many households became safe or away by one way. `way` is own_post, other_post, claim, page, roll, desk."""

    way: str
    words: str
    count: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """Households and people of the list at one moment, and those of them safe or away."""

    at: datetime
    listed: Count
    safe: Count
    away: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class VillagePart:
    """One village: its level, its orders, its account (a household under two orders once), its times, its curve."""

    area: str
    name: str
    level: Level | None
    ordered: bool
    account: Account
    adds_up: bool
    times: Times
    answer_s: float | None
    clear_s: float | None
    tasks: tuple[TaskPart, ...]
    marks: tuple[MarkPart, ...]
    outstanding: tuple[str, ...]
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SumCheck:
    """The accounts of the villages against the account of the event; a household in two villages is taken off once."""

    villages: Account
    counted_twice: Count
    adds_up: bool
