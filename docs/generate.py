"""Writes docs/lifecycles.md from the tables in the code: ``python docs/generate.py`` (``make docs``).

With ``--check`` it writes nothing and exits 1 when the file does not match.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.lifecycle import Lifecycle

TARGET = Path(__file__).with_name("lifecycles.md")

# In the order of a storm: what opens first stands first.
TABLES = (
    "warning.event",
    "warning.warning",
    "evacuation.task",
    "evacuation.household_status",
    "evacuation.replies",
    "evacuation.request",
    "notifiers.callout",
    "notifiers.message",
    "notifiers.alarm",
)

HEAD = """# 生命周期 · Lifecycles

本文由代码里的表生成(`make docs`),请勿手改;测试会核对它与代码一致。
Generated from the tables in the code; a test checks that both agree.

每个生命周期是一张表:状态、事实、下一个状态、为什么允许。表里没有的组合会报错,不会被悄悄接受。
“只记不动”是迟到或重复的事实:记入日志,什么也不改变。
Every lifecycle is one table. A pair that stands nowhere in it raises; a *noted* fact is journalled and changes nothing.
"""


def lifecycles() -> Iterator[tuple[str, Lifecycle[Any]]]:
    """Every lifecycle of the project with the module it stands in."""
    for name in TABLES:
        yield name, importlib.import_module(name).LIFECYCLE


def render() -> str:
    """The whole page."""
    tables = list(lifecycles())
    toc = [f"- [{table.chinese} {table.name}](#{slug(heading(table))})" for _, table in tables]
    return "\n".join([HEAD, *toc, "", *(section(module, table) for module, table in tables)])


def heading(table: Lifecycle[Any]) -> str:
    """The heading of a table's section."""
    return f"{table.chinese} {table.name}"


def slug(text: str) -> str:
    """The anchor that renderers of Markdown give a heading."""
    return "".join(c for c in text.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def section(module: str, table: Lifecycle[Any]) -> str:
    """One lifecycle: where it stands, its diagram, its rows with reasons, its notes with reasons."""
    source = f"../{module.replace('.', '/')}.py"
    endings = ", ".join(f"`{state}`" for state in table.states if state in table.endings()) or "—"
    lines = [
        f"## {heading(table)}",
        "",
        f"[`{module}`]({source}) · 终态 endings: {endings}",
        "",
        "```mermaid",
        table.diagram(),
        "```",
        "",
        "| 从 from | 事实 fact | 到 to | 为什么 why |",
        "|---|---|---|---|",
    ]
    for row in table.rows:
        origin = f"`{row.source}`" if row.source is not None else "(新生 new)"
        fact = row.fact + (f"({row.when})" if row.when else "")
        lines.append(f"| {origin} | {fact} | `{row.target}` | {cell(row.why)} |")
    noted = [(state, fact, why) for state, facts in table.notes.items() for fact, why in facts.items()]
    if noted:
        lines += ["", "只记不动 noted:", "", "| 状态 state | 事实 fact | 为什么 why |", "|---|---|---|"]
        lines += [f"| `{state}` | {fact} | {cell(why)} |" for state, fact, why in noted]
    return "\n".join([*lines, ""])


def cell(text: str) -> str:
    """A sentence that stands in one cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file does not match")
    arguments = parser.parse_args()
    page = render()
    if not arguments.check:
        TARGET.write_text(page, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == page:
        return 0
    print("docs/lifecycles.md 与代码不一致,请运行 make docs", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
