"""The account: readings become marks and claims, claims ask for a second person, a confirmed claim clears the task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache

from core.levels import Level
from evacuation import household_status as households
from evacuation import request as requests
from evacuation import task as tasks
from evacuation.account import Account
from evacuation.clearing import Clearing, Outcome, confirm_cleared, decide_cleared, person
from evacuation.household_status import HouseholdStatus
from evacuation.replies import Reply
from evacuation.reply import Context, Intent, Reading
from evacuation.request import Origin
from evacuation.tally import Counting, context, count
from evacuation.task import Task, TaskState
from jiaoying.engine import alarms, calling
from jiaoying.engine.commands import ConfirmTask, NotAllowed, NotFound, SetHousehold, Stale
from jiaoying.engine.turn import Turn
from notifiers import callout as calls
from notifiers.callout import CallOut, Rung
from people.posts import Post, Role

OPEN_TASK = (TaskState.ORDERED, TaskState.ACKNOWLEDGED, TaskState.MOVING)
LEADING = (Role.LEADER, Role.INSTRUCTOR)


def statuses_of(turn: Turn, task: Task) -> Mapping[str, HouseholdStatus]:
    """Household code → status, for the task's list."""
    ids = {households.household_id(task.event, item.household): item.household for item in task.households}
    return {ids[identity]: status for identity, status in turn.work.many("household", list(ids)).items()}


def account_of(turn: Turn, task: Task) -> Account:
    """The account of a task; it always adds up to the list."""
    return task.account(statuses_of(turn, task))


def human_of(turn: Turn) -> Callable[[str], str]:
    """Who is behind a name: the phone a post is reached at, so that one human with two posts stays one."""

    @cache
    def human(name: str) -> str:
        post = turn.county.directory.get(person(name))
        if post is not None:
            return post.phone
        # Who holds no post spoke from a phone only.
        return (turn.work.reveal(name) if name.startswith("phone:") else None) or person(name)

    return human


def leads(turn: Turn, post: str) -> bool | None:
    """Whether the post speaks for the whole village: its leaders do; others only when named for nobody."""
    holder = turn.county.directory.get(post)
    return True if holder is not None and holder.role in LEADING else None


def context_of(turn: Turn, task: Task, post: str | None, codes: tuple[str, ...] = ()) -> Context:
    """What is known when a reply of this post is read: its list (or the village's), what it left open."""
    who = post or ""
    return context(
        task,
        post=who,
        post_households=task.households_of(who),
        statuses=statuses_of(turn, task),
        leads=leads(turn, who),
        codes=codes,
    )


def counting_of(
    turn: Turn, task: Task, reading: Reading, *, post: str, reply: str, read_by: str | None = None
) -> Counting:
    """What one reading would do to the account; nothing is written yet."""
    return count(
        task,
        reading,
        post=post,
        post_households=task.households_of(post),
        statuses=statuses_of(turn, task),
        reply=reply,
        now=turn.now,
        leads=leads(turn, post),
        read_by=read_by,
    )


def write(turn: Turn, task: Task, counting: Counting, *, post: str) -> Task:
    """Write a counting, answer the call-outs that asked this post for it, and see whether the task can clear."""
    for code, fact in counting.household_facts:
        turn.emit("household", households.household_id(task.event, code), [fact])
    after: Task = turn.emit("task", task.id, list(counting.task_facts))
    if counting.household_facts or counting.task_facts:
        _counts_answered(turn, after, post)
    if counting.household_facts:
        lapse_all_clear(turn, after)
        share(turn, after, frozenset(code for code, _ in counting.household_facts))
    after = try_to_clear(turn, after)
    expect_count(turn, after, post)
    return after


def share(turn: Turn, task: Task, codes: frozenset[str]) -> None:
    """A household under two orders is counted once: the other orders of the event that list it see what changed."""
    for other in turn.work.select("task", event=task.event, state=(*OPEN_TASK, TaskState.CLEARED)):
        if other.id != task.id and codes & other.codes:
            household_moved(turn, other)


