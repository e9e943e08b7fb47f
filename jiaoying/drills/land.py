"""The ground of a made-up village: where its groups, zones, houses and shelters lie.

All lies within 750 m of the village's point, and villages are farther apart than twice that, so nobody's house stands
in the neighbour's zone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import shapely

from jiaoying.drills.dice import Dice

_KM_LON, _KM_LAT = 98.4, 111.2  # kilometres in a degree at 27.9 N


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A place in metres east and north of the village's point, and in degrees."""

    east: float
    north: float
    lon: float
    lat: float


def written(plot: Plot) -> tuple[str, str]:
    """Longitude and latitude as the register writes them, to about a metre."""
    return f"{plot.lon:.5f}", f"{plot.lat:.5f}"


@dataclass(slots=True, kw_only=True)
class Ground:
    """One village's ground; it remembers the zones drawn on it."""

    lon: float
    lat: float
    dice: Dice
    _turn: float = field(init=False, default=0.0)
    _zones: list[shapely.Polygon] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._turn = self.dice.between(0.0, 2 * math.pi)

    def plot(self, east: float, north: float) -> Plot:
        """The place so many metres east and north of the village's point."""
        lon = round(self.lon + east / 1000 / _KM_LON, 5)
        lat = round(self.lat + north / 1000 / _KM_LAT, 5)
        return Plot(east=east, north=north, lon=lon, lat=lat)

    def group(self, number: int) -> Plot:
        """Groups lie around the village's point, 72° apart, 350 to 480 m away."""
        angle = self._turn + number * 2 * math.pi / 5
        away = self.dice.between(350.0, 480.0)
        return self.plot(away * math.cos(angle), away * math.sin(angle))

    def zone(self, centre: Plot, dice: Dice) -> list[tuple[float, float]]:
        """Draw a zone round a group's point: ten corners, 90 to 190 m out; returns the closed ring in degrees."""
        corners = []
        for index in range(10):
            angle, away = index * math.pi / 5, dice.between(90.0, 190.0)
            corner = self.plot(centre.east + away * math.cos(angle), centre.north + away * math.sin(angle))
            corners.append((corner.lon, corner.lat))
        self._zones.append(shapely.Polygon(corners))
        return [*corners, corners[0]]

    def inside(self, dice: Dice) -> Plot:
        """A place well inside the zone drawn last."""
        zone = self._zones[-1]
        while True:
            west, south, east, north = zone.bounds
            lon, lat = dice.between(west, east), dice.between(south, north)
            spot = self.plot((lon - self.lon) * 1000 * _KM_LON, (lat - self.lat) * 1000 * _KM_LAT)
            if self._clearance(spot, [zone]) < -8.0:
                return spot

    def near(self, centre: Plot, dice: Dice, clear: float) -> Plot:
        """A place within 270 m of `centre` and at least `clear` metres from every zone."""
        while True:
            angle, away = dice.between(0.0, 2 * math.pi), 270.0 * math.sqrt(dice.unit())
            spot = self.plot(centre.east + away * math.cos(angle), centre.north + away * math.sin(angle))
            if self._clearance(spot, self._zones) >= clear:
                return spot

    def outside(self, dice: Dice, clear: float) -> Plot:
        """A place within 750 m of the village's point and at least `clear` metres from every zone."""
        while True:
            angle, away = dice.between(0.0, 2 * math.pi), 750.0 * math.sqrt(dice.unit())
            spot = self.plot(away * math.cos(angle), away * math.sin(angle))
            if self._clearance(spot, self._zones) >= clear:
                return spot

    def _clearance(self, spot: Plot, zones: Sequence[shapely.Polygon]) -> float:
        """Metres to the nearest of `zones` (negative inside it); a degree is taken at its shorter side."""
        point = shapely.Point(spot.lon, spot.lat)
        return min(
            (
                (-zone.exterior.distance(point) if zone.contains(point) else zone.distance(point)) * 1000 * _KM_LON
                for zone in zones
            ),
            default=math.inf,
        )
