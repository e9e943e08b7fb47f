"""The aggregates the database knows: how each is folded from its facts and in which table it lies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from sqlalchemy import Delete, Insert, MetaData, Select, Table, Update, bindparam, delete, insert, select, update

from core.facts import Fact
from core.lifecycle import Lifecycle
from evacuation import household_status, replies, request, task
from jiaoying.storage.codec import RowCodec
from jiaoying.storage.schema import REVISION, aggregate_table, metadata
from notifiers import alarm, callout, message
from warning import event, warning


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One aggregate: the dataclass of its state, its facts by name, its `evolve`, its table."""

    name: str
    state: type[Any]
    facts: Mapping[str, type[Fact]]
    evolve: Callable[[Any, Any], Any]
    lifecycle: Lifecycle[Any]
    table: Table
    codec: RowCodec = field(init=False)
    by_id: Select[Any] = field(init=False)
    by_ids: Select[Any] = field(init=False)
    insert: Insert = field(init=False)
    update: Update = field(init=False)
    delete: Delete = field(init=False)

    def __post_init__(self) -> None:
        table = self.table
        # Built once: making a statement costs more than running it.
        made = {
            "codec": RowCodec(self.state),
            "by_id": select(table).where(table.c.id == bindparam("id")),
            "by_ids": select(table).where(table.c.id.in_(bindparam("ids", expanding=True))),
            "insert": insert(table),
            "update": update(table)
            .where(table.c.id == bindparam("_id"), table.c[REVISION] == bindparam("_revision"))
            .values({column.name: bindparam(column.name) for column in table.c if column.name != "id"}),
            "delete": delete(table).where(table.c.id == bindparam("_id")),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @property
    def has_deadline(self) -> bool:
        """Whether the tick has to look at this kind."""
        return "due_at" in self.table.c


def kind_of(
    name: str,
    state: type[Any],
    facts: Mapping[str, type[Fact]],
    evolve: Callable[[Any, Any], Any],
    lifecycle: Lifecycle[Any],
    *,
    indices: Sequence[Sequence[str]] = (),
    into: MetaData = metadata,
) -> Kind:
    """A kind with its table derived from the dataclass of its state; `indices` are those its own queries need."""
    table = aggregate_table(name, state, into, indices=indices)
    return Kind(name=name, state=state, facts=facts, evolve=evolve, lifecycle=lifecycle, table=table)


def _kind(name: str, state: type[Any], room: ModuleType, *, indices: Sequence[Sequence[str]] = ()) -> Kind:
    """A kind from the module that holds its table of transitions, its facts and `evolve`."""
    return kind_of(name, state, room.FACTS, room.evolve, room.LIFECYCLE, indices=indices)


# In the order in which one causes the next; due work of one moment is done in the order of deadlines, then of names.
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("event", event.Event, event),
        _kind("warning", warning.Warning, warning),
        _kind("task", task.Task, task),
        _kind("household", household_status.HouseholdStatus, household_status),
        _kind("callout", callout.CallOut, callout),
        _kind(
            "message",
            message.Message,
            message,
            indices=(("state", "priority", "queued_at", "id"), ("to_ref", "channel", "state")),
        ),
        _kind("request", request.Request, request),
        _kind("reply", replies.Reply, replies),
        _kind("alarm", alarm.Alarm, alarm),
    )
}
