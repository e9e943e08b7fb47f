"""After-action reports: pure functions from the record of an event to documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from jiaoying.reports.record import Record, summary

FORMATS = ("html", "json")


def write_report(
    record: Record, out: Path, *, formats: Sequence[str] = FORMATS, on_written: Callable[[Path], None] | None = None
) -> list[Path]:
    """Write the report of one event in the formats asked for; returns the files in that order."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "report.json"
    path.write_text(json.dumps(summary(record), ensure_ascii=False), encoding="utf-8")
    if on_written is not None:
        on_written(path)
    return [path]
