"""Commands are all or nothing, alone in their failure, and durable once answered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, func, select, update

from core.lifecycle import UnknownTransition
from jiaoying.storage import journal, memory, sealer
from jiaoying.storage.rebuild import rebuild_check
from jiaoying.storage.schema import private
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer, WriterClosed
from tests.storage.lamp import LAMP, LAMPS, T0, BlownOut, LampState, lit, made

WHO = {"actor": "user:wang", "cause": "Light"}


def light(name: str) -> Callable[[Work], object]:
    def run(work: Work) -> object:
        if work.get("lamp", name) is None:
            work.emit("lamp", name, made(name), **WHO)
        return work.emit("lamp", name, lit(work.now, due_at=work.now + timedelta(minutes=5)), **WHO)

    return run


def rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(LAMP.table)).scalar_one()


def test_what_is_written_is_read_back_equal(writer: Writer) -> None:
    after = writer.execute(light("a"))
    assert writer.execute(lambda work: work.get("lamp", "a")) == after
    assert writer.execute(lambda work: work.many("lamp", ["b", "a"])) == {"a": after}
    assert writer.execute(lambda work: work.get("lamp", "b")) is None


def test_a_failing_command_leaves_nothing(writer: Writer, engine: Engine) -> None:
    called: list[int] = []

    def half(work: Work) -> None:
        light("a")(work)
        work.private("phone", "+8610012345678")
        work.after_commit(lambda: called.append(1))
        work.select("lamp")  # flushed, and still undone
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        writer.execute(half)
    sealer.seal(engine)
    assert (rows(engine), called) == (0, [])
    assert journal.verify_database(engine).entries == 0
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(private)).scalar_one() == 0


def test_in_a_group_only_the_failing_command_rolls_back(writer: Writer, engine: Engine) -> None:
    gate = threading.Event()
    first = writer.submit(lambda _work: gate.wait(10))  # holds the writer, so that the others wait together
    futures = [writer.submit(light(f"lamp-{n}")) for n in range(20)]

    def bad(work: Work) -> None:
        light("lost")(work)
        work.emit("lamp", "lost", made("lost"), **WHO)

    failing = writer.submit(bad)
    futures += [writer.submit(light(f"lamp-{n}")) for n in range(20, 40)]
    gate.set()
    assert first.result(10)
    assert [future.result(10).id for future in futures] == [f"lamp-{n}" for n in range(40)]  # type: ignore[attr-defined]
    with pytest.raises(UnknownTransition):
        failing.result(10)
    assert rows(engine) == 40
    assert writer.figures.commits <= 4, "commands that wait together share a commit"
    sealer.seal(engine)
    verdict = journal.verify_database(engine)
    assert verdict.holds
    assert verdict.entries == 40


def test_callbacks_follow_the_commit(writer: Writer, engine: Engine) -> None:
    seen: list[int] = []

    def run(work: Work) -> None:
        light("a")(work)
        work.after_commit(lambda: seen.append(rows(engine)))

    writer.execute(run)
    assert seen == [1]


def test_inline_runs_the_same_code_in_the_calling_thread(open_writer: Callable[..., Writer], engine: Engine) -> None:
    writer = open_writer(inline=True, recorded=lambda now: now)
    thread = writer.execute(lambda work: (light("a")(work), threading.current_thread())[1])
    assert thread is threading.current_thread()
    with pytest.raises(UnknownTransition):
        writer.execute(lambda work: work.emit("lamp", "a", made("a"), **WHO))
    writer.execute(light("b"))
    assert rows(engine) == 2


def test_a_command_cannot_wait_for_itself(writer: Writer) -> None:
    with pytest.raises(RuntimeError, match="wait for itself"):
        writer.execute(lambda _work: writer.execute(light("a")))


def test_a_closed_writer_takes_nothing_and_has_finished_everything(writer: Writer, engine: Engine) -> None:
    futures = [writer.submit(light(f"lamp-{n}")) for n in range(50)]
    writer.close()
    assert all(future.done() for future in futures)
    assert rows(engine) == 50
    with pytest.raises(WriterClosed):
        writer.submit(light("late"))


def test_two_writers_that_meet_on_one_row_lose_nothing(open_writer: Callable[..., Writer], engine: Engine) -> None:
    first, second = open_writer(), open_writer()
    first.execute(light("a"))
    futures = [writer.submit(light("a")) for _ in range(25) for writer in (first, second)]
    for future in futures:
        future.result(30)
    assert first.execute(lambda work: work.get("lamp", "a")).times == 51


def test_two_writers_that_give_birth_to_the_same_thing_make_one(
    open_writer: Callable[..., Writer], engine: Engine
) -> None:
    writers = [open_writer(), open_writer()]
    futures = [writer.submit(light(f"lamp-{n}")) for n in range(20) for writer in writers]
    for future in futures:
        future.result(30)
    lamps = writers[0].execute(lambda work: work.select("lamp"))
    assert [lamp.times for lamp in lamps] == [2] * 20


def test_select_sees_its_own_work_and_filters_by_columns(writer: Writer) -> None:
    def run(work: Work) -> None:
        for name in "abc":
            light(name)(work)
        work.emit("lamp", "b", [BlownOut(at=work.now)], **WHO)
        assert [lamp.id for lamp in work.select("lamp", state=LampState.LIT)] == ["a", "c"]
        assert [lamp.id for lamp in work.select("lamp", id=("b", "c"), due_at=None)] == ["b"]
        table = work.kind("lamp").table
        newest = work.select("lamp", table.c.times > 0, order_by=table.c.id.desc(), limit=2)
        assert [lamp.id for lamp in newest] == ["c", "b"]
        assert work.count("lamp", state=[LampState.LIT, LampState.DARK]) == 3

    writer.execute(run)


def test_times_keep_their_instant_and_need_an_offset(writer: Writer) -> None:
    with pytest.raises(ValueError, match="offset"):
        writer.execute(lambda work: work.emit("lamp", "a", made("a", T0.replace(tzinfo=None)), **WHO))
    assert writer.execute(light("a")).lit_at == T0  # type: ignore[attr-defined]


def test_what_somebody_else_writes_is_seen_at_once(writer: Writer, engine: Engine) -> None:
    writer.execute(light("a"))
    assert writer.execute(lambda work: work.get("lamp", "a").times) == 1
    with engine.begin() as connection:
        connection.execute(update(LAMP.table).values(times=7, revision=9))
    assert writer.execute(lambda work: work.get("lamp", "a").times) == 7
    assert writer.execute(lambda work: [lamp.times for lamp in work.select("lamp")]) == [7]
    with engine.begin() as connection:
        connection.execute(delete(LAMP.table))
    assert writer.execute(lambda work: work.get("lamp", "a")) is None
    assert writer.execute(light("a")).times == 1  # type: ignore[attr-defined]


def test_nothing_of_a_failed_command_is_remembered(open_writer: Callable[..., Writer], engine: Engine) -> None:
    writer = open_writer(inline=True)
    writer.execute(light("a"))

    def fail(work: Work) -> None:
        light("a")(work)
        light("b")(work)
        work.private("phone", "+8610012345678")
        work.flush()
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            writer.execute(fail)
        assert writer.execute(lambda work: (work.get("lamp", "a").times, work.get("lamp", "b"))) == (1, None)
    ref = writer.execute(lambda work: work.private("phone", "+8610012345678"))
    assert writer.execute(lambda work: work.reveal(ref)) == "+8610012345678"
    writer.execute(light("b"))
    sealer.seal(engine)
    assert journal.verify_database(engine).holds
    assert rebuild_check(engine, kinds=LAMPS) == []


def test_memory_keeps_within_bounds_and_changes_nothing(
    open_writer: Callable[..., Writer], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MOST_STATES", 8)
    monkeypatch.setattr(memory, "MOST_REFS", 3)
    writer = open_writer(inline=True)
    for turn in range(3):
        for n in range(20):
            assert writer.execute(light(f"lamp-{n}")).times == turn + 1  # type: ignore[attr-defined]
            writer.execute(lambda work, n=n: work.private("phone", str(n)))  # type: ignore[misc]
        assert {lamp.times for lamp in writer.execute(lambda work: work.select("lamp"))} == {turn + 1}
    sealer.seal(engine)
    assert rebuild_check(engine, kinds=LAMPS) == []