def lapse_all_clear(turn: Turn, task: Task) -> None:
    """A first signature under the all-clear lapses when the account it was given on changes."""
    if task.signatures:
        facts = tasks.check_all_clear(task, account=account_of(turn, task), rain_below=True, now=turn.now)
        if facts:
            turn.emit("task", task.id, facts)


def acknowledged(turn: Turn, task: Task, *, by: str, how: str, version: int, callout: CallOut) -> Task:
    """A village-level or named post answered the order: the task is acknowledged, and a count is expected from it."""
    current: Task = turn.work.get("task", task.id)
    post = turn.county.directory.get(by)
    in_village = post is None or turn.county.tree.village(post.area) == task.area
    if in_village and version == current.version and current.state is TaskState.ORDERED:
        current = turn.emit("task", current.id, tasks.acknowledge(current, by=by, how=how, now=turn.now))
    if callout.order_version == version and current.state in OPEN_TASK:
        expect_count(turn, current, callout.post)
    return current


def expect_count(turn: Turn, task: Task, post: str) -> None:
    """Silence after `answered` begins the rung `counted`: a call-out of its own, due when a count is overdue."""
    current: Task = turn.work.get("task", task.id)
    holder = turn.county.directory.get(post)
    if holder is None or current.state not in OPEN_TASK or not _owes_count(turn, current, holder):
        return
    for known in turn.work.select("callout", subject=task.id, post=post, rung=Rung.COUNTED, state=calling.OPEN):
        if known.begun_at is not None:
            return
        calling.withdraw_one(turn, known, "已有新的报数")
    calling.call(
        turn,
        post=holder,
        subject_kind="task",
        subject=task.id,
        level=task.level,
        event=task.event,
        rung=Rung.COUNTED,
        version=task.version,
        urgency=100,
        moment=turn.now,
        begin_at=turn.now + timedelta(seconds=turn.site.callout.of(task.level).counted_after_s),
        reason="silent_after_answer",
    )


def _owes_count(turn: Turn, task: Task, post: Post) -> bool:
    """Whether a count is still owed: by a named post until its list is done, by the leader until he claims it all."""
    own = task.households_of(post.id)
    if own and post.role not in LEADING:
        statuses = statuses_of(turn, task)
        return any(code not in statuses or not statuses[code].accounted for code in own)
    return post.area == task.area and post.role is Role.LEADER and task.claimed_clear_at is None


def _counts_answered(turn: Turn, task: Task, post: str) -> None:
    """A count from a post answers the COUNTED call-outs that asked it for one."""
    for callout in turn.work.select("callout", subject=task.id, rung=Rung.COUNTED, state=calling.OPEN):
        if callout.post != post and all(attempt.post != post for attempt in callout.attempts):
            continue
        if callout.begun_at is None:
            calling.withdraw_one(turn, callout, "已报数")
        else:
            facts = calls.answer(callout, by=post, how="count", version=None, now=turn.now)
            calling.carry_on(turn, callout, facts)


def try_to_clear(turn: Turn, task: Task) -> Task:
    """Clear the task when a second hand has confirmed, or ask for that second hand when it is claimed clear."""
    current: Task = turn.work.get("task", task.id)
    clearing = decide_cleared(current, statuses_of(turn, current), turn.now, human=human_of(turn))
    if clearing.outcome is Outcome.CLEARED:
        return _cleared(turn, current, clearing)
    if clearing.outcome is Outcome.CONFIRM:
        ask_to_confirm(turn, current, clearing)
    return current


