"""Alembic's environment: the connection is always handed over by `jiaoying.storage.migrations.run`."""

from __future__ import annotations

from alembic import context

from jiaoying.storage import kinds, schema_registers  # noqa: F401  # they declare their tables
from jiaoying.storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
