"""Each village: its orders, its account, when it passed which post, and the check that all accounts add up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from core.levels import Level
from evacuation.account import Account, Count, account, outstanding
from evacuation.claims import Claim, ClaimKind
from evacuation.listed import Listed
from evacuation.task import Task
from jiaoying.reports.offices import Offices
from jiaoying.reports.parts import CallOutPart, ClaimPart, SumCheck, TaskPart, Times, VillagePart, WarningPart
from jiaoying.reports.record import Record
from jiaoying.reports.replay import Change, curve, marks
from notifiers.steps import Rung

CLAIM_WORDS = {
    ClaimKind.MOVED: "已离开",
    ClaimKind.COMPLETE: "全部转移",
    ClaimKind.REFUSED: "拒绝",
    ClaimKind.AWAY: "外出",
    ClaimKind.REMAINING: "还剩",
}


def _claim(claim: Claim, task: Task, offices: Offices) -> ClaimPart:
    listed = task.listed
    return ClaimPart(
        office=offices.name(claim.post),
        kind=CLAIM_WORDS[claim.kind],
        at=claim.at,
        households=claim.households,
        people=claim.people,
        whole=claim.whole,
        disputed=claim.disputed,
        confirmed=task.cleared_at is not None and claim.covers(listed.households, listed.people),
    )


def responsible(tasks: Iterable[Task]) -> Mapping[str, frozenset[str]]:
    """Household code → the posts named for it in any of the orders."""
    named: dict[str, set[str]] = {}
    for task in tasks:
        for row in task.assignments:
            if row.responsible is not None:
                named.setdefault(row.household, set()).add(row.responsible)
    return {code: frozenset(posts) for code, posts in named.items()}


def on_list(tasks: Iterable[Task]) -> tuple[Listed, ...]:
    """Every household of some orders, once."""
    rows: dict[str, Listed] = {}
    for task in tasks:
        for row in task.households:
            rows.setdefault(row.household, row)
    return tuple(rows[code] for code in sorted(rows))


def village_parts(
    record: Record,
    *,
    offices: Offices,
    warnings: Sequence[WarningPart],
    callouts: Sequence[CallOutPart],
    walked: Sequence[Change],
) -> tuple[VillagePart, ...]:
    """Every village of the event: those with an order first, highest level and most people first."""
    levels = dict(zip(record.event.villages, record.event.village_levels, strict=True))
    codes = dict.fromkeys((*record.event.villages, *(task.area for task in record.tasks)))
    named = responsible(record.ordered)
    answered = _answers(record, callouts)
    parts = []
    for code in codes:
        tasks = tuple(task for task in record.ordered if task.area == code)
        listed = on_list(tasks)
        own = tuple(change for change in walked if change.status.household in {row.household for row in listed})
        total = account(listed, record.statuses)
        issued = {warning.id: warning for warning in warnings if warning.area == code}
        rows = tuple(_task(task, record, offices, issued.get(task.warning), own, answered) for task in tasks)
        times = _village_times([row.times for row in rows], issued.values())
        parts.append(
            VillagePart(
                area=code,
                name=record.name(code),
                level=levels.get(code),
                ordered=bool(tasks),
                account=total,
                adds_up=total.adds_up(),
                times=times,
                answer_s=_longest(row.answer_s for row in rows),
                clear_s=_longest(row.clear_s for row in rows),
                tasks=rows,
                marks=marks(listed, own, named),
                outstanding=tuple(row.household for row in outstanding(listed, record.statuses)),
                curve=curve(listed, own),
            )
        )
    return tuple(sorted(parts, key=lambda v: (not v.ordered, -_rank(v.level), -v.account.listed.people, v.area)))


def sum_check(record: Record, villages: Iterable[VillagePart]) -> SumCheck:
    """Whether the villages add up to the event, and how many households stood on the lists of two villages."""
    total = Account(listed=Count())
    for village in villages:
        total = _added(total, village.account)
    twice = total.listed - record.account.listed
    same = twice != Count() or total == record.account
    return SumCheck(villages=total, counted_twice=twice, adds_up=same and total.adds_up() and record.account.adds_up())


def _added(one: Account, other: Account) -> Account:
    return Account(
        listed=one.listed + other.listed,
        safe=one.safe + other.safe,
        away=one.away + other.away,
        refused=one.refused + other.refused,
        needs_help=one.needs_help + other.needs_help,
        missing=one.missing + other.missing,
        moving=one.moving + other.moving,
        told=one.told + other.told,
        unaccounted=one.unaccounted + other.unaccounted,
    )


def _rank(level: Level | None) -> int:
    return 0 if level is None else level.rank


def _between(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else max(0.0, (end - start).total_seconds())


def _first(times: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in times if at is not None), default=None)


def _last(times: Iterable[datetime | None]) -> datetime | None:
    """The last of them, None unless all are known."""
    known = tuple(times)
    return None if None in known else max((at for at in known if at is not None), default=None)


def _longest(seconds: Iterable[float | None]) -> float | None:
    """The longest of them, None unless all are known."""
    known = tuple(seconds)
    return None if None in known else max((one for one in known if one is not None), default=None)


def _answers(record: Record, callouts: Sequence[CallOutPart]) -> Mapping[str, tuple[datetime, ...]]:
    """Task → when somebody answered a call-out about it (rung `answered`)."""
    subjects = {part.id: part.subject for part in callouts if part.rung == Rung.ANSWERED.value}
    found: dict[str, list[datetime]] = {}
    for moment in record.moments:
        if moment.fact == "Answered" and moment.subject in subjects:
            found.setdefault(subjects[moment.subject], []).append(moment.at)
    return {task: tuple(sorted(times)) for task, times in found.items()}


def _village_times(rows: Sequence[Times], warnings: Iterable[WarningPart]) -> Times:
    known = tuple(warnings)
    return Times(
        proposed=_first(warning.proposed_at for warning in known),
        issued=_first(warning.issued_at for warning in known),
        ordered=_first(row.ordered for row in rows),
        first_answer=_first(row.first_answer for row in rows),
        acknowledged=_last(row.acknowledged for row in rows),
        first_moved=_first(row.first_moved for row in rows),
        claimed=_last(row.claimed for row in rows),
        cleared=_last(row.cleared for row in rows),
        ended=_last(row.ended for row in rows),
    )


def _task_times(
    task: Task, warning: WarningPart | None, walked: Sequence[Change], answered: Sequence[datetime]
) -> Times:
    ordered = task.ordered_at
    codes = task.codes
    moved = (
        change.at for change in walked if change.fact in ("Departed", "Arrived") and change.status.household in codes
    )
    return Times(
        proposed=None if warning is None else warning.proposed_at,
        issued=None if warning is None else warning.issued_at,
        ordered=ordered,
        first_answer=_first(at for at in answered if ordered is not None and at >= ordered),
        acknowledged=task.acknowledged_at,
        first_moved=_first(at for at in moved if ordered is not None and at >= ordered),
        claimed=task.claimed_clear_at,
        cleared=task.cleared_at,
        ended=task.ended_at,
    )


def _task(
    task: Task,
    record: Record,
    offices: Offices,
    warning: WarningPart | None,
    walked: Sequence[Change],
    answered: Mapping[str, tuple[datetime, ...]],
) -> TaskPart:
    clocks = task.clocks
    times = _task_times(task, warning, walked, answered.get(task.id, ()))
    return TaskPart(
        id=task.id,
        warning=task.warning,
        family=task.family.chinese,
        state=task.state.value,
        level=task.level,
        version=task.version,
        reason="" if ":" in task.order_reason else task.order_reason,  # a private reference stays out
        times=times,
        answer_s=_between(times.ordered, times.first_answer),
        clear_s=_between(times.ordered, times.cleared),
        cleared_by=offices.name(task.cleared_by) if task.cleared_by else None,
        account=record.account_of(task),
        need_s=None if clocks is None else clocks.need_s,
        slack_s=None if clocks is None else clocks.slack_s,
        clocks="" if clocks is None else clocks.words,
        others_present=task.others_present,
        claims=tuple(_claim(claim, task, offices) for claim in task.claims),
    )
