"""Zones: any coordinate system that is rightly stated; nothing guessed, nothing half imported."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import Polygon, mapping, shape

from core.tables import BadValue
from hazards.reading import Reading
from hazards.zones import Family, HazardKind, HazardZone, family_of, read_zones, worst_kind
from people.areas import AreaTree
from people.phones import demo_phone, normal_phone
from tests.support.real_data import real_file
from tests.support.registers import COUNTY, HAIZI, XIAOBA, XIAOBA_GROUP, ZHAXI, square, tiny_county

TREE = tiny_county().tree
HERE = square(105.0, 27.8)
BOWTIE = [[105.0, 27.80], [105.01, 27.81], [105.01, 27.80], [105.0, 27.81], [105.0, 27.80]]


def _feature(code: object = "Z1", geometry: object = None, **properties: object) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"code": code, "kind": "landslide", "area": XIAOBA, **properties},
        "geometry": mapping(HERE) if geometry is None else geometry,
    }


def _file(*features: object, crs: object = None, **members: object) -> bytes:
    document: dict[str, object] = {"type": "FeatureCollection", "features": list(features), **members}
    if crs is not None:
        document["crs"] = {"type": "name", "properties": {"name": crs}} if isinstance(crs, str) else crs
    return json.dumps(document, ensure_ascii=False).encode()


def _read(data: bytes, areas: AreaTree | None = TREE, **more: Any) -> Reading[HazardZone]:
    return read_zones(data, "zones.geojson", areas, **more)


def _only_fault(reading: Reading[HazardZone]) -> str:
    assert reading.rows == ()
    (fault,) = reading.faults
    return str(fault)


def _in(crs: str, polygon: Polygon = HERE) -> dict[str, Any]:
    """The polygon in another coordinate system, as GeoJSON."""
    transformer = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return dict(mapping(shapely.transform(polygon, transformer.transform, interleaved=False)))


def test_a_plain_file() -> None:
    reading = _read(
        _file(_feature(name="小坝沟", thresholds="default", monitor="100 0000 0106", colour="red")), phone=normal_phone
    )
    (zone,) = reading.rows
    assert (zone.code, zone.kind, zone.name, zone.area) == ("Z1", HazardKind.LANDSLIDE, "小坝沟", XIAOBA)
    assert (zone.thresholds, zone.monitor, zone.upstream) == ("default", demo_phone(106), None)
    assert zone.geometry.equals(HERE)
    assert reading.unknown_columns == ("colour",)
    assert reading.mended == ()


def test_chinese_properties_numbers_as_codes_and_a_group_for_its_village() -> None:
    feature = {
        "type": "Feature",
        "properties": {"编号": 530629010001, "灾种": "泥石流", "名称": None, "所在村": float(XIAOBA_GROUP)},
        "geometry": mapping(HERE),
    }
    (zone,) = _read(_file(feature)).rows
    assert (zone.code, zone.kind, zone.name, zone.area) == (
        "530629010001",
        HazardKind.DEBRIS_FLOW,
        "530629010001",
        XIAOBA,
    )


def test_a_gbk_file_and_a_single_feature() -> None:
    text = json.dumps(_feature(name="小坝沟"), ensure_ascii=False)
    for encoding in ("gb18030", "utf-8-sig"):
        reading = _read(text.encode(encoding))
        assert reading.rows[0].name == "小坝沟"
        assert reading.encoding == encoding


@pytest.mark.parametrize(
    "crs",
    [
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "EPSG:4326",
        "urn:ogc:def:crs:EPSG::4490",
        "EPSG:4480",
        "EPSG:32648",
        "urn:ogc:def:crs:EPSG::4544",
        "EPSG:3857",
    ],
)
def test_a_stated_system_is_honoured(crs: str) -> None:
    (zone,) = _read(_file(_feature(geometry=_in(crs)), crs=crs)).rows
    assert shapely.hausdorff_distance(zone.geometry, HERE) < 1e-7


def test_the_old_way_of_stating_an_epsg_code() -> None:
    crs = {"type": "EPSG", "properties": {"code": 32648}}
    (zone,) = _read(_file(_feature(geometry=_in("EPSG:32648")), crs=crs)).rows
    assert shapely.hausdorff_distance(zone.geometry, HERE) < 1e-7


@pytest.mark.parametrize(
    ("crs", "reason"),
    [
        ("nonsense", "不认识的坐标系"),
        ("urn:ogc:def:crs:EPSG::999999", "不认识的坐标系"),
        ("EPSG:4978", "不是经纬度或投影坐标系"),
        ({"type": "link", "properties": {"href": "http://x"}}, "没有写明坐标系"),
        ({"type": "name", "properties": {"name": ""}}, "没有写明坐标系"),
        ({}, "没有写明坐标系"),
        ("EPSG:32648", "以米为单位,坐标却像经纬度"),
        ("EPSG:4214", "没有可靠的转换"),
        ("EPSG:4610", "没有可靠的转换"),
    ],
)
def test_a_system_that_cannot_be_right_is_refused(crs: object, reason: str) -> None:
    assert reason in _only_fault(_read(_file(_feature(), crs=crs)))


def test_a_crs_member_that_says_null_says_nothing() -> None:
    assert "没有写明坐标系" in _only_fault(_read(_file(_feature()).replace(b'{"type"', b'{"crs": null, "type"', 1)))


def test_metres_without_a_system_are_refused() -> None:
    fault = _only_fault(_read(_file(_feature(geometry=_in("EPSG:32648")))))
    assert "米为单位" in fault
    assert "要素Z1" in fault


def test_metres_of_the_wrong_zone_are_refused() -> None:
    # Xiaoba in zone 48 north, said to be zone 20 south: the same numbers name a place on the other side of the world.
    fault = _only_fault(_read(_file(_feature(geometry=_in("EPSG:32648")), crs="EPSG:32720")))
    assert "县域之外" in fault
    far = [[[3.6e7, 3.0e6], [3.6e7 + 99, 3.0e6], [3.6e7, 3.0e6 + 99], [3.6e7, 3.0e6]]]
    gauss = _read(_file(_feature(geometry={"type": "Polygon", "coordinates": far}), crs="EPSG:32648"))
    assert "适用范围" in _only_fault(gauss) or "没有可靠的转换" in _only_fault(gauss)


def test_longitude_and_latitude_the_wrong_way_round() -> None:
    turned = shapely.transform(HERE, lambda xy: xy[:, ::-1])
    assert "写反" in _only_fault(_read(_file(_feature(geometry=mapping(turned)))))


def test_a_real_mask_in_metres_of_the_southern_hemisphere() -> None:
    path = real_file("hazard_polygons/messy/landslide_mask_epsg32720.geojson")
    document = json.loads(path.read_bytes())
    for feature in document["features"]:
        feature["properties"] = {"code": "MASK", "kind": "landslide"}
    reading = read_zones(json.dumps(document).encode(), path.name)
    (zone,) = reading.rows
    assert zone.geometry.is_valid
    west, south, east, north = zone.geometry.bounds
    assert -66 < west < east < -65
    assert -24.5 < south < north < -23.5
    del document["crs"]
    assert "米为单位" in _only_fault(read_zones(json.dumps(document).encode(), path.name))


@pytest.mark.parametrize(
    ("path", "mended"),
    [("hazard_polygons/taipei/debrisarea.geojson", 1), ("hazard_polygons/north_carolina/debris_flow_areas.geojson", 2)],
)
def test_real_polygons_with_bad_rings(path: str, mended: int) -> None:
    file = real_file(path)
    document = json.loads(file.read_bytes())
    for number, feature in enumerate(document["features"]):
        feature["properties"] = {"code": f"F{number}", "kind": "debris_flow"}
    reading = read_zones(json.dumps(document).encode(), file.name)
    assert reading.faults == ()
    assert len(reading.rows) == len(document["features"])
    assert len(reading.mended) == mended
    assert all(zone.geometry.is_valid and zone.geometry.area > 0 for zone in reading.rows)


def test_rings_are_mended_and_named() -> None:
    open_ring = [[105.0, 27.80], [105.01, 27.80], [105.01, 27.81]]
    reading = _read(
        _file(
            _feature("GOOD"),
            _feature("BOW", {"type": "Polygon", "coordinates": [BOWTIE]}),
            _feature("OPEN", {"type": "Polygon", "coordinates": [open_ring]}),
            _feature("DEEP", {"type": "Polygon", "coordinates": [[[*xy, 900.0] for xy in HERE.exterior.coords]]}),
        )
    )
    assert reading.faults == ()
    assert reading.mended == ("BOW", "OPEN")
    bow = reading.rows[1].geometry
    assert bow.geom_type == "MultiPolygon"
    assert bow.area == pytest.approx(0.5e-4)
    assert not reading.rows[3].geometry.has_z


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        ({"type": "Point", "coordinates": [105, 27.8]}, "应是面"),
        ({"type": "LineString", "coordinates": [[105, 27.8], [105, 27.9]]}, "应是面"),
        ({"type": "Polygon", "coordinates": []}, "空的"),
        ({"type": "MultiPolygon", "coordinates": []}, "空的"),
        ({"type": "Polygon", "coordinates": [[[105, 27.8], [105, 27.9]]]}, "写法不对"),
        ({"type": "Polygon", "coordinates": [[["a", "b"], ["c", "d"], ["e", "f"], ["a", "b"]]]}, "写法不对"),
        ({"type": "Polygon", "coordinates": "105 27"}, "写法不对"),
        ({"type": "Polygon"}, "写法不对"),
        ({"type": "Polygon", "coordinates": [[[105, 27.8], [105, 27.9], [105, 27.8], [105, 27.8]]]}, "没有面积"),
        ({"type": "Polygon", "coordinates": [[[-179, 27], [179, 27], [179, 28], [-179, 28], [-179, 27]]]}, "横跨"),
        ({}, "应是面"),
        ("POLYGON", "没有图形"),
    ],
)
def test_shapes_that_are_no_zone(geometry: object, reason: str) -> None:
    fault = _only_fault(_read(_file(_feature("OK"), _feature("BAD", geometry))))
    assert reason in fault
    assert "要素BAD" in fault


def test_no_geometry_at_all() -> None:
    feature = _feature("NONE")
    feature["geometry"] = None
    assert "没有图形" in _only_fault(_read(_file(feature)))


def test_a_zone_outside_the_county_is_refused_with_where_it_lies() -> None:
    fault = _only_fault(_read(_file(_feature(geometry=mapping(square(103.7, 27.3))))))
    assert "县域之外" in fault
    assert "103.7" in fault
    assert _read(_file(_feature(geometry=mapping(square(104.6, 27.5))))).ok
    nowhere = AreaTree(type(a)(code=a.code, name=a.name, level=a.level, parent=a.parent) for a in TREE)
    assert _read(_file(_feature(geometry=mapping(square(103.7, 27.3)))), nowhere).ok


def test_every_fault_of_the_properties_with_its_column() -> None:
    reading = _read(
        _file(
            _feature("A", kind="slide", area="530629999999"),
            _feature("B", kind=None, area=None),
            _feature("C", area=ZHAXI, upstream="X9", monitor="abc"),
            _feature("A", name=["list"], area=COUNTY),
            _feature(None),
            _feature("D", upstream="E"),
            _feature("E", upstream="F"),
            _feature("F", upstream="D"),
            "text",
        ),
        phone=normal_phone,
    )
    assert reading.rows == ()
    assert [(fault.feature, fault.column) for fault in reading.faults] == [
        ("A", "kind"),
        ("A", "area"),
        ("B", "kind"),
        ("B", "area"),
        ("C", "area"),
        ("C", "upstream"),
        ("C", "monitor"),
        ("A", "code"),
        ("A", "area"),
        ("A", "name"),
        ("第5个", "code"),
        ("D", "upstream"),
        ("E", "upstream"),
        ("F", "upstream"),
        ("第9个", "code"),
        ("第9个", None),
        ("第9个", "kind"),
        ("第9个", "area"),
    ]


def test_upstream_may_be_in_the_file_or_the_register() -> None:
    reading = _read(_file(_feature("A", upstream="B"), _feature("B", upstream="R")), known_zones=frozenset({"R"}))
    assert [zone.upstream for zone in reading.rows] == ["B", "R"]


def test_one_property_under_two_names() -> None:
    assert "重复" in _only_fault(_read(_file(_feature("A", 编码="B"))))


def test_the_code_may_be_the_features_id() -> None:
    feature = _feature()
    del feature["properties"]["code"]
    assert _read(_file({**feature, "id": "Z9"})).rows[0].code == "Z9"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "空的"),
        (b"{", "不是合法的 JSON"),
        (b"[]", "不是 GeoJSON"),
        (b'{"type": "Topology"}', "不是 GeoJSON"),
        (b'{"type": "FeatureCollection"}', "没有 features"),
        (b'{"type": "FeatureCollection", "features": []}', "没有要素"),
        (b'{"type": "Feature", "properties": {"a": NaN}}', "不是数字"),
        (b"\xff\xfe\xfa\x81\xff", "编码"),
        (b"PK\x03\x04", "只读 GeoJSON"),
        (b"SQLite format 3\x00", "只读 GeoJSON"),
        (b"[" * 100_000, "嵌套太深|合法的 JSON"),
    ],
)
def test_files_that_are_no_geojson(data: bytes, reason: str) -> None:
    assert any(part in _only_fault(_read(data)) for part in reason.split("|"))


def test_without_registers_a_zone_needs_no_village() -> None:
    feature = _feature()
    del feature["properties"]["area"]
    (zone,) = _read(_file(feature), None).rows
    assert zone.area == ""
    assert "必填" in _only_fault(_read(_file(feature)))


def test_a_bad_phone_without_a_reader_of_phones_is_kept() -> None:
    assert _read(_file(_feature(monitor="abc"))).rows[0].monitor == "abc"


def test_families() -> None:
    assert {kind: family_of(kind) for kind in HazardKind} == {
        HazardKind.LANDSLIDE: Family.SLOPE,
        HazardKind.ROCKFALL: Family.SLOPE,
        HazardKind.COLLAPSE: Family.SLOPE,
        HazardKind.DEBRIS_FLOW: Family.FLOW,
        HazardKind.FLASH_FLOOD: Family.FLOW,
    }
    assert [f.chinese for f in Family] == ["滑坡崩塌", "山洪泥石流"]
    assert [k.chinese for k in HazardKind] == ["滑坡", "泥石流", "山洪", "崩塌", "塌陷"]
    assert worst_kind([HazardKind.COLLAPSE, HazardKind.LANDSLIDE]) is HazardKind.LANDSLIDE
    with pytest.raises(ValueError, match=r".+"):
        worst_kind([])


def test_a_reading_that_is_refused_says_so() -> None:
    assert not _read(b"").ok
    with pytest.raises(BadValue):
        normal_phone("abc")
    assert shape(_feature()["geometry"]).equals(HERE)
    assert HAIZI in TREE
