"""The loop of a drill: the real engine under a virtual clock that jumps to the next frame, deadline or act.

At one moment T everything that is due is done: frames are taken in, acts of phones and desk go through the engine's
commands in the order of their time, deadlines are met, messages go out and are heard; what that makes due is done as
well. Then T becomes the earliest moment at which anything is due. T is kept in the database before anything happens at
it, every act is marked done in the transaction of its command, and everything else is written by the engine in its own
transactions: a drill killed anywhere goes on where it stood, to the same end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evacuation.task import TaskState
from hazards.frames import RainFrame
from jiaoying.drills import acts
from jiaoying.drills.acts import Act, ActKind
from jiaoying.drills.clock import VirtualClock
from jiaoying.drills.desk import Desk
from jiaoying.drills.exchange import Exchange
from jiaoying.drills.story import Story
from jiaoying.engine.commands import (
    Actor,
    ApproveWarning,
    CloseRequest,
    Command,
    ConfirmTask,
    NotAllowed,
    NotFound,
    ReadReply,
    ReceiveReceipt,
    ReceiveText,
    RejectWarning,
)
from jiaoying.engine.service import Service
from jiaoying.storage import lookup
from jiaoying.storage.database import Connection, Engine
from jiaoying.storage.work import Work
from notifiers.callout import CallOutState
from notifiers.message import MessageState
from notifiers.receipts import ReceiptKind
from warning.warning import WarningState

NOW = "now"
FRAMES = "frames"
LONGEST = timedelta(hours=24)  # after the last frame: a drill that is not over by then never will be
MOST_PASSES = 200  # over one moment; more means that something makes itself due again and again
_OPEN_TASKS = (TaskState.ORDERED, TaskState.ACKNOWLEDGED, TaskState.MOVING)
_INBOUND = frozenset({str(ActKind.RECEIPT), str(ActKind.TEXT), str(ActKind.KEY)})
_UNSENT = (MessageState.QUEUED, MessageState.SENDING, MessageState.IN_DOUBT)
_OPEN_WARNINGS = (WarningState.PROPOSED, WarningState.IN_FORCE)


class DrillStuck(RuntimeError):
    """The drill does not come to its end; the message says what stays open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a drill has come."""

    at: datetime
    frames_done: int
    frames: int
    open_tasks: int
    proposals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended: `over` by itself, or stopped by the waiter."""

    at: datetime
    over: bool
    jumps: int
    acts: int


def stands_at(engine: Engine) -> datetime | None:
    """Where the clock of this database's drill stands; None before it began."""
    with engine.connect() as connection:
        kept = acts.recall(connection, NOW)
    return None if kept is None else datetime.fromisoformat(kept)


