"""Server-sent events: what the journal says, as it is written; `Last-Event-ID` resumes without loss."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import StreamingResponse

from jiaoying.web.context import Context
from jiaoying.web.identity import Reading
from jiaoying.web.problems import Problem

router = APIRouter(tags=["总览"])
MOST_DIGITS = 18  # what a 64-bit sequence holds for certain


@router.get("/stream", response_class=StreamingResponse)
async def stream(
    web: Context,
    viewer: Reading,
    last: Annotated[str | None, Header(alias="Last-Event-ID", max_length=20)] = None,
    after: Annotated[
        int | None, Query(ge=0, lt=10**MOST_DIGITS, description="as Last-Event-ID, where headers cannot be set")
    ] = None,
) -> StreamingResponse:
    """Frames `hello`, `facts` (id = sequence of the journal), `beat`, `resync`."""
    position = after
    if last is not None and last.strip():
        given = last.strip()
        if not (given.isascii() and given.isdecimal()) or len(given) > MOST_DIGITS:
            raise Problem(422, "Last-Event-ID 应是日志序号")
        position = int(given)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    frames = web.feed.watch(viewer.areas, position)
    return StreamingResponse(frames, media_type="text/event-stream", headers=headers)
