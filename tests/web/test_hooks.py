"""Hooks: the secret first, stored before 200, understood afterwards, never twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jiaoying.engine.commands import ReceiveText
from jiaoying.storage import inbox
from tests.web.conftest import SECRET, Desk

SMS = "/hooks/simulated/sms"
GOOD = {"id": "s1", "from": "+8610010000100", "to": "10690000", "text": "收到", "at": "2025-07-08T09:00:00+08:00"}


def stored(desk: Desk) -> list[inbox.Inbound]:
    with desk.service.engine.connect() as connection:
        return inbox.unhandled(connection)


def post(desk: Desk, path: str, data: Any, **more: Any) -> Any:
    return desk.client(None).post(path, params={"secret": SECRET}, json=data, **more)


def test_200_means_that_it_is_stored(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the answer and the understanding the process may die: the row is there already."""
    monkeypatch.setattr(desk.app.state.web.inbound, "handle", lambda: None)
    answer = post(desk, SMS, GOOD)
    assert (answer.status_code, answer.json()["new"]) == (200, True)
    (row,) = stored(desk)
    assert (row.gateway, row.gateway_id, row.kind) == ("simulated", "s1", "text")
    assert json.loads(row.body or b"")["text"] == "收到"
    assert desk.items("/replies") == []
    desk.service.handle_inbound()
    assert [r["gateway_id"] for r in desk.items("/replies")] == ["s1"]


def test_nothing_is_answered_200_when_it_could_not_be_stored(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(command: ReceiveText, actor: object) -> bool:
        raise OSError("disk full")

    monkeypatch.setattr(desk.service, "store_inbound", broken)
    assert post(desk, SMS, GOOD).status_code == 500


@pytest.mark.parametrize(
    ("params", "headers"),
    [
        ({}, {}),
        ({"secret": "wrong"}, {}),
        ({"secret": "秘密"}, {}),
        ({}, {"X-Hook-Secret": "wrong"}),
        ({"secret": ""}, {}),
    ],
)
def test_a_wrong_secret_is_403_and_leaves_nothing(desk: Desk, params: dict[str, str], headers: dict[str, str]) -> None:
    for name in ("simulated", "unknown"):
        for what in ("sms", "status", "voice"):
            answer = desk.client(None).post(f"/hooks/{name}/{what}", params=params, headers=headers, json=GOOD)
            assert answer.status_code == 403
            assert answer.headers["content-type"] == "application/problem+json"
    assert stored(desk) == []
    assert desk.items("/replies") == []


def test_the_secret_may_come_in_a_header(desk: Desk) -> None:
    assert desk.client(None).post(SMS, headers={"X-Hook-Secret": SECRET}, json=GOOD).status_code == 200


def test_one_seen_already_is_200_without_effect(desk: Desk) -> None:
    assert post(desk, SMS, GOOD).json()["new"] is True
    facts = len(desk.facts("reply"))
    again = post(desk, SMS, {**GOOD, "text": "3"})
    assert (again.status_code, again.json()["new"]) == (200, False)
    assert len(desk.facts("reply")) == facts
    assert len(desk.items("/replies")) == 1


def test_what_is_cut_off_or_too_large_is_refused(desk: Desk) -> None:
    client = desk.client(None)
    whole = json.dumps(GOOD).encode()
    for length in range(0, len(whole), 7):
        answer = client.post(SMS, params={"secret": SECRET}, content=whole[:length])
        assert answer.status_code == 400, length
    big = json.dumps({**GOOD, "text": "雨" * 400_000}).encode()
    assert len(big) > 1_000_000
    assert client.post(SMS, params={"secret": SECRET}, content=big).status_code == 413
    assert client.post(SMS, params={"secret": SECRET}, content=b"[" * 60_000).status_code == 400
    assert stored(desk) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": None},
        {"id": ""},
        {"id": {"a": 1}},
        {"id": "x" * 300},
        {"from": None},
        {"text": 7.5},
        {"text": "\ud800"},
        {"text": "a\x00b"},
        {"at": "yesterday"},
        {"at": "0001-01-01T00:00:00+08:00"},
    ],
)
def test_what_makes_no_sense_is_400(desk: Desk, wrong: dict[str, Any]) -> None:
    body = json.dumps({**GOOD, **wrong})
    assert desk.client(None).post(SMS, params={"secret": SECRET}, content=body.encode()).status_code == 400


def test_an_answer_by_text_reaches_the_callout(desk: Desk) -> None:
    task = desk.ordered()
    leader = next(c for c in desk.items("/callouts", subject=task["id"]) if c["role"] == "leader")
    sms = {**GOOD, "from": leader["attempts"][0]["phone"], "text": f"{leader['code']} 1", "at": None}
    assert post(desk, SMS, sms).status_code == 200
    assert desk.client().get(f"/api/v1/callouts/{leader['id']}").json()["state"] == "ANSWERED"


def test_keys_and_receipts_reach_the_callout_of_their_message(desk: Desk) -> None:
    task = desk.ordered()
    leader = next(c for c in desk.items("/callouts", subject=task["id"]) if c["role"] == "leader")
    voice = next(a for a in leader["attempts"] if a["channel"] == "voice")
    heard = {"id": "r1", "message": voice["message"], "kind": "heard"}
    assert post(desk, "/hooks/simulated/status", heard).json()["new"] is True
    assert post(desk, "/hooks/simulated/status", heard).json()["new"] is False
    assert post(desk, "/hooks/simulated/status", {**heard, "kind": "sung"}).status_code == 400
    assert post(desk, "/hooks/simulated/status", {"id": "r2", "kind": "heard"}).status_code == 400
    assert desk.client().get(f"/api/v1/callouts/{leader['id']}").json()["proof"] == "heard"
    keys = {"id": "v1", "from": voice["phone"], "keys": "1", "message": voice["message"]}
    assert post(desk, "/hooks/simulated/voice", keys).status_code == 200
    after = desk.client().get(f"/api/v1/callouts/{leader['id']}").json()
    assert (after["state"], after["proof"]) == ("ANSWERED", "answered")


def test_a_receipt_and_a_text_with_the_same_number_are_two(desk: Desk) -> None:
    assert (
        post(desk, "/hooks/simulated/status", {"id": "s1", "message": "m", "kind": "delivered"}).json()["new"] is True
    )
    assert post(desk, SMS, GOOD).json()["new"] is True
