"""Orders, amendments, the all-clear."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from core.levels import Level
from evacuation import household_status, task
from evacuation.account import Count
from evacuation.allowed import NotAllowed
from evacuation.household_status import Corrected, HouseholdState, How, Persuaded, WentBack
from evacuation.listed import Assignment, Listed, households_of
from evacuation.task import AllClearGiven, AllClearLapsed, AllClearSigned, CalledOff, TaskState, should_order
from tests.evacuation.support import LEADER, START, TOWNSHIP, Village

S = HouseholdState
NEW = Listed(household="H9", people=2, area="530629101201")


def amended(village: Village, *rows: Listed, level: Level = Level.RED) -> list[Fact]:
    return task.amend(
        village.task,
        level=level,
        households=rows or village.task.households,
        assignments=tuple(Assignment(household=row.household, people=row.people) for row in rows),
        clocks=None,
        reason="exposure",
        now=village.now,
    )


def signed(village: Village, who: str, **changes: Any) -> list[Fact]:
    options: dict[str, Any] = {
        "expert": "expert:1",
        "reason": "雨停,坡面稳定",
        "account": village.account,
        "rain_below": True,
        "drill": False,
        "night": False,
        "now": village.now,
    }
    return task.sign_all_clear(village.task, who=who, **(options | changes))


@pytest.mark.parametrize(
    ("level", "night", "stage", "wanted"),
    [
        (Level.RED, False, False, True),
        (Level.ORANGE, False, False, False),
        (Level.ORANGE, True, False, True),
        (Level.YELLOW, True, False, False),
        (Level.YELLOW, False, True, True),
    ],
)
def test_who_is_ordered(level: Level, night: bool, stage: bool, wanted: bool) -> None:
    assert should_order(level, night=night, stage_open=stage) is wanted


def test_an_order_is_given_once() -> None:
    village = Village([3, 3], ordered=False)
    assert task.acknowledge(village.task, by=LEADER, how="reply", now=START) == []
    village.take(task.order(village.task, level=Level.RED, reason="red", now=START))
    assert (village.task.state, village.task.ordered_at, village.task.version) == (TaskState.ORDERED, START, 1)
    assert task.order(village.task, level=Level.RED, reason="red", now=START) == []


def test_an_acknowledged_order_that_changes_must_be_answered_again() -> None:
    village = Village([3, 3])
    village.take(task.acknowledge(village.task, by=LEADER, how="reply", now=village.now))
    assert village.task.acknowledged_by == LEADER
    village.take(amended(village, NEW))
    assert (village.task.state, village.task.version, village.task.acknowledged_at) == (TaskState.ORDERED, 2, None)
    assert village.task.listed == Count(households=3, people=8)
    assert [row.household for row in village.task.assignments] == ["H1", "H2", "H9"]


def test_amending_with_the_same_changes_nothing_and_nobody_is_ever_taken_off() -> None:
    village = Village([3, 3])
    assert amended(village) == []
    (fact,) = amended(village, Listed(household="H1", people=9, area="x"), level=Level.ORANGE)
    assert isinstance(fact, task.Amended)
    assert not fact.grew
    assert [(row.household, row.people) for row in fact.households] == [("H1", 3), ("H2", 3)]


def test_people_are_frozen_at_the_order() -> None:
    newer = Listed(household="H1", people=5, area="530629101201")
    village = Village([3, 3], ordered=False)
    village.take(amended(village, newer))
    assert village.task.people == 8
    village.take(task.order(village.task, level=Level.RED, reason="red", now=village.now))
    again = Listed(household="H1", people=4, area="530629101201")
    village.take(amended(village, again, NEW))
    assert village.task.people == 10
    assert {row.household: row.people for row in village.task.assignments} == {"H1": 5, "H2": 3, "H9": 2}


def test_a_cleared_task_reopens_only_when_the_list_grew() -> None:
    village = Village([3, 3])
    village.says(LEADER, "3 2 6")
    village.confirms()
    village.take(amended(village, level=Level.ORANGE))
    assert village.cleared
    village.take(amended(village, NEW))
    assert village.task.state is TaskState.MOVING
    assert not village.account.closed


def test_once_people_move_only_the_all_clear_ends_a_task() -> None:
    village = Village([3, 3])
    village.says(LEADER, "2 1 3")
    with pytest.raises(NotAllowed, match="解除"):
        task.call_off(village.task, by=TOWNSHIP, reason="cancelled", now=village.now)


class TestAllClear:
    def test_two_different_persons(self) -> None:
        village = Village([3, 3])
        village.take(signed(village, "user:wang"))
        assert village.task.due_at == village.now + timedelta(minutes=30)
        with pytest.raises(NotAllowed, match="两个不同的人"):
            signed(village.later(), "user:wang")
        facts = signed(village, "user:li")
        assert [type(fact) for fact in facts] == [AllClearSigned, AllClearGiven]
        village.take(facts)
        assert village.task.state is TaskState.STOOD_DOWN
        ended = village.task
        assert ended.ended_at == village.now
        assert task.evolve(ended, AllClearLapsed(at=village.now, reason="time")) == ended  # late: noted
        assert signed(village, "user:zhao") == []

    def test_one_in_a_drill(self) -> None:
        village = Village([3, 3])
        village.take(signed(village, "user:wang", drill=True))
        assert village.task.state is TaskState.STOOD_DOWN

    def test_one_act_may_cover_a_plan_too(self) -> None:
        village = Village([3, 3], ordered=False)
        facts = signed(village, "user:wang", drill=True)
        assert [type(fact) for fact in facts] == [AllClearSigned, CalledOff]
        village.take(facts)
        assert village.task.state is TaskState.CALLED_OFF

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"night": True}, "20:00"),
            ({"rain_below": False}, "警戒线"),
            ({"expert": ""}, "专家"),
            ({"reason": ""}, "理由"),
        ],
    )
    def test_never(self, change: dict[str, Any], reason: str) -> None:
        for drill in (True, False):
            with pytest.raises(NotAllowed, match=reason):
                signed(Village([3, 3]), "user:wang", drill=drill, **change)

    def test_the_first_signature_lapses_after_half_an_hour(self) -> None:
        village = Village([3, 3])
        village.take(signed(village, "user:wang"))
        assert task.when_due(village.task, village.later(29).now) == []
        facts = task.when_due(village.task, village.later(1).now)
        assert [type(fact) for fact in facts] == [AllClearLapsed]
        village.take(facts)
        assert (village.task.signatures, village.task.due_at) == ((), None)
        assert task.when_due(village.task, village.now) == []

    def test_it_lapses_when_the_account_changed(self) -> None:
        village = Village([3, 3])
        village.take(signed(village, "user:wang"))
        village.later().marks(LEADER, S.SAFE, 1)
        facts = signed(village, "user:li")
        assert [type(fact) for fact in facts] == [AllClearLapsed, AllClearSigned]
        village.take(facts)
        assert [s.who for s in village.task.signatures] == ["user:li"]
        village.take(signed(village, "user:wang"))
        assert village.task.state is TaskState.STOOD_DOWN

    def test_it_lapses_when_it_rains_again(self) -> None:
        village = Village([3, 3])
        assert task.check_all_clear(village.task, account=village.account, rain_below=False, now=village.now) == []
        village.take(signed(village, "user:wang"))
        assert task.check_all_clear(village.task, account=village.account, rain_below=True, now=village.now) == []
        (fact,) = task.check_all_clear(village.task, account=village.account, rain_below=False, now=village.now)
        assert isinstance(fact, AllClearLapsed)
        assert fact.reason == "rain"


def test_a_drill_that_ends_ends_everything_and_keeps_what_was_open() -> None:
    village = Village([3, 3])
    village.marks(LEADER, S.REFUSED, 2)
    end = DrillEnded(at=village.now, reason="演练中止")
    village.take([end])
    village.take_households([("H1", end), ("H2", end)])
    assert village.task.state is TaskState.STOOD_DOWN
    assert village.state(1) is S.HOME
    assert village.account.refused == Count(households=1, people=3)
    assert village.account.adds_up()


def test_nobody_goes_home_before_the_all_clear() -> None:
    status = Village([3]).statuses["H1"]
    with pytest.raises(NotAllowed, match="解除"):
        household_status.mark(status, S.HOME, by=LEADER, how=How.PAGE, now=START)
    with pytest.raises(NotAllowed, match="解除"):
        household_status.put(status, S.HOME, by=TOWNSHIP, reason="回家", now=START)
    facts = household_status.mark(status, S.HOME, by=LEADER, how=How.PAGE, now=START, all_clear=True)
    assert household_status.evolve(status, facts[0]).state is S.HOME


def test_a_page_may_say_only_what_the_table_takes_and_a_desk_corrects_by_name_and_reason() -> None:
    village = Village([3])
    village.marks(LEADER, S.SAFE, 1)
    with pytest.raises(NotAllowed, match="拒绝"):
        village.marks(LEADER, S.REFUSED, 1)
    status = village.statuses["H1"]
    (back,) = household_status.put(status, S.UNACCOUNTED, by=TOWNSHIP, reason="回去了", now=START)
    assert isinstance(back, WentBack)
    (fact,) = household_status.put(status, S.REFUSED, by=TOWNSHIP, reason="记错了", now=START)
    assert isinstance(fact, Corrected)
    assert household_status.evolve(status, fact).state is S.REFUSED
    with pytest.raises(NotAllowed, match="理由"):
        household_status.put(status, S.REFUSED, by=TOWNSHIP, reason="", now=START)
    assert household_status.put(status, S.SAFE, by=TOWNSHIP, reason="再报", now=START) == []
    (fewer,) = household_status.put(status, S.SAFE, by=TOWNSHIP, reason="少一人", people=2, now=START)
    assert household_status.evolve(status, fewer).counted == 2


def test_told_to_one_who_refused_is_persuaded() -> None:
    village = Village([3])
    village.marks(LEADER, S.REFUSED, 1)
    (fact,) = household_status.put(village.statuses["H1"], S.TOLD, by=TOWNSHIP, reason="儿子劝动了", now=START)
    assert isinstance(fact, Persuaded)


def test_a_repeated_mark_is_noted_and_changes_nothing() -> None:
    village = Village([3])
    village.marks(LEADER, S.SAFE, 1)
    before = village.statuses["H1"]
    village.later().marks("post-other", S.SAFE, 1)
    assert village.statuses["H1"] == before


def test_ids_are_natural() -> None:
    one, _ = household_status.list_household(
        event="e", household="H1", area="a", people=3, status=CapStatus.TEST, now=START
    )
    assert one == household_status.household_id("e", "H1")
    assert Village([1], warning="w").task.id == task.task_id("w", "530629101201")
    rows = (Assignment(household="H1", people=3, responsible=LEADER), Assignment(household="H2", people=3))
    assert households_of(rows, LEADER) == ("H1",)
