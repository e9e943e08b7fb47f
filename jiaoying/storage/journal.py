"""The journal as it lies in the database: writing, sealing, reading and verifying the chain (law 12)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from core.journal import GENESIS, MOST_SUBJECTS, Break, seal, verify
from jiaoying.storage.codec import dumps
from jiaoying.storage.database import is_sqlite
from jiaoying.storage.memory import Memory
from jiaoying.storage.schema import journal

_INSERT = insert(journal)
_HEAD = (
    select(journal.c.sequence, journal.c.hash)
    .order_by(journal.c.sequence.desc())
    .limit(1)
    .where(journal.c.sequence.is_not(None))
)
_PAGE = 500


@dataclass(slots=True)
class Pending:
    """One entry of the transaction under way."""

    actor: str
    status: str
    kind: str
    cause: str
    facts: list[dict[str, Any]] = field(default_factory=list)


class Pages:
    """Entries of one transaction, in order of their first fact.

    Facts of one kind, actor, cause and CAP status share an entry (up to 500). A fact joins the last entry of its kind
    or opens a new one, so the facts of one subject always keep their order.
    """

    def __init__(self) -> None:
        self.entries: list[Pending] = []
        self._last: dict[str, Pending] = {}

    def add(
        self, kind: str, subject: str, fact: str, data: Mapping[str, Any], *, actor: str, cause: str, status: str
    ) -> None:
        """Write down one fact."""
        last = self._last.get(kind)
        if (
            last is None
            or len(last.facts) >= MOST_SUBJECTS
            or (last.actor, last.cause, last.status) != (actor, cause, status)
        ):
            last = self._last[kind] = Pending(actor=actor, status=status, kind=kind, cause=cause)
            self.entries.append(last)
        last.facts.append({"subject": subject, "fact": fact, "data": data})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The entries of one command and when they happened."""

    at: datetime
    recorded_at: datetime
    entries: Sequence[Pending]


def append(connection: Connection, pages: Iterable[Page], *, memory: Memory) -> None:
    """Insert the entries of a transaction; on SQLite, where one writer holds the lock, they are sealed here."""
    rows: list[dict[str, Any]] = []
    sealing = is_sqlite(connection)
    sequence, previous = 0, ""
    for page in pages:
        for entry in page.entries:
            row: dict[str, Any] = {
                "at": page.at,
                "recorded_at": page.recorded_at,
                "actor": entry.actor,
                "status": entry.status,
                "kind": entry.kind,
                "cause": entry.cause,
                "facts": dumps(entry.facts),
            }
            if sealing:
                if not rows:
                    sequence, previous = (memory.head if memory.trusted else None) or head(connection)
                sequence += 1
                mark = seal(previous, content(row, sequence, entry.facts))
                row |= {"id": sequence, "sequence": sequence, "previous": previous, "hash": mark}
                previous = mark
            rows.append(row)
    if rows:
        connection.execute(_INSERT, rows)
        if sealing:
            memory.head = (sequence, previous)


def content(row: Any, sequence: int, facts: Any) -> dict[str, Any]:
    """What the hash of an entry covers (as `core.journal.Entry.content`)."""
    return {
        "sequence": sequence,
        "at": row["at"].astimezone(UTC).isoformat(),
        "recorded_at": row["recorded_at"].astimezone(UTC).isoformat(),
        "actor": row["actor"],
        "status": row["status"],
        "kind": row["kind"],
        "cause": row["cause"],
        "facts": facts,
    }


def head(connection: Connection) -> tuple[int, str]:
    """Sequence and hash of the last sealed entry; (0, genesis) of an empty journal."""
    row = connection.execute(_HEAD).first()
    return (0, GENESIS) if row is None else (int(row.sequence), str(row.hash))


def unsealed(connection: Connection) -> tuple[int, datetime | None]:
    """How many entries wait for their seal, and since when the oldest does."""
    row = connection.execute(
        select(func.count(), func.min(journal.c.recorded_at)).where(journal.c.sequence.is_(None))
    ).one()
    return int(row[0]), row[1]


