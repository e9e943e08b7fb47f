"""Corrections, and when a village is clear: two names for every household."""

from __future__ import annotations

import pytest

from evacuation.account import Count
from evacuation.allowed import NotAllowed
from evacuation.clearing import Outcome
from evacuation.household_status import HouseholdState
from evacuation.reply.reading import Intent, Reading
from evacuation.task import Cleared, TaskState
from tests.evacuation.support import LEADER, SECOND, TOWNSHIP, Village, quantity

S = HouseholdState
XIAOBA = [3] * 34 + [2] * 8  # 42 households, 118 people
GRID, OTHER = "post-grid-1", "post-grid-2"


def small() -> Village:
    """Six households of 3; a grid member is named for 1–4, another for 5 and 6."""
    return Village([3] * 6, named={GRID: (1, 2, 3, 4), OTHER: (5, 6)})


class TestCorrections:
    def test_nine_replaces_the_last_claim(self) -> None:
        village = Village(XIAOBA)
        village.says(LEADER, "3 42 118")
        village.says(LEADER, "9 40 112")
        assert village.claims() == [(LEADER, "moved", 40, 112)]
        assert village.task.claimed_clear_at is None

    def test_nine_corrects_whatever_was_last(self) -> None:
        village = Village(XIAOBA)
        village.says(LEADER, "2 12 36")
        village.says(LEADER, "5 2 5")
        village.says(LEADER, "9 3 8")
        assert village.claims() == [(LEADER, "moved", 12, 36), (LEADER, "refused", 3, 8)]
        village.says(LEADER, "9 0 0")
        assert village.claims() == [(LEADER, "moved", 12, 36)]

    def test_words_say_themselves_what_they_correct(self) -> None:
        village = Village(XIAOBA)
        village.says(LEADER, "2 12 36")
        village.says(LEADER, "5 2 5")
        village.says(LEADER, Reading(intents=(Intent.CORRECTION,), moved=quantity(11, 33), sure=True))
        assert village.claims() == [(LEADER, "moved", 11, 33), (LEADER, "refused", 2, 5)]

    def test_nine_equal_to_the_list_marks(self) -> None:
        village = small()
        village.says(GRID, "2 3 9")
        village.says(GRID, "9 4 12")
        assert village.account.moving == Count(households=4, people=12)

    def test_nine_against_marks_goes_to_a_person_and_blocks_until_settled(self) -> None:
        village = small()
        village.says(OTHER, "3")
        village.says(GRID, "3")
        assert village.later().says(GRID, "9 3 9").to_person
        assert village.state(4) is S.SAFE
        assert village.asks().outcome is Outcome.OPEN
        village.later().corrects(S.UNACCOUNTED, 4)
        assert village.asks().outcome is Outcome.OPEN
        village.marks(GRID, S.SAFE, 4)
        assert village.asks().outcome is Outcome.CONFIRM

    def test_nine_alone_or_with_nothing_to_correct_goes_to_a_person(self) -> None:
        village = Village(XIAOBA)
        assert village.says(LEADER, "9").to_person
        assert village.says(LEADER, "9 12 36").to_person
        assert village.claims() == []

    def test_a_marked_refusal_is_not_taken_back_by_a_smaller_number(self) -> None:
        village = small()
        village.says(OTHER, "5 2 6")
        assert village.says(OTHER, "9 1 3").to_person
        assert village.account.refused == Count(households=2, people=6)
        village.says(OTHER, "9 0 0")
        assert village.account.refused == Count()


