"""From a judged situation to a warning in force: proposals, the desk's call-out, signatures, time-outs, raising by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from shapely.errors import GEOSException
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from core.cap import CapStatus
from core.facts import Fact
from core.levels import Level
from evacuation import task as tasks
from evacuation.task import Task, TaskState
from hazards.zones import Family, family_of
from jiaoying.engine import aborting, calling, counting, desk, looking, ordering
from jiaoying.engine.commands import (
    ApproveWarning,
    CancelWarning,
    NotAllowed,
    NotFound,
    RaiseWarning,
    RejectWarning,
    Stale,
)
from jiaoying.engine.proposals import OPEN
from jiaoying.engine.turn import Turn
from warning import event as events
from warning import warning as warnings
from warning.assess import Situation, cannot_judge
from warning.event import Event, EventState
from warning.warning import Scope, Warning, WarningState

T = TypeVar("T")
ISSUING = frozenset({"Approved", "ApprovalTimedOut", "Upgraded", "Downgraded", "Corrected", "Extended"})
ENDING = frozenset({"Rejected", "Lapsed", "Cancelled", "Expired"})
PROPOSING = frozenset({"UpgradeProposed", "Worsened"})
RAINING = frozenset({"LevelObserved", "UpgradeProposed", "Worsened", "Extended", "Corrected", "CouldNotJudge"})
SETTLING = ENDING | frozenset({"Approved", "ApprovalTimedOut", "Upgraded", "UpgradeRejected", "UpgradeLapsed"})


def open_event(turn: Turn) -> Event | None:
    """The open event of this site and status; at most one."""
    found = turn.work.select("event", state=EventState.OPEN, status=turn.site.status)
    return found[0] if found else None


def event_for(turn: Turn, area: str, level: Level) -> Event:
    """The open event, opened with the first proposal, with `area` joined at `level`."""
    event = open_event(turn)
    if event is None:
        if turn.site.status is CapStatus.ACTUAL:
            # The real thing comes first: an Actual proposal ends every Exercise at once (law 9).
            aborting.end_all(turn, (CapStatus.EXERCISE, CapStatus.TEST), reason="actual_proposal")
        name = f"{turn.site.local(turn.now):%Y年%m月%d日}{turn.site.name}强降雨"
        identity, facts = events.open_event(name=name, site_area=turn.site.area, status=turn.site.status, now=turn.now)
        event = turn.emit("event", identity, facts)
        assert event is not None
    facts = events.join(event, area=area, level=level, now=turn.now)
    return turn.emit("event", event.id, facts) if facts else event


def warnings_of(turn: Turn, event: str, area: str, family: Family) -> list[Warning]:
    """All warnings of one village and family in an event, oldest first."""
    found = turn.work.select("warning", event=event, area=area, family=family)
    return sorted(found, key=lambda warning: warning.ordinal)


def assess(turn: Turn, situation: Situation) -> Warning | None:
    """Judge one village and family: propose, worsen, upgrade, lower, or leave as it is. Twice the same changes nothing."""
    event = open_event(turn)
    known = warnings_of(turn, event.id, situation.area, situation.family) if event is not None else []
    last = known[-1] if known else _last_decided(turn, situation)
    policy = turn.site.warning
    if last is None or last.state not in OPEN:
        if situation.level is None and not cannot_judge(
            situation, policy, township_level=_township_level(turn, event, situation.area), now=turn.now
        ):
            return None
        if last is not None and not warnings.may_propose_again(last, situation, policy, turn.now):
            return None
        event = event_for(turn, situation.area, situation.level or Level.ORANGE)
        identity, facts = warnings.propose(
            situation,
            event=event.id,
            ordinal=(known[-1].ordinal + 1 if known else 1),
            status=turn.site.status,
            now=turn.now,
            policy=policy,
        )
        return carry_on(turn, identity, facts)
    task = ordering.task_of(turn, last)
    facts = warnings.reassess(
        last, situation, policy, turn.now, moving=task is not None and task.state is TaskState.MOVING
    )
    if not facts:
        return last
    if situation.level is not None:
        event_for(turn, situation.area, situation.level)
    return carry_on(turn, last.id, facts)


def _last_decided(turn: Turn, situation: Situation) -> Warning | None:
    """What people decided about this village last: a rejection that closed its event still holds for its half hour."""
    found = turn.work.select("warning", area=situation.area, family=situation.family, status=turn.site.status)
    decided = [w for w in found if w.state in (WarningState.REJECTED, WarningState.CANCELLED)]
    return max(decided, key=lambda w: w.rejected_at or w.ended_at or w.proposed_at, default=None)


def _township_level(turn: Turn, event: Event | None, village: str) -> Level | None:
    """The highest level open anywhere in the village's township."""
    township = turn.county.tree.township(village)
    if event is None or township is None:
        return None
    levels = [
        warning.level
        for warning in turn.work.select("warning", event=event.id, state=OPEN)
        if turn.county.tree.township(warning.area) == township
    ]
    return max(levels, default=None)


