"""What is known of a task, and how each fact changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from core.ids import natural_id
from core.levels import Level
from evacuation.account import Account, Count, account
from evacuation.claims import Claim, ClaimKind, Report, after
from evacuation.clocks import Clocks
from evacuation.household_status import HouseholdStatus
from evacuation.listed import Assignment, Listed, totals
from evacuation.task_facts import (
    LIFECYCLE,
    Acknowledged,
    AllClearGiven,
    AllClearLapsed,
    AllClearSigned,
    Amended,
    CalledOff,
    Cleared,
    MovementReported,
    Ordered,
    OthersReported,
    Planned,
    Reopened,
    Signature,
    TaskState,
)
from hazards.zones import Family

ACTIVE = frozenset({TaskState.ORDERED, TaskState.ACKNOWLEDGED, TaskState.MOVING})
ENDED = frozenset({TaskState.STOOD_DOWN, TaskState.CALLED_OFF})


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """People on no list, as last reported by one post."""

    post: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One village's order for one warning.

    Attributes
    ----------
    version
        Counts the orders given: 1, and one more with every Amended.
    households, assignments, clocks
        The frozen list, who answers for whom, and the clocks as planned.
    claims
        Open counts beside the account, at most one per post and group.
    reports
        The last report of each post, in whichever way it was counted ("9" corrects it).
    claimed_clear_at
        Since when somebody claims the whole list has moved.
    signatures
        Names under the all-clear that still count.
    """

    id: str
    state: TaskState
    status: CapStatus
    event: str
    warning: str
    area: str
    level: Level
    family: Family
    version: int
    people: int
    households: tuple[Listed, ...]
    assignments: tuple[Assignment, ...]
    clocks: Clocks | None
    planned_at: datetime
    ordered_at: datetime | None = None
    order_reason: str = ""
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    claims: tuple[Claim, ...] = ()
    reports: tuple[Report, ...] = ()
    claimed_clear_at: datetime | None = None
    others: tuple[Others, ...] = ()
    others_present: int = 0
    signatures: tuple[Signature, ...] = ()
    cleared_at: datetime | None = None
    cleared_by: str | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    due_at: datetime | None = None

    @property
    def listed(self) -> Count:
        """Households and people of the list."""
        households, people = totals(self.households)
        return Count(households=households, people=people)

    @property
    def codes(self) -> frozenset[str]:
        """Codes of the listed households."""
        return frozenset(row.household for row in self.households)

    def account(self, statuses: Mapping[str, HouseholdStatus]) -> Account:
        """The account of this task."""
        return account(self.households, statuses)

    def households_of(self, post: str) -> tuple[str, ...]:
        """Codes of the households `post` is named for."""
        return tuple(row.household for row in self.assignments if row.responsible == post)

    @property
    def clear_claims(self) -> tuple[Claim, ...]:
        """Reports that say the whole list has moved, oldest first (marked ones too: they claim as well)."""
        households, people = totals(self.households)
        marked = (report.claim for report in self.reports if report.marked)
        found = [c for c in (*self.claims, *marked) if c.covers(households, people)]
        return tuple(sorted(found, key=lambda c: (c.at, c.post)))


def task_id(warning: str, area: str) -> str:
    """The id of the task of a warning in a village."""
    return natural_id("task", warning, area)


def evolve(state: Task | None, fact: Fact) -> Task:
    """Return the task after `fact`; a noted fact changes nothing at all."""
    if state is None:
        target = LIFECYCLE.after(None, fact)
        assert isinstance(fact, Planned)
        return Task(
            id=fact.id,
            state=target,
            status=fact.status,
            event=fact.event,
            warning=fact.warning,
            area=fact.area,
            level=fact.level,
            family=fact.family,
            version=1,
            people=totals(fact.households)[1],
            households=fact.households,
            assignments=fact.assignments,
            clocks=fact.clocks,
            planned_at=fact.at,
        )
    target = LIFECYCLE.after(state.state, fact)
    if LIFECYCLE.is_noted(state.state, fact.name):
        return state
    now = replace(state, state=target)
    match fact:
        case Ordered():
            return replace(now, ordered_at=fact.at, order_reason=fact.reason, level=fact.level)
        case Amended():
            keep = now.acknowledged_at is not None and target is not TaskState.ORDERED
            return _reclaimed(
                replace(
                    now,
                    version=fact.version,
                    level=fact.level,
                    people=totals(fact.households)[1],
                    households=fact.households,
                    assignments=fact.assignments,
                    clocks=fact.clocks,
                    acknowledged_at=now.acknowledged_at if keep else None,
                    acknowledged_by=now.acknowledged_by if keep else None,
                )
            )
        case Acknowledged():
            return replace(now, acknowledged_at=fact.at, acknowledged_by=fact.by)
        case MovementReported():
            claim = fact.claim
            return _reclaimed(
                replace(
                    now,
                    acknowledged_at=now.acknowledged_at or fact.at,
                    acknowledged_by=now.acknowledged_by or claim.post,
                    claims=after(now.claims, claim, marked=fact.marked, closes=fact.closes),
                    reports=(
                        *(report for report in now.reports if report.claim.post != claim.post),
                        Report(claim=claim, marked=fact.marked),
                    ),
                )
            )
        case OthersReported():
            others = (
                *(row for row in now.others if row.post != fact.post),
                Others(post=fact.post, people=fact.people),
            )
            return replace(now, others=others, others_present=sum(row.people for row in others))
        case Cleared():
            return replace(now, cleared_at=fact.at, cleared_by=fact.confirmer)
        case Reopened():
            # What was claimed has proved wrong: clearing again needs a new claim and a new second person.
            return replace(
                now,
                cleared_at=None,
                cleared_by=None,
                claims=tuple(c for c in now.claims if c.kind.group is not ClaimKind.MOVED),
                reports=(),
                claimed_clear_at=None,
            )
        case AllClearSigned():
            return replace(now, signatures=(*now.signatures, fact.signature), due_at=fact.lapses_at)
        case AllClearLapsed():
            return replace(now, signatures=(), due_at=None)
        case AllClearGiven() | CalledOff() | DrillEnded():
            return replace(now, ended_at=fact.at, end_reason=fact.reason, due_at=None)
    raise AssertionError(fact.name)


def _reclaimed(task: Task) -> Task:
    claims = task.clear_claims
    return replace(task, claimed_clear_at=claims[0].at if claims else None)
