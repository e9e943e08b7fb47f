"""A scenario from file to verdict, over a county given as register files."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiaoying.config.reading import ConfigError
from jiaoying.drills.county import write_county
from jiaoying.drills.play import play
from jiaoying.drills.scenario import load
from jiaoying.drills.weixin import XIAOBA

SCENARIO = """
name: 小坝一夜
county: registers
start: 2025-07-08 15:00
ends: 2025-07-08 22:30
phones:
  - phone: Xiaoba leader
    expects: 转移
    channel: sms
    replies:
      - {after: 40s, text: "A7 1"}
timeline:
  - {what: Task Ordered, area: 小坝村, level: orange, by: 2025-07-08 22:10}
  - {what: CallOut Answered, area: 小坝村, role: leader, within: 10m, after: Task Ordered}
  - {what: Task Ordered, area: 小坝村, level: red, by: 2025-07-08 22:10}
  - {what: Household Corrected, never: true}
"""


def test_a_scenario_is_played_and_its_timeline_judged(tmp_path: Path) -> None:
    write_county(tmp_path / "registers", 7, villages=(XIAOBA,))
    (tmp_path / "a.yaml").write_text(SCENARIO, encoding="utf-8")
    told: list[str] = []
    played = play(load(tmp_path / "a.yaml"), tmp_path / "run", story=told.append)
    assert [line.held for line in played.checked] == [True, True, False, True], played.lines()
    assert not played.held
    assert played.over
    assert played.lost_first is not None
    assert played.lost_first.name == "小坝村"
    assert "最先来不及的村:小坝村,42户118人" in played.lines()[0]
    assert any("小坝村 橙色转移令 42户118人" in line for line in told), told
    assert all(line[2] == ":" for line in told)


def test_a_phone_nobody_has_stops_it_before_anything_happens(tmp_path: Path) -> None:
    write_county(tmp_path / "registers", 7, villages=(XIAOBA,))
    (tmp_path / "a.yaml").write_text(SCENARIO.replace("Xiaoba leader", "大坝村 leader"), encoding="utf-8")
    with pytest.raises(ConfigError, match="大坝村"):
        play(load(tmp_path / "a.yaml"), tmp_path / "run")