def carry_on(turn: Turn, identity: str, facts: Sequence[Fact]) -> Warning:
    """Write facts of a warning and what follows from them: orders, withdrawals, the end of the event."""
    if not facts:
        return turn.work.get("warning", identity)  # type: ignore[no-any-return]
    after: Warning = turn.emit("warning", identity, facts)
    names = {fact.name for fact in facts}
    looking.follow_warning(turn, after, names)
    if names & ISSUING and after.state is WarningState.IN_FORCE:
        ordering.follow_warning(turn, after)
    if names & ENDING and after.state not in OPEN:
        ordering.call_off(turn, after, reason=_ending(facts))
    if names & SETTLING and after.proposal is None:
        desk.release(turn, after.event)
    if after.proposal is not None and names & PROPOSING:
        # What the desk was rung for has become worse: it is rung again, and its clock began anew.
        desk.ring_again(turn, after)
    if names & RAINING:
        _lapse_all_clear(turn, after)
    if names & ENDING:
        close_event_if_over(turn, after.event)
    return after


def _lapse_all_clear(turn: Turn, warning: Warning) -> None:
    """A first signature under the all-clear was given on another rain than this."""
    task = ordering.task_of(turn, warning)
    if task is not None and task.signatures:
        below = warning.below_since is not None
        facts = tasks.check_all_clear(task, account=counting.account_of(turn, task), rain_below=below, now=turn.now)
        if facts:
            turn.emit("task", task.id, facts)


def _ending(facts: Sequence[Fact]) -> str:
    return {"Rejected": "提议被否决", "Lapsed": "提议失效", "Cancelled": "预警取消", "Expired": "预警到期"}[
        next(fact.name for fact in facts if fact.name in ENDING)
    ]


def approve(turn: Turn, command: ApproveWarning) -> Warning:
    """One signature for; issues when the law of the level is met."""
    warning = _one(turn, command.id)
    facts = _signed(
        warnings.sign_approval,
        warning,
        who=str(turn.actor),
        version=command.version,
        reason=turn.words(command.reason),
        policy=turn.site.warning,
        now=turn.now,
    )
    return carry_on(turn, warning.id, facts)


def reject(turn: Turn, command: RejectWarning) -> Warning:
    """One signature against; red takes two."""
    warning = _one(turn, command.id)
    if not command.reason.strip():
        raise NotAllowed("否决须写明原因")
    facts = _signed(
        warnings.sign_rejection,
        warning,
        who=str(turn.actor),
        version=command.version,
        reason=turn.words(command.reason),
        policy=turn.site.warning,
        now=turn.now,
    )
    return carry_on(turn, warning.id, facts)


def cancel(turn: Turn, command: CancelWarning) -> Warning:
    """End a warning in force by a named person's word."""
    warning = _one(turn, command.id)
    if command.version != warning.version:
        raise Stale(f"预警已是第{warning.version}版,请刷新后再试")
    facts = _signed(warnings.cancel, warning, who=str(turn.actor), reason=turn.words(command.reason), now=turn.now)
    return carry_on(turn, warning.id, facts)


