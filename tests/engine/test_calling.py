"""Calling until a human answers: deputies, mailboxes, wrong numbers, codes, newer versions, several orders at one phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hazards.zones import HazardKind
from jiaoying.engine.commands import AnswerCallout, NotAllowed, TakeOver
from notifiers.receipts import Channel, ReceiptKind
from tests.support.night import DISPATCHER, DUTY, SECOND, Night

FLOW, FLOOD = HazardKind.DEBRIS_FLOW, HazardKind.FLASH_FLOOD
LEADER, DEPUTY = "海子社区 leader", "海子社区 leader 2"


def test_delivered_and_rung_is_not_answered(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        night.carrier(LEADER, ReceiptKind.DELIVERED)
        night.carrier(LEADER, ReceiptKind.HEARD)
        callout = night.callout(LEADER)
        assert (callout.state, callout.proof.name) == ("RINGING", "HEARD")
        assert night.task("海子社区").state == "ORDERED"
        night.keys(LEADER, "1")
        assert night.callout(LEADER).state == "ANSWERED"
        assert night.task("海子社区").state == "ACKNOWLEDGED"


def test_the_call_goes_on_to_the_deputy_and_the_township_and_begins_again(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        begun = night.now
        night.forward("30m")
        callout = night.callout(LEADER)
        dialled = [(a.post, a.channel) for a in callout.attempts if a.round == 1]
        leader, deputy = night.post(LEADER).id, night.post(DEPUTY).id
        assert [post for post, channel in dialled if channel is Channel.VOICE][:4] == [leader] * 4
        assert deputy in {post for post, _ in dialled}
        assert night.post("扎西镇 dispatcher 2").id not in {leader, deputy}
        first_redials = [a.at for a in callout.attempts if a.post == leader and a.channel is Channel.VOICE][:4]
        assert (first_redials[-1] - begun).total_seconds() <= 300, "three redials within five minutes"
        assert callout.round > 2
        assert night.alarms("unanswered")


def test_a_dead_phone_moves_on_at_once_and_the_deputy_answers(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        night.carrier(LEADER, ReceiptKind.PERMANENT, reason="30003")
        night.carrier(LEADER, ReceiptKind.FAILED, reason="空号")
        night.forward("5s")
        assert night.callout(LEADER).attempts[-1].post == night.post(DEPUTY).id, "nobody waits for a dead number"
        night.says(DEPUTY, "A7 1", code=night.callout(LEADER).code)
        callout = night.callout(LEADER)
        assert (callout.state, callout.answered_by) == ("ANSWERED", night.post(DEPUTY).id)


def test_a_mailbox_answers_nothing_and_the_text_behind_it_does(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        night.carrier(LEADER, ReceiptKind.MACHINE)
        callout = night.callout(LEADER)
        assert callout.state == "RINGING"
        assert callout.proof.name != "HUMAN"
        night.says(LEADER, "收到")
        assert night.callout(LEADER).state == "ANSWERED"


def test_zero_calls_the_deputy_and_whoever_answered_before_may_still_say_so(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        night.says(LEADER, "A7 1")
        assert night.callout(LEADER).state == "ANSWERED"
        night.says(LEADER, "A7 0")
        callout = night.callout(LEADER)
        assert (callout.state, callout.attempts[-1].post) == ("RINGING", night.post(DEPUTY).id)
        night.says(DEPUTY, "A7 1", code=callout.code)
        assert night.callout(LEADER).answered_by == night.post(DEPUTY).id


def test_a_wrong_number_is_named_at_the_desk_and_the_next_one_is_called(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        night.says(LEADER, "打错电话了")
        assert [alarm.subject for alarm in night.alarms("suspect_contact")] == [night.post(LEADER).id]
        assert night.callout(LEADER).state == "RINGING"
        night.forward("6m")
        assert night.post(DEPUTY).id in {a.post for a in night.callout(LEADER).attempts}


def test_an_upgrade_while_it_rings_starts_again_and_the_old_code_answers_nothing_new(tmp_path: Path) -> None:
    with Night(tmp_path, begins=Night.AFTERNOON) as night:
        night.rain_on(S1=[0, 65, 30], S2=[0, 0, 0], S3=[0, 0, 0])
        night.forward("2h5m")
        night.approve()
        assert (night.task("小坝村").state, night.warning("小坝村").level) == ("PLANNED", "orange")
        first = night.callout("Xiaoba leader")
        assert first.state == "RINGING"
        (old,) = night.codes("Xiaoba leader")
        night.forward("1h")
        night.order("小坝村", hazard=FLOW)
        night.approve(SECOND)
        night.forward("5s")
        task, callout = night.task("小坝村"), night.callout("Xiaoba leader")
        assert (task.state, night.warning("小坝村").level) == ("ORDERED", "red")
        assert callout.id == first.id
        assert "Superseded" in night.facts("callout")
        assert callout.order_version > first.order_version
        assert callout.code != old
        assert callout.state == "RINGING"
        night.says("Xiaoba leader", "A7 1", code=old)
        assert night.callout("Xiaoba leader").state == "RINGING", "an answer to the old version"
        assert night.task("小坝村").state == "ORDERED"
        night.says("Xiaoba leader", "A7 1")
        assert night.callout("Xiaoba leader").state == "ANSWERED"
        assert night.task("小坝村").state == "ACKNOWLEDGED"


def test_what_was_answered_rings_again_when_the_list_grows(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.rain_on(S1=[65, 90], S2=[0, 0], S3=[0, 0])
        night.forward("65m")
        night.approve(DUTY)
        before = night.task("小坝村")
        assert (before.state, before.level, before.order_reason) == ("ORDERED", "orange", "night")
        night.says("Xiaoba leader", "A7 1")
        assert night.task("小坝村").state == "ACKNOWLEDGED"
        night.grow("XB007", lon=105.0002, lat=27.8002)
        night.forward("1h")
        night.approve()
        task = night.task("小坝村")
        assert {row.household for row in task.households} - {row.household for row in before.households} == {"XB007"}
        assert (task.state, task.version) == ("ORDERED", before.version + 1)
        assert night.callout("Xiaoba leader").state == "RINGING"
        assert night.account("小坝村").listed.households == 6


def test_a_code_belongs_to_the_phone_it_was_given_to(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区", "马鞍村")
        reply = night.says("马鞍村 leader", "A7 1", code=night.codes(LEADER)[-1])
        assert reply.state == "WAITING"
        assert night.callout("马鞍村 leader").state == "RINGING"
        assert night.callout(LEADER).state == "RINGING"


def test_codes_of_one_phone_are_never_alike(tmp_path: Path) -> None:
    with Night(tmp_path, zones=("XB-1", "XB-2", "HZ-1", "MA-1")) as night:
        night.order("小坝村", hazard=FLOW)
        night.order("小坝村", hazard=HazardKind.LANDSLIDE)
        night.approve(SECOND)
        night.forward("30m")
        for name in ("Xiaoba leader", "小坝一组 grid_member 2", "扎西镇 dispatcher"):
            given: dict[str, tuple[str, int]] = {}
            for message in night.messages(name):
                if message.code:
                    key = (message.callout, message.order_version)
                    assert given.setdefault(message.code, key) == key


def test_with_several_orders_at_one_phone_a_one_answers_all_and_a_count_none(tmp_path: Path) -> None:
    with Night(tmp_path, zones=("XB-1", "XB-2", "HZ-1", "MA-1")) as night:
        night.order("小坝村", hazard=FLOW)
        night.order("小坝村", hazard=HazardKind.LANDSLIDE)
        night.approve(SECOND)
        tasks = night.states("task", area=night.code("小坝村"))
        assert len(tasks) == 2
        reply = night.says("Xiaoba leader", "2 3 9")
        assert reply.state == "WAITING"
        calls = night.states("callout", post=night.post("Xiaoba leader").id, subject_kind="task")
        assert {c.state for c in calls} == {"RINGING"}
        assert {t.state for t in night.states("task")} == {"ORDERED"}
        assert max(c.proof.name for c in calls) == "HUMAN"
        assert any("没看懂" in text or "哪" in text for text in night.texts("Xiaoba leader"))
        night.says("Xiaoba leader", "1")
        calls = night.states("callout", post=night.post("Xiaoba leader").id, subject_kind="task", rung="answered")
        assert {c.state for c in calls} == {"ANSWERED"}
        assert {t.state for t in night.states("task")} == {"ACKNOWLEDGED"}


def test_an_act_received_twice_is_one(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        night.says(LEADER, "A7 1", once="gateway 1")
        entries = len(night.facts("reply"))
        night.says(LEADER, "A7 1", once="gateway 1")
        assert len(night.facts("reply")) == entries
        assert len(night.states("reply")) == 1


def test_silence_can_be_owned_by_a_named_person_and_a_late_answer_counts(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        night.forward("12m")
        callout = night.callout(LEADER)
        while callout.state != "UNANSWERED":
            night.forward("20s")
            callout = night.callout(LEADER)
        night.execute(TakeOver(id=callout.id, reason="我去敲门"), DISPATCHER)
        assert night.callout(LEADER).state == "TAKEN_OVER"
        assert callout.id not in {alarm.subject for alarm in night.alarms("unanswered")}
        night.says(LEADER, "A7 1")
        assert night.callout(LEADER).state == "ANSWERED"


def test_the_desk_may_state_an_answer_only_with_how_it_came(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        callout = night.callout(LEADER)
        with pytest.raises(NotAllowed, match="怎样"):
            night.execute(AnswerCallout(id=callout.id, how=" "), DISPATCHER)
        night.execute(AnswerCallout(id=callout.id, how="对讲机"), DISPATCHER)
        assert night.callout(LEADER).state == "ANSWERED"
        assert night.task("海子社区").state == "ACKNOWLEDGED"


def test_words_without_a_call_are_kept_for_a_person(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        assert night.says("+8610099999999", "2 3 9").state == "WAITING"
        assert night.says("马鞍村 leader", "收到").state == "NOTED"
