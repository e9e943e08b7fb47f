"""What people send, by their situations: ours, and the examples the project was given."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evacuation.reply import as_json, read
from tests.evacuation.reply.judge import SHARED, SITUATIONS, load, wrong

OURS = load(SITUATIONS)
GIVEN = SHARED / "replies" / "examples.jsonl"


@pytest.mark.parametrize("example", OURS, ids=lambda example: f"{example['who']}: {example['text']!r}"[:70])
def test_situation(example: dict[str, Any]) -> None:
    assert not wrong(example, read(example["text"]))


def test_there_are_enough_situations_of_many_kinds() -> None:
    assert len(OURS) >= 150
    assert len({example["who"] for example in OURS}) >= 10


def test_examples_of_the_project() -> None:
    if not GIVEN.exists():
        pytest.skip(f"EXAMPLES NOT HERE: {GIVEN} — the given examples were NOT read")
    faults = {example["text"]: wrong(example, read(example["text"])) for example in load(GIVEN)}
    assert {text: fault for text, fault in faults.items() if fault} == {}


def test_no_example_stands_in_the_reader() -> None:
    """Words may (收到); sentences may not."""
    from evacuation.reply.latin import ENGLISH, PINYIN
    from evacuation.reply.lexicon import CHINESE, NEEDS

    words = {word for table in CHINESE.values() for word in table}
    words |= {word for needs in NEEDS.values() for table in needs.values() for word in table}
    words |= {word.replace("_", " ") for table in ENGLISH.values() for word in table} | set(PINYIN)
    texts = {example["text"] for example in [*OURS, *(load(GIVEN) if GIVEN.exists() else [])]}
    assert {text for text in texts & words if len(text) > 6 and not text.isascii()} == set()


def test_json_has_the_shape_of_the_contract_and_the_text_unchanged() -> None:
    text = "已转移12户36人，还有2户5人不愿走\n"
    shown = as_json(read(text), text)
    assert list(shown) == [
        "text",
        "intents",
        "moved",
        "increment",
        "remaining",
        "refused",
        "away",
        "needs",
        "code",
        "sure",
        "reason",
    ]
    assert shown["text"] == text
    assert shown["intents"] == ["progress", "refuse"]
    assert shown["moved"] == {"households": 12, "people": 36}
    assert shown["refused"] == {"households": 2, "people": 5}
    assert shown["remaining"] is None
    assert shown["sure"] is True
    assert json.loads(json.dumps(shown, ensure_ascii=False)) == shown


def test_the_reason_never_quotes_the_text() -> None:
    for example in OURS:
        reason = read(example["text"]).reason
        assert reason
        assert reason.isascii()
