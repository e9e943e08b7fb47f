"""A lifecycle is a table (law 2): rows (state, fact, next state, why), notes per state, and nothing else.

A pair that stands neither among the rows nor among the notes raises. The diagrams of ``docs/lifecycles.md`` are
generated from these tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from core.facts import Fact

S = TypeVar("S", bound=StrEnum)


class UnknownTransition(Exception):
    """A fact met a state that does not take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Generic[S]):
    """One transition. `source` None is the birth of the thing; `why` is the sentence that allows the row.

    `when` names the variant of a fact that leads to more than one state (Amended "list grew"); the fact says which it
    is by its `variant`.
    """

    source: S | None
    fact: str
    target: S
    why: str
    when: str = ""


@dataclass(frozen=True, kw_only=True)
class Lifecycle(Generic[S]):
    """The table of one lifecycle.

    Parameters
    ----------
    name, chinese : str
        The word of the field in English and Chinese.
    states : type of StrEnum
        All states.
    rows : tuple of Row
        Every allowed transition, once.
    notes : mapping of state to facts
        Late or repeated facts that are journalled and change nothing, with the reason.
    """

    name: str
    chinese: str
    states: type[S]
    rows: tuple[Row[S], ...]
    notes: Mapping[S, Mapping[str, str]] = field(default_factory=dict)
    _index: dict[tuple[S | None, str, str], S] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            key = (row.source, row.fact, row.when)
            if key in self._index:
                raise ValueError(f"{self.name}: two rows for {row.source} –{row.fact} {row.when}→")
            self._index[key] = row.target
        for state, facts in self.notes.items():
            for fact in facts:
                if any(key[:2] == (state, fact) for key in self._index):
                    raise ValueError(f"{self.name}: {fact} in {state} is both a row and a note")

    def step(self, state: S | None, fact: str, when: str = "") -> S:
        """Return the state after `fact` (of variant `when`); a noted fact leaves it as it is.

        Raises
        ------
        UnknownTransition
            When the pair stands nowhere in the table.
        """
        target = self._index.get((state, fact, when))
        if target is not None:
            return target
        if state is not None and fact in self.notes.get(state, {}):
            return state
        raise UnknownTransition(f"{self.name}: {state or 'nothing'} does not take {fact}{f' ({when})' if when else ''}")

    def after(self, state: S | None, fact: Fact) -> S:
        """Return the state after a fact object."""
        return self.step(state, fact.name, fact.variant)

    def takes(self, state: S | None, fact: str, when: str = "") -> bool:
        """Whether a row moves `state` by `fact` (a note does not count)."""
        return (state, fact, when) in self._index

    def is_noted(self, state: S | None, fact: str) -> bool:
        """Whether `fact` in `state` is journalled and changes nothing."""
        return state is not None and fact in self.notes.get(state, {})

    def facts(self) -> tuple[str, ...]:
        """All facts of the table, in the order of their first row."""
        return tuple(dict.fromkeys([row.fact for row in self.rows] + [f for n in self.notes.values() for f in n]))

    def endings(self) -> frozenset[S]:
        """States that no row leaves."""
        leaving = {row.source for row in self.rows if row.source is not None and row.source != row.target}
        return frozenset(state for state in self.states if state not in leaving)

    def diagram(self) -> str:
        """Return the table as a Mermaid state diagram, one arrow a pair of states."""
        arrows: dict[tuple[S | None, S], list[str]] = {}
        for row in self.rows:
            arrows.setdefault((row.source, row.target), []).append(row.fact + (f" ({row.when})" if row.when else ""))
        lines = ["stateDiagram-v2"]
        for (source, target), facts in arrows.items():
            lines.append(f"    {source or '[*]'} --> {target}: {', '.join(facts)}")
        return "\n".join(lines)


def same(states: Iterable[S], fact: str, why: str) -> tuple[Row[S], ...]:
    """Rows by which `fact` leaves each of `states` as it is (it changes other fields than the state)."""
    return tuple(Row(source=state, fact=fact, target=state, why=why) for state in states)


def all_to(states: Iterable[S], fact: str, target: S, why: str) -> tuple[Row[S], ...]:
    """Rows by which `fact` moves each of `states` to `target`."""
    return tuple(Row(source=state, fact=fact, target=target, why=why) for state in states)
