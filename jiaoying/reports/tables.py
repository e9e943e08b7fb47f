"""Rows of the page that are more than a field: the columns of the account, lines of the timeline, words of states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.levels import Level
from jiaoying.reports.parts import Entry, OpenItem, Report, VillagePart
from jiaoying.reports.trouble import RULE_WORDS
from jiaoying.reports.words import Clock

ACCOUNT = (
    ("safe", "已安置"),
    ("away", "外出"),
    ("refused", "拒绝"),
    ("needs_help", "需要帮助"),
    ("missing", "找不到"),
    ("moving", "转移中"),
    ("told", "已通知"),
    ("unaccounted", "未清点"),
)
_ALWAYS = ("safe", "away")
MARK_SHORT = {
    "own_post": "包保人",
    "other_post": "其他岗位",
    "claim": "第二人复核",
    "page": "页面",
    "roll": "点名",
    "desk": "值班室",
}
_STATES = {
    "OPEN": "进行中",
    "CLOSED": "已结束",
    "PROPOSED": "待批准",
    "IN_FORCE": "生效中",
    "REJECTED": "被否决",
    "EXPIRED": "已失效",
    "CANCELLED": "已撤销",
    "READY": "待呼",
    "RINGING": "呼叫中",
    "UNANSWERED": "整轮未应答",
    "TAKEN_OVER": "有人接手",
    "ANSWERED": "已应答",
    "WITHDRAWN": "已撤回",
    "RAISED": "未处理",
    "ACKNOWLEDGED": "已知悉",
    "CLEARED": "已解除",
    "ASSIGNED": "已指派",
    "UNDER_WAY": "处置中",
    "DONE": "待核查",
    "QUEUED": "待发",
    "SENDING": "发送中",
    "IN_DOUBT": "不明",
    "ACCEPTED": "网关已收",
    "DELIVERED": "已送达",
    "READ": "已读",
    "FAILED": "失败",
    "STALE": "过期未发",
    "SUPPRESSED": "有意不发",
}
PURPOSES = {
    "order": "转移指令",
    "inform": "预警告知",
    "desk": "值班室提请",
    "count": "催报数",
    "confirm": "请复核",
    "roll": "点名",
    "echo": "回执复述",
    "question": "追问",
    "cancel": "取消",
    "drill_ended": "演练中止",
    "notice": "通知",
}
_OPEN_WORDS = {
    "account": "个村有人未到位",
    "task": "个村待复核清零",
    "request": "件求助未了结",
    "callout": "个叫应未应答",
    "reply": "条回复待识读",
    "warning": "个提议未决定",
    "alarm": "个报警未解除",
}
GRAVE = frozenset({"account", "task", "request"})


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of the timeline."""

    at: str
    level: Level | None
    words: str
    grave: bool


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """Open things of one kind, for the first screen."""

    kind: str
    count: int
    words: str
    grave: bool


def state_words(state: str) -> str:
    """A state as people say it."""
    return _STATES.get(state, state)


def rule_words(rule: str) -> str:
    """A watch rule as people say it."""
    return RULE_WORDS.get(rule, rule)


def account_columns(report: Report) -> tuple[tuple[str, str], ...]:
    """The columns in which anybody stands, safe and away always; those left out are all nought and are named."""
    accounts = [report.account, *(village.account for village in report.villages)]
    return tuple(
        (key, words)
        for key, words in ACCOUNT
        if key in _ALWAYS or any(getattr(one, key).people or getattr(one, key).households for one in accounts)
    )


def empty_columns(report: Report) -> tuple[str, ...]:
    """The words of the columns left out."""
    shown = dict(account_columns(report))
    return tuple(words for key, words in ACCOUNT if key not in shown)


def marked_by(village: VillagePart) -> str:
    """Who brought a village's households into the account, in one line."""
    rows = [f"{MARK_SHORT[mark.way]}{mark.count.households}户" for mark in village.marks if mark.count.households]
    return "、".join(rows) or "—"


def confirmed_by(village: VillagePart) -> str:
    """The offices whose second word closed a village's orders, each once."""
    return "、".join(dict.fromkeys(task.cleared_by for task in village.tasks if task.cleared_by))


def open_groups(items: Iterable[OpenItem]) -> tuple[OpenGroup, ...]:
    """Open things by kind, the gravest first."""
    counts: Counter[str] = Counter()
    for item in items:
        counts[item.kind] += item.count
    return tuple(
        OpenGroup(kind=kind, count=counts[kind], words=words, grave=kind in GRAVE)
        for kind, words in _OPEN_WORDS.items()
        if counts[kind]
    )


def entry_rows(report: Report, groups: Sequence[Sequence[Entry]], clock: Clock) -> tuple[Line, ...]:
    """The timeline as it is printed: what happened in one minute in several villages is one line."""
    names = {village.area: village.name for village in report.villages}
    for warning in report.warnings:
        names.setdefault(warning.area, warning.name)
    return tuple(
        Line(
            at=clock.day_hhmm(group[0].at),
            level=group[0].level,
            words=_said(group, names),
            grave=group[0].weight == 1,
        )
        for group in groups
    )


def _said(group: Sequence[Entry], names: dict[str, str]) -> str:
    first = group[0]
    if first.kind in ("event", "alarm", "callout"):
        return ";".join(dict.fromkeys(entry.words for entry in group))
    if len(group) == 1:
        return f"{_name(first, names)} {first.words}"
    if len(group) <= 3:
        return ";".join(f"{_name(entry, names)} {entry.words}" for entry in group)
    head = first.words.split("(")[0]
    return f"{len(group)}处{head}:" + "、".join(dict.fromkeys(_name(entry, names) for entry in group))


def _name(entry: Entry, names: dict[str, str]) -> str:
    return names.get(entry.area) or names.get(entry.area[:12]) or entry.area
