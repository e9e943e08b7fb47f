"""A failing step is journalled, shown and tried again; it never stops the others."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jiaoying.engine import calling, receiving
from jiaoying.storage.journal import verify_database
from jiaoying.storage.rebuild import rebuild_check
from tests.support.night import Night


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def test_one_reply_that_cannot_be_handled_does_not_stop_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    understood = receiving.text

    def sometimes(turn: Any, command: Any) -> Any:
        if "炸" in command.text:
            raise RuntimeError("no reader for this")
        return understood(turn, command)

    with Night(tmp_path) as night:
        night.moves_out("海子社区", "马鞍村")
        monkeypatch.setattr(receiving, "text", sometimes)
        assert night.says("海子社区 leader", "炸") is None
        night.says("马鞍村 leader", "A7 1")
        assert night.callout("马鞍村 leader").state == "ANSWERED"
        assert night.callout("海子社区 leader").state == "RINGING"
        (alarm, *_) = night.alarms("step_failed")
        assert "inbox" in alarm.words
        assert {entry["error"] for entry in night.entries("engine", "StepFailed")} == {"RuntimeError"}
        night.forward("10m")
        assert len(night.facts("engine")) < 20, "it is tried a few times, then it is a person's"
        assert verify_database(night.stage.engine).holds
        assert rebuild_check(night.stage.engine) == []


def test_one_deadline_that_cannot_be_met_does_not_stop_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet = calling.when_due
    with Night(tmp_path) as night:
        night.moves_out("海子社区", "马鞍村")
        broken = night.callout("海子社区 leader").id

        def sometimes(turn: Any, callout: Any) -> None:
            if callout.id == broken:
                raise RuntimeError("no way on")
            meet(turn, callout)

        monkeypatch.setattr(calling, "when_due", sometimes)
        night.stage.clock.jump(night.now + timedelta(seconds=80))
        night.service.tick()
        assert len(night.callout("马鞍村 leader").attempts) == 3, "the others are called on"
        assert night.alarms("step_failed")
        monkeypatch.setattr(calling, "when_due", meet)
        night.leap("10s")
        assert len(night.callout("海子社区 leader").attempts) == 3, "tried again by the next tick"
