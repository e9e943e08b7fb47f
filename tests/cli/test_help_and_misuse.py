"""Every command explains itself with an example; whoever misuses one is told so, with exit 2 and nothing on stdout."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
import typer

from jiaoying.cli import whole
from tests.cli.conftest import Cli


def commands() -> list[tuple[str, ...]]:
    """Every command of the application, groups opened."""
    found: list[tuple[str, ...]] = []

    def walk(command: click.Command, path: tuple[str, ...]) -> None:
        children = getattr(command, "commands", None)
        if children is None:
            found.append(path)
            return
        for name in sorted(children):
            walk(children[name], (*path, name))

    walk(typer.main.get_command(whole()), ())
    return found


def test_the_commands_of_the_contract_are_there() -> None:
    names = {path[0] for path in commands()}
    assert {
        "demo",
        "init",
        "import",
        "ingest",
        "serve",
        "parse",
        "drill",
        "report",
        "journal",
        "user",
        "token",
    } == names


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_help_has_an_example(cli: Cli, path: tuple[str, ...]) -> None:
    shown = cli(*path, "--help")
    assert shown.exit_code == 0
    assert f"例:jiaoying {' '.join(path)}" in shown.stdout


def test_import_lists_the_chinese_headers(cli: Cli) -> None:
    shown = cli("import", "--help").stdout
    for header in ("户主", "人数", "责任人", "经度", "纬度", "站号", "容量", "上级"):
        assert header in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("demo", "--speed", "fast"),
        ("demo", "--speed", "-1"),
        ("demo", "--seed", "seven"),
        ("init",),
        ("import", "posts"),
        ("parse",),
        ("report", "latest"),
        ("journal", "verify", "nothing.jsonl"),
        ("journal", "rebuild"),
        ("serve", "--role", "king"),
        ("user", "add", "王值班"),
        ("drill", "nothing.yaml"),
    ],
    ids=" ".join,
)
def test_misuse_is_two(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Path, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(config.parent)
    done = cli(*arguments)
    assert done.exit_code == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.strip()


def test_no_config_is_said(cli: Cli, tmp_path: Path) -> None:
    done = cli("user", "list", "--config", tmp_path / "nowhere.yaml")
    assert done.exit_code == 2
    assert "nowhere.yaml" in done.stderr.replace("\n", "")


def test_a_wrong_key_names_file_line_and_what_was_meant(cli: Cli, config: Path) -> None:
    lines = config.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("evacuation:"))
    lines.insert(at + 1, "  oder_at: red")
    config.write_text("\n".join(lines), encoding="utf-8")
    done = cli("user", "list", "--config", config)
    told = done.stderr.replace("\n", "")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "config.yaml" in told
    assert str(at + 2) in told
    assert "order_at" in told


def test_a_demo_touches_no_directory_that_is_not_its_own(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
    assert cli("demo", "--once", "--dir", tmp_path).exit_code == 2
    assert cli("demo", "--once", "--fresh", "--dir", tmp_path).exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]


def test_parse_reads_texts_and_files(cli: Cli, tmp_path: Path) -> None:
    done = cli("parse", "已转移12户36人,还有2户5人不愿走", "收到")
    first, second = map(json.loads, done.stdout.splitlines())
    assert (done.exit_code, first["moved"]) == (0, {"households": 12, "people": 36})
    assert list(first) == [
        "text", "intents", "moved", "increment", "remaining", "refused", "away", "needs", "code", "sure", "reason",
    ]  # fmt: skip
    assert second["intents"] == ["ack"]
    assert json.loads(cli("parse", "收到", "--json").stdout)[0]["text"] == "收到"
    file = tmp_path / "replies.jsonl"
    file.write_text('{"text": "3 42 118"}\n{"text": "a\\u2028b\\n"}\n', encoding="utf-8")
    texts = [json.loads(line)["text"] for line in cli("parse", "--file", file).stdout.split("\n") if line]
    assert texts == ["3 42 118", "a\u2028b\n"]
    file.write_text('{"text": "1"}\nnot json\n', encoding="utf-8")
    done = cli("parse", "--file", file)
    assert done.exit_code == 1
    assert "第2行" in done.stderr
    assert cli("parse", "--file", tmp_path / "none.jsonl").exit_code == 2
