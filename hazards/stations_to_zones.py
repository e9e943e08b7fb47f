"""From gauges to zones: inverse distance over the nearest few that are there; a gauge inside 2 km counts alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import overload

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from hazards.frames import RainFrame
from hazards.stations import Station

EARTH_KM = 6371.0088
# How many gauges in reach are kept for each zone: more than `nearest`, so that when one falls silent the next steps in.
_SPARE = 3
# A neighbour agrees when it measured more than this share of what the zone is taken to have received.
_AGREES = 0.3


class ZoneSources(Sequence[tuple[str, ...]]):
    """The stations each zone's value came from, nearest first, looked up on demand."""

    __slots__ = ("_codes", "_index", "_used")

    def __init__(self, codes: tuple[str, ...], index: NDArray[np.int32], used: NDArray[np.bool_]) -> None:
        self._codes, self._index, self._used = codes, index, used

    def __len__(self) -> int:
        return len(self._index)

    @overload
    def __getitem__(self, zone: int) -> tuple[str, ...]: ...
    @overload
    def __getitem__(self, zone: slice) -> tuple[tuple[str, ...], ...]: ...
    def __getitem__(self, zone: int | slice) -> tuple[str, ...] | tuple[tuple[str, ...], ...]:
        if isinstance(zone, slice):
            return tuple(self[n] for n in range(*zone.indices(len(self))))
        return tuple(self._codes[n] for n in self._index[zone][self._used[zone]].tolist())

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return (self[zone] for zone in range(len(self)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZoneRain:
    """The rain of one interval at all zones.

    `tenths` is 0 where not `present`. `flagged`: a doubtful value took part. `gauges`: unflagged gauges in reach that
    measured. `corroborated`: at least two of them measured more than 0.3 of the zone's value.
    """

    valid_at: datetime
    minutes: int
    tenths: NDArray[np.int32]
    present: NDArray[np.bool_]
    sources: Sequence[tuple[str, ...]]
    flagged: NDArray[np.bool_]
    gauges: NDArray[np.int32]
    corroborated: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StationWeights:
    """Which gauges each zone may draw on, nearest first, and how far they are. Built once per register.

    A gauge that is missing from a frame is left out and the weights of that frame are those of the gauges present.
    """

    zones: tuple[str, ...]
    stations: tuple[str, ...]
    nearest: int
    alone_km: float
    index: NDArray[np.int32]
    km: NDArray[np.float64]

    @classmethod
    def build(
        cls,
        zone_codes: Sequence[str],
        geometries: Sequence[BaseGeometry],
        stations: Sequence[Station],
        *,
        nearest: int = 4,
        reach_km: float = 25,
        alone_km: float = 2,
    ) -> StationWeights:
        """Find the gauges of every zone.

        Distances run from a zone's middle; a gauge inside the zone is at distance 0.

        Parameters
        ----------
        zone_codes, geometries : sequences of equal length
            Points or polygons in degrees.
        stations : sequence of Station
        nearest : int
            How many gauges make a value.
        reach_km : float
            Farther gauges say nothing about a zone.
        alone_km : float
            The nearest gauge closer than this counts alone.
        """
        if len(zone_codes) != len(geometries):
            raise ValueError("as many geometries as zones")
        codes = tuple(station.code for station in stations)
        count = min(len(codes), nearest * _SPARE)
        index = np.zeros((len(zone_codes), count), dtype=np.int32)
        km = np.full((len(zone_codes), count), np.inf)
        if count and len(zone_codes):
            shapes = np.array(geometries, dtype=object)
            middle = shapely.get_coordinates(shapely.centroid(shapes))
            points = np.array([(station.lon, station.lat) for station in stations], dtype=float)
            tree = cKDTree(_on_sphere(points))
            chord, found = tree.query(_on_sphere(middle), k=range(1, count + 1))
            index = np.asarray(found, dtype=np.int32)
            km = 2 * EARTH_KM * np.arcsin(np.clip(np.asarray(chord, dtype=float) / 2, 0, 1))
            inside = np.zeros_like(km, dtype=bool)
            zone, gauge = shapely.STRtree(shapely.points(points)).query(shapes, predicate="intersects")
            hit, column = np.nonzero(index[zone] == gauge[:, None])
            inside[zone[hit], column] = True
            km = np.where(inside, 0.0, km)
            order = np.argsort(km, axis=1, kind="stable")
            index, km = np.take_along_axis(index, order, axis=1), np.take_along_axis(km, order, axis=1)
            km = np.where(km <= reach_km, km, np.inf)
        return cls(zones=tuple(zone_codes), stations=codes, nearest=nearest, alone_km=alone_km, index=index, km=km)

    def rain(self, frame: RainFrame) -> ZoneRain:
        """The rain of `frame` at every zone; stations this table does not know are passed over.

        A value below zero is no rain and counts as missing; one above what can fall takes part and flags the zone, so
        that a person decides and no time-out does.
        """
        place = {code: n for n, code in enumerate(self.stations)}
        amount = np.zeros(len(self.stations), dtype=np.int32)
        here = np.zeros(len(self.stations), dtype=bool)
        doubt = np.zeros(len(self.stations), dtype=bool)
        for code, tenths, flag in frame.values:
            n = place.get(code)
            if n is not None and tenths is not None and tenths >= 0:
                amount[n], here[n], doubt[n] = tenths, True, bool(flag)
        size = len(self.zones)
        if not self.stations or not size:
            none = np.zeros(size, dtype=bool)
            empty = ZoneSources((), np.zeros((size, 0), dtype=np.int32), np.zeros((size, 0), dtype=bool))
            zero = np.zeros(size, dtype=np.int32)
            return ZoneRain(
                valid_at=frame.valid_at,
                minutes=frame.minutes,
                tenths=zero,
                present=none,
                sources=empty,
                flagged=none.copy(),
                gauges=zero.copy(),
                corroborated=none.copy(),
            )
        usable = here[self.index] & np.isfinite(self.km)
        rank = np.cumsum(usable, axis=1)
        used = usable & (rank <= self.nearest)
        first = usable & (rank == 1)
        alone = (first & (self.km <= self.alone_km)).any(axis=1)
        used = np.where(np.expand_dims(alone, 1), first, used)
        amounts = amount[self.index]
        weight = np.where(used, 1.0 / np.square(np.maximum(self.km, 1e-3)), 0.0)
        total = weight.sum(axis=1)
        present = total > 0
        mean = np.divide((weight * amounts).sum(axis=1), total, out=np.zeros(size), where=present)
        tenths = np.floor(mean + 0.5 + 1e-9).astype(np.int32)
        sure = usable & ~doubt[self.index]
        agree = (sure & (amounts > _AGREES * tenths[:, None])).sum(axis=1)
        return ZoneRain(
            valid_at=frame.valid_at,
            minutes=frame.minutes,
            tenths=tenths,
            present=present,
            sources=ZoneSources(self.stations, self.index, used),
            flagged=np.asarray((used & doubt[self.index]).any(axis=1), dtype=bool),
            gauges=sure.sum(axis=1).astype(np.int32),
            corroborated=present & (agree >= 2),
        )


def _on_sphere(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points on the unit sphere: nearest there is nearest on the ground, anywhere on the globe."""
    lon, lat = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
