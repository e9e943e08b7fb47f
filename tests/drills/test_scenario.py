"""Scenarios: read as a whole or refused with the place, and their timeline held against what happened."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jiaoying.config.reading import ConfigError
from jiaoying.drills import timeline
from jiaoying.drills.scenario import Wanted, load, loads
from jiaoying.drills.weixin import SITE_TIME, STORM_BEGINS, XIAOBA
from people.areas import Area, AreaLevel, AreaTree

TREE = AreaTree(
    [
        Area(code="530629000000", name="威信县", level=AreaLevel.COUNTY),
        Area(code="530629101000", name="扎西镇", level=AreaLevel.TOWNSHIP, parent="530629000000"),
        Area(code=XIAOBA, name="小坝村民委员会", level=AreaLevel.VILLAGE, parent="530629101000"),
        Area(code=XIAOBA + "001", name="小坝村一组", level=AreaLevel.GROUP, parent=XIAOBA),
    ]
)


def test_the_scenario_that_comes_along_is_sound() -> None:
    scenario = load("xiaoba.yaml")
    assert (scenario.name, scenario.seed, scenario.start) == ("小坝之夜", 7, STORM_BEGINS)
    assert scenario.registers is None
    assert scenario.rain_file is None
    assert scenario.delay == timedelta(minutes=3)
    (line,) = scenario.script(TREE).lines
    assert (line.who.area, line.who.role, line.who.rank) == (XIAOBA, "leader", 1)
    assert [say.after_s for say in line.says] == [40, 3300]
    assert scenario.desk.behaviour().approve_s == (20, 90)


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ("name: a\nsead: 7\n", 2, "sead", "seed"),
        ("seed: 7\n", 1, "name", "缺少"),
        ("name: a\nphones:\n  - phone: x\n    replies:\n      - {text: '1', after: 40}\n", 5, "after", "40s"),
        ("name: a\ndesk:\n  approve_after: 90s-20s\n", 3, "desk.approve_after", "范围"),
        ("name: a\ndesk:\n  cannot_judge: perhaps\n", 3, "desk.cannot_judge", "reject"),
        ("name: a\nstart: tomorrow\n", 2, "start", "时刻"),
        ("name: a\ntimeline:\n  - {what: Ordered}\n", 3, "what", "Task Ordered"),
        ("name: a\ntimeline:\n  - {what: Task Ordered, by: 2025-07-08 22:00, within: 3m}\n", 3, "timeline", "一个"),
        ("name: a\ntimeline:\n  - {what: Task Ordered, after: Task Planned}\n", 3, "timeline", "within"),
        ("name: a\ncounty: nowhere\n", 2, "county", "nowhere"),
        ("name: a\n\tb: 1\n", 2, "", "YAML"),
    ],
)
def test_a_fault_names_line_and_key(text: str, line: int, key: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loads(text)
    (fault,) = caught.value.faults
    assert (fault.line, words in fault.reason) == (line, True), str(fault)
    assert key in fault.key


def test_files_are_looked_for_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "rain.csv").write_text("station,time,mm\n", encoding="utf-8")
    (tmp_path / "a.yaml").write_text("name: a\nrain: rain.csv\n", encoding="utf-8")
    assert load(tmp_path / "a.yaml").rain_file == tmp_path / "rain.csv"
    with pytest.raises(ConfigError, match="没有这个剧本文件"):
        load(tmp_path / "b.yaml")


def test_a_phone_nobody_has_is_refused() -> None:
    scenario = loads("name: a\nphones:\n  - {phone: 大坝村 leader}\n  - {phone: 小坝村 king}\n")
    with pytest.raises(ConfigError) as caught:
        scenario.script(TREE)
    assert [fault.key for fault in caught.value.faults] == ["phones[0].phone", "phones[1].phone"]


def entry(at: str, kind: str, *facts: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    moment = datetime.fromisoformat(f"2025-07-08T{at}+08:00").isoformat()
    return {
        "sequence": 1,
        "at": moment,
        "actor": "engine",
        "status": "Exercise",
        "kind": kind,
        "cause": "Tick",
        "facts": [{"subject": subject, "fact": fact, "data": {"at": moment, **data}} for subject, fact, data in facts],
    }


SEEN = timeline.read(
    [
        entry("21:00", "task", ("t1", "Planned", {"area": XIAOBA, "level": "yellow"})),
        entry("22:04", "task", ("t1", "Ordered", {"level": "orange"})),
        entry("22:04", "callout", ("c1", "Created", {"area": XIAOBA, "role": "leader", "level": "orange"})),
        entry("22:05", "callout", ("c1", "Answered", {"by": "p"})),
        entry("22:30", "task", ("t1", "Cleared", {})),
    ]
)


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        ({"what": "Task Ordered", "area": "小坝村", "by": "2025-07-08 22:10"}, True),
        ({"what": "task ordered", "area": "Xiaoba", "level": "orange"}, True),
        ({"what": "Task Ordered", "area": "小坝村", "level": "red"}, False),
        ({"what": "Task Ordered", "area": "扎西镇"}, True),
        ({"what": "Task Ordered", "area": "小坝村一组"}, False),
        ({"what": "Task Ordered", "by": "2025-07-08 22:00"}, False),
        ({"what": "CallOut Answered", "role": "leader", "after": "Task Ordered", "within": "3m"}, True),
        ({"what": "CallOut Answered", "role": "leader", "after": "Task Ordered", "within": "30s"}, False),
        ({"what": "CallOut Answered", "role": "instructor"}, False),
        ({"what": "CallOut Answered", "least": 2}, False),
        ({"what": "Task Cleared", "after": "Task Reopened", "within": "1h"}, False),
        ({"what": "Task Reopened", "never": True}, True),
        ({"what": "Task Cleared", "never": True}, False),
        ({"what": "Task Cleared", "never": True, "by": "2025-07-08 22:10"}, True),
        ({"what": "Task Cleared", "within": "23h"}, True),
        ({"what": "Task Ordered", "area": "大坝村"}, False),
    ],
)
def test_a_timeline_is_held_against_the_journal(wanted: dict[str, Any], held: bool) -> None:
    line = Wanted.model_validate(wanted)
    (checked,) = timeline.check([line], SEEN, tree=TREE, start=STORM_BEGINS, timezone=SITE_TIME)
    assert checked.held is held, checked.words
    assert checked.words
