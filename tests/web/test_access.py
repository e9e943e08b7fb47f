"""Who may ask for what: nobody without a name, nobody beyond their role, nobody beyond their area."""

from __future__ import annotations

import pytest

from jiaoying.storage.rebuild import rebuild_check
from tests.support.registers import JIUCHENG, MAAN, XIAOBA, ZHAXI
from tests.web.conftest import Desk

# Written out by hand: exactly the routes of this issue.
READ = [
    "/overview",
    "/warnings",
    "/warnings/x",
    "/tasks",
    "/tasks/x",
    "/callouts",
    "/callouts/x",
    "/messages",
    "/replies",
    "/households",
    "/requests",
    "/zones",
    "/areas",
    "/shelters",
    "/events",
    "/events/x",
    "/events/x/report",
    "/stream",
]
CHANGE = [
    ("POST", "/warnings"),
    ("POST", "/warnings/x/approve"),
    ("POST", "/warnings/x/reject"),
    ("POST", "/warnings/x/cancel"),
    ("POST", "/tasks/x/confirm"),
    ("POST", "/tasks/x/all-clear"),
    ("POST", "/callouts/x/take-over"),
    ("POST", "/callouts/x/withdraw"),
    ("POST", "/callouts/x/answer"),
    ("POST", "/replies/x/read"),
    ("PUT", "/households/x/status"),
    ("POST", "/requests/x/close"),
    ("POST", "/alarms/x/acknowledge"),
]


def test_these_and_no_other_routes_exist(desk: Desk) -> None:
    paths = desk.client(None).get("/api/openapi.json").json()["paths"]
    found = {(m.upper(), p) for p, ways in paths.items() if p.startswith("/api/v1") for m in ways}
    wanted = {("GET", p) for p in READ} | set(CHANGE)
    spelled = {
        (m, "/api/v1" + p.replace("/x", "/{id}").replace("households/{id}", "households/{code}")) for m, p in wanted
    }
    spelled = {(m, p.replace("requests/{id}/close", "requests/{id}/{act}")) for m, p in spelled}
    assert found == spelled


@pytest.mark.parametrize(("method", "path"), [("GET", path) for path in READ] + CHANGE)
def test_nobody_gets_in_without_a_name(desk: Desk, method: str, path: str) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic abc"},
        {"Cookie": "jiaoying_session=x"},
    ):
        answer = desk.client(None).request(
            method, f"/api/v1{path}", headers=headers, json={} if method != "GET" else None
        )
        assert answer.status_code == 401, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["status"] == 401


@pytest.mark.parametrize(("method", "path"), CHANGE)
def test_an_analyst_only_reads(desk: Desk, method: str, path: str) -> None:
    answer = desk.client("赵分析").request(method, f"/api/v1{path}", json={})
    assert answer.status_code == 403
    assert answer.json()["detail"] == "分析员不能做这件事"


def test_errors_are_problem_details(desk: Desk) -> None:
    client = desk.client()
    wrong = {
        404: client.get("/api/v1/warnings/nothing"),
        405: client.delete("/api/v1/warnings"),
        422: client.get("/api/v1/warnings", params={"limit": "many"}),
        400: client.post("/api/v1/warnings", content=b'{"areas": [', headers={"Content-Type": "application/json"}),
    }
    for status, answer in wrong.items():
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert body["status"] == status
        assert set(body) >= {"type", "title", "status", "detail", "instance"}
    assert wrong[405].headers["allow"]
    assert client.get("/api/v1/nothing").status_code == 404
    assert client.get("/api/v1/warnings", params={"cursor": "%%%"}).status_code == 422
    assert client.get("/api/v1/warnings", params={"cursor": "W10"}).status_code == 422


