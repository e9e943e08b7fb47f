"""A setting that is accepted and does nothing is a promise nobody keeps (docs/adr/0006)."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from jiaoying.config import Config
from jiaoying.config.complaints import ANY, known_keys
from tests.support.sources import modules

# Settings that the rest of the software reads under another name.
READ_AS = {
    "database": "database_url",
    "sources.interval": "interval_minutes",
    "sources.stale_after": "stale_rain_s",
    "thresholds": "threshold_sets",
    "web.public_url": "public_url",
    "callout.steps.by": "channels",
}
# Settings with one lawful value in this version: written so that the file says it, refused when it says otherwise.
CHECKED_ONLY = {"site.language", "warning.publish"}


@cache
def read_elsewhere() -> frozenset[str]:
    """Every attribute that anything outside the settings themselves looks at."""
    return frozenset(
        node.attr
        for path, tree in modules().items()
        if not path.startswith("jiaoying/config/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    )


def leaves() -> list[str]:
    """Every key that holds a value, without levels, chains and indexes (they share their readers)."""
    keys = [tuple(part for part in key if part != ANY) for key in known_keys(Config)]
    inner = {key[:-1] for key in keys}
    levels = {
        "red",
        "orange",
        "yellow",
        "blue",
        "desk",
        "count",
        "confirm",
        "approval",
        "hysteresis",
        "clocks",
        "default",
    }
    found = {".".join(part for part in key if part not in levels) for key in keys if key not in inner}
    return [*sorted(key for key in found if "." in key or key == "database"), "thresholds"]


@pytest.mark.parametrize("key", sorted({key for key in leaves() if not key.startswith("thresholds.")} - CHECKED_ONLY))
def test_somebody_reads_it(key: str) -> None:
    """By its own name, in the seconds or hours it is counted in, or as the table above says."""
    name = READ_AS.get(key, key.rpartition(".")[2])
    assert not read_elsewhere().isdisjoint({name, f"{name}_s", f"{name}_h"}), f"nothing reads {key}"
