"""The clock of a drill: it stands still until it is told to jump, and never goes back."""

from __future__ import annotations

from datetime import datetime


class WentBack(ValueError):
    """A jump to an earlier moment."""


class VirtualClock:
    """Gives `now` to everything that runs in a drill.

    Examples
    --------
    >>> from datetime import UTC
    >>> clock = VirtualClock(datetime(2025, 7, 8, tzinfo=UTC))
    >>> clock.jump(datetime(2025, 7, 8, 1, tzinfo=UTC))
    >>> clock().hour
    1
    """

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("a time without an offset")
        self._now = now

    def now(self) -> datetime:
        """The moment it shows."""
        return self._now

    def __call__(self) -> datetime:
        return self._now

    def jump(self, to: datetime) -> None:
        """Go on to `to`; staying where it is is allowed.

        Raises
        ------
        WentBack
        """
        if to.tzinfo is None:
            raise ValueError("a time without an offset")
        if to < self._now:
            raise WentBack(f"the clock shows {self._now.isoformat()} and cannot go back to {to.isoformat()}")
        self._now = to
