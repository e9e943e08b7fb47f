"""Private rows: names, phones and texts behind salted references, erasable without touching the journal (law 12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.ids import private_ref
from jiaoying.storage.database import is_sqlite
from jiaoying.storage.schema import private

_MANY = 1000
_BY_REFS = select(private.c.ref, private.c.value).where(private.c.ref.in_(bindparam("refs", expanding=True)))

# The phones of a county are asked for again and again; the digest of each is worth remembering.
reference = lru_cache(maxsize=65536)(private_ref)


def _upsert(dialect: Any) -> Any:
    statement = dialect.insert(private)
    # A value that was erased and is given again (the same phone in a new register) is kept again.
    return statement.on_conflict_do_update(
        index_elements=[private.c.ref],
        set_={"value": statement.excluded.value, "erased_at": None},
        where=private.c.value.is_(None),
    )


_SQLITE, _POSTGRESQL = _upsert(sqlite), _upsert(postgresql)


def keep(connection: Connection, values: Mapping[str, tuple[str, str]]) -> None:
    """Keep values (reference → kind, value); what is known already stays."""
    rows = [{"ref": ref, "kind": kind, "value": value} for ref, (kind, value) in sorted(values.items())]
    connection.execute(_SQLITE if is_sqlite(connection) else _POSTGRESQL, rows)


def reveal_many(connection: Connection, refs: Iterable[str]) -> dict[str, str]:
    """The values behind those of `refs` that were not erased."""
    wanted = sorted(set(refs))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _MANY):
        rows = connection.execute(_BY_REFS, {"refs": wanted[start : start + _MANY]})
        found.update((row.ref, row.value) for row in rows if row.value is not None)
    return found


def erase(connection: Connection, refs: Iterable[str], *, now: datetime) -> int:
    """Erase the values behind `refs`; the references stay, so the journal remains provable. Returns how many."""
    wanted = sorted(set(refs))
    erased = 0
    for start in range(0, len(wanted), _MANY):
        statement = (
            update(private)
            .where(private.c.ref.in_(wanted[start : start + _MANY]), private.c.value.is_not(None))
            .values(value=None, erased_at=now)
        )
        erased += connection.execute(statement).rowcount
    return erased


def forged(connection: Connection, salt: str) -> list[str]:
    """References whose value is not the one they were made from, or that are neither kept nor erased."""
    query = select(private).where(or_(private.c.value.is_not(None), private.c.erased_at.is_(None)))
    return [
        row.ref
        for row in connection.execute(query.order_by(private.c.ref))
        if row.value is None or private_ref(salt, row.kind, row.value) != row.ref
    ]
