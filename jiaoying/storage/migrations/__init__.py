"""Migrations, run from inside the package with no settings file.

After a change of a table, ``python -m jiaoying.storage.migrations "what changed"`` writes the next revision (or, before
the first release, ``--first`` writes the first ones anew) by comparing the migrated schema with `schema.metadata`.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from jiaoying.storage.database import writing


def config() -> Config:
    """Alembic's settings; they name nothing but the folder these migrations lie in."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return settings


def run(engine: Engine, revision: str = "head") -> None:
    """Bring a database to `revision` in one transaction."""
    settings = config()
    with writing(engine).begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
