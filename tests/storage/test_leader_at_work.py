"""A site that is put together leads, or only stores; an engine that lost its lead says so and stops."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jiaoying import bootstrap
from jiaoying.config import Config, default_text, loads
from jiaoying.engine import scheduler
from jiaoying.engine.scheduler import Heart
from jiaoying.engine.service import Service
from jiaoying.engine.site import wall_clock


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return loads(default_text(area="530629", name="威信"), directory=tmp_path)


def test_a_command_beside_a_late_engine_does_not_lead_and_recovers_nothing(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    recovered: list[Service] = []
    monkeypatch.setattr(Service, "recover", lambda self: recovered.append(self))
    with bootstrap.running(config) as serve:
        assert recovered == [serve.service]
        late = wall_clock() + timedelta(hours=1)
        monkeypatch.setattr(bootstrap, "wall_clock", lambda: late)
        with bootstrap.running(config, need_lead=False) as command:
            assert not command.leads
        assert recovered == [serve.service]
        assert serve.beat(), "the engine still leads"
        with pytest.raises(bootstrap.Busy), bootstrap.running(config):
            pass
    with bootstrap.running(config, need_lead=False, may_lead=False) as pages:
        assert not pages.leads
    with bootstrap.running(config, need_lead=False) as command:
        assert command.leads


class _Idle:
    """A service that only counts its ticks."""

    deliverer: Any = None

    def __init__(self) -> None:
        self.ticks = 0

    def tick(self) -> None:
        """Count."""
        self.ticks += 1


def test_an_engine_that_lost_its_lead_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "DeliveryThread", lambda deliverer: deliverer)
    service, beats, lost = _Idle(), iter((True, OSError("no answer"), False)), []

    def beat() -> bool:
        answer = next(beats)
        if isinstance(answer, OSError):
            raise answer
        return answer

    heart = Heart(service, on_beat=beat, on_lost=lambda: lost.append(1))  # type: ignore[arg-type]
    job = heart.scheduler.get_job("beat")
    assert job is not None
    assert job.trigger.interval == timedelta(seconds=4), "a job of its own, not after the tick"
    heart._beat()
    heart._beat()
    heart._tick()
    assert (heart.lost, service.ticks) == (False, 1), "one beat without an answer costs nothing"
    heart._beat()
    heart._beat()
    heart._tick()
    assert (heart.lost, lost, service.ticks) == (True, [1], 1)
