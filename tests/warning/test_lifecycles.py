"""The tables of event and warning against rows written by hand, every missing pair included."""

from __future__ import annotations

from tests.support.tables import assert_table
from warning import event, warning

P, F, R, E, C = "PROPOSED", "IN_FORCE", "REJECTED", "EXPIRED", "CANCELLED"
WARNING_ROWS = [
    (None, "Proposed", P),
    (P, "Worsened", P),
    (P, "DeskRang", P),
    (P, "KeptRinging", P),
    (P, "ApprovalSigned", P),
    (P, "RejectionSigned", P),
    (P, "LevelObserved", P),
    (P, "CouldNotJudge", P),
    (P, "Corrected", P),
    (P, "Approved", F),
    (P, "ApprovalTimedOut", F),
    (P, "Rejected", R),
    (P, "Lapsed", E),
    (P, "DrillEnded", C),
    (F, "UpgradeProposed", F),
    (F, "DeskRang", F),
    (F, "KeptRinging", F),
    (F, "ApprovalSigned", F),
    (F, "RejectionSigned", F),
    (F, "UpgradeRejected", F),
    (F, "UpgradeLapsed", F),
    (F, "Upgraded", F),
    (F, "Downgraded", F),
    (F, "Extended", F),
    (F, "Corrected", F),
    (F, "LevelObserved", F),
    (F, "CouldNotJudge", F),
    (F, "DecisionAsked", F),
    (F, "Cancelled", C),
    (F, "Expired", E),
    (F, "DrillEnded", C),
]
WARNING_NOTES = {R: ("DeskRang", "DrillEnded"), E: ("DeskRang", "DrillEnded"), C: ("DeskRang", "DrillEnded")}

EVENT_ROWS = [
    (None, "Opened", "OPEN"),
    ("OPEN", "Joined", "OPEN"),
    ("OPEN", "Closed", "CLOSED"),
    ("OPEN", "DrillEnded", "CLOSED"),
]
EVENT_NOTES = {"CLOSED": ("Closed", "DrillEnded")}


def test_the_warning() -> None:
    assert_table(warning.LIFECYCLE, WARNING_ROWS, WARNING_NOTES)


def test_the_event() -> None:
    assert_table(event.LIFECYCLE, EVENT_ROWS, EVENT_NOTES)


def test_every_fact_of_the_tables_has_a_class() -> None:
    assert set(warning.FACTS) == set(warning.LIFECYCLE.facts())
    assert set(event.FACTS) == set(event.LIFECYCLE.facts())


def test_endings() -> None:
    assert {str(state) for state in warning.LIFECYCLE.endings()} == {R, E, C}
    assert {str(state) for state in event.LIFECYCLE.endings()} == {"CLOSED"}
