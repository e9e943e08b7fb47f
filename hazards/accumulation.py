"""Rolling sums (累计雨量) for all zones at once, in whole tenths of a millimetre, with what is missing counted.

A gap makes a sum "at least", never calm: nothing here is ever filled in, and there is no NaN to poison a sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hazards.stations_to_zones import ZoneRain

WINDOWS_H = (1, 3, 6, 12, 24, 72)
# The newest three expected intervals in a row missing = dark (FACTS section 4).
DARK_INTERVALS = 3
_SPARE_H = 24


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sums:
    """Sums of all zones over all windows that end at `at`.

    `missing` counts the intervals of the window that nobody measured, before the first frame too. `flagged`: a
    doubtful value is in the sum. `corroborated`: at least half of the sum fell in intervals that two gauges agree on.
    `last_at` is the end of the newest interval measured, None when there was none.
    """

    at: datetime
    zones: tuple[str, ...]
    windows_h: tuple[int, ...]
    tenths: NDArray[np.int32]
    missing: NDArray[np.int32]
    dark: NDArray[np.bool_]
    flagged: NDArray[np.bool_]
    corroborated: NDArray[np.bool_]
    last_at: tuple[datetime | None, ...]


@dataclass(slots=True)
class _Slot:
    tenths: NDArray[np.int32]
    present: NDArray[np.bool_]
    flagged: NDArray[np.bool_]
    agreed: NDArray[np.bool_]
    sources: Sequence[tuple[str, ...]]


class Accumulation:
    """The rain of the last days, interval by interval.

    Frames may come in any order; for one interval the last one taken stands, so a late correction replaces. Kept is
    the longest window and a day more, counted back from the newest frame, whatever came first.

    Parameters
    ----------
    zones : sequence of zone codes
        The order of every array.
    interval_minutes : int
        Length of an interval; every frame must have it, and end where an interval ends.
    windows_h : sequence of int
    """

    def __init__(
        self, zones: Sequence[str], interval_minutes: int = 60, *, windows_h: Sequence[int] = WINDOWS_H
    ) -> None:
        if interval_minutes <= 0:
            raise ValueError("an interval is longer than nothing")
        self.zones = tuple(zones)
        self.interval = timedelta(minutes=interval_minutes)
        self.windows_h = tuple(windows_h)
        self._keep = -(-(max(self.windows_h) + _SPARE_H) * 60 // interval_minutes)
        self._slots: dict[int, _Slot] = {}
        self._newest: int | None = None
        self._phase: timedelta | None = None
        self._before = np.full(len(self.zones), _NEVER, dtype=np.int64)

    def add(self, rain: ZoneRain) -> None:
        """Take the rain of one interval.

        Raises
        ------
        ValueError
            When the interval has another length or another phase than this table, or the zones are not these.
        """
        if len(rain.tenths) != len(self.zones):
            raise ValueError(f"rain for {len(rain.tenths)} zones, there are {len(self.zones)}")
        if timedelta(minutes=rain.minutes) != self.interval:
            raise ValueError(f"an interval of {rain.minutes} min among intervals of {self.interval}")
        phase = (rain.valid_at - _EPOCH) % self.interval
        if self._phase is None:
            self._phase = phase
        elif phase != self._phase:
            raise ValueError(f"{rain.valid_at.isoformat()} is not where an interval of {self.interval} ends")
        slot = self._number(rain.valid_at)
        if self._newest is None or slot > self._newest:
            self._newest = slot
            for old in [number for number in self._slots if number <= slot - self._keep]:
                self._forget(old, self._slots.pop(old).present)
        elif slot <= self._newest - self._keep:
            self._forget(slot, rain.present)
            return
        self._slots[slot] = _Slot(
            tenths=np.where(rain.present, rain.tenths, 0).astype(np.int32),
            present=rain.present,
            flagged=rain.flagged & rain.present,
            agreed=rain.corroborated,
            sources=rain.sources,
        )

    @property
    def newest_at(self) -> datetime | None:
        """The end of the newest interval taken, whether or not anything was measured in it."""
        return None if self._newest is None else self._time(self._newest)

    def sums(self, at: datetime) -> Sums:
        """Sums over every window that ends with the last interval that is over at `at`."""
        size, end = len(self.zones), self._number(at)
        lengths = [self._length(hours) for hours in self.windows_h]
        shape = (size, len(lengths))
        tenths, missing = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)
        flagged, corroborated = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        rain, there, agreed = (np.zeros(size, dtype=np.int32) for _ in range(3))
        doubt, dark = np.zeros(size, dtype=bool), np.ones(size, dtype=bool)
        # One walk back from `at`; every window is the state of the walk where the window ends.
        for back in range(max(*lengths, DARK_INTERVALS) + 1):
            for window, length in enumerate(lengths):
                if length == back:
                    # A window shorter than an interval cannot be seen: its sum is 0 and one interval is missing.
                    tenths[:, window] = rain
                    missing[:, window] = max(length, 1) - there
                    flagged[:, window] = doubt
                    corroborated[:, window] = (2 * agreed >= rain) & (rain > 0)
            if back == DARK_INTERVALS:
                dark = there == 0
            slot = self._slots.get(end - back)
            if slot is not None:
                rain += slot.tenths
                there += slot.present
                doubt |= slot.flagged
                agreed += np.where(slot.agreed, slot.tenths, 0)
        return Sums(
            at=at,
            zones=self.zones,
            windows_h=self.windows_h,
            tenths=tenths,
            missing=missing,
            dark=dark,
            flagged=flagged,
            corroborated=corroborated,
            last_at=self._last_at(end),
        )

    def trend(self, at: datetime) -> NDArray[np.int32]:
        """Tenths that fell in the hour that ends at `at` (the last interval, where intervals are longer)."""
        total = np.zeros(len(self.zones), dtype=np.int32)
        end = self._number(at)
        for back in range(max(self._length(1), 1)):
            slot = self._slots.get(end - back)
            if slot is not None:
                total += slot.tenths
        return total

    def sources(self, zone: int, at: datetime, hours: int) -> tuple[str, ...]:
        """The stations whose values are in the sum of the zone at this index over a window, most often used first."""
        end = self._number(at)
        times: dict[str, int] = {}
        for back in range(max(self._length(hours), 1)):
            slot = self._slots.get(end - back)
            if slot is not None and slot.present[zone]:
                for code in slot.sources[zone]:
                    times[code] = times.get(code, 0) + 1
        return tuple(sorted(times, key=lambda code: (-times[code], code)))

    def _length(self, hours: int) -> int:
        return int(timedelta(hours=hours) // self.interval)

    def _number(self, at: datetime) -> int:
        return (at - _EPOCH - (self._phase or timedelta())) // self.interval

    def _time(self, slot: int) -> datetime:
        return _EPOCH + (self._phase or timedelta()) + slot * self.interval

    def _last_at(self, end: int) -> tuple[datetime | None, ...]:
        last = np.where(self._before <= end, self._before, _NEVER)
        looking = np.ones(len(self.zones), dtype=bool)
        for number in sorted((number for number in self._slots if number <= end), reverse=True):
            if not looking.any():
                break
            hit = looking & self._slots[number].present
            last[hit] = number
            looking &= ~hit
        times = {number: self._time(number) for number in np.unique(last).tolist() if number != _NEVER}
        return tuple(times.get(number) for number in last.tolist())

    def _forget(self, number: int, present: NDArray[np.bool_]) -> None:
        """Of what is too old to keep only when a zone was last seen remains."""
        np.maximum(self._before, np.where(present, number, _NEVER), out=self._before)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = np.iinfo(np.int64).min