class TestClearing:
    def test_marks_of_others_are_the_second_person(self) -> None:
        village = small()
        village.says(LEADER, "3 6 18")
        village.says(GRID, "3")
        assert village.asks().outcome is Outcome.CONFIRM
        village.says(OTHER, "3")
        clearing = village.asks()
        assert clearing.outcome is Outcome.CLEARED
        (fact,) = clearing.task_facts
        assert isinstance(fact, Cleared)
        assert (fact.claimant, fact.how) == (LEADER, "marks")
        assert fact.confirmer in (GRID, OTHER)
        assert village.cleared

    def test_the_claimants_own_marks_are_not(self) -> None:
        village = Village([3] * 3, named={GRID: (1, 2), LEADER: (3,)})
        village.says(GRID, "3")
        village.marks(LEADER, S.SAFE, 3)
        village.says(LEADER, "3 3 9", leads=True)
        assert village.asks().outcome is Outcome.CONFIRM

    def test_all_marked_and_nobody_claimed_asks_for_one_confirmation(self) -> None:
        village = small()
        village.says(GRID, "3")
        village.says(OTHER, "3")
        asked = village.asks()
        assert (asked.outcome, asked.not_by) == (Outcome.CONFIRM, (GRID, OTHER))
        with pytest.raises(NotAllowed):
            village.confirms(GRID)
        village.confirms(TOWNSHIP)
        assert village.cleared

    def test_a_post_is_one_person_by_text_and_by_page(self) -> None:
        village = small()
        village.says(LEADER, "3 6 18")
        village.marks(f"post:{LEADER}", S.SAFE, 1, 2, 3, 4, 5, 6)
        assert village.asks().outcome is Outcome.CONFIRM
        with pytest.raises(NotAllowed):
            village.confirms(f"post:{LEADER}")

    def test_nobody_said_anything(self) -> None:
        village = small()
        with pytest.raises(NotAllowed, match="还没有人"):
            village.confirms()

    def test_away_stays_away(self) -> None:
        village = small()
        village.marks(GRID, S.AWAY, 1)
        village.says(LEADER, "3 6 18")
        village.confirms()
        assert village.account.away == Count(households=1, people=3)
        assert village.account.safe == Count(households=5, people=15)

    def test_who_read_the_text_cannot_confirm_it(self) -> None:
        village = Village(XIAOBA)
        reading = Reading(intents=(Intent.COMPLETE,), moved=quantity(42, 118), sure=False)
        village.says(LEADER, reading, read_by=TOWNSHIP)
        with pytest.raises(NotAllowed):
            village.confirms(TOWNSHIP)
        village.confirms(SECOND)
        assert village.cleared

    def test_going_back_reopens_and_asks_anew(self) -> None:
        village = small()
        village.says(LEADER, "3 6 18")
        village.confirms()
        village.later().marks(GRID, S.UNACCOUNTED, 2)
        assert village.task.state is TaskState.MOVING
        assert village.task.claims == ()
        with pytest.raises(NotAllowed):
            village.confirms()

    def test_a_claim_is_belied_by_going_back_before_it_was_confirmed(self) -> None:
        village = small()
        village.says(GRID, "3")
        village.says(LEADER, "3 6 18")
        village.later().marks(GRID, S.UNACCOUNTED, 2)
        assert village.asks().outcome is Outcome.OPEN
        with pytest.raises(NotAllowed):
            village.confirms()

    def test_a_family_that_is_not_complete_keeps_it_open(self) -> None:
        village = small()
        village.marks(GRID, S.SAFE, 1, people=2)
        assert village.account.safe == Count(households=1, people=2)
        assert village.account.unaccounted == Count(households=5, people=16)
        village.says(LEADER, "3 6 18")
        with pytest.raises(NotAllowed, match="没有到齐"):
            village.confirms()

    def test_after_clearing_good_news_is_noted_and_bad_news_goes_to_a_person(self) -> None:
        village = small()
        village.says(LEADER, "3 6 18")
        village.confirms()
        done = village.task
        assert village.says(GRID, "2 3 9").to_person is None
        for text in ("5 1 3", "9 5 15"):
            assert village.says(LEADER, text).to_person
        assert village.task == done

    def test_a_household_under_two_orders_is_counted_once(self) -> None:
        slope, flow = small(), small()
        flow.statuses = slope.statuses
        slope.says(LEADER, "3 6 18")
        slope.confirms()
        assert flow.account.closed
        assert flow.asks().outcome is Outcome.CONFIRM
