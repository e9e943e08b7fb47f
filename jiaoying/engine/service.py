"""The service: one door for commands, one tick for deadlines, one step for what is queued. Same code live and in drills."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from core.levels import Level
from hazards.frames import RainFrame
from jiaoying.engine import (
    alarms,
    approving,
    counting,
    deliver,
    desk,
    ending,
    ordering,
    receipting,
    receiving,
    steps,
    watch,
)
from jiaoying.engine.commands import (
    ENGINE,
    AcknowledgeAlarm,
    Actor,
    AnswerCallout,
    ApproveWarning,
    CancelWarning,
    CloseRequest,
    Command,
    ConfirmTask,
    EndDrill,
    RaiseWarning,
    ReadReply,
    ReceiveReceipt,
    ReceiveText,
    RejectWarning,
    SetHousehold,
    SignAllClear,
    TakeOver,
)
from jiaoying.engine.county import County
from jiaoying.engine.judging import Judging
from jiaoying.engine.rain import Rain
from jiaoying.engine.site import Site
from jiaoying.engine.turn import Turn
from jiaoying.storage import accounts, due, inbox, outbox, registers
from jiaoying.storage import site as site_store
from jiaoying.storage.database import Engine
from jiaoying.storage.pulse import TICKED, Pulse, pulse
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer
from notifiers.gateways.port import Gateway
from people.areas import AreaTree
from people.posts import Directory
from warning.indices import JIANGHUA, ThresholdSet

log = logging.getLogger(__name__)
T = TypeVar("T")
WATCHED = "watched_at"
WATCH_EVERY = timedelta(minutes=1)
THOROUGH_EVERY_MIN = 10
ANSWERS_KEPT = timedelta(hours=24)  # of idempotent requests
GRACE = timedelta(minutes=15)  # a frame may arrive this late before its interval is judged without it
CHUNK = 64  # deadlines that share a commit
MOST_PASSES = 50  # passes of one tick over what its own work made due; more would be a loop, and is an alarm

HANDLERS: dict[type[Command], Callable[[Turn, Any], Any]] = {
    ApproveWarning: approving.approve,
    RejectWarning: approving.reject,
    CancelWarning: approving.cancel,
    RaiseWarning: approving.raise_by_hand,
    ReadReply: receiving.read_by_person,
    ConfirmTask: counting.confirm,
    SignAllClear: ending.sign_all_clear,
    TakeOver: ending.take_over,
    AnswerCallout: ending.answer_by_desk,
    SetHousehold: counting.set_household,
    CloseRequest: ending.move_request,
    AcknowledgeAlarm: alarms.acknowledge,
    EndDrill: ending.end_drill,
}


class Service:
    """The engine of one site.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Of the site's database, for reading.
    writer : Writer
        The one writer.
    site : Site
        Settings in the words of the rooms.
    gateways : sequence of Gateway
        In order of preference.
    clock : callable
        Now; virtual in a drill.
    epoch : int
        The fencing epoch of this engine.
    thresholds : ThresholdSet
        Judges every zone for which nothing is filed.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writer,
        site: Site,
        gateways: Sequence[Gateway],
        clock: Callable[[], datetime],
        epoch: int = 1,
        thresholds: ThresholdSet = JIANGHUA,
    ) -> None:
        self.engine = engine
        self.thresholds = thresholds
        self.writer = writer
        self.site = site
        self.clock = clock
        self.deliverer = deliver.Deliverer(gateways, self.run, lease_s=site.lease_s, epoch=epoch, waiting=self.pulse)
        self._county: County | None = None
        self._watched_at: datetime | None = None
        # Tick, hooks and pages run in threads of their own: one of them reads the inbox at a time.
        self._reading = threading.Lock()
        self._failing: dict[str, tuple[int, datetime]] = {}
        self.judging = Judging(self)
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- state that is made from the database and may be thrown away ------------------------------------------

    @property
    def county(self) -> County:
        """The registers as they stand; read again after an import."""
        known = self._county  # another thread may forget it in between
        if known is None:
            with self.engine.connect() as connection:
                rows = registers.load_county_rows(connection, default=self.thresholds)
            tree = AreaTree(rows.areas)
            known = self._county = County(
                version=rows.version,
                tree=tree,
                posts=tuple(rows.posts),
                directory=Directory(tree, rows.posts, zone=self.site.timezone),
                households={h.code: h for h in rows.households},
                shelters={s.code: s for s in rows.shelters},
                zones={z.code: z for z in rows.zones},
                stations={s.code: s for s in rows.stations},
                thresholds=rows.thresholds,
            )
        return known

    @property
    def rain(self) -> Rain:
        """Sums of all zones by the newest rain."""
        return self.judging.rain

    def pulse(self, now: datetime | None = None) -> Pulse:
        """What waits at this moment, without writing anything."""
        with self.engine.connect() as connection:
            return pulse(connection, now or self.clock())

    def refresh(self, seen: Pulse) -> None:
        """See what other processes wrote: registers imported, frames stored and not yet judged."""
        if self._county is not None and not self._county.version.startswith(f"{seen.imports}:"):
            self.registers_changed()
        if seen.frames:
            self.judge()

    def registers_changed(self) -> None:
        """Forget the snapshot: the next turn reads the registers again."""
        self._county = None

    def crossing_of(self, zones: Sequence[str]) -> tuple[datetime, datetime] | None:
        """When the first of these zones crosses the order line by the newest trend: earliest and latest."""
        known = self.judging.crossings()
        return min((known[zone] for zone in zones if zone in known), default=None)

    # --- commands ---------------------------------------------------------------------------------------------

    def run(
        self,
        cause: str,
        handle: Callable[[Turn], T],
        *,
        actor: Actor = ENGINE,
        also: Callable[[Work], None] | None = None,
        now: datetime | None = None,
    ) -> T:
        """Run one turn: everything `handle` writes is committed together, or not at all."""
        result = self.submit(cause, handle, actor=actor, also=also, now=now).result()
        self.deliverer.wake.set()
        return result

    def submit(
        self,
        cause: str,
        handle: Callable[[Turn], T],
        *,
        actor: Actor = ENGINE,
        also: Callable[[Work], None] | None = None,
        now: datetime | None = None,
    ) -> Future[T]:
        """Hand one turn to the writer, where it may share a commit with others; the future is done once it is durable."""
        county = self.county

        def work_on(work: Work) -> T:
            turn = Turn(
                work=work, site=self.site, county=county, actor=actor, cause=cause, crossings=self.judging.crossings()
            )
            result = handle(turn)
            steps.follow_up(turn)
            if also is not None:
                also(work)
            return result

        return self.writer.submit(work_on, now=now)

    def execute(self, command: Command, actor: Actor, *, also: Callable[[Work], None] | None = None) -> Any:
        """Carry out one command for one actor. `also` runs in the same transaction (a drill marks its act done).

        Raises
        ------
        NotFound, NotAllowed, Stale
            When the command names nothing, is refused, or acts on an old version.
        """
        if isinstance(command, ReceiveText | ReceiveReceipt):
            return self.receive(command, actor, also=also)
        handler = HANDLERS[type(command)]
        return self.run(command.name, lambda turn: handler(turn, command), actor=actor, also=also)

    def receive(
        self, command: ReceiveText | ReceiveReceipt, actor: Actor, *, also: Callable[[Work], None] | None = None
    ) -> bool:
        """Write an inbound act down, then understand it. Returns False when it was seen before."""
        new = self.store_inbound(command, actor, also=also)
        self.handle_inbound()
        return new

    def store_inbound(
        self, command: ReceiveText | ReceiveReceipt, actor: Actor, *, also: Callable[[Work], None] | None = None
    ) -> bool:
        """Write an inbound act down durably and nothing else (a hook answers 200 after this)."""
        text = isinstance(command, ReceiveText)
        identity = command.gateway_id if isinstance(command, ReceiveText) else command.receipt_id

        def store(turn: Turn) -> bool:
            return inbox.store(
                turn.work,
                gateway=command.gateway,
                gateway_id=identity,
                kind="text" if text else "receipt",
                body=receipting.body_of(command).encode(),
                received_at=turn.now,
            )

        return self.run("StoreInbound", store, actor=actor, also=also)

    def handle_inbound(self, limit: int = 500) -> int:
        """Understand what is stored and not yet handled, oldest first; one that fails never stops the others."""
        with self._reading:
            return self._handle_inbound(limit)

    def _handle_inbound(self, limit: int) -> int:
        with self.engine.connect() as connection:
            waiting = inbox.unhandled(connection, limit=limit)
        for row in waiting:
            actor = Actor(kind="gateway", id=row.gateway)
            try:
                self.run("HandleInbound", partial(steps.handle_inbound, row), actor=actor)
            except Exception as error:  # noqa: BLE001  # kept in the inbox and shown; the others go on
                self.failed(f"inbox {row.gateway} {row.gateway_id}", error)
                self.run("HandleInbound", partial(steps.inbound_failed, row), actor=actor)
        return len(waiting)

    # --- rain -------------------------------------------------------------------------------------------------

    def store_frames(self, frames: Sequence[RainFrame], *, cause: str = "IngestFrame") -> int:
        """Write frames down without judging them; a running service judges what it finds. Returns new or corrected."""
        ordered = sorted(frames, key=lambda f: (f.valid_at, f.source))
        return sum(self.run(cause, partial(steps.store_frame, frame)) for frame in ordered)

    def ingest(self, frames: Sequence[RainFrame], *, cause: str = "IngestFrame") -> int:
        """Take frames in: store, match, judge, order, call. Returns how many were new or corrected; twice is nothing."""
        changed = self.store_frames(frames, cause=cause)
        self.judge()
        return changed

    def judge(self) -> int:
        """Judge every stored frame not yet judged; returns how many there were."""
        return self.judging.judge()

    def judge_again(self) -> None:
        """Judge the newest time again, because what it is judged by has changed."""
        self.judging.judge_again()

    def judge_silence(self, now: datetime) -> None:
        """Judge the intervals nobody reported."""
        self.judging.judge_silence(now)

    # --- deadlines --------------------------------------------------------------------------------------------

    def tick(self, now: datetime | None = None) -> int:
        """Do everything that is due, in order; returns how many deadlines were met."""
        moment = now or self.clock()
        seen = self.pulse(moment)
        self.refresh(seen)
        if seen.inbound:
            self.handle_inbound()
        done = self._meet_deadlines(moment) if seen.due or seen.inbound or seen.frames else 0
        self._watch(moment)
        return done

    def _watch(self, moment: datetime) -> None:
        """Once a minute: judge silence, see whether night fell, run the rules that must find nothing.

        When it was last done is a row, so that a drill that is killed goes on as if it had not been.
        """
        if self._watched_at is None:
            with self.engine.connect() as connection:
                kept = site_store.get(connection, WATCHED)
            self._watched_at = datetime.fromisoformat(kept) if kept is not None else moment - WATCH_EVERY
        if moment - self._watched_at < WATCH_EVERY:
            return
        self.judge_silence(moment)
        newest = self.rain.newest_at

        for identity in self.run("Look", ordering.due_at_night):
            self.attempt(f"nightfall {identity}", "Nightfall", partial(steps.nightfall, identity), now=moment)
        event = self.run("Look", approving.open_event)
        if event is not None:
            self.call_desk(moment)
            self.attempt("tell areas", "Tell", partial(steps.tell_again, event.id), now=moment)
        # By the clock, not by a count, so that a restart changes nothing.
        thorough = int(moment.timestamp()) // 60 % THOROUGH_EVERY_MIN == 0

        def look(turn: Turn) -> None:
            watch.watch(turn, newest_rain_at=newest, thorough=thorough)
            if thorough:
                accounts.forget_answers(turn.work, before=moment - ANSWERS_KEPT)

        self.attempt("watch", "Watch", look, now=moment)
        self.run("Watched", lambda turn: site_store.put(turn.work.connection, WATCHED, moment.isoformat()), now=moment)
        self._watched_at = moment

    def call_desk(self, now: datetime) -> None:
        """Ring the desk for proposals it was never rung for (also those of an engine that died before it could)."""
        self.attempt("call desk", "CallDesk", desk.call_desk, now=now)

    def attempt(self, what: str, cause: str, handle: Callable[[Turn], object], *, now: datetime) -> bool:
        """Run one step of many: what fails is journalled, shown and found again, and never stops the others."""
        try:
            self.run(cause, handle, now=now)
        except Exception as error:  # noqa: BLE001  # see above
            self.failed(what, error)
            return False
        self._failing.pop(what, None)
        return True

    def _meet_deadlines(self, moment: datetime) -> int:
        """Meet what is due in chunks that share a commit; inbound is read between them."""
        done = 0
        met: set[tuple[str, str, datetime]] = set()
        for _ in range(MOST_PASSES):
            waiting = [one for one in self._due(moment) if one not in met and not self._backs_off(one, moment)]
            if not waiting:
                break
            for start in range(0, len(waiting), CHUNK):
                chunk = waiting[start : start + CHUNK]
                met.update(chunk)
                done += len(chunk)
                futures = [
                    (f"{kind} {identity}", self.submit("Tick", partial(steps.when_due, kind, identity), now=moment))
                    for kind, identity, _ in chunk
                ]
                for what, future in futures:
                    try:
                        future.result()
                        self._failing.pop(what, None)
                    except Exception as error:  # noqa: BLE001  # journalled, shown, and found again by the next tick
                        self.failed(what, error)
                if start + CHUNK < len(waiting):
                    self.handle_inbound()
        return done

    def _backs_off(self, one: tuple[str, str, datetime], moment: datetime) -> bool:
        """What fails again and again is tried less and less often, at least every five minutes."""
        tries, last = self._failing.get(f"{one[0]} {one[1]}", (0, moment))
        return tries > 0 and moment - last < timedelta(seconds=min(2**tries, 300))

    def _due(self, moment: datetime) -> list[tuple[str, str, datetime]]:
        with self.engine.connect() as connection:
            return due.due(connection, moment, only=TICKED) + outbox.overdue(connection, moment)

    def next_due(self) -> datetime | None:
        """The earliest deadline of all rows."""
        with self.engine.connect() as connection:
            return due.next_due(connection)

    def recover(self) -> None:
        """After a start: what an engine before this one had in hand is in doubt, and the gateways are asked."""
        self.run("Recover", lambda turn: outbox.recover(turn.work, epoch=self.deliverer.epoch))

    def deliver(self) -> int:
        """Send until nothing is queued for now; steps the delivery loop in the caller's thread (drills, tests)."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        total = 0
        self._loop.run_until_complete(self.deliverer.resolve_doubts())
        while sent := self._loop.run_until_complete(self.deliverer.step()):
            total += sent
        return total

    def close(self) -> None:
        """Close the writer and the stepping loop."""
        if self._loop is not None:
            self._loop.close()
        self.writer.close()

    def failed(self, what: str, error: Exception) -> None:
        """A failing step is journalled, shown and retried; it never stops the others."""
        tries = self._failing.get(what, (0, self.clock()))[0] + 1
        self._failing[what] = (tries, self.clock())
        if tries > 1 and tries % 10:
            return  # said already; its alarm stands
        log.exception("step failed: %s", what, exc_info=error)

        def note(turn: Turn) -> None:
            turn.work.note(
                "engine",
                self.site.area,
                "StepFailed",
                {"what": what, "error": type(error).__name__},
                actor=str(turn.actor),
                cause=turn.cause,
                status=turn.site.status,
            )
            alarms.raise_alarm(turn, rule="step_failed", subject=what, level=Level.ORANGE, words=f"步骤失败:{what}")

        self.run("StepFailed", note)
