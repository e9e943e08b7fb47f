"""From the record of an event to the report: everything a document says is decided here, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.cap import CapStatus
from core.levels import Level
from jiaoying.reports.answers import answers, callout_parts
from jiaoying.reports.offices import Offices
from jiaoying.reports.parts import (
    FORMAT,
    EventPart,
    Headline,
    LevelCount,
    OpenItem,
    ProofPart,
    Report,
    Slowest,
    VillagePart,
    WarningPart,
)
from jiaoying.reports.rainfall import zone_parts
from jiaoying.reports.record import Record, summary
from jiaoying.reports.replay import changes, curve, marks
from jiaoying.reports.story import timeline
from jiaoying.reports.trouble import alarm_parts, messages, open_items, request_parts, trouble
from jiaoying.reports.villages import responsible, sum_check, village_parts
from jiaoying.reports.warnings import warning_parts
from jiaoying.reports.words import Clock

COMMANDS = (
    "jiaoying journal verify",
    "jiaoying journal rebuild --check",
    "jiaoying journal export --out 日志.jsonl",
    "jiaoying journal verify 日志.jsonl",
)


def read(record: Record, *, report: str | None = None) -> Report:
    """Read the record of an event.

    Parameters
    ----------
    report
        Where the report will be found, for the summary.
    """
    offices = Offices(record)
    until = max((moment.at for moment in record.moments), default=record.event.opened_at)
    warnings = warning_parts(record, offices)
    callouts = callout_parts(record, offices)
    answered = answers(callouts)
    walked = changes(record)
    villages = village_parts(record, offices=offices, warnings=warnings, callouts=callouts, walked=walked)
    requests, alarms = request_parts(record), alarm_parts(record)
    still_open = open_items(record, villages=villages, unanswered=answered.unanswered, requests=requests, alarms=alarms)
    return Report(
        format=FORMAT,
        drill=record.event.status is not CapStatus.ACTUAL,
        event=_event(record, until),
        summary=summary(record, report=report),
        headline=_headline(record, villages=villages, warnings=warnings, open_=still_open, until=until),
        warnings=warnings,
        account=record.account,
        check=sum_check(record, villages),
        villages=villages,
        marks=marks(record.listed, walked, responsible(record.ordered)),
        curve=curve(record.listed, walked),
        callouts=callouts,
        answers=answered,
        rain=zone_parts(record),
        timeline=timeline(record, offices),
        requests=requests,
        alarms=alarms,
        messages=messages(record),
        trouble=trouble(record, offices, villages),
        proof=ProofPart(
            journal_hash=record.journal_hash,
            facts=len(record.moments),
            first_sequence=min((moment.sequence for moment in record.moments), default=0),
            last_sequence=max((moment.sequence for moment in record.moments), default=0),
            commands=COMMANDS,
        ),
    )


def _event(record: Record, until: datetime) -> EventPart:
    event = record.event
    return EventPart(
        id=event.id,
        name=event.name,
        state=event.state.value,
        status=event.status.value,
        site=record.site,
        site_area=event.site_area,
        timezone=record.timezone.key,
        opened_at=event.opened_at,
        closed_at=event.closed_at,
        until=until,
        level=event.level,
    )


def _headline(
    record: Record,
    *,
    villages: Sequence[VillagePart],
    warnings: Sequence[WarningPart],
    open_: tuple[OpenItem, ...],
    until: datetime,
) -> Headline:
    told = summary(record)
    ordered = [village for village in villages if village.ordered]
    cleared = [village.times.cleared for village in ordered if village.times.cleared is not None]
    total = record.account
    levels = tuple(
        LevelCount(
            level=level,
            warnings=sum(1 for warning in warnings if warning.highest is level),
            villages=sum(1 for village in villages if village.level is level),
        )
        for level in sorted(Level, key=lambda level: -level.rank)
    )
    return Headline(
        sentence=_sentence(record, levels, ordered, until),
        villages_warned=len(record.event.villages),
        villages_ordered=len(ordered),
        villages_cleared=len(cleared),
        households_listed=total.listed.households,
        people_listed=total.listed.people,
        people_safe=total.safe.people,
        people_away=total.away.people,
        people_outstanding=total.outstanding.people,
        households_outstanding=total.outstanding.households,
        callouts=told["callouts"],
        answered=told["answered"],
        median_answer_s=told["median_answer_s"],
        slowest_answer=_slowest(ordered, until, clear=False),
        slowest_clear=_slowest(ordered, until, clear=True),
        last_cleared_at=max(cleared, default=None),
        levels=levels,
        open=open_,
    )


def _slowest(ordered: Sequence[VillagePart], until: datetime, *, clear: bool) -> Slowest | None:
    """The village that took longest from its order; one that is not there yet has taken all the time there was."""
    rows = []
    for village in ordered:
        seconds = village.clear_s if clear else village.answer_s
        waiting = seconds is None
        if village.times.ordered is None or (waiting and village.times.ended is not None):
            continue
        took = (until - village.times.ordered).total_seconds() if seconds is None else seconds
        rows.append(Slowest(area=village.area, name=village.name, seconds=took, open=waiting))
    return max(rows, key=lambda row: (row.open, row.seconds, row.area), default=None)


def _sentence(record: Record, levels: Sequence[LevelCount], ordered: Sequence[VillagePart], until: datetime) -> str:
    clock = Clock(record.timezone)
    total = record.account
    begun = clock.full(record.event.opened_at)
    same_day = clock.local(record.event.opened_at).date() == clock.local(until).date()
    ended = clock.hhmm(until) if same_day else clock.day_hhmm(until)
    drill = "演练:" if record.event.status is not CapStatus.ACTUAL else ""
    counts = "、".join(f"{row.level.chinese}色{row.villages}村" for row in levels if row.villages)
    warned = f"{len(record.event.villages)}个村达到预警({counts})" if counts else "没有村达到预警"
    if not ordered:
        return f"{drill}{begun}至{ended},{record.site}{warned},没有村需要转移。"
    moved = f"{len(ordered)}个村下令转移{total.listed.households}户{total.listed.people}人"
    left = total.outstanding
    if total.closed:
        away = f"(其中{total.away.people}人外出已核实)" if total.away.people else ""
        outcome = f"全部清点到位{away},无一人遗漏"
    else:
        outcome = (
            f"已安置{total.safe.people}人、外出{total.away.people}人,还有{left.households}户{left.people}人没有清点到位"
        )
    return f"{drill}{begun}至{ended},{record.site}{warned},{moved},{outcome}。"
