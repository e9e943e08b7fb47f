"""How much a request may carry, and from whom: nobody unknown is listened to, and nobody at any length.

The hooks are left alone: they ask for their secret and count for themselves.
"""

from __future__ import annotations

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jiaoying.web.identity import find_viewer, unknown
from jiaoying.web.problems import Problem, problem

MOST_BYTES = 64 * 1024
BODILESS = ("GET", "HEAD", "OPTIONS")


class Limits:
    """Reads a body before the routes do: whole and of bearable size, or it is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or scope["path"].startswith("/hooks/"):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            body = await _body(request, receive)
        except Problem as error:
            # The rest of the body stays unread: the connection is of no more use.
            answer = problem(request, error.status, error.detail, {"Connection": "close"})
            await answer(scope, receive, send)
            return
        if body is None:
            return
        if not body:
            await self.app(scope, receive, send)
            return
        given = False

        async def again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, again, send)


async def _body(request: Request, receive: Receive) -> bytes | None:
    """The whole body; None when who sent it went away.

    Raises
    ------
    Problem
        401, 413
    """
    announced = request.headers.get("content-length", "")
    length = int(announced) if announced.isascii() and announced.isdecimal() and len(announced) < 20 else None
    if length == 0 or (length is None and "transfer-encoding" not in request.headers):
        return b""
    if request.url.path.startswith("/api/v1/") and request.method not in BODILESS:
        viewer = await run_in_threadpool(find_viewer, request, request.app.state.web)
        if viewer is None:
            raise unknown()
    if length is not None and length > MOST_BYTES:
        raise too_much()
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > MOST_BYTES:
            raise too_much()
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def too_much() -> Problem:
    """The refusal of a body that is too long."""
    return Problem(413, f"内容超过 {MOST_BYTES} 字节")
