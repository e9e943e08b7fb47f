"""Walks the household facts of the journal again: who marked whom, and how many were safe at every moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from core.cap import CapStatus
from core.facts import Fact
from evacuation.account import Count, account
from evacuation.household_facts import FACTS, HouseholdState, How
from evacuation.household_status import HouseholdStatus, evolve
from evacuation.listed import Listed
from jiaoying.reports.parts import CurvePoint, MarkPart
from jiaoying.reports.record import Moment, Record

_READ = {"how": How, "to": HouseholdState, "status": CapStatus, "at": datetime.fromisoformat}
_COUNTED = (HouseholdState.SAFE, HouseholdState.AWAY)

WAYS = {
    "own_post": "包保人逐户清点",
    "other_post": "村内其他岗位清点",
    "claim": "上报总数,经第二人复核",
    "page": "村级页面勾选",
    "roll": "点名",
    "desk": "值班室登记或更正",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One household after one fact."""

    at: datetime
    fact: str
    status: HouseholdStatus


def changes(record: Record) -> tuple[Change, ...]:
    """Every change of a household of the event, in the order of the journal."""
    states: dict[str, HouseholdStatus] = {}
    found: list[Change] = []
    for moment in record.moments:
        if moment.kind != "household" or moment.fact not in FACTS:
            continue
        after = evolve(states.get(moment.subject), _fact(moment))
        if after is not states.get(moment.subject):
            states[moment.subject] = after
            found.append(Change(at=moment.at, fact=moment.fact, status=after))
    return tuple(found)


def _fact(moment: Moment) -> Fact:
    kind = FACTS[moment.fact]
    values: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in moment.data:
            value = moment.data[field.name]
            read = _READ.get(field.name)
            values[field.name] = value if value is None or read is None else read(value)
    return kind(**values)


def curve(listed: Iterable[Listed], walked: Iterable[Change]) -> tuple[CurvePoint, ...]:
    """Listed, safe and away at every moment at which one of them changed; the last point is the account of the end."""
    rows = {row.household: row for row in listed}
    known: dict[str, HouseholdStatus] = {}
    on_list: dict[str, Listed] = {}
    safe, away, total = Count(), Count(), Count()
    points: list[CurvePoint] = []
    for change in walked:
        household = change.status.household
        row = rows.get(household)
        if row is None:
            continue
        if household in on_list:
            was = account((row,), known)
            safe, away = safe - was.safe, away - was.away
        else:
            on_list[household] = row
            total += Count(households=1, people=row.people)
        known[household] = change.status
        now = account((row,), {household: change.status})
        safe, away = safe + now.safe, away + now.away
        point = CurvePoint(at=change.at, listed=total, safe=safe, away=away)
        if points and points[-1].at == point.at:
            points[-1] = point
        elif not points or (points[-1].listed, points[-1].safe, points[-1].away) != (total, safe, away):
            points.append(point)
    return tuple(points)


def marks(
    listed: Iterable[Listed], walked: Iterable[Change], responsible: Mapping[str, frozenset[str]]
) -> tuple[MarkPart, ...]:
    """Who brought the households that ended safe or away into the account, and by which way.

    Parameters
    ----------
    responsible
        Household code → the posts named for it in any order.
    """
    last: dict[str, HouseholdStatus] = {}
    for change in walked:
        if change.status.state is not HouseholdState.HOME:
            last[change.status.household] = change.status
    sums = dict.fromkeys(WAYS, Count())
    for row in {row.household: row for row in listed}.values():
        status = last.get(row.household)
        if status is None or status.state not in _COUNTED:
            continue
        counted = account((row,), {row.household: status})
        sums[_way(status, responsible.get(row.household, frozenset()))] += counted.safe + counted.away
    return tuple(MarkPart(way=way, words=words, count=sums[way]) for way, words in WAYS.items())


def _way(status: HouseholdStatus, responsible: frozenset[str]) -> str:
    if status.how is How.CLAIM or status.confirmed_by is not None:
        return "claim"
    match status.how:
        case How.PAGE:
            return "page"
        case How.ROLL:
            return "roll"
        case How.PUT:
            return "desk"
    return "own_post" if status.by in responsible else "other_post"
