"""Rain stations and the reading of their register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.tables import Cells, Fault, read_table
from hazards.reading import Places, Reading

REQUIRED = ("code", "name", "lon", "lat")
OPTIONAL = ("elevation", "area")
ALIASES: Mapping[str, str] = {
    "编码": "code",
    "编号": "code",
    "站号": "code",
    "站码": "code",
    "station_id": "code",
    "名称": "name",
    "站名": "name",
    "经度": "lon",
    "纬度": "lat",
    "海拔": "elevation",
    "高程": "elevation",
    "行政区": "area",
    "行政区编码": "area",
    "行政区代码": "area",
    "所在村": "area",
    "所属区域": "area",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One rain gauge. `elevation` in metres."""

    code: str
    name: str
    lon: float
    lat: float
    elevation: float | None = None
    area: str | None = None


def read_stations(data: bytes, file: str, areas: Places | None = None) -> Reading[Station]:
    """Read a register of stations (CSV, UTF-8 or GBK); all or nothing.

    Parameters
    ----------
    areas : Places, optional
        The areas known; without them the column `area` is taken as it is.
    """
    table, faults = read_table(data, file, required=REQUIRED, optional=OPTIONAL, aliases=ALIASES)
    if table is None:
        return Reading(faults=tuple(faults))
    if not table.rows and not faults:
        faults.append(Fault(file=file, reason="只有表头,没有数据行"))
    stations: list[Station] = []
    first: dict[str, int] = {}
    for number, row in table.rows:
        cells = Cells(table, number, row, faults)
        code, name = cells.text("code", required=True), cells.text("name", required=True)
        lon = cells.decimal("lon", required=True, minimum=-180, maximum=180)
        lat = cells.decimal("lat", required=True, minimum=-90, maximum=90)
        if lon == 0 and lat == 0:
            cells.fault("lon", "(0, 0) 不是这里的地点")
        elevation = cells.decimal("elevation", minimum=-430, maximum=8850)
        area = cells.text("area")
        if area is not None and areas is not None and area not in areas:
            cells.fault("area", f"行政区 {area} 不在登记册里")
        if code is not None and first.setdefault(code, number) != number:
            cells.fault("code", f"编码与第{first[code]}行重复")
        if code is None or name is None or lon is None or lat is None or cells.bad:
            continue
        stations.append(Station(code=code, name=name, lon=lon, lat=lat, elevation=elevation, area=area))
    return Reading(
        rows=() if faults else tuple(stations),
        faults=tuple(sorted(faults, key=lambda fault: fault.row or 0)),
        unknown_columns=table.unknown_columns,
        encoding=table.encoding,
    )
