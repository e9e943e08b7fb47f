"""What is refused, and in which words: strange headers, long bodies, wrong values."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from jiaoying.web.limits import MOST_BYTES
from jiaoying.web.problems import reason
from tests.support.registers import XIAOBA
from tests.web.conftest import Desk

RAISE = {"areas": [XIAOBA], "level": "yellow", "hazard": "flash_flood", "reason": "河水变浑"}


@pytest.mark.parametrize("origin", ["http://[bad", "null", "", "//", "http://"])
def test_an_origin_that_is_none_is_refused(desk: Desk, origin: str) -> None:
    client = desk.session("王值班")
    assert client.post("/api/v1/warnings", json=RAISE, headers={"Origin": origin}).status_code == 403
    assert client.post("/logout", headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("length", [2, MOST_BYTES + 1, 5_000_000])
def test_nobody_unknown_is_listened_to(desk: Desk, length: int) -> None:
    client = desk.client(None)
    read: list[int] = []

    def parts() -> Iterator[bytes]:
        for _ in range(0, length, 1000):
            read.append(1)
            yield b" " * 1000

    json = {"Content-Type": "application/json"}
    assert client.post("/api/v1/warnings", content=b" " * length, headers=json).status_code == 401
    assert client.post("/api/v1/warnings", content=parts(), headers=json).status_code == 401
    assert client.put("/api/v1/households/x/status", content=b"{", headers=json).status_code == 401


def test_a_body_has_an_end(desk: Desk) -> None:
    client, page = desk.client(), desk.client(None)
    json = {"Content-Type": "application/json"}
    long = b" " * (MOST_BYTES + 1)

    def parts() -> Iterator[bytes]:
        for _ in range(0, MOST_BYTES + 1, 1000):
            yield b" " * 1000

    for answer in (
        client.post("/api/v1/warnings", content=long, headers=json),
        client.post("/api/v1/warnings", content=parts(), headers=json),
        client.put("/api/v1/households/x/status", content=long, headers=json),
        page.post("/logout", content=long),
        page.post("/login/x", content=parts()),
    ):
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.json()["detail"] == f"内容超过 {MOST_BYTES} 字节"
    exact = {**RAISE, "reason": "河水变浑"}
    import json as encoder

    text = encoder.dumps(exact).encode()
    padded = text + b" " * (MOST_BYTES - len(text))
    assert client.post("/api/v1/warnings", content=padded, headers=json).status_code in (201, 202)


def test_no_more_people_than_the_register_knows(desk: Desk) -> None:
    code, household = next(iter(sorted(desk.service.county.households.items())))
    body = {"status": "SAFE", "reason": "电话核实"}
    path = f"/api/v1/households/{code}/status"
    many = desk.client().put(path, json={**body, "people": household.people + 1})
    assert many.status_code == 422
    assert str(household.people) in many.json()["detail"]
    few = desk.client().put(path, json={**body, "people": -1})
    assert few.status_code == 422
    assert few.json()["detail"] == "body.people: 不能小于 0"
    assert desk.facts("household") == []


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"reason": None}, "body.reason: 应是文字"),
        ({"reason": ""}, "body.reason: 至少 1 字"),
        ({"reason": " "}, "body.reason: 不能为空白"),
        ({"reason": "长" * 501}, "body.reason: 最多 500 字"),
        ({"level": "purple"}, "body.level: 只能是 "),
        ({"areas": "x"}, "body.areas: 应是列表"),
        ({"colour": "red"}, "body.colour: 没有这一项"),
        ({"areas": []}, "body: areas 与 polygon 须写一个,且只写一个"),
    ],
)
def test_what_is_wrong_is_said_in_chinese(desk: Desk, change: dict[str, object], detail: str) -> None:
    answer = desk.client().post("/api/v1/warnings", json={**RAISE, **change})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(detail)
    for fault in answer.json()["errors"]:
        assert not re.search(r"[Ii]nput|should|Value|valid", fault["reason"]), fault


def test_other_mistakes_are_said_in_chinese(desk: Desk) -> None:
    client = desk.client()
    json = {"Content-Type": "application/json"}
    broken = client.post("/api/v1/warnings", content=b'{"areas": [', headers=json)
    assert (broken.status_code, broken.json()["detail"]) == (400, "内容不是完整的 JSON")
    assert client.post("/api/v1/warnings", json={}).json()["detail"].startswith("body.level: 缺少这一项")
    many = client.get("/api/v1/warnings", params={"limit": "many"})
    assert many.json()["detail"] == "query.limit: 应是整数"
    assert client.get("/api/v1/warnings", params={"limit": 0}).json()["detail"] == "query.limit: 不能小于 1"
    assert client.get("/api/v1/warnings", params={"limit": 501}).json()["detail"] == "query.limit: 不能大于 500"
    look = client.get("/api/v1/households", params={"unmasked": "perhaps"})
    assert look.json()["detail"] == "query.unmasked: 应是 true 或 false"
    assert reason({"type": "something_new", "msg": "Input should be new"}) == "格式不对"
    assert reason({"type": "string_too_long", "ctx": {}}) == "格式不对"
    assert reason({"type": "value_error", "ctx": {"error": ValueError("bad")}}) == "格式不对"


@pytest.mark.parametrize("path", ["zones", "warnings", "tasks", "callouts", "households"])
def test_an_unknown_area_is_said_to_be_unknown(desk: Desk, path: str) -> None:
    answer = desk.client().get(f"/api/v1/{path}", params={"area": "xyz"})
    assert answer.status_code == 404
    assert "xyz" in answer.json()["detail"]
    assert desk.client().get(f"/api/v1/{path}", params={"area": XIAOBA}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_answers_head(desk: Desk, path: str) -> None:
    assert desk.client(None).head(path).status_code == 200
