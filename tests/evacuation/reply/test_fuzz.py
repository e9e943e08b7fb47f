"""No text raises, none takes more than its length is worth, and what must hold of every reading holds."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacuation.reply import Context, Intent, Quantity, Reading, as_json, read
from evacuation.reply.lexicon import CHINESE
from evacuation.reply.normalise import LIMIT, normalise
from evacuation.reply.reader import KEPT_WHEN_UNSURE
from evacuation.reply.tokens import tokenise

WORDS = sorted({word for words in CHINESE.values() for word in words})
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(
        ["12户36人", "2户5人", " ", ",", "。", "?", "\n", "A7", "1", "2", "3", "12", "moved", "yizhuanyi", "轉移"]
    ),
    st.characters(),
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=14).map("".join))
NUMBERS = st.one_of(st.none(), st.integers(0, 200))
CONTEXTS = st.one_of(
    st.none(),
    st.builds(
        Context,
        listed=st.builds(Quantity, households=NUMBERS, people=NUMBERS),
        open_refusals=st.integers(0, 2),
        open_needs=st.integers(0, 2),
        codes=st.sampled_from([(), ("A7",), ("A7", "B9")]),
    ),
)


def _holds(reading: Reading) -> None:
    assert reading.reason
    assert len(set(reading.intents)) == len(reading.intents)
    if not reading.sure:
        assert set(reading.intents) <= KEPT_WHEN_UNSURE
        assert reading.moved is reading.remaining is reading.refused is reading.away is reading.others is None
        return
    assert not {Intent.PROGRESS, Intent.COMPLETE} <= set(reading.intents)
    assert reading.intents or reading.remaining or reading.away
    if Intent.COMPLETE in reading.intents:
        assert reading.remaining is None
        assert Intent.REFUSE not in reading.intents


@given(TEXTS, CONTEXTS)
@settings(max_examples=600, deadline=None)
def test_no_text_raises(text: str, context: Context | None) -> None:
    reading = read(text, context)
    _holds(reading)
    assert as_json(reading, text)["text"] == text
    assert read(text, context) == reading


@given(st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(data: bytes) -> None:
    for text in (data.decode("utf-8", "surrogateescape"), data.decode("utf-16-be", "replace"), data.decode("latin-1")):
        _holds(read(text))


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_every_character_is_in_one_token_and_has_its_place(text: str) -> None:
    normal = normalise(text)
    tokens = tokenise(normal.plain)
    assert len(normal.origins) == len(normal.plain)
    assert list(normal.origins) == sorted(normal.origins)
    covered = 0
    for token in tokens:
        assert 0 <= token.start <= token.end <= len(normal.plain)
        if token.start >= covered:
            assert not normal.plain[covered : token.start].strip()
        covered = max(covered, token.end)
    assert not normal.plain[covered:].strip()
    if tokens:
        start, end = normal.span(tokens[0].start, tokens[-1].end)
        assert 0 <= start < end <= len(text)


def _calls(text: str) -> int:
    """Function calls that a reading takes: work, without a clock."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        read(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "unit",
    [
        "已转移12户36人,",
        "还",
        "又转移12户",
        "没车",
        "是吗,",
        "路断",
        "到学校",
        "a zhuan yi ",
        "1 ",
        "2-",
        "一",
        "如果",
        "后山裂缝",
        "外出12户转移",
        "\n2 1 2",
        "小村",
        "?",
        "轉",
        "🙏",
    ],
)
def test_work_grows_with_length(unit: str) -> None:
    read(unit)
    half, whole = ((unit * LIMIT)[:size] for size in (2_000, 4_000))
    assert _calls(whole) < 2.6 * _calls(half) + 2_000


def test_longer_than_is_read_is_unsure() -> None:
    assert not read("收到" + " " * LIMIT).sure
    assert not read("求助," * LIMIT).sure
    assert Intent.HELP in read("求助," * LIMIT).intents
