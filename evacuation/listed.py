"""Who is on a village's list, and who is answerable for them: the frozen part of an order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A household on the list of a task; `people` is the register's figure, frozen with the order."""

    household: str
    people: int
    area: str
    frail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """包保: the post answerable for a household, and where it goes.

    Attributes
    ----------
    responsible
        Post id, None when nobody is left to name (then `flags` says ``nobody``).
    shelter
        Shelter code, None for kin or when no safe shelter exists.
    kin
        The household goes to relatives, who are tracked like a shelter.
    flags
        What a person should look at: ``gap``, ``nobody``, ``over_capacity``, ``other_shelter``, ``no_shelter``,
        ``no_place``, ``kin``, ``organiser_last``.
    order
        Turn in which they move, from 1; the frail first, the organiser last.
    """

    household: str
    people: int
    responsible: str | None = None
    shelter: str | None = None
    kin: bool = False
    flags: tuple[str, ...] = ()
    order: int = 0


def totals(listed: Iterable[Listed]) -> tuple[int, int]:
    """Households and people of a list."""
    rows = tuple(listed)
    return len(rows), sum(row.people for row in rows)


def households_of(assignments: Iterable[Assignment], post: str) -> tuple[str, ...]:
    """Codes of the households `post` is named for."""
    return tuple(row.household for row in assignments if row.responsible == post)
