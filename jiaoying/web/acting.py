"""A changing call: one command, one answer; the same `Idempotency-Key` gets the same answer and changes nothing again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import Response

from jiaoying.engine.commands import Command
from jiaoying.engine.service import HANDLERS
from jiaoying.engine.turn import Turn
from jiaoying.storage import accounts
from jiaoying.storage.accounts import Answer
from jiaoying.storage.work import Work
from jiaoying.web.context import Context, Web
from jiaoying.web.identity import Acting, Viewer
from jiaoying.web.problems import Problem

MOST_KEY = 200
Respond = Callable[[Work, Any], tuple[int, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One changing call: who, with which key, saying exactly what."""

    web: Web
    viewer: Viewer
    key: str | None
    path: str

    def execute(self, command: Command, respond: Respond) -> Response:
        """Carry out one command; `respond` makes status and body from what it did, in the same transaction."""
        return self.run(command.name, lambda turn: HANDLERS[type(command)](turn, command), respond)

    def run(self, cause: str, handle: Callable[[Turn], Any], respond: Respond) -> Response:
        """Carry out something as one command."""
        answers: list[Answer] = []
        results: list[Any] = []

        def once(turn: Turn) -> None:
            known = accounts.answered(turn.work.connection, self.key, self.viewer.user.name) if self.key else None
            if known is None:
                results.append(handle(turn))
            elif known.path != self.path:
                raise Problem(422, "这个 Idempotency-Key 已用于另一个请求,请换一个")
            else:
                answers.append(known)

        def keep(work: Work) -> None:
            if answers:
                return
            status, body = respond(work, results[0])
            answer = Answer(path=self.path, status=status, body=json.dumps(body, ensure_ascii=False))
            if self.key:
                accounts.keep_answer(work, self.key, self.viewer.user.name, answer)
            answers.append(answer)

        def attempt(turn: Turn) -> None:
            # The writer may run a command again on a newer state: nothing of the first try may be left.
            answers.clear()
            results.clear()
            once(turn)

        self.web.service.run(cause, attempt, actor=self.viewer.actor, also=keep)
        return Response(answers[0].body, status_code=answers[0].status, media_type="application/json")


async def deed_of(
    request: Request,
    web: Context,
    viewer: Acting,
    key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=MOST_KEY)] = None,
) -> Deed:
    """The deed of a request; its body is part of what a key stands for."""
    digest = hashlib.sha256(await request.body()).hexdigest()
    path = f"{request.method} {request.url.path}?{request.url.query} {digest}"
    return Deed(web=web, viewer=viewer, key=key or None, path=path)


Doing = Annotated[Deed, Depends(deed_of)]
