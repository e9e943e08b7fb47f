"""Judging: stored frames, and the silence between them, become situations, and situations are assessed village by village."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from hazards.zones import Family
from jiaoying.engine import steps
from jiaoying.engine.proposals import OPEN
from jiaoying.engine.rain import LONGEST_H, Rain
from jiaoying.engine.turn import Turn
from jiaoying.storage import rain as rain_store

if TYPE_CHECKING:
    from jiaoying.engine.service import Service

log = logging.getLogger(__name__)
DARK_AFTER = 3  # missing intervals in a row make a zone dark (FACTS section 4)
GRACE = timedelta(minutes=15)  # a frame may arrive this late before its interval is judged without it


class Judging:
    """The rain in hand of one service, and what it was judged up to. One thread judges at a time."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._rain: Rain | None = None
        self._judged_at: datetime | None = None
        self._lock = threading.RLock()

    @property
    def rain(self) -> Rain:
        """Sums of all zones; built from the stored frames when the registers changed or the engine started."""
        county = self.service.county
        with self._lock:
            if self._rain is None or self._rain.county is not county:
                since = self.service.clock() - timedelta(hours=LONGEST_H + 1)
                with self.service.engine.connect() as connection:
                    frames = rain_store.load_frames(connection, since=since)
                self._rain = Rain.build(self.service.site, county, frames)
            return self._rain

    def crossings(self) -> Mapping[str, tuple[datetime, datetime]]:
        """Zone → when it crosses the order line by the newest trend."""
        return self._rain.crossings if self._rain is not None else {}

    def judge(self) -> int:
        """Judge every stored frame not yet judged, in the order of their time; safe to run again after a crash.

        A frame for a time that was judged already (a late delivery, a correction) changes the sums, and the newest
        time is judged again with them.
        """
        with self._lock:
            return self._judge()

    def _judge(self) -> int:
        with self.service.engine.connect() as connection:
            waiting = rain_store.unjudged(connection)
            if self._judged_at is None:
                self._judged_at = rain_store.last_judged(connection)
        now, behind = self.service.clock(), False
        for key in waiting:
            with self.service.engine.connect() as connection:
                frame = rain_store.frame_at(connection, key)
            if frame is None:
                continue
            rain = self.rain
            try:
                at_zones = rain.add(frame)
            except ValueError as error:  # another phase or length than the site's: kept, named, and left out
                self.service.failed(f"frame {key.subject}", error)
                self.service.run("Judged", partial(steps.mark_judged, key), now=now)
                continue
            self.service.run("ZoneRain", partial(steps.keep_zone_rain, rain.zones, at_zones), now=now)
            if self._judged_at is None or key.valid_at > self._judged_at:
                self._judge_at(key.valid_at, now)
                self._judged_at = key.valid_at
            else:
                behind = True
            self.service.run("Judged", partial(steps.mark_judged, key), now=now)
        if behind and self._judged_at is not None:
            self._judge_at(self._judged_at, now)
        return len(waiting)

    def judge_again(self) -> None:
        """Judge the newest time again, because what it is judged by has changed."""
        with self._lock:
            if self._judged_at is None:
                with self.service.engine.connect() as connection:
                    self._judged_at = rain_store.last_judged(connection)
            if self._judged_at is not None:
                self._judge_at(self._judged_at, self.service.clock())

    def judge_silence(self, now: datetime) -> None:
        """Judge the intervals nobody reported: silence is never calm, three of them in a row make a zone dark."""
        interval = timedelta(minutes=self.service.site.interval_minutes)
        if not self._lock.acquire(blocking=False):
            return  # frames are being judged in another thread; the next minute looks again
        try:
            if self._judged_at is None:
                with self.service.engine.connect() as connection:
                    self._judged_at = rain_store.last_judged(connection)
            if self._judged_at is None:
                return
            missed = int((now - self._judged_at - GRACE) / interval)
            if missed > DARK_AFTER:  # after a long pause what was long ago tells nothing that the last hours do not
                self._judged_at += interval * (missed - DARK_AFTER)
            while now - self._judged_at >= interval + GRACE:
                self._judged_at += interval
                self._judge_at(self._judged_at, now)
        finally:
            self._lock.release()

    def _judge_at(self, at: datetime, now: datetime) -> None:
        """Judge every village and family at `at`, worst first; calm ones only where a warning is open."""
        open_now = self._open_villages()
        for situation in sorted(self.rain.situations(at), key=steps.worst_first):
            calm = situation.level is None and not situation.dark_zones
            if calm and (situation.area, situation.family) not in open_now:
                continue
            # One village that fails must not stop the others.
            self.service.attempt(f"assess {situation.area}", "Assess", partial(steps.assess, situation), now=now)
        self.service.call_desk(now)

    def _open_villages(self) -> frozenset[tuple[str, Family]]:
        """Villages and families with an open warning: they are judged even when nothing exceeds there any more."""

        def look(turn: Turn) -> frozenset[tuple[str, Family]]:
            return frozenset((w.area, w.family) for w in turn.work.select("warning", state=OPEN))

        return self.service.run("Look", look)
