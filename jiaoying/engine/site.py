"""What a site decided once and the engine reads everywhere: names, zone of time, policies. Made from the config."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from core.cap import CapStatus
from core.levels import Level
from evacuation.clocks import ClockPolicy
from notifiers.policy import CalloutPolicy
from warning.warning import WarningPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site's settings in the words of the rooms.

    Parameters
    ----------
    area : str
        12-digit code of the site's area (a county, usually).
    signature : str
        Stands in every text, e.g. 威信县防汛办.
    status : CapStatus
        Exercise in demo and drills, Actual in a site.
    order_at : Level
        Level at which a warning becomes an order by day; one level lower at night (FACTS section 5).
    stale_rain_s : int
        Age of the newest rain after which the desk is alarmed.
    """

    name: str
    area: str
    signature: str
    timezone: ZoneInfo
    status: CapStatus
    warning: WarningPolicy = field(default_factory=WarningPolicy)
    callout: CalloutPolicy = field(default_factory=CalloutPolicy)
    clocks: ClockPolicy = field(default_factory=ClockPolicy)
    order_at: Level = Level.RED
    night_from: time = time(20)
    night_to: time = time(6)
    stale_rain_s: int = 3 * 3600
    interval_minutes: int = 60
    lease_s: int = 30
    public_url: str | None = None
    hook_secrets: tuple[tuple[str, str], ...] = ()

    def local(self, moment: datetime) -> datetime:
        """A moment in the site's own time."""
        return moment.astimezone(self.timezone)

    def night(self, moment: datetime) -> bool:
        """Whether it is night (20:00–06:00 by default), when a decision to move counts one level up."""
        clock = self.local(moment).time()
        if self.night_from <= self.night_to:
            return self.night_from <= clock < self.night_to
        return clock >= self.night_from or clock < self.night_to

    def hhmm(self, moment: datetime) -> str:
        """The time of day as texts write it."""
        return f"{self.local(moment):%H:%M}"


def wall_clock() -> datetime:
    """The one clock of a running site; a drill puts a virtual one in its place."""
    return datetime.now(UTC)
