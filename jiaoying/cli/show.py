"""How commands speak: results on stdout, words and progress on stderr, one JSON document with --json."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from core.tables import Fault

DONE, WRONG, MISUSED = 0, 1, 2
words = Console(stderr=True, highlight=False, soft_wrap=True)


def document(value: Any) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def line(text: str) -> None:
    """Print one line of result on stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def fail(reason: str, code: int = WRONG) -> NoReturn:
    """Say what is wrong on stderr and end with `code`."""
    words.print(reason, style="bold red", markup=False)
    raise typer.Exit(code)


def faults(found: Iterable[Fault], *, most: int = 200) -> None:
    """List faults with place and reason on stderr, the first `most` of them."""
    every = list(found)
    for fault in every[:most]:
        words.print(f"  {fault}", markup=False)
    if len(every) > most:
        words.print(f"  ……另有 {len(every) - most} 处")


def refused(found: Iterable[Fault]) -> NoReturn:
    """End a drill whose registers or rain cannot be taken, with every fault."""
    faults(found)
    fail("登记册或雨量文件不能用,演练没有开始", MISUSED)


def read_bytes(path: Path) -> bytes:
    """Read a file named on the command line, or end with the reason."""
    try:
        return path.read_bytes()
    except OSError as error:
        fail(f"{path}: 读不了:{error.strerror}", MISUSED)


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Any]:
    """A progress bar on stderr, shown when a terminal is attached; yields a function that advances it."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=words,
        disable=not words.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=total)

        def advance(description: str | None = None, *, completed: int | None = None, total: int | None = None) -> None:
            if description is not None:
                bar.update(task, description=description)
            if total is not None:
                bar.update(task, total=total)
            if completed is not None:
                bar.update(task, completed=completed)
            else:
                bar.advance(task)

        yield advance
