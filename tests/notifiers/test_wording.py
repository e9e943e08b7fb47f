"""Every text: short enough, complete in its first part, with mark, time and code, in words a village understands."""

from __future__ import annotations

import csv
import re
from datetime import datetime, time
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cap import CapStatus
from core.levels import Level
from notifiers import wording
from notifiers.segments import segments
from notifiers.wording import echo_text, lint_order, lint_text, order_text, order_voice

NIGHT = datetime.combine(datetime(2025, 7, 8).date(), time(22, 41))  # noqa: DTZ001 - local time, as texts show it
EXERCISE = CapStatus.EXERCISE
SIGNATURES = ["威信应急", "威信县应急管理局", "威信县防汛抗旱指挥部"]
HAZARDS = ["滑坡", "泥石流", "山洪", "崩塌", "落石"]
SHELTERS = [None, "小坝小学", "扎西镇小坝村民委员会活动室(小坝小学操场旁)", "威信县扎西镇第二中心小学体育馆一楼二号厅"]
DIVISIONS = Path(__file__).parents[3] / "shared" / "data" / "admin" / "zhaotong_npm_2.7.0.csv"


def villages() -> list[str]:
    """All village names of the city where the register is at hand, and the longest kinds of them in any case."""
    names = {"小坝村", "刘家海子社区", "环城北路社区", "北馨佳园社区", "易地扶贫搬迁安置点社区"}
    if DIVISIONS.exists():
        with DIVISIONS.open(encoding="utf-8-sig", newline="") as file:
            rows = [row["name"] for row in csv.DictReader(file) if row["level"] == "village"]
        names |= {re.sub("(村民|居民)委员会$", lambda m: "村" if m[1] == "村民" else "", name) for name in rows}
    return sorted(names)


def test_every_village_has_an_order_that_lints() -> None:
    for village, signature in product(villages(), SIGNATURES):
        text = order_text(
            EXERCISE, signature, Level.RED, village, "泥石流", 9999, 9999, SHELTERS[2], "23:10", "AB7", NIGHT, 12
        )
        assert lint_order(text, village=village, code="AB7") == [], text
        assert segments(text) <= 2


@settings(max_examples=300, deadline=None)
@given(
    status=st.sampled_from(list(CapStatus)),
    signature=st.sampled_from(SIGNATURES),
    level=st.sampled_from(list(Level)),
    village=st.sampled_from(villages()),
    hazard=st.sampled_from(HAZARDS),
    households=st.integers(0, 9999),
    people=st.integers(0, 9999),
    shelter=st.sampled_from(SHELTERS),
    leave_by=st.sampled_from([None, "23:10", "06:00"]),
    version=st.integers(1, 99),
)
def test_every_order_stands_alone_in_67_and_fits_in_134(
    status: CapStatus,
    signature: str,
    level: Level,
    village: str,
    hazard: str,
    households: int,
    people: int,
    shelter: str | None,
    leave_by: str | None,
    version: int,
) -> None:
    text = order_text(
        status, signature, level, village, hazard, households, people, shelter, leave_by, "A7", NIGHT, version
    )
    assert lint_order(text, village=village, code="A7") == []
    assert text.startswith(status.mark)
    assert text.count(wording.MENU) == 1
    assert f"{households}户{people}人" in text
    assert "22:41" in text
    assert leave_by is None or f"{leave_by}前走完" in text
    spoken = order_voice(
        status, signature, level, village, hazard, households, people, shelter, leave_by, "A7", NIGHT, version
    )
    assert len(spoken) <= wording.MOST_SPOKEN
    assert not re.search(r"\d:\d", spoken)  # nobody reads a colon aloud
    assert "按1" in spoken
    assert spoken.count("A 7") == 1
    assert spoken.index(village) < 16  # the vital words first, no preamble


def test_the_order_of_xiaoba() -> None:
    text = order_text(EXERCISE, "威信应急", Level.RED, "小坝村", "滑坡", 42, 118, "小坝小学", "23:10", "A7", NIGHT)
    assert text == (
        "【演练】【威信应急】红色预警:小坝村马上转移!代号A7,回1收到 2户人 3全转完 4求助 5拒转 0不能办。"
        "防滑坡。名单42户118人,23:10前走完,去小坝小学。22:41发"
    )
    assert text[:67].endswith("42户118")


