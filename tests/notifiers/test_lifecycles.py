"""Every row and every missing pair of the three tables, against rows written out here by hand."""

from __future__ import annotations

from typing import get_type_hints

import pytest

from core.facts import Fact
from notifiers import alarm, callout, message
from notifiers.alarm import Alarm
from notifiers.callout import CallOut
from notifiers.message import Message
from tests.support.tables import assert_table

LATE_CALL = ["ProofClimbed", "AttemptFailed", "AnsweredOld"]


def test_callout() -> None:
    assert_table(
        callout.LIFECYCLE,
        [
            (None, "Created", "READY"),
            ("READY", "Begun", "RINGING"),
            ("READY", "Superseded", "READY"),
            ("READY", "Answered", "ANSWERED"),
            ("READY", "Withdrawn", "WITHDRAWN"),
            ("READY", "DrillEnded", "WITHDRAWN"),
            ("RINGING", "ProofClimbed", "RINGING"),
            ("RINGING", "AttemptFailed", "RINGING"),
            ("RINGING", "Superseded", "RINGING"),
            ("RINGING", "Declined", "RINGING"),
            ("RINGING", "StepTimedOut", "RINGING"),
            ("RINGING", "StepFailed", "RINGING"),
            ("RINGING", "Answered", "ANSWERED"),
            ("RINGING", "ChainExhausted", "UNANSWERED"),
            ("RINGING", "TakenOver", "TAKEN_OVER"),
            ("RINGING", "Withdrawn", "WITHDRAWN"),
            ("RINGING", "DrillEnded", "WITHDRAWN"),
            ("UNANSWERED", "RoundBegun", "RINGING"),
            ("UNANSWERED", "Superseded", "RINGING"),
            ("UNANSWERED", "Declined", "RINGING"),
            ("UNANSWERED", "Answered", "ANSWERED"),
            ("UNANSWERED", "TakenOver", "TAKEN_OVER"),
            ("UNANSWERED", "Withdrawn", "WITHDRAWN"),
            ("UNANSWERED", "DrillEnded", "WITHDRAWN"),
            ("TAKEN_OVER", "Answered", "ANSWERED"),
            ("TAKEN_OVER", "Superseded", "RINGING"),
            ("TAKEN_OVER", "Declined", "RINGING"),
            ("TAKEN_OVER", "Withdrawn", "WITHDRAWN"),
            ("TAKEN_OVER", "DrillEnded", "WITHDRAWN"),
            ("ANSWERED", "Superseded", "RINGING"),
            ("ANSWERED", "Declined", "RINGING"),
        ],
        {
            "READY": ["AnsweredOld", "Declined"],
            "RINGING": ["AnsweredOld"],
            "UNANSWERED": LATE_CALL,
            "TAKEN_OVER": [*LATE_CALL, "TakenOver"],
            "ANSWERED": [*LATE_CALL, "Answered", "DrillEnded"],
            "WITHDRAWN": [*LATE_CALL, "Answered", "Declined", "TakenOver", "Withdrawn", "DrillEnded"],
        },
    )


RECEIPTS = ["Accepted", "FoundAtGateway", "TransientFailure", "PermanentFailure", "DrillEnded"]


def test_message() -> None:
    assert_table(
        message.LIFECYCLE,
        [
            (None, "Queued", "QUEUED"),
            ("QUEUED", "Claimed", "SENDING"),
            ("QUEUED", "Accepted", "ACCEPTED"),
            ("QUEUED", "Suppressed", "SUPPRESSED"),
            ("QUEUED", "WentStale", "STALE"),
            ("QUEUED", "PermanentFailure", "FAILED"),
            ("QUEUED", "Delivered", "DELIVERED"),
            ("QUEUED", "DrillEnded", "SUPPRESSED"),
            ("SENDING", "Accepted", "ACCEPTED"),
            ("SENDING", "TransientFailure", "QUEUED"),
            ("SENDING", "PermanentFailure", "FAILED"),
            ("SENDING", "LeaseExpired", "IN_DOUBT"),
            ("SENDING", "Delivered", "DELIVERED"),
            ("SENDING", "DrillEnded", "SUPPRESSED"),
            ("IN_DOUBT", "FoundAtGateway", "ACCEPTED"),
            ("IN_DOUBT", "Accepted", "ACCEPTED"),
            ("IN_DOUBT", "NotFoundAtGateway", "QUEUED"),
            ("IN_DOUBT", "TransientFailure", "QUEUED"),
            ("IN_DOUBT", "CannotBeAsked/again", "QUEUED"),
            ("IN_DOUBT", "CannotBeAsked/dropped", "SUPPRESSED"),
            ("IN_DOUBT", "WentStale", "STALE"),
            ("IN_DOUBT", "Delivered", "DELIVERED"),
            ("IN_DOUBT", "PermanentFailure", "FAILED"),
            ("IN_DOUBT", "DrillEnded", "SUPPRESSED"),
            ("ACCEPTED", "Delivered", "DELIVERED"),
            ("ACCEPTED", "ReadReceipt", "READ"),
            ("ACCEPTED", "TransientFailure", "QUEUED"),
            ("ACCEPTED", "PermanentFailure", "FAILED"),
            ("DELIVERED", "ReadReceipt", "READ"),
            ("FAILED", "Delivered", "DELIVERED"),
            ("STALE", "Delivered", "DELIVERED"),
            ("SUPPRESSED", "Delivered", "DELIVERED"),
        ],
        {
            "QUEUED": ["TransientFailure"],
            "ACCEPTED": ["Accepted", "FoundAtGateway", "DrillEnded"],
            "DELIVERED": [*RECEIPTS, "Delivered"],
            "READ": [*RECEIPTS, "Delivered", "ReadReceipt"],
            "FAILED": RECEIPTS,
            "STALE": RECEIPTS,
            "SUPPRESSED": RECEIPTS,
        },
    )


def test_alarm() -> None:
    assert_table(
        alarm.LIFECYCLE,
        [
            (None, "Raised", "RAISED"),
            ("RAISED", "Acknowledged", "ACKNOWLEDGED"),
            ("RAISED", "Cleared", "CLEARED"),
            ("RAISED", "DrillEnded", "CLEARED"),
            ("ACKNOWLEDGED", "Cleared", "CLEARED"),
            ("ACKNOWLEDGED", "DrillEnded", "CLEARED"),
            ("CLEARED", "Raised", "RAISED"),
        ],
        {"ACKNOWLEDGED": ["Acknowledged"], "CLEARED": ["Acknowledged", "Cleared", "DrillEnded"]},
    )


@pytest.mark.parametrize("room", [callout, message, alarm])
def test_every_fact_of_a_table_is_a_class_and_every_class_stands_in_the_table(room: object) -> None:
    assert set(room.FACTS) == set(room.LIFECYCLE.facts())  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", [CallOut, Message, Alarm, *callout.FACTS.values(), *message.FACTS.values()])
def test_annotations_resolve_and_hold_nothing_the_store_cannot_keep(kind: type[Fact]) -> None:
    for name, hint in get_type_hints(kind).items():
        assert not any(word in str(hint) for word in ("Any", "dict", "set[", "list")), f"{kind.__name__}.{name}: {hint}"
