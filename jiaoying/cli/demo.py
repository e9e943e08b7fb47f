"""demo: a county of people who do not exist, a real storm, the real engine, virtual phones."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from hazards.frames import RainFrame
from jiaoying.bootstrap import Busy, Running, running
from jiaoying.cli import show
from jiaoying.cli.app import settings
from jiaoying.config import default_text
from jiaoying.drills import stage
from jiaoying.drills.clock import VirtualClock
from jiaoying.drills.county import RAIN_FILE, write_county
from jiaoying.drills.desk import Desk
from jiaoying.drills.exchange import Exchange
from jiaoying.drills.runner import DrillStuck, Outcome, Progress, Runner, stands_at
from jiaoying.drills.stage import StageError
from jiaoying.drills.weixin import COUNTY_CODE
from jiaoying.drills.weixin import STORM_BEGINS as STARTS_AT
from jiaoying.engine.reporting import gather
from jiaoying.engine.turn import Turn
from jiaoying.reports import write_report
from jiaoying.reports.record import summary
from jiaoying.storage import site as site_store

SUMMARY = "summary.json"
REPORT = "report"
SPEED = 120.0


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("demo", epilog="例:jiaoying demo;jiaoying demo --once --speed max --seed 7")(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="账目清零后自己结束,写报告,最后一行打印 JSON 摘要")] = False,
    directory: Annotated[Path, typer.Option("--dir", metavar="D", help="站点目录")] = Path("demo"),
    port: Annotated[int, typer.Option(help="页面端口")] = 8760,
    speed: Annotated[str, typer.Option(metavar="X|max", help="时间快多少倍,或 max")] = "120",
    seed: Annotated[int, typer.Option(help="种子:同一种子,同一夜、同一日志")] = 7,
    fresh: Annotated[bool, typer.Option("--fresh", help="丢弃目录里已有的演示,重新开始")] = False,
) -> None:
    """小坝之夜:造一个虚构的威信县,重放一场真实的暴雨,用真正的引擎和虚拟电话,直到每一户都清点到位。"""
    pace = pace_of(speed)
    if fresh and directory.exists():
        _discard(directory)
    kept = _finished(directory, seed)
    if kept is not None and once:
        show.words.print(f"{directory} 里的演示已经结束;要重来请加 --fresh", markup=False)
        show.line(kept)
        return
    _prepare(directory, seed, port)
    config = settings(directory / "config.yaml")
    clock = VirtualClock(stands_at_or_start(directory, config))
    made: list[Exchange] = []

    def exchange(engine: Any, writer: Any) -> Exchange:
        made.append(Exchange(engine, writer, seed=seed))
        return made[0]

    try:
        with running(config, clock=clock.now, drill_seed=seed, exchange=exchange, inline=once) as site:
            _run(site, clock, made[0], directory, Options(once=once, pace=pace, seed=seed, port=port))
    except Busy:
        show.fail(f"{directory} 里的演示正由另一个进程运行")
    except StageError as error:
        show.refused(error.faults)
    except DrillStuck as error:
        show.fail(str(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How this demo runs; `pace` None is as fast as it can."""

    once: bool
    pace: float | None
    seed: int
    port: int


def pace_of(speed: str) -> float | None:
    """How many times faster than life; None is as fast as it can. Ends the command when it cannot be read."""
    if speed == "max":
        return None
    try:
        pace = float(speed)
    except ValueError:
        pace = 0.0
    if not 0 < pace < 1e6:
        show.fail(f"--speed 应是正数或 max,写的是 {speed!r}", show.MISUSED)
    return pace


def _discard(directory: Path) -> None:
    """Throw a demo away; a directory that is not one is left alone."""
    if any(directory.iterdir()) and not (directory / "registers").is_dir():
        show.fail(f"{directory} 不像是演示目录(没有 registers),不敢清空", show.MISUSED)
    shutil.rmtree(directory)


def _finished(directory: Path, seed: int) -> str | None:
    path = directory / SUMMARY
    if not path.is_file():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    if kept["seed"] != seed:
        show.fail(f"{directory} 是种子 {kept['seed']} 的演示;换目录,或加 --fresh 重来", show.MISUSED)
    return json.dumps(kept["summary"], ensure_ascii=False)


