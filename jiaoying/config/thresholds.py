"""Sets of thresholds as the file writes them: level, window, millimetres, by wetness where a set tells it apart."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from core.levels import Level
from hazards.accumulation import WINDOWS_H
from jiaoying.config.policies import Section
from jiaoying.config.values import wrong
from warning.thresholds import JIANGHUA, ThresholdSet, ThresholdValue, Wetness

WINDOWS = {f"{hours}h": hours for hours in WINDOWS_H}
Millimetres = Annotated[float, Field(gt=0, le=2000)]


class ByWetness(Section):
    """One value for each class of wetness."""

    dry: Millimetres
    normal: Millimetres
    wet: Millimetres


def _windows(value: Any) -> Any:
    if isinstance(value, dict):
        for key in value:
            if key not in WINDOWS:
                near = difflib.get_close_matches(str(key), list(WINDOWS), n=1)
                hint = f";是不是 {near[0]}?" if near else ""
                raise wrong(f"没有 {key} 这个时段,可用:{'、'.join(WINDOWS)}{hint}")
    return value


def _form(value: Any) -> str:
    return "wetness" if isinstance(value, dict | ByWetness) else "plain"


# Told apart by its form, so that a wrong number is not blamed on the classes of wetness.
Amount = Annotated[
    Annotated[ByWetness, Tag("wetness")] | Annotated[Millimetres, Tag("plain")],
    Discriminator(_form),
]
Windows = Annotated[dict[str, Amount], BeforeValidator(_windows)]


class LevelValues(Section):
    """One set. Windows and levels that are not named do not count."""

    source: str = ""
    red: Windows = Field(default_factory=dict)
    orange: Windows = Field(default_factory=dict)
    yellow: Windows = Field(default_factory=dict)
    blue: Windows = Field(default_factory=dict)

    @model_validator(mode="after")
    def _higher_levels_want_more_rain(self) -> Self:
        last: dict[tuple[str, str], tuple[Level, float]] = {}
        for level, windows in self.by_level().items():
            for window, amount in windows.items():
                values = amount.model_dump() if isinstance(amount, ByWetness) else dict.fromkeys(Wetness, amount)
                for wetness, mm in values.items():
                    lower, least = last.get((window, wetness), (level, 0.0))
                    if mm < least:
                        raise wrong(
                            f"{level.value} {window} 是 {mm:g},比 {lower.value} 的 {least:g} 还低:级别越高阈值应越高"
                        )
                    last[window, wetness] = (level, mm)
        return self

    def by_level(self) -> dict[Level, dict[str, ByWetness | float]]:
        """Level → window as written → millimetres."""
        return {level: getattr(self, level.value) for level in Level}

    def threshold_set(self, name: str) -> ThresholdSet:
        """The set as the room knows it."""
        values: list[ThresholdValue] = []
        for level, windows in self.by_level().items():
            for window, amount in windows.items():
                classes = (
                    {Wetness(wetness): getattr(amount, wetness) for wetness in ByWetness.model_fields}
                    if isinstance(amount, ByWetness)
                    else {None: amount}
                )
                values += [
                    ThresholdValue(level=level, window_h=WINDOWS[window], mm=mm, wetness=wetness)
                    for wetness, mm in classes.items()
                ]
        return ThresholdSet(name=name, version=1, values=tuple(values), source=self.source)


def _levels(found: ThresholdSet) -> LevelValues:
    table: dict[str, dict[str, float]] = {level.value: {} for level in Level}
    for value in found.values:
        table[value.level.value][f"{value.window_h}h"] = value.mm
    return LevelValues(source=found.source, **table)


JIANGHUA_LEVELS = _levels(JIANGHUA)
