"""parse: what the reader makes of a text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from evacuation.reply import as_json, read
from jiaoying.cli import show


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("parse", epilog='例:jiaoying parse "已转移12户36人,还有2户5人不愿走"')(parse)


def parse(
    texts: Annotated[list[str] | None, typer.Argument(metavar="TEXT...", help="回复的原文")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="JSONL,每行一个带 text 的对象", metavar="F.jsonl")] = None,
    as_document: Annotated[bool, typer.Option("--json", help="输出一个 JSON 文档(数组)")] = False,
) -> None:
    """识读回复:每条一行 JSON(意图、数字、把握)。"""
    if not texts and file is None:
        show.fail("请给出 TEXT 或 --file", show.MISUSED)
    wanted = list(texts or [])
    if file is not None:
        wanted += _texts_of(file)
    readings = [as_json(read(text), text) for text in wanted]
    if as_document:
        show.document(readings)
        return
    for reading in readings:
        show.document(reading)


def _texts_of(file: Path) -> list[str]:
    data = show.read_bytes(file)
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        show.fail(f"{file}: 不是 UTF-8", show.WRONG)
    texts = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            text = json.loads(line)["text"]
        except (ValueError, KeyError, TypeError) as error:
            show.fail(f"{file} 第{number}行: 不是带 text 的 JSON 对象({error})", show.WRONG)
        if not isinstance(text, str):
            show.fail(f"{file} 第{number}行: text 不是文字", show.WRONG)
        texts.append(text)
    return texts
