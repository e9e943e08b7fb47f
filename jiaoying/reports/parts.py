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
from evacuation.account import Account
from jiaoying.reports.parts_calls import (
    AlarmPart,
    AnswersPart,
    CallOutPart,
    MessagesPart,
    RequestPart,
    Share,
    TierPart,
    TroublePart,
)
from jiaoying.reports.parts_villages import ClaimPart, CurvePoint, MarkPart, SumCheck, TaskPart, Times, VillagePart

FORMAT = "jiaoying.report/1"

__all__ = [
    "FORMAT",
    "AlarmPart",
    "AnswersPart",
    "CallOutPart",
    "ClaimPart",
    "CurvePoint",
    "Entry",
    "EventPart",
    "Headline",
    "IssuePart",
    "LevelCount",
    "MarkPart",
    "MessagesPart",
    "OpenItem",
    "ProofPart",
    "RainBar",
    "RainSum",
    "Report",
    "RequestPart",
    "Share",
    "SignaturePart",
    "Slowest",
    "SumCheck",
    "TaskPart",
    "TierPart",
    "Times",
    "TroublePart",
    "VillagePart",
    "WarningPart",
    "WindowPart",
    "ZonePart",
]


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
