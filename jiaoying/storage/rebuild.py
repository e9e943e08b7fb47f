"""Proof that the rows equal the journal: everything is folded anew from the first entry and every column compared.

Aggregates are folded with their own `evolve`. Registers and rain lie in their own tables, whose digests the journal
holds; a private value is what its reference was made from; users and codes follow from their notes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, Text, cast, select

from core.lifecycle import UnknownTransition
from jiaoying.storage import accounts, codes, journal, privacy, rain, registers, schema, site
from jiaoying.storage.codec import UnknownFact, decode_fact
from jiaoying.storage.database import UtcDateTime
from jiaoying.storage.kinds import KINDS, Kind
from jiaoying.storage.schema_registers import REGISTERS, register_history, register_import


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that is not what the journal says; `column` "*" is a row that is missing or should not be."""

    table: str
    id: str
    column: str
    stored: Any
    rebuilt: Any

    def __str__(self) -> str:
        return f"{self.table} {self.id} {self.column}: stored {self.stored!r}, journal {self.rebuilt!r}"


MISSING = "(no row)"
PRIVATE = "(private)"


@dataclass(slots=True)
class _Folded:
    """What the journal says."""

    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    revisions: dict[str, dict[str, int]] = field(default_factory=dict)
    imports: dict[str, dict[str, Any]] = field(default_factory=dict)
    digests: dict[str, dict[str, str]] = field(default_factory=dict)
    frames: dict[str, str] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    erased: dict[str, datetime] = field(default_factory=dict)
    faults: list[Difference] = field(default_factory=list)