def ask_to_confirm(turn: Turn, task: Task, clearing: Clearing) -> None:
    """Begin the call-out for the rung `confirmed` to a second person: the shelter's keeper, else the township."""
    for asked in turn.work.select("callout", subject=task.id, rung=Rung.CONFIRMED, state=calling.OPEN):
        if asked.order_version == task.version:
            return
        # The list has changed since this person was asked: their word about the old one confirms nothing.
        calling.withdraw_one(turn, asked, "名单已变,重新请人复核")
    second = second_person(turn, task, frozenset(clearing.not_by))
    if second is None:
        alarms.raise_alarm(
            turn,
            rule="nobody_to_confirm",
            subject=task.id,
            level=Level.ORANGE,
            area=task.area,
            event=task.event,
            words=f"{turn.county.short(task.area)}报告已全部转移,没有可以复核的人,请值班员确认",
        )
        return
    calling.call(
        turn,
        post=second,
        subject_kind="task",
        subject=task.id,
        level=task.level,
        event=task.event,
        rung=Rung.CONFIRMED,
        version=task.version,
        urgency=150,
        moment=turn.now,
        reason="claimed_clear",
    )


def second_person(turn: Turn, task: Task, not_by: frozenset[str]) -> Post | None:
    """The keeper of the shelter most people were sent to, unless it is the claimant; else the township, else the county."""
    phones = {post.phone for post in map(turn.county.directory.get, not_by) if post is not None}
    load: dict[str, int] = {}
    for assignment in task.assignments:
        if assignment.shelter:
            load[assignment.shelter] = load.get(assignment.shelter, 0) + assignment.people
    for code in sorted(load, key=lambda name: (-load[name], name)):
        shelter = turn.county.shelters.get(code)
        if shelter is None or not shelter.keeper_phone or shelter.keeper_phone in phones:
            continue
        for post in turn.county.directory.by_phone(shelter.keeper_phone):
            if post.id not in not_by:
                return post
    for area in (turn.county.tree.township(task.area), turn.site.area):
        for role in (Role.DISPATCHER, Role.LEADER, Role.DUTY):
            for post in turn.county.directory.on_duty(area or "", role, turn.now, turn.site.timezone):
                if post.id not in not_by and post.phone not in phones:
                    return post
    return None


def confirming(turn: Turn, task: Task, reading: Reading, *, by: str, version: int) -> Clearing | str | None:
    """What a second person's reply about one `version` of the list does.

    The clearing, why a person must look, or None when it is cleared already.
    """
    if task.state is TaskState.CLEARED:
        return None
    if version != task.version:
        return "复核的是旧名单"
    said = reading.moved
    if said is not None and (
        said.people not in (None, task.listed.people) or said.households not in (None, task.listed.households)
    ):
        return "复核的数字与名单不符"
    try:
        return confirm_cleared(task, statuses_of(turn, task), by=by, how="reply", now=turn.now, human=human_of(turn))
    except tasks.NotAllowed as error:
        return str(error)


def confirm(turn: Turn, command: ConfirmTask) -> Task:
    """A dispatcher's or duty officer's confirmation as the second person."""
    task: Task | None = turn.work.get("task", command.id)
    if task is None:
        raise NotFound(f"没有这项任务:{command.id}")
    if command.version != task.version:
        raise Stale(f"任务已是第{task.version}版,请刷新后再确认")
    try:
        clearing = confirm_cleared(
            task, statuses_of(turn, task), by=str(turn.actor), how="desk", now=turn.now, human=human_of(turn)
        )
    except tasks.NotAllowed as error:
        raise NotAllowed(str(error)) from error
    return _cleared(turn, task, clearing)


def _cleared(turn: Turn, task: Task, clearing: Clearing) -> Task:
    """Write `Cleared` with the arrivals it names in the same transaction, and let what still rings about it rest."""
    for code, fact in clearing.household_facts:
        turn.emit("household", households.household_id(task.event, code), [fact])
    after: Task = turn.emit("task", task.id, list(clearing.task_facts))
    if after.state is not TaskState.CLEARED:
        return after
    for callout in turn.work.select("callout", subject=task.id, state=calling.OPEN):
        if callout.rung is Rung.CONFIRMED and callout.begun_at is not None:
            facts = calls.answer(callout, by=after.cleared_by or "", how="confirm", version=None, now=turn.now)
            calling.carry_on(turn, callout, facts)
        else:
            calling.withdraw_one(turn, callout, "全村已清点完毕")
    alarms.clear_alarms(turn, subject=task.id)
    if clearing.household_facts:
        share(turn, after, frozenset(code for code, _ in clearing.household_facts))
    return after


