"""Look-ups by columns, for whoever only reads: whole states, a few columns, or how many; each statement is built once."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, bindparam, func, select

from jiaoying.storage.kinds import KINDS, Kind

__all__ = ["GIVEN", "columns", "count", "states"]


class _Test(Enum):
    """What a column is held against."""

    ONE = "equals"
    ANY = "one of"
    EMPTY = "is empty"
    GIVEN = "is not empty"


GIVEN: Final = _Test.GIVEN  # as a value: whatever it is, there is one

_Shape = tuple[tuple[str, _Test], ...]
_EVERY: Final[tuple[str, ...]] = ()
_LIMIT: Final = "_limit"


def states(
    connection: Connection,
    kind: str,
    /,
    *,
    order_by: str | None = None,
    limit: int | None = None,
    kinds: Mapping[str, Kind] = KINDS,
    **equals: Any,
) -> list[Any]:
    """States by their columns, in order of `order_by` and then of their ids.

    A tuple as value means one of these, None that the column is empty, `GIVEN` that it is not.
    """
    known = kinds[kind]
    return [known.codec.state(row._mapping) for row in _rows(connection, known, _EVERY, order_by, limit, equals)]


def columns(
    connection: Connection,
    kind: str,
    names: tuple[str, ...],
    /,
    *,
    order_by: str | None = None,
    limit: int | None = None,
    kinds: Mapping[str, Kind] = KINDS,
    **equals: Any,
) -> list[Row[Any]]:
    """Some columns of what `states` would give: cheaper than whole states when there are many."""
    return _rows(connection, kinds[kind], names, order_by, limit, equals)


def count(connection: Connection, kind: str, /, *, kinds: Mapping[str, Kind] = KINDS, **equals: Any) -> int:
    """How many `states` would give."""
    number = connection.execute(_counting(kinds[kind].table, _shape(equals)), _values(equals)).scalar_one()
    return int(number)


def _rows(
    connection: Connection,
    kind: Kind,
    names: tuple[str, ...],
    order_by: str | None,
    limit: int | None,
    equals: Mapping[str, Any],
) -> list[Row[Any]]:
    query = _listing(kind.table, names, _shape(equals), order_by, limit is not None)
    values = _values(equals)
    if limit is not None:
        values[_LIMIT] = limit
    return list(connection.execute(query, values))


def _shape(equals: Mapping[str, Any]) -> _Shape:
    return tuple((name, _test(value)) for name, value in equals.items())


def _test(value: Any) -> _Test:
    match value:
        case None:
            return _Test.EMPTY
        case _Test.GIVEN:
            return _Test.GIVEN
        case tuple():
            return _Test.ANY
        case _:
            return _Test.ONE


def _values(equals: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in equals.items() if value is not None and value is not GIVEN}


@cache
def _listing(table: Table, names: tuple[str, ...], shape: _Shape, order_by: str | None, limited: bool) -> Select[Any]:
    wanted = [table.c[name] for name in names] if names else list(table.c)
    order = [table.c.id] if order_by is None else [table.c[order_by], table.c.id]
    query = select(*wanted).where(*_clauses(table, shape)).order_by(*order)
    return query.limit(bindparam(_LIMIT)) if limited else query


@cache
def _counting(table: Table, shape: _Shape) -> Select[Any]:
    return select(func.count()).select_from(table).where(*_clauses(table, shape))


def _clauses(table: Table, shape: _Shape) -> list[ColumnElement[bool]]:
    return [_clause(table, name, test) for name, test in shape]


def _clause(table: Table, name: str, test: _Test) -> ColumnElement[bool]:
    column = table.c[name]
    match test:
        case _Test.ONE:
            return column == bindparam(name)
        case _Test.ANY:
            return column.in_(bindparam(name, expanding=True))
        case _Test.EMPTY:
            return column.is_(None)
        case _Test.GIVEN:
            return column.is_not(None)
