"""The words of the console: who acted, what happens next, what happened (the timeline)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.levels import Level
from jiaoying.engine.county import County
from jiaoying.engine.site import Site
from notifiers.callout import CallOut, CallOutState
from people.posts import Role

_PRIVATE = re.compile(r"[a-z_]+:[0-9a-f]{32}")

STATES: Mapping[str, str] = {
    "PROPOSED": "待审批", "IN_FORCE": "生效", "REJECTED": "已否决", "EXPIRED": "已到期", "CANCELLED": "已撤销",
    "PLANNED": "已备", "ORDERED": "已下令", "ACKNOWLEDGED": "已接令", "MOVING": "转移中", "CLEARED": "已清零",
    "STOOD_DOWN": "已解除", "CALLED_OFF": "已取消",
    "READY": "待叫", "RINGING": "响铃中", "UNANSWERED": "无人应答", "TAKEN_OVER": "已接手", "ANSWERED": "已应答",
    "WITHDRAWN": "已撤回",
    "RAISED": "待指派", "ASSIGNED": "已指派", "UNDER_WAY": "处置中", "DONE": "待核查", "CLOSED": "已结",
    "OPEN": "进行中",
}  # fmt: skip
ACCOUNT: Mapping[str, str] = {
    "listed": "应转",
    "safe": "已安全",
    "away": "在外",
    "refused": "拒绝",
    "needs_help": "求助",
    "missing": "失联",
    "moving": "在途",
    "told": "已通知",
    "unaccounted": "未知",
}
REQUEST_LEVELS = {"group": "组", "village": "村", "township": "乡镇", "county": "县", "city": "市"}
SUBJECTS = {"task": "转移令", "area": "辖区通报", "proposal": "请求审批", "request": "求助", "zone": "查看隐患点"}
PREPARE = "准备通知"  # what a call-out of a task that is not yet ordered is about
RUNGS = {"answered": "应答", "counted": "报数", "confirmed": "复核", "still_there": "在点"}


def role_words(role: str) -> str:
    """The Chinese word of a role."""
    return Role(role).chinese if role in set(Role) else role


def actor_words(by: str) -> str:
    """Who acted, as the journal names actors: user:王 → 王."""
    kind, _, name = by.partition(":")
    if _PRIVATE.fullmatch(by):
        return "来电号码"
    return {"engine": "系统", "gateway": "网关"}.get(kind, name or by)


def post_words(county: County, by: str) -> str:
    """A post in words (小坝村 负责人), or whoever else acted."""
    post = county.directory.get(by)
    return actor_words(by) if post is None else f"{county.short(post.area)} {post.role.chinese}"


def next_step(callout: CallOut, site: Site) -> str | None:
    """What happens next if nobody answers, and when."""
    if callout.due_at is None:
        return None
    when = site.hhmm(callout.due_at)
    match callout.state:
        case CallOutState.READY:
            return f"{when} 开始叫"
        case CallOutState.UNANSWERED:
            return f"{when} 开始第{callout.round + 1}轮"
        case CallOutState.RINGING:
            ahead = [step for step in callout.steps[callout.step + 1 :] if not step.reserve]
            if not ahead:
                return f"{when} 值班室响铃,准备第{callout.round + 1}轮"
            channels = "+".join(channel.chinese for channel in ahead[0].channels)
            return f"{when} 改叫{ahead[0].to.chinese}({channels})"
        case _:
            return None


def duration(seconds: float) -> str:
    """A span in the shortest words people use: 45秒, 12分, 3小时05分."""
    whole = abs(round(seconds))
    if whole < 90:
        return f"{whole}秒"
    minutes = whole // 60
    return f"{minutes}分" if minutes < 90 else f"{minutes // 60}小时{minutes % 60:02d}分"


TOLD = ("event", "warning", "task", "callout", "reply", "request")
_WARNING = {
    "Proposed": "提议预警",
    "Worsened": "提议加重",
    "ApprovalSigned": "批准(一人)",
    "Approved": "批准发布",
    "ApprovalTimedOut": "超时自动发布",
    "Rejected": "提议被否决",
    "UpgradeRejected": "升级被否决",
    "UpgradeLapsed": "升级提议失效",
    "RejectionSigned": "否决(一人)",
    "Upgraded": "升级发布",
    "Downgraded": "降级",
    "CouldNotJudge": "无雨量数据,无法研判",
    "Cancelled": "撤销",
    "Expired": "到期",
    "Lapsed": "提议失效",
}
_TASK = {
    "Ordered": "下达转移令",
    "Amended": "转移令更新",
    "Acknowledged": "接令",
    "Cleared": "清零,全部到位",
    "Reopened": "有人不在安置点,任务重开",
    "AllClearSigned": "解除签字",
    "AllClearGiven": "解除",
    "CalledOff": "取消",
}
_CALLOUT = {
    "ChainExhausted": "一轮无人应答,值班室响铃",
    "TakenOver": "由人接手",
    "Declined": "说不能办,改叫下一人",
}
_REQUEST = {
    "Raised": "求助",
    "Assigned": "求助已指派",
    "Climbed": "求助超时升级",
    "Closed": "求助办结",
    "Withdrawn": "求助撤回",
}


def _colour(level: Any) -> str:
    return f"{Level(level).chinese}色" if level in set(Level) else ""


def told(kind: str, fact: str, data: Mapping[str, Any], before: str | None = None) -> str | None:
    """What a fact of the journal says in the timeline, after the name of the place; None when it says nothing there.

    Parameters
    ----------
    before : str, optional
        The level in force until then, where it is known.
    """
    colour = _colour(data.get("level"))
    match kind:
        case "event":
            return {"Opened": "降雨过程开始", "Closed": "降雨过程结束", "DrillEnded": "演练中止"}.get(fact)
        case "warning" if fact == "UpgradeProposed":
            return f"{_colour(before)}升{colour}提议"
        case "warning" if fact in _WARNING:
            return f"{colour}{_WARNING[fact]}"
        case "task" if fact in _TASK:
            return f"{colour}{_TASK[fact]}"
        case "callout" if fact == "Answered":
            return "已应答"
        case "callout" if fact in _CALLOUT:
            return _CALLOUT[fact]
        case "request" if fact in _REQUEST:
            return _REQUEST[fact]
        case "reply" if fact == "Received" and data.get("state") == "WAITING":
            return f"回复待人识读:{data.get('to_person') or ''}"
        case "reply" if fact == "PersonRead":
            return "回复由人识读"
        case _:
            return None
