"""Private rows: names, phones and texts behind salted references, erasable without touching the journal (law 12)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.ids import private_ref
from jiaoying.storage.database import is_sqlite
from jiaoying.storage.schema import journal, private

if TYPE_CHECKING:
    from jiaoying.storage.work import Work

NOTES = "private"
_MANY = 1000
_REFERENCE = re.compile(r'"([a-z_]+:[0-9a-f]{32})"')  # as `core.ids.private_ref` makes them
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


def erase(work: Work, refs: Iterable[str], *, actor: str, reason: str, status: str = "Actual") -> int:
    """Erase the values behind `refs`; the references stay, so the journal remains provable. Returns how many."""
    wanted = sorted(set(refs))
    work.flush()
    work.forget(wanted)
    erased = 0
    for start in range(0, len(wanted), _MANY):
        here = private.c.ref.in_(wanted[start : start + _MANY]), private.c.value.is_not(None)
        known = work.connection.execute(select(private.c.ref).where(*here).order_by(private.c.ref)).scalars().all()
        if not known:
            continue
        work.connection.execute(update(private).where(*here).values(value=None, erased_at=work.now))
        for ref in known:
            data = {"at": work.now.astimezone(UTC).isoformat(), "reason": reason}
            work.note(NOTES, ref, "Erased", data, actor=actor, cause="Erase", status=status)
        erased += len(known)
    return erased


def forged(connection: Connection, salt: str | None, erased: Mapping[str, datetime]) -> list[tuple[str, str]]:
    """(reference, column) of what is not as the journal says: a value that its reference was not made from, an
    erasure that nobody ordered."""
    found: list[tuple[str, str]] = []
    for row in connection.execute(select(private).order_by(private.c.ref)):
        if row.value is None:
            if row.erased_at is None or erased.get(row.ref) != row.erased_at:
                found.append((row.ref, "erased_at" if row.ref in erased else "value"))
        elif row.erased_at is not None:
            found.append((row.ref, "erased_at"))
        elif salt is not None and private_ref(salt, row.kind, row.value) != row.ref:
            found.append((row.ref, "value" if row.ref.startswith(f"{row.kind}:") else "kind"))
    return found


def lost(connection: Connection) -> list[str]:
    """References that the journal names and that have no row, not even an erased one."""
    named: set[str] = set()
    for facts in connection.execute(select(journal.c.facts)).scalars():
        named.update(_REFERENCE.findall(facts))
    return sorted(named - set(connection.execute(select(private.c.ref)).scalars()))
