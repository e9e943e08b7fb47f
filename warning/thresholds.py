"""Which set of indices holds for which zone, and the register (CONTRACT section 3) that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import pairwise

from core.levels import Level
from core.tables import BadValue, Cells, Fault, read_table
from hazards.reading import Reading
from hazards.zones import HazardZone
from people.areas import AreaTree
from warning.indices import JIANGHUA, ThresholdSet, ThresholdValue, Wetness, judge

__all__ = [
    "ALIASES", "JIANGHUA", "ThresholdKnown", "ThresholdRow", "ThresholdSet", "ThresholdTable", "ThresholdValue", "Wetness",
    "judge", "read_thresholds", "threshold_table",
]  # fmt: skip

REQUIRED = ("level", "window_h", "mm")
OPTIONAL = ("zone", "area", "wetness", "valid_from", "source")
ALIASES: Mapping[str, str] = {
    "隐患点": "zone",
    "隐患点编码": "zone",
    "行政区": "area",
    "行政区编码": "area",
    "级别": "level",
    "等级": "level",
    "预警等级": "level",
    "时段": "window_h",
    "时段小时": "window_h",
    "雨量": "mm",
    "阈值": "mm",
    "土壤湿度": "wetness",
    "湿度": "wetness",
    "生效时间": "valid_from",
    "来源": "source",
}
WINDOWS_H = (1, 3, 6, 12, 24, 72)
_LEVELS: Mapping[str, Level] = {
    **{level.value: level for level in Level},
    **{level.chinese: level for level in Level},
    **{level.chinese + "色": level for level in Level},
    **{level.numeral: level for level in Level},
    "IV": Level.BLUE,
    "III": Level.YELLOW,
    "II": Level.ORANGE,
    "I": Level.RED,
}
_WETNESS: Mapping[str, Wetness] = {
    **{wetness.value: wetness for wetness in Wetness},
    **{wetness.chinese: wetness for wetness in Wetness},
    "干": Wetness.DRY,
    "一般": Wetness.NORMAL,
    "湿": Wetness.WET,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdTable:
    """Which set holds where: a zone's own, then its named set, then the nearest area's above it, then the default."""

    default: ThresholdSet = JIANGHUA
    named: Mapping[str, ThresholdSet] = field(default_factory=dict)
    zones: Mapping[str, tuple[ThresholdSet, ...]] = field(default_factory=dict)
    areas: Mapping[str, tuple[ThresholdSet, ...]] = field(default_factory=dict)

    def for_zone(self, zone: HazardZone, tree: AreaTree, at: datetime | None = None) -> ThresholdSet:
        """The set that judges `zone` at `at` (None: whatever was filed last, also what is not yet valid)."""
        own = in_force(self.zones.get(zone.code, ()), at)
        if own is not None:
            return own
        if zone.thresholds is not None and zone.thresholds in self.named:
            return self.named[zone.thresholds]
        for area in tree.ancestors(zone.area):
            above = in_force(self.areas.get(area.code, ()), at)
            if above is not None:
                return above
        return self.default


def in_force(sets: Iterable[ThresholdSet], at: datetime | None) -> ThresholdSet | None:
    """Of several sets filed for one subject the one that holds at `at`: begun, and begun last."""
    begun = [s for s in sets if at is None or s.valid_from is None or s.valid_from <= at]
    return max(
        begun,
        key=lambda s: (s.valid_from is not None, s.valid_from.timestamp() if s.valid_from else 0.0, s.version),
        default=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdKnown:
    """What the registers hold already: codes a row may name, and the site's zone for times without an offset."""

    zones: frozenset[str]
    areas: frozenset[str]
    timezone: tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRow:
    """One value for one zone or one area (exactly one of the two)."""

    zone: str | None
    area: str | None
    value: ThresholdValue
    valid_from: datetime | None
    source: str

    @property
    def subject(self) -> tuple[str, str]:
        """("zone" or "area", code)."""
        return ("zone", self.zone) if self.zone is not None else ("area", self.area or "")


