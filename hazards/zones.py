"""Hazard zones (隐患点) and their kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from hazards.reading import Places, Reading


class HazardKind(StrEnum):
    """What may come down."""

    LANDSLIDE = "landslide"
    DEBRIS_FLOW = "debris_flow"
    FLASH_FLOOD = "flash_flood"
    ROCKFALL = "rockfall"
    COLLAPSE = "collapse"

    @property
    def chinese(self) -> str:
        """The word of the field."""
        return _KINDS[self]


class Family(StrEnum):
    """Kinds that are warned of together (DESIGN section 4)."""

    SLOPE = "slope"
    FLOW = "flow"

    @property
    def chinese(self) -> str:
        """The words of the field."""
        return "滑坡崩塌" if self is Family.SLOPE else "山洪泥石流"


_KINDS = {
    HazardKind.LANDSLIDE: "滑坡",
    HazardKind.DEBRIS_FLOW: "泥石流",
    HazardKind.FLASH_FLOOD: "山洪",
    HazardKind.ROCKFALL: "崩塌",
    HazardKind.COLLAPSE: "塌陷",
}
_FLOW = frozenset({HazardKind.DEBRIS_FLOW, HazardKind.FLASH_FLOOD})


def family_of(kind: HazardKind) -> Family:
    """The family a kind is warned of with."""
    return Family.FLOW if kind in _FLOW else Family.SLOPE


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardZone:
    """One zone. `geometry` is a valid polygon or multipolygon in WGS 84 degrees, longitude first.

    `area` is the code of its village; `thresholds` the name of a threshold set, `upstream` the code of the zone
    above it, `monitor` the phone of its monitor.
    """

    code: str
    kind: HazardKind
    name: str
    area: str
    geometry: BaseGeometry
    thresholds: str | None = None
    upstream: str | None = None
    monitor: str | None = None


def worst_kind(kinds: Iterable[HazardKind]) -> HazardKind:
    """The kind that stands for several: what moves fastest and farthest first.

    Raises
    ------
    ValueError
        When there is none.
    """
    return min(kinds, key=_FASTEST.index)


_FASTEST = (
    HazardKind.DEBRIS_FLOW,
    HazardKind.FLASH_FLOOD,
    HazardKind.ROCKFALL,
    HazardKind.LANDSLIDE,
    HazardKind.COLLAPSE,
)


PROPERTIES: Mapping[str, str] = {
    name: name for name in ("code", "kind", "name", "area", "thresholds", "upstream", "monitor")
}
ALIASES: Mapping[str, str] = {
    "编码": "code",
    "编号": "code",
    "代码": "code",
    "隐患点编号": "code",
    "名称": "name",
    "隐患点名称": "name",
    "灾种": "kind",
    "类型": "kind",
    "灾害类型": "kind",
    "种类": "kind",
    "行政区": "area",
    "行政区编码": "area",
    "行政区代码": "area",
    "所在村": "area",
    "阈值": "thresholds",
    "上游": "upstream",
    "监测人电话": "monitor",
    "监测员电话": "monitor",
}
KIND_WORDS: Mapping[str, HazardKind] = {
    **{kind.value: kind for kind in HazardKind},
    **{kind.chinese: kind for kind in HazardKind},
    **dict.fromkeys(("斜坡", "不稳定斜坡", "潜在不稳定斜坡"), HazardKind.LANDSLIDE),
    **dict.fromkeys(("泥石流沟",), HazardKind.DEBRIS_FLOW),
    **dict.fromkeys(("山洪沟", "山洪灾害"), HazardKind.FLASH_FLOOD),
    **dict.fromkeys(("危岩", "危岩体", "落石", "滚石"), HazardKind.ROCKFALL),
    **dict.fromkeys(("地面塌陷", "坍塌", "垮塌"), HazardKind.COLLAPSE),
}


def read_zones(
    data: bytes,
    file: str,
    areas: Places | None = None,
    *,
    known_zones: frozenset[str] = frozenset(),
    phone: Callable[[str], str] | None = None,
) -> Reading[HazardZone]:
    """Read zones from GeoJSON in any coordinate system it rightly states; all or nothing.

    Parameters
    ----------
    data : bytes
    file : str
        The name that faults carry.
    areas : Places, optional
        The areas registered: the village of a zone must be one of them, and the zone must lie within half a degree
        of their points (where any has a point). Without them (a replay) `area` may be empty.
    known_zones : frozenset of str
        Codes of zones registered already, which `upstream` may name.
    phone : callable, optional
        Normalises the monitor's phone, raising BadValue; without it the phone is kept as written.

    Returns
    -------
    Reading
        `mended` names the zones whose rings were mended.
    """
    # Whoever only needs the words of this module need not pay a second for importing geopandas.
    from hazards.zone_file import read

    return read(data, file, areas, known_zones, phone)
