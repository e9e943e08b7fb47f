"""drill: the real engine against a scripted storm; says which village is lost first, and whether the timeline held."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import Annotated

import typer

from jiaoying.cli import show
from jiaoying.cli.app import JsonOption
from jiaoying.cli.demo import pace_of
from jiaoying.config import ConfigError
from jiaoying.drills import scenario as scenarios
from jiaoying.drills.play import Played, play
from jiaoying.drills.runner import Progress
from jiaoying.drills.scenario import Scenario
from jiaoying.drills.stage import StageError
from jiaoying.drills.weixin import SITE_TIME


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("drill", epilog="例:jiaoying drill xiaoba.yaml --speed max")(drill)


def drill(
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO.yaml", help="剧本;xiaoba.yaml 随软件提供")],
    speed: Annotated[str, typer.Option(metavar="X|max", help="时间快多少倍,或 max")] = "max",
    directory: Annotated[
        Path | None, typer.Option("--dir", metavar="D", help="保留演练数据的新目录(默认用完即弃)")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """演练:真正的引擎、剧本里的雨和电话;最后说出哪个村最先来不及,逐条核对时间线。"""
    pace = pace_of(speed)
    try:
        chosen = scenarios.load(scenario)
        if directory is not None:
            _claim(directory)
            played = _play(chosen, directory, pace, quiet=as_json)
        else:
            with tempfile.TemporaryDirectory(prefix="jiaoying-drill-") as place:
                played = _play(chosen, Path(place), pace, quiet=as_json)
    except ConfigError as error:
        show.fail(str(error), show.MISUSED)
    except StageError as error:
        show.refused(error.faults)
    _tell(played, as_json=as_json)
    if not played.over:
        show.fail("演练没有走到底")
    if not played.held:
        show.fail("时间线有不成立的一条")


def _claim(directory: Path) -> None:
    """Make the directory of this drill, or end the command: what lies in another is not touched."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        show.fail(f"{directory}: 写不了:{error.strerror}", show.MISUSED)
    if any(directory.iterdir()):
        show.fail(f"{directory} 不是空目录", show.MISUSED)


def _play(chosen: Scenario, directory: Path, pace: float | None, *, quiet: bool) -> Played:
    with show.progress("建县") as advance:

        def progress(now: Progress) -> None:
            clock = now.at.astimezone(SITE_TIME)
            advance(f"演练 {clock:%H:%M} 未清零 {now.open_tasks}", completed=now.frames_done, total=now.frames)

        return play(
            chosen,
            directory,
            speed=pace,
            waiter=None if pace is None else threading.Event().wait,
            story=None if quiet else show.line,
            progress=progress,
            built=lambda kind, count: advance(f"建县 {kind} {count}"),
        )


def _tell(played: Played, *, as_json: bool) -> None:
    if not as_json:
        show.line("")
        for line in played.lines():
            show.line(line)
        return
    lost = played.lost_first
    show.document(
        {
            "held": played.held,
            "over": played.over,
            "open": played.open,
            "timeline": [
                {"what": one.wanted.what, "area": one.wanted.area, "held": one.held, "words": one.words}
                for one in played.checked
            ],
            "lost_first": None
            if lost is None
            else {"area": lost.area, "name": lost.name, "slack_s": lost.slack_s, "people": lost.people},
        }
    )
