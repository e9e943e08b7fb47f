"""How fast replies are read: a table for `jiaoying bench`, never an assertion (machines differ)."""

from __future__ import annotations

import time
from typing import Any, Final

from evacuation.reply.normalise import LIMIT
from evacuation.reply.reader import read

SHORT: Final = "2 42 118"
USUAL: Final = "已转移12户36人,还有2户5人不愿走"
LONG: Final = "小坝村截至23点50分已转移42户118人,还有2户5人不愿走,路断了车进不来,请求支援,后山裂缝变大了,王书记在现场指挥,请领导放心。"


def bench(repeat: int = 500) -> list[dict[str, Any]]:
    """Rows ``{what, size, peer, per_s, p99_ms}`` for texts of 8, 18, 160 and 10,000 characters."""
    texts = [SHORT, USUAL, (LONG * 3)[:160], (LONG * (LIMIT // len(LONG) + 1))[:LIMIT]]
    return [_row(text, repeat if len(text) < 1000 else max(3, repeat // 50)) for text in texts]


def _row(text: str, repeat: int) -> dict[str, Any]:
    read(text)
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        read(text)
        times.append(time.perf_counter() - start)
    times.sort()
    return {
        "what": "reply read",
        "size": len(text),
        "peer": "ours",
        "per_s": round(repeat / sum(times)),
        "p99_ms": round(times[min(repeat - 1, repeat * 99 // 100)] * 1000, 3),
    }


if __name__ == "__main__":
    for row in bench():
        print(row)
