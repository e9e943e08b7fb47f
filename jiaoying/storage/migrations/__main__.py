"""Writes a revision: ``python -m jiaoying.storage.migrations [--first] MESSAGE`` (run from a source tree)."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine

from jiaoying.storage import kinds, schema_registers  # noqa: F401  # they declare their tables
from jiaoying.storage.database import UtcDateTime, open_engine
from jiaoying.storage.migrations import run
from jiaoying.storage.schema import metadata

VERSIONS = Path(__file__).parent / "versions"
HEAD = '''"""{message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    {upgrade}


def downgrade() -> None:
    """Go back to the one before."""
    {downgrade}
'''


def plain(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Own types are written as what they store, so that an old revision never depends on today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def parts() -> list[tuple[str, set[str]]]:
    """The first revisions: which tables each makes, so that none grows too long to read."""
    called = {"callout", "message", "request", "reply", "alarm"}
    known = {table.name for table in metadata.tables.values()}
    registers = {name for name in known if name.startswith("register_")}
    decided = set(kinds.KINDS) - called
    return [
        ("Journal, private rows, inbox, rain, accounts, drills", known - registers - decided - called),
        ("Registers and their history", registers),
        ("Events, warnings, tasks, households", decided),
        ("Call-outs, messages, replies, requests, alarms", called),
    ]


def write(engine: Engine, message: str, revision: str, down: str | None, tables: set[str] | None = None) -> Path | None:
    """Write the revision that leads from the schema of `engine` to the metadata; None when nothing differs.

    Parameters
    ----------
    tables : set of str, optional
        Look at these only.
    """

    def wanted(_item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        return tables is None or kind != "table" or name in tables

    with engine.connect() as connection:
        options = {"compare_type": True, "target_metadata": metadata, "include_object": wanted}
        script = produce_migrations(MigrationContext.configure(connection, opts=options), metadata)
    assert script.upgrade_ops is not None
    assert script.downgrade_ops is not None
    if script.upgrade_ops.is_empty():
        return None
    path = VERSIONS / f"revision_{revision}.py"
    path.write_text(
        HEAD.format(
            message=message,
            revision=revision,
            down=f'"{down}"' if down else "None",
            upgrade=render_python_code(script.upgrade_ops, render_item=plain),
            downgrade=render_python_code(script.downgrade_ops, render_item=plain),
        ),
        encoding="utf-8",
    )
    return path


def main(arguments: list[str]) -> int:
    """Write the next revision, or the first ones anew."""
    parser = argparse.ArgumentParser(prog="python -m jiaoying.storage.migrations", description=__doc__)
    parser.add_argument("message", nargs="?", help="what changed")
    parser.add_argument(
        "--first", action="store_true", help="write the first revisions anew (before the first release)"
    )
    options = parser.parse_args(arguments)
    if not options.first and not options.message:
        parser.error("say what changed")
    known = sorted(path.stem.removeprefix("revision_") for path in VERSIONS.glob("revision_*.py"))
    if options.first:
        for number in known:
            (VERSIONS / f"revision_{number}.py").unlink()
        known = []
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/empty.db")
        if known:
            run(engine)
        wanted: list[tuple[str, set[str] | None]] = list(parts()) if options.first else [(options.message, None)]
        written = []
        for message, tables in wanted:
            path = write(engine, message, f"{len(known) + 1:04}", known[-1] if known else None, tables)
            if path is not None:
                known.append(path.stem.removeprefix("revision_"))
                written.append(path)
        engine.dispose()
    if not written:
        print("the migrations give the tables of the code already", file=sys.stderr)
        return 0
    for path in written:
        print(path)
    print("now: ruff format, and read them", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
