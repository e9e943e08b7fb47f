"""Replies: each inbound text once, and a person's reading of those nobody could read."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from evacuation.replies import Reply, ReplyState
from jiaoying.engine.commands import ReadReply
from jiaoying.storage import views
from jiaoying.storage.work import Work
from jiaoying.web.acting import Doing
from jiaoying.web.api.warnings import Body
from jiaoying.web.context import Context
from jiaoying.web.identity import Reading
from jiaoying.web.lists import Cursor, Limit, found, listed, shaper_for
from jiaoying.web.problems import Problem
from jiaoying.web.shapes import Row

router = APIRouter(tags=["回复"])


class PersonsReading(Body):
    """What a person read, in the words of the menu ("2 12 36"); empty: nothing follows from it."""

    text: str = Field(default="", max_length=200)
    reason: str = Field(default="", max_length=500)


@router.get("/replies")
def get_replies(
    web: Context,
    viewer: Reading,
    cursor: Cursor = None,
    limit: Limit = 100,
    state: ReplyState | None = None,
    event: str | None = None,
    task: str | None = None,
    callout: str | None = None,
) -> Row:
    """All replies, newest first."""
    return listed(
        web, viewer, "reply", cursor=cursor, limit=limit, state=state, event=event, task=task, callout=callout
    )


@router.post("/replies/{id}/read")
def read(deed: Doing, id: str, body: PersonsReading) -> Response:
    """A person's reading of an unsure reply; it counts like a sure one."""
    with deed.web.service.engine.connect() as connection:
        reply: Reply = found(connection, "reply", id, "这条回复")
        if deed.viewer.areas is not None and not views.find(
            connection, "reply", areas=deed.viewer.areas, id=id, limit=1
        ):
            raise Problem(403, "不在您负责的行政区内")

    def respond(work: Work, _: Any) -> tuple[int, Row]:
        after: Reply = work.get("reply", id)
        return 200, shaper_for(deed.web, deed.viewer, work.connection, [reply]).reply(after)

    return deed.execute(ReadReply(id=id, text=body.text, reason=body.reason), respond)
