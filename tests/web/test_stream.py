"""Server-sent events against a real server on loopback: every journal entry once, resumed without loss."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from jiaoying.storage import journal
from jiaoying.web import feed as feeds
from jiaoying.web.server import ServerThread
from tests.support.registers import MAAN
from tests.web.conftest import Desk

PATIENCE_S = 20  # a reader that hears nothing for so long fails instead of hanging


@pytest.fixture
def server(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServerThread]:
    monkeypatch.setattr(feeds.Feed.__init__, "__kwdefaults__", {"poll_s": 0.02, "beat_s": 0.2, "ring": 512})
    thread = ServerThread(desk.service, host="127.0.0.1", port=0)
    thread.start()
    yield thread
    thread.stop()


@dataclass(slots=True)
class Stream:
    """A program that listens."""

    connection: http.client.HTTPConnection
    response: http.client.HTTPResponse

    def frame(self) -> dict[str, Any]:
        """The next frame: id, event, data."""
        found: dict[str, Any] = {}
        while True:
            line = self.response.readline().decode().rstrip("\n")
            if not line and found:
                return found
            if not line:
                raise AssertionError("the stream ended")
            name, _, value = line.partition(": ")
            found[name] = json.loads(value) if name == "data" else value

    def until(self, sequence: int) -> list[dict[str, Any]]:
        """All facts frames up to a sequence."""
        frames = []
        while True:
            frame = self.frame()
            if frame["event"] == "facts":
                frames.append(frame)
            if int(frame.get("id", 0)) >= sequence:
                return frames

    def close(self) -> None:
        self.connection.close()


def listen(desk: Desk, server: ServerThread, who: str = "王值班", last: int | None = None) -> Stream:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    headers = {"Authorization": f"Bearer {desk.tokens[who]}"}
    if last is not None:
        headers["Last-Event-ID"] = str(last)
    connection.request("GET", "/api/v1/stream", headers=headers)
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    return Stream(connection, response)


def sequences(desk: Desk) -> list[int]:
    with desk.service.engine.connect() as connection:
        return [entry["sequence"] for entry in journal.entries(connection)]


def test_news_arrive_once_each_and_in_order(desk: Desk, server: ServerThread) -> None:
    stream = listen(desk, server)
    hello = stream.frame()
    assert hello["event"] == "hello"
    begin = int(hello["id"])
    desk.ordered()
    heard = stream.until(sequences(desk)[-1])
    assert [int(frame["id"]) for frame in heard] == [one for one in sequences(desk) if one > begin]
    told = [fact for frame in heard for fact in frame["data"]["facts"] if frame["data"]["kind"] == "task"]
    assert {"Planned", "Ordered"} <= {fact["fact"] for fact in told}
    assert "data" not in told[0]
    stream.close()


def test_who_comes_back_misses_nothing(desk: Desk, server: ServerThread) -> None:
    stream = listen(desk, server, last=0)
    before = stream.until(sequences(desk)[-1])
    stream.close()
    desk.ordered()
    again = listen(desk, server, last=int(before[-1]["id"]))
    rest = again.until(sequences(desk)[-1])
    again.close()
    assert [int(frame["id"]) for frame in [*before, *rest]] == sequences(desk)


def test_a_quiet_stream_still_beats(desk: Desk, server: ServerThread) -> None:
    stream = listen(desk, server)
    assert [stream.frame()["event"] for _ in range(3)] == ["hello", "beat", "beat"]
    stream.close()


def test_a_number_of_another_journal_means_look_anew(desk: Desk, server: ServerThread) -> None:
    stream = listen(desk, server, last=10_000_000)
    frame = stream.frame()
    assert (frame["event"], frame["data"]["reason"]) == ("resync", "journal")
    assert int(frame["id"]) == sequences(desk)[-1]
    stream.close()


def test_a_dispatcher_hears_only_of_the_township(desk: Desk, server: ServerThread) -> None:
    stream = listen(desk, server, "旧城调度")
    stream.frame()
    desk.ordered()
    desk.client().post(
        "/api/v1/warnings",
        json={"areas": [MAAN], "level": "yellow", "hazard": "flash_flood", "reason": "河水变浑"},
    )
    while True:
        frame = stream.frame()
        if frame["event"] == "facts":
            assert {fact["area"] for fact in frame["data"]["facts"]} <= {MAAN}
            if frame["data"]["kind"] == "warning":
                break
    stream.close()


def test_who_listens_is_let_go_at_once(desk: Desk) -> None:
    """A feed that looks at the journal once an hour still ends when it is closed."""
    feed = feeds.Feed(desk.service, poll_s=3600, beat_s=3600)

    async def watch() -> list[str]:
        heard = []
        async for text in feed.watch(None, None):
            heard.append(text)
            asyncio.get_running_loop().call_later(0.2, feed.close)
        return heard

    assert len(asyncio.run(asyncio.wait_for(watch(), PATIENCE_S))) == 1
    assert feed.viewers == 0


@pytest.mark.parametrize("last", ["x", "-1", "1; drop", "²", "1" * 19, "1" * 5000])
def test_a_wrong_number_is_refused(desk: Desk, last: str) -> None:
    answer = desk.client().get("/api/v1/stream", headers={"Last-Event-ID": last.encode("latin-1")})
    assert answer.status_code == 422


def test_who_cannot_keep_up_is_told_to_look_anew(desk: Desk) -> None:
    """The ring holds four frames; a viewer who slept through more goes on at the newest."""
    feed = feeds.Feed(desk.service, poll_s=0.01, beat_s=0.05, ring=4)

    async def watch() -> str:
        frames = feed.watch(None, None)
        async for text in frames:
            if "event: hello" in text:
                continue
            if "event: beat" in text and not desk.items("/warnings"):
                await asyncio.to_thread(desk.ordered)
                continue
            if "event: resync" in text:
                await frames.aclose()  # type: ignore[attr-defined]
                return text
        raise AssertionError("the stream ended")

    text = asyncio.run(asyncio.wait_for(watch(), PATIENCE_S))
    assert '"reason":"behind"' in text
    assert f"id: {sequences(desk)[-1]}\n" in text
    assert feed.viewers == 0
