"""What is said about a call-out: the words of `notifiers.wording`, filled with what the county knows at this moment."""

from __future__ import annotations

from datetime import datetime

from core.cap import CapStatus
from evacuation.tally import Counting
from evacuation.task import Task, TaskState
from hazards.zones import Family
from jiaoying.engine.proposals import proposed_in
from jiaoying.engine.turn import Turn
from notifiers import wording
from notifiers.callout import Attempt, CallOut, Channel, Rung, Target
from people.posts import Role
from warning.warning import Warning

LEADING = (Role.LEADER, Role.INSTRUCTOR)


def scope(turn: Turn, task: Task, post_id: str) -> tuple[int, int]:
    """Households and people an order to this post speaks of: its own list, else the group's, else the village's."""
    post = turn.county.directory.get(post_id)
    if post is not None and post.role not in LEADING:
        own = set(task.households_of(post_id))
        if not own and post.role is Role.GRID_CHIEF:
            own = {row.household for row in task.households if row.area == post.area}
        if own:
            return len(own), sum(row.people for row in task.households if row.household in own)
    return task.listed.households, task.listed.people


def shelter_of(turn: Turn, task: Task, post_id: str) -> str | None:
    """The shelter most of the post's people (or the village's) go to."""
    own = set(task.households_of(post_id)) or task.codes
    load: dict[str, int] = {}
    for assignment in task.assignments:
        if assignment.shelter and assignment.household in own:
            load[assignment.shelter] = load.get(assignment.shelter, 0) + assignment.people
    if not load:
        return None
    best = min(load, key=lambda code: (-load[code], code))
    shelter = turn.county.shelters.get(best)
    return shelter.name if shelter is not None else None


def leave_by(turn: Turn, task: Task) -> str | None:
    """The latest departure as HH:MM, while it still lies ahead."""
    if task.clocks is None or task.clocks.latest_departure is None or task.clocks.latest_departure <= turn.now:
        return None
    return turn.site.hhmm(task.clocks.latest_departure)


def text_for(turn: Turn, callout: CallOut, attempt: Attempt) -> str:
    """The text (or spoken text) of one attempt."""
    spoken = attempt.channel is Channel.VOICE
    if _step_to(callout, attempt) is Target.DOOR and callout.subject_kind == "task":
        holder = turn.county.directory.get(callout.post)
        who = holder.role.chinese if holder is not None else "负责人"
        return wording.door_text(
            turn.site.status, turn.site.signature, turn.county.short(callout.area), who, callout.code or "", local(turn)
        )
    match callout.subject_kind:
        case "task":
            task: Task = turn.work.get("task", callout.subject)
            return _task_text(turn, callout, task, spoken=spoken)
        case "area":
            return _area_text(turn, callout, spoken=spoken)
        case "proposal":
            return _desk_text(turn, callout, spoken=spoken)
        case "zone":
            zone = turn.county.zones.get(callout.subject.rpartition("/")[2])
            village = turn.county.short(zone.area) if zone is not None else turn.county.short(callout.area)
            place = (zone.name or zone.code) if zone is not None else "隐患点"
            return wording.look_text(
                turn.site.status, turn.site.signature, village, place, callout.code or "", local(turn)
            )
        case other:
            raise ValueError(f"nobody knows what to say about a {other}")


def _step_to(callout: CallOut, attempt: Attempt) -> Target:
    return callout.steps[attempt.step].to if attempt.step < len(callout.steps) else Target.HOLDER


def local(turn: Turn) -> datetime:
    """Now, in the site's own time."""
    return turn.site.local(turn.now)


def _task_text(turn: Turn, callout: CallOut, task: Task, *, spoken: bool) -> str:
    status, signature, code = turn.site.status, turn.site.signature, callout.code or ""
    village, at = turn.county.short(task.area), local(turn)
    households, people = scope(turn, task, callout.post)
    if callout.rung is Rung.COUNTED:
        count = wording.count_voice if spoken else wording.count_text
        return count(status, signature, village, households, people, code, at)
    if callout.rung is Rung.CONFIRMED:
        confirm = wording.confirm_voice if spoken else wording.confirm_text
        return confirm(status, signature, village, task.listed.households, task.listed.people, code, at)
    hazard = _hazard(turn, task)
    if task.state is TaskState.PLANNED:
        if spoken:
            words = f"{village}防{hazard},做好转移准备"
            return wording.inform_voice(status, signature, task.level, words, code, at)
        return wording.planned_text(status, signature, task.level, village, hazard, code, at)
    order = wording.order_voice if spoken else wording.order_text
    return order(
        status,
        signature,
        task.level,
        village,
        hazard,
        households,
        people,
        shelter_of(turn, task, callout.post),
        leave_by(turn, task),
        code,
        at,
        callout.order_version,
    )


