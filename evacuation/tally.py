"""Tally (清点): what one reading does to the account: marks on named households, claims beside it, or a person's desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from evacuation.clearing import open_refusals
from evacuation.counted import Counting, in_words, sum_of
from evacuation.counting import Draft
from evacuation.household_status import (
    HouseholdState,
    HouseholdStatus,
)
from evacuation.reply.reading import Context, Quantity, Reading
from evacuation.task_facts import TaskState
from evacuation.task_state import Task

__all__ = ["Counting", "context", "count", "in_words"]


def count(
    task: Task,
    reading: Reading,
    *,
    post: str,
    post_households: tuple[str, ...],
    statuses: Mapping[str, HouseholdStatus],
    reply: str,
    now: datetime,
    leads: bool | None = None,
    read_by: str | None = None,
) -> Counting:
    """Count one reading of one post's reply about `task`.

    Parameters
    ----------
    post_households
        Households of this task the post is named for; a count equal to them marks each of them.
    leads
        The post was given the order of the whole village, so its words are about the whole list even where it is named for
        some households itself. Default: whoever is named for none.
    read_by
        The person who read the text, where the machine was not sure.
    """
    if not reading.sure and read_by is None:
        return Counting(to_person=reading.reason or "看不准,要人读")
    if task.state is TaskState.PLANNED:
        counts = any(q is not None for q in (reading.moved, reading.refused, reading.away, reading.remaining))
        return Counting(to_person="还没有下令转移,却收到了上报" if counts else None)
    draft = Draft(
        task=task,
        post=post,
        own=tuple(code for code in dict.fromkeys(post_households) if code in task.codes),
        leads=leads,
        statuses=dict(statuses),
        reply=reply,
        now=now,
        read_by=read_by,
    )
    seen = any(report.claim.reply == reply and report.claim.post == post for report in task.reports)
    if not (seen and read_by is None):
        draft.take(reading)
    return draft.result()


def context(
    task: Task,
    *,
    post: str,
    post_households: tuple[str, ...],
    statuses: Mapping[str, HouseholdStatus],
    leads: bool | None = None,
    codes: tuple[str, ...] = (),
) -> Context:
    """What the reader may know of the sender's task."""
    own = tuple(code for code in dict.fromkeys(post_households) if code in task.codes)
    whole = leads or not own
    scope = frozenset(task.codes if whole else own)
    held = [status for code in scope if (status := statuses.get(code)) is not None]
    listed = sum_of(task, scope)
    claims = [c for c in open_refusals(task, statuses) if whole or c.post == post]
    return Context(
        listed=Quantity(households=listed.households, people=listed.people),
        open_refusals=sum(s.state is HouseholdState.REFUSED for s in held) + sum(c.households or 1 for c in claims),
        open_needs=sum(s.state in (HouseholdState.NEEDS_HELP, HouseholdState.MISSING) for s in held),
        codes=codes,
    )