def test_a_dispatcher_sees_and_acts_only_in_the_township(desk: Desk) -> None:
    task = desk.ordered()
    own, other = desk.client("扎西调度"), desk.client("旧城调度")
    for path in ("/warnings", "/tasks", "/callouts", "/messages"):
        assert desk.items(path, "扎西调度"), path
        assert desk.items(path, "旧城调度") == [], path
    assert {row["area"] for row in desk.items("/callouts", "扎西调度")} <= {ZHAXI, XIAOBA, XIAOBA + "001"}
    assert own.get(f"/api/v1/tasks/{task['id']}").status_code == 200
    assert other.get(f"/api/v1/tasks/{task['id']}").status_code == 403
    assert other.get(f"/api/v1/warnings/{task['warning']}").status_code == 403
    callout = desk.items("/callouts", subject=task["id"])[0]
    for path, body in (
        (f"/callouts/{callout['id']}/answer", {"how": "对讲机"}),
        (f"/tasks/{task['id']}/confirm", {"version": task["version"]}),
        (f"/warnings/{task['warning']}/cancel", {"version": 1, "reason": "试"}),
    ):
        assert other.post(f"/api/v1{path}", json=body).status_code == 403, path
    raised = {"areas": [XIAOBA], "level": "yellow", "hazard": "landslide", "reason": "裂缝"}
    assert other.post("/api/v1/warnings", json=raised).status_code == 403
    assert other.post("/api/v1/warnings", json={**raised, "areas": [MAAN]}).status_code == 201
    put = {"status": "SAFE", "reason": "到点"}
    assert other.put("/api/v1/households/XB001/status", json=put).status_code == 403
    look = other.get("/api/v1/overview").json()
    assert {row["area"] for row in look["slack"]} <= {MAAN}
    assert {row["properties"]["area"] for row in other.get("/api/v1/zones").json()["features"]} == {MAAN}
    assert {row["code"] for row in desk.items("/households", "旧城调度")} == {"MA001", "MA002"}
    assert JIUCHENG in {row["id"] for row in other.get("/api/v1/areas").json()["features"]}


def test_an_analyst_sees_no_name_no_phone_and_no_word(desk: Desk) -> None:
    task = desk.ordered()
    leader = next(c for c in desk.items("/callouts", subject=task["id"]) if c["role"] == "leader")
    desk.text(leader["attempts"][0]["phone"], "路上滑正往那边走,我是王德", "t1")
    seen = [
        desk.client("赵分析").get(f"/api/v1{path}").text
        for path in ("/overview", "/callouts", "/messages", "/replies", "/households", "/zones", "/shelters")
    ] + [desk.client("赵分析").get(f"/api/v1/tasks/{task['id']}").text, desk.client("赵分析").get("/").text]
    for text in seen:
        assert "100100" not in text
        assert "演练户主" not in text
        assert "王德" not in text
    assert "+86100" in desk.client().get("/api/v1/callouts").text
    assert "演练户主" in desk.client().get("/api/v1/households").text
    assert "王德" in desk.client().get("/api/v1/replies").text


def test_health_and_children_are_masked_and_every_look_is_journalled(desk: Desk) -> None:
    masked = desk.items("/households", area=XIAOBA)
    assert {row["elderly"] for row in masked} == {None}
    assert desk.facts("look") == []
    shown = desk.items("/households", area=XIAOBA, unmasked="true")
    assert {row["code"]: row["children"] for row in shown}["XB002"] == 2
    looks = desk.facts("look")
    assert {look["subject"] for look in looks} == {row["code"] for row in shown}
    assert {look["actor"] for look in looks} == {"user:王值班"}
    assert rebuild_check(desk.service.engine) == []
    assert desk.client("赵分析").get("/api/v1/households", params={"unmasked": "true"}).status_code == 403


def test_a_session_changes_things_only_from_a_page_of_this_site(desk: Desk) -> None:
    warning = desk.red_proposed()
    browser = desk.session("王值班")
    path, body = f"/api/v1/warnings/{warning['id']}/approve", {"version": warning["version"]}
    assert browser.get("/api/v1/warnings").status_code == 200
    assert browser.post(path, json=body).status_code == 403
    assert browser.post(path, json=body, headers={"Origin": "http://evil.example"}).status_code == 403
    assert browser.post(path, json=body, headers={"Origin": "null"}).status_code == 403
    assert browser.post(path, json=body, headers={"Origin": "http://testserver"}).status_code == 202
    assert browser.post(path, json=body, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 202


def test_a_login_link_works_once_and_a_preview_does_not_use_it_up(desk: Desk) -> None:
    from jiaoying.storage import accounts

    secret = desk.write(lambda work: accounts.issue(work, "王值班", accounts.TokenKind.LOGIN))
    client = desk.client(None)
    for _ in range(3):
        page = client.get(f"/login/{secret}")
        assert page.status_code == 200
        assert 'method="post"' in page.text
    assert client.post(f"/login/{secret}", headers={"Origin": "http://evil.example"}).status_code == 403
    done = client.post(f"/login/{secret}")
    assert (done.status_code, done.headers["location"]) == (303, "/")
    cookie = done.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/").status_code == 200
    again = desk.client(None)
    assert again.post(f"/login/{secret}").status_code == 403
    assert again.get("/").status_code == 401
    assert client.post("/logout").status_code == 303
    assert client.get("/api/v1/overview").status_code == 401


def test_a_shut_out_user_is_out_at_once(desk: Desk) -> None:
    from jiaoying.storage import accounts

    client = desk.client("李值班")
    assert client.get("/api/v1/overview").status_code == 200
    desk.write(lambda work: accounts.disable_user(work, "李值班", by="test"))
    assert client.get("/api/v1/overview").status_code == 401
