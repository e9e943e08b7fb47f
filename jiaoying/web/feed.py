"""The live feed: each journal entry becomes one frame, encoded once and handed to everybody who looks.

A viewer keeps a position (the sequence of the last entry it was given). Who comes back with `Last-Event-ID` is given
every entry after it from the journal, so nothing is lost. Who cannot keep up while connected is told to look anew
(`resync`) and goes on at the newest entry.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from jiaoying.engine.service import Service
from jiaoying.storage import journal, views
from jiaoying.web.words import told

POLL_S = 0.5  # how often the journal is looked at while anybody watches
BEAT_S = 2.5  # the page calls itself stale after 5 s without a word
RING = 512  # frames kept for those who are a little behind; who is further behind looks anew
PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One journal entry as it is streamed: whole, and the facts by area for those who see only theirs."""

    sequence: int
    whole: str
    head: Mapping[str, Any]
    facts: tuple[tuple[str | None, Mapping[str, Any]], ...]

    def seen_by(self, areas: Collection[str] | None) -> str | None:
        """The frame for a viewer of these areas; None when it holds nothing for them."""
        if areas is None:
            return self.whole
        facts = [fact for area, fact in self.facts if area is not None and area in areas]
        return _encode("facts", {**self.head, "facts": facts}, self.sequence) if facts else None


def _encode(event: str, data: Mapping[str, Any], id: int | None = None) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return (f"id: {id}\n" if id is not None else "") + f"event: {event}\ndata: {text}\n\n"


class Feed:
    """Reads the journal for all viewers of one process."""

    def __init__(self, service: Service, *, poll_s: float = POLL_S, beat_s: float = BEAT_S, ring: int = RING) -> None:
        self.service = service
        self.poll_s, self.beat_s = poll_s, beat_s
        self.viewers = 0
        self._ring: deque[Frame] = deque(maxlen=ring)
        self._lock = asyncio.Lock()
        self._polled_at = float("-inf")
        self._closing = False
        self._waiting: set[asyncio.Event] = set()

    def close(self) -> None:
        """Let every viewer go at once (the server is stopping); called in the loop of the viewers."""
        self._closing = True
        for waiting in self._waiting:
            waiting.set()

    async def watch(self, areas: Collection[str] | None, last: int | None) -> AsyncIterator[str]:
        """Frames for one viewer, from the entry after `last` on (None: from now on), until the viewer goes."""
        self.viewers += 1
        try:
            newest = await asyncio.to_thread(self._head)
            position = newest if last is None else last
            if position > newest:  # another journal's number: whatever was seen before is not this site's
                position = newest
                yield self._resync(position, "journal")
            yield _encode("hello", self._now(newest), position)
            # What is already in the journal is given in full, however far back it begins.
            while not self._closing and (frames := await asyncio.to_thread(self._read, position, PAGE)):
                for frame in frames:
                    position = frame.sequence
                    text = frame.seen_by(areas)
                    if text is not None:
                        yield text
            async for text in self._live(areas, position):
                yield text
        finally:
            self.viewers -= 1

    async def _live(self, areas: Collection[str] | None, position: int) -> AsyncIterator[str]:
        closed = asyncio.Event()
        self._waiting.add(closed)
        try:
            async for text in self._news_until(closed, areas, position):
                yield text
        finally:
            self._waiting.discard(closed)

    async def _news_until(
        self, closed: asyncio.Event, areas: Collection[str] | None, position: int
    ) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        spoken = loop.time()
        while not self._closing:
            await self._poll()
            if self._ring and self._ring[0].sequence > position + 1:
                position = self._ring[-1].sequence
                spoken = loop.time()
                yield self._resync(position, "behind")
            news = self._ring and self._ring[-1].sequence > position
            for frame in [frame for frame in self._ring if frame.sequence > position] if news else ():
                position = frame.sequence
                text = frame.seen_by(areas)
                if text is not None:
                    spoken = loop.time()
                    yield text
            if loop.time() - spoken >= self.beat_s:
                spoken = loop.time()
                yield _encode("beat", self._now(position), position)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(closed.wait(), self.poll_s)

    async def _poll(self) -> None:
        """Read what is new, once for all viewers of this moment."""
        loop = asyncio.get_running_loop()
        async with self._lock:
            if loop.time() - self._polled_at < self.poll_s / 2:
                return
            known = self._ring[-1].sequence if self._ring else None
            frames = await asyncio.to_thread(self._news, known)
            self._ring.extend(frames)
            self._polled_at = loop.time()

    def _news(self, known: int | None) -> list[Frame]:
        most = self._ring.maxlen or RING
        newest = self._head()
        return self._read(max(known or 0, newest - most), most)

    def _head(self) -> int:
        with self.service.engine.connect() as connection:
            return views.head(connection)

    def _read(self, after: int, limit: int) -> list[Frame]:
        with self.service.engine.connect() as connection:
            entries = list(journal.entries(connection, after=after, limit=limit))
            areas: dict[tuple[str, str], str] = {}
            for kind in {entry["kind"] for entry in entries}:
                subjects = {f["subject"] for entry in entries if entry["kind"] == kind for f in entry["facts"]}
                found = views.areas_of(connection, kind, subjects)
                areas.update({(kind, subject): area for subject, area in found.items()})
        return [self._frame(entry, areas) for entry in entries]

    def _frame(self, entry: Mapping[str, Any], areas: Mapping[tuple[str, str], str]) -> Frame:
        facts: list[tuple[str | None, Mapping[str, Any]]] = []
        for fact in entry["facts"]:
            area = areas.get((entry["kind"], fact["subject"]))
            row = {"subject": fact["subject"], "fact": fact["fact"], "area": area}
            words = told(entry["kind"], fact["fact"], fact["data"])
            if words is not None:
                row["words"] = words
            facts.append((area, row))
        head = {
            "sequence": entry["sequence"],
            "at": entry["at"],
            "actor": entry["actor"],
            "kind": entry["kind"],
            "cause": entry["cause"],
            "status": entry["status"],
        }
        whole = _encode("facts", {**head, "facts": [fact for _, fact in facts]}, entry["sequence"])
        return Frame(sequence=entry["sequence"], whole=whole, head=head, facts=tuple(facts))

    def _now(self, sequence: int) -> dict[str, Any]:
        now = self.service.clock()
        return {"now": self.service.site.local(now).isoformat(timespec="seconds"), "sequence": sequence}

    def _resync(self, sequence: int, reason: str) -> str:
        return _encode("resync", {**self._now(sequence), "reason": reason}, sequence)
