"""Household (户): where one listed household is, per event; the accounts of all tasks derive from it.

There is one status per event and household, so a household under two orders is counted once. Its facts and table are in
`household_facts`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from core.ids import natural_id
from evacuation.allowed import NotAllowed
from evacuation.household_facts import (
    FACTS,
    LIFECYCLE,
    MARKS,
    Arrived,
    Corrected,
    Departed,
    FoundAway,
    HouseholdFact,
    HouseholdState,
    How,
    Listed,
    NeedsHelp,
    NotFound,
    Persuaded,
    Refused,
    Returned,
    Told,
    WentBack,
)

__all__ = [
    "FACTS",
    "LIFECYCLE",
    "Arrived",
    "Corrected",
    "Departed",
    "FoundAway",
    "HouseholdFact",
    "HouseholdState",
    "HouseholdStatus",
    "How",
    "Listed",
    "NeedsHelp",
    "NotAllowed",
    "NotFound",
    "Persuaded",
    "Refused",
    "Returned",
    "Told",
    "WentBack",
    "correct",
    "evolve",
    "household_id",
    "list_household",
    "mark",
    "put",
]

S = HouseholdState


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdStatus:
    """One household in one event.

    Attributes
    ----------
    people
        The register's figure when it was listed.
    counted
        People of it that the last mark accounts for; None means all of them.
    by, confirmed_by
        Who said so, and the second person where a claim was confirmed (DESIGN section 4, marks and claims).
    place, reason
        A shelter code or a word of an enum; what a person typed comes as a private reference.
    before
        Where the household was in the account when its event ended for it; the account of an ended task keeps it.
    """

    id: str
    state: HouseholdState
    status: CapStatus
    event: str
    household: str
    area: str
    people: int
    counted: int | None = None
    place: str | None = None
    by: str | None = None
    confirmed_by: str | None = None
    how: How | None = None
    at: datetime
    reason: str = ""
    reply: str | None = None
    before: HouseholdState | None = None

    @property
    def accounted(self) -> bool:
        """Whether every person of the household is safe or away."""
        return self.state in (S.SAFE, S.AWAY) and (self.counted is None or self.counted >= self.people)


def evolve(state: HouseholdStatus | None, fact: Fact) -> HouseholdStatus:
    """Return the household after `fact`; a noted fact changes nothing at all."""
    if state is None:
        target = LIFECYCLE.after(None, fact)
        assert isinstance(fact, Listed)
        return HouseholdStatus(
            id=fact.id,
            state=target,
            status=fact.status,
            event=fact.event,
            household=fact.household,
            area=fact.area,
            people=fact.people,
            at=fact.at,
        )
    target = LIFECYCLE.after(state.state, fact)
    if LIFECYCLE.is_noted(state.state, fact.name):
        return state
    before = (state.before or state.state) if target is S.HOME else None
    if isinstance(fact, HouseholdFact):
        return replace(
            state,
            state=target,
            before=before,
            counted=state.counted if target is S.HOME else fact.people,
            place=fact.place,
            by=fact.by,
            confirmed_by=fact.confirmed_by if isinstance(fact, Arrived) else None,
            how=fact.how,
            at=fact.at,
            reason=fact.reason,
            reply=fact.reply,
        )
    assert isinstance(fact, DrillEnded)
    return replace(state, state=target, before=before, at=fact.at, reason=fact.reason)


def household_id(event: str, household: str) -> str:
    """The id of a household's status in an event."""
    return natural_id("household", event, household)


def list_household(
    *, event: str, household: str, area: str, people: int, status: CapStatus, now: datetime
) -> tuple[str, list[Fact]]:
    """Put a household on the list of an event."""
    id_ = household_id(event, household)
    return id_, [Listed(at=now, id=id_, status=status, event=event, household=household, area=area, people=people)]


def mark(
    current: HouseholdStatus,
    to: HouseholdState,
    *,
    by: str,
    how: How,
    now: datetime,
    reply: str | None = None,
    place: str | None = None,
    people: int | None = None,
    reason: str = "",
    all_clear: bool = False,
) -> list[Fact]:
    """Say that a household is now in `to`.

    Parameters
    ----------
    all_clear
        Whether the all-clear was given for every order the household is under; nobody goes home before it.

    Raises
    ------
    NotAllowed
        When the household's state does not take it (a named person may then correct it, see `put`).
    """
    if to is S.HOME and not all_clear and current.state is not S.HOME:
        raise NotAllowed("还没有解除,不能返家")
    kind: type[HouseholdFact] = MARKS[to]
    if to is S.TOLD and current.state is S.REFUSED:
        kind = Persuaded
    name = kind.__name__
    if not (LIFECYCLE.takes(current.state, name) or LIFECYCLE.is_noted(current.state, name)):
        raise NotAllowed(f"这一户现在是“{current.state.chinese}”,不能直接记为“{to.chinese}”")
    return [kind(at=now, by=by, how=how, reply=reply, place=place, people=people, reason=reason)]


def correct(
    current: HouseholdStatus,
    to: HouseholdState,
    *,
    by: str,
    reason: str,
    now: datetime,
    place: str | None = None,
    people: int | None = None,
) -> list[Fact]:
    """Correct the account by name and reason; saying what is already so changes nothing and needs no entry.

    Raises
    ------
    NotAllowed
        Without a name or a reason.
    """
    if not by or not reason:
        raise NotAllowed("更正要有姓名和理由")
    if (current.state, current.counted, current.place) == (to, people, place):
        return []
    return [Corrected(at=now, by=by, how=How.PUT, to=to, place=place, people=people, reason=reason)]


def put(
    current: HouseholdStatus,
    to: HouseholdState,
    *,
    by: str,
    reason: str,
    now: datetime,
    place: str | None = None,
    people: int | None = None,
    all_clear: bool = False,
) -> list[Fact]:
    """What a desk does when it sets a status: a plain fact where the table has one, a correction otherwise.

    Raises
    ------
    NotAllowed
        When the household would go home before the all-clear, or a needed reason is missing.
    """
    if to is S.HOME and not all_clear:
        raise NotAllowed("还没有解除,不能返家")
    kind = Persuaded if to is S.TOLD and current.state is S.REFUSED else MARKS[to]
    if current.state is not to and LIFECYCLE.takes(current.state, kind.__name__):
        return mark(
            current,
            to,
            by=by,
            how=How.PUT,
            now=now,
            place=place,
            people=people,
            reason=reason,
            all_clear=all_clear,
        )
    return correct(current, to, by=by, reason=reason, now=now, place=place, people=people)