def test_a_changed_order_says_that_it_changed() -> None:
    text = order_text(EXERCISE, "威信应急", Level.RED, "小坝村", "滑坡", 44, 121, None, None, "B3", NIGHT, 2)
    assert "有变" in text[:67]
    assert "第2版" in text
    assert "指令有变" in order_voice(
        EXERCISE, "威信应急", Level.RED, "小坝村", "滑坡", 4, 9, None, None, "B3", NIGHT, 2
    )


def test_the_order_as_spoken() -> None:
    assert order_voice(
        EXERCISE, "威信应急", Level.RED, "小坝村", "滑坡", 42, 118, "小坝小学", "23:00", "A7", NIGHT
    ) == (
        "这是演练。红色预警,小坝村马上转移,防滑坡。名单42户,118人,23点整前走完,去小坝小学。"
        "收到请按1,不能办按0。代号A 7,22点41分,威信应急。"
    )


@pytest.mark.parametrize("brackets", ["()", "\uff08\uff09"])
@pytest.mark.parametrize("length", range(1, 60))
def test_a_long_shelter_is_cut_and_never_leaves_an_open_bracket(length: int, brackets: str) -> None:
    shelter = (f"小坝村民委员会{brackets[0]}小坝小学操场旁边{brackets[1]}" * 5)[:length]
    text = order_text(
        EXERCISE, SIGNATURES[2], Level.RED, "刘家海子社区", "泥石流", 42, 118, shelter, "23:10", "A7", NIGHT
    )
    assert lint_order(text) == []
    where = text.split("去")[1].split("。")[0]
    assert where.count(brackets[0]) == where.count(brackets[1]) or where == shelter


NAMES = ["小坝村", "石龙村", "大河村", "刘家海子社区"]
TEXTS = {
    "inform": lambda status, names: wording.inform_text(status, SIGNATURES[2], Level.RED, "扎西镇", names, "A7", NIGHT),
    "planned": lambda status, names: wording.planned_text(
        status, SIGNATURES[2], Level.YELLOW, names[0], "泥石流", "A7", NIGHT
    ),
    "desk": lambda status, names: wording.desk_text(
        status, SIGNATURES[2], Level.RED, names, "3小时 78.0 mm ≥ 75 mm(黄),雨量站 小坝、扎西、石龙", "A7", NIGHT
    ),
    "count": lambda status, names: wording.count_text(status, SIGNATURES[2], names[0], 9999, 9999, "A7", NIGHT),
    "confirm": lambda status, names: wording.confirm_text(status, SIGNATURES[2], names[0], 9999, 9999, "A7", NIGHT),
    "request": lambda status, names: wording.request_text(
        status, SIGNATURES[2], names[0], "医疗", "A7", NIGHT, "23:40"
    ),
    "look": lambda status, names: wording.look_text(status, SIGNATURES[2], names[0], "小坝滑坡" * 9, "A7", NIGHT),
    "door": lambda status, names: wording.door_text(status, SIGNATURES[2], names[0], "村支书", "A7", NIGHT),
    "echo": lambda status, _: echo_text(status, "A7", (12, 36), (2, 5), (28, 77), NIGHT, others=3),
    "question": lambda status, _: wording.question_text(status, "A7", NIGHT),
    "cancel": lambda status, names: wording.cancel_text(status, SIGNATURES[2], names[0], NIGHT),
    "cancel moving": lambda status, names: wording.cancel_text(status, SIGNATURES[2], names[0], NIGHT, moving=True),
    "all clear": lambda status, names: wording.all_clear_text(status, SIGNATURES[2], names[0], NIGHT),
    "drill ended": lambda status, _: wording.drill_ended_text(SIGNATURES[2], NIGHT, status=status),
    "aborted": lambda status, _: wording.drill_ended_text(SIGNATURES[2], NIGHT, aborted=True, status=status),
    "which": lambda status, names: wording.question_text(status, None, NIGHT, villages=names),
}
ASKS = {"inform", "planned", "desk", "count", "confirm", "request", "look", "door", "echo", "question"}


@pytest.mark.parametrize("status", list(CapStatus))
@pytest.mark.parametrize("names", [NAMES[:1], NAMES, NAMES * 30])
@pytest.mark.parametrize("kind", TEXTS)
def test_every_text_has_its_mark_time_code_and_length(kind: str, names: list[str], status: CapStatus) -> None:
    text = TEXTS[kind](status, names)
    assert lint_text(text) == [], text
    assert text.startswith(status.mark)
    assert "22:41" in text
    assert text.count("A7") == (1 if kind in ASKS else 0)
    assert segments(text) <= 2


