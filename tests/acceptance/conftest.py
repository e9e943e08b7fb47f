"""The runs that all acceptance tests look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.demo import Run, killed_again_and_again, uninterrupted


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that all workers of this test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@pytest.fixture(scope="session")
def demo(shared: Path) -> Run:
    """The demo, run once without interruption."""
    return uninterrupted(shared / "once")


@pytest.fixture(scope="session")
def same_seed(shared: Path) -> Run:
    """The same demo in another directory."""
    return uninterrupted(shared / "again")


@pytest.fixture(scope="session")
def killed(shared: Path) -> Run:
    """The same demo, killed ten times on its way."""
    return killed_again_and_again(shared / "killed", seed=20250708)
