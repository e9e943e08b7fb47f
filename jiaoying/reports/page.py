"""`report.html`: one file that needs no network, no script and no other file; printed it is the same report."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from jiaoying.reports import charts, tables, words
from jiaoying.reports.parts import Report
from jiaoying.reports.story import INCIDENT, grouped

_FOLDER = files("jiaoying.reports") / "templates"
_TEMPLATES = ("report.html.j2", "parts.html.j2")
MOST_CURVES = 48


def _finalize(value: Any) -> Any:
    """Every text of the page is set with Chinese punctuation; drawings are finished already."""
    return words.zh(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    sources = {name: (_FOLDER / name).read_text(encoding="utf-8") for name in _TEMPLATES}
    environment = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters |= {"span": words.span, "count": words.count}
    environment.globals |= {
        "state_words": tables.state_words,
        "rule_words": tables.rule_words,
        "purposes": tables.PURPOSES,
        "marked_by": tables.marked_by,
        "confirmed_by": tables.confirmed_by,
        "style": Markup((_FOLDER / "report.css").read_text(encoding="utf-8")),
    }
    return environment


def html_bytes(report: Report) -> bytes:
    """The page as UTF-8; the same report gives the same bytes."""
    zone = ZoneInfo(report.event.timezone)
    clock = words.Clock(zone)
    ordered = [village for village in report.villages if village.ordered]
    drawn = [part for part in report.rain if part.bars]
    ceilings = charts.rain_ceilings(drawn)
    shown = [entry for entry in report.timeline if entry.weight >= INCIDENT]
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            head=report.headline,
            clock=clock,
            ordered=ordered,
            informed=[village for village in report.villages if not village.ordered],
            open_groups=tables.open_groups(report.headline.open),
            columns=tables.account_columns(report),
            empty_columns=tables.empty_columns(report),
            lines=tables.entry_rows(report, grouped(shown), clock),
            hidden=len(report.timeline) - len(shown),
            drawn=drawn,
            event_curve=charts.event_curve(report.curve, ordered, report.event.until, zone),
            village_curves=[
                charts.village_curve(village, report.event.until, zone) for village in ordered[:MOST_CURVES]
            ],
            way_chart=charts.way_chart(ordered, report.event.until, zone),
            rain_charts=[charts.rain_chart(part, zone, ceilings) for part in drawn],
            answers_chart=charts.answers_chart(report.answers),
            ladder_chart=charts.ladder_chart(report.answers),
        )
    )
    return page.encode()
