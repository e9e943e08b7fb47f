"""The timeline: every fact a reader of the night wants to see, in words, told by office and never by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from core.levels import Level
from evacuation.household_status import HouseholdStatus
from jiaoying.reports.offices import Offices
from jiaoying.reports.parts import Entry
from jiaoying.reports.record import Moment, Record
from jiaoying.reports.warnings import FACT_WORDS, ISSUING
from notifiers.callout import CallOut
from warning.facts import Reason

WAY, INCIDENT, REST = 2, 1, 0

_TASK = {
    "Ordered": ("下令转移", WAY),
    "Amended": ("指令更新", REST),
    "CalledOff": ("指令取消", INCIDENT),
    "Acknowledged": ("指令应答", REST),
    "Cleared": ("清零", WAY),
    "Reopened": ("重新打开", INCIDENT),
    "AllClearSigned": ("解除签字(第一人)", REST),
    "AllClearLapsed": ("解除签字失效", INCIDENT),
    "AllClearGiven": ("解除", WAY),
}
_CALLOUT = {
    "ChainExhausted": ("整链无人应答", INCIDENT),
    "TakenOver": ("由人接手", INCIDENT),
    "Declined": ("接听人不能办,转副手", INCIDENT),
}
_HOUSEHOLD = {
    "Refused": ("拒绝转移", INCIDENT),
    "Persuaded": ("劝动", INCIDENT),
    "NeedsHelp": ("需要帮助", INCIDENT),
    "NotFound": ("找不到", INCIDENT),
    "WentBack": ("擅自返回", INCIDENT),
    "Corrected": ("人工更正", INCIDENT),
}
_REQUEST = {
    "Raised": ("求助", INCIDENT),
    "Climbed": ("求助升级", INCIDENT),
    "Done": ("求助办结", REST),
    "Checked": ("求助核查关闭", INCIDENT),
    "NotSo": ("求助未解决,退回", INCIDENT),
}
_BY_TIME = (Reason.ONE_APPROVAL.value, Reason.NO_APPROVAL.value)
_HEAVY = frozenset({"Approved", "Upgraded", "ApprovalTimedOut", "Cancelled", "Rejected", "UpgradeRejected"})


def timeline(record: Record, offices: Offices) -> tuple[Entry, ...]:
    """Every entry, in the order of the journal."""
    tell = _Teller(record, offices)
    found = [entry for moment in record.moments if (entry := tell.entry(moment)) is not None]
    ordered = {(entry.area, entry.at) for entry in found if (entry.kind, entry.fact) == ("task", "Ordered")}
    return tuple(
        # The order says the level: the issue that gave it need not be read twice.
        replace(entry, weight=REST)
        if entry.kind == "warning" and entry.weight == WAY and (entry.area, entry.at) in ordered
        else entry
        for entry in found
    )


def grouped(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], ...]:
    """Entries for print: what happened in the same minute, by the same fact and at the same level, stands together."""

    def key(entry: Entry) -> tuple[object, ...]:
        return (entry.at.replace(second=0), entry.kind, entry.fact, entry.level)

    rows = sorted(
        enumerate(entries),
        key=lambda row: (row[1].at.replace(second=0), row[1].kind, row[1].fact, row[1].level or "", row[0]),
    )
    groups = [tuple(entry for _, entry in group) for _, group in groupby(rows, key=lambda row: key(row[1]))]
    return tuple(sorted(groups, key=lambda group: group[0].sequence))


class _Teller:
    def __init__(self, record: Record, offices: Offices) -> None:
        self.record = record
        self.offices = offices
        self.tasks = {task.id: task for task in record.tasks}
        self.warnings = {warning.id: warning for warning in record.warnings}
        self.callouts: Mapping[str, CallOut] = {callout.id: callout for callout in record.callouts}
        self.households: Mapping[str, HouseholdStatus] = {status.id: status for status in record.households}
        self.requests = {request.id: request for request in record.requests}
        self.levels: dict[str, Level] = {}
        self.cleared: set[str] = set()
        self.tellers: Mapping[str, Callable[[Moment], Entry | None]] = {
            "event": self._event,
            "warning": self._warning,
            "task": self._task,
            "callout": self._callout,
            "household": self._household,
            "request": self._request,
            "alarm": self._alarm,
        }

    def entry(self, moment: Moment) -> Entry | None:
        teller = self.tellers.get(moment.kind)
        return None if teller is None else teller(moment)

    def _made(self, moment: Moment, *, area: str, words: str, weight: int, level: Level | None = None) -> Entry:
        return Entry(
            sequence=moment.sequence,
            at=moment.at,
            kind=moment.kind,
            fact=moment.fact,
            area=area,
            words=words,
            level=level,
            office=self.offices.name(moment.actor),
            weight=weight,
        )

    def _event(self, moment: Moment) -> Entry | None:
        words = {"Opened": "降雨过程开始", "Closed": "降雨过程结束", "DrillEnded": "演练中止"}.get(moment.fact)
        if words is None:
            return None
        return self._made(moment, area=self.record.event.site_area, words=words, weight=WAY)

    def _warning(self, moment: Moment) -> Entry | None:
        said = moment.data.get("level")
        if said:
            self.levels[moment.subject] = Level(said)
        warning = self.warnings.get(moment.subject)
        words = FACT_WORDS.get(moment.fact)
        if warning is None or words is None:
            return None
        level = self.levels.get(moment.subject, warning.level)
        weight = WAY if moment.fact in _HEAVY and level >= Level.ORANGE else REST
        if moment.fact in ISSUING and moment.data.get("reason") in _BY_TIME:
            words, weight = f"{words}({Reason(moment.data['reason']).chinese})", max(weight, INCIDENT)
        if moment.fact in ("Rejected", "UpgradeRejected", "CouldNotJudge"):
            weight = max(weight, INCIDENT)
        return self._made(
            moment, area=warning.area, words=f"{warning.family.chinese}预警{words}", weight=weight, level=level
        )

    def _task(self, moment: Moment) -> Entry | None:
        task = self.tasks.get(moment.subject)
        if task is None:
            return None
        if moment.fact == "MovementReported":
            claim = moment.data["claim"]
            if not (claim["whole"] and claim["complete"]):
                return None
            late = moment.subject in self.cleared
            return self._made(
                moment,
                area=task.area,
                words=f"报全村转移完毕{_count(claim)}" + ("(已清零)" if late else ""),
                weight=REST if late else WAY,
            )
        if moment.fact == "Cleared":
            self.cleared.add(moment.subject)
        elif moment.fact == "Reopened" or moment.data.get("grew"):
            self.cleared.discard(moment.subject)
        told = _TASK.get(moment.fact)
        if told is None:
            return None
        words, weight = told
        if moment.fact == "Amended" and moment.data.get("grew"):
            words, weight = "指令更新,清单加了人", INCIDENT
        if moment.fact in ("Ordered", "Cleared"):
            words = f"{words}({task.family.chinese}){len(task.households)}户{task.people}人"
        said = moment.data.get("level")
        return self._made(moment, area=task.area, words=words, weight=weight, level=Level(said) if said else None)

    def _callout(self, moment: Moment) -> Entry | None:
        callout = self.callouts.get(moment.subject)
        told = _CALLOUT.get(moment.fact)
        if callout is None or told is None:
            return None
        words, weight = told
        office = self.offices.name(callout.post)
        return self._made(moment, area=callout.area, words=f"{office}{words}", weight=weight, level=callout.level)

    def _household(self, moment: Moment) -> Entry | None:
        status = self.households.get(moment.subject)
        told = _HOUSEHOLD.get(moment.fact)
        if status is None or told is None:
            return None
        words, weight = told
        return self._made(moment, area=status.area, words=f"一户{status.people}人{words}", weight=weight)

    def _request(self, moment: Moment) -> Entry | None:
        request = self.requests.get(moment.subject)
        told = _REQUEST.get(moment.fact)
        if request is None or told is None:
            return None
        words, weight = told
        return self._made(moment, area=request.area, words=f"{words}({request.kind.chinese})", weight=weight)

    def _alarm(self, moment: Moment) -> Entry | None:
        if moment.fact != "Raised":
            return None
        return self._made(
            moment,
            area=str(moment.data.get("area") or ""),
            words=f"报警:{moment.data['words']}",
            # The call-out's own line says who did not answer; the alarm about it would say it twice.
            weight=REST if moment.data["rule"] == "unanswered" else INCIDENT,
            level=Level(moment.data["level"]),
        )


def _count(claim: Mapping[str, Any]) -> str:
    households, people = claim["households"], claim["people"]
    return (f"{households}户" if households is not None else "") + (f"{people}人" if people is not None else "")
