"""Templates: everything is escaped, nothing is loaded from elsewhere."""

from __future__ import annotations

from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from jiaoying.web.words import ACCOUNT, REQUEST_LEVELS, STATES, duration

ENVIRONMENT = Environment(
    loader=PackageLoader("jiaoying.web", "templates"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.globals.update(ACCOUNT=ACCOUNT, STATES=STATES, REQUEST_LEVELS=REQUEST_LEVELS, duration=duration)


def hhmm(moment: str | None) -> str:
    """The time of day of an RFC 3339 text."""
    return "" if moment is None else moment[11:16]


def clock(moment: str | None) -> str:
    """The time of day with seconds."""
    return "" if moment is None else moment[11:19]


ENVIRONMENT.filters.update(hhmm=hhmm, clock=clock)


def render(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page."""
    return HTMLResponse(ENVIRONMENT.get_template(template).render(**values), status_code=status)
