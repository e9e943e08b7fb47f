"""A village in a test: a task, its households, and posts that report, mark and confirm."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from core.cap import CapStatus
from core.facts import Fact
from core.levels import Level
from evacuation import household_status, task
from evacuation.account import Account
from evacuation.clearing import Clearing, Outcome, confirm_cleared, decide_cleared
from evacuation.household_status import HouseholdState, HouseholdStatus, How
from evacuation.listed import Assignment, Listed
from evacuation.reply.reading import Intent, Quantity, Reading
from evacuation.tally import Counting, count
from evacuation.task import Task, TaskState
from hazards.zones import Family
from jiaoying.storage.codec import decode, encode

START = datetime(2025, 7, 8, 23, 0, tzinfo=UTC)
LEADER, SECOND, TOWNSHIP = "post-leader", "post-keeper", "user:township"


def quantity(*numbers: int | None) -> Quantity:
    households, people = (*numbers, None, None)[:2]
    return Quantity(households=households, people=people)


def menu(text: str) -> Reading:
    """The numeric menu, read the way the reader reads it; only for tests of counting."""
    digit, *rest = text.split()
    numbers = quantity(*(int(n) for n in rest)) if rest else None
    match digit:
        case "1":
            return Reading(intents=(Intent.ACK,), sure=True, menu=True)
        case "2":
            return Reading(intents=(Intent.PROGRESS,), moved=numbers, sure=True, menu=True)
        case "+":
            return Reading(intents=(Intent.PROGRESS,), moved=numbers, increment=True, sure=True)
        case "3":
            return Reading(intents=(Intent.COMPLETE,), moved=numbers, sure=True, menu=True)
        case "4":
            return Reading(intents=(Intent.HELP,), sure=True, menu=True)
        case "5":
            return Reading(intents=(Intent.REFUSE,), refused=numbers, sure=True, menu=True)
        case "9":
            return Reading(intents=(Intent.CORRECTION,), moved=numbers, sure=True, menu=True)
    raise AssertionError(text)


T = TypeVar("T")


def saved(value: T) -> T:
    """The value as it comes back from where it was stored."""
    back = decode(type(value), json.loads(json.dumps(encode(value))))
    assert back == value
    return back


class Village:
    """One task with households H1…, sizes as given; the first `own` names who answers for which."""

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        named: Mapping[str, Sequence[int]] | None = None,
        ordered: bool = True,
        event: str = "event",
        warning: str = "warning",
    ) -> None:
        self.now = START
        self.listed = tuple(
            Listed(household=f"H{i}", people=people, area="530629101201") for i, people in enumerate(sizes, start=1)
        )
        responsible = {f"H{i}": post for post, numbers in (named or {}).items() for i in numbers}
        self.facts: list[Fact] = []
        self.statuses: dict[str, HouseholdStatus] = {}
        for row in self.listed:
            _, born = household_status.list_household(
                event=event,
                household=row.household,
                area=row.area,
                people=row.people,
                status=CapStatus.EXERCISE,
                now=self.now,
            )
            self.statuses[row.household] = household_status.evolve(None, born[0])
        _, planned = task.plan_task(
            event=event,
            warning=warning,
            area="530629101201",
            level=Level.RED,
            family=Family.SLOPE,
            status=CapStatus.EXERCISE,
            households=self.listed,
            assignments=tuple(
                Assignment(household=row.household, people=row.people, responsible=responsible.get(row.household))
                for row in self.listed
            ),
            clocks=None,
            now=self.now,
        )
        self.task: Task = task.evolve(None, planned[0])
        self._replies = 0
        if ordered:
            self.take(task.order(self.task, level=Level.RED, reason="red", now=self.now))

    def later(self, minutes: float = 1) -> Village:
        self.now += timedelta(minutes=minutes)
        return self

    def take(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            fact = saved(fact)
            self.facts.append(fact)
            self.task = saved(task.evolve(self.task, fact))

    def take_households(self, facts: Sequence[tuple[str, Fact]]) -> None:
        for code, fact in facts:
            fact = saved(fact)
            self.facts.append(fact)
            self.statuses[code] = saved(household_status.evolve(self.statuses[code], fact))
        self.take(task.reopen(self.task, self.statuses, now=self.now))

    def says(
        self,
        post: str,
        text: str | Reading,
        *,
        reply: str | None = None,
        leads: bool | None = None,
        read_by: str | None = None,
    ) -> Counting:
        self._replies += 1
        counting = count(
            self.task,
            menu(text) if isinstance(text, str) else text,
            post=post,
            post_households=self.task.households_of(post),
            statuses=self.statuses,
            reply=reply or f"reply-{self._replies}",
            now=self.now,
            leads=leads,
            read_by=read_by,
        )
        self.take(counting.task_facts)
        self.take_households(counting.household_facts)
        return counting

    def marks(self, post: str, to: HouseholdState, *numbers: int, people: int | None = None) -> None:
        for number in numbers:
            code = f"H{number}"
            facts = household_status.mark(self.statuses[code], to, by=post, how=How.PAGE, now=self.now, people=people)
            self.take_households([(code, fact) for fact in facts])

    def corrects(self, to: HouseholdState, number: int, *, by: str = TOWNSHIP) -> None:
        code = f"H{number}"
        facts = household_status.correct(self.statuses[code], to, by=by, reason="查实", now=self.now)
        self.take_households([(code, fact) for fact in facts])

    def asks(self) -> Clearing:
        clearing = decide_cleared(self.task, self.statuses, self.now)
        if clearing.outcome is Outcome.CLEARED:
            self.take(clearing.task_facts)
            self.take_households(clearing.household_facts)
        return clearing

    def confirms(self, by: str = SECOND) -> Clearing:
        clearing = confirm_cleared(self.task, self.statuses, by=by, how="confirm", now=self.now)
        self.take(clearing.task_facts)
        self.take_households(clearing.household_facts)
        return clearing

    @property
    def account(self) -> Account:
        return self.task.account(self.statuses)

    def state(self, number: int) -> HouseholdState:
        return self.statuses[f"H{number}"].state

    @property
    def cleared(self) -> bool:
        return self.task.state is TaskState.CLEARED

    def claims(self) -> list[tuple[str, str, int | None, int | None]]:
        return sorted((c.post, c.kind.value, c.households, c.people) for c in self.task.claims)