def test_the_echo_of_the_contract() -> None:
    text = echo_text(CapStatus.ACTUAL, "A7", (12, 36), (2, 5), (28, 77), NIGHT)
    assert text == "A7 已记:转移12户36人,拒绝2户5人,还差28户77人。错了回9(22:41)"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"acknowledged": True}, "收到。"),
        ({}, "已记:收到。"),
        ({"moved": (12, None)}, "转移12户。"),
        ({"moved": (None, 36)}, "转移36人。"),
        ({"moved": (None, None)}, "转移数不清。"),
        ({"moved": (42, 118), "complete": True}, "转移42户118人,报称全部转完,正在核实。"),
        ({"moved": (42, 118), "remaining": (0, 0)}, "转移42户118人,名单已全部到位。"),
        ({"away": (1, 2)}, "在外1户2人。"),
        ({"others": 7}, "名单外7人。"),
        ({"help_wanted": True}, "求助,已转人办。"),
        ({"declined": True}, "您不能办,已叫副手。"),
        ({"note": "拒转户已劝走"}, "拒转户已劝走。"),
    ],
)
def test_what_an_echo_says(changes: dict[str, object], words: str) -> None:
    told = {"moved": None, "refused": None, "remaining": None} | changes
    text = echo_text(EXERCISE, "A7", at=NIGHT, **told)  # type: ignore[arg-type]
    assert words in text
    assert text.startswith("【演练】A7 已记:")
    assert text.endswith("。错了回9(22:41)")


def test_lists_count_what_they_leave_out() -> None:
    text = wording.inform_text(EXERCISE, SIGNATURES[2], Level.RED, "扎西镇", NAMES * 10, "A7", NIGHT)
    assert "40个村正在转移" in text
    assert "等40个。" in text
    long = ["很长很长很长很长很长很长的村名" * 9] * 3
    assert "共3个" in wording.inform_text(EXERCISE, SIGNATURES[2], Level.RED, "扎西镇", long, "A7", NIGHT)


@pytest.mark.parametrize(
    "spoken",
    [
        wording.inform_voice(EXERCISE, "威信应急", Level.ORANGE, "小坝村做好转移准备", "A7", NIGHT),
        wording.desk_voice(EXERCISE, "威信应急", Level.RED, NAMES, "A7", NIGHT),
        wording.count_voice(EXERCISE, "威信应急", "小坝村", 42, 118, "A7", NIGHT),
        wording.confirm_voice(EXERCISE, "威信应急", "小坝村", 42, 118, "A7", NIGHT),
    ],
)
def test_every_call_is_spoken(spoken: str) -> None:
    assert spoken.startswith("这是演练。")
    assert len(spoken) <= wording.MOST_SPOKEN
    assert not re.search(r"\d:\d", spoken)
    assert re.search("按[0-5]", spoken)
    assert "22点41分" in spoken
    assert spoken.count("A 7") == 1


GOOD = order_text(EXERCISE, "威信应急", Level.RED, "小坝村", "滑坡", 42, 118, "小坝小学", "23:10", "A7", NIGHT)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD + "长" * 60, "最多 134"),
        (GOOD.replace("红色预警", "注意"), "没有级别"),
        (GOOD.replace("小坝村", "某地"), "没有村名"),
        (GOOD.replace("马上转移", "注意安全"), "没有转移"),
        (GOOD.replace("回1", "回"), "没有回1"),
        (GOOD.replace("代号A7,", ""), "代号"),
        (GOOD + "代号A7", "代号"),
        (GOOD.replace("【威信应急】", ""), "签名"),
        (GOOD.replace("22:41", "").replace("23:10", ""), "没有时间"),
        (GOOD.replace("!", "🏠"), "不能用的字符"),
        (GOOD.replace("!", "\n"), "不能用的字符"),
        (GOOD.replace("】红", "红"), "不成对"),
        (GOOD.replace("42", "None"), "没填"),
    ],
)
def test_what_the_lint_finds(text: str, fault: str) -> None:
    assert lint_order(GOOD, village="小坝村", code="A7") == []
    assert any(fault in found for found in lint_order(text, village="小坝村", code="A7"))
