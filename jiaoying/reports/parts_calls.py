"""The parts of a report about calls and what went wrong: answers, needs, alarms, messages, trouble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.levels import Level
from jiaoying.reports.parts_villages import ClaimPart


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutPart:
    """One call-out. `tier` is the level of the office (county … group, shelter); `wire` how the answer
    came, `own` that the called post itself gave it.
    """

    id: str
    area: str
    name: str
    tier: str
    office: str
    subject_kind: str
    subject: str
    rung: str
    level: Level
    version: int
    state: str
    proof: str
    round: int
    attempts: int
    begun_at: datetime | None
    answered_at: datetime | None
    seconds: float | None
    answered_by: str | None
    own: bool
    wire: str | None
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of something, and the median of their seconds to answer where that means something."""

    key: str
    words: str
    count: int
    answered: int = 0
    median_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPart:
    """How one level of office answered (rung `answered`). `buckets` follow `AnswersPart.bounds_s`, the last is beyond."""

    tier: str
    words: str
    begun: int
    answered: int
    unanswered: int
    withdrawn: int
    median_s: float | None
    p90_s: float | None
    slowest_s: float | None
    buckets: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersPart:
    """Who answered, how fast, by which wire, in which round, and how far the proof climbed.

    `ladder` counts call-outs that reached at least each rung of proof.
    """

    begun: int
    answered: int
    median_s: float | None
    bounds_s: tuple[int, ...]
    tiers: tuple[TierPart, ...]
    rungs: tuple[Share, ...]
    wires: tuple[Share, ...]
    who: tuple[Share, ...]
    rounds: tuple[Share, ...]
    ladder: tuple[Share, ...]
    unanswered: tuple[CallOutPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPart:
    """One need. The words it was raised with are private and not here."""

    id: str
    area: str
    name: str
    kind: str
    state: str
    open: bool
    level: str
    origin: str
    raised_at: datetime
    done_at: datetime | None
    closed_at: datetime | None
    climbs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPart:
    """One alarm of the desk; `times` counts how often it was raised."""

    id: str
    rule: str
    words: str
    area: str | None
    level: Level
    state: str
    open: bool
    times: int
    raised_at: datetime
    acknowledged_at: datetime | None
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesPart:
    """Messages by state, by purpose and state, and failures by reason."""

    total: int
    sent: int
    states: Mapping[str, int]
    purposes: Mapping[str, Mapping[str, int]]
    failures: tuple[Share, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TroublePart:
    """What went wrong, counted from facts."""

    replies: int
    read_by_program: int
    read_by_person: int
    waiting: int
    person_median_s: float | None
    unsure: tuple[Share, ...]
    chains_exhausted: int
    declined: int
    wrong_numbers: int
    answered_old: int
    disputed: tuple[ClaimPart, ...]
    open_claims: int
    refusals: int
    cries_for_help: int
    went_back: int
    reopened: int
    corrected: int
    issued_on_one_approval: int
    issued_on_none: int
    could_not_judge: int
