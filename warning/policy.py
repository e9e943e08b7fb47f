"""How many signatures a level wants, how long the clocks run, how slowly a warning goes down (DESIGN section 4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.levels import Level

_MIN, _HOUR = 60, 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRule:
    """What one proposal needs; it is frozen into the proposal when that begins (law 7).

    Parameters
    ----------
    approvals, rejections : int
        Different persons wanted for either.
    one_after_s : int or None
        One approval is enough this long after the desk rang (None: the wanted number decides, no sooner).
    none_after_s : int or None
        Without any approval the proposal issues this long after the desk rang (None: it waits for a person).
    stop_s : int
        How long the first of two rejections stops the clock.
    ring_again_s : int
        How long after a withheld time-out the desk is rung again.
    lapse_s : int
        How long after the last exceedance an undecided proposal lapses.
    """

    approvals: int = 1
    rejections: int = 1
    one_after_s: int | None = None
    none_after_s: int | None = None
    stop_s: int = 5 * _MIN
    ring_again_s: int = 30 * _MIN
    lapse_s: int = 6 * _HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningPolicy:
    """Approval by level, and hysteresis. The defaults are DESIGN section 4."""

    blue: ApprovalRule = field(default_factory=ApprovalRule)
    yellow: ApprovalRule = field(default_factory=ApprovalRule)
    orange: ApprovalRule = field(default_factory=lambda: ApprovalRule(none_after_s=10 * _MIN, ring_again_s=10 * _MIN))
    red: ApprovalRule = field(
        default_factory=lambda: ApprovalRule(
            approvals=2, rejections=2, one_after_s=2 * _MIN, none_after_s=5 * _MIN, ring_again_s=5 * _MIN
        )
    )
    repropose_s: int = 30 * _MIN
    """A rejected proposal comes back this much later, when nothing new made it come back sooner."""
    below_s: int = 60 * _MIN
    """Observed below for this long, with a forecast that stays below, before a level goes down."""
    below_forecastless_s: int = 3 * _HOUR
    """The same without a forecast."""
    expiry_s: int = 6 * _HOUR
    """A warning expires this long after the last exceedance."""
    ask_again_s: int = 60 * _MIN
    """A warning that cannot simply expire asks for a decision, and asks again after this."""
    dark_s: int = 30 * _MIN
    """A zone dark for this long cannot be judged."""

    def rule(self, level: Level) -> ApprovalRule:
        """The approval rule of `level`."""
        return {Level.BLUE: self.blue, Level.YELLOW: self.yellow, Level.ORANGE: self.orange, Level.RED: self.red}[level]


STANDARD = WarningPolicy()
