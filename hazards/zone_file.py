"""Reading zones from GeoJSON in any coordinate system it rightly states. All or nothing; mended rings are reported."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from core.tables import BadValue, Fault
from hazards.crs import WGS84, range_reason, stated_crs, to_wgs84
from hazards.reading import Places, Reading
from hazards.zones import ALIASES, KIND_WORDS, PROPERTIES, HazardKind, HazardZone

# A zone farther than this from all points of the county's areas belongs to another county (degrees).
COUNTY_MARGIN = 0.5


@dataclass(slots=True)
class _Feature:
    """One feature being read."""

    number: int
    code: str
    cells: Mapping[str, object]
    header: Mapping[str, str]
    geometry: BaseGeometry | None
    closed: bool


class _File:
    """The file being read: its faults, in order, and what was mended."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[tuple[int, Fault]] = []
        self.mended: list[str] = []
        self.unknown: dict[str, None] = {}

    def fault(self, feature: _Feature, column: str | None, reason: str) -> None:
        name = feature.header.get(column, column) if column is not None else None
        self.faults.append(
            (feature.number, Fault(file=self.file, row=None, column=name, feature=feature.code, reason=reason))
        )

    def whole(self, reason: str, row: int | None = None) -> None:
        self.faults.append((0, Fault(file=self.file, row=row, reason=reason)))


def read(
    data: bytes, file: str, areas: Places | None, known_zones: frozenset[str], phone: Callable[[str], str] | None
) -> Reading[HazardZone]:
    """See `hazards.zones.read_zones`."""
    reading = _File(file)
    zones: list[HazardZone] = []
    encoding = ""
    try:
        document, encoding = _document(data)
        crs = stated_crs(document)
        features = [_feature(raw, number, reading) for number, raw in enumerate(_features(document), start=1)]
        for feature in features:
            reason = range_reason(crs, feature.geometry.bounds) if feature.geometry is not None else None
            if reason is not None:
                reading.fault(feature, "geometry", reason)
                feature.geometry = None
        drawn = [feature for feature in features if feature.geometry is not None]
        frame = geopandas.GeoDataFrame(
            {"number": [feature.number for feature in drawn]},
            geometry=[feature.geometry for feature in drawn],
            crs=crs,
        )
        moved = to_wgs84(np.asarray(frame.geometry.array, dtype=object), crs) if drawn else np.empty(0, dtype=object)
        frame = frame.set_geometry(geopandas.GeoSeries(moved, index=frame.index, crs=WGS84))
        shapes = dict(zip(frame["number"], _mend(drawn, frame, reading), strict=True))
        zones = _zones(features, shapes, areas, known_zones, phone, reading)
    except _Unreadable as error:
        reading.whole(str(error), error.row)
    except BadValue as error:
        reading.whole(str(error))
    faults = tuple(fault for _, fault in sorted(reading.faults, key=lambda pair: pair[0]))
    return Reading(
        rows=() if faults else tuple(zones),
        faults=faults,
        unknown_columns=tuple(reading.unknown),
        encoding=encoding,
        mended=tuple(reading.mended),
    )


class _Unreadable(BadValue):
    def __init__(self, reason: str, row: int | None = None) -> None:
        super().__init__(reason)
        self.row = row


def _document(data: bytes) -> tuple[Mapping[str, Any], str]:
    if data[:15] == b"SQLite format 3" or data[:2] == b"PK" or data[:4] == b"\x00\x00\x27\x0a":
        raise _Unreadable("这里只读 GeoJSON,请把图层另存为 GeoJSON")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _Unreadable("编码既不是 UTF-8 也不是 GBK/GB18030")
    if not text.strip():
        raise _Unreadable("文件是空的")
    try:
        document = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _Unreadable(f"不是合法的 JSON(第{error.lineno}行第{error.colno}列附近)", error.lineno) from None
    except RecursionError:
        raise _Unreadable("不是合法的 GeoJSON:嵌套太深") from None
    if not isinstance(document, dict) or document.get("type") not in ("FeatureCollection", "Feature"):
        raise _Unreadable("不是 GeoJSON 的 FeatureCollection 或 Feature")
    return document, encoding


