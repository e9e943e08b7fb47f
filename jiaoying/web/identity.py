"""Who asks, what they may do and where: named users by session cookie or bearer token, with a role and an area."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from jiaoying.engine.commands import Actor
from jiaoying.storage import accounts
from jiaoying.storage.accounts import TokenKind, User
from jiaoying.web.context import Web, web_of
from jiaoying.web.problems import Problem

COOKIE = "jiaoying_session"
READERS = ("duty", "dispatcher", "analyst", "admin")
ACTORS = ("duty", "dispatcher", "admin")
ROLE_WORDS = {"duty": "值班员", "dispatcher": "调度员", "analyst": "分析员", "admin": "管理员"}
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A user as the site sees them. `areas` None: everywhere; otherwise their area and all below."""

    user: User
    areas: frozenset[str] | None

    @property
    def actor(self) -> Actor:
        """The name under which the journal keeps what they do."""
        return Actor(kind="user", id=self.user.name, role=self.user.role, area=self.user.area)

    @property
    def sees_names(self) -> bool:
        """Whether names, phones and texts may be shown to them; an analyst sees them masked."""
        return self.user.role in ACTORS

    @property
    def acts(self) -> bool:
        """Whether they may change anything."""
        return self.user.role in ACTORS

    def sees(self, area: str | None) -> bool:
        """Whether an area is theirs."""
        return self.areas is None or (area is not None and area in self.areas)

    def must_see(self, area: str | None) -> None:
        """Refuse what lies outside their area.

        Raises
        ------
        Problem
            403
        """
        if not self.sees(area):
            raise Problem(403, "不在您负责的行政区内")


def viewer_of(web: Web, user: User) -> Viewer:
    """A user with the areas below theirs."""
    if user.area is None:
        return Viewer(user=user, areas=None)
    tree = web.service.county.tree
    # A user of the site's own area (or of one above it) sees everything, also what belongs to no area.
    whole = web.service.site.area in tree.within(user.area)
    return Viewer(user=user, areas=None if whole else tree.within(user.area))


def find_viewer(request: Request, web: Web) -> Viewer | None:
    """Whoever asks, by bearer token or by cookie; None when nobody known does."""
    secret, kinds = _secret(request)
    if not secret:
        return None
    with web.service.engine.connect() as connection:
        user = accounts.authenticate(connection, secret, now=web.service.clock(), kinds=kinds)
    return None if user is None else viewer_of(web, user)


def _secret(request: Request) -> tuple[str, tuple[TokenKind, ...]]:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme:
        return (given.strip() if scheme.lower() == "bearer" else ""), (TokenKind.BEARER,)
    return request.cookies.get(COOKIE, ""), (TokenKind.SESSION,)


def current_viewer(request: Request, web: Annotated[Web, Depends(web_of)]) -> Viewer:
    """Whoever asks; 401 when nobody known does.

    A changing call with a cookie must come from a page of this site (CSRF); a bearer token is never sent by accident.
    """
    found = find_viewer(request, web)
    if found is None:
        raise unknown()
    if request.method not in SAFE_METHODS and "authorization" not in request.headers:
        must_be_own_page(request, web)
    return found


def unknown() -> Problem:
    """The refusal of who has no name here."""
    return Problem(401, "请用登录链接登录,或带上 Authorization: Bearer 令牌")


def must_be_own_page(request: Request, web: Web, *, strict: bool = True) -> None:
    """Refuse a form or script of another site.

    Raises
    ------
    Problem
        403
    """
    origin = request.headers.get("origin")
    if origin is None:
        if strict and request.headers.get("sec-fetch-site") != "same-origin":
            raise Problem(403, "用会话登录的更改须来自本站页面(缺少 Origin)")
        return
    own = {request.headers.get("host", "")}
    if web.service.site.public_url:
        own.add(urlsplit(web.service.site.public_url).netloc)
    if _netloc(origin) not in own:
        raise Problem(403, f"来自别的网站的请求被拒:{origin}")


def _netloc(origin: str) -> str | None:
    """Host and port of an origin; None where it is none."""
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None


def allowed(*roles: str) -> Callable[[Viewer], Viewer]:
    """A dependency that lets only some roles through."""

    def check(viewer: Annotated[Viewer, Depends(current_viewer)]) -> Viewer:
        if viewer.user.role not in roles:
            words = ROLE_WORDS.get(viewer.user.role, viewer.user.role)
            raise Problem(403, f"{words}不能做这件事")
        return viewer

    return check


Reading = Annotated[Viewer, Depends(allowed(*READERS))]
Acting = Annotated[Viewer, Depends(allowed(*ACTORS))]
