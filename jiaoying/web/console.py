"""The console page, the login link and the end of a session. Everything shown is in the first answer, without scripts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from jiaoying.engine.turn import Turn
from jiaoying.storage import accounts
from jiaoying.web.accounts import seeded, session_life
from jiaoying.web.context import Context, Web
from jiaoying.web.identity import COOKIE, ROLE_WORDS, find_viewer, must_be_own_page
from jiaoying.web.mapping import picture
from jiaoying.web.overview import overview
from jiaoying.web.pages import render
from jiaoying.web.timeline import timeline

router = APIRouter(include_in_schema=False)


@router.get("/")
def console(web: Context, request: Request) -> Response:
    """The first screen; who is not logged in is told how to."""
    viewer = find_viewer(request, web)
    site = web.service.site
    if viewer is None:
        return render("signed_out.html", status=401, site=site)
    look = overview(web, viewer)
    return render(
        "console.html",
        look=look,
        site=site,
        viewer=viewer,
        role=ROLE_WORDS.get(viewer.user.role, viewer.user.role),
        place=web.service.county.short(viewer.user.area) if viewer.user.area else site.name,
        map=picture(web, viewer, look),
        moments=timeline(web, viewer, look["sequence"]),
    )


@router.get("/login/{secret}")
def login_page(web: Context, secret: str) -> Response:
    """A button, and nothing else: whoever previews a link must not use it up."""
    return render("login.html", site=web.service.site, secret=secret)


@router.post("/login/{secret}")
def login(web: Context, request: Request, secret: str) -> Response:
    """Trade the link, once, for a session."""
    must_be_own_page(request, web, strict=False)
    site = web.service.site
    life = session_life(site.status)

    def trade(turn: Turn) -> tuple[accounts.User, str] | None:
        session = seeded(turn.work.salt, "session", secret) if web.seeded_secrets else None
        return accounts.log_in(turn.work, secret, life=life, session=session)

    found = web.service.run("LogIn", trade)
    if found is None:
        return render("login.html", status=403, site=site, secret=None)
    answer = RedirectResponse("/", status_code=303)
    answer.set_cookie(
        COOKIE,
        found[1],
        max_age=int(life.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=_secure(request, web),
        path="/",
    )
    return answer


def _secure(request: Request, web: Web) -> bool:
    return request.url.scheme == "https" or (web.service.site.public_url or "").startswith("https:")


@router.post("/logout")
def logout(web: Context, request: Request, everywhere: Annotated[bool, Form()] = False) -> Response:
    """End this session, or all of them."""
    must_be_own_page(request, web, strict=False)
    secret = request.cookies.get(COOKIE)
    viewer = find_viewer(request, web)

    def end(turn: Turn) -> None:
        if secret:
            accounts.log_out(turn.work, secret)
        if everywhere and viewer is not None:
            accounts.revoke(turn.work, viewer.user.name)

    web.service.run("LogOut", end)
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(COOKIE, path="/")
    return answer