def _no_constant(text: str) -> float:
    raise _Unreadable(f"有不是数字的坐标或属性 {text}")


def _features(document: Mapping[str, Any]) -> list[object]:
    features = [document] if document["type"] == "Feature" else document.get("features")
    if not isinstance(features, list):
        raise _Unreadable("FeatureCollection 里没有 features")
    if not features:
        raise _Unreadable("文件里没有要素")
    return features


def _feature(raw: object, number: int, reading: _File) -> _Feature:
    properties = raw.get("properties") if isinstance(raw, dict) else None
    cells: dict[str, object] = {}
    header: dict[str, str] = {}
    doubled: list[str] = []
    for key, value in properties.items() if isinstance(properties, dict) else ():
        name = PROPERTIES.get(key.strip().casefold()) or ALIASES.get(key.strip())
        if name is None:
            reading.unknown.setdefault(key)
        elif name in cells:
            doubled.append(key)
        else:
            cells[name], header[name] = value, key
    if "code" not in cells and isinstance(raw, dict) and isinstance(raw.get("id"), str | int):
        cells["code"], header["code"] = raw["id"], "id"
    feature = _Feature(number, f"第{number}个", cells, header, None, closed=True)
    code = _text(feature, "code", reading, required=True)
    feature.code = code or feature.code
    for key in doubled:
        reading.fault(feature, key, "这一属性与另一属性同义,重复")
    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        reading.fault(feature, None, "不是 GeoJSON 的 Feature")
        return feature
    geometry = raw.get("geometry")
    if not isinstance(geometry, dict):
        reading.fault(feature, "geometry", "没有图形")
    elif geometry.get("type") not in ("Polygon", "MultiPolygon"):
        reading.fault(feature, "geometry", f"图形应是面(Polygon、MultiPolygon),写的是 {geometry.get('type')!r}")
    else:
        _draw(feature, geometry, reading)
    return feature


def _draw(feature: _Feature, geometry: Mapping[str, Any], reading: _File) -> None:
    try:
        drawn = shapely.force_2d(shape(geometry))
    except (ShapelyError, TypeError, ValueError, IndexError, KeyError, AttributeError):
        reading.fault(feature, "geometry", "图形的坐标写法不对(每个环至少四个点,每个点是两个数)")
        return
    if drawn.is_empty:
        reading.fault(feature, "geometry", "图形是空的")
    elif not np.isfinite(shapely.get_coordinates(drawn)).all():
        reading.fault(feature, "geometry", "有不是有限数字的坐标")
    else:
        feature.geometry = drawn
        parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        feature.closed = all(ring[0][:2] == ring[-1][:2] for part in parts for ring in part)


def _mend(drawn: list[_Feature], frame: geopandas.GeoDataFrame, reading: _File) -> list[BaseGeometry | None]:
    """Valid polygons; what had to be mended is named, what cannot be is a fault."""
    shapes: NDArray[np.object_] = np.asarray(frame.geometry.array, dtype=object)
    valid = shapely.is_valid(shapes)
    mended = shapes.copy()
    mended[~valid] = shapely.make_valid(shapes[~valid])
    found: list[BaseGeometry | None] = []
    for feature, whole, was_valid in zip(drawn, mended.tolist(), valid.tolist(), strict=True):
        polygons = whole if was_valid else _polygons(whole)
        if polygons is None or polygons.area == 0:
            reading.fault(feature, "geometry", "图形没有面积")
            found.append(None)
            continue
        west, _, east, _ = polygons.bounds
        if east - west > 180:
            reading.fault(feature, "geometry", f"图形横跨大半个地球(经度 {west:.2f} 到 {east:.2f}),多半跨了 180° 经线")
            found.append(None)
            continue
        if not was_valid or not feature.closed:
            reading.mended.append(feature.code)
        found.append(shapely.normalize(polygons) if not was_valid else polygons)
    return found


def _polygons(geometry: BaseGeometry) -> BaseGeometry | None:
    parts = [part for part in shapely.get_parts(shapely.get_parts(geometry)).tolist() if part.geom_type == "Polygon"]
    return shapely.union_all(parts) if parts else None


