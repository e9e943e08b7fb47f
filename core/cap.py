"""The enums of CAP 1.2 (OASIS) that ride on every record (law 9)."""

from __future__ import annotations

from enum import StrEnum

from core.levels import Level


class CapStatus(StrEnum):
    """Whether a record is real. A drill is data, not a flag: an Exercise runs the real engine."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    TEST = "Test"

    @property
    def mark(self) -> str:
        """The mark every rendered message carries: nothing, 【演练】 or 【测试】."""
        return {"Actual": "", "Exercise": "【演练】", "Test": "【测试】"}[self.value]


class MsgType(StrEnum):
    """What a CAP document does to the ones before it."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


class Severity(StrEnum):
    """CAP severity; the four colours map one to one (FACTS section 4)."""

    MINOR = "Minor"
    MODERATE = "Moderate"
    SEVERE = "Severe"
    EXTREME = "Extreme"


class Urgency(StrEnum):
    """How soon somebody must act."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """How sure the issuer is."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


SEVERITY_OF_LEVEL = {
    Level.BLUE: Severity.MINOR,
    Level.YELLOW: Severity.MODERATE,
    Level.ORANGE: Severity.SEVERE,
    Level.RED: Severity.EXTREME,
}
