"""From a warning in force to an order per village: the list, who moves whom, where to, by when; and who is told."""

from __future__ import annotations

from datetime import datetime

from core.levels import Level
from evacuation import household_status as households
from evacuation import task as tasks
from evacuation.clocks import Clocks, band
from evacuation.planning import Plan, PlanHousehold, PlanPost, PlanShelter, plan
from evacuation.task import Listed, Task, TaskState
from jiaoying.engine import alarms, calling, telling
from jiaoying.engine.speaking import cancel_words
from jiaoying.engine.turn import Turn
from notifiers.callout import CallOut, CallOutState, Rung
from notifiers.message import Purpose
from people.households import Household
from people.posts import Post, Role
from people.shelters import Shelter
from warning.warning import Warning, WarningState

ORDERED = (TaskState.ORDERED, TaskState.ACKNOWLEDGED, TaskState.MOVING, TaskState.CLEARED)
ENDED = (TaskState.CALLED_OFF, TaskState.STOOD_DOWN)
TOLD_IN_VILLAGE = (Role.LEADER, Role.INSTRUCTOR)
TOLD_IN_GROUP = (Role.GRID_CHIEF, Role.GRID_MEMBER)


def ended(task: Task) -> bool:
    """Whether nothing of a task is open any more."""
    return task.state in ENDED


def task_of(turn: Turn, warning: Warning) -> Task | None:
    """The task of a warning, if it has one."""
    return turn.work.get("task", tasks.task_id(warning.id, warning.area))  # type: ignore[no-any-return]


def listed(turn: Turn, warning: Warning) -> tuple[Listed, ...]:
    """The households the warning's order lists, frail ones marked; people are the register's (DESIGN section 4)."""
    found = turn.county.listed(warning.area, warning.family, warning.scope)
    return tuple(Listed(household=h.code, people=h.people, area=h.area, frail=h.frail) for h in found)


def follow_warning(turn: Turn, warning: Warning) -> None:
    """Plan, order, amend: what the village must do follows its warning."""
    task = task_of(turn, warning)
    if task is not None and ended(task):
        if tasks.should_order(warning.level, night=turn.site.night(turn.now), order_at=turn.site.order_at):
            alarms.raise_alarm(
                turn,
                rule="order_ended",
                subject=task.id,
                level=Level.RED,
                area=warning.area,
                event=warning.event,
                words=f"{turn.county.short(warning.area)}预警仍在转移等级,任务却已结束:请撤销预警让它重新提议,或手动发起",
            )
        return
    wanted = listed(turn, warning)
    made = make_plan(turn, warning, _with_kept(wanted, task))
    if task is None:
        identity, facts = tasks.plan_task(
            event=warning.event,
            warning=warning.id,
            area=warning.area,
            level=warning.level,
            family=warning.family,
            status=warning.status,
            households=made.listed,
            assignments=made.assignments,
            clocks=made.clocks,
            now=turn.now,
        )
        task = turn.emit("task", identity, facts)
        assert task is not None
        planned = True
    else:
        planned = False
    ordered = task.state is not TaskState.PLANNED
    level = max(warning.level, task.level) if ordered else warning.level
    due = tasks.should_order(warning.level, night=turn.site.night(turn.now), order_at=turn.site.order_at)
    # Who was told "be ready" must be told "move", and asked again: the order is a version of its own.
    anew = not ordered and not planned and due and bool(made.listed)
    if not planned and (anew or level != task.level or {row.household for row in wanted} - task.codes):
        facts = tasks.amend(
            task,
            level=level,
            households=made.listed,
            assignments=made.assignments,
            clocks=made.clocks,
            reason=str(warning.reason),
            now=turn.now,
            anew=anew,
        )
        if facts:
            task = turn.emit("task", task.id, facts)
            if ordered:
                list_households(turn, task)
    if not ordered and due and task.households:
        reason = "night" if warning.level < turn.site.order_at else "level"
        task = turn.emit("task", task.id, tasks.order(task, level=warning.level, reason=reason, now=turn.now))
        list_households(turn, task)
    call_village(turn, task)
    telling.tell_areas(turn, warning.event)


def _with_kept(wanted: tuple[Listed, ...], task: Task | None) -> tuple[Listed, ...]:
    """Whoever is on an order stays on it; while it is only planned the register's newest figures hold."""
    rows = {row.household: row for row in wanted}
    if task is not None and task.state is not TaskState.PLANNED:
        rows |= {row.household: row for row in task.households}
    return tuple(rows[code] for code in sorted(rows))


def due_at_night(turn: Turn) -> list[str]:
    """Tasks planned by day that the night turns into orders: the decision to move counts one level up then."""
    if not turn.site.night(turn.now):
        return []
    return [
        task.id
        for task in turn.work.select("task", state=TaskState.PLANNED)
        if task.households and tasks.should_order(task.level, night=True, order_at=turn.site.order_at)
    ]


