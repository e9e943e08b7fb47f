"""Marks and claims, told like drills."""

from __future__ import annotations

import pytest

from core.levels import Level
from evacuation import task
from evacuation.account import Count, outstanding
from evacuation.allowed import NotAllowed
from evacuation.clearing import Outcome
from evacuation.household_status import Arrived, HouseholdState, How
from evacuation.listed import Listed
from evacuation.reply.reading import Intent, Reading
from evacuation.tally import context
from evacuation.task import Acknowledged, Cleared, TaskState
from tests.evacuation.support import LEADER, SECOND, TOWNSHIP, Village, quantity

S = HouseholdState
XIAOBA = [3] * 34 + [2] * 8  # 42 households, 118 people
GRID, OTHER = "post-grid-1", "post-grid-2"


def small() -> Village:
    """Six households of 3; a grid member is named for 1–4, another for 5 and 6."""
    return Village([3] * 6, named={GRID: (1, 2, 3, 4), OTHER: (5, 6)})


def test_a_claim_of_the_leader_stands_beside_the_account_until_a_second_person_confirms() -> None:
    village = Village(XIAOBA)
    counting = village.says(LEADER, "2 42 118")
    assert village.task.state is TaskState.MOVING
    assert counting.counted == "转移42户118人,还差0户0人"
    assert village.account.unaccounted == Count(households=42, people=118)
    assert village.task.claimed_clear_at == village.now
    asked = village.asks()
    assert asked.outcome is Outcome.CONFIRM
    assert asked.not_by == (LEADER,)
    with pytest.raises(NotAllowed, match="另一个人"):
        village.later().confirms(LEADER)
    village.confirms(SECOND)
    assert village.cleared
    assert village.account.safe == Count(households=42, people=118)
    assert village.account.closed
    arrived = [fact for fact in village.facts if isinstance(fact, Arrived)]
    assert len(arrived) == 42
    assert {(fact.by, fact.confirmed_by, fact.how) for fact in arrived} == {(LEADER, SECOND, How.CLAIM)}
    cleared = [fact for fact in village.facts if isinstance(fact, Cleared)]
    assert [(fact.claimant, fact.confirmer) for fact in cleared] == [(LEADER, SECOND)]


def test_echo_repeats_what_was_counted_and_what_is_open() -> None:
    village = Village(XIAOBA)
    village.says(LEADER, "2 12 36")
    counting = village.says(LEADER, "5 2 5")
    assert counting.counted == "转移12户36人,拒绝2户5人,还差28户77人"
    assert counting.remaining == quantity(28, 77)
    assert village.claims() == [(LEADER, "moved", 12, 36), (LEADER, "refused", 2, 5)]


def test_a_count_equal_to_the_named_list_marks_each_household() -> None:
    village = small()
    village.says(GRID, "2 4 12")
    assert [village.state(i) for i in range(1, 7)] == [S.MOVING] * 4 + [S.UNACCOUNTED] * 2
    assert village.claims() == []
    village.later().says(GRID, "3 4 12")
    assert [village.state(i) for i in range(1, 5)] == [S.SAFE] * 4
    assert village.account.safe == Count(households=4, people=12)


def test_three_without_numbers_means_the_whole_list_of_a_named_post() -> None:
    village = small()
    village.says(GRID, "3")
    assert village.account.safe == Count(households=4, people=12)
    assert village.asks().outcome is Outcome.OPEN


def test_three_without_numbers_from_the_leader_claims_the_list_as_it_was_then() -> None:
    village = Village([3] * 5)
    village.says(LEADER, "3")
    assert village.claims() == [(LEADER, "complete", 5, 15)]
    assert village.asks().outcome is Outcome.CONFIRM
    more = (*village.listed, Listed(household="H9", people=2, area="530629101201"))
    village.take(
        task.amend(
            village.task,
            level=Level.RED,
            households=more,
            assignments=(),
            clocks=None,
            reason="exposure",
            now=village.now,
        )
    )
    assert village.task.claimed_clear_at is None


def test_any_other_count_of_a_named_post_is_a_claim() -> None:
    village = small()
    village.says(GRID, "2 3 9")
    assert village.account.moving == Count()
    assert village.claims() == [(GRID, "moved", 3, 9)]


def test_a_leader_named_for_some_households_speaks_of_the_village() -> None:
    village = Village([3] * 6, named={LEADER: (1, 2)})
    village.says(LEADER, "2 2 6", leads=True)
    assert village.account.moving == Count()
    assert village.claims() == [(LEADER, "moved", 2, 6)]
    village.says(LEADER, "3", leads=True)
    assert village.claims() == [(LEADER, "complete", 6, 18)]


def test_a_leader_named_for_everybody_marks_and_claims() -> None:
    village = Village([3] * 3, named={LEADER: (1, 2, 3)})
    village.says(LEADER, "3", leads=True)
    assert village.account.safe == Count(households=3, people=9)
    asked = village.asks()
    assert (asked.outcome, asked.not_by) == (Outcome.CONFIRM, (LEADER,))
    with pytest.raises(NotAllowed):
        village.confirms(LEADER)
    village.confirms(SECOND)
    assert village.cleared


