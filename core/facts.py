"""A Fact is what a decision returns: something that happened to one subject, never undone, only followed by others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Base of all facts. `at` is when it happened, always with an offset."""

    at: datetime

    @property
    def name(self) -> str:
        """The word under which lifecycle tables and the journal know this fact."""
        return type(self).__name__

    @property
    def variant(self) -> str:
        """Which of several ways this fact went, where the lifecycle tells them apart; empty otherwise."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillEnded(Fact):
    """An Exercise or Test was ended at once (law 9); ends every lifecycle it belongs to."""

    reason: str
