"""How a reading is held against what an example wants (CONTRACT section 5)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evacuation.reply import Reading, as_json

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
SITUATIONS = Path(__file__).with_name("situations.jsonl")


def load(path: Path) -> list[dict[str, Any]]:
    """The examples of a file, one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def wrong(example: dict[str, Any], reading: Reading) -> list[str]:
    """What is wrong; an unsure reading of an unclear text only may not say what it must not say."""
    shown, want = as_json(reading, example["text"]), example["want"]
    faults = [f"says {intent}" for intent in want.get("not", ()) if intent in shown["intents"]]
    if not example["clear"] and not shown["sure"]:
        return faults
    faults += [f"lacks {intent}" for intent in want.get("intents", ()) if intent not in shown["intents"]]
    for key, value in want.items():
        if key in {"intents", "not"}:
            continue
        got = sorted(shown[key]) if key == "needs" else shown[key]
        if got != (sorted(value) if key == "needs" else value):
            faults.append(f"{key} is {got}")
    if example["clear"] and not shown["sure"]:
        faults.append(f"unsure: {shown['reason']}")
    return faults