def _signed(decide: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Call a decide function of the warning room; its refusal is the command's."""
    try:
        return decide(*args, **kwargs)
    except warnings.Stale as error:
        raise Stale(str(error)) from error
    except warnings.NotAllowed as error:
        raise NotAllowed(str(error)) from error


def _one(turn: Turn, identity: str) -> Warning:
    warning: Warning | None = turn.work.get("warning", identity)
    if warning is None:
        raise NotFound(f"没有这条预警:{identity}")
    return warning


def raise_by_hand(turn: Turn, command: RaiseWarning) -> list[Warning]:
    """Raise one warning a village over areas or a polygon; the raiser's word counts as the first approval."""
    family = family_of(command.hazard)
    villages = _villages(turn, command)
    raised, refusals = [], []
    for area in villages:
        event = event_for(turn, area, command.level)
        known = warnings_of(turn, event.id, area, family)
        if known and known[-1].state in OPEN:
            try:
                raised.append(_raise_open(turn, known[-1], command))
            except NotAllowed as error:
                # One village that is warned already must not keep the others from being warned.
                refusals.append(f"{turn.county.short(area)}:{error}")
            continue
        zones = tuple(
            sorted(
                code
                for code, touched in turn.county.villages_of_zone.items()
                if area in touched and family_of(turn.county.zones[code].kind) is family
            )
        )
        identity, facts = _signed(
            warnings.raise_by_hand,
            event=event.id,
            area=area,
            family=family,
            hazard=command.hazard,
            level=command.level,
            ordinal=len(known) + 1,
            zones=zones,
            scope=Scope(command.scope),
            who=str(turn.actor),
            reason=turn.words(command.reason),
            status=turn.site.status,
            now=turn.now,
            policy=turn.site.warning,
        )
        raised.append(carry_on(turn, identity, facts))
    if not raised:
        raise NotAllowed(";".join(refusals))
    desk.call_desk(turn)
    return raised


def _raise_open(turn: Turn, warning: Warning, command: RaiseWarning) -> Warning:
    facts = _signed(
        warnings.upgrade_by_hand,
        warning,
        level=command.level,
        who=str(turn.actor),
        version=warning.version,
        reason=turn.words(command.reason),
        policy=turn.site.warning,
        now=turn.now,
    )
    return carry_on(turn, warning.id, facts)


def _polygon(text: str) -> BaseGeometry:
    """Read a drawn area; only what encloses one will do."""
    try:
        given = json.loads(text)
        drawn = shape(given) if given.get("type") in ("Polygon", "MultiPolygon") else None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, GEOSException):
        drawn = None
    if drawn is None:
        raise NotAllowed("多边形要写成 GeoJSON 的 Polygon 或 MultiPolygon,每个环至少四个点,首尾相同")
    if drawn.is_empty or not drawn.is_valid:
        raise NotAllowed("多边形为空或自相交")
    return drawn


def _villages(turn: Turn, command: RaiseWarning) -> tuple[str, ...]:
    if command.polygon is not None:
        polygon = _polygon(command.polygon)
        found = turn.county.villages_touching(polygon)
        if not found:
            raise NotAllowed("多边形不触及任何村的隐患点、住户或村部")
        return found
    villages: set[str] = set()
    for code in command.areas:
        if turn.county.tree.get(code) is None:
            raise NotFound(f"没有这个行政区:{code}")
        within = turn.county.tree.within(code)
        below = {village for village in turn.county.villages() if village in within}
        villages |= below or {turn.county.village_of(code)}
    if not villages:
        raise NotAllowed("没有指明村或多边形")
    return tuple(sorted(villages))


def when_due(turn: Turn, warning: Warning) -> None:
    """A deadline of a warning: time-outs, another ring at the desk, lapse, expiry."""
    task = ordering.task_of(turn, warning)
    facts = warnings.when_due(
        warning,
        turn.site.warning,
        turn.now,
        tasks_open=task is not None and task.state in ordering.ORDERED,
        moving=task is not None and task.state is TaskState.MOVING,
    )
    after = carry_on(turn, warning.id, facts)
    if any(fact.name == "KeptRinging" for fact in facts):
        desk.ring_again(turn, after)


def close_event_if_over(turn: Turn, event: str) -> None:
    """No warning open and every task ended: the storm is over."""
    found: Event | None = turn.work.get("event", event)
    if found is None or found.state is not EventState.OPEN:
        return
    warnings_open = bool(turn.work.select("warning", event=event, state=OPEN, limit=1))
    every: list[Task] = turn.work.select("task", event=event)
    tasks_open = any(not ordering.ended(task) for task in every)
    facts = events.close(found, warnings_open=warnings_open, tasks_open=tasks_open, now=turn.now)
    if facts:
        turn.emit("event", event, facts)
        for callout in turn.work.select("callout", event=event, state=calling.OPEN):
            calling.withdraw_one(turn, callout, "event_closed")
