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
BEAT_S = 4
"""A third of the lease and less: one late beat does not end it."""


class Heart:
    """Runs tick, polling and delivery of one service until stopped.

    Parameters
    ----------
    service : Service
    sources : sequence of (Source, seconds)
        Each polled at its own pace.
    on_beat : callable, optional
        Renews the leader's lease in a job of its own, so that a long tick does not cost it; False when it is lost.
    on_lost : callable, optional
        Called once when another engine leads: this one must end, loudly.
    """

    def __init__(
        self,
        service: Service,
        sources: Sequence[tuple[Source, int]] = (),
        *,
        on_beat: Callable[[], bool] | None = None,
        on_lost: Callable[[], None] | None = None,
    ) -> None:
        self.service = service
        self.on_beat, self.on_lost = on_beat, on_lost
        self.lost = False
        self.delivery = DeliveryThread(service.deliverer)
        # coalesce: after a pause one tick is enough, it finds all that is overdue; no misfire limit, so none is dropped.
        self.scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )
        self.scheduler.add_job(self._tick, "interval", seconds=TICK_S, id="tick")
        if on_beat is not None:
            self.scheduler.add_job(self._beat, "interval", seconds=BEAT_S, id="beat")
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

    def _beat(self) -> None:
        if self.lost or self.on_beat is None:
            return
        try:
            leads = self.on_beat()
        except Exception:
            # A database that does not answer now may answer the next beat; the lease outlasts three of them.
            log.exception("renewing the lease failed")
            return
        if not leads:
            self.lost = True
            log.critical("another engine has taken over this site; this one stops")
            if self.on_lost is not None:
                self.on_lost()

    def _tick(self) -> None:
        if self.lost:
            return
        try:
            self.service.tick()
        except Exception:
            # The next tick finds the same rows again; ending the job would be silence.
            log.exception("tick failed")

    def _poll(self, source: Source) -> None:
        try:
            for taken in polling.poll(self.service, source):
                log.info("source %s: %s: %d frames, %d new", source.name, taken.file, taken.frames, taken.changed)
        except Exception:
            log.exception("polling %s failed", source.name)
