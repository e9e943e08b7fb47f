"""One leader at a time: a crashed one is replaced at once, a frozen one is fenced off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from jiaoying.storage import leader
from jiaoying.storage.database import open_engine
from jiaoying.storage.leader import Fenced, Leadership
from jiaoying.storage.writer import Writer
from tests.storage.lamp import T0, made

SECOND = timedelta(seconds=1)
WHO = {"actor": "engine", "cause": "Test"}


@pytest.fixture
def candidates(url: str) -> Iterator[tuple[Leadership, Leadership]]:
    engines = [open_engine(url), open_engine(url)]
    pair = tuple(Leadership(engine, owner=f"host:{n}") for n, engine in enumerate(engines, start=1))
    yield pair[0], pair[1]
    for one, engine in zip(pair, engines, strict=True):
        one.release(T0)
        engine.dispose()


def test_there_is_one_leader(candidates: tuple[Leadership, Leadership], engine: Engine) -> None:
    first, second = candidates
    assert first.acquire(T0)
    assert not second.acquire(T0)
    assert first.acquire(T0 + SECOND), "again is a renewal"
    assert (first.epoch, second.epoch) == (1, None)
    with engine.connect() as connection:
        assert leader.current(connection) == ("host:1", 1, T0 + SECOND + leader.LEASE)
        assert leader.current(connection, "other") is None


def test_who_steps_down_is_followed_at_once(candidates: tuple[Leadership, Leadership]) -> None:
    first, second = candidates
    first.acquire(T0)
    first.release(T0)
    assert second.acquire(T0)
    assert second.epoch == 2
    assert not first.renew(T0)


def test_a_crashed_leader_is_followed_before_its_lease_ends(candidates: tuple[Leadership, Leadership]) -> None:
    first, second = candidates
    first.acquire(T0)
    first._lock.release()  # what the system does when a process dies
    assert second.acquire(T0 + SECOND)
    assert second.epoch == 2


def test_a_frozen_leader_is_replaced_and_fenced_off(
    candidates: tuple[Leadership, Leadership], open_writer: Callable[..., Writer]
) -> None:
    first, second = candidates
    first.acquire(T0)
    writer = open_writer(fence=first.fence())
    writer.execute(lambda work: work.emit("lamp", "a", made("a"), **WHO))
    assert not second.acquire(T0 + leader.LEASE - SECOND)
    assert not second.acquire(T0 + leader.LEASE, steal=False), "a passing command takes nothing over"
    if first._alone:
        assert not second.acquire(T0 + 10 * leader.LEASE), "who holds the file lock lives, on this very machine"
        first._lock.release()  # it was killed at last, and one write of it is still on its way
        assert second.acquire(T0 + leader.LEASE)
    else:
        assert second.acquire(T0 + leader.LEASE), "the lock is still held, but the lease has run out"
    futures = [
        writer.submit(lambda work, n=n: work.emit("lamp", f"b{n}", made(f"b{n}"), **WHO))  # type: ignore[misc]
        for n in range(3)
    ]
    for future in futures:
        with pytest.raises(Fenced):
            future.result(10)
    after = open_writer(fence=second.fence())
    assert [lamp.id for lamp in after.execute(lambda work: work.select("lamp"))] == ["a"]
    assert not first.renew(T0 + leader.LEASE)
    assert first.epoch is None
    with pytest.raises(Fenced):
        first.fence()
    assert second.renew(T0 + 2 * leader.LEASE)


def test_a_passing_command_never_fences_off_a_late_engine(candidates: tuple[Leadership, Leadership]) -> None:
    serve, command = candidates
    assert serve.acquire(T0)
    fence = serve.fence()
    assert not command.acquire(T0 + 10 * leader.LEASE, steal=False)
    command.release(T0 + 10 * leader.LEASE)
    assert serve.renew(T0 + 10 * leader.LEASE)
    with serve._engine.connect() as connection:
        fence(connection)
    serve.release(T0 + 11 * leader.LEASE)
    assert command.acquire(T0 + 11 * leader.LEASE, steal=False), "with nobody leading the lock is its own"