def test_increments_add_to_the_senders_last_claim() -> None:
    village = Village(XIAOBA)
    village.says(LEADER, "2 12 36")
    village.says(LEADER, "+ 3 9")
    assert village.claims() == [(LEADER, "moved", 15, 45)]
    village.says(LEADER, "+ 2")
    assert village.claims() == [(LEADER, "moved", 17, None)]
    assert village.says(LEADER, "+ 30 70").to_person


def test_the_same_reply_twice_counts_once() -> None:
    village = Village(XIAOBA)
    village.says(LEADER, "2 12 36")
    village.says(LEADER, "+ 3 9", reply="again")
    assert village.says(LEADER, "+ 3 9", reply="again").task_facts == ()
    assert village.claims() == [(LEADER, "moved", 15, 45)]


def test_repeated_facts_change_nothing() -> None:
    village = small()
    village.says(GRID, "2 4 12")
    before = (village.task, dict(village.statuses))
    again = village.later().says(GRID, "2 4 12")
    assert (again.task_facts, again.household_facts) == ((), ())
    assert (village.task, village.statuses) == before
    village.says(LEADER, "2 5 15")
    standing = village.task
    assert village.later().says(LEADER, "2 5 15").task_facts == ()
    assert village.task == standing


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2 43 118", "多"),
        ("2 42 119", "多"),
        ("3 50 140", "多"),
        ("5 43 118", "多"),
        ("2 36 12", "写反"),
        ("2 0 5", "没有户数"),
    ],
)
def test_what_cannot_be_true_goes_to_a_person(text: str, reason: str) -> None:
    village = Village(XIAOBA)
    counting = village.says(LEADER, text)
    assert counting.to_person
    assert reason in counting.to_person
    assert village.task.claims == ()
    assert village.task.state is TaskState.ACKNOWLEDGED  # a human did answer


def test_fewer_than_marked_goes_to_a_person() -> None:
    village = small()
    village.says(GRID, "3")
    counting = village.says(LEADER, "2 3 9")
    assert counting.to_person
    assert village.claims() == []


def test_parts_that_do_not_fit_together_go_to_a_person() -> None:
    village = Village(XIAOBA)
    mixed = Reading(
        intents=(Intent.PROGRESS, Intent.REFUSE), moved=quantity(41, 115), refused=quantity(2, 5), sure=True
    )
    assert village.says(LEADER, mixed).to_person
    village.says(LEADER, "5 2 5")
    assert village.says(LEADER, "2 41 115").to_person
    assert village.claims() == [(LEADER, "refused", 2, 5)]


def test_an_unsure_reading_changes_nothing() -> None:
    village = Village(XIAOBA)
    counting = village.says(LEADER, Reading(intents=(Intent.COMPLETE,), sure=False, reason="question"))
    assert counting.to_person == "question"
    assert village.task.state is TaskState.ORDERED


def test_nothing_to_move_against_a_list_goes_to_a_person() -> None:
    village = Village(XIAOBA)
    assert village.says(LEADER, Reading(intents=(Intent.NOTHING_TO_MOVE,), sure=True)).to_person
    assert village.task.state is TaskState.ORDERED


def test_a_report_acknowledges_too() -> None:
    village = Village(XIAOBA)
    village.says(LEADER, "5 2 5")
    assert village.task.state is TaskState.ACKNOWLEDGED
    assert village.task.acknowledged_by == LEADER
    village = Village(XIAOBA)
    village.says(LEADER, "4")
    assert village.task.state is TaskState.ACKNOWLEDGED
    again = village.says(LEADER, "1")
    assert [type(fact) for fact in again.task_facts] == [Acknowledged]  # noted
    assert village.task.acknowledged_at == village.now


