"""What a count comes to, and the small arithmetic of households and people."""

from __future__ import annotations

from dataclasses import dataclass

from core.facts import Fact
from evacuation.account import Count
from evacuation.reply.reading import Quantity
from evacuation.task_state import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What a reading does.

    Attributes
    ----------
    household_facts, task_facts
        To be emitted in any case; where a person is wanted they hold only what is safe to count already.
    to_person
        Why a person must look, in Chinese; None when nothing is left to decide.
    counted
        What the sender is told was counted, and what is still open: "转移12户36人,拒绝2户5人,还差28户77人".
    moved, refused, away, remaining
        The same as numbers; None where there is nothing to say.
    """

    household_facts: tuple[tuple[str, Fact], ...] = ()
    task_facts: tuple[Fact, ...] = ()
    to_person: str | None = None
    counted: str = ""
    moved: Quantity | None = None
    refused: Quantity | None = None
    away: Quantity | None = None
    remaining: Quantity | None = None


def sum_of(task: Task, codes: frozenset[str]) -> Count:
    rows = [row for row in task.households if row.household in codes]
    return Count(households=len(rows), people=sum(row.people for row in rows))


def equal(quantity: Quantity, count: Count) -> bool:
    return (quantity.households, quantity.people) == (count.households, count.people)


def is_zero(quantity: Quantity) -> bool:
    return (quantity.households, quantity.people) in ((0, 0), (0, None), (None, 0))


def above(quantity: Quantity, limit: Count) -> bool:
    return (quantity.households or 0) > limit.households or (quantity.people or 0) > limit.people


def in_words(quantity: Quantity) -> str:
    """12户36人; only what was said."""
    households = "" if quantity.households is None else f"{quantity.households}户"
    people = "" if quantity.people is None else f"{quantity.people}人"
    return households + people or "(未报数)"