def entries(
    connection: Connection, *, after: int = 0, kinds: Iterable[str] | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Sealed entries in order: the content with ``previous`` and ``hash`` beside it."""
    query = select(journal).where(journal.c.sequence.is_not(None)).order_by(journal.c.sequence)
    if kinds is not None:
        query = query.where(journal.c.kind.in_(list(kinds)))
    given, last = 0, after
    while limit is None or given < limit:
        size = _PAGE if limit is None else min(_PAGE, limit - given)
        rows = connection.execute(query.where(journal.c.sequence > last).limit(size)).mappings().all()
        for row in rows:
            yield exported(row)
        given += len(rows)
        if len(rows) < size:
            return
        last = rows[-1]["sequence"]


def everything(connection: Connection) -> Iterator[dict[str, Any]]:
    """All entries, then those that wait for their seal in the order they will get it (their sequence is None)."""
    yield from entries(connection)
    waiting = select(journal).where(journal.c.sequence.is_(None)).order_by(journal.c.id)
    for row in connection.execute(waiting).mappings():
        yield exported(row)


def exported(row: Any) -> dict[str, Any]:
    """One entry as it is exported, verified and streamed."""
    try:
        facts = json.loads(row["facts"])
    except json.JSONDecodeError:
        facts = row["facts"]  # tampered with: kept as it is, so that the hash shows it
    return content(row, row["sequence"], facts) | {"previous": row["previous"], "hash": row["hash"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a verification found."""

    entries: int
    hash: str
    unsealed: int = 0
    fault: Break | None = None

    @property
    def holds(self) -> bool:
        """Whether the chain holds from the first entry to the last."""
        return self.fault is None


def verify_database(engine: Engine) -> Verdict:
    """Prove the chain of the database."""
    with engine.connect() as connection:
        count, last, fault = verify(entries(connection, after=-(2**62)))
        waiting, _ = unsealed(connection)
    return Verdict(entries=count, hash=last, unsealed=waiting, fault=fault)


def verify_file(path: Path) -> Verdict:
    """Prove an exported chain with nothing but the file."""
    bad: list[Break] = []

    def lines() -> Iterator[Mapping[str, Any]]:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                try:
                    record = json.loads(line)
                except json.JSONDecodeError as error:
                    bad.append(Break(line=number, sequence=None, reason=f"not JSON: {error}"))
                    return
                if not isinstance(record, dict):
                    bad.append(Break(line=number, sequence=None, reason="not an entry"))
                    return
                yield record

    count, last, fault = verify(lines())
    return Verdict(entries=count, hash=last, fault=fault or (bad[0] if bad else None))


def export(engine: Engine, path: Path) -> int:
    """Write the sealed journal, one JSON object a line; returns the number of entries."""
    count = 0
    with engine.connect() as connection, path.open("w", encoding="utf-8") as file:
        for record in entries(connection):
            file.write(dumps(record) + "\n")
            count += 1
    return count


_SEAL = (
    update(journal)
    .where(journal.c.id == bindparam("_id"))
    .values(sequence=bindparam("_sequence"), previous=bindparam("_previous"), hash=bindparam("_hash"))
)


def seal_waiting(connection: Connection, limit: int) -> int:
    """Seal up to `limit` waiting entries in the order they were written; the caller holds the sealing lock."""
    rows = (
        connection.execute(select(journal).where(journal.c.sequence.is_(None)).order_by(journal.c.id).limit(limit))
        .mappings()
        .all()
    )
    if not rows:
        return 0
    sequence, previous = head(connection)
    changes = []
    for row in rows:
        sequence += 1
        mark = seal(previous, content(row, sequence, json.loads(row["facts"])))
        changes.append({"_id": row["id"], "_sequence": sequence, "_previous": previous, "_hash": mark})
        previous = mark
    connection.execute(_SEAL, changes)
    return len(rows)
