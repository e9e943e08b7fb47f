"""How the files in ``jiaoying/drills/data`` were made from the shared sources, so that anybody can make them again.

Run with ``python -m jiaoying.drills.make_data SHARED`` (SHARED holds ``admin/``, ``stations/``, ``places/``,
``boundaries/`` and ``rain_stations/``). ``data/README.md`` names every source and its licence.

The storm. The Akita series of July 2023 (AMeDAS, hourly, gaps and all) is laid over Weixin: the 26 gauges with the
largest 24-hour sums among those whose largest hour comes late are taken; all share one shift and one scale.
The shift puts the largest hour of the heaviest gauge (Nibetsu) at 23:00 on 8 July 2025; the scale makes its largest
24-hour sum of the values present 254.4 mm, the most ever measured at Weixin. Hours that are missing at the source are
missing here too.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from jiaoying.drills.weixin import CORE_STATION, COUNTY, DATA, HOUR, SITE_TIME, STORM_BEGINS, STORM_HOURS, XIAOBA

HEAVIEST_HOUR_ENDS = datetime(2025, 7, 8, 23, tzinfo=SITE_TIME)
LARGEST_24H_TENTHS = 2544  # 254.4 mm at Weixin, FACTS section 1
LATE = 19  # index of the first "late" hour: the one that ends at 20:00

# GeoNames places that name a township (CC BY 4.0); the two it does not know stand in the widest gaps between the others.
_TOWNSHIP_PLACES = {
    "530629101000": "1784790",
    "530629103000": "8999919",
    "530629105000": "8999932",
    "530629106000": "8999923",
    "530629107000": "9006727",
    "530629201000": "8999458",
    "530629202000": "8999451",
    "530629207000": "9006722",
}
_TOWNSHIP_SYNTHETIC = {"530629102000": (105.058, 28.066), "530629104000": (104.92, 27.76)}
_KM = np.array([98.4, 111.2])  # a degree of longitude and of latitude at 27.9 N

Points = npt.NDArray[np.float64]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _write(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def _distance(a: Points, b: Points) -> Points:
    between = (a[:, None, :] - b[None, :, :]) * _KM
    return np.asarray(np.hypot(between[..., 0], between[..., 1]), dtype=np.float64)


def _spread(points: Points, count: int, fixed: Points | None = None) -> Points:
    """Spread `count` centres evenly over `points` (farthest first, then Lloyd), keeping the `fixed` ones in place."""
    held = np.empty((0, 2)) if fixed is None else fixed
    centres = held if len(held) else points[:1]
    while len(centres) < count + len(held):
        centres = np.vstack([centres, points[_distance(points, centres).min(axis=1).argmax()]])
    for _ in range(60):
        nearest = _distance(points, centres).argmin(axis=1)
        for index in range(len(held), len(centres)):
            if (nearest == index).any():
                centres[index] = points[nearest == index].mean(axis=0)
    return centres[len(held) :]


def _county_grid(shared: Path) -> Points:
    counties = gpd.read_file(shared / "boundaries" / "zhaotong_counties_wgs84_tianditu.geojson")
    county = counties[counties["district_adcode"].astype(str) == COUNTY].geometry.iloc[0].buffer(-0.012)
    lon, lat = np.meshgrid(np.arange(104.69, 105.31, 0.004), np.arange(27.71, 28.10, 0.004))
    points = np.column_stack([lon.ravel(), lat.ravel()])
    return np.asarray(points[shapely.contains_xy(county, points[:, 0], points[:, 1])], dtype=np.float64)


def make_areas(shared: Path) -> str:
    """Return ``weixin_areas.csv``: the real codes and names; points from GeoNames for eight townships, else synthetic."""
    source = [row for row in _read(shared / "admin" / "zhaotong_npm_2.7.0.csv") if row["code"].startswith(COUNTY)]
    places = {row["geonameid"]: row for row in _read(shared / "places" / "zhaotong_geonames_places.csv")}
    townships = [row["code"] for row in source if row["level"] == "township"]
    points: dict[str, tuple[float, float]] = {}
    for code in townships:
        place = places.get(_TOWNSHIP_PLACES.get(code, ""))
        points[code] = (float(place["lon"]), float(place["lat"])) if place else _TOWNSHIP_SYNTHETIC[code]
    points[f"{COUNTY}000000"] = points[f"{COUNTY}101000"]
    grid = _county_grid(shared)
    nearest = _distance(grid, np.array([points[code] for code in townships])).argmin(axis=1)
    stations = {row["station_id"]: row for row in _read(shared / "stations" / "zhaotong_rain_stations.csv")}
    core = np.array([[float(stations[CORE_STATION]["lon"]), float(stations[CORE_STATION]["lat"])]])
    for index, township in enumerate(townships):
        villages = [row["code"] for row in source if row["parent_code"] == township]
        centres = _spread(grid[nearest == index], len(villages))
        order = np.lexsort((centres[:, 1], centres[:, 0]))
        centres = centres[order]
        if XIAOBA in villages:  # the village of that night lies under the heart of the storm
            at, wanted = int(_distance(centres, core)[:, 0].argmin()), villages.index(XIAOBA)
            centres[[at, wanted]] = centres[[wanted, at]]
        for code, (lon, lat) in zip(villages, centres, strict=True):
            points[code] = (round(float(lon), 5), round(float(lat), 5))
    rows = []
    for row in source:
        lon, lat = points[row["code"]]
        parent = "" if row["level"] == "county" else row["parent_code"]
        rows.append((row["code"], row["name"], row["level"], parent, f"{lon:.5f}", f"{lat:.5f}"))
    return _write(("code", "name", "level", "parent", "lon", "lat"), rows)


def make_stations(shared: Path, areas: str) -> str:
    """Return ``stations.csv``: the two real stations of Weixin and 24 synthetic ones spread between them."""
    villages = [row for row in csv.DictReader(io.StringIO(areas)) if row["level"] == "village"]
    spots = np.array([[float(row["lon"]), float(row["lat"])] for row in villages])
    real = [
        row for row in _read(shared / "stations" / "zhaotong_rain_stations.csv") if row["district_adcode"] == COUNTY
    ]
    fixed = np.array([[float(row["lon"]), float(row["lat"])] for row in real])
    centres = _spread(_county_grid(shared), 24, fixed)
    near = _distance(np.vstack([fixed, centres]), spots).argmin(axis=1)
    rows: list[tuple[object, ...]] = []
    for row, at in zip(real, near, strict=False):
        height = f"{float(row['alt_m']):g}" if row["alt_m"] else ""
        rows.append((row["station_id"], row["county"], row["lon"], row["lat"], height, villages[at]["code"]))
    for number, ((lon, lat), at) in enumerate(zip(centres, near[len(real) :], strict=True), start=1):
        village = villages[at]["name"].replace("村民委员会", "").replace("社区居民委员会", "")
        rows.append((f"HC{number:02d}", f"合成站 {village}", f"{lon:.5f}", f"{lat:.5f}", "", villages[at]["code"]))
    return _write(("code", "name", "lon", "lat", "elevation", "area"), rows)


def _largest_24h(values: Mapping[datetime, int]) -> tuple[int, datetime]:
    """The largest sum of the values present in 24 hours, and the end of those hours (the earliest such end)."""
    sums = {end: sum(values.get(end - k * HOUR, 0) for k in range(24)) for end in values}
    end = min(sums, key=lambda at: (-sums[at], at))
    return sums[end], end


def make_storm(shared: Path, areas: str, stations: str) -> str:
    """Return ``storm.csv``: 36 hours of the Akita series over the stations of Weixin.

    The storm keeps one heart, halfway between the station 56596 威信 and the county town: the gauge with the larger sum
    feeds the station nearer to it, and the heaviest feeds 56596 itself.
    """
    series: dict[str, dict[datetime, int]] = {}
    for row in _read(shared / "rain_stations" / "jma" / "akita_2023-07_hourly.csv"):
        if row["precip_1h_mm"]:
            values = series.setdefault(row["station_id"], {})
            values[datetime.fromisoformat(row["time"])] = int(Fraction(row["precip_1h_mm"]) * 10)
    heaviest = min(series, key=lambda gauge: (-_largest_24h(series[gauge])[0], gauge))
    peak = min(series[heaviest], key=lambda at: (-series[heaviest][at], at))
    scale = Fraction(LARGEST_24H_TENTHS, _largest_24h(series[heaviest])[0])
    first = peak - (HEAVIEST_HOUR_ENDS - (STORM_BEGINS + HOUR))
    hours = [first + k * HOUR for k in range(STORM_HOURS)]
    anchor = hours.index(_largest_24h(series[heaviest])[1]) - 23
    window = {gauge: [values.get(at) for at in hours] for gauge, values in series.items()}
    late = [
        gauge
        for gauge, values in window.items()
        if max(range(STORM_HOURS), key=lambda k, v=values: (v[k] or 0, -k)) >= LATE and any(values)  # type: ignore[misc]
    ]

    def total(gauge: str) -> int:
        return _largest_24h({at: v for at, v in zip(hours, window[gauge], strict=True) if v is not None})[0]

    chosen = sorted(late, key=lambda gauge: (-total(gauge), gauge))[:26]
    spots = list(csv.DictReader(io.StringIO(stations)))
    town = next(row for row in csv.DictReader(io.StringIO(areas)) if row["code"] == f"{COUNTY}000000")
    core = next(spot for spot in spots if spot["code"] == CORE_STATION)
    heart = np.array([[(float(core[axis]) + float(town[axis])) / 2 for axis in ("lon", "lat")]])
    away = {s["code"]: float(_distance(heart, np.array([[float(s["lon"]), float(s["lat"])]]))[0, 0]) for s in spots}
    order = sorted(away, key=lambda code: (code != CORE_STATION, away[code], code))
    fed = dict(zip(order, chosen, strict=True))
    rows = []
    for spot in spots:
        scaled = _scaled(window[fed[spot["code"]]], scale, anchor)
        for index, tenths in enumerate(scaled):
            if tenths is not None:
                end = STORM_BEGINS + (index + 1) * HOUR
                rows.append((end, spot["code"], f"{tenths // 10}.{tenths % 10}"))
    rows.sort(key=lambda row: (row[0], row[1]))
    return _write(("station", "time", "mm", "minutes"), [(code, end.isoformat(), mm, 60) for end, code, mm in rows])


def _scaled(values: Sequence[int | None], scale: Fraction, anchor: int) -> list[int | None]:
    """Scale tenths of a millimetre, carrying what rounding leaves from hour to hour so that sums stay exact."""
    result: list[int | None] = []
    carried = Fraction(0)
    for index, value in enumerate(values):
        if index == anchor:
            carried = Fraction(0)
        if value is None:
            result.append(None)
            continue
        exact = value * scale + (carried if value else 0)
        rounded = max(0, round(exact))
        if value:
            carried = exact - rounded
        result.append(rounded)
    return result


def main(arguments: Sequence[str]) -> int:
    """Write the three files anew from the shared sources."""
    if len(arguments) != 1:
        print("用法: python -m jiaoying.drills.make_data SHARED", file=sys.stderr)
        return 2
    shared = Path(arguments[0])
    areas = make_areas(shared)
    stations = make_stations(shared, areas)
    for name, text in (
        ("weixin_areas.csv", areas),
        ("stations.csv", stations),
        ("storm.csv", make_storm(shared, areas, stations)),
    ):
        (DATA / name).write_text(text, encoding="utf-8", newline="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