def read_thresholds(data: bytes, file: str, known: ThresholdKnown) -> Reading[ThresholdRow]:
    """Read a thresholds CSV, all or nothing.

    Beside the cells themselves a file is refused when a row names both or neither of zone and area, an unknown one, a
    window that no sum is kept for, the same value twice, or values that fall while the level rises.
    """
    table, faults = read_table(data, file, required=REQUIRED, optional=OPTIONAL, aliases=ALIASES)
    if table is None:
        return Reading(faults=tuple(faults))
    rows: list[ThresholdRow] = []
    first: dict[tuple[object, ...], int] = {}
    numbers: dict[int, int] = {}
    for number, cells in table.rows:
        row = Cells(table, number, cells, faults)
        zone, area = row.text("zone"), row.text("area")
        if (zone is None) == (area is None):
            row.fault("zone" if "zone" in table.columns else "area", "须填隐患点或行政区,且只填一个")
        elif zone is not None and zone not in known.zones:
            row.fault("zone", f"没有编码为 {zone} 的隐患点")
        elif area is not None and area not in known.areas:
            row.fault("area", f"没有编码为 {area} 的行政区")
        level = row.parse("level", _level, required=True)
        window = row.parse("window_h", _window, required=True)
        mm = row.decimal("mm", required=True, minimum=0.1, maximum=2000)
        wetness = row.parse("wetness", _wetness)
        valid_from = row.parse("valid_from", lambda text: _moment(text, known.timezone))
        if row.bad or level is None or window is None or mm is None:
            continue
        key = (zone, area, level, window, wetness, valid_from)
        if key in first:
            row.fault("level", f"与第{first[key]}行重复")
            continue
        first[key] = number
        value = ThresholdValue(level=level, window_h=window, mm=mm, wetness=wetness)
        numbers[len(rows)] = number
        rows.append(
            ThresholdRow(zone=zone, area=area, value=value, valid_from=valid_from, source=row.text("source") or "")
        )
    faults.extend(_falling(rows, numbers, file, table.header.get("mm", "mm")))
    if faults:
        return Reading(faults=tuple(faults), unknown_columns=table.unknown_columns, encoding=table.encoding)
    return Reading(rows=tuple(rows), unknown_columns=table.unknown_columns, encoding=table.encoding)


def _falling(rows: list[ThresholdRow], numbers: Mapping[int, int], file: str, column: str) -> list[Fault]:
    """Values of one subject, window and wetness must not fall while the level rises."""
    groups: dict[tuple[object, ...], list[tuple[ThresholdValue, int]]] = {}
    for index, row in enumerate(rows):
        key = (row.subject, row.value.window_h, row.value.wetness, row.valid_from)
        groups.setdefault(key, []).append((row.value, numbers[index]))
    faults = []
    for values in groups.values():
        values.sort(key=lambda pair: pair[0].level.rank)
        for (lower, lower_row), (higher, higher_row) in pairwise(values):
            if higher.mm < lower.mm:
                reason = (
                    f"{higher.level.chinese}色 {higher.window_h}小时 {higher.mm:g} mm 低于"
                    f"{lower.level.chinese}色的 {lower.mm:g} mm(第{lower_row}行)"
                )
                faults.append(Fault(file=file, row=higher_row, column=column, reason=reason))
    return faults


def threshold_table(rows: Iterable[ThresholdRow], default: ThresholdSet) -> ThresholdTable:
    """The table of all filed values over `default`: one set a subject and date, versions counting its dates."""
    filed: dict[tuple[str, str], dict[datetime | None, list[ThresholdRow]]] = {}
    for row in rows:
        filed.setdefault(row.subject, {}).setdefault(row.valid_from, []).append(row)
    sets: dict[str, dict[str, tuple[ThresholdSet, ...]]] = {"zone": {}, "area": {}}
    for (kind, code), by_date in filed.items():
        dates = sorted(by_date, key=lambda moment: (moment is not None, moment.timestamp() if moment else 0.0))
        sets[kind][code] = tuple(
            ThresholdSet(
                name=f"{kind}:{code}",
                version=version,
                values=tuple(
                    sorted(
                        (r.value for r in by_date[moment]), key=lambda v: (v.level.rank, v.window_h, v.wetness or "")
                    )
                ),
                valid_from=moment,
                source=next((r.source for r in by_date[moment] if r.source), ""),
            )
            for version, moment in enumerate(dates, start=1)
        )
    return ThresholdTable(default=default, zones=sets["zone"], areas=sets["area"])


def _level(text: str) -> Level:
    level = _LEVELS.get(text.casefold()) or _LEVELS.get(text.upper())
    if level is None:
        raise BadValue(f"不认识的等级 {text!r}(蓝 黄 橙 红,或 blue yellow orange red)")
    return level


def _window(text: str) -> int:
    digits = text.removesuffix("小时").removesuffix("h").strip()
    if not digits.isdecimal() or int(digits) not in WINDOWS_H:
        raise BadValue(f"时段须是 {'、'.join(map(str, WINDOWS_H))} 小时之一,写的是 {text!r}")
    return int(digits)


def _wetness(text: str) -> Wetness:
    wetness = _WETNESS.get(text.casefold())
    if wetness is None:
        raise BadValue(f"不认识的湿度 {text!r}(dry normal wet,或 偏干 正常 偏湿)")
    return wetness


def _moment(text: str, timezone: tzinfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise BadValue(f"应是日期或时间(如 2025-06-01 00:00),写的是 {text!r}") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone)
