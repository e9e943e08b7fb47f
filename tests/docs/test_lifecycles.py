"""docs/lifecycles.md says what the tables in the code say."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

import pytest

from tests.support.sources import ROOT, modules


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The script that writes the page."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_matches_the_code(generate: Any) -> None:
    """Run `make docs` when this fails."""
    assert (ROOT / "docs" / "lifecycles.md").read_text(encoding="utf-8") == generate.render()


def test_every_lifecycle_is_on_the_page(generate: Any) -> None:
    """Every module of the domain rooms that holds a table, and no other."""
    holders = {
        path.removesuffix(".py").replace("/", ".")
        for path, tree in modules().items()
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == "LIFECYCLE"
    }
    tables = dict(generate.lifecycles())
    defined = {name for name in holders if importlib.import_module(name).LIFECYCLE in tables.values()}
    assert holders == defined, "a lifecycle that the page does not show"
    assert len({id(table) for table in tables.values()}) == len(tables)


def test_the_page_says_everything(generate: Any) -> None:
    """Every state with its word, every row and every note with a reason."""
    page = (ROOT / "docs" / "lifecycles.md").read_text(encoding="utf-8")
    for _, table in generate.lifecycles():
        for state in table.states:
            assert f"`{state}` {generate.word(table, state)}" in page
        for row in table.rows:
            assert row.why.strip()
            assert row.fact in page
        assert table.chinese
        assert f"## {table.chinese} {table.name}" in page
