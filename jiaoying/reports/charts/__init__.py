"""The drawings of the report, each a pure function of its parts."""

from jiaoying.reports.charts.calls import answers_chart, ladder_chart
from jiaoying.reports.charts.people import event_curve, village_curve
from jiaoying.reports.charts.rain import rain_ceilings, rain_chart
from jiaoying.reports.charts.way import way_chart

__all__ = [
    "answers_chart",
    "event_curve",
    "ladder_chart",
    "rain_ceilings",
    "rain_chart",
    "village_curve",
    "way_chart",
]
