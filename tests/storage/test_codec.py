"""Dataclasses survive the way through JSON and rows unchanged, and equal ones give equal bytes."""

from __future__ import annotations

import typing
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.levels import Level
from jiaoying.storage.codec import (
    RowCodec,
    UnknownFact,
    UnstorableType,
    decode,
    decode_fact,
    dumps,
    encode,
    encoder,
    fields_of,
    is_scalar,
    split_optional,
)
from jiaoying.storage.kinds import KINDS
from tests.storage.lamp import FACTS, LAMP, T0, Lamp, Lit, Made, Wick


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a storable type."""
    inner, optional = split_optional(hint)
    if optional:
        return st.none() | values(inner)
    if inner is str:
        return st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
    if inner is bool:
        return st.booleans()
    if inner is int:
        return st.integers(-(2**40), 2**40)
    if inner is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    if inner is datetime:
        zones = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-5, minutes=-30))])
        return st.datetimes(datetime(1990, 1, 2), datetime(2090, 1, 1), timezones=zones)  # noqa: DTZ001
    if isinstance(inner, type) and issubclass(inner, StrEnum):
        return st.sampled_from(list(inner))
    if typing.get_origin(inner) is tuple:
        members = typing.get_args(inner)
        if len(members) == 2 and members[1] is Ellipsis:
            return st.lists(values(members[0]), max_size=2).map(tuple)
        return st.tuples(*(values(member) for member in members))
    return st.builds(inner, **{name: values(one) for name, one in fields_of(inner)})


KIND_NAMES = sorted(KINDS)


@pytest.mark.parametrize("name", ["lamp", *KIND_NAMES])
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_every_state_and_fact_comes_back_equal(name: str, data: st.DataObject) -> None:
    kind = LAMP if name == "lamp" else KINDS[name]
    state = data.draw(values(kind.state))
    assert kind.codec.state(kind.codec.row(state)) == state
    for cls in kind.facts.values():
        fact = data.draw(values(cls))
        text = dumps(encode(fact))
        back = decode_fact(kind.facts, fact.name, encode(fact))
        assert back == fact
        assert dumps(encode(back)) == text


def test_equal_facts_give_equal_bytes_wherever_their_clock_stands() -> None:
    here = Lit(at=T0, level=Level.RED)
    there = Lit(at=T0.astimezone(timezone(timedelta(hours=8))), level=Level.RED)
    assert dumps(encode(here)) == dumps(encode(there))
    assert dumps(encode(Wick(length=1))) == dumps(encode(Wick(length=1.0)))


def test_a_row_has_typed_columns_for_scalars_and_text_for_the_rest() -> None:
    row = LAMP.codec.row(
        Lamp(
            id="a", state="LIT", status="Actual", area="x", times=1, warmth=1.5, broken=True, lit_at=T0, level=Level.RED,  # type: ignore[arg-type]
            wick=None, wicks=(), pair=("左", 1), words=("亮",), due_at=None,
        )
    )  # fmt: skip
    assert (row["times"], row["warmth"], row["broken"], row["lit_at"], row["level"]) == (1, 1.5, True, T0, "red")
    assert (row["wick"], row["wicks"], row["pair"], row["words"]) == (None, "[]", '["左",1]', '["亮"]')
    assert not is_scalar(tuple[str, ...])
    assert {field.name for field in fields(Lamp)} <= set(row)


def test_a_field_added_later_takes_its_default() -> None:
    old = {"at": T0.isoformat(), "level": "red"}
    assert decode(Lit, old) == Lit(at=T0, level=Level.RED)


def test_what_must_not_be_stored_is_refused_when_the_table_is_made() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Loose:
        words: dict[str, str]

    for hint in (dict[str, str], set[str], Any, int | str, list[int]):
        with pytest.raises(UnstorableType):
            encoder(hint)
    Loose.__annotations__["words"] = dict[str, str]
    with pytest.raises(UnstorableType):
        RowCodec(Loose)


def test_a_naive_time_and_an_unknown_fact_are_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        encode(Made(at=T0.replace(tzinfo=None), id="a", area="x"))
    with pytest.raises(UnknownFact, match="Melted"):
        decode_fact(FACTS, "Melted", {})