def _prepare(directory: Path, seed: int, port: int) -> None:
    """Write config and register files; each appears whole, so that a killed run can be repeated."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        others = [p for p in directory.iterdir() if not p.name.startswith(".")]
        if others and not (directory / "registers").is_dir():
            show.fail(f"{directory} 里已有别的东西;请给一个新目录", show.MISUSED)
        write_county(directory / "registers", seed)
        text = default_text({"web.port": port}, area=COUNTY_CODE[:6], name="威信县(演练)", status="Exercise")
        _write_whole(directory / "config.yaml", text)
    except OSError as error:
        show.fail(f"{directory}: 写不了:{error.strerror}")


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def stands_at_or_start(directory: Path, config: Any) -> Any:
    """Where the clock of the demo stands: at the beginning of the storm, or where it was killed."""
    from jiaoying.bootstrap import open_database

    if not (directory / "jiaoying.db").exists():
        return STARTS_AT
    engine, _ = open_database(config, now=STARTS_AT, seed=None)
    try:
        return stands_at(engine) or STARTS_AT
    finally:
        engine.dispose()


def _run(site: Running, clock: VirtualClock, exchange: Exchange, directory: Path, options: Options) -> None:
    service = site.service
    _keep_seed(site, options.seed)
    files = stage.registers_in(directory / "registers")
    with show.progress("建县", total=len(files)) as advance:
        rows = stage.build(service, files, told=lambda kind, count: advance(f"建县 {kind} {count}"))
    show.words.print(f"威信县(虚构的人,真实的乡村名):登记册 {rows} 行已就位")
    frames = stage.storm(service, directory / "registers" / RAIN_FILE)
    with _pages(site, options):
        try:
            outcome = _replay(site, clock, exchange, frames, options)
        except KeyboardInterrupt:
            raise typer.Exit(show.WRONG) from None
        if outcome.over:
            _finish(site, directory, options.seed)
        if not options.once:
            show.words.print("演示结束,页面仍开着;按 Ctrl-C 关闭")
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                show.words.print("再见")


@contextmanager
def _pages(site: Running, options: Options) -> Iterator[None]:
    """Serve the console as long as somebody may look, however the demo ends; one that runs by itself has none."""
    if options.once:
        yield
        return
    from jiaoying.web.server import ServerThread

    server = ServerThread(site.service, host="127.0.0.1", port=options.port)
    server.start()
    try:
        link = server.login_link(site.writer, name="值班员", role="duty")
        show.words.print(f"页面(一次有效的链接):{link}", markup=False, style="bold")
        yield
    finally:
        server.stop()


def _replay(
    site: Running, clock: VirtualClock, exchange: Exchange, frames: Sequence[RainFrame], options: Options
) -> Outcome:
    with show.progress("重放暴雨", total=len(frames)) as advance:

        def progress(now: Progress) -> None:
            advance(f"{site.service.site.hhmm(now.at)} 未清零 {now.open_tasks}", completed=now.frames_done)

        return Runner(
            service=site.service,
            clock=clock,
            exchange=exchange,
            desk=Desk(site.engine, site.writer, seed=options.seed),
            frames=frames,
            speed=options.pace,
            waiter=None if options.pace is None else threading.Event().wait,
            story=show.line,
            progress=progress,
        ).run()


def _keep_seed(site: Running, seed: int) -> None:
    """A directory belongs to one seed: another would tell another story over the same rows."""

    def keep(turn: Turn) -> str:
        known = site_store.get(turn.work.connection, "seed")
        if known is None:
            site_store.put(turn.work.connection, "seed", str(seed))
            return str(seed)
        return known

    known = site.service.run("Seed", keep)
    if known != str(seed):
        show.fail(f"这个目录是种子 {known} 的演示;换目录,或加 --fresh 重来", show.MISUSED)


def _finish(site: Running, directory: Path, seed: int) -> None:
    record = gather(site.engine, site.service.county, site.service.site, "latest")
    out = directory / REPORT
    paths = write_report(record, out, formats=("html", "json"))
    told = summary(record, report=str(paths[0]))
    _write_whole(directory / SUMMARY, json.dumps({"seed": seed, "summary": told}, ensure_ascii=False))
    show.document(told)
