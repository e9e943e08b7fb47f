"""Rules that must find nothing; what they find is an alarm at the desk (DESIGN section 5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.levels import Level
from evacuation.task import TaskState
from jiaoying.engine import alarms, approving, counting, ordering
from jiaoying.engine.turn import Turn
from jiaoying.storage import due
from notifiers.alarm import AlarmState
from notifiers.callout import CallOutState, Rung
from notifiers.message import MessageState
from warning.warning import WarningState

LONG_PAST = timedelta(minutes=2)
QUEUED_TOO_LONG = timedelta(minutes=5)
RULES = (
    "rain_stale",
    "warning_without_task",
    "order_without_callout",
    "overdue",
    "queued_too_long",
    "account",
    "unanswered",
)
THOROUGH = frozenset({"warning_without_task", "order_without_callout", "account"})


def watch(turn: Turn, *, newest_rain_at: datetime | None, thorough: bool) -> None:
    """Run the rules; raise what is found, clear what has gone.

    The rules that read every task and household are `thorough`, and run less often.
    """
    found: dict[tuple[str, str], tuple[Level, str, str | None]] = {}
    event = approving.open_event(turn)
    stale = timedelta(seconds=turn.site.stale_rain_s)
    # Stale rain is an alarm of its own, storm or no storm (law 5); a site without zones has nothing to judge yet.
    if turn.county.zones and (newest_rain_at is None or turn.now - newest_rain_at > stale):
        age = "从未收到" if newest_rain_at is None else f"最新雨情 {turn.site.hhmm(newest_rain_at)}"
        found["rain_stale", turn.site.area] = (Level.RED, f"雨情失联:{age},请核对雨量源", turn.site.area)
    if event is not None and thorough:
        _tasks(turn, event.id, found)
    for kind, identity, at in due.due(turn.work, turn.now - LONG_PAST, only=("callout", "warning", "task", "request"))[
        :50
    ]:
        found["overdue", identity] = (Level.ORANGE, f"{kind} 到期未处理:{turn.site.hhmm(at)}", None)
    for message in turn.work.select(
        "message", state=MessageState.QUEUED, limit=1, order_by=turn.work.kind("message").table.c.queued_at
    ):
        waiting = (message.due_at or message.queued_at) + QUEUED_TOO_LONG
        if waiting < turn.now:
            found["queued_too_long", str(message.channel)] = (
                Level.RED,
                f"消息积压:最早排队 {turn.site.hhmm(message.queued_at)}",
                None,
            )
    # From its second round on a call-out stays an alarm while it rings, until somebody answers or takes it over.
    rounds = turn.work.kind("callout").table.c.round > 1
    ringing = turn.work.select("callout", rounds, state=CallOutState.RINGING)
    for callout in [*turn.work.select("callout", state=CallOutState.UNANSWERED), *ringing]:
        words = f"{turn.county.short(callout.area)}无人应答(第{callout.round}轮),请接手或派人上门"
        found["unanswered", callout.id] = (Level.RED, words, callout.area)
    for (rule, subject), (level, words, area) in found.items():
        alarms.raise_alarm(
            turn,
            rule=rule,
            subject=subject,
            level=level,
            words=words,
            area=area,
            event=event.id if event is not None else None,
        )
    rules = RULES if thorough else tuple(rule for rule in RULES if rule not in THOROUGH)
    for known in turn.work.select("alarm", rule=rules, state=(AlarmState.RAISED, AlarmState.ACKNOWLEDGED)):
        if (known.rule, known.subject) not in found:
            alarms.clear_alarms(turn, subject=known.subject, rules=(known.rule,))


def _tasks(turn: Turn, event: str, found: dict[tuple[str, str], tuple[Level, str, str | None]]) -> None:
    tasks = {task.warning: task for task in turn.work.select("task", event=event)}
    for warning in turn.work.select("warning", event=event, state=WarningState.IN_FORCE):
        task_now = tasks.get(warning.id)
        if task_now is None or (ordering.ended(task_now) and warning.level >= turn.site.order_at):
            words = f"{turn.county.short(warning.area)}预警生效但没有任务"
            found["warning_without_task", warning.id] = (Level.RED, words, warning.area)
    ordered = [task for task in tasks.values() if task.state in ordering.ORDERED]
    if not ordered:
        return
    turn.work.select("household", event=event)  # one read for all accounts below
    called = {
        (callout.subject, callout.post)
        for callout in turn.work.select("callout", event=event, subject_kind="task", rung=Rung.ANSWERED)
        if callout.state is not CallOutState.WITHDRAWN
    }
    for task in ordered:
        if not counting.account_of(turn, task).adds_up():
            found["account", task.id] = (Level.RED, f"{turn.county.short(task.area)}账目不平", task.area)
        if task.state is TaskState.CLEARED:
            continue
        posts = ordering.posts_to_call(turn, task)
        left_out = [post for post in posts if (task.id, post.id) not in called]
        if left_out or not posts:
            whom = left_out[0].role.chinese if left_out else "任何人"
            words = f"{turn.county.short(task.area)}转移令没有叫{whom}"
            found["order_without_callout", task.id] = (Level.RED, words, task.area)
