"""Rain of stations from CSV: what counties and agencies write, and every way it can be wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tables import BadValue
from hazards.frames import RainFrame
from hazards.reading import Reading
from hazards.sources.station_csv import read_station_csv, read_tenths, read_time
from tests.support.real_data import real_file

CHINA = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 7, 8, 15, 0, tzinfo=UTC)
STATIONS = frozenset({"S1", "S2"})


def _read(
    *rows: str,
    header: str = "station,time,mm",
    now: datetime | None = NOW,
    minutes: int | None = None,
    encoding: str = "utf-8",
    stations: frozenset[str] | None = STATIONS,
) -> Reading[RainFrame]:
    data = "\n".join([header, *rows]).encode(encoding)
    return read_station_csv(
        data, "rain.csv", source="gauges", stations=stations, timezone=CHINA, now=now, minutes=minutes
    )


def _faults(reading: Reading[RainFrame]) -> list[tuple[int | None, str | None]]:
    assert reading.rows == ()
    return [(fault.row, fault.column) for fault in reading.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_chinese_headers_and_local_times(encoding: str) -> None:
    reading = _read(
        "S2,2025-07-08 23:00,12.5,扎西",
        "S1,2025-07-08 23:00,78,小坝",
        "S1,2025/7/8 22:00,0.05,小坝",
        header="站号,时间,雨量,站名",
        encoding=encoding,
    )
    assert reading.faults == ()
    assert reading.unknown_columns == ("站名",)
    early, late = reading.rows
    assert late.valid_at == datetime(2025, 7, 8, 15, tzinfo=UTC)
    assert late.values == (("S1", 780, ""), ("S2", 125, ""))
    assert (late.source, late.minutes, late.issued_at) == ("gauges", 60, None)
    assert early.values == (("S1", 1, ""),)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-07-08 23:00", "2025-07-08T15:00:00+00:00"),
        ("2025-07-08T23:00:00", "2025-07-08T15:00:00+00:00"),
        ("2025/7/8 23:00", "2025-07-08T15:00:00+00:00"),
        ("2025年7月8日23时", "2025-07-08T15:00:00+00:00"),
        ("2025年7月8日 23时30分", "2025-07-08T15:30:00+00:00"),
        ("2025-07-08 24:00", "2025-07-08T16:00:00+00:00"),
        ("２０２５-07-08　23\uff1a00", "2025-07-08T15:00:00+00:00"),
        ("2025-07-08T15:00:00Z", "2025-07-08T15:00:00+00:00"),
        ("2023-07-14T00:00:00+09:00", "2023-07-13T15:00:00+00:00"),
        ("2025-07-08 23:00:00.000", "2025-07-08T15:00:00+00:00"),
    ],
)
def test_the_ways_times_are_written(text: str, utc: str) -> None:
    assert read_time(text, CHINA).isoformat() == utc


@pytest.mark.parametrize(
    "text", ["2025-07-08", "23:00", "昨晚", "2025-02-30 10:00", "2025-07-08 25:00", "2025-07-08 23:61", "45846.95"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(BadValue):
        read_time(text, CHINA)


def test_an_hour_that_summer_time_skips() -> None:
    with pytest.raises(BadValue, match="夏令时"):
        read_time("2025-03-30 02:30", ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("text", "tenths"),
    [
        ("0", 0),
        ("0.0", 0),
        ("12.34", 123),
        ("12.35", 124),
        ("0.25", 3),
        ("１２.５", 125),
        ("-1.5", -15),
        ("缺测", None),
        ("--", None),
    ],
)
def test_millimetres_become_whole_tenths(text: str, tenths: int | None) -> None:
    assert read_tenths(text) == tenths


@given(st.integers(min_value=0, max_value=9999))
def test_tenths_survive_being_written(tenths: int) -> None:
    assert read_tenths(f"{tenths / 10:.1f}") == tenths


def test_every_fault_with_row_and_column() -> None:
    reading = _read(
        "S1,2025-07-08 22:00,1O.5",
        "S9,2025-07-08 22:00,1",
        "S1,2025-07-08 23:06,1",
        "S1,2025-07-05 22:00,1",
        ",,",
        "S1,,1",
        "S1,2025-07-08 21:30,1",
        "S2,2025-07-08 20:00,3",
        "S2,2025-07-08 20:00,4",
        "S2,昨晚,nan",
    )
    assert _faults(reading) == [
        (2, "mm"),
        (3, "station"),
        (4, "time"),
        (5, "time"),
        (7, "time"),
        (8, "time"),
        (10, "mm"),
        (11, "time"),
        (11, "mm"),
    ]
    assert "将来" in reading.faults[2].reason
    assert "72 小时" in reading.faults[3].reason
    assert "第9行" in reading.faults[6].reason


def test_the_edges_of_time() -> None:
    assert _read("S1,2025-07-08 23:00,1", now=NOW - timedelta(minutes=5)).ok
    assert not _read("S1,2025-07-08 23:00,1", now=NOW - timedelta(minutes=6)).ok
    assert _read("S1,2025-07-05 23:00,1").ok
    assert _read("S1,2025-07-05 22:00,1", now=None).ok
    assert _read("S1,2099-07-05 22:00,1", now=None).ok


def test_what_cannot_have_fallen_is_kept_and_flagged() -> None:
    reading = _read("S1,2025-07-08 22:00,254.4", "S2,2025-07-08 22:00,-999.9")
    assert reading.ok
    assert reading.rows[0].values == (("S1", 2544, "range"), ("S2", -9999, "range"))


def test_rows_that_repeat_and_rows_that_say_nothing() -> None:
    reading = _read(
        "S1,2025-07-08 22:00,5", "S1,2025-07-08T22:00+08:00,5.0", "S2,2025-07-08 22:00,", "S1,2025-07-08 22:00,"
    )
    assert reading.ok
    assert reading.rows[0].values == (("S1", 50, ""), ("S2", None, ""))
    late = _read("S1,2025-07-08 22:00,", "S1,2025-07-08 22:00,5")
    assert late.rows[0].values == (("S1", 50, ""),)


def test_the_interval() -> None:
    def interval(*clock: str, minutes: int | None = None) -> set[int]:
        return {f.minutes for f in _read(*(f"S1,2025-07-08 {c},1" for c in clock), minutes=minutes).rows}

    assert interval("20:00", "20:10", "20:20", "20:40") == {10}
    assert interval("20:00", "22:00") == {60}
    assert interval("20:00", "22:00", "23:00") == {60}
    assert interval("20:00") == {60}
    assert interval("20:00", "21:00", "22:00", minutes=30) == {30}
    column = _read("S1,2025-07-08 22:00,1,5", "S1,2025-07-08 22:05,1,", header="station,time,mm,minutes", minutes=5)
    assert [frame.minutes for frame in column.rows] == [5, 5]
    assert _faults(_read("S1,2025-07-08 22:03,1,5", header="station,time,mm,minutes")) == [(2, "time")]
    assert _faults(_read("S1,2025-07-08 22:00,1,0", header="站号,时间,雨量,时段")) == [(2, "时段")]


def test_forecasts_lie_ahead_but_are_issued_before() -> None:
    header = "station,time,mm,issued"
    reading = _read("S1,2025-07-09 02:00,30,2025-07-08 20:00", header=header)
    assert reading.rows[0].issued_at == datetime(2025, 7, 8, 12, tzinfo=UTC)
    assert _faults(_read("S1,2025-07-09 02:00,30,2025-07-09 00:00", header=header)) == [(2, "issued")]


def test_files_that_are_no_rain() -> None:
    assert _read("S1").faults
    assert "只有表头" in _read().faults[0].reason
    assert {f.column for f in _read("1,2", header="a,b").faults} == {"station", "time", "mm"}
    assert _read("A,2025-07-08 22:00,1", stations=None).ok


def test_a_real_storm_with_its_gaps() -> None:
    path = real_file("rain_stations/jma/akita_2023-07_hourly.csv")
    reading = read_station_csv(
        path.read_bytes(), path.name, source="jma", stations=None, timezone=ZoneInfo("Asia/Tokyo"), now=None
    )
    assert reading.faults == ()
    frames = reading.rows
    assert len(frames) == 153
    assert {frame.minutes for frame in frames} == {60}
    assert sum(len(frame.values) for frame in frames) == 21879
    assert max(tenths or 0 for frame in frames for _, tenths, _ in frame.values) == 555
    assert any(tenths is None for frame in frames for _, tenths, _ in frame.values)
    assert not {frame.valid_at.astimezone(ZoneInfo("Asia/Tokyo")).hour for frame in frames} & {9}
    assert all(flag == "" for frame in frames for _, _, flag in frame.values)
