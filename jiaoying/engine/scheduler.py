"""The clock of a running site: a handful of fixed jobs that find work in rows. Work and deadlines are never in the scheduler."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from apscheduler.schedulers.background import BackgroundScheduler

from jiaoying.engine import polling
from jiaoying.engine.deliver import DeliveryThread
from jiaoying.engine.polling import Source
from jiaoying.engine.service import Service

log = logging.getLogger(__name__)
TICK_S = 1


class Heart:
    """Runs tick, polling and delivery of one service until stopped.

    Parameters
    ----------
    service : Service
    sources : sequence of (Source, seconds)
        Each polled at its own pace.
    on_beat : callable, optional
        Called after every tick (leader lease, heartbeat).
    """

    def __init__(
        self,
        service: Service,
        sources: Sequence[tuple[Source, int]] = (),
        *,
        on_beat: Callable[[], None] | None = None,
    ) -> None:
        self.service = service
        self.on_beat = on_beat
        self.delivery = DeliveryThread(service.deliverer)
        # coalesce: after a pause one tick is enough, it finds all that is overdue; no misfire limit, so none is dropped.
        self.scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )
        self.scheduler.add_job(self._tick, "interval", seconds=TICK_S, id="tick")
        for source, every_s in sources:
            self.scheduler.add_job(self._poll, "interval", seconds=every_s, args=[source], id=f"poll {source.name}")

    def start(self) -> None:
        """Start the jobs and the delivery thread."""
        self.delivery.start()
        self.scheduler.start()

    def stop(self) -> None:
        """Finish what is in hand and stop."""
        self.scheduler.shutdown(wait=True)
        self.delivery.stop()

    def _tick(self) -> None:
        try:
            self.service.tick()
        except Exception:
            # The next tick finds the same rows again; ending the job would be silence.
            log.exception("tick failed")
        if self.on_beat is not None:
            self.on_beat()

    def _poll(self, source: Source) -> None:
        try:
            for taken in polling.poll(self.service, source):
                log.info("source %s: %s: %d frames, %d new", source.name, taken.file, taken.frames, taken.changed)
        except Exception:
            log.exception("polling %s failed", source.name)
