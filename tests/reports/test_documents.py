"""The documents: every number of the first screen is in the JSON, nothing private, nothing from outside, always the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from core.cap import CapStatus
from jiaoying.reports import FORMATS, html_bytes, json_bytes, read, write_report
from jiaoying.reports.words import span, zh
from tests.reports.nights import quiet_night, xiaoba_night
from tests.support.records import MIAOBA, SECRETS, XIAOBA, Night

VOID = {"meta", "br", "link", "img", "hr", "input", "circle", "path", "line", "rect"}


class Page(HTMLParser):
    """Collects texts, attributes and the balance of tags."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.texts.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


def page_of(night: Night) -> str:
    return html_bytes(read(night.record())).decode()


@pytest.fixture(scope="module")
def page() -> str:
    """The page of the night."""
    return page_of(xiaoba_night())


def test_the_page_is_whole_and_balanced(page: str) -> None:
    parsed = Page(page)
    assert parsed.open == []
    assert page.startswith("<!doctype html>")
    for heading in ("人员到位过程", "雨量与阈值", "时间线", "叫应与应答", "各村账目", "哪里出了问题", "如何核验"):
        assert heading in parsed.words
    assert parsed.tags.count("svg") >= 6


def test_the_page_needs_nothing_from_outside(page: str) -> None:
    parsed = Page(page)
    assert not re.search(r"https?:|//[a-z]|@import|url\((?!#)", page)
    assert {"script", "link", "img", "iframe"}.isdisjoint(parsed.tags)
    assert not [value for _, name, value in parsed.attributes if name in ("src", "data", "action")]
    assert all(value.startswith("#") for _, name, value in parsed.attributes if name == "href")
    assert not [name for _, name, _ in parsed.attributes if name.startswith("on")]


def test_every_number_of_the_first_screen_is_the_one_of_the_json(page: str) -> None:
    head = json.loads(json_bytes(read(xiaoba_night().record())))["headline"]
    first = Page(page[: page.index("</header>")]).words.replace(" ", "")
    for words in (
        f"{head['people_safe'] + head['people_away']}/{head['people_listed']}人",
        f"安置{head['people_safe']}人",
        f"外出{head['people_away']}人",
        f"名单{head['households_listed']}户",
        f"未到位{head['people_outstanding']}人{head['households_outstanding']}户",
        f"下令转移{head['villages_ordered']}村",
        f"已清零{head['villages_cleared']}村",
        f"预警{head['villages_warned']}村",
        f"叫应{head['answered']}/{head['callouts']}",
        f"用时中位{span(head['median_answer_s'])}",
        f"{head['slowest_clear']['name']}下令到清零{span(head['slowest_clear']['seconds'])}",
        *(f"{row['villages']}村" for row in head["levels"]),
        zh(head["sentence"]).replace(" ", ""),
    ):
        assert words in first, words


def test_the_accounts_of_the_page_add_up(page: str) -> None:
    table = page[page.index('<table class="account">') :]
    rows = re.findall(r"<tr.*?</tr>", table[: table.index("</table>")], re.DOTALL)
    heads = re.findall(r"<th[^>]*>(.*?)</th>", rows[0])
    names = heads[heads.index("名单") : heads.index("未到位") + 1]
    sums = [(0, 0)] * len(names)
    numbers: list[tuple[int, int]] = []
    for row in rows[1:]:
        cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        numbers = [_pair(cell) for cell in cells[2 : 2 + len(names)]]
        for unit in (0, 1):
            assert numbers[0][unit] == sum(number[unit] for number in numbers[1:-1])
            safe, away = numbers[names.index("已安置")][unit], numbers[names.index("外出")][unit]
            assert numbers[-1][unit] == numbers[0][unit] - safe - away
        if "各村合计" not in cells:
            sums = [(a + c, b + d) for (a, b), (c, d) in zip(sums, numbers, strict=True)]
    assert len(rows) == 4
    assert numbers == sums
    assert "账平" in rows[-1]


def _pair(cell: str) -> tuple[int, int]:
    found = re.match(r"\s*(\d+)户 (\d+)人\s*$", cell)
    return (int(found[1]), int(found[2])) if found else (0, 0)