def rebuild_check(engine: Engine, *, kinds: Mapping[str, Kind] = KINDS) -> list[Difference]:
    """Fold the whole journal and compare; an empty list is the proof. Entries not yet sealed count too."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        folded = _fold(connection, kinds)
        found = list(folded.faults)
        for name, kind in kinds.items():
            found.extend(_aggregate(connection, kind, folded.states.get(name, {}), folded.revisions.get(name, {})))
        for check in (_registers, _imports, _rain, _users, _codes, _private):
            found.extend(check(connection, folded))
    return found


def rebuilt(engine: Engine, *, kinds: Mapping[str, Kind] = KINDS) -> Mapping[str, Mapping[str, Any]]:
    """Every aggregate as the journal alone makes it, by kind and id."""
    with engine.connect() as connection:
        return _fold(connection, kinds).states


def _fold(connection: Connection, kinds: Mapping[str, Kind]) -> _Folded:
    folded = _Folded()
    notes: dict[str, Callable[[_Folded, str, str, Mapping[str, Any]], None]] = {
        registers.NOTES: _imported,
        rain.NOTES: _rained,
        accounts.NOTES: _user,
        codes.NOTES: _code,
        privacy.NOTES: _erased,
    }
    for entry in journal.everything(connection):
        kind = kinds.get(entry["kind"])
        note = notes.get(entry["kind"])
        for one in entry["facts"]:
            if kind is not None:
                _apply(folded, kind, entry, one)
            elif note is not None:
                try:
                    note(folded, one["subject"], one["fact"], one["data"])
                except (KeyError, TypeError, ValueError, IndexError) as error:
                    folded.faults.append(_unreadable(entry, one, error))
    return folded


def _unreadable(entry: Mapping[str, Any], one: Mapping[str, Any], error: Exception) -> Difference:
    what = f"{entry['kind']} {one['subject']} {one['fact']}"
    reason = f"{type(error).__name__}: {error}"
    return Difference(table="journal", id=str(entry["sequence"]), column="facts", stored=what, rebuilt=reason)


def _apply(folded: _Folded, kind: Kind, entry: Mapping[str, Any], one: Mapping[str, Any]) -> None:
    states = folded.states.setdefault(kind.name, {})
    revisions = folded.revisions.setdefault(kind.name, {})
    subject = one["subject"]
    try:
        fact = decode_fact(kind.facts, one["fact"], one["data"])
        states[subject] = kind.evolve(states.get(subject), fact)
    except (UnknownFact, UnknownTransition, KeyError, TypeError, ValueError, AttributeError, AssertionError) as error:
        folded.faults.append(_unreadable(entry, one, error))
        return
    revisions[subject] = revisions.get(subject, 0) + 1


def _imported(folded: _Folded, subject: str, fact: str, data: Mapping[str, Any]) -> None:
    if fact == "Imported":
        folded.imports[data["id"]] = dict(data)
    folded.digests[subject] = {"rows": data["rows"], "history": data["history"]}


def _rained(folded: _Folded, subject: str, fact: str, data: Mapping[str, Any]) -> None:
    match fact:
        case "FrameStored" | "FrameCorrected":
            folded.frames[subject] = data["digest"]
        case "ZonesReceived":
            folded.zones[subject] = data["digest"]
        case "FramesForgotten":
            folded.frames = {name: mark for name, mark in folded.frames.items() if name.split("|")[1] >= data["before"]}


def _user(folded: _Folded, subject: str, _fact: str, data: Mapping[str, Any]) -> None:
    moments = {name: data[name] and datetime.fromisoformat(data[name]) for name in ("created_at", "disabled_at")}
    folded.users[subject] = {"name": subject, "role": data["role"], "area": data["area"], **moments}


def _code(folded: _Folded, subject: str, fact: str, data: Mapping[str, Any]) -> None:
    if fact == "CodesForgotten":
        before = datetime.fromisoformat(data["before"])
        folded.codes = {key: row for key, row in folded.codes.items() if row["issued_at"] >= before}
        return
    row = {**data, "phone_ref": subject, "issued_at": datetime.fromisoformat(data["issued_at"])}
    folded.codes[subject, data["code"], data["callout"]] = row


def _erased(folded: _Folded, subject: str, _fact: str, data: Mapping[str, Any]) -> None:
    folded.erased[subject] = datetime.fromisoformat(data["at"])


def _compare(table: Table, id: str, stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[Difference]:
    for column in wanted:
        if stored[column] != wanted[column]:
            yield Difference(table=table.name, id=id, column=column, stored=stored[column], rebuilt=wanted[column])


def _iso(moment: Any) -> str:
    return moment.isoformat() if isinstance(moment, datetime) else str(moment)


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """All rows of a table; a time that cannot be read is given as the text that stands there instead."""
    try:
        yield from [dict(row) for row in connection.execute(select(table)).mappings()]
    except (ValueError, TypeError):
        times = [column.name for column in table.c if isinstance(column.type, UtcDateTime)]
        raw = [cast(column, Text).label(column.name) if column.name in times else column for column in table.c]
        for row in connection.execute(select(*raw)).mappings():
            yield {name: _moment(value) if name in times else value for name, value in row.items()}


def _moment(text: str | None) -> datetime | str | None:
    try:
        return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return text


def _both_ways(
    table: Table, stored: Mapping[str, Mapping[str, Any]], wanted: Mapping[str, Mapping[str, Any]]
) -> Iterator[Difference]:
    for id in sorted(stored.keys() | wanted.keys()):
        if id not in wanted:
            yield Difference(table=table.name, id=id, column="*", stored=dict(stored[id]), rebuilt=MISSING)
        elif id not in stored:
            yield Difference(table=table.name, id=id, column="*", stored=MISSING, rebuilt=dict(wanted[id]))
        else:
            yield from _compare(table, id, stored[id], wanted[id])


def _aggregate(
    connection: Connection, kind: Kind, states: Mapping[str, Any], revisions: Mapping[str, int]
) -> Iterator[Difference]:
    stored = {row["id"]: row for row in _rows(connection, kind.table)}
    wanted = {id: kind.codec.row(state) | {schema.REVISION: revisions[id]} for id, state in states.items()}
    return _both_ways(kind.table, stored, wanted)


def _registers(connection: Connection, folded: _Folded) -> Iterator[Difference]:
    salt = site.get(connection, "salt")
    for register in REGISTERS.values():
        yield from _rows_and_history(connection, register.kind, salt)
        if salt is None:
            continue
        now = registers.digests(connection, salt, register)
        said = folded.digests.get(register.kind)
        if said is None:
            said = registers.nothing(salt, register)
        for what, table in (("rows", register.table.name), ("history", register_history.name)):
            if now[what] != said[what]:
                yield Difference(table=table, id=register.kind, column="digest", stored=now[what], rebuilt=said[what])


def _rows_and_history(connection: Connection, kind: str, salt: str | None) -> Iterator[Difference]:
    """A register's rows against the open rows of its history, which names the column where a digest cannot."""
    register = REGISTERS[kind]
    stored = {
        row[register.key]: registers.plain_row(register, row) | {"import_id": row["import_id"]}
        for row in _rows(connection, register.table)
    }
    wanted: dict[str, dict[str, Any]] = {}
    for row in connection.execute(select(register_history).where(register_history.c.kind == kind)).mappings():
        if row["data"] is not None and salt is not None:
            mark = registers.salted(salt, kind, row["key"], row["data"])
            if mark != row["digest"]:
                yield Difference(
                    table=register_history.name,
                    id=f"{kind} {row['key']}",
                    column="data",
                    stored=mark,
                    rebuilt=row["digest"],
                )
        if row["valid_to"] is None:
            data = registers.parse(row["data"])
            if data is not None:
                wanted[row["key"]] = data | {"import_id": row["import_id"]}
    for one in _both_ways(register.table, stored, wanted):
        # Names and phones lie here: that they differ is said, not what they are.
        yield replace(
            one,
            stored=MISSING if one.stored == MISSING else PRIVATE,
            rebuilt=MISSING if one.rebuilt == MISSING else PRIVATE,
        )


