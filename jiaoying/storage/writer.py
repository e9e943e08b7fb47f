"""The writer: one thread, one writing connection, and one commit for all commands that wait (group commit)."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from jiaoying.storage import journal
from jiaoying.storage.database import writing
from jiaoying.storage.kinds import KINDS, Kind
from jiaoying.storage.memory import Memory
from jiaoying.storage.work import Conflict, Work

T = TypeVar("T")
log = logging.getLogger(__name__)

MOST_COMMANDS = 256  # of one group
MOST_SECONDS = 0.1  # a group takes no further command after this: no transaction over 200 ms (DESIGN section 5)
TRIES = 4


class WriterClosed(RuntimeError):
    """The writer takes no commands any more."""


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    # Written out, because `begin_nested` costs more than most commands do.
    connection.exec_driver_sql("SAVEPOINT command")
    try:
        yield
    except BaseException:
        if not connection.invalidated:
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT command")
            connection.exec_driver_sql("RELEASE SAVEPOINT command")
        raise
    connection.exec_driver_sql("RELEASE SAVEPOINT command")


@dataclass(slots=True)
class _Command:
    run: Callable[[Work], Any]
    now: datetime
    future: Future[Any]
    tries: int = 0
    result: Any = None
    page: journal.Page | None = None
    callbacks: list[Callable[[], None]] = field(default_factory=list)


@dataclass(slots=True)
class Figures:
    """What the writer has done; shown on the health page."""

    commands: int = 0
    commits: int = 0
    retries: int = 0
    slowest_s: float = 0.0
    over_200_ms: int = 0


class Writer:
    """Takes commands and writes them in groups; a failing command rolls back alone.

    Parameters
    ----------
    engine : Engine
        From `open_engine`.
    salt : str
        The site's salt for private references.
    clock : callable
        Gives `now` to commands that bring none.
    recorded : callable, optional
        From `now` to the time an entry counts as written; the clock by default. Drills pass ``lambda now: now``.
    inline : bool
        Run each command at once in the calling thread (drills): same code, no group, a fixed order.
    fence : callable, optional
        Called with the connection before each commit; raises when this process is no longer the leader.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        salt: str,
        clock: Callable[[], datetime],
        recorded: Callable[[datetime], datetime] | None = None,
        inline: bool = False,
        fence: Callable[[Connection], None] | None = None,
        kinds: Mapping[str, Kind] = KINDS,
    ) -> None:
        self.figures = Figures()
        self.fence = fence
        self._engine = writing(engine)
        self._salt, self._clock, self._kinds = salt, clock, kinds
        self._recorded = recorded or (lambda _now: clock())
        self._connection: Connection | None = None
        self._memory = Memory()
        self._closed = False
        self._lock = threading.Lock()
        self._owner: int | None = None
        self._queue: queue.SimpleQueue[_Command | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        if not inline:
            self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
            self._thread.start()

    def execute(self, run: Callable[[Work], T], *, now: datetime | None = None) -> T:
        """Run one command in a transaction and return what it returns, once that is durable."""
        if self._owner == threading.get_ident():
            raise RuntimeError("a command must not execute another: it would wait for itself")
        return self.submit(run, now=now).result()

    def submit(self, run: Callable[[Work], T], *, now: datetime | None = None) -> Future[T]:
        """Hand over one command; the future is done once its transaction is durable, or has failed."""
        future: Future[T] = Future()
        command = _Command(run=run, now=now or self._clock(), future=future)
        if self._thread is None:
            with self._lock:
                if self._closed:
                    raise WriterClosed
                self._group([command])
        else:
            with self._lock:  # nothing may be queued behind the end
                if self._closed:
                    raise WriterClosed
                self._queue.put(command)
        return future

    def close(self) -> None:
        """Finish what waits and stop."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._thread is not None:
                self._queue.put(None)
        if self._thread is not None:
            self._thread.join()
        else:
            self._disconnect()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        going = True
        while going:
            first = self._queue.get()
            if first is None:
                break
            group = [first]
            while len(group) < MOST_COMMANDS:
                try:
                    command = self._queue.get_nowait()
                except queue.Empty:
                    break
                if command is None:
                    going = False
                    break
                group.append(command)
            self._group(group)
        self._disconnect()

    def _group(self, commands: list[_Command]) -> None:
        waiting = [command for command in commands if command.future.set_running_or_notify_cancel()]
        self._owner = threading.get_ident()
        try:
            while waiting:
                waiting = self._commit(waiting)
        except BaseException as error:
            self._memory.forget()
            for command in waiting:
                if not command.future.done():
                    command.future.set_exception(error)
            if not isinstance(error, Exception):
                raise
            log.exception("the writer failed a whole group")
        finally:
            self._owner = None

    def _commit(self, commands: list[_Command]) -> list[_Command]:
        """Run commands in one transaction; returns those that are to be run again (those not reached included)."""
        alone = len(commands) == 1
        done: list[_Command] = []
        again: list[_Command] = []
        begun = perf_counter()
        try:
            connection = self._connect()
            with connection.begin():
                self._memory.begin(connection)
                for position, command in enumerate(commands):
                    if position and perf_counter() - begun > MOST_SECONDS:
                        again.extend(commands[position:])
                        break
                    try:
                        if alone:
                            self._run(connection, command)
                        else:
                            with _savepoint(connection):
                                self._run(connection, command)
                    except (Conflict, DBAPIError) as error:
                        if alone or connection.invalidated:
                            raise
                        self._memory.forget()  # whatever was believed may have caused this
                        self._again(command, error, again)
                    except Exception as error:  # it belongs to whoever sent the command
                        if alone:
                            raise
                        command.future.set_exception(error)
                    else:
                        done.append(command)
                if done:
                    pages = [command.page for command in done if command.page is not None]
                    journal.append(connection, pages, memory=self._memory)
                    self._check_fence(connection)
        except (Conflict, DBAPIError) as error:
            self._disconnect()
            return self._failed(commands, error)
        except Exception as error:  # noqa: BLE001  # handed to the callers, each of whom waits for it
            if done:  # what a failing command has read stands, what was written does not
                self._memory.forget()
            for command in commands:
                if not command.future.done():
                    command.future.set_exception(error)
            return []
        self._memory.trim()
        self._measure(perf_counter() - begun, len(done))
        for command in done:
            for callback in command.callbacks:
                try:
                    callback()
                except Exception:
                    log.exception("what was to follow a commit failed")
            command.future.set_result(command.result)
        return again

    def _run(self, connection: Connection, command: _Command) -> None:
        work = Work(
            connection,
            now=command.now,
            salt=self._salt,
            kinds=self._kinds,
            recorded_at=self._recorded(command.now),
            memory=self._memory,
        )
        command.result = command.run(work)
        command.page = work.finish()
        command.callbacks = work.callbacks

    def _failed(self, commands: list[_Command], error: Exception) -> list[_Command]:
        """A transaction failed as a whole: each of its commands is tried again alone."""
        for command in commands:
            if command.future.done():
                continue
            again: list[_Command] = []
            self._again(command, error, again)
            while again:
                again = self._commit(again)
        return []

    def _again(self, command: _Command, error: Exception, again: list[_Command]) -> None:
        command.tries += 1
        if command.tries >= TRIES:
            command.future.set_exception(error)
        else:
            self.figures.retries += 1
            again.append(command)

    def _measure(self, seconds: float, commands: int) -> None:
        figures = self.figures
        figures.commands += commands
        figures.commits += 1
        figures.slowest_s = max(figures.slowest_s, seconds)
        if seconds > 0.2:
            figures.over_200_ms += 1

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._engine.connect()
        return self._connection

    def _check_fence(self, connection: Connection) -> None:
        # Whoever takes over writes its epoch; where nobody else has written, the last look still holds.
        if self.fence is not None and not (self._memory.trusted and self._memory.fenced is self.fence):
            self.fence(connection)
            self._memory.fenced = self.fence

    def _disconnect(self) -> None:
        self._memory.forget()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
