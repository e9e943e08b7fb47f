"""One leader: a lock that ends with its process, and a lease row whose epoch fences off a leader that froze.

The lock (a file lock beside the SQLite file, an advisory lock on PostgreSQL) makes a take-over after a crash
immediate. On PostgreSQL a frozen process, or a host that is gone without a word, keeps its lock; when its lease runs
out, another engine takes the next epoch without the lock, and whatever the first still tries to commit is refused.
On SQLite all processes share one machine: whoever holds the file lock lives, and nobody takes over from the living.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, Engine, insert, select, text, update

from jiaoying.storage.database import database_file, is_sqlite, writing
from jiaoying.storage.schema import leader

LEASE = timedelta(seconds=15)


class Fenced(Exception):
    """This process is no longer the leader; nothing it does may be committed."""


class _Lock(Protocol):
    def take(self) -> bool:
        """Try once; True when it is (already) ours."""

    def release(self) -> None:
        """Give it back."""


class _FileLock:
    def __init__(self, path: str) -> None:
        self._path, self._file = path, -1

    def take(self) -> bool:
        if self._file >= 0:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class _AdvisoryLock:
    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._key = int.from_bytes(hashlib.sha256(f"jiaoying:{name}".encode()).digest()[:8], "big", signed=True)
        self._connection: Connection | None = None

    def take(self) -> bool:
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
                return True
            except Exception:  # noqa: BLE001  # whatever ended the connection ended the lock with it
                self.release()
        # A connection outside the pool: the lock lives exactly as long as it does.
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}).scalar_one():
            self._connection = connection
            return True
        connection.close()
        return False

    def release(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Leadership:
    """One candidate's hold on leadership.

    Parameters
    ----------
    owner : str
        Who it is, for the health page (host and process).
    """

    def __init__(self, engine: Engine, *, name: str = "engine", owner: str, lease: timedelta = LEASE) -> None:
        self.name, self.owner, self.lease = name, owner, lease
        self.epoch: int | None = None
        self._engine = engine
        file = database_file(engine)
        self._alone = file is not None
        """All candidates are on this machine, and the system ends the lock with its process."""
        self._lock: _Lock = _AdvisoryLock(engine, name) if file is None else _FileLock(f"{file}.{name}.lock")

    def acquire(self, now: datetime, *, steal: bool = True) -> bool:
        """Try to become the leader; True when this one leads now.

        Parameters
        ----------
        steal : bool
            Whether an ended lease may be taken over while another process still holds the lock. Only an engine that
            will lead from now on may: a passing command would fence off an engine that was merely slow.
        """
        if self.epoch is not None:
            return self.renew(now)
        locked = self._lock.take()
        if not locked and (not steal or self._alone):
            return False
        with writing(self._engine).begin() as connection:
            row = connection.execute(select(leader).where(leader.c.name == self.name).with_for_update()).first()
            if row is not None and not locked and row.lease_until > now:
                return False
            values = {"owner": self.owner, "lease_until": now + self.lease}
            if row is None:
                if not locked:
                    return False
                connection.execute(insert(leader).values(name=self.name, epoch=1, **values))
                self.epoch = 1
            else:
                change = update(leader).where(leader.c.name == self.name)
                connection.execute(change.values(epoch=row.epoch + 1, **values))
                self.epoch = row.epoch + 1
        return True

    def renew(self, now: datetime) -> bool:
        """Prolong the lease; False when somebody else has taken over (this one leads no more)."""
        if self.epoch is None:
            return False
        self._lock.take()
        with writing(self._engine).begin() as connection:
            change = (
                update(leader)
                .where(leader.c.name == self.name, leader.c.epoch == self.epoch)
                .values(lease_until=now + self.lease)
            )
            ours = connection.execute(change).rowcount == 1
        if not ours:
            self.epoch = None
            self._lock.release()
        return ours

    def release(self, now: datetime) -> None:
        """Step down, so that the next one need not wait."""
        if self.epoch is not None:
            with writing(self._engine).begin() as connection:
                change = update(leader).where(leader.c.name == self.name, leader.c.epoch == self.epoch)
                connection.execute(change.values(lease_until=now))
            self.epoch = None
        self._lock.release()

    def fence(self) -> Callable[[Connection], None]:
        """The check the writer makes before each commit, for the epoch held now.

        Raises
        ------
        Fenced
            From the check, when another epoch has begun.
        """
        name, epoch = self.name, self.epoch
        if epoch is None:
            raise Fenced(f"{self.owner} does not lead")
        query = select(leader.c.epoch).where(leader.c.name == name)

        def check(connection: Connection) -> None:
            # The shared lock holds a take-over back until this transaction has committed.
            held = query if is_sqlite(connection) else query.with_for_update(read=True)
            if connection.execute(held).scalar_one_or_none() != epoch:
                raise Fenced(f"epoch {epoch} of {name} is over")

        return check


def current(connection: Connection, name: str = "engine") -> tuple[str, int, datetime] | None:
    """(owner, epoch, end of lease) of the leader, as the health page shows it."""
    row = connection.execute(select(leader).where(leader.c.name == name)).first()
    return None if row is None else (row.owner, row.epoch, row.lease_until)
