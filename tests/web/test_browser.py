"""The page in a real browser: it lives, shows the slack list, and complains about nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from jiaoying.web.server import ServerThread
from tests.web.conftest import Desk

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(CHROMIUM is None, reason="CHROMIUM MISSING: the console was not tried in a real browser"),
]


@pytest.fixture
def server(desk: Desk) -> Iterator[ServerThread]:
    thread = ServerThread(desk.service, host="127.0.0.1", port=0)
    thread.start()
    yield thread
    thread.stop()


@pytest.fixture
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield found
        found.close()


def elsewhere(run: Callable[[], Any]) -> Any:
    """Run a step of the engine in a thread of its own: the browser's driver keeps the loop of this one busy."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def logged_in(browser: Any, server: ServerThread, desk: Desk, name: str, complaints: list[str], **more: Any) -> Any:
    link = server.login_link(desk.service.writer, name=name, role="duty")
    page = browser.new_context(viewport={"width": 1366, "height": 768}, **more).new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith((server.base, "data:")) else complaints.append(request.url),
    )
    page.goto(link)
    page.get_by_role("button", name="登录").click()
    page.locator("#bar").wait_for()
    return page


def test_the_page_lives_and_a_red_warning_takes_two_persons(desk: Desk, server: ServerThread, browser: Any) -> None:
    complaints: list[str] = []
    one = logged_in(browser, server, desk, "甲", complaints)
    one.get_by_text("已连接", exact=True).wait_for()
    assert one.locator("#stale").is_hidden()
    one.get_by_text("没有进行中的降雨过程").wait_for()
    elsewhere(desk.red_proposed)
    one.locator("#slack li, #proposals li").first.wait_for()  # came by itself, no reload
    button = one.get_by_role("button", name="批准 小坝村 红色 5户20人")
    button.click()
    assert one.locator("#ask-review").inner_text().count("95.0 mm") >= 1
    one.locator("#ask-do").click()
    one.get_by_text("您已批,等第二人").wait_for()
    two = logged_in(browser, server, desk, "乙", complaints)
    two.get_by_text("已连接", exact=True).wait_for()
    two.get_by_role("button", name="批准 小坝村 红色 5户20人").click()
    two.locator("#ask-text").fill("现场属实")
    two.locator("#ask-do").click()
    two.locator("#slack li", has_text="小坝村").first.wait_for()
    two.locator("#account tbody tr", has_text="小坝村").wait_for()
    one.locator("#account tbody tr", has_text="小坝村").wait_for()  # the first officer sees it without asking
    assert "小坝村" in one.locator("#lost").inner_text()
    one.set_viewport_size({"width": 390, "height": 844})
    box = one.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert box[0] <= box[1], "nothing is wider than a telephone"
    assert complaints == []
    server.stop()
    one.locator("#stale", has_text="未更新").wait_for()
    one.locator("#link", has_text="中断").wait_for()


def test_without_scripts_the_page_is_whole_and_read_only(desk: Desk, server: ServerThread, browser: Any) -> None:
    elsewhere(desk.ordered)
    complaints: list[str] = []
    page = logged_in(browser, server, desk, "丙", complaints, java_script_enabled=False)
    assert "小坝村" in page.locator("#slack").inner_text()
    assert page.locator("[data-act]:visible").count() == 0
    assert complaints == []
