"""The tables of registers: one a kind, derived from the dataclass of its rows, and the history they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from core.levels import Level
from hazards.stations import Station
from hazards.zones import HazardZone
from jiaoying.storage.codec import RowCodec
from jiaoying.storage.database import UtcDateTime
from jiaoying.storage.schema import columns_of, metadata
from people.areas import Area
from people.households import Household
from people.posts import Post
from people.shelters import Shelter
from warning.thresholds import ThresholdRow, ThresholdValue, Wetness

register_import = Table(
    "register_import",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("absent", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Index("ix_register_import_kind", "kind", "at"),
)

register_history = Table(
    "register_history",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("data", Text, nullable=True),  # NULL once erased; the digest stays
    Column("digest", Text, nullable=False),
    Column("import_id", Text, ForeignKey("register_import.id"), nullable=False),
    Column("valid_from", UtcDateTime, nullable=False),
    Column("valid_to", UtcDateTime, nullable=True),
    Index("ix_register_history_key", "kind", "key", "valid_from"),
    Index("ix_register_history_valid_to", "kind", "valid_to"),
)


def _to_wkb(value: object) -> str:
    assert isinstance(value, BaseGeometry)
    return str(shapely.to_wkb(value, hex=True, output_dimension=2))


def _same(row: Any) -> Any:
    return row


@dataclass(frozen=True, kw_only=True)
class Register:
    """One register: the dataclass of its rows, the field that is their key, the table they lie in.

    Where the room's own dataclass has no such field, `lay_down` and `take_up` lead from it to the row's and back.
    """

    kind: str
    row: type[Any]
    key: str
    table: Table
    lay_down: Callable[[Any], Any] = _same
    take_up: Callable[[Any], Any] = _same
    codec: RowCodec = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codec", RowCodec(self.row, texts=TEXTS))


# Types that have a text of their own: the exact coordinates, readable by PostGIS and QGIS.
TEXTS = {BaseGeometry: (_to_wkb, shapely.from_wkb)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One filed threshold with its key: what it is about, level, window, wetness, date."""

    key: str
    zone: str | None
    area: str | None
    level: Level
    window_h: int
    mm: float
    wetness: Wetness | None
    valid_from: datetime | None
    source: str

    @classmethod
    def of(cls, row: ThresholdRow) -> Threshold:
        """From the room's row."""
        value, since = row.value, row.valid_from
        when = "" if since is None else since.astimezone(UTC).isoformat()
        return cls(
            key="|".join([*row.subject, value.level, str(value.window_h), value.wetness or "", when]),
            zone=row.zone,
            area=row.area,
            level=value.level,
            window_h=value.window_h,
            mm=value.mm,
            wetness=value.wetness,
            valid_from=since,
            source=row.source,
        )

    def row(self) -> ThresholdRow:
        """To the room's row."""
        value = ThresholdValue(level=self.level, window_h=self.window_h, mm=self.mm, wetness=self.wetness)
        return ThresholdRow(zone=self.zone, area=self.area, value=value, valid_from=self.valid_from, source=self.source)


def _register(
    kind: str, name: str, row: type[Any], *, key: str = "code", by: tuple[str, ...] = (), **ways: Any
) -> Register:
    table = Table(
        f"register_{name}",
        metadata,
        *columns_of(row, key=key),
        Column("import_id", Text, ForeignKey("register_import.id"), nullable=False),
    )
    for column in by:
        Index(None, table.c[column])
    return Register(kind=kind, row=row, key=key, table=table, **ways)


REGISTERS: Mapping[str, Register] = {
    register.kind: register
    for register in (
        _register("areas", "area", Area, by=("parent",)),
        _register("posts", "post", Post, key="id", by=("area", "phone")),
        _register("households", "household", Household, by=("area", "responsible")),
        _register("shelters", "shelter", Shelter, by=("area",)),
        _register("zones", "zone", HazardZone, by=("area",)),
        _register("stations", "station", Station),
        _register(
            "thresholds",
            "threshold",
            Threshold,
            key="key",
            by=("zone", "area"),
            lay_down=Threshold.of,
            take_up=Threshold.row,
        ),
    )
}
