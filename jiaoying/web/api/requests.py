"""Requests: every cry for help, and the simple acts that move it on until it is closed and checked."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from evacuation.request import Request, RequestKind, RequestLevel, RequestState
from jiaoying.engine.commands import CloseRequest
from jiaoying.storage.work import Work
from jiaoying.web.acting import Doing
from jiaoying.web.api.warnings import Body
from jiaoying.web.context import Context
from jiaoying.web.identity import Reading
from jiaoying.web.lists import Cursor, Limit, found, listed, shaper_for
from jiaoying.web.problems import Problem
from jiaoying.web.shapes import Row

router = APIRouter(tags=["求助"])


class Act(StrEnum):
    """What can be done about a request."""

    ASSIGN = "assign"
    BEGIN = "begin"
    DONE = "done"
    CLOSE = "close"
    NOT_SO = "not-so"
    WITHDRAW = "withdraw"


class Move(Body):
    """`to` names who is to solve it (assign); the reason stays private."""

    reason: str = Field(default="", max_length=500)
    to: str | None = Field(default=None, max_length=100)


@router.get("/requests")
def get_requests(
    web: Context,
    viewer: Reading,
    cursor: Cursor = None,
    limit: Limit = 100,
    state: RequestState | None = None,
    event: str | None = None,
    task: str | None = None,
    kind: RequestKind | None = None,
    level: RequestLevel | None = None,
) -> Row:
    """All requests, newest first."""
    return listed(
        web,
        viewer,
        "request",
        cursor=cursor,
        limit=limit,
        state=state,
        event=event,
        task=task,
        kind=kind,
        level=level,
    )


@router.post("/requests/{id}/{act}")
def move(deed: Doing, id: str, act: Act, body: Move) -> Response:
    """Assign, begin, done, close (checked), not-so, withdraw."""
    with deed.web.service.engine.connect() as connection:
        request: Request = found(connection, "request", id, "这个求助")
    deed.viewer.must_see(request.area)
    if act is Act.ASSIGN and not (body.to or "").strip():
        raise Problem(422, "to: 请写明指派给谁")
    if act in (Act.CLOSE, Act.NOT_SO) and not body.reason.strip():
        raise Problem(422, "reason: 请写明核查情况")

    def respond(work: Work, _: Any) -> tuple[int, Row]:
        after: Request = work.get("request", id)
        return 200, shaper_for(deed.web, deed.viewer, work.connection, [request]).request(after)

    return deed.execute(CloseRequest(id=id, act=act, reason=body.reason, to=body.to), respond)
