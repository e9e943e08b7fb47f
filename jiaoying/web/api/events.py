"""Storms and drills: list, one, and the report of one."""

from __future__ import annotations

import tempfile
from enum import StrEnum
from pathlib import Path

from fastapi import APIRouter, Response

from jiaoying.engine.reporting import EventNotFound, gather
from jiaoying.reports import write_report
from jiaoying.storage import views
from jiaoying.web.context import Context
from jiaoying.web.identity import Reading
from jiaoying.web.lists import Cursor, Limit, found, listed, shaper_for
from jiaoying.web.problems import Problem
from jiaoying.web.shapes import Row
from warning.event import EventState

router = APIRouter(tags=["降雨过程"])
# A report is one file that needs nothing from anywhere; what stands in it may not run or load anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'"
TYPES = {"html": "text/html; charset=utf-8", "json": "application/json"}


class Format(StrEnum):
    """The forms a report comes in."""

    HTML = "html"
    JSON = "json"


@router.get("/events")
def get_events(
    web: Context, viewer: Reading, cursor: Cursor = None, limit: Limit = 100, state: EventState | None = None
) -> Row:
    """All storms and drills, newest first."""
    return listed(web, viewer, "event", cursor=cursor, limit=limit, state=state)


@router.get("/events/{id}")
def get_event(web: Context, viewer: Reading, id: str) -> Row:
    """One storm or drill."""
    with web.service.engine.connect() as connection:
        event = found(connection, "event", id, "这个降雨过程")
        return shaper_for(web, viewer, connection, ()).event(event)


@router.get("/events/{id}/report", response_class=Response)
def get_report(web: Context, viewer: Reading, id: str, format: Format = Format.HTML) -> Response:
    """The after-action report, folded from the journal."""
    if viewer.areas is not None:
        raise Problem(403, "报告覆盖全县,由县级账号查看")
    service = web.service
    with service.engine.connect() as connection:
        sequence = views.head(connection)

    def write() -> bytes:
        try:
            record = gather(service.engine, service.county, service.site, id)
        except EventNotFound as error:
            raise Problem(404, str(error)) from error
        with tempfile.TemporaryDirectory(prefix="jiaoying-") as directory:
            paths = write_report(record, Path(directory), formats=(str(format),))
            return Path(paths[0]).read_bytes()

    # Gathering folds the whole journal: one at a time, and once for all who ask for the same.
    body = web.reports.get(f"{id} {format}", sequence, write)
    headers = {"Content-Security-Policy": POLICY} if format is Format.HTML else {}
    return Response(body, media_type=TYPES[format], headers=headers)
