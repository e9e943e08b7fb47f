"""Changing calls: versions, second persons, the same key twice, and what each act does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.cap import CapStatus
from evacuation.household_status import HouseholdState
from tests.support.registers import COUNTY, HAIZI, MAAN, XIAOBA
from tests.web.conftest import Desk

RAISE = {"areas": [MAAN], "level": "yellow", "hazard": "flash_flood", "reason": "河水变浑"}


def test_red_wants_two_persons_and_the_version_that_was_seen(desk: Desk) -> None:
    warning = desk.red_proposed()
    assert (warning["state"], warning["level"]) == ("PROPOSED", "red")
    assert warning["evidence"][0]["words"].startswith("1小时 95.0 mm")
    path, version = f"/api/v1/warnings/{warning['id']}/approve", warning["version"]
    stale = desk.client().post(path, json={"version": version - 1})
    assert (stale.status_code, stale.headers["content-type"]) == (409, "application/problem+json")
    first = desk.client().post(path, json={"version": version, "reason": "属实"})
    assert first.status_code == 202
    assert [one["who"] for one in first.json()["proposal"]["approvals"]] == ["王值班"]
    assert desk.client().post(path, json={"version": version}).status_code == 202, "the same person is no second"
    assert len([f for f in desk.facts("warning") if f["fact"] == "ApprovalSigned"]) == 1
    second = desk.client("李值班").post(path, json={"version": version})
    assert second.status_code == 200
    assert second.json()["state"] == "IN_FORCE"
    assert desk.client().post(path, json={"version": version}).status_code == 409
    assert [t["state"] for t in desk.items("/tasks") if t["warning"] == warning["id"]] == ["ORDERED"]


def test_rejecting_red_wants_two_persons_and_a_reason(desk: Desk) -> None:
    warning = desk.red_proposed()
    path = f"/api/v1/warnings/{warning['id']}/reject"
    for reason in ("", "   "):
        assert desk.client().post(path, json={"version": warning["version"], "reason": reason}).status_code == 422
    said = {"version": warning["version"], "reason": "雨量计被人浇水"}
    assert desk.client().post(path, json=said).status_code == 202
    assert desk.client("李值班").post(path, json=said).json()["state"] == "REJECTED"


def test_the_same_key_gets_the_same_answer_and_changes_nothing_again(desk: Desk) -> None:
    key = {"Idempotency-Key": "k1"}
    first = desk.client().post("/api/v1/warnings", json=RAISE, headers=key)
    assert first.status_code == 201
    before = len(desk.facts("warning"))
    again = desk.client().post("/api/v1/warnings", json=RAISE, headers=key)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert len(desk.facts("warning")) == before
    other = desk.client().post("/api/v1/warnings", json={**RAISE, "level": "orange"}, headers=key)
    assert other.status_code == 422
    assert desk.client().post("/api/v1/callouts/x/take-over", json={}, headers=key).status_code == 404
    assert desk.client("李值班").post("/api/v1/warnings", json=RAISE, headers=key).status_code != 422, (
        "keys are a user's own"
    )


def test_a_refused_call_keeps_no_answer(desk: Desk) -> None:
    warning = desk.red_proposed()
    path, key = f"/api/v1/warnings/{warning['id']}/approve", {"Idempotency-Key": "k2"}
    assert desk.client().post(path, json={"version": 99}, headers=key).status_code == 409
    assert desk.client().post(path, json={"version": warning["version"]}, headers=key).status_code == 202
    assert desk.client().post(path, json={"version": warning["version"]}, headers=key).status_code == 202


def test_raising_by_hand_makes_one_warning_a_village(desk: Desk) -> None:
    answer = desk.client().post("/api/v1/warnings", json={**RAISE, "areas": [COUNTY]})
    assert answer.status_code == 201
    assert {row["area"] for row in answer.json()["items"]} == {XIAOBA, HAIZI, MAAN}
    assert all(row["by_hand"] and row["state"] == "IN_FORCE" for row in answer.json()["items"])
    around = [[105.0, 27.79], [105.03, 27.79], [105.03, 27.81], [105.0, 27.81], [105.0, 27.79]]
    drawn = {"level": "red", "hazard": "landslide", "reason": "后山开裂", "scope": "everybody"}
    red = desk.client().post(
        "/api/v1/warnings", json={**drawn, "polygon": {"type": "Polygon", "coordinates": [around]}}
    )
    assert red.status_code == 202, "red wants a second person"
    (row,) = red.json()["items"]
    assert (row["area"], row["scope"], row["proposal"]["approvals"][0]["who"]) == (XIAOBA, "everybody", "王值班")
    agreed = desk.client("李值班").post(f"/api/v1/warnings/{row['id']}/approve", json={"version": row["version"]})
    assert agreed.json()["state"] == "IN_FORCE"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"areas": []}, 422),
        ({"areas": ["999999999999"]}, 404),
        ({"level": "purple"}, 422),
        ({"hazard": "tsunami"}, 422),
        ({"reason": " "}, 422),
        ({"reasn": "x"}, 422),
        ({"scope": "some"}, 422),
        ({"polygon": {"type": "Polygon", "coordinates": []}}, 422),
        ({"areas": [], "polygon": {"type": "Polygon", "coordinates": "x"}}, 409),
        ({"areas": [], "polygon": {"type": "Point", "coordinates": [0, 0]}}, 409),
    ],
)
def test_a_wrong_warning_is_refused_with_the_reason(desk: Desk, wrong: dict[str, Any], status: int) -> None:
    answer = desk.client().post("/api/v1/warnings", json={**RAISE, **wrong})
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]
    assert desk.items("/warnings") == []


def test_cancelling_ends_a_warning_in_force(desk: Desk) -> None:
    (row,) = desk.client().post("/api/v1/warnings", json=RAISE).json()["items"]
    path = f"/api/v1/warnings/{row['id']}/cancel"
    assert desk.client().post(path, json={"version": 99, "reason": "误报"}).status_code == 409
    done = desk.client().post(path, json={"version": row["version"], "reason": "误报"})
    assert (done.status_code, done.json()["state"]) == (200, "CANCELLED")


def test_a_silence_is_owned_answered_or_withdrawn_by_name(desk: Desk) -> None:
    task = desk.ordered()
    by_role = {c["role"]: c for c in desk.items("/callouts", subject=task["id"]) if c["state"] == "RINGING"}
    leader, chief, member = (by_role[role]["id"] for role in ("leader", "grid_chief", "grid_member"))
    client = desk.client()
    taken = client.post(f"/api/v1/callouts/{leader}/take-over", json={"reason": "我开车去"})
    assert (taken.json()["state"], taken.json()["taken_over_by"]) == ("TAKEN_OVER", "王值班")
    late = desk.client("李值班").post(f"/api/v1/callouts/{leader}/take-over", json={})
    assert late.json()["taken_over_by"] == "王值班", "whoever comes second changes nothing"
    assert client.post(f"/api/v1/callouts/{chief}/answer", json={"how": ""}).status_code == 422
    assert client.post(f"/api/v1/callouts/{chief}/answer", json={"how": "对讲机"}).json()["state"] == "ANSWERED"
    assert client.post(f"/api/v1/callouts/{member}/withdraw", json={"reason": ""}).status_code == 422
    withdrawn = client.post(f"/api/v1/callouts/{member}/withdraw", json={"reason": "人在县里"})
    assert withdrawn.json()["state"] == "WITHDRAWN"
    (kept,) = [f for f in desk.facts("callout") if f["fact"] == "Withdrawn" and f["subject"] == member]
    assert kept["data"]["reason"].startswith("text:"), "what a person typed is private"
    assert client.post(f"/api/v1/callouts/{member}/withdraw", json={"reason": "人在县里"}).status_code == 409
    assert next(t for t in desk.items("/tasks") if t["id"] == task["id"])["state"] == "ACKNOWLEDGED"


def test_a_claim_is_confirmed_by_a_second_person_and_the_account_closes(desk: Desk) -> None:
    task = desk.ordered()
    phone, code = desk.leader(task)
    path, body = f"/api/v1/tasks/{task['id']}/confirm", {"version": task["version"]}
    assert desk.client("扎西调度").post(path, json=body).status_code == 409, "nobody has claimed it"
    listed = task["account"]["listed"]
    desk.text(phone, f"{code} 3 {listed['households']} {listed['people']}", "c1")
    now = desk.client().get(f"/api/v1/tasks/{task['id']}").json()
    assert (now["claims"][0]["people"], now["claims"][0]["post"]) == (listed["people"], "小坝村 村干部") or now[
        "claims"
    ]
    assert now["account"]["safe"] == {"households": 0, "people": 0}, "a claim stands beside the account"
    assert desk.client("扎西调度").post(path, json={"version": 99}).status_code == 409
    done = desk.client("扎西调度").post(path, json=body)
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["cleared_by"]) == ("CLEARED", "扎西调度")
    assert done.json()["account"]["safe"] == listed
    assert done.json()["outstanding"] == {"households": 0, "people": 0}


def test_the_all_clear_wants_two_different_persons(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(CapStatus.ACTUAL)
    task = desk.ordered()
    phone, code = desk.leader(task)
    desk.text(phone, f"{code} 2 1 3", "m1")
    version = {"version": task["version"]}
    path = f"/api/v1/tasks/{task['id']}/all-clear"
    sign = {**version, "expert": "演练专家", "reason": "雨停,坡体稳定"}
    assert desk.client().post(path, json={**version, "expert": "", "reason": "x"}).status_code == 422
    assert desk.client().post(path, json=sign).status_code == 409, "the rain is above the line"
    warning = desk.client().get(f"/api/v1/warnings/{task['warning']}").json()
    ended = desk.client().post(
        f"/api/v1/warnings/{warning['id']}/cancel", json={"version": warning["version"], "reason": "雨停"}
    )
    assert ended.status_code == 200, ended.text
    assert desk.client().get(f"/api/v1/tasks/{task['id']}").json()["state"] == "MOVING"
    assert desk.client().post(path, json={**sign, "version": 99}).status_code == 409
    assert desk.client().post(path, json=sign).status_code == 202
    assert desk.client().post(path, json=sign).status_code == 202, "the same person is no second"
    assert desk.client("扎西调度").post(path, json=sign).json()["state"] == "STOOD_DOWN"


def test_in_a_drill_one_person_gives_the_all_clear(desk: Desk) -> None:
    task = desk.ordered()
    phone, code = desk.leader(task)
    desk.text(phone, f"{code} 2 1 3", "m1")
    for _ in range(2):
        desk.rain(S1=0, S2=0, S3=0)
    sign = {"version": task["version"], "expert": "演练专家", "reason": "雨停"}
    done = desk.client().post(f"/api/v1/tasks/{task['id']}/all-clear", json=sign)
    assert (done.status_code, done.json().get("state")) == (200, "STOOD_DOWN"), done.text
    assert done.json()["account"]["safe"]["people"] < done.json()["account"]["listed"]["people"]


def test_an_unsure_reply_is_read_by_a_named_person(desk: Desk) -> None:
    task = desk.ordered()
    phone, _ = desk.leader(task)
    desk.text(phone, "路上滑,正往那边走", "u1")
    (reply,) = desk.items("/replies")
    assert (reply["gateway_id"], reply["state"], reply["reading"]["sure"]) == ("u1", "WAITING", False)
    assert reply["text"] == "路上滑,正往那边走"
    path = f"/api/v1/replies/{reply['id']}/read"
    assert desk.client("旧城调度").post(path, json={"text": "1"}).status_code == 403
    assert desk.client("扎西调度").post(path, json={"text": "也许吧"}).status_code == 409
    read = desk.client("扎西调度").post(path, json={"text": "2 1 3"})
    assert (read.status_code, read.json()["state"], read.json()["read_by"]) == (200, "READ", "扎西调度")
    assert desk.client("扎西调度").post(path, json={"text": "1"}).status_code == 409
    now = desk.client().get(f"/api/v1/tasks/{task['id']}").json()
    assert (now["claims"][0]["households"], now["claims"][0]["people"]) == (1, 3)


def test_a_household_is_set_by_name_and_with_a_reason(desk: Desk) -> None:
    task = desk.ordered()
    path = "/api/v1/households/XB001/status"
    assert desk.client().put(path, json={"status": "SAFE"}).status_code == 422
    assert desk.client().put(path, json={"status": "ASLEEP", "reason": "x"}).status_code == 422
    assert (
        desk.client().put("/api/v1/households/NOBODY/status", json={"status": "SAFE", "reason": "x"}).status_code == 404
    )
    assert (
        desk.client().put("/api/v1/households/MA001/status", json={"status": "SAFE", "reason": "x"}).status_code == 404
    )
    set_ = desk.client().put(path, json={"status": "SAFE", "reason": "在亲戚家", "place": "SH1"})
    assert (set_.status_code, set_.json()["status"], set_.json()["by"]) == (200, HouseholdState.SAFE, "王值班")
    assert desk.client().get(f"/api/v1/tasks/{task['id']}").json()["account"]["safe"] == {"households": 1, "people": 3}
    assert [row["code"] for row in desk.items("/households", task=task["id"], status="SAFE")] == ["XB001"]


def test_a_cry_for_help_is_listed_moved_on_and_closed(desk: Desk) -> None:
    task = desk.ordered()
    phone, code = desk.leader(task)
    desk.text(phone, f"{code} 4 有人受伤要医生", "h1")
    (request,) = desk.items("/requests")
    assert (request["area"], request["state"], request["level"]) == (XIAOBA, "RAISED", "township")
    path = f"/api/v1/requests/{request['id']}"
    assert desk.client("旧城调度").post(f"{path}/close", json={"reason": "x"}).status_code == 403
    assert desk.client().post(f"{path}/explode", json={}).status_code == 422
    assert desk.client().post(f"{path}/assign", json={}).status_code == 422
    assert desk.client().post(f"{path}/close", json={}).status_code == 422
    for act, body, state in (
        ("assign", {"to": "扎西卫生院"}, "ASSIGNED"),
        ("begin", {}, "UNDER_WAY"),
        ("done", {"reason": "已送医"}, "DONE"),
        ("close", {"reason": "回访无误"}, "CLOSED"),
    ):
        moved = desk.client("扎西调度").post(f"{path}/{act}", json=body)
        assert (moved.status_code, moved.json().get("state")) == (200, state), moved.text
    assert desk.client().post(f"{path}/begin", json={}).json()["state"] == "CLOSED", "closed is closed"


def test_an_alarm_that_was_seen_stays_in_the_list(desk: Desk) -> None:
    task = desk.ordered()
    phone, code = desk.leader(task)
    desk.text(phone, f"{code} 4", "h1")
    alarm = desk.client().get("/api/v1/overview").json()["alarms"][0]
    path = f"/api/v1/alarms/{alarm['id']}/acknowledge"
    assert desk.client("旧城调度").post(path).status_code == 403
    seen = desk.client().post(path)
    assert (seen.status_code, seen.json()["state"], seen.json()["acknowledged_by"]) == (200, "ACKNOWLEDGED", "王值班")
    assert alarm["id"] in {one["id"] for one in desk.client().get("/api/v1/overview").json()["alarms"]}
    assert desk.client().post("/api/v1/alarms/nothing/acknowledge").status_code == 404
