"""The real data beside the repository: tests that want it say so, and skip loudly where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3] / "shared" / "data"


def real_file(path: str) -> Path:
    """The file, or a loud skip."""
    found = ROOT / path
    if not found.exists():
        pytest.skip(f"REAL DATA MISSING: {found} is not there, this reader was not tried on it")
    return found
