"""One transaction of the writer: load, decide, evolve, write; facts, rows and outbox together or not at all (law 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, func, select

from core.facts import Fact
from jiaoying.storage import journal, privacy
from jiaoying.storage.codec import encoder
from jiaoying.storage.kinds import KINDS, Kind
from jiaoying.storage.schema import REVISION

_MANY = 1000


class Conflict(Exception):
    """Another process changed a row between reading and writing; the command is run again on the new state."""


class UnknownKind(LookupError):
    """No aggregate has this name."""


@dataclass(slots=True)
class _Held:
    """One aggregate in hand: its state, how many facts made it, and how many of them its stored row has seen."""

    state: Any
    revision: int
    stored: int


class Work:
    """What a command gets to work with. It lives as long as its transaction and must not be kept.

    Parameters
    ----------
    connection : Connection
        Inside a transaction that the writer commits.
    now : datetime
        The one `now` of this transaction.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        now: datetime,
        salt: str,
        kinds: Mapping[str, Kind] = KINDS,
        recorded_at: datetime | None = None,
    ) -> None:
        self.connection = connection
        self.now = now
        self.salt = salt
        self.recorded_at = recorded_at or now
        self.callbacks: list[Callable[[], None]] = []
        self._kinds = kinds
        self._held: dict[tuple[str, str], _Held | None] = {}
        self._changed: dict[str, dict[str, _Held]] = {}
        self._pages = journal.Pages()
        self._private: dict[str, tuple[str, str]] = {}

    # -- reading

    def kind(self, name: str) -> Kind:
        """The aggregate called `name`."""
        try:
            return self._kinds[name]
        except KeyError:
            raise UnknownKind(name) from None

    def get(self, kind: str, id: str) -> Any:
        """The state of one aggregate, or None."""
        key = (kind, id)
        if key not in self._held:
            self._load(self.kind(kind), [id])
        held = self._held[key]
        return None if held is None else held.state

    def many(self, kind: str, ids: Iterable[str]) -> dict[str, Any]:
        """The states of those of `ids` that exist, in the order asked for."""
        wanted = list(dict.fromkeys(ids))
        self._load(self.kind(kind), [id for id in wanted if (kind, id) not in self._held])
        found = ((id, self._held[kind, id]) for id in wanted)
        return {id: held.state for id, held in found if held is not None}

    def select(
        self, kind: str, *clauses: Any, order_by: Any = None, limit: int | None = None, **equals: Any
    ) -> list[Any]:
        """States by their columns, what this transaction has written included.

        A tuple, list or set as value means one of these; None means empty. `clauses` are SQLAlchemy expressions over
        ``work.kind(name).table.c``; `order_by` one of them or a column's name, or a sequence (always followed by the id).
        """
        known = self.kind(kind)
        self.flush()
        if clauses or not (order_by is None or isinstance(order_by, str)):
            query = _ordered(_where(select(known.table), known, clauses, equals), known, order_by)
            rows = self.connection.execute(query if limit is None else query.limit(limit))
        else:
            values = {name: sorted(value) if _many(value) else value for name, value in equals.items()}
            shape = tuple((name, _many(value), value is None) for name, value in equals.items())
            rows = self.connection.execute(
                _query(known.table, shape, order_by, limit is not None),
                {name: value for name, value in values.items() if value is not None}
                | ({} if limit is None else {"_limit": limit}),
            )
        return [self._take(known, row).state for row in rows.mappings()]

    def count(self, kind: str, *clauses: Any, **equals: Any) -> int:
        """How many states `select` would give."""
        known = self.kind(kind)
        self.flush()
        query = _where(select(func.count()).select_from(known.table), known, clauses, equals)
        return int(self.connection.execute(query).scalar_one())

    def _load(self, kind: Kind, ids: Sequence[str]) -> None:
        if len(ids) == 1:  # the usual case, and several times cheaper than a list
            row = self.connection.execute(kind.by_id, {"id": ids[0]}).mappings().first()
            if row is None:
                self._held[kind.name, ids[0]] = None
            else:
                self._take(kind, row)
            return
        for start in range(0, len(ids), _MANY):
            part = ids[start : start + _MANY]
            for row in self.connection.execute(kind.by_ids, {"ids": part}).mappings():
                self._take(kind, row)
            for id in part:
                self._held.setdefault((kind.name, id), None)

    def _take(self, kind: Kind, row: Any) -> _Held:
        key = (kind.name, row["id"])
        held = self._held.get(key)
        if held is None:
            revision = row[REVISION]
            held = self._held[key] = _Held(kind.codec.state(row), revision, revision)
        return held

    # -- writing

    def emit(self, kind: str, id: str, facts: Sequence[Fact], *, actor: str, cause: str) -> Any:
        """Apply facts to one aggregate, journal them, and return its state afterwards (None if it does not exist)."""
        known = self.kind(kind)
        state = self.get(kind, id)
        if not facts:
            return state
        after = state
        for fact in facts:
            after = known.evolve(after, fact)
        if after.id != id:
            raise ValueError(f"{kind} {id} became {after.id}")
        status = str(after.status)
        for fact in facts:
            code = encoder(type(fact))
            assert code is not None
            self._pages.add(kind, id, fact.name, code(fact), actor=actor, cause=cause, status=status)
        held = self._held[kind, id]
        if held is None:
            held = self._held[kind, id] = _Held(after, 0, 0)
        held.state = after
        held.revision += len(facts)
        self._changed.setdefault(kind, {})[id] = held
        return after

    def note(
        self,
        kind: str,
        subject: str,
        fact: str,
        data: Mapping[str, Any],
        *,
        actor: str,
        cause: str,
        status: str,
    ) -> None:
        """Journal what belongs to no aggregate (imports, frames, users, failures); `data` holds plain JSON values."""
        if kind in self._kinds:
            raise ValueError(f"facts of {kind} are emitted, not noted")
        self._pages.add(kind, subject, fact, data, actor=str(actor), cause=cause, status=str(status))

    def private(self, kind: str, value: str) -> str:
        """Keep a phone, a name or a text in the private table and return the reference to it."""
        ref = privacy.reference(self.salt, kind, value)
        self._private[ref] = (kind, value)
        return ref

    def reveal(self, ref: str) -> str | None:
        """The value behind a reference; None when it was erased."""
        return self.reveal_many([ref]).get(ref)

    def reveal_many(self, refs: Iterable[str]) -> dict[str, str]:
        """The values behind those of `refs` that were not erased."""
        wanted = set(refs)
        found = {ref: self._private[ref][1] for ref in wanted & self._private.keys()}
        return found | privacy.reveal_many(self.connection, wanted - found.keys())

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Have `callback` called once this transaction is durable; it is forgotten when the transaction fails."""
        self.callbacks.append(callback)

    def flush(self) -> None:
        """Write changed rows, so that queries of this transaction see them."""
        if self._private:
            privacy.keep(self.connection, self._private)
            self._private = {}
        changed, self._changed = self._changed, {}
        for name, rows in changed.items():
            self._write(self.kind(name), rows)

    def finish(self) -> None:
        """Write everything that is left; the writer calls this before it commits."""
        self.flush()
        journal.append(self.connection, self._pages.entries, at=self.now, recorded_at=self.recorded_at)
        self._pages = journal.Pages()

    def _write(self, kind: Kind, rows: Mapping[str, _Held]) -> None:
        born, changed = [], []
        for id, held in rows.items():
            row = kind.codec.row(held.state)
            row[REVISION] = held.revision
            if held.stored == 0:
                born.append(row)
            else:
                row |= {"_id": id, "_revision": held.stored}
                changed.append(row)
            held.stored = held.revision
        if born:
            self.connection.execute(kind.insert, born)
        if changed:
            result = self.connection.execute(kind.update, changed)
            if result.rowcount != len(changed):
                raise Conflict(f"{kind.name}: {len(changed) - result.rowcount} rows were changed by somebody else")


def _many(value: Any) -> bool:
    return isinstance(value, tuple | list | set | frozenset)


@cache
def _query(table: Table, shape: tuple[tuple[str, bool, bool], ...], order_by: str | None, limited: bool) -> Select[Any]:
    """The statement for equalities of this shape, built once: building one costs more than running it."""
    query = select(table)
    for name, many, empty in shape:
        column = table.c[name]
        if empty:
            query = query.where(column.is_(None))
        elif many:
            query = query.where(column.in_(bindparam(name, expanding=True)))
        else:
            query = query.where(column == bindparam(name))
    order = [table.c.id] if order_by is None else [table.c[order_by], table.c.id]
    query = query.order_by(*order)
    return query.limit(bindparam("_limit")) if limited else query


def _where(query: Select[Any], kind: Kind, clauses: Sequence[Any], equals: Mapping[str, Any]) -> Select[Any]:
    for name, value in equals.items():
        column = kind.table.c[name]
        if _many(value):
            query = query.where(column.in_(sorted(value)))
        elif value is None:
            query = query.where(column.is_(None))
        else:
            query = query.where(column == value)
    return query.where(*clauses) if clauses else query


def _ordered(query: Select[Any], kind: Kind, order_by: Any) -> Select[Any]:
    given = [] if order_by is None else list(order_by) if isinstance(order_by, tuple | list) else [order_by]
    columns = [kind.table.c[one] if isinstance(one, str) else one for one in given]
    return query.order_by(*columns, kind.table.c.id)
