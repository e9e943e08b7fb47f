"""What people answer, confirm and sign counts only for what they were told, and only once a human."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.levels import Level
from evacuation.household_status import HouseholdState
from evacuation.replies import ReplyState
from evacuation.task import TaskState
from hazards.zones import HazardKind
from jiaoying.engine import importing, ordering
from jiaoying.engine.commands import (
    Actor,
    AnswerCallout,
    ApproveWarning,
    CancelWarning,
    NotAllowed,
    RaiseWarning,
    ReadReply,
    ReceiveText,
    SetHousehold,
    SignAllClear,
)
from jiaoying.engine.turn import Turn
from notifiers.callout import CallOutState
from people.phones import demo_phone
from people.posts import Role, post_id
from tests.support.night import DUTY, SECOND, Night
from tests.support.registers import NIGHT, XIAOBA, XIAOBA_GROUP, frame, tiny_county

FLOW, SLOPE = HazardKind.DEBRIS_FLOW, HazardKind.LANDSLIDE
ALL_ZONES = ("XB-1", "XB-2", "HZ-1", "MA-1")
LEADER, KEEPER = "小坝村 leader", "小坝村 shelter_keeper"
MORNING = NIGHT + timedelta(hours=11)


def test_words_do_not_answer_an_order_that_was_not_sent_yet(tmp_path: Path) -> None:
    with Night(tmp_path, zones=ALL_ZONES) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.forward("20s")
        night.execute(RaiseWarning(level=Level.RED, hazard=SLOPE, reason="滑坡", areas=(XIAOBA,)), DUTY)
        (second,) = [w for w in night.states("warning", area=XIAOBA) if w.proposal is not None]
        # The order is committed, the gateway has not taken it: nobody has heard of it.
        approve = ApproveWarning(id=second.id, version=second.version, reason="属实")
        night.service.execute(approve, SECOND)
        one = ReceiveText(
            gateway="simulated", gateway_id="x1", sender=night.post(LEADER).phone, text="1", at=night.now
        )
        night.service.receive(one, Actor(kind="gateway", id="simulated"))
        states = {task.family.value: task.state for task in night.states("task", area=XIAOBA)}
        assert states == {"flow": TaskState.ACKNOWLEDGED, "slope": TaskState.ORDERED}
        leader = night.post(LEADER).id
        (unsent,) = [
            c
            for c in night.states("callout", post=leader, subject_kind="task", rung="answered")
            if c.subject != night.states("task", area=XIAOBA, family="flow")[0].id
        ]
        assert unsent.state is CallOutState.RINGING
        night.forward("2m")
        assert any("防滑坡" in text for text in night.texts(LEADER)), "it is still called"


def test_words_before_anything_was_sent_go_to_a_person(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.execute(RaiseWarning(level=Level.RED, hazard=FLOW, reason="泥石流", areas=(XIAOBA,)), DUTY)
        warning = night.warning("小坝村")
        night.service.execute(ApproveWarning(id=warning.id, version=warning.version, reason="属实"), SECOND)
        one = ReceiveText(
            gateway="simulated", gateway_id="x1", sender=night.post(LEADER).phone, text="1", at=night.now
        )
        night.service.receive(one, Actor(kind="gateway", id="simulated"))
        (reply,) = night.states("reply")
        assert reply.state is ReplyState.WAITING
        assert night.task("小坝村").state is TaskState.ORDERED


def test_an_order_that_is_over_makes_no_count_ambiguous(tmp_path: Path) -> None:
    with Night(tmp_path, zones=ALL_ZONES, begins=Night.AFTERNOON) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.forward("20s")
        night.says(LEADER, "1")
        warning = night.warning("小坝村")
        night.execute(CancelWarning(id=warning.id, version=warning.version, reason="误报"), DUTY)
        night.forward("10m")
        night.moves_out("小坝村", hazard=SLOPE)
        night.forward("20s")
        reply = night.says(LEADER, "2 1 3")
        assert reply.state is ReplyState.READ


def grow_list(night: Night) -> None:
    """One household more is found to live in the zone: the order's second version."""
    night.grow("XB007", lon=105.0003, lat=27.8002)

    def follow(turn: Turn) -> None:
        for warning in turn.work.select("warning", area=XIAOBA):
            ordering.follow_warning(turn, warning)

    night.service.run("Test", follow)


def test_an_old_reply_read_late_answers_the_old_order(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.forward("20s")
        reply = night.says(LEADER, "好像晓得了吧 再看看")
        assert (reply.state, reply.version) == (ReplyState.WAITING, 1)
        grow_list(night)
        assert night.callout(LEADER).order_version == 2
        night.execute(ReadReply(id=reply.id, text="1"), DUTY)
        assert night.callout(LEADER).state is CallOutState.RINGING, "the new order was not answered"
        assert night.task("小坝村").state is TaskState.ORDERED
        night.forward("2m")
        assert any(m.order_version == 2 and m.state != "SUPPRESSED" for m in night.messages(LEADER))
        late = night.says(LEADER, "晓得了吧 好像")
        night.execute(ReadReply(id=late.id, text="1"), DUTY)
        assert night.callout(LEADER).state is CallOutState.ANSWERED
