"""The carried data: what README.md says of it is true, and it can be made again from the shared sources."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jiaoying.drills import make_data
from jiaoying.drills.weixin import DATA, XIAOBA

SHARED = Path(__file__).parents[3] / "shared" / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_county_has_ten_townships_and_eighty_nine_villages() -> None:
    areas = rows("weixin_areas.csv")
    levels = [row["level"] for row in areas]
    assert (levels.count("county"), levels.count("township"), levels.count("village")) == (1, 10, 89)
    codes = {row["code"] for row in areas}
    assert all(row["parent"] in codes for row in areas if row["level"] != "county")
    assert {row["name"] for row in areas if row["code"] == XIAOBA} == {"小坝村民委员会"}


def test_two_stations_are_real_and_the_others_say_that_they_are_not() -> None:
    stations = rows("stations.csv")
    real = [row["code"] for row in stations if not row["name"].startswith("合成站")]
    assert (real, len(stations)) == (["56596", "848168"], 26)
    assert len({row["name"] for row in stations}) == 26


def test_the_storm_is_the_night_of_the_254_millimetres() -> None:
    fallen: dict[str, dict[datetime, int]] = {}
    for row in rows("storm.csv"):
        assert row["minutes"] == "60"
        values = fallen.setdefault(row["station"], {})
        values[datetime.fromisoformat(row["time"])] = round(float(row["mm"]) * 10)
    assert set(fallen) == {row["code"] for row in rows("stations.csv")}
    hour = timedelta(hours=1)
    weixin = fallen["56596"]
    assert max(weixin, key=lambda at: weixin[at]) == datetime.fromisoformat("2025-07-08T23:00+08:00")
    sums = {
        code: max(sum(values.get(end - k * hour, 0) for k in range(24)) for end in values)
        for code, values in fallen.items()
    }
    assert sums["56596"] == 2544 == max(sums.values())
    moments = sorted({at for values in fallen.values() for at in values})
    assert moments[0] == datetime.fromisoformat("2025-07-08T01:00+08:00")
    assert moments[-1] == datetime.fromisoformat("2025-07-09T12:00+08:00")
    missing = {moments[0] + k * hour for k in range(36)} - set(weixin)
    assert sorted(at.hour for at in missing) == [17, 18, 19], "the gaps of the source are kept as absent rows"


def test_the_files_can_be_made_again_from_the_shared_sources() -> None:
    if not (SHARED / "rain_stations" / "jma").is_dir():
        pytest.skip(
            f"DATA NOT MADE AGAIN: the shared sources are not at {SHARED.name}; the files are taken as they are"
        )
    areas = make_data.make_areas(SHARED)
    stations = make_data.make_stations(SHARED, areas)
    storm = make_data.make_storm(SHARED, areas, stations)
    for name, text in (("weixin_areas.csv", areas), ("stations.csv", stations), ("storm.csv", storm)):
        assert (DATA / name).read_text(encoding="utf-8") == text, name
