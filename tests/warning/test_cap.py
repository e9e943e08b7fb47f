"""CAP documents: valid, marked, and referring to what they replace."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from core.cap import CapStatus, MsgType
from tests.warning.builders import Desk, after, by_hand, evidence, in_force, proposal, situation
from warning.cap import NAMESPACE, Reference, cap_time, cap_xml, identifier12379, next_identifier
from warning.warning import Warning

SCHEMA = Path(__file__).parents[3] / "shared" / "data" / "cap" / "schema" / "CAP-v1.2.xsd"
IDENTIFIER = re.compile(r"530629110\d{5}_\d{14}_\d")
SENDER = "weixin.county@example.invalid"
RING = [(104.9, 27.8), (105.0, 27.8), (105.0, 27.9)]


def document(
    warning: Warning,
    msg_type: MsgType = MsgType.ALERT,
    references: tuple[Reference, ...] = (),
    *,
    minutes: float = 0,
    scope: str = "Public",
) -> bytes:
    sent = after(minutes=minutes)
    return cap_xml(
        warning,
        identifier=identifier12379("530629", "110", sent, 0),
        sender=SENDER,
        sender_name="威信县自然资源局",
        sent=sent,
        msg_type=msg_type,
        area_name="扎西镇小坝村",
        area_code="530629101201",
        polygons=[RING],
        references=references,
        scope=scope,
    )


def text(data: bytes, path: str) -> str | None:
    found = etree.fromstring(data).findtext("/".join(f"{{{NAMESPACE}}}{part}" for part in path.split("/")))
    return None if found is None else str(found)


def reference(data: bytes) -> Reference:
    sender, identifier, sent = (text(data, part) or "" for part in ("sender", "identifier", "sent"))
    return Reference(sender=sender, identifier=identifier, sent=datetime.fromisoformat(sent))


def whole_life() -> list[tuple[Desk, MsgType]]:
    """A warning at every point of its life at which a document goes out."""
    return [
        (in_force("blue"), MsgType.ALERT),
        (in_force("red"), MsgType.ALERT),
        (by_hand("orange"), MsgType.ALERT),
        (proposal(situation(None, dark=("Z1",))).approved_by("user:wang"), MsgType.ALERT),
        (in_force("orange").at(60).sees("red").rings().at(minutes=6), MsgType.UPDATE),
        (in_force("red").at(hours=1).sees("yellow").at(hours=4).sees("yellow"), MsgType.UPDATE),
        (in_force("red").sees(situation(pieces=[evidence("red", mm=121)])), MsgType.UPDATE),
        (in_force("red").at(60).cancelled_by("user:wang"), MsgType.CANCEL),
    ]


def test_every_document_is_valid_against_the_schema_of_oasis() -> None:
    if not SCHEMA.exists():
        pytest.skip(f"LOUD SKIP: the CAP 1.2 schema is not at {SCHEMA}; documents were not validated against it")
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    for desk, msg_type in whole_life():
        references = () if msg_type is MsgType.ALERT else (reference(document(in_force("red").warning)),)
        for status in CapStatus:
            for scope in ("Public", "Restricted"):
                data = document(replace(desk.warning, status=status), msg_type, references, minutes=1, scope=scope)
                schema.assertValid(etree.fromstring(data))


def test_updates_and_cancels_refer_to_all_that_stood_before() -> None:
    desk = in_force("orange")
    first = document(desk.warning)
    assert text(first, "msgType") == "Alert"
    assert text(first, "references") is None
    desk.at(60).sees("red").rings().at(minutes=6)
    second = document(desk.warning, MsgType.UPDATE, (reference(first),), minutes=6)
    assert text(second, "references") == f"{SENDER},53062911000000_20250708230000_0,2025-07-08T23:00:00+08:00"
    desk.at(minutes=9).cancelled_by("user:wang")
    third = document(desk.warning, MsgType.CANCEL, (reference(first), reference(second)), minutes=9)
    assert text(third, "msgType") == "Cancel"
    assert (text(third, "references") or "").split(" ") == [str(reference(first)), str(reference(second))]
    assert text(third, "info/urgency") == "Past"
    assert "撤销" in (text(third, "info/headline") or "")
    assert text(third, "info/responseType") != "AllClear", "a cancelled warning lets nobody return"


def test_an_alert_refers_to_nothing_and_an_update_never_to_nothing() -> None:
    desk = in_force("red")
    for msg_type in (MsgType.UPDATE, MsgType.CANCEL):
        with pytest.raises(ValueError, match="without references"):
            document(desk.warning, msg_type)
    with pytest.raises(ValueError, match="with references"):
        document(desk.warning, MsgType.ALERT, (reference(document(desk.warning)),))


def test_what_was_never_issued_has_no_document() -> None:
    with pytest.raises(ValueError, match="never issued"):
        document(proposal("red").warning)


def test_a_drill_says_so_in_status_note_headline_and_description() -> None:
    data = document(in_force("red").warning)
    assert text(data, "status") == "Exercise"
    assert text(data, "note") == "【演练】"
    assert (text(data, "info/headline") or "").startswith("【演练】")
    assert (text(data, "info/description") or "").startswith("【演练】")
    actual = document(replace(in_force("red").warning, status=CapStatus.ACTUAL))
    assert "演练" not in actual.decode()
    assert text(actual, "note") is None


def test_level_expiry_and_place() -> None:
    data = document(in_force("red").warning)
    assert text(data, "info/severity") == "Extreme"
    assert text(data, "info/expires") == "2025-07-09T05:00:00+08:00"
    assert text(data, "info/headline") == "【演练】发布扎西镇小坝村山洪红色预警"
    pairs = (text(data, "info/area/polygon") or "").split(" ")
    assert pairs[0] == pairs[-1] == "27.800000,104.900000"
    assert len(pairs) == 4
    assert text(data, "info/area/geocode/value") == "530629101201"
    assert document(in_force("red").warning) == data, "the same warning gives the same bytes"


def test_flags_are_said() -> None:
    data = document(proposal("red").rings().at(minutes=5).warning, minutes=5)
    assert "无人批准" in (text(data, "info/description") or "")


def test_bad_parts_are_refused() -> None:
    warning = in_force("red").warning
    common = {"sender_name": "x", "sent": after(), "msg_type": MsgType.ALERT, "area_name": "x"}
    with pytest.raises(ValueError, match="reference"):
        cap_xml(warning, identifier="a b", sender=SENDER, **common)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="three places"):
        cap_xml(warning, identifier="a", sender=SENDER, polygons=[RING[:2]], **common)  # type: ignore[arg-type]


def test_the_identifier_has_31_characters_and_beijing_time() -> None:
    made = identifier12379("530629", "110", datetime(2025, 7, 8, 16, 30, 5, tzinfo=UTC), 7)
    assert made == "53062911000000_20250709003005_7"
    assert len(made) == 31
    for bad in (("53062", "110", 0), ("530629", "11", 0), ("530629", "110", 10), ("53062x", "110", 0)):
        with pytest.raises(ValueError, match="identifier"):
            identifier12379(bad[0], bad[1], after(), bad[2])
    with pytest.raises(ValueError, match="offset"):
        identifier12379("530629", "110", datetime(2025, 7, 8), 0)  # noqa: DTZ001 - a naive time is what is refused
    with pytest.raises(ValueError, match="offset"):
        cap_time(datetime(2025, 7, 8))  # noqa: DTZ001


def test_more_than_ten_documents_in_one_second_still_have_their_own_names() -> None:
    taken: list[str] = []
    for _ in range(25):
        taken.append(next_identifier("530629", "110", after(), taken))
    assert len(set(taken)) == 25
    assert all(IDENTIFIER.fullmatch(name) for name in taken)
    assert all(first < second for first, second in pairwise(taken))
    assert taken[10].endswith("01_0")
