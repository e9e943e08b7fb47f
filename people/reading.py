"""What reading a register gives, and what it is checked against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from core.tables import Fault
from people.areas import AreaTree
from people.posts import Post

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[T]):
    """Rows, or the reasons why there are none: a file with one fault gives no rows at all.

    `notes` are things to look into that do not refuse the file (a responsible phone no post has, a number that
    nobody has been assigned): the hygiene of the register.
    """

    rows: tuple[T, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[Fault, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    encoding: str = ""

    @property
    def ok(self) -> bool:
        """Whether the file can be taken."""
        return not self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the registers already hold, for cross checks."""

    areas: AreaTree = field(default_factory=AreaTree)
    posts: tuple[Post, ...] = ()
    shelters: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
