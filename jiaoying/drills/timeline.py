"""The timeline of a scenario held against the journal: what was wanted, what happened, and who is lost first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jiaoying.drills.scenario import Wanted
from jiaoying.drills.script import ALIASES
from people.areas import AreaTree, short_name

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One fact of the journal with what its subject was born with."""

    at: datetime
    name: str
    area: str
    role: str
    level: str
    data: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One line of the timeline and whether it held."""

    wanted: Wanted
    held: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LostFirst:
    """The village with the least slack: the one that is lost first when anything takes longer."""

    area: str
    name: str
    slack_s: int
    households: int
    people: int

    def __str__(self) -> str:
        minutes = self.slack_s // 60
        word = f"还有{minutes}分钟余量" if minutes >= 0 else f"按名单走完要晚{-minutes}分钟"
        return f"最先来不及的村:{self.name},{self.households}户{self.people}人,{word}"


def read(entries: Iterable[Record]) -> list[Seen]:
    """Flatten journal entries into facts that know their area, role and level."""
    born: dict[str, dict[str, str]] = {}
    seen: list[Seen] = []
    for entry in entries:
        for fact in entry["facts"]:
            data: Record = fact["data"] if isinstance(fact["data"], Mapping) else {}
            about = born.setdefault(fact["subject"], {})
            for key in ("area", "role"):
                value = data.get(key)
                if isinstance(value, str) and key not in about:
                    about[key] = value
            level = data.get("level")
            if isinstance(level, str):
                about["level"] = level
            seen.append(
                Seen(
                    at=datetime.fromisoformat(str(data.get("at", entry["at"]))),
                    name=f"{entry['kind']} {fact['fact']}".casefold(),
                    area=about.get("area", ""),
                    role=about.get("role", ""),
                    level=about.get("level", ""),
                    data=data,
                )
            )
    return seen


def check(
    timeline: Sequence[Wanted], seen: Sequence[Seen], *, tree: AreaTree, start: datetime, timezone: ZoneInfo
) -> list[Checked]:
    """Hold every wanted line against what happened."""
    return [_check(wanted, seen, tree=tree, start=start, timezone=timezone) for wanted in timeline]


def _check(wanted: Wanted, seen: Sequence[Seen], *, tree: AreaTree, start: datetime, timezone: ZoneInfo) -> Checked:
    within = _areas(wanted.area, tree)
    if within is None:
        return Checked(wanted=wanted, held=False, words=f"没有这个行政区:{wanted.area}")
    facts = [one for one in seen if _is(one, wanted.what, within) and _fits(one, wanted)]
    deadline = wanted.by
    if wanted.within is not None:
        begin = start
        if wanted.after is not None:
            before = [one for one in seen if _is(one, wanted.after, within)]
            if not before:
                return Checked(wanted=wanted, held=False, words=f"{wanted.after} 没有发生,无从计时")
            begin = before[0].at
            facts = [one for one in facts if one.at >= begin]
        deadline = begin + timedelta(seconds=wanted.within)
    in_time = [one for one in facts if deadline is None or one.at <= deadline]
    until = "" if deadline is None else f",期限 {deadline.astimezone(timezone):%m-%d %H:%M:%S}"
    if wanted.never:
        first = f",{in_time[0].at.astimezone(timezone):%m-%d %H:%M:%S} 却发生了" if in_time else ""
        return Checked(wanted=wanted, held=not in_time, words=f"不应发生{until}{first}")
    if len(in_time) >= wanted.least:
        last = in_time[wanted.least - 1].at.astimezone(timezone)
        return Checked(wanted=wanted, held=True, words=f"{last:%m-%d %H:%M:%S}{until}")
    late = facts[len(in_time)] if len(facts) > len(in_time) else None
    happened = f"发生了 {len(in_time)} 次,要 {wanted.least} 次" if wanted.least > 1 else "没有发生"
    if late is not None:
        happened += f",最早 {late.at.astimezone(timezone):%m-%d %H:%M:%S}"
    return Checked(wanted=wanted, held=False, words=happened + until)


def _areas(area: str, tree: AreaTree) -> frozenset[str] | None:
    """The codes a line is about: the area and all below it; empty for everywhere."""
    if not area:
        return frozenset()
    code = ALIASES.get(area.casefold(), area)
    if tree.get(code) is None:
        named = sorted(each.code for each in tree if area in (each.name, short_name(each.name)))
        if len(named) != 1:
            return None
        code = named[0]
    return tree.within(code)


def _is(one: Seen, what: str, within: frozenset[str]) -> bool:
    return one.name == what.casefold() and (not within or one.area in within)


def _fits(one: Seen, wanted: Wanted) -> bool:
    return (not wanted.role or one.role == wanted.role) and (wanted.level is None or one.level == wanted.level.value)


def lost_first(tasks: Iterable[Any], tree: AreaTree) -> LostFirst | None:
    """The ordered task with the smallest slack at its order; None when none has a slack."""
    known = [
        (task.clocks.slack_s, task.area, task)
        for task in tasks
        if task.ordered_at is not None and task.clocks is not None and task.clocks.slack_s is not None
    ]
    if not known:
        return None
    slack, area, task = min(known, key=lambda one: one[:2])
    found = tree.get(area)
    return LostFirst(
        area=area,
        name=short_name(found.name) if found is not None else area,
        slack_s=slack,
        households=len(task.households),
        people=task.people,
    )
