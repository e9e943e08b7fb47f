"""Checks a lifecycle against rows written out by hand in the test, every pair that stands nowhere included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from core.lifecycle import Lifecycle, UnknownTransition

Written = tuple[str | None, str, str]  # state (None = birth), fact or "fact/variant", next state


def assert_table(lifecycle: Lifecycle[Any], written: Iterable[Written], notes: Mapping[str, Iterable[str]]) -> None:
    """Assert that `lifecycle` takes exactly `written`, notes exactly `notes`, and raises on every other pair."""
    wanted: dict[tuple[str | None, str, str], str] = {}
    for source, fact, target in written:
        name, _, when = fact.partition("/")
        assert (source, name, when) not in wanted, f"written twice: {source} {fact}"
        wanted[source, name, when] = target
    states: list[Any] = [None, *lifecycle.states]
    facts = {(row.fact, row.when) for row in lifecycle.rows} | {(name, when) for _, name, when in wanted}
    facts |= {(fact, "") for noted in notes.values() for fact in noted}
    for state in states:
        key = None if state is None else str(state)
        for name, when in sorted(facts):
            target = wanted.get((key, name, when))
            if target is not None:
                assert str(lifecycle.step(state, name, when)) == target, f"{key} –{name} {when}→"
            elif key is not None and name in set(notes.get(key, ())):
                assert lifecycle.is_noted(state, name), f"{key} should note {name}"
                assert lifecycle.step(state, name, when) == state
            else:
                assert not lifecycle.is_noted(state, name), f"{key} notes {name}, which the test does not know"
                with pytest.raises(UnknownTransition):
                    lifecycle.step(state, name, when)
    for row in lifecycle.rows:
        assert row.why.strip(), f"{row.source} –{row.fact}→ has no reason"
