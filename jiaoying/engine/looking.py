"""Zones that went dark: their monitors are called out to look, and the desk sees what cannot be judged."""

from __future__ import annotations

from collections.abc import Collection

from core.levels import Level
from jiaoying.engine import alarms, calling
from jiaoying.engine.turn import Turn
from people.phones import normal_phone
from people.posts import Post, Role
from warning.warning import Warning


def follow_warning(turn: Turn, warning: Warning, names: Collection[str]) -> None:
    """After facts of a warning: look where nobody can judge, ask for the decision that only a person can take."""
    blind = warning.proposal is not None and warning.proposal.cannot_judge
    if "CouldNotJudge" in names or ("Proposed" in names and blind):
        zones = warning.proposal.zones if blind and warning.proposal is not None else warning.dark_zones
        for zone in zones:
            call_monitor(turn, warning, zone)
        alarms.raise_alarm(
            turn,
            rule="cannot_judge",
            subject=warning.id,
            level=Level.ORANGE,
            area=warning.area,
            event=warning.event,
            words=f"{turn.county.short(warning.area)}无雨量数据,无法研判;已叫监测员去看,请决定",
        )
    if "DecisionAsked" in names:
        alarms.raise_alarm(
            turn,
            rule="decision_wanted",
            subject=warning.id,
            level=Level.ORANGE,
            area=warning.area,
            event=warning.event,
            words=f"{turn.county.short(warning.area)}预警不能自动结束,请决定延续或撤销",
        )
    if not warning.open:
        alarms.clear_alarms(turn, subject=warning.id)
        for zone in sorted({*warning.zones, *warning.dark_zones}):
            calling.withdraw(turn, f"{warning.id}/{zone}", "warning_ended")


def call_monitor(turn: Turn, warning: Warning, zone: str) -> None:
    """Call out the monitor of a dark zone, else the leader of its village, to look from a safe place."""
    known = turn.county.zones.get(zone)
    if known is None:
        return
    post = _monitor(turn, known.monitor, known.area)
    if post is not None:
        calling.call(
            turn,
            post=post,
            subject_kind="zone",
            subject=f"{warning.id}/{zone}",
            level=Level.ORANGE,
            event=warning.event,
            urgency=300,
        )


def _monitor(turn: Turn, phone: str | None, village: str) -> Post | None:
    if phone:
        found = turn.county.directory.by_phone(normal_phone(phone))
        if found:
            return found[0]
    for role in (Role.MONITOR, Role.LEADER):
        for post in turn.county.posts_in.get(village, ()):
            if post.role is role:
                return post
    return None
