"""Observed (or forecast) rain of stations from CSV: rows → frames. All or nothing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from core.tables import BadValue, Cells, Fault, Table, decimal_number, read_table, whole_number
from hazards.frames import RainFrame, range_flag
from hazards.reading import Reading

REQUIRED = ("station", "time", "mm")
OPTIONAL = ("minutes", "issued")
ALIASES: Mapping[str, str] = {
    "站号": "station",
    "站码": "station",
    "测站编码": "station",
    "station_id": "station",
    "时间": "time",
    "观测时间": "time",
    "雨量": "mm",
    "降雨量": "mm",
    "降水量": "mm",
    "precip_1h_mm": "mm",
    "时段": "minutes",
    "时长": "minutes",
    "分钟": "minutes",
    "起报时间": "issued",
    "发布时间": "issued",
}

EARLY = timedelta(minutes=5)
HOURLY = 60
# Intervals that gauges report in; a spacing that is none of them is a gap, not an interval.
_SPACINGS = (1, 2, 3, 5, 6, 10, 12, 15, 20, 30, 60, 180, 360, 720, 1440)
_NOTHING = frozenset({"-", "--", "---", "/", "//", "///", "缺", "缺测", "无"})
_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+|T|t)?(\d{1,2})[:时点](?:(\d{1,2})分?)?(?::?(\d{1,2})(?:\.\d+)?秒?)?"
    r"\s*(Z|z|[+-]\d{2}:?\d{2})?"
)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    station: str
    at: datetime
    tenths: int | None
    minutes: int | None
    issued: datetime | None


def read_station_csv(
    data: bytes,
    file: str,
    *,
    source: str,
    stations: frozenset[str] | None,
    timezone: ZoneInfo,
    now: datetime | None,
    oldest_h: int = 72,
    minutes: int | None = None,
) -> Reading[RainFrame]:
    """Read rain of stations.

    Parameters
    ----------
    data : bytes
        CSV with the columns station, time (end of the interval), mm, and perhaps minutes and issued.
    file, source : str
    stations : frozenset of str, optional
        The stations registered; another one is a fault. None takes all (a replay).
    timezone : ZoneInfo
        Of times without an offset.
    now : datetime, optional
        Times after it (by more than five minutes) and longer ago than `oldest_h` are faults. None takes any age.
    minutes : int, optional
        The source's interval where the file has no such column; without it the spacing of the file decides.

    Returns
    -------
    Reading
        Frames by time; a value below zero or above what can fall is kept and flagged. Rows that repeat another
        exactly are taken once; rows that contradict another are faults.
    """
    table, faults = read_table(data, file, required=REQUIRED, optional=OPTIONAL, aliases=ALIASES)
    if table is None:
        return Reading(faults=tuple(faults))
    if not table.rows and not faults:
        faults.append(Fault(file=file, reason="只有表头,没有数据行"))
    times = _Times(timezone)
    rows = []
    for number, raw in table.rows:
        row = _row(Cells(table, number, raw, faults), stations, times, now, oldest_h)
        if row is not None:
            rows.append(row)
    interval = minutes or _spacing(rows)
    _on_the_grid(table, rows, interval, timezone, faults)
    frames = _frames(table, rows, interval, source, faults)
    return Reading(
        rows=() if faults else tuple(frames),
        faults=tuple(sorted(faults, key=lambda fault: fault.row or 0)),
        unknown_columns=table.unknown_columns,
        encoding=table.encoding,
    )


class _Times:
    """Reads times, remembering them: a file holds each of few times for each of many stations."""

    def __init__(self, timezone: ZoneInfo) -> None:
        self._timezone = timezone
        self._known: dict[str, datetime] = {}

    def __call__(self, text: str) -> datetime:
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = read_time(text, self._timezone)
        return found


def read_time(text: str, timezone: ZoneInfo) -> datetime:
    """Read a time of day on a date, in the ways counties write it; UTC comes out.

    Raises
    ------
    BadValue

    Examples
    --------
    >>> read_time("2025/7/8 24:00", ZoneInfo("Asia/Shanghai")).isoformat()
    '2025-07-08T16:00:00+00:00'
    """
    found = _TIME.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise BadValue(f"不是时间(应如 2025-07-08 23:00),写的是 {text!r}")
    year, month, day, hour = (int(found[n]) for n in range(1, 5))
    minute, second = int(found[5] or 0), int(found[6] or 0)
    midnight = (hour, minute, second) == (24, 0, 0)
    try:
        local = datetime(year, month, day, 0 if midnight else hour, minute, second)  # noqa: DTZ001 (zone follows)
        local += timedelta(days=midnight)
        if found[7] is not None:
            offset = "+00:00" if found[7] in "Zz" else found[7]
            return datetime.fromisoformat(local.isoformat() + offset).astimezone(UTC)
        at = local.replace(tzinfo=timezone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadValue(f"没有这个时间:{text!r}") from None
    if at.astimezone(timezone).replace(tzinfo=None) != local:
        raise BadValue(f"{timezone.key} 没有这个时间(夏令时跳过):{text!r}")
    return at


def read_tenths(text: str) -> int | None:
    """Read millimetres as whole tenths, halves up; what says that nothing was measured is None.

    Raises
    ------
    BadValue
    """
    plain = unicodedata.normalize("NFKC", text)
    if plain in _NOTHING:
        return None
    value = decimal_number(plain, minimum=-100_000, maximum=100_000)
    tenths = (Decimal(plain) * 10).to_integral_value(rounding=ROUND_HALF_UP)
    return int(tenths) if value else 0


def _row(
    cells: Cells, stations: frozenset[str] | None, times: _Times, now: datetime | None, oldest_h: int
) -> _Row | None:
    station = cells.text("station", required=True)
    if station is not None and stations is not None and station not in stations:
        cells.fault("station", f"雨量站 {station} 不在登记册里")
    at = cells.parse("time", times, required=True)
    tenths = cells.parse("mm", read_tenths)
    length = cells.parse("minutes", lambda text: whole_number(text, minimum=1, maximum=1440))
    issued = cells.parse("issued", times)
    if at is not None and now is not None:
        if issued is not None and issued > now + EARLY:
            cells.fault("issued", f"起报时间在将来(现在是 {now.isoformat(timespec='minutes')})")
        if issued is None and at > now + EARLY:
            cells.fault("time", f"时间在将来(现在是 {now.isoformat(timespec='minutes')})")
        if at < now - timedelta(hours=oldest_h):
            cells.fault("time", f"早于最长的统计时段({oldest_h} 小时前)")
    if station is None or at is None or cells.bad:
        return None
    return _Row(cells.row_number, station, at, tenths, length, issued)


def _spacing(rows: list[_Row]) -> int:
    """The interval of a file without a column for it: the commonest distance between the times of one station.

    A few times with a gap between them say nothing, so a distance must come up at least twice; else it is an hour.
    """
    by_station: dict[tuple[str, datetime | None], set[datetime]] = {}
    for row in rows:
        by_station.setdefault((row.station, row.issued), set()).add(row.at)
    distances: Counter[int] = Counter()
    for times in by_station.values():
        ordered = sorted(times)
        distances.update(int((later - earlier).total_seconds()) // 60 for earlier, later in pairwise(ordered))
    likely = [(count, -minutes) for minutes, count in distances.items() if minutes in _SPACINGS and count > 1]
    return -max(likely)[1] if likely else HOURLY


def _on_the_grid(table: Table, rows: list[_Row], interval: int, timezone: ZoneInfo, faults: list[Fault]) -> None:
    """Intervals end on whole multiples of their length, counted from local midnight; others cannot be added up."""
    for row in rows:
        length = row.minutes or interval
        local = row.at.astimezone(timezone)
        if length <= HOURLY and (local.second or (local.hour * 60 + local.minute) % length):
            name = table.header.get("time", "time")
            reason = f"时间不在整 {length} 分钟上,写的是 {local:%Y-%m-%d %H:%M:%S}"
            faults.append(Fault(file=table.file, row=row.number, column=name, reason=reason))


def _frames(table: Table, rows: list[_Row], interval: int, source: str, faults: list[Fault]) -> list[RainFrame]:
    found: dict[tuple[datetime, int, datetime | None], dict[str, _Row]] = {}
    for row in rows:
        length = row.minutes or interval
        values = found.setdefault((row.at, length, row.issued), {})
        before = values.get(row.station)
        if before is None or before.tenths is None:
            values[row.station] = row
        elif row.tenths is not None and row.tenths != before.tenths:
            faults.append(
                Fault(
                    file=table.file,
                    row=row.number,
                    column=table.header.get("mm", "mm"),
                    reason=f"与第{before.number}行是同一站同一时间,雨量却不同"
                    f"({before.tenths / 10:g} 和 {row.tenths / 10:g} mm)",
                )
            )
    order = sorted(found, key=lambda key: (key[0], key[1], key[2] or datetime.min.replace(tzinfo=UTC)))
    return [
        RainFrame(
            source=source,
            valid_at=at,
            minutes=length,
            issued_at=issued,
            values=tuple(
                (station, row.tenths, "" if row.tenths is None else range_flag(row.tenths, length))
                for station, row in sorted(found[at, length, issued].items())
            ),
        )
        for at, length, issued in order
    ]
