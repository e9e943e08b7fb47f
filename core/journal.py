"""The journal envelope: append-only, hash-chained entries that anybody can verify with nothing but the entries (law 12)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64
MOST_SUBJECTS = 500  # DESIGN law 12: one entry may carry up to 500 subjects of one kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One fact of an entry: whose it is, its name, its data as plain JSON values."""

    subject: str
    fact: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one transaction wrote about subjects of one kind.

    `at` is when it happened, `recorded_at` when it was written (equal under a drill clock); `actor` is who or what
    decided (``user:wang``, ``post:…``, ``engine``); `status` the CAP status; `kind` the kind of subject; `cause` the command.
    """

    sequence: int
    at: datetime
    recorded_at: datetime
    actor: str
    status: str
    kind: str
    cause: str
    facts: tuple[Recorded, ...]

    def content(self) -> dict[str, Any]:
        """The entry as plain JSON values, times in UTC; this, canonically written, is what the hash covers."""
        return {
            "sequence": self.sequence,
            "at": _utc(self.at),
            "recorded_at": _utc(self.recorded_at),
            "actor": self.actor,
            "status": self.status,
            "kind": self.kind,
            "cause": self.cause,
            "facts": [{"subject": f.subject, "fact": f.fact, "data": f.data} for f in self.facts],
        }


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a journal time without an offset")
    return moment.astimezone(UTC).isoformat()


def canonical(content: Mapping[str, Any]) -> bytes:
    """Write JSON values so that equal values give equal bytes (sorted keys, no spaces, UTF-8)."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def seal(previous: str, content: Mapping[str, Any]) -> str:
    """Return the hash (SHA-256, hex) that chains `content` to the entry before it."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical(content)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The first place where a chain does not hold."""

    line: int
    sequence: int | None
    reason: str


def verify(lines: Iterable[Mapping[str, Any]]) -> tuple[int, str, Break | None]:
    """Check a chain of exported entries, each with ``previous`` and ``hash`` beside the content.

    Returns
    -------
    (count, hash, break)
        Entries that hold, the hash of the last of them, and the first break or None.
    """
    previous, expected, count = GENESIS, 1, 0
    for line, record in enumerate(lines, start=1):
        content = {key: value for key, value in record.items() if key not in ("previous", "hash")}
        sequence = record.get("sequence")
        if sequence != expected:
            return (
                count,
                previous,
                Break(line=line, sequence=expected, reason=f"应是序号 {expected},却是 {sequence}"),
            )
        if record.get("previous") != previous:
            return count, previous, Break(line=line, sequence=sequence, reason="接不上前一条")
        if record.get("hash") != seal(previous, content):
            return count, previous, Break(line=line, sequence=sequence, reason="内容与哈希不符")
        previous, expected, count = str(record["hash"]), expected + 1, count + 1
    return count, previous, None
