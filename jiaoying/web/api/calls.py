"""Call-outs: list, take over, withdraw, answer at the door or by radio; messages: list."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from core.levels import Level
from jiaoying.engine import calling
from jiaoying.engine.commands import AnswerCallout, NotAllowed, NotFound, TakeOver
from jiaoying.engine.turn import Turn
from jiaoying.storage.work import Work
from jiaoying.web.acting import Deed, Doing
from jiaoying.web.api.warnings import Body
from jiaoying.web.context import Context
from jiaoying.web.identity import Reading
from jiaoying.web.lists import Cursor, Limit, found, known_area, listed, shaper_for
from jiaoying.web.shapes import Row
from notifiers.callout import CallOut, CallOutState
from notifiers.message import MessageState
from notifiers.receipts import Channel

router = APIRouter(tags=["叫应"])


class Why(Body):
    """A reason, where one is asked for."""

    reason: str = Field(default="", max_length=500)


class MustSayWhy(Body):
    """A reason, always."""

    reason: str = Field(min_length=1, max_length=500, pattern=r"\S")


class How(Body):
    """How the post answered: by radio, at the door."""

    how: str = Field(min_length=1, max_length=200, pattern=r"\S")


@router.get("/callouts")
def get_callouts(
    web: Context,
    viewer: Reading,
    cursor: Cursor = None,
    limit: Limit = 100,
    state: CallOutState | None = None,
    event: str | None = None,
    area: str | None = None,
    role: str | None = None,
    subject: str | None = None,
    level: Level | None = None,
) -> Row:
    """All call-outs with their attempts, newest first."""
    if area is not None:
        known_area(web, area)
    return listed(
        web,
        viewer,
        "callout",
        cursor=cursor,
        limit=limit,
        state=state,
        event=event,
        area=area,
        role=role,
        subject=subject,
        level=level,
    )


@router.get("/callouts/{id}")
def get_callout(web: Context, viewer: Reading, id: str) -> Row:
    """One call-out."""
    with web.service.engine.connect() as connection:
        callout: CallOut = found(connection, "callout", id, "这个叫应")
        viewer.must_see(callout.area)
        return shaper_for(web, viewer, connection, [callout]).callout(callout)


def _seen(deed: Deed, id: str) -> None:
    with deed.web.service.engine.connect() as connection:
        callout: CallOut = found(connection, "callout", id, "这个叫应")
    deed.viewer.must_see(callout.area)


def _row(deed: Deed, id: str) -> Any:
    def respond(work: Work, _: Any) -> tuple[int, Row]:
        after: CallOut = work.get("callout", id)
        work.flush()
        return 200, shaper_for(deed.web, deed.viewer, work.connection, [after]).callout(after)

    return respond


@router.post("/callouts/{id}/take-over")
def take_over(deed: Doing, id: str, body: Why) -> Response:
    """A named person owns the silence."""
    _seen(deed, id)
    return deed.execute(TakeOver(id=id, reason=body.reason), _row(deed, id))


@router.post("/callouts/{id}/answer")
def answer(deed: Doing, id: str, body: How) -> Response:
    """A named person states that the post answered, and how."""
    _seen(deed, id)
    return deed.execute(AnswerCallout(id=id, how=body.how), _row(deed, id))


@router.post("/callouts/{id}/withdraw")
def withdraw(deed: Doing, id: str, body: MustSayWhy) -> Response:
    """End a call-out whose subject is over, by a named person with a reason."""
    _seen(deed, id)

    def handle(turn: Turn) -> None:
        callout: CallOut | None = turn.work.get("callout", id)
        if callout is None:
            raise NotFound(f"没有这个叫应:{id}")
        if callout.state not in calling.OPEN:
            raise NotAllowed("这个叫应已经结束")
        calling.withdraw_one(turn, callout, turn.words(body.reason))

    return deed.run("WithdrawCallout", handle, _row(deed, id))


@router.get("/messages")
def get_messages(
    web: Context,
    viewer: Reading,
    cursor: Cursor = None,
    limit: Limit = 100,
    state: MessageState | None = None,
    event: str | None = None,
    callout: str | None = None,
    channel: Channel | None = None,
) -> Row:
    """All messages, newest first."""
    return listed(
        web,
        viewer,
        "message",
        cursor=cursor,
        limit=limit,
        state=state,
        event=event,
        callout=callout,
        channel=channel,
    )
