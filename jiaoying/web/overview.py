"""The first screen as data: who becomes unsavable next, who has not answered, what waits for a decision, the account."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.levels import Level
from evacuation.account import Account, account
from evacuation.clocks import urgency, with_hazard
from evacuation.household_status import HouseholdStatus
from evacuation.listed import Listed, totals
from evacuation.replies import ReplyState
from evacuation.request import RequestState
from evacuation.task import Task, TaskState
from jiaoying.engine.county import County
from jiaoying.storage import views
from jiaoying.storage.views import Connection
from jiaoying.web.context import Web
from jiaoying.web.identity import Viewer
from jiaoying.web.shapes import Row, Shaper, account_row, count_row, revealed
from jiaoying.web.words import PREPARE, RUNGS, STATES, SUBJECTS, duration, role_words
from notifiers.alarm import AlarmState
from notifiers.callout import CallOut, CallOutState
from warning.event import Event, EventState
from warning.warning import Warning, WarningState

ENDED = (TaskState.STOOD_DOWN, TaskState.CALLED_OFF)
OPEN_WARNING = (WarningState.PROPOSED, WarningState.IN_FORCE)
RINGING = (CallOutState.UNANSWERED, CallOutState.RINGING, CallOutState.TAKEN_OVER)
OPEN_REQUEST = (RequestState.RAISED, RequestState.ASSIGNED, RequestState.UNDER_WAY, RequestState.DONE)
STEP_S = 5  # a picture without news is made anew this often, so that what counts down keeps counting


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """One task with what the first screen says of it."""

    task: Task
    account: Account
    frail: int
    slack_s: int | None

    @property
    def urgency(self) -> tuple[int, int, int, str]:
        """The order of everything scarce (DESIGN section 7)."""
        return urgency(self.slack_s, self.frail, self.account.outstanding.people, self.task.area)


def overview(web: Web, viewer: Viewer) -> Row:
    """The overview of one viewer; computed once for all who see the same."""
    service = web.service
    now = service.clock()
    with service.engine.connect() as connection:
        sequence = views.head(connection)
    version = (sequence, service.county.version, int(now.timestamp()) // STEP_S)
    question = f"{viewer.user.area if viewer.areas is not None else '*'} {viewer.sees_names}"

    def build() -> Row:
        # Its own connection: those who wait for this answer hold none.
        with service.engine.connect() as connection:
            return _build(web, viewer, connection, now, sequence)

    return web.once.get(question, version, build)


def _build(web: Web, viewer: Viewer, connection: Connection, now: datetime, sequence: int) -> Row:
    site, county = web.service.site, web.service.county
    areas = viewer.areas
    event = _event(connection, str(site.status))
    of_event: dict[str, Any] = {"event": event.id} if event is not None else {"event": ""}
    warnings: list[Warning] = views.find(connection, "warning", areas=areas, state=OPEN_WARNING, **of_event)
    zones = {warning.id: warning.zones for warning in warnings}
    tasks: list[Task] = [
        _by_the_newest_rain(task, web.service.crossing_of(zones.get(task.warning, ())), now)
        for task in views.find(connection, "task", areas=areas, **of_event)
    ]
    ringing: list[CallOut] = [
        one
        for one in views.find(connection, "callout", areas=areas, state=RINGING, status=str(site.status))
        if one.begun_at is not None
    ]
    replies = views.find(connection, "reply", areas=areas, state=ReplyState.WAITING, status=str(site.status))
    requests = views.find(connection, "request", areas=areas, state=OPEN_REQUEST, status=str(site.status))
    alarms = views.find(
        connection,
        "alarm",
        areas=areas,
        state=(AlarmState.RAISED, AlarmState.ACKNOWLEDGED),
        status=str(site.status),
    )
    statuses = views.statuses_of_tasks(connection, tasks)
    shaper = Shaper(
        site=site,
        county=county,
        viewer=viewer,
        now=now,
        reveal=revealed(connection, [*ringing, *replies, *requests]),
    )
    villages = [_village(task, statuses[task.id], now) for task in tasks]
    open_villages = sorted((v for v in villages if v.account.outstanding.households and _open(v.task)), key=_urgency)
    ordered = [v for v in villages if v.task.ordered_at is not None and v.task.state is not TaskState.CALLED_OFF]
    newest = views.newest_rain(connection)
    planned = {task.id for task in tasks if task.state is TaskState.PLANNED}
    return {
        "site": {
            "name": site.name,
            "area": site.area,
            "status": site.status,
            "mark": site.status.mark,
            "timezone": str(site.timezone),
        },
        "now": shaper.at(now),
        "sequence": sequence,
        "event": shaper.event(event) if event is not None else None,
        "rain": {
            "newest_at": shaper.at(newest),
            "age_s": None if newest is None else round((now - newest).total_seconds()),
            "stale": newest is None or (now - newest).total_seconds() > site.stale_rain_s,
        },
        "levels": _levels(warnings),
        "next_lost": _next_lost(open_villages, county),
        "slack": [_slack_row(v, shaper) for v in open_villages],
        "unanswered": [_ringing_row(one, shaper, planned) for one in sorted(ringing, key=_by_level_then_age)],
        "proposals": [
            {**shaper.warning(w), "tell": _who_gets_it(w, county, web, now)}
            for w in sorted(warnings, key=_worst)
            if w.proposal
        ],
        "dark": _dark(warnings, county),
        "account": _total(ordered, statuses),
        "tasks": [shaper.task(v.task, statuses[v.task.id]) for v in sorted(ordered, key=_open_first)],
        "replies": [shaper.reply(one) for one in reversed(replies)],
        "requests": [shaper.request(one) for one in requests],
        "alarms": [shaper.alarm(one) for one in alarms],
        "villages": _villages(warnings, tasks, county),
    }


def _event(connection: Connection, status: str) -> Event | None:
    """The open event, else the one closed last."""
    found = views.find(connection, "event", status=status, state=EventState.OPEN, limit=1)
    found = found or views.find(connection, "event", status=status, limit=1)
    return found[0] if found else None


def _open(task: Task) -> bool:
    return task.state not in (*ENDED, TaskState.CLEARED)


def _by_the_newest_rain(task: Task, crossing: tuple[datetime, datetime] | None, now: datetime) -> Task:
    """The task with its hazard clock as the newest rain has it; an order keeps the one it was given when none is near.

    Before the order a clock made of rain that has since slackened would call a village lost that is not.
    """
    if task.clocks is None or (crossing is None and task.state is not TaskState.PLANNED):
        return task
    earliest, latest = crossing if crossing is not None else (None, None)
    if task.state is not TaskState.PLANNED and task.clocks.hazard_earliest is not None and earliest is not None:
        earliest = min(earliest, task.clocks.hazard_earliest)  # a line once crossed stays crossed
    return replace(task, clocks=with_hazard(task.clocks, earliest=earliest, latest=latest, now=now))


def _village(task: Task, statuses: Mapping[str, HouseholdStatus], now: datetime) -> Village:
    left = task.clocks.latest_departure if task.clocks is not None else None
    frail = sum(
        row.people
        for row in task.households
        if row.frail and not (row.household in statuses and statuses[row.household].accounted)
    )
    return Village(
        task=task,
        account=task.account(statuses),
        frail=frail,
        slack_s=None if left is None else round((left - now).total_seconds()),
    )


def _urgency(village: Village) -> tuple[int, int, int, str]:
    return village.urgency


def _open_first(village: Village) -> tuple[bool, tuple[int, int, int, str]]:
    return (not (_open(village.task) and village.account.outstanding.households), village.urgency)


def _by_level_then_age(callout: CallOut) -> tuple[bool, int, bool, datetime, str]:
    """Those nobody owns first, by level, those of a whole round without an answer, then by age."""
    assert callout.begun_at is not None
    return (
        callout.state is CallOutState.TAKEN_OVER,
        -callout.level.rank,
        callout.state is not CallOutState.UNANSWERED,
        callout.begun_at,
        callout.id,
    )


def _worst(warning: Warning) -> tuple[int, str, str]:
    level = warning.proposal.level if warning.proposal is not None else warning.level
    return -level.rank, warning.area, warning.family


def _levels(warnings: Iterable[Warning]) -> list[Row]:
    """Villages by the highest level in force there, worst first."""
    highest: dict[str, Level] = {}
    for warning in warnings:
        if warning.state is WarningState.IN_FORCE:
            highest[warning.area] = max(warning.level, highest.get(warning.area, warning.level))
    return [
        {
            "level": level,
            "chinese": level.chinese,
            "numeral": level.numeral,
            "villages": sum(1 for known in highest.values() if known is level),
        }
        for level in sorted(Level, reverse=True)
    ]


def _next_lost(waiting: list[Village], county: County) -> Row | None:
    """Which village becomes unsavable next; when all are late already, the latest of them."""
    timed = [(v.slack_s, v) for v in waiting if v.slack_s is not None]
    late = [v for slack, v in timed if slack < 0]
    ahead = sorted(((slack, v.task.area, v) for slack, v in timed if slack >= 0), key=lambda one: one[:2])
    if not timed:
        return None
    chosen = ahead[0][2] if ahead else min(late, key=_urgency)
    assert chosen.slack_s is not None
    left = chosen.account.outstanding
    place = county.short(chosen.task.area)
    when = f"余量{duration(chosen.slack_s)}" if ahead else f"已过最晚出发时刻{duration(chosen.slack_s)}"
    words = f"{place} {when},还有{left.households}户{left.people}人未到位"
    if late and ahead:
        words += f";另有{len({v.task.area for v in late})}个村已过最晚出发时刻"
    return {
        "task": chosen.task.id,
        "area": chosen.task.area,
        "area_name": place,
        "slack_s": chosen.slack_s,
        "late": len({v.task.area for v in late}),
        "words": words,
    }


def _slack_row(village: Village, shaper: Shaper) -> Row:
    task, left = village.task, village.account.outstanding
    clocks = task.clocks
    return {
        "task": task.id,
        "area": task.area,
        "area_name": shaper.county.short(task.area),
        "family": task.family,
        "family_name": task.family.chinese,
        "level": task.level,
        "state": task.state,
        "state_name": STATES[task.state],
        "slack_s": village.slack_s,
        "latest_departure": shaper.at(clocks.latest_departure) if clocks else None,
        "hazard_earliest": shaper.at(clocks.hazard_earliest) if clocks else None,
        "need_s": clocks.need_s if clocks else None,
        "words": clocks.words if clocks else "",
        "outstanding": count_row(left),
        "frail": village.frail,
    }


def _ringing_row(callout: CallOut, shaper: Shaper, planned: Collection[str]) -> Row:
    row = shaper.callout(callout)
    last = row.pop("attempts")
    post = shaper.county.directory.get(callout.post)
    return {
        **row,
        "role_name": role_words(callout.role),
        "holder": shaper.name(post.holder) if post is not None else None,
        "phone": shaper.phone(post.phone) if post is not None else None,
        "subject_name": PREPARE
        if callout.subject in planned
        else SUBJECTS.get(callout.subject_kind, callout.subject_kind),
        "rung_name": RUNGS[callout.rung],
        "state_name": STATES[callout.state],
        "proof_name": callout.proof.chinese,
        "attempts": len(last),
        "last_outcome": last[-1]["outcome"] if last else "",
    }


def _who_gets_it(warning: Warning, county: County, web: Web, now: datetime) -> Row:
    """What a signature would set in motion: who is called, how many households and people it is about."""
    from evacuation.task import should_order

    site = web.service.site
    level = warning.proposal.level if warning.proposal is not None else warning.level
    listed = county.listed(warning.area, warning.family, warning.scope)
    return {
        "posts": len(county.posts_in.get(warning.area, ())),
        "households": len(listed),
        "people": sum(one.people for one in listed),
        "order": should_order(level, night=site.night(now), order_at=site.order_at),
    }


def _dark(warnings: Iterable[Warning], county: County) -> list[Row]:
    """Zones nobody can judge, each once."""
    zones = {zone for warning in warnings for zone in warning.dark_zones}
    return [
        {"zone": code, "name": known.name or code, "area": known.area, "area_name": county.short(known.area)}
        for code in sorted(zones)
        if (known := county.zones.get(code)) is not None
    ]


def _total(ordered: Iterable[Village], statuses: Mapping[str, Mapping[str, HouseholdStatus]]) -> Row:
    """The account of all orders together: a household under two orders is counted once."""
    rows: dict[str, Listed] = {}
    known: dict[str, HouseholdStatus] = {}
    areas = set()
    for village in ordered:
        areas.add(village.task.area)
        known.update(statuses[village.task.id])
        for row in village.task.households:
            if row.household not in rows or rows[row.household].people < row.people:
                rows[row.household] = row
    total = account(rows.values(), known)
    households, people = totals(rows.values())
    return {
        **account_row(total),
        "outstanding": count_row(total.outstanding),
        "adds_up": total.adds_up() and (total.listed.households, total.listed.people) == (households, people),
        "villages": len(areas),
    }


def _villages(warnings: Iterable[Warning], tasks: Iterable[Task], county: County) -> list[Row]:
    """Every village with a warning or an order: what the map shows, as a list."""
    found: dict[str, Row] = {}
    for warning in warnings:
        row = found.setdefault(warning.area, _village_row(warning.area, county))
        if warning.state is WarningState.IN_FORCE and (row["level"] is None or warning.level > row["level"]):
            row["level"] = warning.level
        if warning.proposal is not None and (row["proposed"] is None or warning.proposal.level > row["proposed"]):
            row["proposed"] = warning.proposal.level
    for task in tasks:
        if task.state in ENDED:
            continue
        row = found.setdefault(task.area, _village_row(task.area, county))
        row["tasks"].append({"id": task.id, "state": task.state, "state_name": STATES[task.state]})
    return sorted(found.values(), key=lambda row: (-(row["level"].rank if row["level"] else 0), row["area"]))


def _village_row(area: str, county: County) -> Row:
    return {"area": area, "name": county.short(area), "level": None, "proposed": None, "tasks": []}
