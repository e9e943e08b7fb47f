"""Claims (上报): counts that stand beside the account, never in it, until they are confirmed by somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ClaimKind(StrEnum):
    """What a count is about."""

    MOVED = "moved"
    COMPLETE = "complete"
    REFUSED = "refused"
    AWAY = "away"
    REMAINING = "remaining"

    @property
    def group(self) -> ClaimKind:
        """ "Left" and "arrived" replace each other: the newest is the sender's word."""
        return ClaimKind.MOVED if self is ClaimKind.COMPLETE else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One count of one post.

    Attributes
    ----------
    households, people
        None where the sender gave no number.
    whole
        It is about the village's list, not about the households its post is named for.
    disputed
        It corrects what was marked household by household; a person has to settle which is true.
    read_by
        The person who read it, where the text was not certain; they cannot confirm it either.
    """

    post: str
    reply: str
    at: datetime
    kind: ClaimKind
    households: int | None = None
    people: int | None = None
    complete: bool = False
    whole: bool = True
    disputed: bool = False
    read_by: str | None = None

    @property
    def empty(self) -> bool:
        """Whether it says that there is none."""
        return (self.households, self.people) in ((0, 0), (0, None), (None, 0))

    @property
    def is_movement(self) -> bool:
        """Whether it says that somebody moved."""
        return self.kind.group is ClaimKind.MOVED and not self.empty

    def covers(self, households: int, people: int) -> bool:
        """Whether it says that the whole list of so many has moved."""
        return self.kind.group is ClaimKind.MOVED and (self.households, self.people) == (households, people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The last thing a post reported, and whether it was counted as marks (then it is in the account, not beside it)."""

    claim: Claim
    marked: bool


def after(claims: Iterable[Claim], claim: Claim, *, marked: bool, closes: Iterable[ClaimKind]) -> tuple[Claim, ...]:
    """The claims after `claim`: it replaces its sender's claim of the same group and those it `closes`."""
    gone = {claim.kind.group, *(kind.group for kind in closes)}
    kept = tuple(c for c in claims if c.post != claim.post or c.kind.group not in gone)
    return kept if marked or claim.empty else (*kept, claim)


def of(claims: Iterable[Claim], post: str, kind: ClaimKind) -> Claim | None:
    """The open claim of `post` of that group."""
    return next((c for c in claims if c.post == post and c.kind.group is kind.group), None)
