"""Deadlines, inbox, codes, site values and the acts of a drill: what else lies in rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine

from jiaoying.storage import acts, codes, due, inbox, site
from jiaoying.storage.acts import Act
from jiaoying.storage.kinds import KINDS
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer
from tests.storage.lamp import LAMPS, T0, BlownOut, lit, made

WHO = {"actor": "user:wang", "cause": "Light"}
MINUTE = timedelta(minutes=1)


def test_what_is_due_is_found_the_longest_due_first(writer: Writer, engine: Engine) -> None:
    def run(work: Work) -> None:
        for name, minutes in (("b", 3), ("a", 3), ("c", 1), ("later", 9)):
            work.emit("lamp", name, [*made(name), *lit(due_at=T0 + minutes * MINUTE)], **WHO)
        work.emit("lamp", "none", made("none"), **WHO)
        found = due.due(work, T0 + 3 * MINUTE, kinds=LAMPS)
        assert found == [("lamp", "c", T0 + MINUTE), ("lamp", "a", T0 + 3 * MINUTE), ("lamp", "b", T0 + 3 * MINUTE)]

    writer.execute(run)
    with engine.connect() as connection:
        assert due.next_due(connection, kinds=LAMPS) == T0 + MINUTE
        assert due.due(connection, T0, kinds=LAMPS) == []
    writer.execute(lambda work: work.emit("lamp", "c", [BlownOut(at=T0)], **WHO))
    with engine.connect() as connection:
        assert due.next_due(connection, kinds=LAMPS) == T0 + 3 * MINUTE
        assert due.next_due(connection, kinds=LAMPS, only=["event"]) is None
        assert due.next_due(connection) is None, "nothing of the rooms waits here"


def test_inbound_is_kept_once_and_handled_in_order(writer: Writer) -> None:
    def store(gateway: str, id: str) -> bool:
        return writer.execute(lambda work: inbox.store(work, gateway, id, "sms", "收到".encode(), T0))

    assert [store("kannel", "1"), store("kannel", "2"), store("kannel", "1"), store("other", "1")] == [
        True,
        True,
        False,
        True,
    ]
    waiting = writer.execute(lambda work: inbox.unhandled(work.connection))
    assert [(one.gateway, one.gateway_id, one.body) for one in waiting] == [
        ("kannel", "1", "收到".encode()),
        ("kannel", "2", "收到".encode()),
        ("other", "1", "收到".encode()),
    ]
    writer.execute(lambda work: inbox.mark_handled(work, waiting[0].id))
    for _ in range(inbox.MOST_TRIES):
        assert waiting[1].id in [one.id for one in writer.execute(lambda work: inbox.unhandled(work.connection))]
        writer.execute(lambda work: inbox.mark_failed(work, waiting[1].id))
    assert [one.id for one in writer.execute(lambda work: inbox.unhandled(work.connection))] == [waiting[2].id]
    assert [one.id for one in writer.execute(lambda work: inbox.failed(work.connection))] == [waiting[1].id]
    assert writer.execute(lambda work: inbox.erase_bodies(work, before=T0 + MINUTE)) == 1
    assert not store("kannel", "1"), "that it came stays known"


def test_two_webs_that_get_the_same_inbound_keep_it_once(open_writer: Callable[..., Writer]) -> None:
    writers = [open_writer(), open_writer()]
    futures = [
        writer.submit(lambda work, n=n: inbox.store(work, "kannel", str(n), "sms", b"", T0))  # type: ignore[misc]
        for n in range(30)
        for writer in writers
    ]
    assert sum(future.result(30) for future in futures) == 30


def test_codes_name_a_callout_for_one_phone(open_writer: Callable[..., Writer]) -> None:
    writer = open_writer(kinds=KINDS)

    def remember(callout: str, version: int, code: str, *phones: str, minutes: int = 0) -> None:
        writer.execute(
            lambda work: codes.remember(work, callout=callout, version=version, code=code, phone_refs=phones),
            now=T0 + minutes * MINUTE,
        )

    remember("c1", 1, "A7", "wang", "li")
    remember("c1", 1, "A7", "wang")
    remember("c2", 1, "B3", "wang", minutes=1)
    remember("c1", 2, "C4", "wang", minutes=2)
    with_codes = writer.execute(
        lambda work: (
            codes.find(work, phone_ref="wang", code="A7", since=T0),
            codes.find(work, phone_ref="li", code="B3", since=T0),
            codes.find(work, phone_ref="wang", code="A7", since=T0 + MINUTE),
            codes.callouts_at(work, phone_ref="wang", since=T0),
            codes.taken(work, phone_refs=["wang", "li"], since=T0 + MINUTE),
            codes.taken(work, phone_refs=[], since=T0),
        )
    )
    assert with_codes == (
        codes.Code("c1", 1, "A7", T0),
        None,
        None,
        ["c1", "c2"],
        frozenset({"B3", "C4"}),
        frozenset(),
    )
    assert writer.execute(lambda work: codes.forget(work, before=T0 + MINUTE)) == 2
    remember("c9", 1, "A7", "wang", minutes=3)
    found = writer.execute(lambda work: codes.find(work, phone_ref="wang", code="A7", since=T0))
    assert found is not None
    assert found.callout == "c9"


def test_acts_of_a_drill_are_due_rows(writer: Writer, engine: Engine) -> None:
    planned = [
        Act(id="b", due_at=T0 + MINUTE, kind="reply", payload={"text": "1"}),
        Act(id="a", due_at=T0 + MINUTE, kind="reply", payload={"text": "2 3 4"}),
        Act(id="c", due_at=T0, kind="approve", payload={}),
    ]
    assert writer.execute(lambda work: acts.plan(work, planned)) == 3
    assert writer.execute(lambda work: acts.plan(work, planned)) == 0
    with engine.connect() as connection:
        assert acts.due(connection, T0) == [planned[2]]
        assert acts.due(connection, T0 + MINUTE) == [planned[2], planned[1], planned[0]]
        assert acts.due(connection, T0 + MINUTE, limit=1) == [planned[2]]
        assert acts.next_due(connection) == T0
    writer.execute(lambda work: acts.mark_done(work, "c"))
    assert writer.execute(lambda work: acts.plan(work, planned)) == 0, "what was done is not planned again"
    with engine.connect() as connection:
        assert acts.next_due(connection) == T0 + MINUTE
        assert [acts.find(connection, id) for id in ("a", "c", "nobody")] == [planned[1], planned[2], None]


def test_what_leaves_nothing_to_do_is_put_down_once(writer: Writer, engine: Engine) -> None:
    def put(*names: str) -> set[str]:
        return writer.execute(lambda work: acts.put_done(work, "heard", [(name, T0) for name in names]))

    assert put() == set()
    assert put("a", "b") == {"a", "b"}
    assert put("c", "a") == {"c"}
    with engine.connect() as connection:
        assert acts.ids_of(connection, "heard") == {"a", "b", "c"}
        assert acts.ids_of(connection, "reply") == frozenset()
        assert acts.next_due(connection) is None


def test_small_values_are_kept(writer: Writer, engine: Engine) -> None:
    for value in ({"frame": 3}, {"frame": 4, "名": "小坝"}):
        writer.execute(lambda work, value=value: acts.remember(work, "feed", value))  # type: ignore[misc]
    writer.execute(lambda work: acts.remember(work, "phone:1", [1]))
    for salt in ("first", "second"):
        writer.execute(lambda work, salt=salt: site.put(work.connection, "salt", salt))  # type: ignore[misc]
    with engine.connect() as connection:
        assert acts.recall(connection, "feed") == {"frame": 4, "名": "小坝"}
        assert acts.recall(connection, "nothing") is None
        assert acts.recall_all(connection, "phone:") == {"phone:1": [1]}
        assert len(acts.recall_all(connection)) == 2
        assert (site.get(connection, "salt"), site.get(connection, "seed")) == ("second", None)
        assert site.everything(connection) == {"salt": "second"}
