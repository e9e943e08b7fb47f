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

from jiaoying.storage import kinds  # noqa: F401  # declares the tables of the aggregates
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


def write(engine: Engine, message: str, revision: str, down: str | None) -> Path | None:
    """Write the revision that leads from the schema of `engine` to the metadata; None when nothing differs."""
    options = {"compare_type": True, "user_module_prefix": None, "render_item": plain}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={**options, "target_metadata": metadata})
        script = produce_migrations(context, metadata)
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
    """Write the next revision."""
    parser = argparse.ArgumentParser(prog="python -m jiaoying.storage.migrations", description=__doc__)
    parser.add_argument("message")
    parser.add_argument("--first", action="store_true", help="write revision 0001 anew (before the first release)")
    options = parser.parse_args(arguments)
    known = sorted(path.stem.removeprefix("revision_") for path in VERSIONS.glob("revision_*.py"))
    if options.first:
        for number in known:
            (VERSIONS / f"revision_{number}.py").unlink()
        known = []
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/empty.db")
        if known:
            run(engine)
        path = write(engine, options.message, f"{len(known) + 1:04}", known[-1] if known else None)
        engine.dispose()
    if path is None:
        print("the migrations give the tables of the code already", file=sys.stderr)
        return 0
    print(f"{path} (now: ruff format {path})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
