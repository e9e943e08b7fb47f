"""Alarms: somebody has seen it; it stays in the list."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from jiaoying.engine.commands import AcknowledgeAlarm
from jiaoying.storage.work import Work
from jiaoying.web.acting import Doing
from jiaoying.web.lists import found, shaper_for
from jiaoying.web.shapes import Row
from notifiers.alarm import Alarm

router = APIRouter(tags=["告警"])


@router.post("/alarms/{id}/acknowledge")
def acknowledge(deed: Doing, id: str) -> Response:
    """A named person has seen it."""
    with deed.web.service.engine.connect() as connection:
        alarm: Alarm = found(connection, "alarm", id, "这条告警")
    deed.viewer.must_see(alarm.area)

    def respond(work: Work, _: Any) -> tuple[int, Row]:
        return 200, shaper_for(deed.web, deed.viewer, work.connection, ()).alarm(work.get("alarm", id))

    return deed.execute(AcknowledgeAlarm(id=id), respond)
