"""The page as the server draws it, without scripts; health; headers; serving."""

from __future__ import annotations

import copy
import queue
import re
import signal
import socket
import threading
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import jiaoying.web
from jiaoying.storage import accounts
from jiaoying.storage.database import open_engine, upgrade
from jiaoying.storage.writer import Writer
from jiaoying.web.accounts import first_login
from jiaoying.web.context import Web
from jiaoying.web.identity import Viewer
from jiaoying.web.overview import overview
from jiaoying.web.server import GRACE_S, PortTaken, ServerThread, _server, base_of, serve_until
from jiaoying.web.timeline import _levels_before
from jiaoying.web.words import told
from tests.support.registers import XIAOBA
from tests.web.conftest import START, Desk

WEB = Path(jiaoying.web.__file__).parent


class Page(HTMLParser):
    """What stands in a page: its words, ids, links, and what would not work under the page's policy."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.outside: list[str] = []
        self.inline: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in ("src", "href", "action") and value and "//" in value:
                self.outside.append(value)
            if name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}")

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(word for word in self.words if word)


def test_the_first_state_stands_in_the_page_itself(desk: Desk) -> None:
    task = desk.ordered()
    desk.text(desk.leader(task)[0], "路上滑,正往那边走", "u1")
    page = Page(desk.session("王值班").get("/").text)
    for words in (
        "演练",
        "下一个救不出来的村",
        "余量",
        "未应答",
        "待审批",
        "批准 小坝村 红色 2户7人",
        "村庄账",
        "账平",
        "待人识读",
        "路上滑,正往那边走",
        "经过",
        "下达转移令",
    ):
        assert words in page.text, words
    assert page.outside == [], "no outside host"
    assert page.inline == [], "the page's policy forbids inline style and script"
    assert len(page.ids) == len(set(page.ids))


def test_the_map_and_the_list_are_the_same_and_colour_is_never_alone(desk: Desk) -> None:
    desk.ordered()
    text = desk.session("王值班").get("/").text
    drawn = re.search(r"<svg class=\"map\".*?</svg>", text, re.S)
    assert drawn is not None
    svg = drawn.group(0)
    look = desk.client().get("/api/v1/overview").json()
    marked = re.findall(r'class="village level-(\w+)[^>]*>\s*<title>(.*?)</title>.*?<text[^>]*>(.)</text>', svg, re.S)
    assert {title.split(":")[0] for _, title, _ in marked} == {row["name"] for row in look["villages"] if row["level"]}
    numerals = {"red": "Ⅰ", "orange": "Ⅱ", "yellow": "Ⅲ", "blue": "Ⅳ"}
    assert all(numerals[level] == numeral for level, _, numeral in marked)
    assert "url(#hatch-red)" in svg


def test_an_empty_site_has_a_page_too(desk: Desk) -> None:
    page = Page(desk.session("赵分析").get("/").text)
    assert "没有进行中的降雨过程" in page.text
    assert "没有等待应答的叫应" in page.text
    assert "接手" not in page.text


def test_who_is_not_logged_in_is_told_how(desk: Desk) -> None:
    answer = desk.client(None).get("/")
    assert answer.status_code == 401
    assert "登录链接" in Page(answer.text).text
    assert "小坝" not in answer.text


def test_names_of_the_register_are_escaped(desk: Desk) -> None:
    task = desk.ordered()
    desk.text(desk.leader(task)[0], "<script>alert(1)</script>路上滑", "u1")
    text = desk.session("王值班").get("/").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_every_answer_carries_the_headers(desk: Desk) -> None:
    for path in ("/", "/api/v1/overview", "/healthz", "/static/console.css", "/api/docs", "/nothing"):
        headers = desk.client(None).get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
    assert desk.client().get("/api/v1/overview").headers["cache-control"] == "no-store"


def test_the_interface_describes_itself_without_help_from_outside(desk: Desk) -> None:
    text = desk.client(None).get("/api/docs").text
    page = Page(text)
    assert page.outside == []
    assert "POST /api/v1/warnings/{id}/approve" in page.text
    document = desk.client(None).get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.")


def test_health_names_nobody(desk: Desk) -> None:
    desk.ordered()
    client = desk.client(None)
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert ready["status"] == "ok"
    assert ready["database"].startswith("sqlite 3.5")
    figures = client.get("/metrics")
    assert figures.headers["content-type"].startswith("text/plain; version=0.0.4")
    for line in figures.text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) jiaoying_\w+ .+|jiaoying_\w+(\{state=\"[A-Z_]+\"\})? [\d.e+-]+", line), line
    assert re.search(r'^jiaoying_callouts\{state="RINGING"\} [1-9]', figures.text, re.M)
    for text in (figures.text, str(ready)):
        assert "+86" not in text
        assert "演练" not in text


def test_a_database_that_is_gone_is_not_ready(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiaoying.storage.views.ready", lambda _: "OperationalError")
    assert desk.client(None).get("/readyz").status_code == 503


def test_no_file_asks_for_anything_outside() -> None:
    for path in [*WEB.glob("static/*"), *WEB.glob("templates/*")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://", text), path.name


def test_the_first_account_gets_one_link(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    upgrade(engine)
    with Writer(engine, salt="s", clock=lambda: START) as writer:
        link = first_login(writer, base="http://127.0.0.1:8760/")
        assert link is not None
        assert re.fullmatch(r"http://127\.0\.0\.1:8760/login/[\w-]{40,}", link)
        assert first_login(writer, base="http://127.0.0.1:8760") is None
    engine.dispose()


def test_who_has_users_but_no_administrator_gets_the_link_too(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    upgrade(engine)
    with Writer(engine, salt="s", clock=lambda: START) as writer:
        writer.execute(lambda work: accounts.put_user(work, "王值班", "duty", None, by="test"))
        link = first_login(writer, base="https://jiaoying.example")
        assert link is not None
        assert link.startswith("https://jiaoying.example/login/")
        writer.execute(lambda work: accounts.disable_user(work, "admin", by="test"))
        assert first_login(writer, base="https://jiaoying.example") is None, "who was shut out stays out"
    engine.dispose()


def test_signals_stay_with_the_command(desk: Desk) -> None:
    server, _ = _server(desk.service, {})
    before = signal.getsignal(signal.SIGINT)
    with server.capture_signals():
        assert signal.getsignal(signal.SIGINT) is before


def test_who_may_call_finds_the_number_to_press(desk: Desk) -> None:
    task = desk.ordered()
    phone, _ = desk.leader(task)
    assert f'<a href="tel:{phone}">{phone}</a>' in desk.session("王值班").get("/").text
    assert "tel:" not in desk.session("赵分析").get("/").text


def test_before_the_order_they_are_told_to_prepare(desk: Desk) -> None:
    body = {"areas": [XIAOBA], "level": "yellow", "hazard": "landslide", "reason": "坡上有新裂缝"}
    answer = desk.client().post("/api/v1/warnings", json=body)
    assert answer.status_code == 201, answer.text
    desk.forward(seconds=5)
    assert [task["state"] for task in desk.items("/tasks")] == ["PLANNED"]
    rows = desk.client().get("/api/v1/overview").json()["unanswered"]
    about = {row["subject_name"] for row in rows if row["subject_kind"] == "task"}
    assert about == {"准备通知"}
    assert "转移令" not in {row["subject_name"] for row in rows}


def test_doubtful_readings_are_marked_before_their_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.red_proposed()
    client = desk.session("王值班")
    assert "数据存疑" not in client.get("/").text

    def doubtful(web: Web, viewer: Viewer) -> dict[str, Any]:
        look = copy.deepcopy(overview(web, viewer))
        for row in look["proposals"]:
            row["proposal"]["evidence"][0].update(flagged=True, words="小时雨量")
        return look

    monkeypatch.setattr("jiaoying.web.console.overview", doubtful)
    text = client.get("/").text
    assert '<small><span class="doubt">数据存疑</span>小时雨量' in text
    assert re.search(r'<li><span class="doubt">数据存疑</span>[^<]*小时雨量', text)


def test_the_timeline_tells_of_upgrades_proposed() -> None:
    entries = [
        {"sequence": 3, "kind": "warning", "facts": [{"subject": "w", "fact": "UpgradeProposed", "data": {}}]},
        {
            "sequence": 2,
            "kind": "warning",
            "facts": [{"subject": "w", "fact": "Approved", "data": {"level": "yellow"}}],
        },
    ]
    assert _levels_before(entries) == {(3, "w"): "yellow"}
    assert told("warning", "UpgradeProposed", {"level": "red"}, "yellow") == "黄色升红色提议"
    assert told("warning", "UpgradeProposed", {"level": "red"}) == "升红色提议"


def test_a_taken_port_is_said_in_words(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken) as refused:
            serve_until(desk.service, host="127.0.0.1", port=port, stop=threading.Event())
        assert refused.value.code == 1
    said = capsys.readouterr().err
    assert str(port) in said
    assert "--port" in said
    assert "Traceback" not in said


def test_serving_ends_when_it_is_told_to_even_while_somebody_listens(desk: Desk) -> None:
    stop = threading.Event()
    listening: queue.Queue[str] = queue.Queue()
    thread = threading.Thread(
        target=serve_until,
        args=(desk.service,),
        kwargs={"host": "127.0.0.1", "port": 0, "stop": stop, "on_listening": listening.put},
    )
    thread.start()
    try:
        base = listening.get(timeout=20)
        assert base.startswith("http://127.0.0.1:")
        port = int(base.rpartition(":")[2])
        request = f"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {desk.tokens['王值班']}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(request.encode())
            assert client.recv(12).startswith(b"HTTP/1.1 200")
            began = time.monotonic()
            stop.set()
            thread.join(timeout=20)
            assert not thread.is_alive()
            assert time.monotonic() - began < GRACE_S, "the stream ends by itself"
    finally:
        stop.set()
        thread.join(timeout=20)


@pytest.mark.parametrize(
    ("host", "base"),
    [("127.0.0.1", "http://127.0.0.1:1"), ("0.0.0.0", "http://127.0.0.1:1"), ("::", "http://[::1]:1")],
)
def test_the_address_of_the_console_can_be_opened(host: str, base: str) -> None:
    assert base_of(host, 1) == base


def test_a_drill_gives_links_that_log_in_and_secrets_from_its_seed(desk: Desk) -> None:
    server = ServerThread(desk.service, host="127.0.0.1", port=0)
    server.start()
    try:
        first = server.login_link(desk.service.writer, name="值班员", role="duty")
        second = server.login_link(desk.service.writer, name="值班员", role="duty")
        assert first.startswith(f"http://127.0.0.1:{server.port}/login/")
        assert first != second
        client = desk.client(None)
        assert client.post("/login/" + first.rsplit("/", 1)[1]).status_code == 303
        assert client.get("/").status_code == 200
    finally:
        server.stop()
