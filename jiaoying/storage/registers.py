"""Registers: merged by key, kept with their history, read back as the rooms' own dataclasses.

Names and phones lie in these tables and nowhere else; the journal holds salted digests of each import.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from core.ids import natural_id
from hazards.stations import Station
from hazards.zones import HazardZone
from jiaoying.storage.codec import dumps
from jiaoying.storage.schema_registers import REGISTERS, Register, register_history, register_import
from jiaoying.storage.work import Work
from people.areas import Area
from people.households import Household
from people.posts import Post
from people.shelters import Shelter
from warning.thresholds import JIANGHUA, ThresholdRow, ThresholdSet, ThresholdTable, threshold_table

NOTES = "register"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an import did, by key. `absent` are rows the file does not have; `kept` those of them that were protected."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    absent: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...] = ()
    import_id: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether the register is as it was."""
        return not (self.added or self.changed or self.removed)


def import_rows(
    work: Work,
    kind: str,
    rows: Iterable[Any],
    *,
    file: str,
    digest: str,
    by: str,
    replace: bool = False,
    protected: Iterable[str] = (),
    status: str = "Actual",
) -> Outcome:
    """Merge rows into a register by key. The same file twice changes nothing and leaves no journal entry.

    Parameters
    ----------
    kind : str
        areas, posts, households, shelters, zones, stations, thresholds.
    digest : str
        SHA-256 of the file.
    replace : bool
        Remove rows that the file does not have, but none of `protected` (keys with an open call-out).
    """
    register = REGISTERS[kind]
    codec, key = register.codec, register.key
    given = {row[key]: row for row in (codec.row(register.lay_down(one)) for one in rows)}
    stored = _stored(work.connection, register)
    added = sorted(given.keys() - stored.keys())
    common = given.keys() & stored.keys()
    changed = sorted(one for one in common if _text(register, given[one]) != _text(register, stored[one]))
    absent = sorted(stored.keys() - given.keys())
    kept = sorted(set(absent) & set(protected)) if replace else []
    removed = sorted(set(absent) - set(kept)) if replace else []
    outcome = {
        "added": tuple(added),
        "changed": tuple(changed),
        "unchanged": len(common) - len(changed),
        "absent": tuple(absent),
        "removed": tuple(removed),
        "kept": tuple(kept),
    }
    if not (added or changed or removed):
        return Outcome(**outcome)  # type: ignore[arg-type]
    count = work.connection.execute(select(func.count()).select_from(register_import)).scalar_one()
    identity = natural_id("import", kind, digest, work.now, count)
    counts = {name: len(found) if isinstance(found, tuple) else found for name, found in outcome.items()}
    counts.pop("kept")
    record = {"id": identity, "kind": kind, "file": file, "digest": digest, "at": work.now, "by": by, **counts}
    work.connection.execute(insert(register_import), record)
    _write(work, register, identity, [given[one] for one in added], [given[one] for one in changed], removed)
    data = {name: value for name, value in record.items() if name != "at"} | {"at": work.now.isoformat()}
    work.note(
        NOTES,
        kind,
        "Imported",
        data | digests(work.connection, work.salt, register),
        actor=by,
        cause="Import",
        status=status,
    )
    return Outcome(**outcome, import_id=identity)  # type: ignore[arg-type]


def _stored(connection: Connection, register: Register) -> dict[str, dict[str, Any]]:
    return {row[register.key]: dict(row) for row in connection.execute(select(register.table)).mappings()}


def _text(register: Register, row: Any) -> str:
    """The content of a row as text: what history keeps and digests cover."""
    return dumps(plain_row(register, row))


def plain_row(register: Register, row: Any) -> dict[str, Any]:
    """The content of a row as plain JSON values."""
    return {name: _plain(row[name]) for name in register.codec.columns}


def parse(text: str | None) -> dict[str, Any] | None:
    """A row's content back from history; None once erased (or tampered with beyond reading)."""
    try:
        data = json.loads(text or "null")
    except json.JSONDecodeError:
        return None
    return data if isinstance(data, dict) else None


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _write(
    work: Work,
    register: Register,
    identity: str,
    added: Sequence[dict[str, Any]],
    changed: Sequence[dict[str, Any]],
    removed: Sequence[str],
) -> None:
    table, key = register.table, register.key
    ended = [row[key] for row in changed] + list(removed)
    if ended:
        gone = [{"_key": one} for one in ended]
        work.connection.execute(delete(table).where(table.c[key] == bindparam("_key")), gone)
        closing = (
            update(register_history)
            .where(register_history.c.kind == register.kind, register_history.c.key == bindparam("_key"))
            .where(register_history.c.valid_to.is_(None))
            .values(valid_to=work.now)
        )
        work.connection.execute(closing, gone)
    new = [*added, *changed]
    if new:
        work.connection.execute(insert(table), [row | {"import_id": identity} for row in new])
        history = []
        for row in new:
            text = _text(register, row)
            history.append(
                {
                    "kind": register.kind,
                    "key": row[key],
                    "data": text,
                    "digest": salted(work.salt, register.kind, row[key], text),
                    "import_id": identity,
                    "valid_from": work.now,
                    "valid_to": None,
                }
            )
        work.connection.execute(insert(register_history), history)


