"""Coordinate systems of map files: what a GeoJSON says of itself, and a way to WGS 84 that is no silent guess.

A reader of RFC 7946 ignores the ``crs`` member and takes metres for degrees; PROJ offers "ballpark" transformations
that change nothing. Both would put a village under the wrong slope, so both are refused here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError
from pyproj.transformer import Transformer, TransformerGroup

from core.tables import BadValue

WGS84 = CRS.from_epsg(4326)
# CGCS2000 and WGS 84 differ by centimetres; PROJ knows no transformation and its "ballpark" is the right answer here.
_CGCS2000_DATUM = "China 2000"
_CGCS2000 = CRS.from_epsg(4490)
# How far outside the area a coordinate system is made for its coordinates may still lie, in degrees.
_MARGIN = 3.0


def stated_crs(document: Mapping[str, object]) -> CRS:
    """The coordinate system a GeoJSON says it is in; WGS 84 when it says nothing (RFC 7946).

    Raises
    ------
    BadValue
        When what it says is empty, unknown, a link, or not a system on the ground.
    """
    if "crs" not in document:
        return WGS84
    member = document["crs"]
    name = _name(member)
    if name is None:
        raise BadValue(f"crs 成员没有写明坐标系:{member!r}")
    try:
        crs = CRS.from_user_input(name)
    except CRSError:
        raise BadValue(f"不认识的坐标系 {name!r}") from None
    flat = crs.sub_crs_list[0] if crs.is_compound else crs.to_2d()
    if not (flat.is_geographic or flat.is_projected):
        raise BadValue(f"{name!r} 不是经纬度或投影坐标系({crs.type_name})")
    return flat


def _name(member: object) -> str | None:
    if not isinstance(member, dict) or not isinstance(member.get("properties"), dict):
        return None
    properties = member["properties"]
    if member.get("type") == "name" and isinstance(properties.get("name"), str):
        return str(properties["name"]).strip() or None
    if member.get("type") == "EPSG" and isinstance(properties.get("code"), int | str):
        return f"EPSG:{properties['code']}"
    return None


def range_reason(crs: CRS, box: tuple[float, float, float, float]) -> str | None:
    """Why coordinates in this box (west, south, east, north) cannot be in `crs`, or None."""
    west, south, east, north = box
    degrees = west >= -180 and east <= 180 and south >= -90 and north <= 90
    if crs.is_geographic and not degrees:
        if max(abs(west), abs(east)) > 360 or max(abs(south), abs(north)) > 360:
            return "坐标像是以米为单位,文件却没有写明投影坐标系(缺 crs)"
        if south >= -180 and north <= 180 and max(abs(west), abs(east)) <= 90:
            return "纬度超出 ±90,经度和纬度像是写反了"
        return "经纬度超出 ±180/±90"
    if crs.is_projected and degrees:
        return f"写明的坐标系 {crs.name} 以米为单位,坐标却像经纬度"
    return None


def to_wgs84(geometries: NDArray[np.object_], crs: CRS) -> NDArray[np.object_]:
    """The geometries in WGS 84, longitude first.

    Raises
    ------
    BadValue
        When there is no proper transformation for where they lie, or they lie nowhere `crs` is made for.
    """
    base = crs.geodetic_crs
    ours = base is not None and base.datum is not None and base.datum.name == _CGCS2000_DATUM
    target = _CGCS2000 if ours else WGS84
    if crs.equals(target, ignore_axis_order=True) or crs.equals(WGS84, ignore_axis_order=True):
        return geometries
    for transformer in TransformerGroup(crs, target, always_xy=True, allow_ballpark=False).transformers:
        moved = _moved(geometries, transformer)
        west, south, east, north = shapely.total_bounds(moved)
        if not np.isfinite([west, south, east, north]).all():
            continue
        if transformer.area_of_use is not None and not _inside(
            (west, south, east, north), transformer.area_of_use.bounds
        ):
            continue
        made_for = crs.area_of_use
        if made_for is not None and not _inside((west, south, east, north), made_for.bounds, _MARGIN):
            raise BadValue(
                f"坐标超出 {crs.name} 的适用范围(算得经度 {west:.2f}…{east:.2f},纬度 {south:.2f}…{north:.2f})"
            )
        return moved
    raise BadValue(f"从 {crs.name} 到 WGS 84 在这个地区没有可靠的转换,请先转成 WGS 84 或 CGCS2000")


def _moved(geometries: NDArray[np.object_], transformer: Transformer) -> NDArray[np.object_]:
    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return np.asarray(shapely.transform(geometries, move), dtype=object)


def _inside(
    box: tuple[float, float, float, float], area: tuple[float, float, float, float], margin: float = 0.0
) -> bool:
    west, south, east, north = area
    if west > east:  # across the date line
        return south - margin <= box[1] and box[3] <= north + margin
    return west - margin <= box[0] and south - margin <= box[1] and box[2] <= east + margin and box[3] <= north + margin
