"""After-action reports: pure functions from the record of an event to data (`reading`), from data to documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from jiaoying.reports.document import json_bytes
from jiaoying.reports.page import html_bytes
from jiaoying.reports.parts import Report
from jiaoying.reports.reading import read
from jiaoying.reports.record import Record

_MAKERS: Mapping[str, Callable[[Report], bytes]] = {"html": html_bytes, "json": json_bytes}
FORMATS = tuple(_MAKERS)

__all__ = ["FORMATS", "Record", "Report", "html_bytes", "json_bytes", "read", "write_report"]


def write_report(
    record: Record, out: Path, *, formats: Sequence[str] = FORMATS, on_written: Callable[[Path], None] | None = None
) -> list[Path]:
    """Write the report of one event in the formats asked for; returns the files, html first.

    Parameters
    ----------
    on_written
        Told of every file when it is whole.

    Raises
    ------
    ValueError
        When a format is not one of `FORMATS`.
    """
    unknown = [name for name in formats if name not in _MAKERS]
    if unknown:
        raise ValueError(f"不支持的格式:{'、'.join(unknown)};有:{'、'.join(FORMATS)}")
    wanted = [name for name in FORMATS if name in formats]
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"report.{name}" for name in wanted]
    report = read(record, report=paths[0].name if paths else None)
    for name, path in zip(wanted, paths, strict=True):
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(_MAKERS[name](report))
        part.replace(path)
        if on_written is not None:
            on_written(path)
    return paths
