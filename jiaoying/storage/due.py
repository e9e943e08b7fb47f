"""Deadlines are rows (law 6): which aggregates are due, and when the next one will be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, func, select

from jiaoying.storage.kinds import KINDS, Kind
from jiaoying.storage.work import Work


def due(
    where: Work | Connection, now: datetime, *, kinds: Mapping[str, Kind] = KINDS, only: Iterable[str] | None = None
) -> list[tuple[str, str, datetime]]:
    """(kind, id, due_at) of everything due by `now`, the longest due first."""
    found: list[tuple[str, str, datetime]] = []
    connection = _connection(where)
    for kind in _with_deadline(kinds, only):
        rows = connection.execute(_due(kind.table), {"now": now})
        found.extend((kind.name, row.id, row.due_at) for row in rows)
    return sorted(found, key=lambda one: (one[2], one[0], one[1]))


def next_due(
    where: Work | Connection, *, kinds: Mapping[str, Kind] = KINDS, only: Iterable[str] | None = None
) -> datetime | None:
    """When the next deadline is, overdue ones included; None when nothing waits."""
    connection = _connection(where)
    moments = [connection.execute(_next(kind.table)).scalar_one() for kind in _with_deadline(kinds, only)]
    return min((moment for moment in moments if moment is not None), default=None)


def _connection(where: Work | Connection) -> Connection:
    if isinstance(where, Work):
        where.flush()
        return where.connection
    return where


def _with_deadline(kinds: Mapping[str, Kind], only: Iterable[str] | None) -> list[Kind]:
    wanted = set(kinds if only is None else only)
    return [kind for name, kind in kinds.items() if name in wanted and kind.has_deadline]


@cache
def _due(table: Table) -> Select[Any]:
    return select(table.c.id, table.c.due_at).where(table.c.due_at <= bindparam("now")).order_by(table.c.due_at)


@cache
def _next(table: Table) -> Select[Any]:
    return select(func.min(table.c.due_at))
