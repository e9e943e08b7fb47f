"""What reading a file of this room gives, and what little it must know of areas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from core.tables import Fault

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[T]):
    """Rows, or the reasons why there are none: a file with one fault gives no rows at all.

    `mended` names the features whose rings had to be mended; `notes` are things to look into that refuse nothing.
    """

    rows: tuple[T, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[Fault, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    encoding: str = ""
    mended: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the file can be taken."""
        return not self.faults


class Place(Protocol):
    """An area as this room sees it."""

    @property
    def code(self) -> str: ...
    @property
    def lon(self) -> float | None: ...
    @property
    def lat(self) -> float | None: ...


class Places(Protocol):
    """The areas of a site (`people.areas.AreaTree` is one): this room only asks what exists and where it is."""

    def __contains__(self, code: object) -> bool: ...
    def __iter__(self) -> Iterator[Place]: ...
    def village(self, code: str) -> str | None: ...
