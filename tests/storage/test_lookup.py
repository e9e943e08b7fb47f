"""Look-ups by columns: whole states, some columns, or how many, for whoever only reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from jiaoying.storage import lookup
from jiaoying.storage.lookup import GIVEN
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer
from tests.storage.lamp import LAMPS, T0, BlownOut, LampState, lit, made

WHO = {"actor": "user:wang", "cause": "Light"}
ELSEWHERE = "530629102201"


@pytest.fixture(autouse=True)
def lamps(writer: Writer) -> None:
    """Lamps a (dark), b and c (lit, c first), d (lit once, elsewhere, blown out again)."""

    def run(work: Work) -> None:
        for name, area in (("d", ELSEWHERE), ("b", "530629101201"), ("a", "530629101201"), ("c", "530629101201")):
            work.emit("lamp", name, made(name, area=area), **WHO)
        work.emit("lamp", "b", lit(due_at=T0 + timedelta(minutes=9)), **WHO)
        work.emit("lamp", "c", lit(due_at=T0), **WHO)
        work.emit("lamp", "d", [*lit(), BlownOut(at=T0)], **WHO)

    writer.execute(run)


def ids(engine: Engine, **asked: object) -> list[str]:
    """Ids of the lamps found; `count` and `columns` must say the same."""
    with engine.connect() as connection:
        found = [lamp.id for lamp in lookup.states(connection, "lamp", kinds=LAMPS, **asked)]  # type: ignore[arg-type]
        rows = lookup.columns(connection, "lamp", ("id",), kinds=LAMPS, **asked)  # type: ignore[arg-type]
        assert [id for (id,) in rows] == found
        if not {"order_by", "limit"} & asked.keys():
            assert lookup.count(connection, "lamp", kinds=LAMPS, **asked) == len(found)  # type: ignore[arg-type]
    return found


def test_columns_are_held_against_a_value_several_nothing_or_anything(engine: Engine) -> None:
    assert ids(engine) == ["a", "b", "c", "d"]
    assert ids(engine, state=LampState.LIT) == ["b", "c"]
    assert ids(engine, state="LIT", area=ELSEWHERE) == []
    assert ids(engine, id=("d", "a", "nobody")) == ["a", "d"]
    assert ids(engine, state=(LampState.DARK,), times=1) == ["d"]
    assert ids(engine, state=(), times=1) == [], "one of none"
    assert ids(engine, lit_at=None) == ["a"]
    assert ids(engine, lit_at=GIVEN) == ["b", "c", "d"]
    assert ids(engine, lit_at=GIVEN, due_at=None) == ["d"]
    assert ids(engine, wick=GIVEN, broken=False) == ["a", "b", "c", "d"], "nested values are there or not as well"


def test_one_shape_asked_twice_takes_the_new_values(engine: Engine) -> None:
    assert [ids(engine, id=name) for name in ("c", "a", "c")] == [["c"], ["a"], ["c"]]
    assert [ids(engine, id=names) for names in (("a",), ("a", "b", "c"))] == [["a"], ["a", "b", "c"]]
    assert [ids(engine, limit=most) for most in (1, 3)] == [["a"], ["a", "b", "c"]]


def test_the_order_is_that_of_a_column_and_then_of_the_ids(engine: Engine) -> None:
    assert ids(engine, order_by="due_at", due_at=GIVEN) == ["c", "b"]
    assert ids(engine, order_by="times") == ["a", "b", "c", "d"]
    assert ids(engine, order_by="area", limit=4) == ["a", "b", "c", "d"]
    assert ids(engine, order_by="times", limit=2, times=1) == ["b", "c"]


def test_states_are_whole_and_columns_have_their_types(engine: Engine) -> None:
    with engine.connect() as connection:
        (lamp,) = lookup.states(connection, "lamp", kinds=LAMPS, id="c")
        (row,) = lookup.columns(connection, "lamp", ("due_at", "state", "times"), kinds=LAMPS, id="c")
    assert lamp.state is LampState.LIT
    assert lamp.wicks[0].trimmed == (T0,)
    assert (row.due_at, row.state, row.times) == (T0, "LIT", 1)


def test_the_kinds_of_the_rooms_are_known_and_others_are_not(engine: Engine) -> None:
    with engine.connect() as connection:
        assert lookup.states(connection, "request", kind="anything") == [], "a column may be called kind"
        assert lookup.count(connection, "warning", proposal=GIVEN) == 0
        with pytest.raises(KeyError):
            lookup.count(connection, "lamp")
        with pytest.raises(KeyError):
            lookup.count(connection, "task", colour="red")
