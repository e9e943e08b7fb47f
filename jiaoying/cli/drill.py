"""drill: the real engine against a scripted storm; says which village is lost first, and whether the timeline held."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from hazards.frames import RainFrame
from jiaoying.cli import show
from jiaoying.cli.app import JsonOption
from jiaoying.cli.demo import pace_of
from jiaoying.config import ConfigError
from jiaoying.drills import scenario as scenarios
from jiaoying.drills import stage, timeline
from jiaoying.drills.county import write_county
from jiaoying.drills.runner import DrillStuck, Progress, Runner
from jiaoying.drills.scenario import Scenario
from jiaoying.storage import journal


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
    except ConfigError as error:
        show.fail(str(error), show.MISUSED)
    if directory is not None:
        if directory.exists() and any(directory.iterdir()):
            show.fail(f"{directory} 不是空目录", show.MISUSED)
        directory.mkdir(parents=True, exist_ok=True)
        held = _run(chosen, directory, pace, as_json=as_json)
    else:
        with tempfile.TemporaryDirectory(prefix="jiaoying-drill-") as place:
            held = _run(chosen, Path(place), pace, as_json=as_json)
    if not held:
        raise typer.Exit(show.WRONG)


def _run(chosen: Scenario, directory: Path, pace: float | None, *, as_json: bool) -> bool:
    if chosen.registers is None or chosen.rain_file is None:
        built = write_county(directory / "registers", chosen.seed)
    registers = chosen.registers or directory / "registers"
    rain = chosen.rain_file or built["rain"]
    played = stage.open_stage(
        f"sqlite:///{(directory / 'drill.db').resolve().as_posix()}",
        seed=chosen.seed,
        begins=chosen.start,
        behaviour=chosen.desk.behaviour(),
    )
    try:
        with show.progress("建县") as advance:
            stage.build(
                played.service, stage.registers_in(registers), told=lambda kind, count: advance(f"{kind} {count}")
            )
        tree = played.service.county.tree
        played.exchange.script = chosen.script(tree)
        frames = stage.storm(played.service, rain)
        _play(chosen, played, frames, pace, quiet=as_json)
        with played.engine.connect() as connection:
            seen = timeline.read(journal.entries(connection))
            lost = timeline.lost_first(stage.tasks(connection), tree)
        checked = timeline.check(
            chosen.timeline, seen, tree=tree, start=chosen.start, timezone=played.service.site.timezone
        )
    except (stage.StageError, ConfigError) as error:
        show.fail(str(error), show.MISUSED)
    except DrillStuck as error:
        show.fail(str(error))
    finally:
        played.close()
    return _tell(checked, lost, as_json=as_json)


def _play(
    chosen: Scenario, played: stage.Stage, frames: Sequence[RainFrame], pace: float | None, *, quiet: bool
) -> None:
    total = len(frames)
    with show.progress("演练", total=total) as advance:

        def progress(now: Progress) -> None:
            clock = played.service.site.hhmm(now.at)
            advance(f"{clock} 未清零 {now.open_tasks}", completed=now.frames_done)

        Runner(
            service=played.service,
            clock=played.clock,
            exchange=played.exchange,
            desk=played.desk,
            frames=frames,
            arrives_after=chosen.delay,
            speed=pace,
            waiter=None if pace is None else threading.Event().wait,
            story=None if quiet else show.line,
            progress=progress,
        ).run()


def _tell(checked: list[timeline.Checked], lost: timeline.LostFirst | None, *, as_json: bool) -> bool:
    held = all(one.held for one in checked)
    if as_json:
        show.document(
            {
                "held": held,
                "timeline": [
                    {"what": one.wanted.what, "area": one.wanted.area, "held": one.held, "words": one.words}
                    for one in checked
                ],
                "lost_first": None
                if lost is None
                else {"area": lost.area, "name": lost.name, "slack_s": lost.slack_s, "people": lost.people},
            }
        )
        return held
    show.line("")
    for one in checked:
        show.line(f"{'✓' if one.held else '✗'} {one.wanted.area or '全县'} {one.wanted.what}:{one.words}")
    show.line(str(lost) if lost is not None else "没有下达转移令的村")
    if not held:
        show.words.print("时间线有不成立的一条", style="bold red")
    return held
