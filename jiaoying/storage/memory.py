"""What the writer remembers between transactions, so that a state need not be read and decoded again and again.

On SQLite `PRAGMA data_version` says whether anybody else has written since; if nobody has, what is remembered is what
is stored. Elsewhere a remembered state counts only when the stored row has the same revision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from jiaoying.storage.database import is_sqlite

MOST_STATES = 50_000
MOST_REFS = 200_000


@dataclass(slots=True)
class Memory:
    """States by kind and id with their revision, private references known to be kept, the head of the journal."""

    states: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)
    refs: set[str] = field(default_factory=set)
    head: tuple[int, str] | None = None
    fenced: Callable[[Connection], None] | None = None
    trusted: bool = False
    _version: int | None = None

    def begin(self, connection: Connection) -> None:
        """A transaction has begun: forget everything if somebody else has written."""
        if not is_sqlite(connection):
            self.refs.clear()
            return
        driver = connection.connection.driver_connection
        assert driver is not None
        version = driver.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self.forget()
            self._version = version
        self.trusted = True

    def forget(self) -> None:
        """Nothing that is remembered may be relied on (a rollback, a new connection, another writer)."""
        self.states.clear()
        self.refs.clear()
        self.head = self.fenced = self._version = None
        self.trusted = False

    def learn(self, kind: str, id: str, revision: int, state: Any) -> None:
        """Remember a state that has been written."""
        self.states[kind, id] = (revision, state)

    def trim(self) -> None:
        """Keep within bounds, the newest longest."""
        if len(self.states) > MOST_STATES:
            for key in list(islice(self.states, MOST_STATES // 4)):
                del self.states[key]
        if len(self.refs) > MOST_REFS:
            self.refs.clear()
