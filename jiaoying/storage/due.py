"""Deadlines are rows (law 6): which aggregates are due, and when the next one will be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Table, bindparam, func, literal, select, union_all

from jiaoying.storage.kinds import KINDS, Kind
from jiaoying.storage.work import Work


def due(
    where: Work | Connection, now: datetime, *, kinds: Mapping[str, Kind] = KINDS, only: Iterable[str] | None = None
) -> list[tuple[str, str, datetime]]:
    """(kind, id, due_at) of everything due by `now`, the longest due first."""
    tables = _with_deadline(kinds, only)
    if not tables:
        return []
    rows = _connection(where).execute(_due(tables), {"now": now})
    return [(row.kind, row.id, row.due_at) for row in rows]


def next_due(
    where: Work | Connection, *, kinds: Mapping[str, Kind] = KINDS, only: Iterable[str] | None = None
) -> datetime | None:
    """When the next deadline is, overdue ones included; None when nothing waits."""
    tables = _with_deadline(kinds, only)
    if not tables:
        return None
    moments = _connection(where).execute(_next(tables)).scalars()
    return min((moment for moment in moments if moment is not None), default=None)


def _connection(where: Work | Connection) -> Connection:
    if isinstance(where, Work):
        where.flush()
        return where.connection
    return where


def _with_deadline(kinds: Mapping[str, Kind], only: Iterable[str] | None) -> tuple[tuple[str, Table], ...]:
    wanted = set(kinds if only is None else only)
    return tuple((name, kind.table) for name, kind in kinds.items() if name in wanted and kind.has_deadline)


@cache
def _due(tables: tuple[tuple[str, Table], ...]) -> CompoundSelect[Any]:
    parts = [
        select(literal(name).label("kind"), table.c.id, table.c.due_at).where(table.c.due_at <= bindparam("now"))
        for name, table in tables
    ]
    return union_all(*parts).order_by("due_at", "kind", "id")


@cache
def _next(tables: tuple[tuple[str, Table], ...]) -> CompoundSelect[Any]:
    return union_all(*(select(func.min(table.c.due_at)) for _, table in tables))
