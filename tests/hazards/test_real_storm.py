"""A real storm through stations, weights and sums, against the agency's own 24-hour totals."""

from __future__ import annotations

import csv
from datetime import datetime
from zoneinfo import ZoneInfo

from hazards.accumulation import Accumulation
from hazards.sources.station_csv import read_station_csv
from hazards.stations import read_stations
from hazards.stations_to_zones import StationWeights
from tests.support.real_data import real_file
from tests.support.registers import square

TOKYO = ZoneInfo("Asia/Tokyo")


def test_a_sum_with_gaps_is_at_least_and_never_more() -> None:
    places = real_file("rain_stations/jma/akita_2023-07_stations.csv").read_text("utf-8")
    renamed = places.replace("name_ja", "name", 1).replace("alt_m", "elevation", 1)
    stations = read_stations(renamed.encode(), "stations.csv").rows
    assert len(stations) == 143
    hourly = real_file("rain_stations/jma/akita_2023-07_hourly.csv")
    frames = read_station_csv(
        hourly.read_bytes(), hourly.name, source="jma", stations=None, timezone=TOKYO, now=None
    ).rows
    zones = [station.code for station in stations]
    weights = StationWeights.build(zones, [square(s.lon, s.lat) for s in stations], stations)
    table = Accumulation(zones)
    truth: dict[tuple[str, datetime], int] = {}
    with real_file("rain_stations/jma/akita_2023-07_jma_24h.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["precip_24h_mm"]:
                truth[row["station_id"], datetime.fromisoformat(row["time"])] = round(float(row["precip_24h_mm"]) * 10)
    compared = 0
    for frame in frames:
        table.add(weights.rain(frame))
        sums = table.sums(frame.valid_at)
        day = sums.windows_h.index(24)
        # Whatever is absent from the file was never measured: a whole day is never complete.
        assert (sums.missing[:, day] >= 1).all()
        measured_alone = {code for code, _, _ in frame.values}
        for n, code in enumerate(zones):
            want = truth.get((code, frame.valid_at.astimezone(TOKYO)))
            if want is None or code not in measured_alone:
                continue
            own = set(table.sources(n, frame.valid_at, 24))
            if own == {code}:  # where the gauge itself was silent, neighbours stood in
                assert sums.tenths[n, day] <= want
                compared += 1
    assert compared > 10_000
