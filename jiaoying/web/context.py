"""What every route shares: the service, the secrets of the hooks, what was computed once for many viewers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar, cast

from fastapi import Depends, Request

from jiaoying.engine.service import Service

if TYPE_CHECKING:
    from jiaoying.web.feed import Feed

T = TypeVar("T")


@dataclass(slots=True)
class Once:
    """Keeps the newest answer of each question, so that a hundred viewers cost as much as one."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: dict[str, tuple[object, object]] = field(default_factory=dict)

    def get(self, question: str, version: object, answer: Callable[[], T]) -> T:
        """The answer for this version, computed by one caller while the others wait."""
        with self._lock:
            known = self._kept.get(question)
            if known is None or known[0] != version:
                known = (version, answer())
                self._kept[question] = known
            return cast("T", known[1])


@dataclass(slots=True, kw_only=True)
class Web:
    """The service as the pages see it.

    Parameters
    ----------
    secrets : mapping
        Notifier → secret of its hooks.
    seeded_secrets : bool
        Session secrets come from the seed of a drill (law 12).
    """

    service: Service
    secrets: Mapping[str, str]
    feed: Feed
    seeded_secrets: bool = False
    once: Once = field(default_factory=Once)
    maps: Once = field(default_factory=Once)
    reports: Once = field(default_factory=Once)
    inbound: Inbound = field(init=False)

    def __post_init__(self) -> None:
        self.inbound = Inbound(self.service)

    def moment(self, at: datetime | None) -> str | None:
        """A moment as programs read it: RFC 3339 in the site's own time."""
        return None if at is None else self.service.site.local(at).isoformat(timespec="seconds")


class Inbound:
    """Has what came in understood, by one thread at a time; calls that come meanwhile share the next run."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._wanted = threading.Event()

    def handle(self) -> None:
        """Understand what is stored; returns at once when another thread is about to."""
        if self._wanted.is_set():
            return
        self._wanted.set()
        with self._lock:
            self._wanted.clear()
            self._service.handle_inbound()


def web_of(request: Request) -> Web:
    """The context of the app a request came to."""
    return cast("Web", request.app.state.web)


Context = Annotated[Web, Depends(web_of)]