def _imports(connection: Connection, folded: _Folded) -> Iterator[Difference]:
    stored = {row["id"]: row for row in _rows(connection, register_import)}
    wanted = {
        id: {name: data[name] for name in register_import.c.keys()} | {"at": datetime.fromisoformat(data["at"])}  # noqa: SIM118
        for id, data in folded.imports.items()
    }
    yield from _both_ways(register_import, stored, wanted)


def _rain(connection: Connection, folded: _Folded) -> Iterator[Difference]:
    frames: dict[str, Mapping[str, Any]] = {}
    for row in _rows(connection, schema.rain_frame):
        subject = "|".join([row["source"], _iso(row["valid_at"]), row["issued"]])
        try:
            mark = rain.frame_of(row).digest
        except (ValueError, TypeError) as error:
            mark = f"{type(error).__name__}: {error}"
        frames[subject] = {"values": mark, "digest": row["digest"]}
    wanted = {name: {"values": mark, "digest": mark} for name, mark in folded.frames.items()}
    yield from _both_ways(schema.rain_frame, frames, wanted)
    received: dict[str, list[tuple[Any, Any, Any]]] = {}
    for row in _rows(connection, schema.zone_rain):
        received.setdefault(_iso(row["valid_at"]), []).append((row["zone"], row["minutes"], row["tenths"]))
    stored = {at: {"digest": rain.zones_digest(rows)} for at, rows in received.items()}
    empty = hashlib.sha256(b"[]").hexdigest()
    said = {at: {"digest": mark} for at, mark in folded.zones.items() if mark != empty}
    yield from _both_ways(schema.zone_rain, stored, said)


def _users(connection: Connection, folded: _Folded) -> Iterator[Difference]:
    stored = {row["name"]: row for row in _rows(connection, schema.user)}
    yield from _both_ways(schema.user, stored, folded.users)


def _codes(connection: Connection, folded: _Folded) -> Iterator[Difference]:
    stored = {
        f"{row['phone_ref']} {row['code']} {row['callout']}": dict(row) for row in _rows(connection, schema.codes)
    }
    wanted = {" ".join(key): row for key, row in folded.codes.items()}
    yield from _both_ways(schema.codes, stored, wanted)


def _private(connection: Connection, folded: _Folded) -> Iterator[Difference]:
    salt = site.get(connection, "salt")
    for ref in privacy.lost(connection):
        yield Difference(
            table=schema.private.name, id=ref, column="*", stored=MISSING, rebuilt="(named in the journal)"
        )
    for ref, column in privacy.forged(connection, salt, folded.erased):
        yield Difference(table=schema.private.name, id=ref, column=column, stored=PRIVATE, rebuilt="(its reference)")
