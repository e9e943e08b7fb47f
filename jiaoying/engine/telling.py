"""Townships and the county: told in parallel, each by a call-out about (event, level, area) with its list of villages."""

from __future__ import annotations

from datetime import timedelta

from core.levels import Level
from evacuation.task import Task, TaskState
from jiaoying.engine import calling
from jiaoying.engine.turn import Turn
from notifiers.callout import CallOut, CallOutState
from people.areas import AreaLevel
from people.posts import Post, Role

BETWEEN_RINGS = timedelta(minutes=1)  # a township is not rung anew for every single village of a wave
ENDED = (TaskState.CALLED_OFF, TaskState.STOOD_DOWN)


def tell_areas(turn: Turn, event: str) -> None:
    """Mark that townships and county must hear how the list stands; told once a turn, after all villages."""
    turn.tell.add(event)


def tell(turn: Turn, event: str) -> None:
    """Call township and county about (event, level, area) with the list of their tasks; superseded when it grows.

    The version of such a call-out is how many tasks of the area ever stood at its level or above: it rises whenever a
    village joins, also when another has left meanwhile. A list that grows village by village rings once a minute.
    """
    every: list[Task] = turn.work.select("task", event=event)
    open_tasks = [task for task in every if task.state not in ENDED]
    for area, role in areas_to_tell(turn, open_tasks):
        here = [task for task in every if area in (turn.county.tree.township(task.area), turn.site.area)]
        for level in sorted({task.level for task in here if task.state not in ENDED}, reverse=True):
            post = _first_on_duty(turn, area, role)
            if post is None or level < Level.YELLOW:
                continue
            subject = turn.id("area", event, level, area)
            known = _area_callout(turn, subject)
            version = sum(1 for task in here if task.level >= level)
            if known is None or known.state is CallOutState.WITHDRAWN:
                calling.call(
                    turn,
                    post=post,
                    subject_kind="area",
                    subject=subject,
                    level=level,
                    event=event,
                    version=version,
                    urgency=200,
                    moment=turn.now if known is not None else None,
                )
            elif version > known.order_version and turn.now - (known.begun_at or turn.now) >= BETWEEN_RINGS:
                calling.supersede(turn, known, version=version, level=level)
    _let_areas_rest(turn, event, open_tasks)


def _let_areas_rest(turn: Turn, event: str, open_tasks: list[Task]) -> None:
    """Withdraw the call-outs of townships and county that have no village left to speak of, and tell who was rung."""
    for callout in turn.work.select("callout", event=event, subject_kind="area", state=calling.OPEN):
        if any(
            task.level is callout.level and callout.area in (turn.county.tree.township(task.area), turn.site.area)
            for task in open_tasks
        ):
            continue
        calling.withdraw_one(turn, callout, "no_village_left")


def _area_callout(turn: Turn, subject: str) -> CallOut | None:
    found = turn.work.select("callout", subject=subject, subject_kind="area")
    return max(found, key=lambda c: (c.state is not CallOutState.WITHDRAWN, c.created_at, c.id), default=None)


def areas_to_tell(turn: Turn, open_tasks: list[Task]) -> list[tuple[str, Role]]:
    """Townships of the tasks, and the county."""
    townships = {turn.county.tree.township(task.area) for task in open_tasks}
    told = [(code, Role.DISPATCHER) for code in sorted(code for code in townships if code is not None)]
    site = turn.county.tree.get(turn.site.area)
    if open_tasks and site is not None and site.level is not AreaLevel.TOWNSHIP:
        told.append((turn.site.area, Role.COMMANDER))
    return told


def _first_on_duty(turn: Turn, area: str, role: Role) -> Post | None:
    for wanted in (role, Role.DISPATCHER, Role.DUTY, Role.LEADER, Role.COMMANDER):
        found = turn.county.at_post(area, wanted, turn.now, turn.site.timezone)
        if found:
            return found[0]
    return None


def tasks_of_area(turn: Turn, event: str, area: str, level: Level) -> list[Task]:
    """The tasks a township's or the county's call-out speaks of."""
    return sorted(
        (
            task
            for task in turn.work.select("task", event=event, level=level)
            if task.state not in ENDED and area in (turn.county.tree.township(task.area), turn.site.area)
        ),
        key=lambda task: task.area,
    )
