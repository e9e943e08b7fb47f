"""Writes docs/lifecycles.md from the tables in the code: ``python docs/generate.py`` (``make docs``).

With ``--check`` it writes nothing and exits 1 when the file does not match.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
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

# Words of states whose rooms have no use for one themselves.
WORDS = {
    "Event": {"OPEN": "进行中", "CLOSED": "已结束"},
    "Warning": {
        "PROPOSED": "待签发",
        "IN_FORCE": "生效",
        "REJECTED": "已否决",
        "CANCELLED": "已取消",
        "EXPIRED": "已失效",
    },
    "Reply": {"WAITING": "待人读", "READ": "已读懂", "NOTED": "已记下"},
    "Request": {
        "RAISED": "已提出",
        "ASSIGNED": "已指派",
        "UNDER_WAY": "处置中",
        "DONE": "已处置",
        "CLOSED": "已核查",
        "WITHDRAWN": "已撤回",
    },
    "CallOut": {
        "READY": "待叫",
        "RINGING": "正在叫",
        "UNANSWERED": "无人应答",
        "TAKEN_OVER": "已接手",
        "ANSWERED": "已应答",
        "WITHDRAWN": "已撤回",
    },
    "Message": {
        "QUEUED": "排队",
        "SENDING": "正在发",
        "IN_DOUBT": "存疑",
        "ACCEPTED": "通道已收",
        "DELIVERED": "已送达",
        "READ": "已读",
        "FAILED": "失败",
        "STALE": "过期",
        "SUPPRESSED": "不再发",
    },
    "Alarm": {"RAISED": "报警中", "ACKNOWLEDGED": "已有人知道", "CLEARED": "已消除"},
}

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


def word(table: Lifecycle[Any], state: Any) -> str:
    """The Chinese word of a state."""
    return str(getattr(state, "chinese", "") or WORDS[table.name][state.value])


def anywhere(table: Lifecycle[Any]) -> dict[str, str]:
    """Facts that lead from every state to every state, with the reason; said once instead of drawn everywhere."""
    every = {(source, target) for source in table.states for target in table.states}
    pairs: dict[str, set[tuple[Any, Any]]] = {}
    for row in table.rows:
        pairs.setdefault(row.fact, set()).add((row.source, row.target))
    return {row.fact: row.why for row in table.rows if pairs[row.fact] == every}


def section(module: str, table: Lifecycle[Any]) -> str:
    """One lifecycle: where it stands, its states, its diagram, its rows with reasons, its notes with reasons."""
    source = f"../{module.replace('.', '/')}.py"
    free = anywhere(table)
    rows = tuple(row for row in table.rows if row.fact not in free)
    states = "、".join(
        f"`{state}` {word(table, state)}" + ("(终态)" if state in replace(table, rows=rows).endings() else "")
        for state in table.states
    )
    lines = [
        f"## {heading(table)}",
        "",
        f"[`{module}`]({source})。{states}",
        "",
        "```mermaid",
        replace(table, rows=rows).diagram(),
        "```",
        "",
        *(f"`{fact}`:任何状态 → 任何状态 any to any。{why}\n" for fact, why in free.items()),
        "| 从 from | 事实 fact | 到 to | 为什么 why |",
        "|---|---|---|---|",
    ]
    for row in rows:
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
