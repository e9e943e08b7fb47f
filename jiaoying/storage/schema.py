"""The tables. Those of aggregates are derived from their dataclasses; the others are written out here.

Migrations must give exactly these tables on SQLite and on PostgreSQL; a test compares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

from jiaoying.storage.codec import fields_of, is_scalar, split_optional
from jiaoying.storage.database import UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

REVISION = "revision"  # of an aggregate row: how many facts have been applied to it
INDEXED = ("event", "area", "subject", "callout", "task", "warning", "household", "to_ref", "gateway_id")


def type_of(hint: Any) -> TypeEngine[Any]:
    """The column type of a field: typed for scalars, JSON text for the rest."""
    if not is_scalar(hint):
        return Text()
    if issubclass(hint, StrEnum):
        return Text()
    scalars: dict[type[Any], TypeEngine[Any]] = {
        str: Text(),
        int: BigInteger(),
        float: Double(),
        bool: Boolean(),
        datetime: UtcDateTime(),
    }
    return scalars[hint]


def columns_of(cls: type[Any], *, key: str) -> list[Column[Any]]:
    """The columns of a dataclass; `key` is the primary key."""
    columns: list[Column[Any]] = []
    for name, hint in fields_of(cls):
        inner, optional = split_optional(hint)
        columns.append(Column(name, type_of(inner), primary_key=name == key, nullable=optional))
    return columns


def aggregate_table(
    name: str, cls: type[Any], into: MetaData = metadata, *, indices: Sequence[Sequence[str]] = ()
) -> Table:
    """The table of an aggregate: its fields, the number of facts applied, and indices for what is looked up."""
    table = Table(name, into, *columns_of(cls, key="id"), Column(REVISION, Integer, nullable=False))
    if "due_at" in table.c:
        Index(None, table.c.due_at, table.c.id)
    if "state" in table.c and not any(names[0] == "state" for names in indices):
        Index(None, table.c.state)
    for column in INDEXED:
        if column in table.c:
            Index(None, table.c[column])
    for names in indices:
        Index(None, *(table.c[name] for name in names))
    return table


# SQLite counts rows by itself only for INTEGER keys; PostgreSQL wants room for more.
_COUNTER = BigInteger().with_variant(Integer(), "sqlite")

journal = Table(
    "journal",
    metadata,
    Column("id", _COUNTER, primary_key=True, autoincrement=True),
    # Sequence, previous and hash are given when the entry is sealed: in the writer (SQLite) or by the leader (PostgreSQL).
    Column("sequence", BigInteger, nullable=True, unique=True),
    Column("at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("previous", Text, nullable=True),
    Column("hash", Text, nullable=True),
    Index("ix_journal_kind", "kind"),
    sqlite_autoincrement=True,
)

private = Table(
    "private",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=True),
    Column("erased_at", UtcDateTime, nullable=True),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", _COUNTER, primary_key=True, autoincrement=True),
    Column("gateway", Text, nullable=False),
    Column("gateway_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=True),
    Column("handled_at", UtcDateTime, nullable=True),
    Column("tries", Integer, nullable=False),
    UniqueConstraint("gateway", "gateway_id"),
    Index("ix_inbox_handled_at", "handled_at", "id"),
)

codes = Table(
    "codes",
    metadata,
    Column("phone_ref", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("callout", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
)

site = Table("site", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

rain_frame = Table(
    "rain_frame",
    metadata,
    Column("source", Text, primary_key=True),
    Column("valid_at", UtcDateTime, primary_key=True),
    Column("issued", Text, primary_key=True),  # time of issue in UTC, empty for observations: NULL is never unique
    Column("minutes", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("values", Text, nullable=False),
    Column("judged_at", UtcDateTime, nullable=True),
    Index("ix_rain_frame_valid_at", "valid_at"),
    Index("ix_rain_frame_judged_at", "judged_at"),
)

zone_rain = Table(
    "zone_rain",
    metadata,
    Column("valid_at", UtcDateTime, primary_key=True),
    Column("zone", Text, primary_key=True),
    Column("minutes", Integer, nullable=False),
    Column("tenths", Integer, nullable=True),
)

user = Table(
    "user",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("area", Text, nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime, nullable=True),
)

token = Table(
    "token",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("user", Text, ForeignKey("user.name"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=True),
    Column("used_at", UtcDateTime, nullable=True),
    Column("revoked_at", UtcDateTime, nullable=True),
    Index("ix_token_user", "user"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("path", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

leader = Table(
    "leader",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("lease_until", UtcDateTime, nullable=False),
)

drill_act = Table(
    "drill_act",
    metadata,
    Column("id", Text, primary_key=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("done_at", UtcDateTime, nullable=True),
    Index("ix_drill_act_due_at", "done_at", "due_at", "id"),
)

drill_state = Table(
    "drill_state", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False)
)

fetch_state = Table(
    "fetch_state",
    metadata,
    Column("source", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified_at", UtcDateTime, nullable=True),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("outcome", Text, nullable=False),
)