class Runner:
    """Runs one drill to its end.

    Parameters
    ----------
    frames : sequence of RainFrame
        The storm; each arrives `arrives_after` its interval has ended.
    speed : float, optional
        Virtual seconds a real second; None goes as fast as it can.
    waiter : callable, optional
        Waits so many real seconds (`threading.Event.wait`); returns True when the drill is to stop.
    story, progress : callable, optional
        Take a line of the story, or how far it is.
    """

    def __init__(
        self,
        *,
        service: Service,
        clock: VirtualClock,
        exchange: Exchange,
        desk: Desk,
        frames: Sequence[RainFrame],
        arrives_after: timedelta = timedelta(minutes=3),
        gateway: str = "simulated",
        speed: float | None = None,
        waiter: Callable[[float], bool] | None = None,
        story: Callable[[str], None] | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.service, self.clock, self.exchange, self.desk = service, clock, exchange, desk
        self.frames = sorted(frames, key=lambda frame: (frame.valid_at, frame.source))
        self.arrives_after = arrives_after
        self.gateway = gateway
        self.speed, self.waiter = speed, waiter
        self._tell, self._progress = story, progress
        self._story: Story | None = None
        self._frames_done = 0
        self._acts_done = 0
        self._jumps = 0

    # --- the loop ---------------------------------------------------------------------------------------------

    def run(self) -> Outcome:
        """Go on from where the drill stands until it is over.

        Raises
        ------
        DrillStuck
            When nothing is due any more, or a day after the last frame, and something is still open.
        """
        self.begin()
        while True:
            self.settle()
            if self.over():
                return self._outcome(over=True)
            then = self.next_moment()
            if then is None or then > self._last_arrival() + LONGEST:
                raise DrillStuck(self._what_is_open())
            if self._wait(then):
                return self._outcome(over=False)
            self.jump(then)

    def forward(self, until: datetime) -> None:
        """Go on to `until`, whatever is open then."""
        self.begin()
        while True:
            self.settle()
            then = self.next_moment()
            if then is None or then > until:
                break
            self.jump(then)
        if until > self.clock.now():
            self.jump(until)
            self.settle()

    def begin(self) -> None:
        """Take up the drill where it stands: clock, frames, messages nobody has heard yet."""
        with self.service.engine.connect() as connection:
            kept = acts.recall(connection, NOW)
            done = acts.recall(connection, FRAMES)
        if kept is not None:
            self.clock.jump(datetime.fromisoformat(kept))
        else:
            self._remember(NOW, self.clock.now().isoformat())
        self._frames_done = int(done or 0)
        if self._tell is not None:
            self._story = Story(self.service.county, self.service.site.timezone)
            if kept is not None:
                with self.service.engine.connect() as connection:
                    self._story.skip(connection)
        self.exchange.catch_up()
        self.service.judge()

    def settle(self) -> None:
        """Do everything that is due by now, and what that makes due."""
        for _ in range(MOST_PASSES):
            now = self.clock.now()
            done = self._take_frames() + self._do_acts() + self.service.tick(now)
            if self._anything_to_send():
                done += self.service.deliver()
            done += self.exchange.listen(self.service.county.directory)
            done += self.desk.look(now)
            due = self._next_due()
            if not done or due is None or due > now:
                break
        else:
            raise DrillStuck(f"{self.clock.now().isoformat()}: 同一时刻反复有事到期")
        self._report()

    def jump(self, then: datetime) -> None:
        """Move the clock; where it stands is kept before anything happens there."""
        self._remember(NOW, then.isoformat())
        self.clock.jump(then)
        self._jumps += 1

    def next_moment(self) -> datetime | None:
        """The earliest moment at which anything is due; never now or before."""
        due = self._next_due()
        return None if due is None else max(due, self.clock.now() + timedelta(seconds=1))

    def _next_due(self) -> datetime | None:
        with self.service.engine.connect() as connection:
            moments = [acts.next_due(connection), self.service.next_due()]
        if self._frames_done < len(self.frames):
            moments.append(self._arrival(self.frames[self._frames_done]))
        return min((moment for moment in moments if moment is not None), default=None)

    def _anything_to_send(self) -> bool:
        """Whether a message waits; asking is cheaper than a delivery that finds nothing."""
        with self.service.engine.connect() as connection:
            return lookup.count(connection, "message", state=_UNSENT) > 0

    def over(self) -> bool:
        """CONTRACT, `--once`: the last frame judged, no proposal open, every ordered task cleared."""
        if self._frames_done < len(self.frames):
            return False
        with self.service.engine.connect() as connection:
            return not _open_tasks(connection) and not _proposals(connection)

    # --- what happens at a moment -----------------------------------------------------------------------------

    def _take_frames(self) -> int:
        taken = 0
        while self._frames_done < len(self.frames):
            frame = self.frames[self._frames_done]
            if self._arrival(frame) > self.clock.now():
                break
            self.service.ingest([frame])
            self._frames_done += 1
            taken += 1
            self._remember(FRAMES, self._frames_done)
        return taken

    def _do_acts(self) -> int:
        now = self.clock.now()
        with self.service.engine.connect() as connection:
            waiting = acts.due(connection, now, limit=200)
        stored = 0
        for act in waiting:
            inbound = act.kind in _INBOUND
            if stored and not inbound:
                self.service.handle_inbound()  # the desk acts on what has come in before
                stored = 0
            self._do(act)
            stored += inbound
        if stored:
            self.service.handle_inbound()
        self._acts_done += len(waiting)
        return len(waiting)

    def _do(self, act: Act) -> None:
        def done(work: Work) -> None:
            acts.mark_done(work, act.id)

        made = self._command(act)
        if made is not None:
            command, actor = made
            try:
                if isinstance(command, ReceiveText | ReceiveReceipt):
                    self.service.store_inbound(command, actor, also=done)
                else:
                    self.service.execute(command, actor, also=done)
            except (NotAllowed, NotFound):
                pass  # somebody was quicker, or the version has moved on: people are told so and let it be
            else:
                return
        self.service.writer.execute(done)

    def _command(self, act: Act) -> tuple[Command, Actor] | None:
        given = act.payload
        match ActKind(act.kind):
            case ActKind.RECEIPT:
                return (
                    ReceiveReceipt(
                        gateway=self.gateway,
                        receipt_id=act.id,
                        kind=ReceiptKind(given["receipt"]),
                        at=act.due_at,
                        message=given["message"],
                        reason=given["reason"],
                    ),
                    Actor(kind="gateway", id=self.gateway),
                )
            case ActKind.TEXT | ActKind.KEY:
                if given.get("unless_answered") and self._answered(given.get("callout"), given.get("version")):
                    return None
                key = act.kind == ActKind.KEY
                return (
                    ReceiveText(
                        gateway=self.gateway,
                        gateway_id=act.id,
                        sender=given["phone"],
                        text=given["text"],
                        at=act.due_at,
                        channel="voice" if key else "sms",
                        message=given["message"] if key else None,
                    ),
                    Actor(kind="gateway", id=self.gateway),
                )
            case ActKind.APPROVE:
                approval = ApproveWarning(id=given["warning"], version=given["version"], reason=given["reason"])
                return approval, self._user(given["who"], "duty")
            case ActKind.REJECT:
                rejection = RejectWarning(id=given["warning"], version=given["version"], reason=given["reason"])
                return rejection, self._user(given["who"], "duty")
            case ActKind.READ:
                return ReadReply(id=given["reply"], text=given["text"]), self._user(given["who"], "dispatcher")
            case ActKind.CONFIRM:
                version = self._version(given["task"])
                if version is None:
                    return None
                return ConfirmTask(id=given["task"], version=version), self._user(given["who"], "dispatcher")
            case ActKind.REQUEST:
                moved = CloseRequest(id=given["request"], act=given["act"], reason=given["reason"], to=given["to"])
                return moved, self._user(given["who"], "dispatcher")
            case ActKind.HEARD:
                return None

    def _user(self, name: str, role: str) -> Actor:
        return Actor(kind="user", id=name, role=role, area=self.service.site.area)

    def _answered(self, callout: str | None, version: int | None) -> bool:
        """Whether this call-out needs no answer any more: nobody answers the same order twice by two wires."""
        if callout is None:
            return False
        settled = (CallOutState.ANSWERED, CallOutState.WITHDRAWN)
        with self.service.engine.connect() as connection:
            return lookup.count(connection, "callout", id=callout, state=settled, order_version=version) > 0

    def _version(self, task: str) -> int | None:
        with self.service.engine.connect() as connection:
            found = lookup.columns(connection, "task", ("version",), id=task)
        return found[0].version if found else None

    # --- time -------------------------------------------------------------------------------------------------

    def _arrival(self, frame: RainFrame) -> datetime:
        return frame.valid_at + self.arrives_after

    def _last_arrival(self) -> datetime:
        return self._arrival(self.frames[-1]) if self.frames else self.clock.now()

    def _wait(self, then: datetime) -> bool:
        if self.waiter is None:
            return False
        seconds = 0.0 if self.speed is None else (then - self.clock.now()).total_seconds() / self.speed
        return self.waiter(seconds)

    def _remember(self, key: str, value: str | int) -> None:
        self.service.writer.execute(lambda work: acts.remember(work, key, value))

    # --- telling ----------------------------------------------------------------------------------------------

    def _report(self) -> None:
        if self._story is not None and self._tell is not None:
            with self.service.engine.connect() as connection:
                for line in self._story.lines(connection):
                    self._tell(line)
        if self._progress is not None:
            with self.service.engine.connect() as connection:
                self._progress(
                    Progress(
                        at=self.clock.now(),
                        frames_done=self._frames_done,
                        frames=len(self.frames),
                        open_tasks=_open_tasks(connection),
                        proposals=_proposals(connection),
                    )
                )

    def _outcome(self, *, over: bool) -> Outcome:
        return Outcome(at=self.clock.now(), over=over, jumps=self._jumps, acts=self._acts_done)

    def _what_is_open(self) -> str:
        with self.service.engine.connect() as connection:
            proposals = _proposals(connection)
            tasks = [
                f"{self.service.county.short(row.area)} {TaskState(row.state).chinese}"
                for row in lookup.columns(connection, "task", ("area", "state"), order_by="area", state=_OPEN_TASKS)
            ]
        return f"演练不能结束:待批提议 {proposals} 条;未清零任务 {len(tasks)} 项:{'、'.join(tasks) or '无'}"


def _open_tasks(connection: Connection) -> int:
    return lookup.count(connection, "task", state=_OPEN_TASKS)


def _proposals(connection: Connection) -> int:
    return lookup.count(connection, "warning", proposal=lookup.GIVEN, state=_OPEN_WARNINGS)
