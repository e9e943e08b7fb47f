"""Sealing on PostgreSQL: many processes commit entries, the leader gives them their place in the chain."""

from __future__ import annotations

from sqlalchemy import Engine, text

from jiaoying.storage import journal
from jiaoying.storage.database import writing

_LOCK = 0x6A6F75726E616C  # "journal"; any fixed number that no other lock of this database uses


def seal(engine: Engine, *, limit: int = 1000) -> int:
    """Seal what waits, in order, and return how many entries that were. On SQLite the writer has sealed already.

    Facts of one subject can never be sealed out of order: a writer sees a row only after the transaction that changed
    it has committed, and its own entries get their ids after that.
    """
    if engine.dialect.name == "sqlite":
        return 0
    sealed = 0
    while True:
        with writing(engine).begin() as connection:
            # Two leaders may overlap for a moment after a take-over; the chain must not fork then.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            done = journal.seal_waiting(connection, limit)
        sealed += done
        if done < limit:
            return sealed