class TestRefusals:
    def test_equal_to_the_list_marks_them(self) -> None:
        village = small()
        village.says(OTHER, "5 2 6")
        assert village.account.refused == Count(households=2, people=6)
        village.says(OTHER, "5 0 0")
        assert [village.state(i) for i in (5, 6)] == [S.TOLD, S.TOLD]
        village.says(OTHER, "3")
        assert village.account.safe == Count(households=2, people=6)

    def test_otherwise_they_are_a_claim_that_keeps_a_bare_three_from_counting(self) -> None:
        village = small()
        village.says(GRID, "5 1 3")
        assert village.account.refused == Count()
        assert village.later().says(GRID, "3").to_person
        assert village.account.safe == Count()
        village.says(GRID, "5 0 0")
        assert village.claims() == []
        assert village.says(GRID, "3").to_person is None
        assert village.account.safe == Count(households=4, people=12)

    def test_numbers_equal_to_the_whole_list_end_them(self) -> None:
        village = Village(XIAOBA)
        village.says(LEADER, "5 2 5")
        assert village.says(LEADER, "3").to_person
        assert village.says(LEADER, "3 42 118").to_person is None
        assert village.claims() == [(LEADER, "complete", 42, 118)]
        village.later().confirms()
        assert village.cleared

    def test_marked_refusals_and_a_full_count_move_the_refused_too(self) -> None:
        village = small()
        village.marks(GRID, S.REFUSED, 2)
        assert village.says(GRID, "3").to_person
        village.says(GRID, "3 4 12")
        assert village.state(2) is S.SAFE

    def test_five_zero_ends_only_the_senders_own(self) -> None:
        village = small()
        village.marks(GRID, S.REFUSED, 2)
        village.marks(OTHER, S.REFUSED, 5)
        village.says(GRID, "5 0 0")
        assert (village.state(2), village.state(5)) == (S.TOLD, S.REFUSED)

    def test_a_refusal_after_all_moved_keeps_the_task_open(self) -> None:
        village = Village(XIAOBA)
        village.says(LEADER, "3 42 118")
        counting = village.later().says(LEADER, "5 2 5")
        assert counting.to_person
        assert village.task.claimed_clear_at is None
        with pytest.raises(NotAllowed):
            village.confirms()

    def test_an_open_refusal_of_another_post_keeps_the_task_open(self) -> None:
        village = small()
        village.says(OTHER, "5 1 3")
        village.later().says(LEADER, "3 6 18")
        assert village.asks().outcome is Outcome.OPEN
        with pytest.raises(NotAllowed, match="拒绝"):
            village.confirms()
        village.says(OTHER, "5 0 0")
        assert village.asks().outcome is Outcome.CONFIRM

    def test_a_refusal_without_numbers_counts_as_open(self) -> None:
        village = Village(XIAOBA)
        village.says(LEADER, "5")
        assert village.says(LEADER, "3").to_person

    def test_marks_on_everybody_since_overtake_a_refused_claim(self) -> None:
        village = small()
        village.marks(OTHER, S.SAFE, 5)
        village.says(OTHER, "5 1 3")
        village.later().marks(OTHER, S.SAFE, 6)
        village.marks(GRID, S.SAFE, 1, 2, 3, 4)
        village.says(LEADER, "3 6 18")
        assert village.asks().outcome is Outcome.CLEARED


@pytest.mark.parametrize("state", [S.REFUSED, S.NEEDS_HELP, S.MISSING])
def test_clearing_is_impossible_while_one_is_open(state: HouseholdState) -> None:
    village = small()
    village.marks(OTHER, state, 6)
    village.says(LEADER, "3 6 18")
    assert village.asks().outcome is Outcome.OPEN
    with pytest.raises(NotAllowed, match=state.chinese):
        village.confirms()
    village.later().marks(OTHER, S.SAFE, 6)
    village.confirms()
    assert village.cleared


def test_after_the_end_reports_are_noted() -> None:
    village = Village(XIAOBA)
    village.take(task.call_off(village.task, by=TOWNSHIP, reason="cancelled", now=village.now))
    ended = village.task
    counting = village.says(LEADER, "2 12 36")
    assert len(counting.task_facts) == 1
    assert village.task == ended


def test_a_plan_asks_for_nothing() -> None:
    village = Village(XIAOBA, ordered=False)
    assert village.says(LEADER, "1").task_facts == ()
    assert village.says(LEADER, "2 12 36").to_person


def test_others_present_are_beside_the_list() -> None:
    village = small()
    village.says(LEADER, Reading(intents=(Intent.ACK,), others=7, sure=True))
    village.says(GRID, Reading(intents=(Intent.ACK,), others=2, sure=True))
    assert village.task.others_present == 9
    village.says(LEADER, Reading(intents=(Intent.ACK,), others=5, sure=True))
    assert village.task.others_present == 7
    assert village.account.listed == Count(households=6, people=18)


def test_away_of_the_whole_list_marks_and_of_part_claims() -> None:
    village = small()
    village.says(OTHER, Reading(intents=(Intent.PROGRESS,), away=quantity(2, 6), sure=True))
    assert village.account.away == Count(households=2, people=6)
    village.says(GRID, Reading(intents=(Intent.PROGRESS,), away=quantity(1, 3), remaining=quantity(3, 9), sure=True))
    assert village.claims() == [(GRID, "away", 1, 3), (GRID, "remaining", 3, 9)]
    assert village.account.away == Count(households=2, people=6)


def test_who_is_still_outstanding() -> None:
    village = small()
    village.says(GRID, "3")
    village.marks(OTHER, S.AWAY, 5)
    assert [row.household for row in outstanding(village.listed, village.statuses)] == ["H6"]
    assert village.account.outstanding == Count(households=1, people=3)
    assert [row.household for row in outstanding(village.listed, {})] == [f"H{i}" for i in range(1, 7)]


def test_the_reader_is_told_what_is_open() -> None:
    village = small()
    village.marks(GRID, S.NEEDS_HELP, 1)
    village.says(OTHER, "5 1 3")
    own = context(village.task, post=GRID, post_households=("H1", "H2", "H3", "H4"), statuses=village.statuses)
    assert (own.listed, own.open_refusals, own.open_needs) == (quantity(4, 12), 0, 1)
    whole = context(village.task, post=LEADER, post_households=(), statuses=village.statuses, codes=("A7",))
    assert (whole.listed, whole.open_refusals, whole.open_needs, whole.codes) == (quantity(6, 18), 1, 1, ("A7",))
