"""Every row of the four tables, written out; every pair that stands nowhere raises; states survive being saved by fact."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any, get_type_hints

import pytest

from core.facts import DrillEnded, Fact
from evacuation import household_status, replies, request, task
from tests.support.tables import assert_table


def _from(states: str, *moves: tuple[str, str]) -> list[tuple[str | None, str, str]]:
    return [(state, fact, target) for state in states.split() for fact, target in moves]


def _stays(states: str, *facts: str) -> list[tuple[str | None, str, str]]:
    return [(state, fact, state) for state in states.split() for fact in facts]


TASK_ROWS: list[tuple[str | None, str, str]] = [
    (None, "Planned", "PLANNED"),
    ("PLANNED", "Ordered", "ORDERED"),
    ("PLANNED", "Amended", "PLANNED"),
    ("PLANNED", "Amended/list grew", "PLANNED"),
    ("PLANNED", "CalledOff", "CALLED_OFF"),
    ("PLANNED", "DrillEnded", "CALLED_OFF"),
    ("PLANNED", "AllClearSigned", "PLANNED"),
    ("PLANNED", "AllClearLapsed", "PLANNED"),
    ("ORDERED", "Acknowledged", "ACKNOWLEDGED"),
    ("ORDERED", "MovementReported", "MOVING"),
    ("ORDERED", "MovementReported/nobody moved", "ACKNOWLEDGED"),
    ("ORDERED", "Cleared", "CLEARED"),
    ("ORDERED", "Amended", "ORDERED"),
    ("ORDERED", "Amended/list grew", "ORDERED"),
    ("ORDERED", "CalledOff", "CALLED_OFF"),
    ("ORDERED", "AllClearGiven", "STOOD_DOWN"),
    ("ACKNOWLEDGED", "MovementReported", "MOVING"),
    ("ACKNOWLEDGED", "MovementReported/nobody moved", "ACKNOWLEDGED"),
    ("ACKNOWLEDGED", "Cleared", "CLEARED"),
    ("ACKNOWLEDGED", "Amended", "ORDERED"),
    ("ACKNOWLEDGED", "Amended/list grew", "ORDERED"),
    ("ACKNOWLEDGED", "CalledOff", "CALLED_OFF"),
    ("ACKNOWLEDGED", "AllClearGiven", "STOOD_DOWN"),
    ("MOVING", "MovementReported", "MOVING"),
    ("MOVING", "MovementReported/nobody moved", "MOVING"),
    ("MOVING", "Amended", "MOVING"),
    ("MOVING", "Amended/list grew", "MOVING"),
    ("MOVING", "Cleared", "CLEARED"),
    ("MOVING", "AllClearGiven", "STOOD_DOWN"),
    ("CLEARED", "Reopened", "MOVING"),
    ("CLEARED", "Amended", "CLEARED"),
    ("CLEARED", "Amended/list grew", "MOVING"),
    ("CLEARED", "AllClearGiven", "STOOD_DOWN"),
    *_stays("ORDERED ACKNOWLEDGED MOVING CLEARED", "AllClearSigned", "AllClearLapsed", "OthersReported"),
    *_from("ORDERED ACKNOWLEDGED MOVING CLEARED", ("DrillEnded", "STOOD_DOWN")),
]
_TASK_LATE = [
    "Acknowledged",
    "MovementReported",
    "OthersReported",
    "Cleared",
    "Reopened",
    "CalledOff",
    "AllClearSigned",
    "AllClearLapsed",
    "AllClearGiven",
    "DrillEnded",
]
TASK_NOTES = {
    "ACKNOWLEDGED": ["Acknowledged"],
    "MOVING": ["Acknowledged", "Reopened"],
    "CLEARED": ["Acknowledged", "MovementReported", "Cleared"],
    "STOOD_DOWN": _TASK_LATE,
    "CALLED_OFF": _TASK_LATE,
}

_ALL = "UNACCOUNTED TOLD MOVING SAFE AWAY REFUSED NEEDS_HELP MISSING HOME"
HOUSEHOLD_ROWS: list[tuple[str | None, str, str]] = [
    (None, "Listed", "UNACCOUNTED"),
    ("UNACCOUNTED", "Told", "TOLD"),
    *_from(
        "UNACCOUNTED TOLD",
        ("Departed", "MOVING"),
        ("Arrived", "SAFE"),
        ("FoundAway", "AWAY"),
        ("Refused", "REFUSED"),
        ("NeedsHelp", "NEEDS_HELP"),
        ("NotFound", "MISSING"),
    ),
    ("MOVING", "Arrived", "SAFE"),
    ("MOVING", "FoundAway", "AWAY"),
    ("MOVING", "Refused", "REFUSED"),
    ("MOVING", "NeedsHelp", "NEEDS_HELP"),
    ("MOVING", "NotFound", "MISSING"),
    ("MOVING", "WentBack", "UNACCOUNTED"),
    ("REFUSED", "Departed", "MOVING"),
    ("REFUSED", "Arrived", "SAFE"),
    ("REFUSED", "FoundAway", "AWAY"),
    ("REFUSED", "NeedsHelp", "NEEDS_HELP"),
    ("REFUSED", "NotFound", "MISSING"),
    ("REFUSED", "Persuaded", "TOLD"),
    ("NEEDS_HELP", "Departed", "MOVING"),
    ("NEEDS_HELP", "Arrived", "SAFE"),
    ("NEEDS_HELP", "FoundAway", "AWAY"),
    ("NEEDS_HELP", "Refused", "REFUSED"),
    ("NEEDS_HELP", "NotFound", "MISSING"),
    ("MISSING", "Departed", "MOVING"),
    ("MISSING", "Arrived", "SAFE"),
    ("MISSING", "FoundAway", "AWAY"),
    ("MISSING", "NeedsHelp", "NEEDS_HELP"),
    ("MISSING", "Refused", "REFUSED"),
    *_from("SAFE AWAY", ("WentBack", "UNACCOUNTED"), ("NeedsHelp", "NEEDS_HELP"), ("NotFound", "MISSING")),
    ("AWAY", "Arrived", "SAFE"),
    *_from(
        "UNACCOUNTED TOLD MOVING SAFE AWAY REFUSED NEEDS_HELP MISSING", ("Returned", "HOME"), ("DrillEnded", "HOME")
    ),
    *[(source, f"Corrected/{target}", target) for source in _ALL.split() for target in _ALL.split()],
]
HOUSEHOLD_NOTES = {
    "UNACCOUNTED": ["Listed", "WentBack"],
    "TOLD": ["Listed", "Told", "Persuaded"],
    "MOVING": ["Listed", "Told", "Departed", "Persuaded"],
    "REFUSED": ["Listed", "Told", "Refused"],
    "NEEDS_HELP": ["Listed", "Told", "NeedsHelp"],
    "MISSING": ["Listed", "NotFound"],
    "SAFE": ["Listed", "Told", "Departed", "Arrived", "Persuaded"],
    "AWAY": ["Listed", "Told", "FoundAway"],
    "HOME": [
        "Listed",
        "Told",
        "Departed",
        "Arrived",
        "FoundAway",
        "Refused",
        "NeedsHelp",
        "NotFound",
        "WentBack",
        "Persuaded",
        "Returned",
        "DrillEnded",
    ],
}

REQUEST_ROWS: list[tuple[str | None, str, str]] = [
    (None, "Raised", "RAISED"),
    ("RAISED", "Assigned", "ASSIGNED"),
    ("ASSIGNED", "Begun", "UNDER_WAY"),
    ("ASSIGNED", "Done", "DONE"),
    ("UNDER_WAY", "Done", "DONE"),
    ("DONE", "Checked", "CLOSED"),
    ("DONE", "NotSo", "ASSIGNED"),
    *_stays("RAISED ASSIGNED UNDER_WAY", "Climbed"),
    *_from("RAISED ASSIGNED UNDER_WAY", ("Withdrawn", "WITHDRAWN")),
    *_from("RAISED ASSIGNED UNDER_WAY DONE", ("DrillEnded", "WITHDRAWN")),
]
_REQUEST_LATE = ["Begun", "Done", "Checked", "Withdrawn", "DrillEnded"]
REQUEST_NOTES = {
    "UNDER_WAY": ["Begun"],
    "DONE": ["Done", "Begun"],
    "CLOSED": _REQUEST_LATE,
    "WITHDRAWN": _REQUEST_LATE,
}

REPLY_ROWS: list[tuple[str | None, str, str]] = [
    (None, "Received/WAITING", "WAITING"),
    (None, "Received/READ", "READ"),
    (None, "Received/NOTED", "NOTED"),
    ("WAITING", "PersonRead", "READ"),
    ("WAITING", "NoAction", "NOTED"),
    ("NOTED", "PersonRead", "READ"),
    ("WAITING", "DrillEnded", "NOTED"),
]
REPLY_NOTES = {"READ": ["NoAction", "DrillEnded"], "NOTED": ["NoAction", "DrillEnded"]}


def test_task_table() -> None:
    assert_table(task.LIFECYCLE, TASK_ROWS, TASK_NOTES)


def test_household_table() -> None:
    assert_table(household_status.LIFECYCLE, HOUSEHOLD_ROWS, HOUSEHOLD_NOTES)


def test_request_table() -> None:
    assert_table(request.LIFECYCLE, REQUEST_ROWS, REQUEST_NOTES)


def test_reply_table() -> None:
    assert_table(replies.LIFECYCLE, REPLY_ROWS, REPLY_NOTES)


@pytest.mark.parametrize("module", [task, household_status, request, replies], ids=lambda m: m.__name__)
def test_facts_and_tables_know_the_same_words(module: Any) -> None:
    assert set(module.FACTS) == set(module.LIFECYCLE.facts())
    assert module.FACTS["DrillEnded"] is DrillEnded


@pytest.mark.parametrize("module", [task, household_status, request, replies], ids=lambda m: m.__name__)
def test_fields_can_be_stored(module: Any) -> None:
    """Every field's type resolves at run time, and every fact says when."""
    for kind in (*module.FACTS.values(), *(v for v in vars(module).values() if _is_state(v))):
        hints = get_type_hints(kind)
        for field in fields(kind):
            assert hints[field.name] not in (dict, set, Any), f"{kind.__name__}.{field.name}"
        if issubclass(kind, Fact):
            assert hints["at"] is datetime


def _is_state(value: object) -> bool:
    return isinstance(value, type) and value.__name__ in {"Task", "HouseholdStatus", "Request", "Reply"}
