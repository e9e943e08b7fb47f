"""The shapes programs rely on (CONTRACT sections 6 and 7)."""

from __future__ import annotations

import re
from typing import Any

from tests.support.registers import VILLAGES, XIAOBA
from tests.web.conftest import Desk

ACCOUNT = {"listed", "safe", "away", "refused", "needs_help", "missing", "moving", "told", "unaccounted"}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00")


def test_rows_carry_what_the_contract_names(desk: Desk) -> None:
    task = desk.ordered()
    desk.text(*[desk.leader(task)[0], "收到", "r1"])
    wanted = {
        "/warnings": {"id", "area", "hazard", "level", "state", "version", "evidence", "status"},
        "/tasks": {"id", "area", "warning", "state", "version", "account", "claims", "outstanding"},
        "/callouts": {"id", "area", "role", "subject", "state", "proof", "code", "due_at", "attempts"},
        "/messages": {"id", "callout", "channel", "text", "state", "gateway", "gateway_id"},
        "/replies": {"id", "gateway_id", "from", "text", "reading", "at"},
        "/events": {"id", "name", "state", "status"},
    }
    for path, keys in wanted.items():
        for row in desk.items(path):
            assert keys <= set(row), path
    warning = next(w for w in desk.items("/warnings") if w["id"] == task["warning"])
    assert (warning["area"], warning["level"], warning["state"], warning["status"]) == (
        XIAOBA,
        "red",
        "IN_FORCE",
        "Exercise",
    )
    assert all(RFC3339.fullmatch(row["created_at"]) for row in desk.items("/callouts"))


def test_the_account_always_adds_up_in_households_and_in_people(desk: Desk) -> None:
    task = desk.ordered()
    desk.client().put("/api/v1/households/XB001/status", json={"status": "REFUSED", "reason": "不走"})
    desk.client().put("/api/v1/households/XB002/status", json={"status": "SAFE", "people": 3, "reason": "到点"})
    row = desk.client().get(f"/api/v1/tasks/{task['id']}").json()
    account = row["account"]
    assert set(account) == ACCOUNT
    for unit in ("households", "people"):
        assert account["listed"][unit] == sum(account[key][unit] for key in ACCOUNT - {"listed"})
        assert row["outstanding"][unit] == account["listed"][unit] - account["safe"][unit] - account["away"][unit]


def test_a_task_lists_every_household_once_with_its_clocks(desk: Desk) -> None:
    task = desk.ordered()
    row = desk.client().get(f"/api/v1/tasks/{task['id']}").json()
    households = [one["household"] for one in row["assignments"]]
    assert sorted(households) == sorted(set(households)) == ["XB001", "XB002", "XB003", "XB004", "XB006"]
    assert sum(one["people"] for one in row["assignments"]) == row["account"]["listed"]["people"]
    for one in row["assignments"]:
        assert {"household", "people", "responsible", "shelter", "flags"} <= set(one)
        assert one["responsible"].startswith("+86100")
    assert any("over_capacity" in one["flags"] or one["shelter"] for one in row["assignments"])
    assert row["clocks"]["need_s"] > 0
    assert row["clocks"]["words"]


def test_lists_are_paged_by_cursor_and_newcomers_shift_nothing(desk: Desk) -> None:
    desk.ordered()
    whole = [row["id"] for row in desk.items("/messages")]
    assert len(whole) > 5
    seen: list[str] = []
    cursor: str | None = None
    for turn in range(len(whole)):
        query: dict[str, Any] = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        answer = desk.client().get("/api/v1/messages", params=query).json()
        assert set(answer) == {"items", "next"}
        seen += [row["id"] for row in answer["items"]]
        if turn == 0:
            desk.text(desk.tokens["王值班"][:3], "hello", "later")
            desk.forward(minutes=20)
        cursor = answer["next"]
        if cursor is None:
            break
    assert cursor is None
    assert seen == whole


def test_households_are_paged_by_code(desk: Desk) -> None:
    first = desk.client().get("/api/v1/households", params={"limit": 4}).json()
    second = desk.client().get("/api/v1/households", params={"limit": 50, "cursor": first["next"]}).json()
    codes = [row["code"] for row in first["items"] + second["items"]]
    assert codes == sorted(codes)
    assert len(codes) == 11
    assert second["next"] is None


def test_maps_are_geojson_with_the_columns_of_the_register(desk: Desk) -> None:
    desk.ordered()
    columns = {
        "zones": {"code", "kind", "name", "area", "thresholds", "upstream", "monitor"},
        "areas": {"code", "name", "level", "parent", "lon", "lat"},
        "shelters": {"code", "name", "area", "lon", "lat", "capacity", "keeper", "keeper_phone"},
    }
    for path, names in columns.items():
        body = desk.client().get(f"/api/v1/{path}").json()
        assert body["type"] == "FeatureCollection"
        for feature in body["features"]:
            assert feature["type"] == "Feature"
            assert names <= set(feature["properties"])
            assert feature["geometry"] is None or feature["geometry"]["coordinates"]
    zones = {one["id"]: one["properties"] for one in desk.client().get("/api/v1/zones").json()["features"]}
    assert (zones["XB-1"]["level"], zones["MA-1"]["level"]) == ("red", None)


def test_the_overview_says_who_is_lost_next_who_is_silent_and_what_waits(desk: Desk) -> None:
    quiet = desk.client().get("/api/v1/overview").json()
    assert (quiet["event"], quiet["next_lost"], quiet["slack"], quiet["unanswered"]) == (None, None, [], [])
    desk.ordered()
    look = desk.client().get("/api/v1/overview").json()
    assert look["event"]["state"] == "OPEN"
    assert look["levels"][0] == {"level": "red", "chinese": "红", "numeral": "Ⅰ", "villages": 1}
    assert look["slack"][0]["area"] in VILLAGES
    assert look["unanswered"]
    levels = [row["level"] for row in look["unanswered"]]
    assert levels == sorted(levels, key=["red", "orange", "yellow", "blue"].index)
    assert all(row["next"] for row in look["unanswered"])
    assert look["proposals"], "the slope beside the debris flow still waits"
    assert look["proposals"][0]["tell"]["people"] > 0
    assert look["account"]["adds_up"] is True
    assert look["rain"]["stale"] is False
    assert "小坝村" in {row["name"] for row in look["villages"]}


def test_the_report_of_an_event_comes_in_two_forms(desk: Desk) -> None:
    desk.ordered()
    (event,) = desk.items("/events")
    path = f"/api/v1/events/{event['id']}/report"
    html = desk.client().get(path)
    assert html.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in html.headers["content-security-policy"]
    assert "小坝村" in html.text
    data = desk.client().get(path, params={"format": "json"})
    assert data.headers["content-type"] == "application/json"
    assert data.json()
    assert desk.client().get(path, params={"format": "docx"}).status_code == 422
    assert desk.client().get("/api/v1/events/nothing/report").status_code == 404
    assert desk.client("扎西调度").get(path).status_code == 403
