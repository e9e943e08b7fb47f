"""One turn of the engine: one command, handled in one transaction, with everything it may look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.facts import Fact
from core.ids import natural_id
from jiaoying.engine.commands import Actor
from jiaoying.engine.county import County
from jiaoying.engine.site import Site
from jiaoying.storage.work import Work
from notifiers.callout import CallOut


@dataclass(slots=True, kw_only=True)
class Turn:
    """What handlers get: the transaction, the site, the registers, who acts and by which command."""

    work: Work
    site: Site
    county: County
    actor: Actor
    cause: str
    moved: list[CallOut] = field(default_factory=list)
    """Call-outs that moved in this turn; what waits for them follows before the turn ends."""
    crossings: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """Zone → when it crosses the order line by the newest trend."""
    tell: set[str] = field(default_factory=set)
    """Events whose townships and county must hear how the list stands."""

    @property
    def now(self) -> datetime:
        """The one `now` of this turn."""
        return self.work.now

    def emit(self, kind: str, subject: str, facts: Sequence[Fact]) -> Any:
        """Write facts about one subject; returns its state afterwards."""
        return self.work.emit(kind, subject, facts, actor=str(self.actor), cause=self.cause)

    def words(self, text: str) -> str:
        """Keep what a person typed as a private value and return its reference; empty stays empty (law 12)."""
        return self.work.private("text", text.strip()) if text.strip() else ""

    def id(self, kind: str, *parts: object) -> str:
        """The natural id of a derived thing; the CAP status is part of it, so that a drill never meets the real."""
        return natural_id(kind, self.site.status.value, *parts)