def _text(feature: _Feature, column: str, reading: _File, *, required: bool = False) -> str | None:
    value = feature.cells.get(column)
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        reading.fault(feature, column, f"应是文字,写的是 {json.dumps(value, ensure_ascii=False)[:40]}")
        return None
    text = "" if value is None else str(value).strip()
    if not text and required:
        reading.fault(feature, column, "必填,不能为空")
    return text or None


def _zones(
    features: list[_Feature],
    shapes: Mapping[int, BaseGeometry | None],
    areas: Places | None,
    known_zones: frozenset[str],
    phone: Callable[[str], str] | None,
    reading: _File,
) -> list[HazardZone]:
    county = _county(areas)
    first: dict[str, int] = {}
    zones: list[HazardZone] = []
    codes = {feature.code for feature in features}
    upstream = {feature.code: _text(feature, "upstream", reading) for feature in features}
    for feature in features:
        before = first.setdefault(feature.code, feature.number)
        if before != feature.number:
            reading.fault(feature, "code", f"编码与第{before}个要素重复")
        kind = _kind(feature, reading)
        area = _village(feature, areas, reading)
        above = upstream[feature.code]
        if above is not None and above not in codes and above not in known_zones:
            reading.fault(feature, "upstream", f"上游隐患点 {above} 不在文件里也不在登记册里")
        elif above is not None and _flows_back(feature.code, upstream):
            reading.fault(feature, "upstream", f"上游成环:{feature.code} 的上游一路又回到它自己")
        monitor = _text(feature, "monitor", reading)
        if monitor is not None and phone is not None:
            try:
                monitor = phone(monitor)
            except BadValue as error:
                reading.fault(feature, "monitor", str(error))
        geometry = shapes.get(feature.number)
        if geometry is not None and county is not None and not county.covers(shapely.box(*geometry.bounds)):
            lon, lat = geometry.centroid.x, geometry.centroid.y
            reading.fault(
                feature, "geometry", f"图形在县域之外(中心 {lon:.4f}, {lat:.4f};各行政区的坐标外扩 {COUNTY_MARGIN}°)"
            )
        name = _text(feature, "name", reading)
        thresholds = _text(feature, "thresholds", reading)
        if kind is None or area is None or geometry is None:
            continue
        zones.append(
            HazardZone(
                code=feature.code,
                kind=kind,
                name=name or feature.code,
                area=area,
                geometry=geometry,
                thresholds=thresholds,
                upstream=above,
                monitor=monitor,
            )
        )
    return zones


def _kind(feature: _Feature, reading: _File) -> HazardKind | None:
    text = _text(feature, "kind", reading, required=True)
    if text is None:
        return None
    kind = KIND_WORDS.get(unicodedata.normalize("NFKC", text).casefold())
    if kind is None:
        reading.fault(feature, "kind", f"不认识的灾种 {text!r},可写:{'、'.join(KIND_WORDS)}")
    return kind


def _village(feature: _Feature, areas: Places | None, reading: _File) -> str | None:
    """The village: a group inside it is taken for it, what is above it or unknown is refused."""
    code = _text(feature, "area", reading, required=areas is not None)
    if areas is None:
        return code or ""
    if code is None:
        return None
    code = re.sub(r"^(\d+)\.0+$", r"\1", code)
    if code not in areas:
        reading.fault(feature, "area", f"行政区 {code} 不在登记册里")
        return None
    village = areas.village(code)
    if village is None:
        reading.fault(feature, "area", f"隐患点要归到村(社区),{code} 是更高的级别")
    return village


def _county(areas: Places | None) -> BaseGeometry | None:
    points = [(a.lon, a.lat) for a in areas if a.lon is not None and a.lat is not None] if areas is not None else []
    if not points:
        return None
    west, south, east, north = shapely.total_bounds(shapely.points(np.array(points, dtype=float))).tolist()
    return shapely.box(west - COUNTY_MARGIN, south - COUNTY_MARGIN, east + COUNTY_MARGIN, north + COUNTY_MARGIN)


def _flows_back(code: str, upstream: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    at = upstream.get(code)
    while at is not None and at not in seen:
        if at == code:
            return True
        seen.add(at)
        at = upstream.get(at)
    return False
