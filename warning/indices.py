"""Rain indices (雨量指标) by window and level, and the judgement of one zone's sums by a set of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.levels import Level
from warning.exceedance import Evidence, Exceedance, evidence_words


class Wetness(StrEnum):
    """How wet the soil is; a set may give a value for each class."""

    DRY = "dry"
    NORMAL = "normal"
    WET = "wet"

    @property
    def chinese(self) -> str:
        """偏干 正常 偏湿."""
        return {"dry": "偏干", "normal": "正常", "wet": "偏湿"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdValue:
    """The sum over `window_h` hours from which `level` holds; `wetness` None = whatever the soil."""

    level: Level
    window_h: int
    mm: float
    wetness: Wetness | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdSet:
    """A named, versioned set of values. Windows that are not named do not count."""

    name: str
    version: int
    values: tuple[ThresholdValue, ...]
    valid_from: datetime | None = None
    source: str = ""

    def in_tenths(self, level: Level, wetness: Wetness = Wetness.NORMAL) -> Mapping[int, int]:
        """Tenths of mm by window for `level`: the value of this wetness, else the one that holds for any."""
        found: dict[int, int] = {}
        for wanted in (None, wetness):
            for value in self.values:
                if value.level is level and value.wetness is wanted:
                    found[value.window_h] = round(value.mm * 10)
        return found


def _table(rows: Mapping[Level, Sequence[float]], windows_h: Sequence[int]) -> tuple[ThresholdValue, ...]:
    return tuple(
        ThresholdValue(level=level, window_h=window, mm=mm)
        for level, values in rows.items()
        for window, mm in zip(windows_h, values, strict=True)
    )


JIANGHUA = ThresholdSet(
    name="jianghua",
    version=1,
    values=_table(
        {
            Level.BLUE: (35, 55, 70, 100),
            Level.YELLOW: (45, 75, 95, 130),
            Level.ORANGE: (60, 100, 120, 160),
            Level.RED: (80, 120, 150, 200),
        },
        (1, 3, 6, 24),
    ),
    source="江华县山洪灾害防御预案",
)
"""The indices of the Jianghua county plan (FACTS section 4), which hold until a county files its own."""


def judge(
    zone: str,
    tenths: Sequence[int],
    missing: Sequence[int],
    windows_h: Sequence[int],
    thresholds: ThresholdSet,
    *,
    at: datetime,
    sources: tuple[str, ...] = (),
    corroborated: bool = False,
    flagged: bool = False,
    wetness: Wetness = Wetness.NORMAL,
) -> Exceedance | None:
    """Judge one zone's row of sums: the highest level that any window reaches, or None.

    A sum with holes is "at least" that much, so it raises levels as any other and says what is missing. Evidence is
    the window furthest beyond its value, the shorter one where two are equal.
    """
    for level in sorted(Level, reverse=True):
        values = thresholds.in_tenths(level, wetness)
        reached = [
            (total / values[window], -window, total, holes)
            for window, total, holes in zip(windows_h, tenths, missing, strict=True)
            if window in values and total >= values[window]
        ]
        if not reached:
            continue
        _, negative, total, holes = max(reached)
        window = -negative
        words = evidence_words(
            window_h=window,
            tenths=int(total),
            threshold_tenths=values[window],
            level=level,
            missing=int(holes),
            sources=sources,
            flagged=flagged,
        )
        evidence = Evidence(
            zone=zone,
            window_h=window,
            mm=int(total) / 10,
            threshold_mm=values[window] / 10,
            level=level,
            missing=int(holes),
            at=at,
            sources=sources,
            corroborated=bool(corroborated),
            flagged=bool(flagged),
            words=words,
        )
        return Exceedance(
            zone=zone, level=level, evidence=evidence, windows_h=tuple(sorted(-window for _, window, _, _ in reached))
        )
    return None