def salted(salt: str, *parts: str) -> str:
    """A digest that tells nobody without the salt which phone or name it covers."""
    return hmac.new(salt.encode(), "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


def digests(connection: Connection, salt: str, register: Register) -> dict[str, str]:
    """Digests of a register and of its history as they stand, noted in the journal at every import."""
    table, key = register.table, register.key
    rows = hmac.new(salt.encode(), register.kind.encode(), hashlib.sha256)
    for row in connection.execute(select(table).order_by(table.c[key])).mappings():
        rows.update(f"{_text(register, row)}\x1f{row['import_id']}\n".encode())
    past = hmac.new(salt.encode(), register.kind.encode(), hashlib.sha256)
    query = select(register_history).where(register_history.c.kind == register.kind).order_by(register_history.c.id)
    for row in connection.execute(query).mappings():
        ended = row["valid_to"].isoformat() if row["valid_to"] else ""
        line = (row["key"], row["digest"], row["import_id"], row["valid_from"].isoformat(), ended)
        past.update(("\x1f".join(line) + "\n").encode())
    return {"rows": rows.hexdigest(), "history": past.hexdigest()}


def nothing(salt: str, register: Register) -> dict[str, str]:
    """The digests of a register into which nothing was ever imported."""
    empty = hmac.new(salt.encode(), register.kind.encode(), hashlib.sha256).hexdigest()
    return {"rows": empty, "history": empty}


def load(connection: Connection, kind: str) -> tuple[Any, ...]:
    """All rows of a register as dataclasses, by key."""
    register = REGISTERS[kind]
    query = select(register.table).order_by(register.table.c[register.key])
    return tuple(register.take_up(register.codec.state(row)) for row in connection.execute(query).mappings())


def load_areas(connection: Connection) -> tuple[Area, ...]:
    """All areas."""
    return load(connection, "areas")


def load_posts(connection: Connection) -> tuple[Post, ...]:
    """All posts."""
    return load(connection, "posts")


def load_households(connection: Connection) -> tuple[Household, ...]:
    """All households."""
    return load(connection, "households")


def load_shelters(connection: Connection) -> tuple[Shelter, ...]:
    """All shelters."""
    return load(connection, "shelters")


def load_zones(connection: Connection) -> tuple[HazardZone, ...]:
    """All hazard zones."""
    return load(connection, "zones")


def load_stations(connection: Connection) -> tuple[Station, ...]:
    """All rain stations."""
    return load(connection, "stations")


def load_thresholds(connection: Connection) -> tuple[ThresholdRow, ...]:
    """All filed thresholds."""
    return load(connection, "thresholds")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyRows:
    """Everything the registers hold; `version` changes with every import."""

    version: str
    areas: tuple[Area, ...]
    posts: tuple[Post, ...]
    households: tuple[Household, ...]
    shelters: tuple[Shelter, ...]
    zones: tuple[HazardZone, ...]
    stations: tuple[Station, ...]
    thresholds: ThresholdTable


def version(connection: Connection) -> str:
    """The state of all registers in one word: how many imports changed them, and the last."""
    table = register_import
    count = connection.execute(select(func.count()).select_from(table)).scalar_one()
    last = connection.execute(select(table.c.id).order_by(table.c.at.desc(), table.c.id).limit(1)).scalar()
    return f"{count}:{last or ''}"


def load_county_rows(connection: Connection, *, default: ThresholdSet = JIANGHUA) -> CountyRows:
    """Read all registers in one go; `default` judges the zones for which nothing is filed."""
    return CountyRows(
        version=version(connection),
        areas=load_areas(connection),
        posts=load_posts(connection),
        households=load_households(connection),
        shelters=load_shelters(connection),
        zones=load_zones(connection),
        stations=load_stations(connection),
        thresholds=threshold_table(load_thresholds(connection), default),
    )


def history(connection: Connection, kind: str, key: str) -> list[dict[str, Any]]:
    """Every version of one row, oldest first, with the file each came from."""
    past, imports = register_history, register_import
    query = (
        select(past.c.data, past.c.valid_from, past.c.valid_to, imports.c.file, imports.c.by)
        .join_from(past, imports, past.c.import_id == imports.c.id)
        .where(past.c.kind == kind, past.c.key == key)
        .order_by(past.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