write_clearing = _cleared


def set_household(turn: Turn, command: SetHousehold) -> HouseholdStatus:
    """A named person sets one household; a second hand may then clear its task, or a return reopens it."""
    found = [s for s in turn.work.select("household", household=command.code) if s.status is turn.site.status]
    if command.event is not None:
        found = [s for s in found if s.event == command.event]
    if not found:
        raise NotFound(f"户 {command.code} 不在任何转移名单里")
    current = max(found, key=lambda s: (s.at, s.event))
    ordered = [
        task
        for task in turn.work.select("task", event=current.event)
        if command.code in task.codes and task.state not in (TaskState.PLANNED, TaskState.CALLED_OFF)
    ]
    # A household under two orders goes home when both are lifted.
    given = bool(ordered) and all(task.state is TaskState.STOOD_DOWN for task in ordered)
    try:
        facts = households.put(
            current,
            command.status,
            by=str(turn.actor),
            place=_place(turn, command.place),
            people=command.people,
            reason=turn.words(command.reason),
            all_clear=given,
            now=turn.now,
        )
    except households.NotAllowed as error:
        raise NotAllowed(str(error)) from error
    after: HouseholdStatus = turn.emit("household", current.id, facts)
    for task in turn.work.select("task", event=current.event, state=(*OPEN_TASK, TaskState.CLEARED)):
        if command.code in task.codes:
            household_moved(turn, task)
    return after


def _place(turn: Turn, place: str | None) -> str | None:
    """A shelter's code stays as it is; anything else that was typed is somebody's whereabouts, and private (law 12)."""
    if place is None or place in turn.county.shelters:
        return place
    return turn.words(place) or None


def household_moved(turn: Turn, task: Task) -> None:
    """A household's state changed by a named report: reopen a cleared task, or see whether an open one can clear."""
    lapse_all_clear(turn, task)
    facts = tasks.reopen(task, statuses_of(turn, task), now=turn.now)
    if not facts:
        try_to_clear(turn, task)
        return
    turn.emit("task", task.id, facts)
    alarms.raise_alarm(
        turn,
        rule="reopened",
        subject=task.id,
        level=Level.RED,
        area=task.area,
        event=task.event,
        words=f"{turn.county.short(task.area)}已清点的住户有人不在安置点,任务重开",
    )
    for post in turn.county.posts_in.get(task.area, ()):
        if post.area == task.area and post.role is Role.LEADER:
            expect_count(turn, task, post.id)
            return


def raise_requests(turn: Turn, reply: Reply, reading: Reading, task: Task | None, *, by: str | None) -> None:
    """Every cry for help becomes a request, one a need; shown at once, whether the reading is sure or not."""
    post = turn.county.directory.get(by) if by else None
    area = task.area if task is not None else (post.area if post is not None else turn.site.area)
    danger = Intent.DANGER in reading.intents
    for kind in requests.kinds_of(reading.needs):
        identity, facts = requests.raise_request(
            about=reply.id,
            event=reply.event,
            task=task.id if task is not None else None,
            area=area,
            kind=kind,
            origin=Origin.REPLY,
            text_ref=reply.text_ref,
            raised_by=by or reply.from_ref,
            status=reply.status,
            now=turn.now,
        )
        if turn.work.get("request", identity) is not None:
            continue
        turn.emit("request", identity, facts)
        alarms.raise_alarm(
            turn,
            rule="request",
            subject=identity,
            level=Level.RED if danger else Level.ORANGE,
            area=area,
            event=reply.event,
            words=f"{turn.county.short(area)}{'报告险情' if danger else '求助'}:{kind.chinese}",
        )
