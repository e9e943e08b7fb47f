"""The register of rain stations."""

from __future__ import annotations

from hazards.stations import read_stations
from tests.support.real_data import real_file
from tests.support.registers import XIAOBA, tiny_county

TREE = tiny_county().tree


def test_chinese_headers_and_gbk() -> None:
    text = (
        f"站号,站名,经度,纬度,海拔,行政区,备注\n56596,威信,105.05,27.85,1177,{XIAOBA},国家站\nX1,小坝,105.0,27.8,,,\n"
    )
    for encoding in ("utf-8-sig", "gbk"):
        reading = read_stations(text.encode(encoding), "站.csv", TREE)
        assert reading.faults == ()
        one, two = reading.rows
        assert (one.code, one.name, one.lon, one.lat, one.elevation, one.area) == (
            "56596", "威信", 105.05, 27.85, 1177.0, XIAOBA,
        )  # fmt: skip
        assert (two.elevation, two.area) == (None, None)
        assert reading.unknown_columns == ("备注",)


def test_every_fault() -> None:
    text = "code,name,lon,lat,elevation,area\nA,甲,205,27,,\nB,,105,127,高,1\nC,丙,0,0,,\nD,丁,1,1,,\nD,丁,1,1,,\n,,,,,\nE\n"
    reading = read_stations(text.encode(), "s.csv", TREE)
    assert reading.rows == ()
    assert not reading.ok
    assert [(f.row, f.column) for f in reading.faults] == [
        (2, "lon"), (3, "name"), (3, "lat"), (3, "elevation"), (3, "area"), (4, "lon"), (6, "code"),
        (8, "name"), (8, "lon"), (8, "lat"),
    ]  # fmt: skip


def test_an_area_is_only_checked_where_areas_are_known() -> None:
    assert read_stations(b"code,name,lon,lat,area\nA,a,1,1,x\n", "s.csv").ok


def test_no_rows_and_no_table() -> None:
    assert "只有表头" in read_stations(b"code,name,lon,lat\n", "s.csv").faults[0].reason
    assert read_stations(b"", "s.csv").faults


def test_real_stations() -> None:
    path = real_file("stations/zhaotong_rain_stations.csv")
    lines = path.read_text("utf-8").splitlines()
    data = "\n".join([lines[0].replace("county", "name").replace("alt_m", "elevation"), *lines[1:]])
    reading = read_stations(data.encode(), path.name)
    assert reading.faults == ()
    assert len(reading.rows) == 29
    assert {"56596", "848168"} <= {station.code for station in reading.rows}
