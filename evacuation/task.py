"""Task (任务): what one village must do for one warning; versioned, answered, counted, cleared by two names.

This is the door of the aggregate: its facts and table are in `task_facts`, its state in `task_state`, the question
whether it is clear in `clearing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from core.cap import CapStatus
from core.facts import Fact
from core.levels import Level
from evacuation.account import Account
from evacuation.allowed import NotAllowed
from evacuation.claims import Claim, ClaimKind
from evacuation.clearing import Clearing, Outcome, arrivals, blockers, confirm, confirm_cleared, decide_cleared
from evacuation.clocks import Clocks
from evacuation.household_status import HouseholdStatus
from evacuation.listed import Assignment, Listed
from evacuation.task_facts import (
    FACTS,
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
from evacuation.task_state import ENDED, Others, Task, evolve, task_id
from hazards.zones import Family

__all__ = [
    "FACTS",
    "LIFECYCLE",
    "Acknowledged",
    "AllClearGiven",
    "AllClearLapsed",
    "AllClearSigned",
    "Amended",
    "Assignment",
    "CalledOff",
    "Claim",
    "ClaimKind",
    "Cleared",
    "Clearing",
    "Listed",
    "MovementReported",
    "NotAllowed",
    "Ordered",
    "Others",
    "OthersReported",
    "Outcome",
    "Planned",
    "Reopened",
    "Signature",
    "Task",
    "TaskState",
    "acknowledge",
    "amend",
    "arrivals",
    "blockers",
    "call_off",
    "check_all_clear",
    "confirm",
    "confirm_cleared",
    "decide_cleared",
    "evolve",
    "order",
    "plan_task",
    "reopen",
    "should_order",
    "sign_all_clear",
    "task_id",
    "when_due",
]

SIGNATURE_LASTS = timedelta(minutes=30)  # DESIGN section 4: the first signature lapses after 30 min


def plan_task(
    *,
    event: str,
    warning: str,
    area: str,
    level: Level,
    family: Family,
    status: CapStatus,
    households: tuple[Listed, ...],
    assignments: tuple[Assignment, ...],
    clocks: Clocks | None,
    now: datetime,
) -> tuple[str, list[Fact]]:
    """Make the task of a warning in a village; nobody moves before it is ordered."""
    id_ = task_id(warning, area)
    fact = Planned(
        at=now,
        id=id_,
        status=status,
        event=event,
        warning=warning,
        area=area,
        level=level,
        family=family,
        households=households,
        assignments=assignments,
        clocks=clocks,
    )
    return id_, [fact]


def should_order(level: Level, *, night: bool, order_at: Level = Level.RED, stage_open: bool = False) -> bool:
    """Whether a warning of `level` orders people to move.

    At night (20:00–06:00) the decision to move counts one level up; `stage_open` is the ladder's 2 h stage.
    """
    return stage_open or (level.up() if night else level) >= order_at


def order(task: Task, *, level: Level, reason: str, now: datetime) -> list[Fact]:
    """Order the village to move; an ordered task is not ordered twice."""
    return [Ordered(at=now, level=level, reason=reason)] if task.state is TaskState.PLANNED else []


def amend(
    task: Task,
    *,
    level: Level,
    households: tuple[Listed, ...],
    assignments: tuple[Assignment, ...],
    clocks: Clocks | None,
    reason: str,
    now: datetime,
    anew: bool = False,
) -> list[Fact]:
    """Change an order. Whoever is listed stays listed; the list can only grow.

    People are frozen at the order: until then the register's newer figures win, afterwards the ones ordered with.
    New clocks alone change no order: they move every minute, and the version is what people answer to. `anew` makes a
    version even where the list is the same: what was only planned becomes the order, and a "1" to "be ready" is no
    answer to "move".
    """
    if task.state in ENDED:
        return []
    kept = {row.household: row for row in task.households}
    given = {row.household: row for row in households}
    rows = {**kept, **given} if task.state is TaskState.PLANNED else {**given, **kept}
    merged = tuple(sorted(rows.values(), key=lambda r: r.household))
    named = {row.household: row for row in task.assignments}
    given_to = {row.household: row for row in assignments if row.household in rows}
    turned = tuple(
        sorted(
            (replace(row, people=rows[row.household].people) for row in {**named, **given_to}.values()),
            key=lambda r: (r.order, r.household),
        )
    )
    grew = len(merged) > len(kept)
    same_list = rows == kept and {row.household: row for row in turned} == named
    if same_list and level == task.level and not anew:
        return []
    return [
        Amended(
            at=now,
            version=task.version + 1,
            level=level,
            households=merged,
            assignments=turned,
            clocks=clocks,
            grew=grew,
            reason=reason,
        )
    ]


def call_off(task: Task, *, by: str, reason: str, now: datetime) -> list[Fact]:
    """Take the order back; impossible once people move, because only the all-clear ends that.

    Raises
    ------
    NotAllowed
    """
    match task.state:
        case TaskState.PLANNED | TaskState.ORDERED | TaskState.ACKNOWLEDGED:
            return [CalledOff(at=now, by=by, reason=reason)]
        case TaskState.MOVING | TaskState.CLEARED:
            raise NotAllowed("已有人在转移,只能解除,不能取消")
        case TaskState.STOOD_DOWN | TaskState.CALLED_OFF:
            return []
    assert_never(task.state)


def acknowledge(task: Task, *, by: str, how: str, now: datetime) -> list[Fact]:
    """Take an answer of the village; a second one is noted, one to a plan is nothing (nobody was asked to move)."""
    return [] if task.state is TaskState.PLANNED else [Acknowledged(at=now, by=by, how=how)]


def reopen(task: Task, statuses: Mapping[str, HouseholdStatus], *, now: datetime) -> list[Fact]:
    """Open a cleared task again when one of its households is no longer safe or away; ask after household facts."""
    if task.state is not TaskState.CLEARED:
        return []
    for row in task.households:
        status = statuses.get(row.household)
        if status is None or not status.accounted:
            reason = status.state.value if status is not None else "UNACCOUNTED"
            return [Reopened(at=now, household=row.household, reason=reason)]
    return []


def sign_all_clear(
    task: Task,
    *,
    who: str,
    expert: str,
    reason: str,
    account: Account,
    rain_below: bool,
    drill: bool,
    night: bool,
    now: datetime,
) -> list[Fact]:
    """Put a name under the all-clear; the second, different one gives it (in a drill the first).

    Parameters
    ----------
    expert
        Private reference of the named expert whose word it rests on.
    rain_below
        Rain and forecast are below the line.
    night
        It is between 20:00 and 06:00 local time.

    Raises
    ------
    NotAllowed
    """
    if task.state in ENDED:
        return []
    if not expert:
        raise NotAllowed("解除要有专家姓名和意见")
    if not reason:
        raise NotAllowed("解除要写理由")
    if not rain_below:
        raise NotAllowed("雨情或预报还在警戒线以上,不能解除")
    if night:
        raise NotAllowed("20:00 至次日 06:00 不解除,不能让人夜里返回")
    facts: list[Fact] = list(check_all_clear(task, account=account, rain_below=True, now=now))
    standing = () if facts else task.signatures
    signed = tuple(signature.who for signature in standing)
    if who in signed:
        raise NotAllowed("解除要两个不同的人签字,您已签过")
    signature = Signature(who=who, expert=expert, reason=reason, at=now, account=account)
    facts.append(AllClearSigned(at=now, signature=signature, lapses_at=now + SIGNATURE_LASTS))
    if drill or signed:
        if task.state is TaskState.PLANNED:
            facts.append(CalledOff(at=now, by=who, reason=reason))
        else:
            facts.append(AllClearGiven(at=now, by=(*signed, who), reason=reason))
    return facts


def check_all_clear(task: Task, *, account: Account, rain_below: bool, now: datetime) -> list[Fact]:
    """Let the signature lapse when rain, the account or 30 min took away what it was given on; ask on each of these."""
    if not task.signatures or task.state in ENDED:
        return []
    if not rain_below:
        return [AllClearLapsed(at=now, reason="rain")]
    if any(signature.account != account for signature in task.signatures):
        return [AllClearLapsed(at=now, reason="account")]
    return when_due(task, now)


def when_due(task: Task, now: datetime) -> list[Fact]:
    """Do what is due: a first signature without a second lapses."""
    if task.due_at is None or task.due_at > now or task.state in ENDED:
        return []
    return [AllClearLapsed(at=now, reason="time")]
