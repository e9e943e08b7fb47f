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
from jiaoying.storage.memory import Memory
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
        memory: Memory | None = None,
    ) -> None:
        self.connection = connection
        self.now = now
        self.salt = salt
        self.recorded_at = recorded_at or now
        self.callbacks: list[Callable[[], None]] = []
        self._kinds = kinds
        self._memory = memory or Memory()
        self._held: dict[tuple[str, str], _Held | None] = {}
        self._changed: dict[str, dict[str, _Held]] = {}
        self._pages = journal.Pages()
        self._private: dict[str, tuple[str, str]] = {}
        self._refs: set[str] = set()

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
        values = {name: _value(value) for name, value in equals.items() if value is not None}
        if clauses or not (order_by is None or isinstance(order_by, str)):
            query = _ordered(_where(known.table, equals).where(*clauses), known, order_by).limit(limit)
        else:
            shape = tuple((name, _many(value), value is None) for name, value in equals.items())
            query = _query(known.table, shape, order_by, limit is not None)
            if limit is not None:
                values["_limit"] = limit
        rows = self.connection.execute(query, values).all()
        self._read(known, [row.id for row in rows if not self._recall(kind, row.id, row[1])])
        found = (self._held[kind, row.id] for row in rows)
        return [held.state for held in found if held is not None]

    def count(self, kind: str, *clauses: Any, **equals: Any) -> int:
        """How many states `select` would give."""
        known = self.kind(kind)
        self.flush()
        query = _where(known.table, equals).where(*clauses).with_only_columns(func.count())
        values = {name: _value(value) for name, value in equals.items() if value is not None}
        return int(self.connection.execute(query, values).scalar_one())

    def _load(self, kind: Kind, ids: Sequence[str]) -> None:
        self._read(kind, [id for id in ids if not (self._memory.trusted and self._recall(kind.name, id, None))])

    def _recall(self, kind: str, id: str, revision: int | None) -> bool:
        """Take a state in hand without reading it; `revision` None believes whatever is remembered."""
        key = (kind, id)
        if self._held.get(key) is not None:
            return True
        known = self._memory.states.get(key)
        if known is None or revision not in (None, known[0]):
            return False
        self._held[key] = _Held(known[1], known[0], known[0])
        return True

    def _read(self, kind: Kind, ids: Sequence[str]) -> None:
        if len(ids) == 1:  # the usual case, and several times cheaper than a list
            self._take(kind, self.connection.execute(kind.by_id, {"id": ids[0]}).mappings(), ids)
            return
        for start in range(0, len(ids), _MANY):
            part = ids[start : start + _MANY]
            self._take(kind, self.connection.execute(kind.by_ids, {"ids": part}).mappings(), part)

    def _take(self, kind: Kind, rows: Iterable[Any], ids: Sequence[str]) -> None:
        for row in rows:
            id, revision = row["id"], row[REVISION]
            if not self._recall(kind.name, id, revision):
                state = kind.codec.state(row)
                self._held[kind.name, id] = _Held(state, revision, revision)
                self._memory.learn(kind.name, id, revision, state)
        for id in ids:
            self._held.setdefault((kind.name, id), None)

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

    def forget(self, refs: Iterable[str]) -> None:
        """These references are no longer known to be kept (their values were erased)."""
        gone = set(refs)
        self._refs -= gone
        self._memory.refs -= gone

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
        new = {ref: value for ref, value in self._private.items() if ref not in self._memory.refs}
        if new:
            privacy.keep(self.connection, new)
            self._refs.update(new)
        self._private = {}
        changed, self._changed = self._changed, {}
        for name, rows in changed.items():
            self._write(self.kind(name), rows)

    def finish(self) -> journal.Page:
        """Write the rows that are left and give up the journal entries, which the writer writes before it commits."""
        self.flush()
        page = journal.Page(at=self.now, recorded_at=self.recorded_at, entries=self._pages.entries)
        self._pages = journal.Pages()
        for (kind, id), held in self._held.items():
            if held is not None:
                self._memory.learn(kind, id, held.revision, held.state)
        self._memory.refs |= self._refs
        return page

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


def _value(value: Any) -> Any:
    return sorted(value) if _many(value) else value


@cache
def _query(table: Table, shape: tuple[tuple[str, bool, bool], ...], order_by: str | None, limited: bool) -> Select[Any]:
    """The statement for equalities of this shape, built once: building one costs more than running it.

    It gives ids and revisions only; most states are remembered and need not be read.
    """
    query = select(table.c.id, table.c[REVISION])
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


def _where(table: Table, equals: Mapping[str, Any]) -> Select[Any]:
    shape = tuple((name, _many(value), value is None) for name, value in equals.items())
    return _query(table, shape, None, False).order_by(None)


def _ordered(query: Select[Any], kind: Kind, order_by: Any) -> Select[Any]:
    given = [] if order_by is None else list(order_by) if isinstance(order_by, tuple | list) else [order_by]
    columns = [kind.table.c[one] if isinstance(one, str) else one for one in given]
    return query.order_by(*columns, kind.table.c.id)
