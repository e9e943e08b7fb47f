"""The overview; warnings: list, one, raise by hand, approve, reject, cancel."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.levels import Level
from hazards.zones import HazardKind
from jiaoying.engine.commands import ApproveWarning, CancelWarning, Command, RaiseWarning, RejectWarning
from jiaoying.storage.work import Work
from jiaoying.web.acting import Deed, Doing
from jiaoying.web.context import Context
from jiaoying.web.identity import Reading
from jiaoying.web.lists import Cursor, Limit, found, known_area, listed, shaper_for
from jiaoying.web.overview import overview
from jiaoying.web.problems import Problem
from jiaoying.web.shapes import Row
from warning.facts import Scope
from warning.warning import Warning, WarningState

router = APIRouter(tags=["预警"])


class Body(BaseModel):
    """Base of request bodies: an unknown key is a mistake, not a detail."""

    model_config = ConfigDict(extra="forbid")


class Sign(Body):
    """A signature on the version that was seen."""

    version: int
    reason: str = Field(default="", max_length=500)


class SignWithReason(Body):
    """A signature that must say why."""

    version: int
    reason: str = Field(min_length=1, max_length=500, pattern=r"\S")


class Raise(Body):
    """A warning by hand: one a village, over areas or a polygon."""

    areas: list[str] = Field(default=[], max_length=500)
    polygon: dict[str, Any] | None = Field(default=None, description="GeoJSON Polygon or MultiPolygon, WGS 84")
    level: Level
    hazard: HazardKind
    reason: str = Field(min_length=1, max_length=500, pattern=r"\S")
    scope: Scope = Scope.EXPOSED

    @model_validator(mode="after")
    def _somewhere(self) -> Raise:
        if bool(self.areas) == (self.polygon is not None):
            raise ValueError("areas 与 polygon 须写一个,且只写一个")
        return self


@router.get("/overview", tags=["总览"])
def get_overview(web: Context, viewer: Reading) -> Row:
    """The first screen: slack list, unanswered, dark, account, alarms."""
    return overview(web, viewer)


@router.get("/warnings")
def get_warnings(
    web: Context,
    viewer: Reading,
    cursor: Cursor = None,
    limit: Limit = 100,
    state: WarningState | None = None,
    event: str | None = None,
    area: str | None = None,
    level: Annotated[Level | None, Query()] = None,
) -> Row:
    """All warnings, newest first."""
    if area is not None:
        known_area(web, area)
    return listed(web, viewer, "warning", cursor=cursor, limit=limit, state=state, event=event, area=area, level=level)


@router.get("/warnings/{id}")
def get_warning(web: Context, viewer: Reading, id: str) -> Row:
    """One warning."""
    with web.service.engine.connect() as connection:
        warning: Warning = found(connection, "warning", id, "这条预警")
        viewer.must_see(warning.area)
        return shaper_for(web, viewer, connection, [warning]).warning(warning)


@router.post("/warnings", status_code=201, responses={202: {"description": "a second person is wanted"}})
def post_warnings(deed: Doing, body: Raise) -> Response:
    """Raise warnings by hand; the raiser's word is the first approval."""
    county = deed.web.service.county
    for area in body.areas:
        if county.tree.get(area) is None:
            raise Problem(404, f"没有这个行政区:{area}")
        deed.viewer.must_see(area)
    polygon = None if body.polygon is None else json.dumps(body.polygon)
    command = RaiseWarning(
        level=body.level,
        hazard=body.hazard,
        reason=body.reason,
        areas=tuple(body.areas),
        polygon=polygon,
        scope=body.scope,
    )

    def respond(work: Work, raised: list[Warning]) -> tuple[int, Row]:
        now = [work.get("warning", one.id) for one in raised]
        for one in now:
            deed.viewer.must_see(one.area)  # a polygon may reach beyond: then nothing of it is raised
        shaper = shaper_for(deed.web, deed.viewer, work.connection, now)
        waits = any(one.proposal is not None for one in now)
        return (202 if waits else 201), {"items": [shaper.warning(one) for one in now], "next": None}

    return deed.execute(command, respond)


def _sign(deed: Deed, id: str, command: Command, *, signed: str | None = None) -> Response:
    """One act on one warning of the viewer's area; `signed` names the signatures a second word of one person repeats."""
    with deed.web.service.engine.connect() as connection:
        seen: Warning = found(connection, "warning", id, "这条预警")
    deed.viewer.must_see(seen.area)

    def respond(work: Work, _: Any) -> tuple[int, Row]:
        after: Warning = work.get("warning", id)
        return (202 if after.proposal is not None else 200), shaper_for(
            deed.web, deed.viewer, work.connection, [after]
        ).warning(after)

    if signed is not None and _already(seen, str(deed.viewer.actor), signed, command):
        # The same person again: the second person is still wanted, and nothing has changed.
        return deed.run("Look", lambda turn: turn.work.get("warning", id), respond)
    return deed.execute(command, respond)


def _already(warning: Warning, who: str, signed: str, command: Command) -> bool:
    return (
        warning.proposal is not None
        and getattr(command, "version", None) == warning.version
        and any(one.who == who for one in getattr(warning.proposal, signed))
    )


SECOND: dict[int | str, dict[str, Any]] = {202: {"description": "a second person is wanted"}}


@router.post("/warnings/{id}/approve", responses=SECOND)
def approve(deed: Doing, id: str, body: Sign) -> Response:
    """Sign for what is proposed; red wants two persons."""
    return _sign(deed, id, ApproveWarning(id=id, version=body.version, reason=body.reason), signed="approvals")


@router.post("/warnings/{id}/reject", responses=SECOND)
def reject(deed: Doing, id: str, body: SignWithReason) -> Response:
    """Sign against what is proposed; red wants two persons."""
    return _sign(deed, id, RejectWarning(id=id, version=body.version, reason=body.reason), signed="rejections")


@router.post("/warnings/{id}/cancel")
def cancel(deed: Doing, id: str, body: SignWithReason) -> Response:
    """End a warning in force."""
    return _sign(deed, id, CancelWarning(id=id, version=body.version, reason=body.reason))
