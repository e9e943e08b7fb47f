"""`drill` and `demo` say what went wrong in words, and end with the number that says who has to act."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest
import typer
from typer.testing import CliRunner, Result

from core.levels import Level
from core.tables import Fault
from jiaoying.cli import demo, drill
from jiaoying.drills import stage
from jiaoying.drills.play import Played
from jiaoying.drills.runner import DrillStuck, Runner
from jiaoying.drills.scenario import Wanted
from jiaoying.drills.timeline import Checked, LostFirst

LOST = LostFirst(area="530629101201", name="小坝村", slack_s=-120, households=42, people=118)


def call(*words: str | Path) -> Result:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.callback()(lambda: None)
    for module in (demo, drill):
        module.register(app)
    return CliRunner().invoke(app, [str(word) for word in words])


def scenario(directory: Path, text: str = "name: 一夜") -> Path:
    path = directory / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def ends_as(monkeypatch: pytest.MonkeyPatch, *, over: bool = True, held: bool = True) -> None:
    """Let every drill end like this."""

    def play(chosen: object, directory: Path, **given: Any) -> Played:
        assert directory.is_dir()
        if given["story"] is not None:
            given["story"]("22:04 小坝村 橙色转移令")
        return Played(
            at=datetime(2025, 7, 9, tzinfo=UTC),
            over=over,
            open="" if over else "未清零任务 1 项:小坝村",
            checked=(
                Checked(
                    wanted=Wanted(what="Task Ordered", area="小坝村", level=Level.RED), held=held, words="没有发生"
                ),
            ),
            lost_first=LOST,
        )

    monkeypatch.setattr(drill, "play", play)


def test_a_drill_that_held_tells_its_story_and_its_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends_as(monkeypatch)
    done = call("drill", scenario(tmp_path), "--dir", tmp_path / "kept")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "22:04 小坝村 橙色转移令",
        "",
        "最先来不及的村:小坝村,42户118人,按名单走完要晚2分钟",
        "✓ Task Ordered 小坝村 red:没有发生",
    ]
    assert (tmp_path / "kept").is_dir()


@pytest.mark.parametrize(
    ("over", "held", "said"), [(True, False, "时间线有不成立的一条"), (False, True, "演练没有走到底")]
)
def test_a_drill_that_did_not_hold_ends_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, over: bool, held: bool, said: str
) -> None:
    ends_as(monkeypatch, over=over, held=held)
    done = call("drill", scenario(tmp_path))
    assert done.exit_code == 1
    assert said in done.stderr
    assert "✗" in done.stdout


def test_with_json_there_is_one_document_and_no_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends_as(monkeypatch, over=False)
    done = call("drill", scenario(tmp_path), "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == {
        "held": False,
        "over": False,
        "open": "未清零任务 1 项:小坝村",
        "timeline": [{"what": "Task Ordered", "area": "小坝村", "held": True, "words": "没有发生"}],
        "lost_first": {"area": "530629101201", "name": "小坝村", "slack_s": -120, "people": 118},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: 一夜\nspeling: 1", ["a.yaml 第2行 speling"]),
        ("name: 一夜\ncounty: nowhere", ["a.yaml 第2行 county", "nowhere"]),
        ("name: 一夜\ncounty: .", ["areas.csv: 登记册目录里没有这个文件", "zones.geojson", "演练没有开始"]),
    ],
)
def test_what_cannot_be_played_is_refused_with_place_and_reason(tmp_path: Path, text: str, said: list[str]) -> None:
    done = call("drill", scenario(tmp_path, text))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert [words for words in said if words not in done.stderr] == []


def test_a_directory_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    path = scenario(tmp_path)
    for directory, said in ((tmp_path, "不是空目录"), (path, "写不了")):
        done = call("drill", path, "--dir", directory)
        assert done.exit_code == 2
        assert said in done.stderr
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (
            stage.StageError([Fault(file="stations.csv", row=3, column="lon", reason="应是数字")]),
            2,
            "stations.csv 第3行",
        ),
        (DrillStuck("未清零任务 1 项:小坝村"), 1, "未清零任务 1 项:小坝村"),
    ],
)
def test_a_demo_that_cannot_go_on_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int, said: str
) -> None:
    def fails(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr(stage, "build", fails if code == 2 else lambda *_, **__: 0)
    monkeypatch.setattr(stage, "storm", lambda *_: ())
    monkeypatch.setattr(Runner, "run", fails)
    done = call("demo", "--once", "--speed", "max", "--dir", tmp_path / "demo")
    assert done.exit_code == code, done.exception
    assert said in done.stderr
