"""Lists: a page of a kind as `{"items": [...], "next": cursor or null}`, masked and restricted to the viewer's area."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query

from jiaoying.storage import views
from jiaoying.storage.views import Connection
from jiaoying.web.context import Web
from jiaoying.web.identity import Viewer
from jiaoying.web.problems import Problem
from jiaoying.web.shapes import Row, Shaper, revealed

MOST = 500
Cursor = Annotated[str | None, Query(description="`next` of the page before", max_length=500)]
Limit = Annotated[int, Query(ge=1, le=MOST)]


def shaper_for(web: Web, viewer: Viewer, connection: Connection, states: Any) -> Shaper:
    """A shaper for these states."""
    service = web.service
    return Shaper(
        site=service.site,
        county=service.county,
        viewer=viewer,
        now=service.clock(),
        reveal=revealed(connection, states),
    )


def listed(
    web: Web,
    viewer: Viewer,
    kind: str,
    /,
    *,
    cursor: str | None,
    limit: int,
    shape: Callable[[Shaper, Any], Row] | None = None,
    **equals: Any,
) -> Row:
    """One page of one kind."""
    wanted = {name: value for name, value in equals.items() if value is not None}
    with web.service.engine.connect() as connection:
        page = views.page(connection, kind, cursor=cursor, limit=limit, areas=viewer.areas, **wanted)
        shaper = shaper_for(web, viewer, connection, page.items)
        make = shape or (lambda shaper, one: getattr(shaper, kind)(one))
        return {"items": [make(shaper, one) for one in page.items], "next": page.next}


def known_area(web: Web, code: str) -> str:
    """The code of an area of the tree.

    Raises
    ------
    Problem
        404
    """
    if code not in web.service.county.tree:
        raise Problem(404, f"没有这个行政区:{code}")
    return code


def found(connection: Connection, kind: str, id: str, words: str) -> Any:
    """One state.

    Raises
    ------
    Problem
        404
    """
    state = views.one(connection, kind, id)
    if state is None:
        raise Problem(404, f"没有{words}:{id}")
    return state
