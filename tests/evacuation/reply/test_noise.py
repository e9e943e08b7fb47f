"""Eighteen thousand ordinary messages, none of them a reply to an order (../shared/data/sms_corpora/README.md)."""

from __future__ import annotations

import csv

import pytest

from evacuation.reply import Intent, read
from tests.evacuation.reply.judge import SHARED

CORPUS = SHARED / "sms_corpora" / "nus_sms_zh.csv"


def test_ordinary_messages_are_not_reports() -> None:
    if not CORPUS.exists():
        pytest.skip(f"CORPUS NOT HERE: {CORPUS} — the noise test did NOT run")
    with CORPUS.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    assert len(texts) > 18_000
    readings = [(text, read(text)) for text in texts]
    reported = {Intent.PROGRESS, Intent.COMPLETE, Intent.NOTHING_TO_MOVE}
    counted = [
        text
        for text, reading in readings
        if reported & set(reading.intents) or (reading.sure and (reading.moved or reading.remaining or reading.away))
    ]
    assert counted == []
    alarms = [text for text, reading in readings if {Intent.HELP, Intent.DANGER} & set(reading.intents)]
    assert len(alarms) * 1000 < len(texts), alarms
    assert sum(reading.intents == (Intent.ACK,) for _, reading in readings) > 200  # 收到 and 好的 are still read
