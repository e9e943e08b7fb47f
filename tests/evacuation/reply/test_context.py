"""What is known of the task makes a clear text unsure, or an ambiguous one clear."""

from __future__ import annotations

import pytest

from evacuation.reply import Context, Intent, Quantity, read

LISTED = Quantity(households=42, people=118)
PLAIN = Context(listed=LISTED)


@pytest.mark.parametrize("text", ["3", "全部转移完毕", "我们组没有需要转移的", "3 全部转移"])
def test_all_is_unsure_while_refusals_or_needs_are_open(text: str) -> None:
    assert read(text, PLAIN).sure
    for context in (Context(listed=LISTED, open_refusals=2), Context(listed=LISTED, open_needs=1)):
        reading = read(text, context)
        assert not reading.sure
        assert not {Intent.COMPLETE, Intent.NOTHING_TO_MOVE} & set(reading.intents)


@pytest.mark.parametrize("text", ["3 42 118", "42户118人全部转移", "A7 3 42 118"])
def test_the_whole_list_is_sure_even_with_open_refusals(text: str) -> None:
    reading = read(text, Context(listed=LISTED, open_refusals=2, open_needs=1))
    assert reading.sure
    assert reading.intents == (Intent.COMPLETE,)


@pytest.mark.parametrize(
    "text", ["3 40 110", "40户110人全部转移", "3 43 120", "2 43 118", "已转移42户119人", "5 50 100"]
)
def test_numbers_that_are_not_the_lists_are_unsure(text: str) -> None:
    assert not read(text, PLAIN).sure


def test_a_finished_part_is_progress() -> None:
    reading = read("12户36人转移完毕", PLAIN)
    assert reading.sure
    assert reading.intents == (Intent.PROGRESS,)
    assert reading.moved == Quantity(households=12, people=36)


def test_those_at_home_and_those_away_make_the_list() -> None:
    context = Context(listed=Quantity(households=17, people=41))
    assert read("12户外出务工28人，在家的5户13人全部转移", context).sure
    assert not read("12户外出务工28人，在家的5户13人全部转移", PLAIN).sure


def test_five_zero_zero_ends_refusals_and_is_sure() -> None:
    reading = read("5 0 0", Context(listed=LISTED, open_refusals=2))
    assert reading.sure
    assert reading.refused == Quantity(households=0, people=0)


def test_codes_of_the_phone_settle_what_a_text_means() -> None:
    assert not read("A72 42 118").sure
    known = read("A72 42 118", Context(listed=LISTED, codes=("A7",)))
    assert known.sure
    assert (known.code, known.moved) == ("A7", LISTED)
    assert not read("A72 42 118", Context(listed=LISTED, codes=("A7", "A72"))).sure
    assert not read("B9 1", Context(listed=LISTED, codes=("A7",))).sure
    assert read("a7 收到", Context(listed=LISTED, codes=("A7",))).code == "A7"
    assert read("Ａ７ １").code == "A7"
    assert read("收到 A7").code == "A7"


def test_an_increment_as_large_as_the_list_is_unsure() -> None:
    assert not read("又转移了42户118人", PLAIN).sure
    assert read("又转移了2户5人", PLAIN).sure


def test_two_menu_answers_on_two_lines() -> None:
    reading = read("2 12 36\n5 2 5")
    assert reading.sure
    assert reading.intents == (Intent.PROGRESS, Intent.REFUSE)
    assert reading.moved == Quantity(households=12, people=36)
    assert reading.refused == Quantity(households=2, people=5)
    assert not read("2 12 36\n2 13 37").sure


def test_people_on_no_list_are_counted_apart() -> None:
    reading = read("已转移12户36人，另有3个外地人")
    assert reading.moved == Quantity(households=12, people=36)
    assert reading.others == 3


def test_unsure_keeps_what_calls_somebody_and_counts_nothing() -> None:
    reading = read("已转移二十多户，有人被埋")
    assert not reading.sure
    assert reading.intents == (Intent.HELP,)
    assert reading.moved is None
    assert not reading.increment


def test_menu_is_told_from_words() -> None:
    assert read("2 42 118").menu
    assert not read("已转移42户118人").menu
