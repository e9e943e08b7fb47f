"""The rain the engine has in hand: frames → rain at zones → sums, exceedances, dark. Rebuilt from the stored frames."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hazards.accumulation import WINDOWS_H, Accumulation, Sums
from hazards.frames import RainFrame, merged
from hazards.stations_to_zones import StationWeights, ZoneRain
from jiaoying.engine.county import County
from jiaoying.engine.site import Site
from warning.assess import Situation, situations
from warning.exceedance import Exceedance, crossing_time
from warning.thresholds import judge

log = logging.getLogger(__name__)
LONGEST_H = max(WINDOWS_H)


@dataclass(slots=True)
class Rain:
    """Sums for all zones of one county, advanced frame by frame.

    A snapshot belongs to one `County.version`; after an import it is built anew from the stored frames.
    """

    site: Site
    county: County
    weights: StationWeights
    accumulation: Accumulation
    zones: tuple[str, ...]
    newest_at: datetime | None = None
    frames: dict[datetime, dict[str, RainFrame]] = field(default_factory=dict)
    crossings: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """Zone → when it crosses (or crossed) the order line by the newest trend, earliest and latest."""

    @classmethod
    def build(cls, site: Site, county: County, frames: Iterable[RainFrame]) -> Rain:
        """Build the sums of `county` from stored frames, in any order."""
        zones = tuple(sorted(county.zones))
        weights = StationWeights.build(
            zones,
            [county.zones[code].geometry for code in zones],
            sorted(county.stations.values(), key=lambda station: station.code),
        )
        rain = cls(
            site=site,
            county=county,
            weights=weights,
            accumulation=Accumulation(zones, interval_minutes=site.interval_minutes),
            zones=zones,
        )
        for frame in frames:
            try:
                rain.add(frame)
            except ValueError as error:  # of another length or phase than the site's; it was named when it came
                log.warning("frame of %s at %s left out: %s", frame.source, frame.valid_at, error)
        return rain

    def add(self, frame: RainFrame) -> ZoneRain:
        """Take one frame; what several sources say of one interval is one frame, a later word replacing an earlier."""
        held = self.frames.setdefault(frame.valid_at, {})
        held[frame.source] = frame
        whole = merged([held[source] for source in sorted(held)])
        at_zones = self.weights.rain(whole)
        self.accumulation.add(at_zones)
        if self.newest_at is None or frame.valid_at > self.newest_at:
            self.newest_at = frame.valid_at
            oldest = frame.valid_at - timedelta(hours=2 * LONGEST_H)
            self.frames = {at: known for at, known in self.frames.items() if at > oldest}
        return at_zones

    def sums(self, at: datetime) -> Sums:
        """Sums of all zones over all windows that end at `at`."""
        return self.accumulation.sums(at)

    def situations(self, at: datetime) -> list[Situation]:
        """Judge every zone at `at` against the thresholds in force, gathered by village and family."""
        sums = self.sums(at)
        trend = self.accumulation.trend(at)
        names = {code: station.name for code, station in self.county.stations.items()}
        exceedances: dict[str, Exceedance] = {}
        dark: dict[str, datetime] = {}
        self.crossings = {}
        for index, code in enumerate(self.zones):
            if sums.dark[index]:
                last = sums.last_at[index]
                dark[code] = last if last is not None else at - timedelta(hours=LONGEST_H)
            indices = self.county.thresholds.for_zone(self.county.zones[code], self.county.tree, at)
            row, missing = sums.tenths[index].tolist(), sums.missing[index].tolist()
            found = judge(code, row, missing, sums.windows_h, indices, at=at)
            if found is not None:
                # Which window carries the evidence decides whose values it rests on and how sure they are.
                window = sums.windows_h.index(found.evidence.window_h)
                used = self.accumulation.sources(index, at, found.evidence.window_h)
                exceedances[code] = (
                    judge(
                        code,
                        row,
                        missing,
                        sums.windows_h,
                        indices,
                        at=at,
                        sources=tuple(names.get(station, station) for station in used[:3]),
                        corroborated=bool(sums.corroborated[index, window]),
                        flagged=bool(sums.flagged[index, window]),
                    )
                    or found
                )
            crossing = crossing_time(row, sums.windows_h, indices, self.site.order_at, trend=int(trend[index]), at=at)
            if crossing is not None:
                self.crossings[code] = crossing
        return situations(
            [self.county.zones[code] for code in self.zones],
            exceedances,
            dark=dark,
            villages_of_zone=self.county.villages_of_zone,
            at=at,
            crossings=self.crossings,
        )
