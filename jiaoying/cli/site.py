"""init, import, ingest, serve: a site from nothing to running."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from hazards.stations import ALIASES as STATIONS
from hazards.zones import ALIASES as ZONES
from jiaoying.bootstrap import Busy, open_database, running
from jiaoying.cli import show
from jiaoying.cli.app import DEFAULT_CONFIG, ConfigOption, JsonOption, settings
from jiaoying.config import Config, ConfigError, default_text, loads
from jiaoying.engine import importing, polling
from jiaoying.engine.commands import Actor
from jiaoying.storage import accounts
from jiaoying.storage.database import Engine
from people.registers import ALIASES
from warning.thresholds import ALIASES as THRESHOLDS

HEADERS = {**ALIASES, "zones": ZONES, "stations": STATIONS, "thresholds": THRESHOLDS}
OPERATOR = Actor(kind="user", id="cli", role="admin")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("init", epilog="例:jiaoying init 威信 --area 530629")(init)
    app.command("import", epilog="例:jiaoying import posts 岗位.csv --check-only", help=_import_help())(import_)
    app.command("ingest", epilog="例:jiaoying ingest rain 20250708.csv")(ingest)
    app.command("serve", epilog="例:jiaoying serve --config config.yaml")(serve)


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="新目录,或空目录")],
    area: Annotated[str, typer.Option(help="本站的行政区代码(县 6 位)")] = "",
    name: Annotated[str, typer.Option(help="本站名称")] = "",
) -> None:
    """建一个新站点:写好逐项注释的 config.yaml 和空数据库。"""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        show.fail(f"{directory} 已存在且不是空目录;换一个目录,免得盖掉已有的站点", show.MISUSED)
    text = default_text(area=area, name=name)
    try:
        loads(text)
    except ConfigError as error:
        show.fail(str(error), show.MISUSED)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / "config.yaml"
        path.write_text(text, encoding="utf-8")
        (directory / "incoming" / "rain").mkdir(parents=True)
    except OSError as error:
        show.fail(f"{directory}: 写不了:{error.strerror}")
    config = settings(path)
    engine, _ = open_database(config)
    engine.dispose()
    show.line(str(path))
    show.words.print(f"站点已建在 {directory}。下一步:jiaoying import areas 行政区.csv --config {path}", markup=False)


def _import_help() -> str:
    lines = ["登记册入库:全部正确才入库,有错逐条列出。KIND:" + " ".join(importing.KINDS), "", "中文表头:"]
    for kind, aliases in HEADERS.items():
        lines.append(f"{kind}: " + " ".join(f"{chinese}={name}" for chinese, name in aliases.items()))
    return "\n\n".join(lines)


def import_(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="、".join(importing.KINDS))],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV(UTF-8 或 GBK);zones 为 GeoJSON")],
    check_only: Annotated[bool, typer.Option("--check-only", help="只检查,不入库")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="文件里没有的行从登记册移除(仍在用的保留)")] = False,
    signed: Annotated[list[str] | None, typer.Option("--by", help="具名人(降雨过程中更换阈值要两个)")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """登记册入库。"""
    if kind not in importing.KINDS:
        show.fail(f"没有 {kind} 这种登记册;有:{'、'.join(importing.KINDS)}", show.MISUSED)
    data = [(str(path), show.read_bytes(path)) for path in files]
    with running(settings(config), need_lead=False) as site, show.progress(f"{kind} 入库", total=None):
        _known_signers(site.engine, signed or ())
        outcome = importing.take(
            site.service, kind, data, actor=OPERATOR, check_only=check_only, replace=replace, signed=signed or ()
        )
    if as_json:
        show.document(importing.summary(outcome))
    if outcome.refused:
        show.words.print(f"被拒:{len(outcome.faults)} 处有错,一行也没有入库", style="bold red")
        show.faults(outcome.faults)
        raise typer.Exit(show.WRONG)
    for column in outcome.unknown_columns:
        show.words.print(f"未知列已忽略:{column}", markup=False)
    for code in outcome.mended:
        show.words.print(f"已修补的环:{code}", markup=False)
    show.faults(outcome.notes, most=20)
    if as_json:
        return
    if check_only:
        show.line(f"{kind}: {outcome.rows} 行,检查通过,未入库")
        return
    show.line(f"{kind}: {outcome.rows} 行,新增 {outcome.added},更改 {outcome.changed},不变 {outcome.unchanged}")
    for title, keys in (
        ("文件里没有、登记册保留", outcome.absent),
        ("已移除", outcome.removed),
        ("仍在叫应或名单中、未移除", outcome.kept_in_use),
    ):
        if keys:
            show.words.print(
                f"{title}:{len(keys)}({'、'.join(keys[:10])}{'……' if len(keys) > 10 else ''})", markup=False
            )


def _known_signers(engine: Engine, signed: Sequence[str]) -> None:
    """Only people with an account of their own can put their name to something."""
    with engine.connect() as connection:
        unknown = [name for name in signed if accounts.find_user(connection, name.strip()) is None]
    if unknown:
        show.fail(f"没有这些账号:{'、'.join(unknown)};具名的人要先有账号(jiaoying user add)", show.MISUSED)


def ingest(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="config.yaml 里 sources 的 name")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="雨量文件(站点 CSV)")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """把雨量文件送进和调度器同一条路:入库、研判、叫应。"""
    chosen = settings(config)
    names = [item.name for item in chosen.sources]
    if source not in names:
        show.fail(f"没有名为 {source} 的雨量源;有:{'、'.join(names) or '无'}", show.MISUSED)
    data = [(str(path), show.read_bytes(path)) for path in files]
    results = []
    with running(chosen, need_lead=False) as site, show.progress("雨情入库", total=len(data)) as advance:
        for name, content in data:
            results.append(polling.take(site.service, source, content, name, judge=site.leads))
            advance()
        handed_over = not site.leads
    faults = [fault for taken in results for fault in taken.faults]
    if as_json:
        show.document(
            [
                {
                    "file": taken.file,
                    "frames": taken.frames,
                    "changed": taken.changed,
                    "faults": [
                        {"file": f.file, "row": f.row, "column": f.column, "reason": f.reason} for f in taken.faults
                    ],
                }
                for taken in results
            ]
        )
    else:
        for taken in results:
            if not taken.faults:
                show.line(f"{taken.file}: {taken.frames} 个时段,新增或更正 {taken.changed}")
    if faults:
        show.words.print(f"被拒:{len(faults)} 处有错,该文件一行也没有入库", style="bold red")
        show.faults(faults)
        raise typer.Exit(show.WRONG)
    if handed_over:
        show.words.print("服务正在运行:已交给它研判")


def serve(
    role: Annotated[str, typer.Option(help="all:全部;web:只开页面与接口;engine:只跑引擎")] = "all",
    config: ConfigOption = DEFAULT_CONFIG,
    host: Annotated[str | None, typer.Option(help="监听地址(默认用设置)")] = None,
    port: Annotated[int | None, typer.Option(help="监听端口(默认用设置)")] = None,
) -> None:
    """启动服务:引擎、网关、页面与接口。"""
    from jiaoying.web.server import serve_until  # the web stack is only loaded by who serves

    if role not in ("all", "web", "engine"):
        show.fail("role 只能是 all、web 或 engine", show.MISUSED)
    chosen = settings(config)
    if role != "all" and chosen.database_url.startswith("sqlite"):
        show.fail("SQLite 数据库只能用 --role all(一个进程);要分开跑请用 PostgreSQL", show.MISUSED)
    try:
        _serve(chosen, role, host or chosen.web.host, chosen.web.port if port is None else port, serve_until)
    except Busy as error:
        show.fail(str(error))


def _serve(config: Config, role: str, host: str, port: int, serve_until: object) -> None:
    from jiaoying.engine.scheduler import Heart
    from jiaoying.web.accounts import first_login

    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with running(config, need_lead=role != "web", may_lead=role != "web") as site:
        heart = None
        if role != "web":
            heart = Heart(site.service, site.sources, on_beat=site.beat, on_lost=stop.set)
            heart.start()
        try:
            if role == "engine":
                show.words.print(f"引擎运行中(进程 {os.getpid()})")
                stop.wait()
            else:

                def listening(base: str) -> None:
                    link = first_login(site.writer, base=config.web.public_url or base)
                    if link is not None:
                        show.words.print(f"第一次登录(管理员,一次有效):{link}", markup=False)

                serve_until(site.service, host=host, port=port, stop=stop, on_listening=listening)  # type: ignore[operator]
        finally:
            if heart is not None:
                heart.stop()
    if heart is not None and heart.lost:
        show.fail("另一个引擎已接管这个站点,本进程已停止;请查明后再启动")
