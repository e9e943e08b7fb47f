"""Random storms: whatever falls and whoever answers, no ring stops unanswered and the account always adds up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import pytest

from tests.support.night_storms import Met, Storm


def walk(directory: Path, seeds: Iterable[int], *, hours: int) -> Met:
    """Walk one storm a seed and return what they met together."""
    met = Met()
    for seed in seeds:
        here = directory / str(seed)
        here.mkdir()
        met += Storm(here, seed).run(hours)
    return met


def told(met: Met) -> None:
    """Say what the storms met; none of it may be nothing."""
    figures = {field.name: getattr(met, field.name) for field in fields(met)}
    print("random storms:", ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in figures.items()))
    assert all(figures.values()), figures


def test_random_storms(tmp_path: Path) -> None:
    told(walk(tmp_path, (2, 4, 6, 7, 8), hours=2))


@pytest.mark.soak
def test_many_random_storms(tmp_path: Path) -> None:
    told(walk(tmp_path, range(100, 140), hours=6))
