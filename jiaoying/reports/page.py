"""`report.html`: one file that needs no network, no script and no other file; printed it is the same report."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, Environment, StrictUndefined

from jiaoying.reports import words
from jiaoying.reports.parts import Report

_NAMES = ("report.html.j2",)


@cache
def _environment() -> Environment:
    folder = files("jiaoying.reports") / "templates"
    sources = {name: (folder / name).read_text(encoding="utf-8") for name in _NAMES}
    environment = Environment(
        loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"span": words.span, "count": words.count}
    return environment


def html_bytes(report: Report) -> bytes:
    """The page as UTF-8; the same report gives the same bytes."""
    clock = words.Clock(ZoneInfo(report.event.timezone))
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            head=report.headline,
            clock=clock,
            ordered=[village for village in report.villages if village.ordered],
        )
    )
    return page.encode()
