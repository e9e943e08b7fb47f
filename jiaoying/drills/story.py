"""The story of a drill as it goes: journal entries told in a line each, in the words of the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.levels import Level
from jiaoying.engine.county import County
from jiaoying.storage import lookup, views
from jiaoying.storage.database import Connection
from jiaoying.storage.journal import entries, head
from notifiers.callout import Rung
from people.posts import Role

_WANTED = {Rung.COUNTED: "报数", Rung.CONFIRMED: "复核", Rung.STILL_THERE: "点名"}
_TOLD = ("event", "warning", "task", "callout", "reply", "request")


class Story:
    """Reads the journal forward and tells what a person would want to hear."""

    def __init__(self, county: County, timezone: ZoneInfo, *, after: int = 0) -> None:
        self.county, self.timezone = county, timezone
        self._after = after
        self._ordered: set[str] = set()

    def skip(self, connection: Connection) -> None:
        """Begin after what is already written (a drill that is started again)."""
        self._ordered.update(id for (id,) in lookup.columns(connection, "task", ("id",), ordered_at=lookup.GIVEN))
        self._after, _ = head(connection)

    def lines(self, connection: Connection) -> Iterator[str]:
        """Tell what was written since the last time."""
        for entry in entries(connection, after=self._after):
            self._after = entry["sequence"]
            if entry["kind"] not in _TOLD:
                continue
            at = datetime.fromisoformat(entry["at"]).astimezone(self.timezone)
            for fact in entry["facts"]:
                words = self._words(connection, entry["kind"], fact)
                if words:
                    yield f"{at:%H:%M} {words}"

    def _words(self, connection: Connection, kind: str, fact: Mapping[str, Any]) -> str | None:
        data: Mapping[str, Any] = fact["data"]
        match kind, fact["fact"]:
            case "event", "Opened":
                return f"降雨过程开始:{data.get('event_name', '')}"
            case "event", "Closed":
                return "降雨过程结束"
            case "warning", "Approved" | "ApprovalTimedOut" | "Upgraded" as name:
                state = views.one(connection, "warning", fact["subject"])
                level = Level(data.get("level") or state.level)
                how = {"ApprovalTimedOut": "(超时自动发布)", "Upgraded": "(升级)"}.get(name, "")
                if level < Level.ORANGE:
                    return None
                return f"{self.county.short(state.area)} {state.family.chinese} {level.chinese}色预警{how}"
            case "warning", "Cancelled" | "Expired" as name:
                state = views.one(connection, "warning", fact["subject"])
                return f"{self.county.short(state.area)} 预警{'撤销' if name == 'Cancelled' else '到期'}"
            case "task", "Ordered":
                task = views.one(connection, "task", fact["subject"])
                self._ordered.add(task.id)
                level = Level(data.get("level") or task.level)
                return (
                    f"{self.county.short(task.area)} {level.chinese}色转移令 "
                    f"{len(task.households)}户{task.people}人{_slack(task)}"
                )
            case "task", "Amended":
                if fact["subject"] not in self._ordered:
                    return None  # still a plan
                task = views.one(connection, "task", fact["subject"])
                level = Level(data.get("level") or task.level)
                return (
                    f"{self.county.short(task.area)} 转移令更新为{level.chinese}色 "
                    f"{len(task.households)}户{task.people}人"
                )
            case "task", "Cleared":
                task = views.one(connection, "task", fact["subject"])
                how = {"marks": "网格员逐户报到", "reply": "第二人复核", "desk": "乡镇复核"}.get(
                    str(data.get("how")), ""
                )
                return (
                    f"{self.county.short(task.area)} 清零 {len(task.households)}户{task.people}人全部到位"
                    f"{f'({how})' if how else ''}"
                )
            case "task", "Reopened":
                return f"{self._area(connection, 'task', fact['subject'])} 有人回流,任务重开"
            case "callout", "ChainExhausted":
                callout = views.one(connection, "callout", fact["subject"])
                wanted = _WANTED.get(callout.rung, "应答")
                return (
                    f"{self.county.short(callout.area)} {_role(callout.role)}第{callout.round}轮无人{wanted},值班室响铃"
                )
            case "callout", "Answered":
                callout = views.one(connection, "callout", fact["subject"])
                told = callout.subject_kind == "task" and callout.rung is Rung.ANSWERED
                if not told or callout.role != Role.LEADER or callout.begun_at is None:
                    return None
                if callout.answered_at != datetime.fromisoformat(data["at"]):
                    return None  # said once more; the first word counts
                taken = round((datetime.fromisoformat(data["at"]) - callout.begun_at).total_seconds())
                by = "" if data.get("by") == callout.post else "(由他人代答)"
                return f"{self.county.short(callout.area)} {_role(callout.role)}已应答,用时{taken}秒{by}"
            case "request", "Raised":
                return f"{self._area(connection, 'request', fact['subject'])} 求助"
            case _:
                return None

    def _area(self, connection: Connection, kind: str, identity: str) -> str:
        return self.county.short(views.one(connection, kind, identity).area)


def _role(role: str) -> str:
    return Role(role).chinese if role in {each.value for each in Role} else role


def _slack(task: Any) -> str:
    slack = task.clocks.slack_s if task.clocks is not None else None
    return "" if slack is None else f" 余量{slack // 60:+d}分"
