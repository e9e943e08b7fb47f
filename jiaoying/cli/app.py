"""The application object, the options every command shares, and the entry point."""

from __future__ import annotations

import logging
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from jiaoying.bootstrap import DatabaseFault
from jiaoying.cli import show
from jiaoying.config import Config, ConfigError, load

app = typer.Typer(
    name="jiaoying",
    help="叫应:call, and be answered。盯雨、预警、叫应、转移、清点,一个都不能少。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ConfigOption = Annotated[Path, typer.Option("--config", help="设置文件", metavar="FILE")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出一个 JSON 文档")]
DEFAULT_CONFIG = Path("config.yaml")


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="版本")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="在标准错误上写日志")] = False,
) -> None:
    """叫应:call, and be answered。"""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    if version:
        show.line(f"jiaoying {metadata.version('jiaoying')}")
        raise typer.Exit


def settings(path: Path) -> Config:
    """Read the config, or end with file, line and reason of every fault."""
    try:
        return load(path)
    except ConfigError as error:
        show.fail(str(error), show.MISUSED)


@cache
def whole() -> typer.Typer:
    """The application with every command, each added once."""
    from jiaoying.cli import demo, drill, parse, records, site, users  # each adds its commands to `app`

    for module in (demo, site, parse, drill, records, users):
        module.register(app)
    return app


def main() -> None:
    """Run the command line."""
    try:
        whole()()
    except DatabaseFault as error:
        show.words.print(str(error), style="bold red", markup=False)
        sys.exit(show.WRONG)
