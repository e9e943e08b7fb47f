"""The shape of a report: what `report.json` holds and what the page prints, one dataclass a part.

`report.json` is `Report` written out field by field: counts as ``{"households", "people"}``, times as RFC 3339 with
the site's offset, enums by their value, durations in seconds, missing values as null. Offices stand for persons
everywhere; no name, phone or reply text is in any part. Fields may be added; none changes its meaning within a FORMAT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.levels import Level
from evacuation.account import Account, Count

FORMAT = "jiaoying.report/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPart:
    """The storm or drill. `until` is the time of the last fact: what the report knows, it knows up to then."""

    id: str
    name: str
    state: str
    status: str
    site: str
    site_area: str
    timezone: str
    opened_at: datetime
    closed_at: datetime | None
    until: datetime
    level: Level | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCount:
    """Warnings and villages by the highest level they reached (each once)."""

    level: Level
    warnings: int
    villages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowest:
    """The village that took longest; `open` when it is not done yet and the clock ran to the end of the record."""

    area: str
    name: str
    seconds: float
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """One thing (or `count` alike) that was not finished when the record ended."""

    kind: str
    area: str
    words: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The first screen: one sentence and the numbers that matter."""

    sentence: str
    villages_warned: int
    villages_ordered: int
    villages_cleared: int
    households_listed: int
    people_listed: int
    people_safe: int
    people_away: int
    people_outstanding: int
    households_outstanding: int
    callouts: int
    answered: int
    median_answer_s: float | None
    slowest_answer: Slowest | None
    slowest_clear: Slowest | None
    last_cleared_at: datetime | None
    levels: tuple[LevelCount, ...]
    open: tuple[OpenItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePart:
    """One office's word about one warning: `act` is the fact that carried it."""

    act: str
    words: str
    office: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePart:
    """One version of a warning: proposed, issued, raised, lowered; with the evidence it rested on, in words."""

    at: datetime
    fact: str
    words: str
    level: Level
    reason: str
    evidence: tuple[str, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningPart:
    """One warning through all its versions. `highest` is the highest level that was issued (None: never issued)."""

    id: str
    area: str
    name: str
    family: str
    hazard: str
    state: str
    level: Level
    highest: Level | None
    by_hand: bool
    zones: tuple[str, ...]
    proposed_at: datetime | None
    issued_at: datetime | None
    issues: tuple[IssuePart, ...]
    signatures: tuple[SignaturePart, ...]


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
class RainBar:
    """Rain of one interval; `mm` None where it is missing."""

    end: datetime
    minutes: int
    mm: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RainSum:
    """A running sum; with `missing` intervals it says at least."""

    at: datetime
    mm: float
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPart:
    """The largest sum of one window, against the values of the set in force (mm by level)."""

    window_h: int
    mm: float
    at: datetime
    missing: int
    values: Mapping[str, float]
    level: Level | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonePart:
    """One hazard zone: its largest sums; `bars` and `sums` (of `window_h`) only for the zones the page draws."""

    zone: str
    name: str
    area: str
    area_name: str
    level: Level | None
    window_h: int
    ratio: float
    gaps: int
    windows: tuple[WindowPart, ...]
    bars: tuple[RainBar, ...]
    sums: tuple[RainSum, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the timeline. `weight` 2: the way of the storm, 1: an incident, 0: the rest (not on the page)."""

    sequence: int
    at: datetime
    kind: str
    fact: str
    area: str
    words: str
    level: Level | None
    office: str
    weight: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPart:
    """What the report rests on and how to check it."""

    journal_hash: str
    facts: int
    first_sequence: int
    last_sequence: int
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report of one event. `summary` is the JSON summary of CONTRACT section 2, `drill` whether it is one."""

    format: str
    drill: bool
    event: EventPart
    summary: Mapping[str, Any]
    headline: Headline
    warnings: tuple[WarningPart, ...]
    account: Account
    check: SumCheck
    villages: tuple[VillagePart, ...]
    marks: tuple[MarkPart, ...]
    curve: tuple[CurvePoint, ...]
    callouts: tuple[CallOutPart, ...]
    answers: AnswersPart
    rain: tuple[ZonePart, ...]
    timeline: tuple[Entry, ...]
    requests: tuple[RequestPart, ...]
    alarms: tuple[AlarmPart, ...]
    messages: MessagesPart
    trouble: TroublePart
    proof: ProofPart
