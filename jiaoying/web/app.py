"""The web application: routes, errors, headers. It holds no state of its own that a restart would lose."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from jiaoying.engine.service import Service
from jiaoying.web import console, health, hooks, problems
from jiaoying.web.api import (
    alarms,
    calls,
    describe,
    events,
    households,
    maps,
    replies,
    requests,
    stream,
    tasks,
    warnings,
)
from jiaoying.web.context import Web
from jiaoying.web.feed import Feed
from jiaoying.web.headers import Headers
from jiaoying.web.limits import Limits

STATIC = Path(__file__).parent / "static"
API = (warnings, tasks, calls, replies, households, requests, alarms, maps, events, stream)


def create_app(
    service: Service,
    *,
    secrets: Mapping[str, str] | None = None,
    seeded_secrets: bool = False,
    feed: Feed | None = None,
) -> FastAPI:
    """The application over one service.

    Parameters
    ----------
    secrets : mapping, optional
        Notifier → secret of its hooks; a notifier without one has no hooks.
    seeded_secrets : bool
        A drill's sessions get their secrets from its seed (law 12).
    """
    app = FastAPI(
        title="叫应 Jiaoying",
        version="1",
        summary="Geohazard warning, call-out and evacuation.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        # A slash too many is an unknown address, not a second spelling of a known one.
        redirect_slashes=False,
    )
    app.state.web = Web(
        service=service, secrets=dict(secrets or {}), feed=feed or Feed(service), seeded_secrets=seeded_secrets
    )
    problems.register(app)
    for module in API:
        app.include_router(module.router, prefix="/api/v1")
    for outside in (describe, console, hooks, health):
        app.include_router(outside.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Limits)
    app.add_middleware(Headers)  # outermost: what is refused carries them too
    return app
