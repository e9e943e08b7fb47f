"""Read models: states by page and by area, for whoever looks and does not write. SQL for the pages lives here."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, false, func, or_, select, text
from sqlalchemy.exc import SQLAlchemyError

from evacuation.household_status import HouseholdStatus, household_id
from evacuation.task import Task
from jiaoying.storage import inbox as inbox_store
from jiaoying.storage import journal as journal_store
from jiaoying.storage.kinds import KINDS
from jiaoying.storage.schema import inbox, journal, rain_frame

__all__ = [
    "BadCursor", "Connection", "Page", "areas_of", "counts", "find", "head", "inbox_waiting", "latest_statuses", "many",
    "newest_rain", "one", "page", "page_of_keys", "ready", "recent_entries", "statuses_of_tasks",
]  # fmt: skip

ORDER: Mapping[str, str] = {
    "event": "opened_at",
    "warning": "proposed_at",
    "task": "planned_at",
    "household": "household",
    "callout": "created_at",
    "message": "queued_at",
    "request": "raised_at",
    "reply": "at",
    "alarm": "raised_at",
}
_MANY = 1000
Areas = Collection[str] | None  # None: everywhere


class BadCursor(ValueError):
    """A cursor that no list gave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list; `next` continues it, None at its end."""

    items: tuple[Any, ...]
    next: str | None


def one(connection: Connection, kind: str, id: str) -> Any:
    """The state of one aggregate, or None."""
    known = KINDS[kind]
    row = connection.execute(known.by_id, {"id": id}).mappings().first()
    return None if row is None else known.codec.state(row)


def many(connection: Connection, kind: str, ids: Iterable[str]) -> dict[str, Any]:
    """The states of those of `ids` that exist, by id."""
    known, wanted = KINDS[kind], sorted(set(ids))
    found: dict[str, Any] = {}
    for start in range(0, len(wanted), _MANY):
        for row in connection.execute(known.by_ids, {"ids": wanted[start : start + _MANY]}).mappings():
            found[row["id"]] = known.codec.state(row)
    return found


def find(
    connection: Connection, kind: str, *, areas: Areas = None, limit: int | None = None, **equals: Any
) -> list[Any]:
    """All states by their columns, newest first; a collection as value means one of these, None means empty."""
    known = KINDS[kind]
    table = known.table
    query = select(table).where(*_equal(kind, equals), *_within(kind, areas))
    query = query.order_by(table.c[ORDER[kind]].desc(), table.c.id.desc())
    rows = connection.execute(query if limit is None else query.limit(limit)).mappings()
    return [known.codec.state(row) for row in rows]


def page(
    connection: Connection, kind: str, /, *, cursor: str | None, limit: int, areas: Areas = None, **equals: Any
) -> Page:
    """One page of a kind, newest first; what comes in while somebody pages never shifts the pages.

    Raises
    ------
    BadCursor
    """
    known = KINDS[kind]
    table = known.table
    column = table.c[ORDER[kind]]
    query = select(table).where(*_equal(kind, equals), *_within(kind, areas))
    if cursor is not None:
        value, identity = _open(cursor)
        query = query.where(or_(column < value, and_(column == value, table.c.id < identity)))
    rows = connection.execute(query.order_by(column.desc(), table.c.id.desc()).limit(limit + 1)).mappings().all()
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return Page(
        items=tuple(known.codec.state(row) for row in rows[:limit]),
        next=None if last is None else _seal(last[ORDER[kind]], last["id"]),
    )


def page_of_keys(keys: Iterable[str], *, cursor: str | None, limit: int) -> tuple[list[str], str | None]:
    """One page of sorted keys (rows of a register), by the same cursors.

    Raises
    ------
    BadCursor
    """
    wanted = sorted(keys)
    if cursor is not None:
        _, after = _open(cursor)
        wanted = [key for key in wanted if key > after]
    chosen = wanted[:limit]
    return chosen, _seal("", chosen[-1]) if len(wanted) > limit else None


def _seal(value: Any, identity: str) -> str:
    when = value.isoformat() if isinstance(value, datetime) else None
    text = json.dumps([when, None if when else value, identity], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _open(cursor: str) -> tuple[Any, str]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        when, value, identity = json.loads(raw)
        moment = datetime.fromisoformat(when) if when is not None else None
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadCursor(cursor) from error
    if not isinstance(identity, str) or (moment is None and not isinstance(value, str)):
        raise BadCursor(cursor)
    if moment is not None and moment.tzinfo is None:
        raise BadCursor(cursor)
    return (value if moment is None else moment), identity


def _equal(kind: str, equals: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    for name, value in equals.items():
        column = KINDS[kind].table.c[name]
        if isinstance(value, tuple | list | set | frozenset):
            clauses.append(column.in_(sorted(value)))
        elif value is None:
            clauses.append(column.is_(None))
        else:
            clauses.append(column == value)
    return clauses


def _within(kind: str, areas: Areas) -> list[ColumnElement[bool]]:
    """What restricts a kind to some areas; what belongs to no area is seen by those who see everything."""
    if areas is None or kind == "event":
        return []
    table = KINDS[kind].table
    here = sorted(areas)
    if not here:
        return [false()]
    if kind == "message":
        return [table.c.callout.in_(_ids("callout", here))]
    if kind == "reply":
        return [or_(table.c.callout.in_(_ids("callout", here)), table.c.task.in_(_ids("task", here)))]
    return [table.c.area.in_(here)]


def _ids(kind: str, areas: list[str]) -> Select[Any]:
    table = KINDS[kind].table
    return select(table.c.id).where(table.c.area.in_(areas))


def counts(connection: Connection, kind: str, **equals: Any) -> dict[str, int]:
    """How many of a kind are in each state."""
    state = KINDS[kind].table.c.state
    query = select(state, func.count()).where(*_equal(kind, equals)).group_by(state).order_by(state)
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def areas_of(connection: Connection, kind: str, ids: Collection[str]) -> dict[str, str]:
    """The area of each of these, as far as they have one of their own or through what they are about."""
    if kind not in KINDS or not ids:
        return {}
    table, wanted = KINDS[kind].table, sorted(ids)
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _MANY):
        part = wanted[start : start + _MANY]
        if "area" in table.c:
            query = select(table.c.id, table.c.area).where(table.c.id.in_(part))
        elif "callout" in table.c:
            about = KINDS["callout"].table
            query = select(table.c.id, about.c.area).join_from(table, about, table.c.callout == about.c.id)
            query = query.where(table.c.id.in_(part))
        else:
            return {}
        found.update((row[0], row[1]) for row in connection.execute(query) if row[1] is not None)
    return found


# --- tasks and where their households are -------------------------------------------------------------------------


def statuses_of_tasks(connection: Connection, tasks: Iterable[Task]) -> dict[str, dict[str, HouseholdStatus]]:
    """Task id → household code → status, for exactly the listed households."""
    wanted = {
        task.id: {household_id(task.event, row.household): row.household for row in task.households} for task in tasks
    }
    known = many(connection, "household", {identity for ids in wanted.values() for identity in ids})
    return {
        task: {code: known[identity] for identity, code in ids.items() if identity in known}
        for task, ids in wanted.items()
    }


def latest_statuses(connection: Connection, codes: Collection[str], status: str) -> dict[str, HouseholdStatus]:
    """The newest status of each household, by code."""
    found: dict[str, HouseholdStatus] = {}
    kind, wanted = KINDS["household"], sorted(codes)
    for start in range(0, len(wanted), _MANY):
        query = select(kind.table).where(kind.table.c.household.in_(wanted[start : start + _MANY]))
        for row in connection.execute(query.where(kind.table.c.status == status)).mappings():
            state: HouseholdStatus = kind.codec.state(row)
            known = found.get(state.household)
            if known is None or (known.at, known.event) < (state.at, state.event):
                found[state.household] = state
    return found


# --- journal, rain, inbox -----------------------------------------------------------------------------------------


def recent_entries(connection: Connection, kinds: Collection[str], *, limit: int) -> list[dict[str, Any]]:
    """The newest sealed entries of some kinds, newest first."""
    query = select(journal).where(journal.c.sequence.is_not(None), journal.c.kind.in_(sorted(kinds)))
    rows = connection.execute(query.order_by(journal.c.sequence.desc()).limit(limit)).mappings()
    return [journal_store.exported(row) for row in rows]


def head(connection: Connection) -> int:
    """The sequence of the newest sealed entry; 0 of an empty journal."""
    return journal_store.head(connection)[0]


def newest_rain(connection: Connection) -> datetime | None:
    """The end of the newest interval of rain that was observed."""
    query = select(rain_frame.c.valid_at).where(rain_frame.c.issued == "")
    return connection.execute(query.order_by(rain_frame.c.valid_at.desc()).limit(1)).scalar()


def inbox_waiting(connection: Connection) -> tuple[int, int]:
    """How many inbound acts wait to be understood, and how many of them were given up and need a person."""
    waiting = select(func.count()).select_from(inbox).where(inbox.c.handled_at.is_(None))
    given_up = waiting.where(inbox.c.tries >= inbox_store.MOST_TRIES)
    return connection.execute(waiting).scalar_one(), connection.execute(given_up).scalar_one()


def ready(engine: Engine) -> str | None:
    """None when the database answers, else what is wrong with it."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1")).scalar_one()
            head(connection)
    except SQLAlchemyError as error:
        return type(error).__name__
    return None
