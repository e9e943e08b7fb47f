"""Virtual phones are pure: the seed and the message decide everything, and in the end everybody is accounted for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jiaoying.drills.acts import Act, ActKind
from jiaoying.drills.phones import Heard, ListFacts, Person, Profile, acts_for, profile_of, replies
from notifiers.message import Purpose
from notifiers.receipts import Channel

AT = datetime(2025, 7, 8, 15, tzinfo=UTC)
OWN = ListFacts(own=(3, 2, 4, 3), households=42, people=118, ordered=True)
ORDER = Heard(
    message="m1",
    purpose=Purpose.ORDER,
    channel=Channel.SMS,
    text="转移",
    code="A7",
    at=AT,
    callout="c1",
    version=1,
    lists=OWN,
)


def member(number: int) -> Person:
    return Person(phone=f"+86100{number:08d}", role="grid_member", rank=1, level="group", area="530629101201001")


def somebody(profile: Profile, role: str = "grid_member") -> Person:
    """The first person of the seed who is like that."""
    for number in range(5000):
        person = replace(member(number), role=role, level="group" if role == "grid_member" else "village")
        if profile_of(person, 7) is profile:
            return person
    raise AssertionError(profile)


def said(acts: tuple[Act, ...]) -> list[str]:
    return replies(acts)


def test_the_same_seed_and_message_give_the_same_acts_and_others_differ() -> None:
    person = somebody(Profile.PROMPT)
    assert acts_for(ORDER, person, 7) == acts_for(ORDER, person, 7)
    assert acts_for(ORDER, person, 7) != acts_for(replace(ORDER, message="m2"), person, 7)


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("purpose", list(Purpose))
def test_nothing_happens_at_once_and_everything_on_whole_seconds(purpose: Purpose, channel: Channel) -> None:
    for number in range(200):
        heard = replace(ORDER, purpose=purpose, channel=channel, message=f"m{number}")
        for act in acts_for(heard, member(number), 7):
            assert act.due_at - AT >= timedelta(seconds=1)
            assert act.due_at.microsecond == 0


def test_a_prompt_member_says_received_left_arrived_with_the_own_list() -> None:
    acts = acts_for(ORDER, somebody(Profile.PROMPT), 7)
    words = [text.replace(",", " ").replace("#", " ").replace("*", " ") for text in said(acts)]
    assert words == ["A7 1", "A7 2 4 12", "A7 3 4 12"]


def test_reports_hang_on_the_order_and_not_on_the_number_of_messages() -> None:
    person = somebody(Profile.PROMPT)
    first, again = acts_for(ORDER, person, 7), acts_for(replace(ORDER, message="m2", nth=1), person, 7)
    reports = {act.id for act in first if act.kind == ActKind.TEXT and not act.payload["unless_answered"]}
    assert len(reports) == 2
    assert reports <= {act.id for act in again}


def test_a_refusal_is_told_and_persuaded_before_all_have_arrived() -> None:
    assert said(acts_for(ORDER, somebody(Profile.REFUSAL), 7)) == [
        "A7 1",
        "A7 2 3 9",
        "A7 5 1 3",
        "A7 5 0 0",
        "A7 3 4 12",
    ]


def test_a_wrong_count_is_corrected() -> None:
    assert said(acts_for(ORDER, somebody(Profile.MISCOUNTS), 7))[1:3] == ["A7 2 6 19", "A7 9 4 12"]


def test_a_dead_phone_never_answers_and_the_carrier_says_so() -> None:
    person = somebody(Profile.DEAD)
    for channel, kind in ((Channel.SMS, "permanent"), (Channel.VOICE, "failed")):
        (act,) = acts_for(replace(ORDER, channel=channel), person, 7)
        assert (act.kind, act.payload["receipt"]) == (ActKind.RECEIPT, kind)


def test_a_mailbox_takes_the_first_call_and_the_person_the_second() -> None:
    person = somebody(Profile.VOICEMAIL)
    call = replace(ORDER, channel=Channel.VOICE)
    assert "machine" in {act.payload.get("receipt") for act in acts_for(call, person, 7)}
    assert not [act for act in acts_for(call, person, 7) if act.kind == ActKind.KEY]
    assert [act for act in acts_for(replace(call, nth=1), person, 7) if act.kind == ActKind.KEY]


def test_a_silent_phone_answers_in_the_end() -> None:
    person = somebody(Profile.SILENT)
    assert not said(acts_for(ORDER, person, 7))
    assert said(acts_for(replace(ORDER, nth=2), person, 7))


def test_a_wrong_number_says_so_once() -> None:
    person = somebody(Profile.WRONG_NUMBER)
    (text,) = said(acts_for(ORDER, person, 7))
    assert "错" in text
    assert not said(acts_for(replace(ORDER, nth=1), person, 7))


def test_a_leader_counts_the_village_and_so_does_the_deputy_who_took_the_call() -> None:
    leader = somebody(Profile.PROMPT, "leader")
    order = replace(ORDER, lists=replace(OWN, own=()))
    assert said(acts_for(order, leader, 7)) == ["A7 1", "A7 3 42 118"]
    assert said(acts_for(replace(order, own=False), replace(leader, rank=2), 7))[-1] == "A7 3 42 118"
    assert said(acts_for(replace(order, lists=ListFacts()), leader, 7)) == ["A7 1"], "informed only: nothing to count"


def test_what_is_asked_is_what_is_answered() -> None:
    person = somebody(Profile.PROMPT)
    assert said(acts_for(replace(ORDER, purpose=Purpose.COUNT), person, 7)) == ["A7 3 4 12"]
    keeper = replace(somebody(Profile.PROMPT, "leader"), role="shelter_keeper")
    confirm = replace(ORDER, purpose=Purpose.CONFIRM, lists=replace(OWN, own=()))
    answers = {said(acts_for(replace(confirm, message=f"m{n}"), keeper, 7))[0] for n in range(40)}
    assert answers == {"A7 1", "A7 3 42 118"}
    assert not acts_for(replace(ORDER, purpose=Purpose.ECHO), person, 7)


def test_every_kind_of_person_exists_and_those_above_can_always_be_reached() -> None:
    met = Counter(profile_of(member(number), 7) for number in range(3000))
    assert set(met) == set(Profile)
    unreachable = {Profile.DEAD, Profile.WRONG_NUMBER, Profile.SILENT}
    for role, level in (
        ("leader", "township"),
        ("grid_chief", "group"),
        ("duty", "county"),
        ("dispatcher", "township"),
    ):
        for number in range(500):
            assert profile_of(replace(member(number), role=role, level=level), 7) not in unreachable
    deputy = Person(phone="+8610000000001", role="leader", rank=2, level="village", area="530629101201")
    assert all(profile_of(replace(deputy, phone=f"+86100{n:08d}"), 7) not in unreachable for n in range(500)), (
        "somebody can stand in for a dead leader"
    )