def _hazard(turn: Turn, task: Task) -> str:
    warning: Warning | None = turn.work.get("warning", task.warning)
    if warning is not None:
        return warning.hazard.chinese
    return Family(task.family).chinese


def _area_text(turn: Turn, callout: CallOut, *, spoken: bool) -> str:
    here = [
        task
        for task in turn.work.select("task", event=callout.event, level=callout.level, order_by=None)
        if callout.area in (turn.county.tree.township(task.area), turn.site.area)
        and task.state not in (TaskState.CALLED_OFF, TaskState.STOOD_DOWN)
    ]
    names = [turn.county.short(task.area) for task in sorted(here, key=lambda t: t.area)]
    moving = any(task.state is not TaskState.PLANNED for task in here)
    area = turn.county.short(callout.area)
    code = callout.code or ""
    if spoken:
        words = f"{area}{len(names)}个村{'正在转移' if moving else '做好转移准备'}"
        return wording.inform_voice(turn.site.status, turn.site.signature, callout.level, words, code, local(turn))
    if not moving:
        return wording.planned_text(
            turn.site.status,
            turn.site.signature,
            callout.level,
            f"{area}{len(names)}个村",
            "地质灾害",
            code,
            local(turn),
        )
    return wording.inform_text(turn.site.status, turn.site.signature, callout.level, area, names, code, local(turn))


def _desk_text(turn: Turn, callout: CallOut, *, spoken: bool) -> str:
    waiting = proposed_in(turn, callout)
    names = list(dict.fromkeys(turn.county.short(warning.area) for warning in waiting))
    # The worst that waits, whatever level the call-out began with.
    level = max((w.proposal.level for w in waiting if w.proposal is not None), default=callout.level)
    evidence = ""
    for warning in waiting:
        if warning.proposal is not None and warning.proposal.evidence:
            evidence = warning.proposal.evidence[0].words
            break
    code = callout.code or ""
    if spoken:
        return wording.desk_voice(turn.site.status, turn.site.signature, level, names, code, local(turn))
    return wording.desk_text(turn.site.status, turn.site.signature, level, names, evidence, code, local(turn))


# --- what goes back ----------------------------------------------------------------------------------------------


def echo_words(turn: Turn, callout: CallOut, counting: Counting, *, acknowledged: bool, complete: bool) -> str:
    """What was counted and what is still open, in the sender's own code."""

    def pair(quantity: object) -> tuple[int | None, int | None] | None:
        return None if quantity is None else (quantity.households, quantity.people)  # type: ignore[attr-defined]

    return wording.echo_text(
        turn.site.status,
        callout.code,
        pair(counting.moved),
        pair(counting.refused),
        pair(counting.remaining),
        local(turn),
        away=pair(counting.away),
        acknowledged=acknowledged,
        complete=complete,
    )


def ack_words(turn: Turn, callout: CallOut, *, note: str = "") -> str:
    """A bare acknowledgement said back."""
    return wording.echo_text(
        turn.site.status, callout.code, None, None, None, local(turn), acknowledged=True, note=note
    )


def declined_words(turn: Turn, callout: CallOut) -> str:
    """ "0" said back."""
    return wording.echo_text(turn.site.status, callout.code, None, None, None, local(turn), declined=True)


def help_words(turn: Turn, callout: CallOut) -> str:
    """A cry for help said back: it reached a person."""
    return wording.echo_text(turn.site.status, callout.code, None, None, None, local(turn), help_wanted=True)


def question_words(turn: Turn, callout: CallOut | None, villages: tuple[str, ...] = ()) -> str:
    """The one polite question back."""
    code = callout.code if callout is not None else None
    return wording.question_text(turn.site.status, code, local(turn), villages=villages)


def cancel_words(turn: Turn, area: str) -> str:
    """An order taken back before anybody moved."""
    return wording.cancel_text(turn.site.status, turn.site.signature, turn.county.short(area), local(turn))


def all_clear_words(turn: Turn, area: str) -> str:
    """The only text that lets people return."""
    return wording.all_clear_text(turn.site.status, turn.site.signature, turn.county.short(area), local(turn))


def drill_ended_words(turn: Turn, *, aborted: bool, status: CapStatus) -> str:
    """演练中止 or 演练结束, under the mark of the drill that ends."""
    return wording.drill_ended_text(turn.site.signature, local(turn), aborted=aborted, status=status)
