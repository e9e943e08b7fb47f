"""Tasks: list, one with clocks and every listed household, the second person's confirmation, the all-clear."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from core.levels import Level
from evacuation.task import Task, TaskState
from jiaoying.engine.commands import ConfirmTask, SignAllClear
from jiaoying.storage import views
from jiaoying.storage.work import Work
from jiaoying.web.acting import Deed, Doing
from jiaoying.web.api.warnings import SECOND, Body, Sign
from jiaoying.web.context import Context
from jiaoying.web.identity import Reading
from jiaoying.web.lists import Cursor, Limit, found, known_area, shaper_for
from jiaoying.web.shapes import Row

router = APIRouter(tags=["任务"])


class AllClear(Body):
    """A signature under the all-clear, resting on a named expert's word."""

    version: int
    expert: str = Field(min_length=1, max_length=100, pattern=r"\S")
    reason: str = Field(min_length=1, max_length=500, pattern=r"\S")


@router.get("/tasks")
def get_tasks(
    web: Context,
    viewer: Reading,
    cursor: Cursor = None,
    limit: Limit = 100,
    state: TaskState | None = None,
    event: str | None = None,
    area: str | None = None,
    level: Level | None = None,
) -> Row:
    """All tasks with their accounts, newest first."""
    if area is not None:
        known_area(web, area)
    equals = {"state": state, "event": event, "area": area, "level": level}
    with web.service.engine.connect() as connection:
        page = views.page(
            connection,
            "task",
            cursor=cursor,
            limit=limit,
            areas=viewer.areas,
            **{name: value for name, value in equals.items() if value is not None},
        )
        statuses = views.statuses_of_tasks(connection, page.items)
        shaper = shaper_for(web, viewer, connection, ())
        return {"items": [shaper.task(task, statuses[task.id]) for task in page.items], "next": page.next}


@router.get("/tasks/{id}")
def get_task(web: Context, viewer: Reading, id: str) -> Row:
    """One task: clocks, and every listed household once."""
    with web.service.engine.connect() as connection:
        task: Task = found(connection, "task", id, "这项任务")
        viewer.must_see(task.area)
        statuses = views.statuses_of_tasks(connection, [task])
        return shaper_for(web, viewer, connection, ()).whole_task(task, statuses[id])


def _seen(deed: Deed, id: str) -> Task:
    with deed.web.service.engine.connect() as connection:
        task: Task = found(connection, "task", id, "这项任务")
    deed.viewer.must_see(task.area)
    return task


def _row(deed: Deed, work: Work, id: str) -> Row:
    task: Task = work.get("task", id)
    work.flush()  # the account is read from the rows of this very transaction
    statuses = views.statuses_of_tasks(work.connection, [task])
    return shaper_for(deed.web, deed.viewer, work.connection, ()).task(task, statuses[id])


@router.post("/tasks/{id}/confirm")
def confirm(deed: Doing, id: str, body: Sign) -> Response:
    """The second person's word that a village claimed clear is clear."""
    _seen(deed, id)
    command = ConfirmTask(id=id, version=body.version, reason=body.reason)
    return deed.execute(command, lambda work, _: (200, _row(deed, work, id)))


@router.post("/tasks/{id}/all-clear", responses=SECOND)
def all_clear(deed: Doing, id: str, body: AllClear) -> Response:
    """One signature under the all-clear; 202 until a second, different person repeats it."""
    task = _seen(deed, id)

    def respond(work: Work, _: Any) -> tuple[int, Row]:
        after: Task = work.get("task", id)
        ended = after.state in (TaskState.STOOD_DOWN, TaskState.CALLED_OFF)
        return (200 if ended else 202), _row(deed, work, id)

    who, now = str(deed.viewer.actor), deed.web.service.clock()
    standing = task.due_at is None or task.due_at > now
    if body.version == task.version and standing and any(one.who == who for one in task.signatures):
        # The same person again: the second is still wanted, and nothing has changed.
        return deed.run("Look", lambda turn: turn.work.get("task", id), respond)
    return deed.execute(SignAllClear(id=id, version=body.version, expert=body.expert, reason=body.reason), respond)
