"""Receipts, codes, segments, policy, budget, alarms."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cap import CapStatus
from core.facts import DrillEnded
from core.levels import Level
from notifiers import alarm as alarms
from notifiers.alarm import Alarm, AlarmState
from notifiers.budget import Call, channels_left, is_first_person, is_limited, predict, priority_of, take
from notifiers.callout import Channel, Proof, Rung, Step, Target
from notifiers.codes import CODE_PATTERN, all_codes, next_code
from notifiers.message import Purpose
from notifiers.policy import DEFAULT_POLICY, CalloutPolicy, LevelPolicy, check_policy
from notifiers.receipts import ErrorClass, ReceiptKind, ends_number, error_class, proof_of, receipt_of_error
from notifiers.segments import measure, segments
from tests.notifiers.house import NOON, Ringing, steps

SMS, VOICE = Channel.SMS, Channel.VOICE

# --- receipts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "channel", "proof"),
    [
        ("accepted", SMS, "dialled"),
        ("delivered", SMS, "dialled"),  # delivered is not answered, and no phone rang
        ("read", SMS, "dialled"),
        ("transient", SMS, "none"),
        ("permanent", SMS, "none"),
        ("accepted", VOICE, "none"),
        ("dialled", VOICE, "dialled"),
        ("busy", VOICE, "dialled"),
        ("no_answer", VOICE, "dialled"),
        ("machine", VOICE, "dialled"),  # voicemail is not human, and may never have rung
        ("ringing", VOICE, "rang"),
        ("hung_up", VOICE, "rang"),
        ("human", VOICE, "human"),
        ("heard", VOICE, "heard"),
        ("failed", VOICE, "none"),
        ("delivered", VOICE, "none"),
        ("heard", SMS, "none"),
    ],
)
def test_what_a_receipt_proves(kind: str, channel: Channel, proof: str) -> None:
    assert proof_of(ReceiptKind(kind), channel) is Proof(proof)


def test_no_receipt_at_all_proves_an_answer_or_a_human_by_text() -> None:
    for kind in ReceiptKind:
        assert proof_of(kind, VOICE) < Proof.ANSWERED
        assert proof_of(kind, SMS) < Proof.RANG


def test_proof_is_ordered() -> None:
    words = ["none", "dialled", "rang", "human", "heard", "answered"]
    assert [proof.value for proof in sorted(Proof, key=lambda proof: -proof.rank)] == words[::-1]
    assert max(Proof) is Proof.ANSWERED
    assert min(Proof) is Proof.NONE
    assert Proof.HEARD > Proof.HUMAN >= Proof.HUMAN
    assert not Proof.RANG > Proof.HUMAN
    assert Proof.NONE <= Proof.DIALLED
    with pytest.raises(TypeError):
        _ = Proof.NONE < 3  # type: ignore[operator]


@pytest.mark.parametrize(
    ("codes", "wanted"),
    [
        ((30001, 30008, 30017, 20429, 14107), ErrorClass.RETRY),
        ((30003, 30005, 30006, 21211, 21214, 21614), ErrorClass.BAD_NUMBER),
        ((21610, 30004, 30007, 21408, 21215, 13227), ErrorClass.POLICY),
        ((99999,), ErrorClass.UNKNOWN),
    ],
)
def test_error_classes(codes: tuple[int, ...], wanted: ErrorClass) -> None:
    for code in codes:
        assert error_class(code) is wanted
        given_up = receipt_of_error(code) is ReceiptKind.PERMANENT
        assert given_up is (wanted in (ErrorClass.BAD_NUMBER, ErrorClass.POLICY))


def test_which_ends_show_a_bad_number() -> None:
    for kind in (ReceiptKind.BUSY, ReceiptKind.NO_ANSWER, ReceiptKind.MACHINE, ReceiptKind.HUNG_UP):
        assert not ends_number(kind.value)
        assert not ends_number(f"{kind.chinese}(17)")
    assert ends_number("failed")
    assert ends_number("号码送不到(21211)")


# --- codes -------------------------------------------------------------------------------------------------------


def test_a_code_is_a_letter_and_a_digit_nobody_misreads() -> None:
    assert len(all_codes()) == 192
    for code in all_codes():
        assert re.fullmatch(CODE_PATTERN, code)
        assert not set(code) & set("IO01")


@given(st.text(max_size=8), st.integers(1, 9), st.sets(st.sampled_from(all_codes())))
def test_a_code_is_never_one_that_is_taken(callout: str, version: int, taken: set[str]) -> None:
    code = next_code(callout, version, frozenset(taken))
    assert code not in taken
    assert code == next_code(callout, version, frozenset(taken))
    assert len(code) == (2 if len(taken) < 192 else 3)


def test_a_superior_of_many_villages_never_runs_out_of_codes() -> None:
    taken: set[str] = set()
    for number in range(300):
        taken.add(next_code(f"c{number}", 1, frozenset(taken)))
    assert len(taken) == 300
    assert sum(len(code) == 2 for code in taken) == 192


# --- segments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", "gsm7", 0, 1),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("€" * 81, "gsm7", 162, 2),
        ("转" * 70, "ucs2", 70, 1),
        ("转" * 71, "ucs2", 71, 2),
        ("转" * 134, "ucs2", 134, 2),
        ("转" * 135, "ucs2", 135, 3),
        ("a" * 69 + "转", "ucs2", 70, 1),
        ("a" * 70 + "转", "ucs2", 71, 2),
        ("⛰" * 70, "ucs2", 70, 1),
        ("🏠" * 35, "ucs2", 70, 1),
        ("🏠" * 36, "ucs2", 72, 2),
    ],
)
def test_segments_by_hand(text: str, encoding: str, units: int, parts: int) -> None:
    found = measure(text)
    assert (found.encoding, found.units, len(found.parts)) == (encoding, units, parts)
    assert segments(text) == parts


def test_nothing_is_torn_between_two_parts() -> None:
    assert [len(part) for part in measure("a" * 152 + "€" + "b" * 20).parts] == [152, 21]
    assert [len(part) for part in measure("转" * 66 + "🏠" + "移" * 10).parts] == [66, 11]


@given(st.text(alphabet="a€转🏠{é", max_size=400))
def test_parts_make_the_text(text: str) -> None:
    assert "".join(measure(text).parts) == text


# --- policy ------------------------------------------------------------------------------------------------------


def test_the_defaults_may_be_armed() -> None:
    assert check_policy(DEFAULT_POLICY) == []


def level(changed: Level, **changes: object) -> CalloutPolicy:
    levels = tuple(
        replace(one, **changes) if one.level is changed else one  # type: ignore[arg-type]
        for one in DEFAULT_POLICY.levels
    )
    return replace(DEFAULT_POLICY, levels=levels)


@pytest.mark.parametrize(
    ("policy", "word"),
    [
        (replace(DEFAULT_POLICY, levels=DEFAULT_POLICY.levels[:3]), "蓝色:应有且只有一套"),
        (level(Level.BLUE, steps=()), "蓝色:一步也没有"),
        (level(Level.BLUE, steps=steps((Target.DEPUTY, (SMS,), 60))), "第一步必须叫岗位本人"),
        (level(Level.BLUE, steps=steps((Target.HOLDER, (), 60))), "没有通道"),
        (level(Level.BLUE, steps=steps((Target.HOLDER, (SMS, SMS), 60))), "通道写重了"),
        (level(Level.BLUE, steps=steps((Target.HOLDER, (SMS,), 5))), "太短"),
        (level(Level.BLUE, steps=steps((Target.HOLDER, (VOICE,), 30))), "太短"),
        (level(Level.BLUE, steps=steps((Target.HOLDER, (SMS,), 90_000))), "长于指令有效期"),
        (level(Level.BLUE, round_wait_s=0), "下一轮等待"),
        (level(Level.BLUE, counted_after_s=0), "催报数"),
        (
            level(
                Level.BLUE, steps=steps(*((to, (SMS,), 60) for to in (Target.HOLDER, Target.SUPERIOR, Target.DEPUTY)))
            ),
            "顺序应是",
        ),
        (level(Level.RED, steps=steps((Target.HOLDER, (VOICE,), 60))), "红色:没有叫上级"),
        (level(Level.RED, steps=steps((Target.HOLDER, (VOICE,), 120), (Target.SUPERIOR, (VOICE,), 60))), "只重拨 0 次"),
        (
            level(Level.RED, steps=steps((Target.HOLDER, (SMS,), 200), (Target.HOLDER, (VOICE,), 60))),
            "180 秒内没有拨打",
        ),
        (replace(DEFAULT_POLICY, desk=steps((Target.HOLDER, (SMS,), 60))), "值班叫应:没有电话"),
        (replace(DEFAULT_POLICY, code_reuse_h=1), "代号"),
    ],
)
def test_a_policy_that_must_not_be_armed(policy: CalloutPolicy, word: str) -> None:
    assert any(word in fault for fault in check_policy(policy)), check_policy(policy)


def test_which_steps_a_call_out_gets() -> None:
    policy = DEFAULT_POLICY
    assert policy.steps_for(Level.RED) == policy.of(Level.RED).steps
    assert policy.steps_for(Level.RED, Rung.COUNTED) == policy.count
    assert policy.steps_for(Level.RED, Rung.STILL_THERE) == policy.count
    assert policy.steps_for(Level.RED, Rung.CONFIRMED) == policy.confirm
    assert policy.steps_for(Level.RED, subject_kind="proposal") == policy.desk
    assert policy.round_wait_s(Level.RED) == 90
    assert policy.round_wait_s(Level.RED, Rung.COUNTED) == policy.count_round_wait_s
    assert policy.round_wait_s(Level.RED, Rung.CONFIRMED) == policy.confirm_round_wait_s
    assert policy.round_wait_s(Level.RED, subject_kind="proposal") == 60
    assert policy.counted_after_s(Level.RED) == 900
    with pytest.raises(KeyError):
        CalloutPolicy(levels=()).of(Level.RED)


def test_every_chain_of_the_defaults_has_somebody_for_a_zero() -> None:
    for one in DEFAULT_POLICY.levels:
        assert isinstance(one, LevelPolicy)
        assert any(step.to is Target.DEPUTY for step in one.steps), one.level
    for chain in (DEFAULT_POLICY.desk, DEFAULT_POLICY.count, DEFAULT_POLICY.confirm):
        assert any(step.to is Target.DEPUTY for step in chain)


# --- budget ------------------------------------------------------------------------------------------------------


def test_one_leader_of_every_village_before_anybodys_second_person() -> None:
    first_calm = priority_of(Purpose.ORDER, Level.RED, urgency=900)
    second_urgent = priority_of(Purpose.ORDER, Level.RED, urgency=1, first_of_area=False)
    first_urgent = priority_of(Purpose.ORDER, Level.RED, urgency=1)
    assert first_urgent < first_calm < second_urgent
    assert second_urgent < priority_of(Purpose.ORDER, Level.ORANGE, urgency=0)
    assert priority_of(Purpose.ORDER, Level.BLUE, urgency=0) < priority_of(Purpose.ECHO, Level.RED, urgency=0)
    assert priority_of(Purpose.ECHO, None, urgency=-5) == priority_of(Purpose.ECHO, None, urgency=0)


def test_whose_first_call_it_is() -> None:
    ring = Ringing()
    ring.begin()
    ring.tick("1:15")
    assert [is_first_person(ring.callout, one) for one in ring.callout.attempts] == [True, True, False]


def test_3863_monitors_take_64_minutes_or_129_seconds() -> None:
    calls = [Call(message=f"{n:05}", priority=n) for n in range(3863)]
    slow = predict(calls, rate_per_s=1, now=NOON, within_s=180)
    fast = predict(calls, rate_per_s=30, now=NOON, within_s=180)
    assert slow.last_at is not None
    assert fast.last_at is not None
    assert 64 * 60 <= (slow.last_at - NOON).total_seconds() <= 65 * 60
    assert 128 <= (fast.last_at - NOON).total_seconds() <= 129
    assert len(slow.late) == 3863 - 181
    assert fast.late == ()
    assert predict([], rate_per_s=1, now=NOON).last_at is None
    with pytest.raises(ValueError, match="rate"):
        predict(calls, rate_per_s=0, now=NOON)


def test_no_limit_holds_back_a_red_order_or_a_roll() -> None:
    assert not is_limited(Purpose.ORDER, Level.RED)
    assert not is_limited(Purpose.ROLL, Level.YELLOW)
    assert not is_limited(Purpose.DESK, Level.ORANGE)
    assert is_limited(Purpose.ORDER, Level.ORANGE)
    calls = [
        Call(message="orange1", priority=5),
        Call(message="orange2", priority=6),
        Call(message="red", priority=9, limited=False),
        Call(message="roll", priority=8, limited=False),
    ]
    assert take(calls, left=1) == ("roll", "red", "orange1")
    assert take(calls, left=0) == ("roll", "red")
    assert channels_left(0) == (SMS,)
    assert channels_left(1) == (SMS, VOICE)


# --- alarms ------------------------------------------------------------------------------------------------------


def raised(known: Alarm | None = None, minutes: int = 0) -> Alarm | None:
    facts = alarms.raise_alarm(
        known,
        id=alarms.alarm_id("unanswered", "c1", CapStatus.EXERCISE),
        rule="unanswered",
        subject="c1",
        status=CapStatus.EXERCISE,
        level="red",
        words="小坝村村支书叫不应",
        area="530629101201",
        event="storm",
        now=NOON + timedelta(minutes=minutes),
    )
    for fact in facts:
        known = alarms.evolve(known, fact)
    return known


def test_an_alarm_stands_until_its_cause_is_gone() -> None:
    alarm = raised()
    assert alarm is not None
    assert (alarm.state, alarm.level) == (AlarmState.RAISED, Level.RED)
    assert raised(alarm, 1) is alarm  # the watch finds it at every tick; it is raised once
    seen = alarms.evolve(alarm, alarms.acknowledge(alarm, by="user:wang", now=NOON)[0])
    assert (seen.state, seen.acknowledged_by) == (AlarmState.ACKNOWLEDGED, "user:wang")
    assert alarms.evolve(seen, alarms.acknowledge(seen, by="user:li", now=NOON)[0]) == seen
    assert raised(seen, 2) is seen
    gone = alarms.evolve(seen, alarms.clear(seen, now=NOON)[0])
    assert gone.state is AlarmState.CLEARED
    assert alarms.clear(gone, now=NOON) == []
    back = raised(gone, 9)
    assert back is not None
    assert (back.state, back.acknowledged_by, back.raised_at) == (
        AlarmState.RAISED,
        None,
        NOON + timedelta(minutes=9),
    )
    assert alarms.evolve(back, DrillEnded(at=NOON, reason="x")).state is AlarmState.CLEARED


def test_a_drills_alarm_is_another_than_a_real_one() -> None:
    assert alarms.alarm_id("r", "s", CapStatus.ACTUAL) != alarms.alarm_id("r", "s", CapStatus.EXERCISE)


def test_reserve_is_off_unless_said() -> None:
    assert not Step(to=Target.HOLDER, channels=(SMS,), wait_s=10).reserve
