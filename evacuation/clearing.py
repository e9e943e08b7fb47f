"""When is a village clear? Two names for every household, and nobody refusing, in need, missing, or in dispute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.facts import Fact
from evacuation.allowed import NotAllowed
from evacuation.claims import Claim, ClaimKind
from evacuation.household_status import Arrived, HouseholdState, HouseholdStatus, How
from evacuation.listed import totals
from evacuation.task_facts import Cleared, TaskState
from evacuation.task_state import ACTIVE, Task

_BLOCKING = (HouseholdState.REFUSED, HouseholdState.NEEDS_HELP, HouseholdState.MISSING)
_MOVED = (HouseholdState.MOVING, HouseholdState.SAFE)

Statuses = Mapping[str, HouseholdStatus]

Human = Callable[[str], str]
"""Names the human behind a name: one who holds two posts is one person, whichever of them they speak as."""


def person(name: str) -> str:
    """Who acts, however it is written: a post marks by page as ``post:ID`` and claims by text as ``ID``."""
    return name.removeprefix("post:")


class Outcome(StrEnum):
    """What the count means for the task: still open, wants its second person, or cleared."""

    OPEN = "open"
    CONFIRM = "confirm"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """The answer of `decide_cleared` and `confirm_cleared`.

    Attributes
    ----------
    not_by
        Who may not be the second person.
    why
        Reasons in Chinese: what stands in the way, or what is being asked.
    """

    outcome: Outcome
    task_facts: tuple[Fact, ...] = ()
    household_facts: tuple[tuple[str, Fact], ...] = ()
    not_by: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


def open_refusals(task: Task, statuses: Statuses) -> tuple[Claim, ...]:
    """Refused claims still open: not taken back, and not overtaken by later marks on everybody they could be about."""
    return tuple(
        claim
        for claim in task.claims
        if claim.kind is ClaimKind.REFUSED and not _overtaken(claim, _scope(task, claim), statuses)
    )


def disputed(task: Task, statuses: Statuses) -> tuple[Claim, ...]:
    """Corrections that say fewer than what was marked, as long as those marks stand; a person must settle them."""
    return tuple(claim for claim in task.claims if claim.disputed and _belies(task, claim, statuses))


def _belies(task: Task, claim: Claim, statuses: Statuses) -> bool:
    states = _MOVED if claim.kind.group is ClaimKind.MOVED else (HouseholdState.AWAY,)
    marked = [
        row
        for row in task.households
        if row.household in _scope(task, claim)
        and (status := statuses.get(row.household)) is not None
        and status.state in states
        and status.at <= claim.at
    ]
    households, people = totals(marked)
    return (claim.households is not None and households > claim.households) or (
        claim.people is not None and people > claim.people
    )


def blockers(task: Task, statuses: Statuses) -> tuple[str, ...]:
    """Why the task cannot be cleared, in Chinese; empty when nothing stands in the way."""
    found: list[str] = []
    for state in _BLOCKING:
        count = sum(
            1
            for row in task.households
            if (status := statuses.get(row.household)) is not None and status.state is state
        )
        if count:
            found.append(f"还有{count}户{state.chinese}")
    short = [
        row
        for row in task.households
        if (status := statuses.get(row.household)) is not None
        and status.state in (HouseholdState.SAFE, HouseholdState.AWAY)
        and not status.accounted
    ]
    if short:
        found.append(f"还有{len(short)}户人没有到齐")
    if open_refusals(task, statuses):
        found.append("上报过拒绝转移,还没有说明已劝走")
    if disputed(task, statuses):
        found.append("有上报与逐户登记不符,要有人核对")
    return tuple(found)


def decide_cleared(task: Task, statuses: Statuses, now: datetime, *, human: Human = person) -> Clearing:
    """Ask after every count and mark: does the task clear, does it want its second person, or is it open?

    It clears by itself only when marks by others than the claimant cover the whole list: then these are the second
    person. A claim equal to the list, or marks on everybody without a claim, ask for one confirmation.

    Parameters
    ----------
    human : callable
        The person behind a post; two names of one person never stand for two.
    """
    if task.state not in ACTIVE:
        return Clearing(outcome=Outcome.OPEN)
    why = blockers(task, statuses)
    if why:
        return Clearing(outcome=Outcome.OPEN, why=why)
    claims, covered = _standing(task, statuses), _covered(task, statuses)
    if covered:
        for claim in claims:
            confirmer = _marked_by_others(task, statuses, _behind(claim, human), human)
            if confirmer is not None:
                fact = Cleared(at=now, claimant=claim.post, confirmer=confirmer, how="marks")
                return Clearing(outcome=Outcome.CLEARED, task_facts=(fact,))
    if not claims and not covered:
        return Clearing(outcome=Outcome.OPEN)
    why = ("已报全部转移,等第二人确认",) if claims else ("已逐户登记完,等第二人确认",)
    return Clearing(outcome=Outcome.CONFIRM, not_by=_not_by(task, statuses, claims, human), why=why)


def confirm(task: Task, statuses: Statuses, *, by: str, how: str, now: datetime, human: Human = person) -> list[Fact]:
    """Clear the task on the word of a second person.

    Raises
    ------
    NotAllowed
        While anybody refuses, needs help, is missing or in dispute; when nobody claims the whole list; when `by` is the
        only one who does.
    """
    if task.state is TaskState.CLEARED:
        return []
    if task.state not in ACTIVE:
        raise NotAllowed("任务不在进行中,不能确认")
    why = blockers(task, statuses)
    if why:
        raise NotAllowed(";".join(why))
    claims, covered = _standing(task, statuses), _covered(task, statuses)
    if not claims and not covered:
        raise NotAllowed("还没有人上报全部转移")
    second = human(by)
    claimant = next((claim.post for claim in claims if second not in _behind(claim, human)), None)
    if claimant is None and covered:
        claimant = _marked_by_others(task, statuses, {second}, human)
    if claimant is None:
        raise NotAllowed("要由上报人以外的另一个人确认")
    return [Cleared(at=now, claimant=claimant, confirmer=by, how=how)]


def arrivals(task: Task, statuses: Statuses, cleared: Cleared) -> tuple[tuple[str, Fact], ...]:
    """What clearing says of the households: every listed one not yet safe or away has arrived, by two names."""
    found: list[tuple[str, Fact]] = []
    for row in task.households:
        status = statuses.get(row.household)
        if status is not None and status.state in (HouseholdState.SAFE, HouseholdState.AWAY, HouseholdState.HOME):
            continue
        found.append(
            (
                row.household,
                Arrived(at=cleared.at, by=cleared.claimant, confirmed_by=cleared.confirmer, how=How.CLAIM),
            )
        )
    return tuple(found)


def confirm_cleared(
    task: Task, statuses: Statuses, *, by: str, how: str, now: datetime, human: Human = person
) -> Clearing:
    """As `confirm`, with the households' facts that belong to the same decision.

    Raises
    ------
    NotAllowed
        As `confirm`.
    """
    facts = confirm(task, statuses, by=by, how=how, now=now, human=human)
    households = tuple(pair for fact in facts if isinstance(fact, Cleared) for pair in arrivals(task, statuses, fact))
    return Clearing(outcome=Outcome.CLEARED, task_facts=tuple(facts), household_facts=households)


def _scope(task: Task, claim: Claim) -> tuple[str, ...]:
    """The households a count is about: the list, or those its post is named for."""
    return tuple(sorted(task.codes)) if claim.whole else task.households_of(claim.post)


def _overtaken(claim: Claim, scope: tuple[str, ...], statuses: Statuses) -> bool:
    """Everybody it could be about is accounted for, and as many as it speaks of only since it was sent."""
    held = [statuses.get(code) for code in scope]
    later = sum(1 for status in held if status is not None and status.at > claim.at)
    return all(s is not None and s.accounted for s in held) and later >= (claim.households or 1)


def _standing(task: Task, statuses: Statuses) -> tuple[Claim, ...]:
    """Claims equal to the list that nobody's going back, or a correction to unaccounted, has belied since."""
    held = [status for row in task.households if (status := statuses.get(row.household)) is not None]
    back = [status.at for status in held if status.state is HouseholdState.UNACCOUNTED and status.by is not None]
    return tuple(claim for claim in task.clear_claims if not any(at > claim.at for at in back))


