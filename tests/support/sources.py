"""The project's own files, read for tests that hold the house to its plan."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("core", "people", "hazards", "warning", "evacuation", "notifiers")
ADAPTERS = ("hazards/sources/", "notifiers/gateways/")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project, tracked or about to be; without git (a release archive) every file outside hidden folders."""
    if (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, check=True, capture_output=True).stdout.decode().split("\0")
        files = [ROOT / name for name in listed if name]
    else:
        files = [
            path
            for path in ROOT.rglob("*")
            if not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(ROOT).parts[:-1])
        ]
    return tuple(sorted(path for path in files if path.is_file()))


def name_of(path: Path) -> str:
    """A file's path from the top of the project."""
    return path.relative_to(ROOT).as_posix()


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product (not of its tests), parsed, by path."""
    tops = (*ROOMS, "jiaoying")
    return {
        name_of(path): ast.parse(path.read_text(encoding="utf-8"), str(path))
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in tops
    }


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every absolute import of a module as (line, dotted name), `from a import b` as ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def called(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every call by a plain dotted name, as (line, name)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            parts, target = [], node.func
            while isinstance(target, ast.Attribute):
                parts.append(target.attr)
                target = target.value
            if isinstance(target, ast.Name):
                yield node.lineno, ".".join([target.id, *reversed(parts)])