def nightfall(turn: Turn, identity: str) -> None:
    """Order one task that the night has made due, if its warning still stands."""
    task: Task | None = turn.work.get("task", identity)
    if task is None or task.state is not TaskState.PLANNED or not turn.site.night(turn.now):
        return
    warning: Warning | None = turn.work.get("warning", task.warning)
    if warning is not None and warning.state is WarningState.IN_FORCE:
        follow_warning(turn, warning)


def list_households(turn: Turn, task: Task) -> None:
    """Open the account of every listed household of the event that has none yet; one under two orders counts once."""
    known = turn.work.many(
        "household", [households.household_id(task.event, item.household) for item in task.households]
    )
    for item in task.households:
        identity = households.household_id(task.event, item.household)
        if known.get(identity) is None:
            turn.emit(
                "household",
                identity,
                households.list_household(
                    event=task.event,
                    household=item.household,
                    area=item.area,
                    people=item.people,
                    status=task.status,
                    now=turn.now,
                )[1],
            )


def make_plan(turn: Turn, warning: Warning, wanted: tuple[Listed, ...]) -> Plan:
    """Who moves whom, where to, by which clock; shelters inside a zone in warning are not offered."""
    county, line = turn.county, crossing(turn, warning)
    taken = shelter_load(turn, warning.event, but=tasks.task_id(warning.id, warning.area))
    unsafe = {shelter for zone in warning.zones for shelter in county.unsafe_shelters.get(zone, ())}
    nearby = _shelters_near(turn, warning.area)
    posts = county.posts_in.get(warning.area, ())
    by_phone = {post.phone: post for post in posts}
    named: dict[str, int] = {}
    known_task: Task | None = task_of(turn, warning)
    # Whoever is on the way keeps the shelter they were sent to, unless it has become unsafe.
    sent = {a.household: a.shelter for a in known_task.assignments} if known_task is not None else {}
    items = []
    for entry in wanted:
        household: Household | None = county.households.get(entry.household)
        if household is None:
            items.append(PlanHousehold(code=entry.household, people=entry.people, area=entry.area, frail=entry.frail))
            continue
        responsible = by_phone.get(household.responsible or "")
        if responsible is None and household.responsible:
            elsewhere = county.directory.by_phone(household.responsible)
            responsible = elsewhere[0] if elsewhere else None
        if responsible is not None:
            named[responsible.id] = named.get(responsible.id, 0) + 1
        items.append(
            PlanHousehold(
                code=entry.household,
                people=entry.people,
                area=entry.area,
                frail=entry.frail,
                elderly=household.elderly,
                children=household.children,
                impaired=household.impaired,
                lon=household.lon,
                lat=household.lat,
                responsible=responsible.id if responsible is not None else None,
                shelter=sent.get(entry.household) or household.shelter,
            )
        )
    return plan(
        tuple(items),
        posts=tuple(
            PlanPost(id=p.id, area=p.area, role=str(p.role), rank=p.rank, named=named.get(p.id, 0)) for p in posts
        ),
        shelters=tuple(
            PlanShelter(
                code=s.code,
                name=s.name,
                lon=s.lon,
                lat=s.lat,
                free=s.capacity - taken.get(s.code, 0),
                safe=s.code not in unsafe,
            )
            for s in nearby
        ),
        village=county.point(warning.area),
        night=turn.site.night(turn.now),
        drilled=False,
        hazard_earliest=line[0] if line else None,
        hazard_latest=line[1] if line else None,
        now=turn.now,
        policy=turn.site.clocks,
    )


def crossing(turn: Turn, warning: Warning) -> tuple[datetime, datetime] | None:
    """When the order line is crossed: by the trend over the warning's zones, or when the evidence crossed it already."""
    crossed = [piece.at for piece in warning.evidence if piece.level >= turn.site.order_at]
    if crossed:
        return min(crossed), min(crossed)
    ahead = [turn.crossings[zone] for zone in warning.zones if zone in turn.crossings]
    return min(ahead, default=None)


def shelter_load(turn: Turn, event: str, *, but: str) -> dict[str, int]:
    """People assigned to each shelter by the event's other orders; a household under two orders counts once."""
    load: dict[str, int] = {}
    seen: set[str] = set()
    for task in turn.work.select("task", event=event, state=ORDERED):
        if task.id == but:
            continue
        for assignment in task.assignments:
            if assignment.shelter and assignment.household not in seen:
                seen.add(assignment.household)
                load[assignment.shelter] = load.get(assignment.shelter, 0) + assignment.people
    return load