def _covered(task: Task, statuses: Statuses) -> bool:
    return all((status := statuses.get(row.household)) is not None and status.accounted for row in task.households)


def _names(status: HouseholdStatus) -> tuple[str, ...]:
    return tuple(person(name) for name in (status.by, status.confirmed_by) if name)


def _behind(claim: Claim, human: Human) -> set[str]:
    """Who stands for a claim: its sender, and whoever read it where the words were not certain."""
    return {human(name) for name in (claim.post, claim.read_by) if name}


def _marked_by_others(task: Task, statuses: Statuses, than: set[str], human: Human) -> str | None:
    """The last of the others who marked, when every household carries a name of a human outside `than`."""
    last: tuple[datetime, str] | None = None
    for row in task.households:
        status = statuses[row.household]
        others = [name for name in _names(status) if human(name) not in than]
        if not others:
            return None
        last = max(last or (status.at, others[-1]), (status.at, others[-1]))
    return last[1] if last else None


def _not_by(task: Task, statuses: Statuses, claims: tuple[Claim, ...], human: Human) -> tuple[str, ...]:
    """Who alone stands for the claim; with two claimants either may confirm the other."""
    if claims:
        names = {person(name) for claim in claims[:1] for name in (claim.post, claim.read_by) if name}
        return tuple(sorted(names))
    alone = (_names(statuses[row.household]) for row in task.households)
    return tuple(sorted({name for names in alone if len({human(n) for n in names}) == 1 for name in names}))
