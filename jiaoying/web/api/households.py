"""Households: the register with where everybody is; one household set by a named person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from evacuation.household_status import HouseholdState, HouseholdStatus
from jiaoying.engine.commands import SetHousehold
from jiaoying.engine.turn import Turn
from jiaoying.storage import views
from jiaoying.storage.work import Work
from jiaoying.web.acting import Doing
from jiaoying.web.api.warnings import Body
from jiaoying.web.context import Context, Web
from jiaoying.web.identity import Reading, Viewer
from jiaoying.web.lists import Cursor, Limit, found, known_area, shaper_for
from jiaoying.web.problems import Problem
from jiaoying.web.shapes import Row

router = APIRouter(tags=["住户"])
LOOKS = "look"
SENSITIVE = ["elderly", "children", "impaired", "card"]


class Status(Body):
    """Where a household is, said by a named person."""

    status: HouseholdState
    people: int | None = Field(default=None, ge=0, le=100000)
    place: str | None = Field(default=None, max_length=100)
    reason: str = Field(min_length=1, max_length=500, pattern=r"\S")
    event: str | None = None


@router.get("/households")
def get_households(
    web: Context,
    viewer: Reading,
    cursor: Cursor = None,
    limit: Limit = 100,
    area: str | None = None,
    task: str | None = None,
    status: HouseholdState | None = None,
    unmasked: Annotated[bool, Query(description="with health and children; every such look is journalled")] = False,
) -> Row:
    """The register by code, with the newest status of each household."""
    if unmasked and not viewer.sees_names:
        raise Problem(403, "分析员不能查看健康与儿童信息")
    county = web.service.county
    with web.service.engine.connect() as connection:
        codes = set(county.households)
        if task is not None:
            known = found(connection, "task", task, "这项任务")
            viewer.must_see(known.area)
            codes &= known.codes
        if area is not None:
            within = county.tree.within(known_area(web, area))
            codes = {code for code in codes if county.households[code].area in within}
        if viewer.areas is not None:
            codes = {code for code in codes if county.households[code].area in viewer.areas}
        site_status = str(web.service.site.status)
        if status is not None:
            everywhere = views.latest_statuses(connection, codes, site_status)
            codes = {code for code, one in everywhere.items() if one.state is status}
        chosen, after = views.page_of_keys(codes, cursor=cursor, limit=limit)
        statuses = views.latest_statuses(connection, chosen, site_status)
        shaper = shaper_for(web, viewer, connection, statuses.values())
    if unmasked and chosen:
        _looked(web, viewer, chosen)
    rows = [shaper.household(county.households[code], statuses.get(code), unmasked=unmasked) for code in chosen]
    return {"items": rows, "next": after}


def _looked(web: Web, viewer: Viewer, codes: list[str]) -> None:
    """Who looked at whose health and children stands in the journal before they see it."""

    def note(turn: Turn) -> None:
        for code in codes:
            turn.work.note(
                LOOKS,
                code,
                "Looked",
                {"fields": SENSITIVE},
                actor=str(turn.actor),
                cause=turn.cause,
                status=str(turn.site.status),
            )

    web.service.run("LookAtHouseholds", note, actor=viewer.actor)


@router.put("/households/{code}/status")
def put_status(deed: Doing, code: str, body: Status) -> Response:
    """Set one household; a named person and a reason stand beside it."""
    county = deed.web.service.county
    household = county.households.get(code)
    if household is None:
        raise Problem(404, f"登记册里没有这一户:{code}")
    deed.viewer.must_see(household.area)
    if body.people is not None and body.people > household.people:
        raise Problem(422, f"people: 这一户登记 {household.people} 人,不能报 {body.people} 人")

    def respond(work: Work, after: HouseholdStatus) -> tuple[int, Row]:
        now: HouseholdStatus = work.get("household", after.id)
        work.flush()
        shaper = shaper_for(deed.web, deed.viewer, work.connection, (now,))
        return 200, shaper.household(household, now, unmasked=False)

    command = SetHousehold(
        code=code,
        status=body.status,
        reason=body.reason,
        people=body.people,
        place=body.place,
        event=body.event,
    )
    return deed.execute(command, respond)
