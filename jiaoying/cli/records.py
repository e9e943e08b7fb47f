"""report and journal: what is read afterwards, and the proof that it is true."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jiaoying.bootstrap import open_database, running
from jiaoying.cli import show
from jiaoying.cli.app import DEFAULT_CONFIG, ConfigOption, JsonOption, settings
from jiaoying.engine.reporting import EventNotFound, gather
from jiaoying.reports import FORMATS, write_report
from jiaoying.storage import journal as journal_store
from jiaoying.storage import rebuild

journal = typer.Typer(help="日志:验证、导出、重建核对。", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("report", epilog="例:jiaoying report latest --out 报告 --formats html,json")(report)
    app.add_typer(journal, name="journal")


def report(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="降雨过程的编号,或 latest")],
    out: Annotated[Path, typer.Option("--out", help="输出目录", metavar="DIR")],
    formats: Annotated[str, typer.Option(help="逗号分隔:html,json")] = "html,json",
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """事后报告:雨与阈值、时间线、应答、安全人数曲线、各村账目。"""
    wanted = tuple(dict.fromkeys(part.strip() for part in formats.split(",") if part.strip()))
    unknown = [part for part in wanted if part not in FORMATS]
    if unknown or not wanted:
        show.fail(f"不支持的格式:{'、'.join(unknown) or '(空)'};有:{'、'.join(FORMATS)}", show.MISUSED)
    with running(settings(config), need_lead=False) as site, show.progress("写报告", total=len(wanted)) as advance:
        try:
            record = gather(site.engine, site.service.county, site.service.site, event)
        except EventNotFound as error:
            show.fail(str(error))
        try:
            paths = write_report(record, out, formats=wanted, on_written=lambda _: advance())
        except OSError as error:
            show.fail(f"{out}: 写不了:{error.strerror}")
    if as_json:
        show.document({"event": record.event.id, "files": [str(path) for path in paths]})
        return
    for path in paths:
        show.line(str(path))


@journal.command("verify", epilog="例:jiaoying journal verify;jiaoying journal verify 导出.jsonl")
def verify(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="导出的文件;不写则验证数据库")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """验证哈希链;断了就指出第一处。"""
    if file is not None:
        if not file.is_file():
            show.fail(f"{file}: 没有这个文件", show.MISUSED)
        try:
            verdict = journal_store.verify_file(file)
        except (UnicodeDecodeError, OSError):
            show.fail(f"{file}: 不是导出的日志(UTF-8 的 JSONL)", show.MISUSED)
    else:
        engine, _ = open_database(settings(config), create=False)
        try:
            verdict = journal_store.verify_database(engine)
        finally:
            engine.dispose()
    fault = verdict.fault
    if as_json:
        broken = None
        if fault is not None:
            broken = {"line": fault.line, "sequence": fault.sequence, "reason": fault.reason}
        show.document(
            {
                "ok": verdict.holds,
                "entries": verdict.entries,
                "hash": verdict.hash,
                "unsealed": verdict.unsealed,
                "broken": broken,
            }
        )
    elif fault is None:
        show.line(f"日志完整:{verdict.entries} 条,末尾 {verdict.hash}")
    if fault is not None:
        show.fail(f"日志在序号 {fault.sequence}(第 {fault.line} 行)断裂:{fault.reason};之前 {verdict.entries} 条完好")


@journal.command("export", epilog="例:jiaoying journal export --out 日志.jsonl")
def export(
    out: Annotated[Path, typer.Option("--out", help="输出文件", metavar="F.jsonl")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """导出日志,一行一条;不含姓名、电话和回复原文。"""
    engine, _ = open_database(settings(config), create=False)
    try:
        count = journal_store.export(engine, out)
    except OSError as error:
        show.fail(f"{out}: 写不了:{error.strerror}", show.MISUSED)
    finally:
        engine.dispose()
    show.line(f"{out}: {count} 条")


@journal.command("rebuild", epilog="例:jiaoying journal rebuild --check")
def rebuild_(
    check: Annotated[bool, typer.Option("--check", help="只核对,不改动(目前唯一的用法)")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """由日志重算每一张表的每一列,与现存的行核对。"""
    if not check:
        show.fail("请加 --check:由日志重算并核对,不改动数据", show.MISUSED)
    engine, _ = open_database(settings(config), create=False)
    try:
        differences = rebuild.rebuild_check(engine)
    finally:
        engine.dispose()
    if as_json:
        show.document(
            [difference.__dict__ if hasattr(difference, "__dict__") else str(difference) for difference in differences]
        )
    for difference in differences[:100]:
        show.words.print(str(difference), markup=False)
    if differences:
        show.fail(f"{len(differences)} 处与日志不符")
    if not as_json:
        show.line("每张表的每一列都与日志一致")
