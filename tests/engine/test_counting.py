"""The account: claims beside it, marks in it, second persons, refusals, help, households counted once."""

from __future__ import annotations

from pathlib import Path

import pytest

from evacuation.household_status import HouseholdState
from hazards.zones import HazardKind
from jiaoying.engine.commands import CloseRequest, ConfirmTask, NotAllowed, ReadReply, SetHousehold, Stale
from tests.support.night import DISPATCHER, SECOND, Night

FLOW = HazardKind.DEBRIS_FLOW
LEADER, KEEPER = "Xiaoba leader", "小坝村 shelter_keeper"
MEMBER, SECOND_MEMBER = "小坝一组 grid_member", "小坝一组 grid_member 2"


def test_left_is_not_arrived_and_a_members_own_list_is_marked(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.says(MEMBER, "A7 2 2 7")
        account = night.account("小坝村")
        assert (account.moving.households, account.moving.people, account.safe.people) == (2, 7, 0)
        night.says(MEMBER, "A7 3")
        account = night.account("小坝村")
        assert (account.moving.people, account.safe.households, account.safe.people) == (0, 2, 7)
        assert any("转移2户7人,名单已全部到位" in text for text in night.texts(MEMBER)), "said back"
        assert night.task("小坝村").state == "MOVING"


def test_a_count_that_is_not_the_posts_list_is_a_claim_beside_the_account(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.says(MEMBER, "A7 2 1 3")
        night.says(LEADER, "A7 2 4 15")
        account = night.account("小坝村")
        assert account.safe.people == account.moving.people == 0
        assert account.adds_up()
        assert [(c.households, c.people) for c in night.task("小坝村").claims] == [(1, 3), (4, 15)]


def test_the_leader_claims_the_keeper_confirms_and_the_list_is_safe_by_both_names(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.says(LEADER, "A7 3 5 20")
        task = night.task("小坝村")
        assert task.state == "MOVING"
        assert task.claimed_clear_at == night.now
        assert night.account("小坝村").outstanding.people == 20, "one person's word clears nobody"
        asked = night.callout(KEEPER, rung="confirmed")
        assert asked.state == "RINGING"
        night.forward("90s")
        night.says(KEEPER, "A7 3 5 20")
        task = night.task("小坝村")
        assert (task.state, task.cleared_by) == ("CLEARED", night.post(KEEPER).id)
        assert {h.state for h in night.states("household")} == {"SAFE"}
        facts = night.entries("household", "Arrived")
        assert len(facts) == 5
        assert {fact["how"] for fact in facts} == {"claim"}
        assert night.callout(KEEPER, rung="confirmed").state == "ANSWERED"


def test_the_claimant_cannot_be_the_second_person(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.says(LEADER, "A7 3 5 20")
        night.says(LEADER, "A7 3 5 20")
        assert night.task("小坝村").state == "MOVING"
        assert night.account("小坝村").outstanding.people == 20


def test_a_keeper_who_counts_otherwise_confirms_nothing(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.says(LEADER, "A7 3 5 20")
        reply = night.says(KEEPER, "A7 3 4 15")
        assert reply.state == "WAITING"
        assert night.task("小坝村").state == "MOVING"


def test_no_second_person_clears_over_a_refusal(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.says(MEMBER, "A7 2 1 3")
        night.execute(SetHousehold(code="XB002", status=HouseholdState.REFUSED, reason="上门劝不动"), DISPATCHER)
        night.says(LEADER, "3 5 20")
        assert night.task("小坝村").state == "MOVING"
        task = night.task("小坝村")
        with pytest.raises(NotAllowed):
            night.execute(ConfirmTask(id=task.id, version=task.version), DISPATCHER)
        assert night.household("XB002").state == "REFUSED"
        assert night.account("小坝村").refused.households == 1


def test_the_desk_is_a_second_person_on_the_version_it_saw(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        task = night.task("小坝村")
        with pytest.raises(NotAllowed):
            night.execute(ConfirmTask(id=task.id, version=task.version), DISPATCHER)
        night.says(LEADER, "A7 3 5 20")
        task = night.task("小坝村")
        with pytest.raises(Stale):
            night.execute(ConfirmTask(id=task.id, version=task.version + 1), DISPATCHER)
        night.execute(ConfirmTask(id=task.id, version=task.version), DISPATCHER)
        assert night.task("小坝村").state == "CLEARED"


def test_the_members_own_marks_are_the_second_hand_to_the_leaders_word(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        task = night.moves_out("小坝村", hazard=FLOW)
        own: dict[str, int] = {}
        for row in task.assignments:
            own[row.responsible] = own.get(row.responsible, 0) + 1
        assert sum(own.values()) == 5
        for post in sorted(own):
            known = night.service.county.directory.get(post)
            people = sum(row.people for row in task.assignments if row.responsible == post)
            night.says(f"{known.area} {known.role} {known.rank}", f"A7 3 {own[post]} {people}")
        assert night.account("小坝村").safe.people == 20
        assert night.task("小坝村").state == "MOVING", "every household wants two names"
        night.says(LEADER, "A7 3 5 20")
        assert night.task("小坝村").state == "CLEARED"
        assert {fact["how"] for fact in night.entries("household", "Arrived")} == {"mark"}


def test_more_than_the_list_goes_to_a_person(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        reply = night.says(LEADER, "A7 2 9 40")
        assert reply.state == "WAITING"
        assert night.task("小坝村").claims == ()


def test_an_unsure_text_changes_nothing_until_a_person_reads_it(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        reply = night.says(MEMBER, "路上滑,正往那边走,娃儿些都背起的")
        assert reply.state == "WAITING"
        assert night.account("小坝村").unaccounted.households + night.account("小坝村").told.households == 5
        assert night.callout(MEMBER).proof.name == "HUMAN"
        assert night.callout(MEMBER).state == "RINGING"
        with pytest.raises(NotAllowed, match="读不准"):
            night.execute(ReadReply(id=reply.id, text="大概都走了吧"), DISPATCHER)
        night.execute(ReadReply(id=reply.id, text="2 2 7"), DISPATCHER)
        assert night.account("小坝村").moving.people == 7
        assert night.callout(MEMBER).state == "ANSWERED"
        (kept,) = night.states("reply")
        assert (kept.state, kept.read_by) == ("READ", str(DISPATCHER))
        with pytest.raises(NotAllowed, match="已经处理"):
            night.execute(ReadReply(id=reply.id, text="2 2 7"), DISPATCHER)


def test_help_is_a_request_and_an_alarm_at_once_even_when_it_cannot_be_read(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.says(MEMBER, "A7 4 老人走不动,要一辆车")
        (request,) = night.states("request")
        assert (request.kind, request.state, request.area) == ("transport", "RAISED", night.code("小坝村"))
        assert night.typed(request.text_ref) is not None
        assert [alarm.subject for alarm in night.alarms("request")] == [request.id]
        assert night.callout(MEMBER).state == "ANSWERED"
        night.says(SECOND_MEMBER, "救命啊!水进屋头了,可能还有好多人没出来")
        assert len(night.states("request")) > 1, "danger is shown whether sure or not"
        night.execute(CloseRequest(id=request.id, act="assign", to="演练应急队"), DISPATCHER)
        night.execute(CloseRequest(id=request.id, act="done", reason="车已到"), DISPATCHER)
        night.execute(CloseRequest(id=request.id, act="close", reason="回访"), DISPATCHER)
        assert request.id not in {alarm.subject for alarm in night.alarms("request")}


def test_a_request_nobody_takes_climbs(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.says(MEMBER, "A7 4 要一副担架")
        first = night.states("request")[0]
        assert first.due_at is not None
        for _ in range(6):
            night.leap("30m")
        climbed = night.states("request")[0]
        assert climbed.level != first.level
        assert night.alarms("request_climbed")


def test_silence_after_an_answer_asks_for_a_count(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.says(LEADER, "A7 1")
        waiting = night.callout(LEADER, rung="counted")
        assert waiting.state == "READY"
        assert (waiting.due_at - night.now).total_seconds() == 900
        night.forward("16m")
        asking = night.callout(LEADER, rung="counted")
        assert asking.state == "RINGING"
        assert any("转了多少" in text for text in night.texts(LEADER))
        night.says(LEADER, "A7 2 3 9", code=asking.code)
        assert night.callout(LEADER, rung="counted").begun_at is None, "the next count is due later"
        states = [c.state for c in night.states("callout", rung="counted") if c.id == asking.id]
        assert states == ["ANSWERED"]


def test_a_household_that_went_back_reopens_a_cleared_village(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=FLOW)
        night.says(LEADER, "A7 3 5 20")
        night.says(KEEPER, "A7 1")
        assert night.task("小坝村").state == "CLEARED"
        night.execute(
            SetHousehold(code="XB001", status=HouseholdState.UNACCOUNTED, reason="有人看见灯亮了"), DISPATCHER
        )
        assert night.task("小坝村").state == "MOVING"
        assert night.alarms("reopened")
        assert night.account("小坝村").outstanding.people == 3


def test_a_household_under_two_orders_is_counted_once(tmp_path: Path) -> None:
    with Night(tmp_path, zones=("XB-1", "XB-2", "HZ-1")) as night:
        night.order("小坝村", hazard=FLOW)
        night.order("小坝村", hazard=HazardKind.LANDSLIDE)
        night.approve(SECOND)
        slope, flow = sorted(night.states("task"), key=lambda t: t.family, reverse=True)
        both = {r.household for r in slope.households} & {r.household for r in flow.households}
        assert both == {"XB006"}
        assert len(night.states("household", household="XB006")) == 1
        night.execute(
            SetHousehold(code="XB006", status=HouseholdState.SAFE, reason="在亲戚家", place="SH2"), DISPATCHER
        )
        for task in (slope, flow):
            account = night.account_of(task)
            assert account.safe.people == 6
            assert account.adds_up()


def test_nobody_goes_home_before_the_all_clear_and_a_correction_wants_a_reason(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        with pytest.raises(NotAllowed, match="解除"):
            night.execute(SetHousehold(code="HZ001", status=HouseholdState.HOME, reason="他们说要回去"), DISPATCHER)
        night.execute(SetHousehold(code="HZ001", status=HouseholdState.SAFE, reason="电话里说到了"), DISPATCHER)
        with pytest.raises(NotAllowed):
            night.execute(SetHousehold(code="HZ001", status=HouseholdState.TOLD, reason=" "), DISPATCHER)
        assert night.household("HZ001").state == "SAFE"
        night.execute(SetHousehold(code="HZ001", status=HouseholdState.TOLD, reason="记错了户"), DISPATCHER)
        assert (night.household("HZ001").state, night.facts("household")[-1]) == ("TOLD", "Corrected")
