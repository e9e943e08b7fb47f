"""The account (账): for every task, always, listed = the sum of where its households are, in households and in people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evacuation.household_status import HouseholdState, HouseholdStatus
from evacuation.listed import Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """So many households and so many people."""

    households: int = 0
    people: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(households=self.households + other.households, people=self.people + other.people)

    def __sub__(self, other: Count) -> Count:
        return Count(households=self.households - other.households, people=self.people - other.people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account of one list; keys as in CONTRACT section 6."""

    listed: Count
    safe: Count = Count()
    away: Count = Count()
    refused: Count = Count()
    needs_help: Count = Count()
    missing: Count = Count()
    moving: Count = Count()
    told: Count = Count()
    unaccounted: Count = Count()

    @property
    def outstanding(self) -> Count:
        """Listed less safe and away: what keeps the account open."""
        return self.listed - self.safe - self.away

    @property
    def closed(self) -> bool:
        """Whether nobody is outstanding."""
        return self.outstanding == Count()

    def adds_up(self) -> bool:
        """Whether the parts sum to the list (a watch rule asks this of every task)."""
        parts = (
            self.safe
            + self.away
            + self.refused
            + self.needs_help
            + self.missing
            + self.moving
            + self.told
            + self.unaccounted
        )
        return parts == self.listed


def account(listed: Iterable[Listed], statuses: Mapping[str, HouseholdStatus]) -> Account:
    """Count a list.

    A household without a status is unaccounted. When a mark accounts for fewer people than listed, the others are
    unaccounted people, so that the account stays open. A household that is home again is counted where it was when
    its event ended, so that what was open stays open in the report.

    Parameters
    ----------
    statuses
        By household code.
    """
    sums = {key: Count() for key in _KEYS.values()}
    total = Count()
    for row in {row.household: row for row in listed}.values():
        total += Count(households=1, people=row.people)
        status = statuses.get(row.household)
        if status is None:
            sums["unaccounted"] += Count(households=1, people=row.people)
            continue
        seen = row.people if status.counted is None else max(0, min(status.counted, row.people))
        sums[_KEYS[status.before or status.state]] += Count(households=1, people=seen)
        sums["unaccounted"] += Count(people=row.people - seen)
    return Account(listed=total, **sums)


def outstanding(listed: Iterable[Listed], statuses: Mapping[str, HouseholdStatus]) -> tuple[Listed, ...]:
    """The households of a list that are not, or not all, safe or away: whom somebody still has to look for."""
    return tuple(row for row in listed if (status := statuses.get(row.household)) is None or not status.accounted)


_KEYS: Mapping[HouseholdState, str] = {
    HouseholdState.SAFE: "safe",
    HouseholdState.HOME: "unaccounted",
    HouseholdState.AWAY: "away",
    HouseholdState.REFUSED: "refused",
    HouseholdState.NEEDS_HELP: "needs_help",
    HouseholdState.MISSING: "missing",
    HouseholdState.MOVING: "moving",
    HouseholdState.TOLD: "told",
    HouseholdState.UNACCOUNTED: "unaccounted",
}
