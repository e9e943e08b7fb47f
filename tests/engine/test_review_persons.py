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
        one = ReceiveText(gateway="simulated", gateway_id="x1", sender=night.post(LEADER).phone, text="1", at=night.now)
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
        one = ReceiveText(gateway="simulated", gateway_id="x1", sender=night.post(LEADER).phone, text="1", at=night.now)
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


def count_of(task: Any) -> str:
    return f"{task.listed.households} {task.listed.people}"


def test_a_confirmation_of_the_old_list_clears_nothing_and_is_asked_anew(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        task = night.moves_out("小坝村", hazard=FLOW)
        night.forward("20s")
        night.says(LEADER, f"A7 3 {count_of(task)}")
        night.forward("20s")
        asked = night.callout(KEEPER, rung="confirmed")
        grow_list(night)
        night.forward("10s")
        night.says(KEEPER, f"{asked.code} 1", code=asked.code)
        assert night.task("小坝村").state is not TaskState.CLEARED
        night.says(LEADER, f"A7 3 {count_of(night.task('小坝村'))}")
        night.forward("20s")
        (again,) = night.states("callout", subject=task.id, rung="confirmed", state="RINGING")
        assert (again.order_version, again.id != asked.id) == (2, True)
        reply = night.says(KEEPER, f"{asked.code} 1", code=asked.code)
        assert night.task("小坝村").state is not TaskState.CLEARED, reply.to_person
        night.says(KEEPER, f"{again.code} 1", code=again.code)
        assert night.task("小坝村").state is TaskState.CLEARED


def test_one_human_with_two_posts_is_no_second_person(tmp_path: Path) -> None:
    county, phone = tiny_county(), demo_phone(100)  # the leader's own
    posts = tuple(
        replace(post, phone=phone, id=post_id(post.area, post.role, post.rank, phone))
        if (post.area, post.role) == (XIAOBA_GROUP, Role.GRID_MEMBER)
        else post
        for post in county.posts
        if not (post.role is Role.GRID_MEMBER and post.rank == 2)
    )
    households = tuple(
        replace(household, responsible=phone) if household.area.startswith(XIAOBA) else household
        for household in county.households
    )
    with Night(tmp_path, county=replace(county, posts=posts, households=households)) as night:
        task = night.moves_out("小坝村", hazard=FLOW)
        night.forward("20s")
        for role in ("grid_member", "leader"):
            own = [c for c in night.states("callout", subject=task.id, rung="answered") if c.role == role]
            night.says(LEADER, f"{own[0].code} 3 {count_of(task)}", code=own[0].code)
            assert night.task("小坝村").state is not TaskState.CLEARED, role


def test_a_household_under_two_orders_goes_home_when_both_are_lifted(tmp_path: Path) -> None:
    with Night(tmp_path, zones=ALL_ZONES, begins=MORNING) as night:
        night.forward("61m")
        at = MORNING + timedelta(hours=1)
        night.service.ingest([frame(at, {"S1": 95.0, "S2": 95.0, "S3": 0.0})])
        night.approve(DUTY, SECOND)
        both = {task.family.value: task for task in night.states("task", area=XIAOBA)}
        code = min(both["flow"].codes & both["slope"].codes)
        night.forward("60m")
        night.service.ingest([frame(at + timedelta(hours=1), {"S1": 0.0, "S2": 0.0, "S3": 0.0})])
        night.forward("2m")
        night.execute(SetHousehold(code=code, status=HouseholdState.SAFE, place="亲戚家", reason="到了"), DUTY)
        place = night.household(code).place
        assert night.typed(place) == "亲戚家", "where somebody stays is private"
        sign_off(night, both["flow"].id)
        with pytest.raises(NotAllowed):
            night.execute(SetHousehold(code=code, status=HouseholdState.HOME, reason="返家"), DUTY)
        assert night.household(code).state is HouseholdState.SAFE


def sign_off(night: Night, task: str, *actors: Actor) -> None:
    """Sign one order's all-clear until it is given."""
    for actor in actors or (DUTY, SECOND):
        (known,) = [t for t in night.states("task") if t.id == task]
        if known.state is not TaskState.STOOD_DOWN:
            night.execute(SignAllClear(id=task, version=known.version, expert="王专家", reason="雨停"), actor)


def test_nobody_is_told_to_return_before_the_last_order_of_a_household_is_lifted(tmp_path: Path) -> None:
    with Night(tmp_path, zones=ALL_ZONES, begins=MORNING) as night:
        night.forward("61m")
        at = MORNING + timedelta(hours=1)
        night.service.ingest([frame(at, {"S1": 95.0, "S2": 95.0, "S3": 0.0})])
        night.approve(DUTY, SECOND)
        both = {task.family.value: task for task in night.states("task", area=XIAOBA)}
        code = min(both["flow"].codes & both["slope"].codes)
        night.forward("60m")
        night.service.ingest([frame(at + timedelta(hours=1), {"S1": 0.0, "S2": 0.0, "S3": 0.0})])
        night.forward("2m")
        night.execute(SetHousehold(code=code, status=HouseholdState.SAFE, reason="到了"), DUTY)
        sign_off(night, both["flow"].id)
        night.forward("1m")
        assert not night.told(LEADER, "解除")
        sign_off(night, both["slope"].id)
        night.forward("1m")
        assert night.told(LEADER, "解除")
        assert {w.state.value for w in night.states("warning", area=XIAOBA)} == {"CANCELLED"}
        night.execute(SetHousehold(code=code, status=HouseholdState.HOME, reason="返家"), DUTY)
        assert night.household(code).state is HouseholdState.HOME


def test_no_all_clear_while_another_danger_holds_the_same_households(tmp_path: Path) -> None:
    with Night(tmp_path, zones=ALL_ZONES, begins=Night.AFTERNOON) as night:
        flow = night.moves_out("小坝村", hazard=FLOW)
        night.forward("20s")
        night.moves_out("小坝村", hazard=SLOPE)
        (warning,) = [w for w in night.states("warning", area=XIAOBA) if w.id == flow.warning]
        night.says(LEADER, "A7 2 1 1", code=night.codes(LEADER)[0])
        night.execute(CancelWarning(id=warning.id, version=warning.version, reason="误报"), DUTY)
        assert night.states("task", area=XIAOBA, family="flow")[0].state is TaskState.MOVING
        with pytest.raises(NotAllowed, match="不能让人返回"):
            sign_off(night, flow.id)
        assert night.states("task", area=XIAOBA, family="flow")[0].state is TaskState.MOVING


def test_after_the_all_clear_a_second_burst_orders_again(tmp_path: Path) -> None:
    with Night(tmp_path, begins=MORNING) as night:
        night.rain_on(S1=[95, 0, 0, 0], S2=[90, 0, 0, 0], S3=[0, 0, 0, 0])
        night.forward("63m")
        night.approve(DUTY, SECOND)
        night.forward("2h")
        task = night.task("小坝村")
        sign_off(night, task.id)
        assert night.warning("小坝村").state.value == "CANCELLED"
        night.rain_on(S1=[120, 120], S2=[120, 120], S3=[0, 0])
        night.forward("3h")
        night.approve(DUTY, SECOND)
        night.forward("2m")
        (again,) = [t for t in night.states("task", area=XIAOBA) if t.id != task.id]
        assert again.state is TaskState.ORDERED
        assert night.told(LEADER, "马上转移")


def test_a_desk_cannot_answer_a_confirmation_away(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        task = night.moves_out("小坝村", hazard=FLOW)
        night.forward("20s")
        night.says(LEADER, f"A7 3 {count_of(task)}")
        night.forward("20s")
        asked = night.callout(KEEPER, rung="confirmed")
        with pytest.raises(NotAllowed, match="确认清点"):
            night.execute(AnswerCallout(id=asked.id, how="电台"), DUTY)
        assert night.callout(KEEPER, rung="confirmed").state is CallOutState.RINGING


def test_a_zone_in_warning_is_not_removed(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        zones = night.warning("小坝村").zones
        kept = night.service.run("Look", lambda turn: importing._in_use(turn, "zones"))
        assert zones
        assert kept == frozenset(zones)
