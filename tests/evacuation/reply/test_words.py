"""Numerals, folding, quantities and the tables of words."""

from __future__ import annotations

from itertools import combinations

import pytest

from evacuation.reply.latin import ENGLISH, PINYIN
from evacuation.reply.lexicon import CHINESE, NEEDS, Kind
from evacuation.reply.normalise import normalise
from evacuation.reply.numerals import numeral
from evacuation.reply.quantities import measure
from evacuation.reply.tokens import Amount, tokenise
from tests.evacuation.reply.bench import bench


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("二", 2),
        ("两", 2),
        ("俩", 2),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("四十二", 42),
        ("廿", 20),
        ("廿三", 23),
        ("卅五", 35),
        ("一百", 100),
        ("一百零八", 108),
        ("一百一", 110),
        ("一百一十八", 118),
        ("一百十八", 118),
        ("两百", 200),
        ("两千一百八十五", 2185),
        ("一一八", 118),
        ("壹佰贰拾", 120),
        ("零", 0),
    ],
)
def test_numeral(text: str, value: int) -> None:
    assert numeral(text) == (value, True)


@pytest.mark.parametrize("text", ["三四", "七八", "二三十", "百", "百十", "十百", "四二", "十十", "一百百", "廿廿"])
def test_what_is_only_about_has_no_value(text: str) -> None:
    assert numeral(text) == (None, False)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("已轉移４２戶", "已转移42户"),
        ("ＯＫ", "ok"),
        ("２，４２", "2,42"),
        ("①", "1"),
        ("3\ufe0f\u20e3", "3"),
        ("a\u200bb", "ab"),
        ("\ud800", " "),
        ("a\x00b", "a b"),
        ("㎜", "mm"),
        ("…", "..."),
        ("没\u3000有", "没 有"),
    ],
)
def test_folding(text: str, plain: str) -> None:
    assert normalise(text).plain == plain


def test_places_lead_back_to_the_text_as_it_came() -> None:
    text = "㎜已轉移"
    normal = normalise(text)
    at = normal.plain.index("转移")
    start, end = normal.span(at, at + 2)
    assert text[start:end] == "轉移"


def _amounts(text: str) -> list[Amount]:
    return [token.amount for token in measure(tokenise(text)) if token.amount is not None]


@pytest.mark.parametrize(
    ("text", "households", "people"),
    [
        ("12户36人", 12, 36),
        ("十二户三十六人", 12, 36),
        ("12户,36人", 12, 36),
        ("36人(12户)", 12, 36),
        ("12家36口人", 12, 36),
        ("12户共36人", 12, 36),
        ("户数12,人数36", 12, 36),
        ("12户", 12, None),
        ("36个人", None, 36),
        ("12户农户", 12, None),
    ],
)
def test_pairs(text: str, households: int | None, people: int | None) -> None:
    assert _amounts(text) == [Amount(households=households, people=people)]


@pytest.mark.parametrize(
    "text",
    [
        "23点50分",
        "23:50",
        "7月8日",
        "1组",
        "第3组",
        "三社",
        "80岁",
        "254.4mm",
        "50毫米",
        "3公里",
        "13888888888",
        "2小时",
        "3号楼",
        "两次",
        "36人次",
    ],
)
def test_numbers_that_count_no_people(text: str) -> None:
    assert _amounts(text) == []


@pytest.mark.parametrize(
    "text", ["二十多户", "十几户", "约12户", "12户左右", "三四户", "2-3户", "几户", "近百人", "12余户"]
)
def test_about_is_not_exact(text: str) -> None:
    assert not any(amount.exact for amount in _amounts(text))


def test_a_pause_joins_only_what_ends_there() -> None:
    assert len(_amounts("42户,118人未转移")) == 2


def test_a_word_stands_in_one_table() -> None:
    tables = {kind.name: set(words) for kind, words in CHINESE.items()}
    for kind, needs in NEEDS.items():
        tables |= {f"{kind.name} {need}": set(words) for need, words in needs.items()}
    doubles = {f"{a} & {b}": tables[a] & tables[b] for a, b in combinations(tables, 2) if tables[a] & tables[b]}
    assert doubles == {}


def test_latin_words_stand_for_words_that_are_known() -> None:
    for meaning in [*ENGLISH, *PINYIN.values()]:
        assert all(token.kind is not Kind.UNKNOWN for token in tokenise(meaning)), meaning


def test_bench_gives_the_rows_of_the_contract() -> None:
    rows = bench(repeat=3)
    assert [row["size"] for row in rows][-1] == 10_000
    assert all({"what", "size", "peer", "per_s", "p99_ms"} == set(row) for row in rows)