def _shelters_near(turn: Turn, village: str, most: int = 12) -> list[Shelter]:
    here = turn.county.point(village)
    every = sorted(turn.county.shelters.values(), key=lambda shelter: shelter.code)
    if here is None:
        return [s for s in every if turn.county.village_of(s.area) == village] or list(every[:most])

    def near(shelter: Shelter) -> tuple[float, str]:
        return (shelter.lon - here[0]) ** 2 + (shelter.lat - here[1]) ** 2, shelter.code

    own = [s for s in every if turn.county.village_of(s.area) == village]
    others = sorted((s for s in every if s not in own), key=near)
    return [*own, *others[: max(0, most - len(own))]]


# --- who is told -------------------------------------------------------------------------------------------------


def call_village(turn: Turn, task: Task) -> None:
    """Call the village's leaders and everybody named for a household, each with a call-out of its own, in parallel."""
    posts = posts_to_call(turn, task)
    if not posts and task.state is not TaskState.PLANNED:
        alarms.raise_alarm(
            turn,
            rule="nobody_to_call",
            subject=task.id,
            level=Level.RED,
            area=task.area,
            event=task.event,
            words=f"{turn.county.short(task.area)}没有一个岗位可以叫,转移令无人接:请乡镇马上派人",
        )
    for post in posts:
        known = _callout_about(turn, task.id, post)
        if known is not None and known.state is not CallOutState.WITHDRAWN:
            calling.supersede(turn, known, version=task.version, level=task.level)
            continue
        calling.call(
            turn,
            post=post,
            subject_kind="task",
            subject=task.id,
            level=task.level,
            event=task.event,
            version=task.version,
            urgency=urgency_of(task, first=post.role is Role.LEADER),
            moment=turn.now if known is not None else None,
        )


def posts_to_call(turn: Turn, task: Task) -> tuple[Post, ...]:
    """Leader and instructor of the village, chiefs of the groups concerned, and every post named in the assignments."""
    posts = turn.county.posts_in.get(task.area, ())
    groups = {item.area for item in task.households}
    chosen: dict[str, Post] = {}
    for role in TOLD_IN_VILLAGE:
        for post in posts:
            if post.area == task.area and post.role is role and post.rank == 1:
                chosen.setdefault(post.id, post)
                break
    if task.state is not TaskState.PLANNED:
        for post in posts:
            if post.area in groups and post.role is Role.GRID_CHIEF and post.rank == 1:
                chosen.setdefault(post.id, post)
        for assignment in task.assignments:
            named = turn.county.directory.get(assignment.responsible) if assignment.responsible else None
            if named is not None:
                chosen.setdefault(named.id, named)
    if not chosen and posts:
        first = min(posts, key=lambda p: (p.area != task.area, p.rank, p.id))
        chosen[first.id] = first
    return tuple(chosen.values())


def urgency_of(task: Task, *, first: bool) -> int:
    """Place in the line of everything scarce: leaders before anybody's second person, then the band of the slack."""
    clocks: Clocks | None = task.clocks
    return (0 if first else 400) + band(clocks.slack_s if clocks is not None else None) * 100


def _callout_about(turn: Turn, subject: str, post: Post) -> CallOut | None:
    """The call-out of a post about a subject: the newest living one, else one that was withdrawn."""
    found = turn.work.select("callout", subject=subject, post=post.id, rung=Rung.ANSWERED)
    return max(found, key=lambda c: (c.state is not CallOutState.WITHDRAWN, c.created_at, c.id), default=None)


def call_off(turn: Turn, warning: Warning, *, reason: str) -> None:
    """The warning ended: a task nobody has moved for is called off and those told of it are told so.

    Once people move only the all-clear ends a task; the desk is told that it still stands.
    """
    task = task_of(turn, warning)
    if task is None or ended(task):
        return
    if task.state in (TaskState.MOVING, TaskState.CLEARED):
        alarms.raise_alarm(
            turn,
            rule="order_stands",
            subject=task.id,
            level=Level.ORANGE,
            area=task.area,
            event=task.event,
            words=f"{turn.county.short(task.area)}{reason},但已有人转移:只能解除,请安排解除",
        )
        return
    facts = tasks.call_off(task, by=str(turn.actor), reason=reason, now=turn.now)
    turn.emit("task", task.id, facts)
    telling.tell_areas(turn, task.event)
    told = {
        attempt.phone_ref
        for callout in turn.work.select("callout", subject=task.id)
        for attempt in callout.attempts
        if attempt.phone_ref
    }
    calling.withdraw(turn, task.id, reason)
    for phone_ref in sorted(told):
        calling.say(
            turn,
            to_ref=phone_ref,
            text=cancel_words(turn, task.area),
            purpose=Purpose.CANCEL,
            about=(task.id, task.version),
            event=task.event,
        )