@pytest.mark.parametrize("status", [CapStatus.EXERCISE, CapStatus.TEST])
def test_a_drill_says_so_at_both_ends_and_in_the_title(status: CapStatus) -> None:
    page = page_of(xiaoba_night(status=status))
    assert "<title>【演练】" in page
    assert page.count('class="drill-bar"') == 2
    assert re.search(r"<h1>演练", page)


def test_a_real_night_does_not_speak_of_drills() -> None:
    assert "演练" not in page_of(xiaoba_night(status=CapStatus.ACTUAL))


def test_no_person_is_in_any_document() -> None:
    night = xiaoba_night()
    report = read(night.record())
    for text in (html_bytes(report).decode(), json_bytes(report).decode()):
        for secret in SECRETS:
            assert secret not in text
        assert "user:" not in text
        assert not re.search(r"\b(phone|text|name):[0-9a-f]{8,}", text)
        assert "10012345678" not in text


def test_every_text_is_escaped() -> None:
    bad = '<script>alert("x")</script>&'
    night = xiaoba_night(site=f"县{bad}", name=f"雨{bad}")
    night.posts = {key: f"{value}{bad}" for key, value in night.posts.items()}
    night.names = {key: f"{value}{bad}" for key, value in night.names.items()}
    night.rains("Z'\"<3", XIAOBA, [90], name=bad)
    night.alarm("overdue", bad, area=MIAOBA)
    page = page_of(night)
    assert "<script" not in page
    assert '("x")' not in page.replace("&#34;", "")
    assert Page(page).open == []


def test_the_same_record_gives_the_same_bytes() -> None:
    first, second = read(xiaoba_night().record()), read(xiaoba_night().record())
    assert html_bytes(first) == html_bytes(second)
    assert json_bytes(first) == json_bytes(second)


@pytest.mark.parametrize("night", [Night(), quiet_night()])
def test_a_night_without_orders_has_a_page_too(night: Night) -> None:
    parsed = Page(page_of(night))
    assert parsed.open == []
    assert "没有村下令转移" in parsed.words
    assert "记录截止时没有未了事项" in parsed.words


def test_a_very_long_night_draws_the_first_and_says_what_it_left_out() -> None:
    night = Night()
    for number in range(1, 71):
        area = f"5306291022{number:02}"
        night.names = {**night.names, area: f"村{number}"}
        night.at(number).order(area, [2, 3])
    page = page_of(night)
    assert "只画前 48 个村" in page
    assert page.count("<svg") < 60


def test_open_people_are_red_and_named_by_code(page: str) -> None:
    assert '<div class="tile alarm">' in page
    assert f"{MIAOBA}001、{MIAOBA}002、{MIAOBA}003" in page


def test_levels_never_stand_by_colour_alone(page: str) -> None:
    for chip in re.findall(r'<span class="chip c-\w+">(.*?)</span>', page):
        assert chip[0] in "红橙黄蓝"
    for chip in re.findall(r'<span class="level c-\w+">(.*?)</span>', page):
        assert re.search(r"[红橙黄蓝]色 [ⅠⅡⅢⅣ]级", chip)


def test_writing_gives_html_first_and_tells_of_every_file(tmp_path: Path) -> None:
    told: list[Path] = []
    paths = write_report(xiaoba_night().record(), tmp_path / "a" / "b", on_written=told.append)
    assert [path.name for path in paths] == ["report.html", "report.json"] == [path.name for path in told]
    assert FORMATS == ("html", "json")
    assert all(path.stat().st_size > 1000 for path in paths)
    assert sorted(path.name for path in paths[0].parent.iterdir()) == ["report.html", "report.json"]


def test_one_format_alone_and_an_unknown_one(tmp_path: Path) -> None:
    record = quiet_night().record()
    assert [path.name for path in write_report(record, tmp_path, formats=["json"])] == ["report.json"]
    with pytest.raises(ValueError, match="pdf"):
        write_report(record, tmp_path, formats=["pdf"])


def test_a_post_that_left_the_directory_is_not_named(page: str) -> None:
    night = xiaoba_night()
    record = replace(night.record(), posts={})
    assert "post-leader" not in html_bytes(read(record)).decode()
