"""Dataclass ↔ plain JSON values and dataclass ↔ row, by type hints alone, so that no aggregate needs mapping code of its own.

Allowed types are those of facts and states: str, int, float, bool, datetime, StrEnum, ``T | None``, ``tuple[T, ...]``,
fixed tuples, and nested frozen dataclasses of these. Times are written in UTC, so equal facts give equal bytes wherever
the writer's clock stands. Coders are built once per type and are plain closures: this runs for every fact written.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from core.facts import Fact

T = TypeVar("T")
R = TypeVar("R")
Coder = Callable[[Any], Any]

_SCALARS = (str, int, float, bool, datetime)


class UnstorableType(TypeError):
    """A field has a type that facts and states must not have."""


class UnknownFact(ValueError):
    """The journal names a fact that its kind does not know."""


def dumps(value: Any) -> str:
    """JSON text; equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _once(make: Callable[[Any], R]) -> Callable[[Any], R]:
    """Make a thing once per type (`functools.cache` cannot say that types are hashable)."""
    made: dict[Any, R] = {}

    def get(hint: Any) -> R:
        try:
            return made[hint]
        except KeyError:
            return made.setdefault(hint, make(hint))

    return get


@_once
def fields_of(cls: Any) -> tuple[tuple[str, Any], ...]:
    """The fields of a dataclass with their resolved types, in order of definition."""
    hints = typing.get_type_hints(cls)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(cls))


def split_optional(hint: Any) -> tuple[Any, bool]:
    """Return (T, True) for ``T | None``, (hint, False) otherwise."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(hint) if member is not type(None)]
        if len(members) == 1 and len(members) < len(typing.get_args(hint)):
            return members[0], True
        raise UnstorableType(f"only T | None may be stored, not {hint}")
    return hint, False


def is_scalar(hint: Any) -> bool:
    """Whether a type has a column type of its own (anything else is kept as JSON text)."""
    return isinstance(hint, type) and (hint in _SCALARS or issubclass(hint, StrEnum))


def _utc_text(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment.astimezone(UTC).isoformat()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@_once
def encoder(hint: Any) -> Coder | None:
    """The function that turns a value of type `hint` into JSON values; None when it is one already."""
    hint, optional = split_optional(hint)
    inner = _plain_encoder(hint)
    if inner is None or not optional:
        return inner
    return lambda value: None if value is None else inner(value)


def _plain_encoder(hint: Any) -> Coder | None:
    if hint in (str, int, bool):
        return None
    if hint is float:
        return float
    if hint is datetime:
        return _utc_text
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return str
    if dataclasses.is_dataclass(hint):
        return _dataclass_encoder(typing.cast("type[Any]", hint))
    if typing.get_origin(hint) is tuple:
        members = typing.get_args(hint)
        if len(members) == 2 and members[1] is Ellipsis:
            item = encoder(members[0])
            return list if item is None else lambda values: [item(value) for value in values]
        items = [encoder(member) for member in members]
        return lambda values: [
            value if code is None else code(value) for value, code in zip(values, items, strict=True)
        ]
    raise UnstorableType(f"{hint} cannot be stored")


def _dataclass_encoder(cls: type[Any]) -> Coder:
    coders = [(name, encoder(hint)) for name, hint in fields_of(cls)]
    plain = tuple(name for name, code in coders if code is None)
    coded = tuple((name, code) for name, code in coders if code is not None)

    def encode_one(value: Any) -> dict[str, Any]:
        data = {name: getattr(value, name) for name in plain}
        for name, code in coded:
            data[name] = code(getattr(value, name))
        return data

    return encode_one


@_once
def decoder(hint: Any) -> Coder | None:
    """The function that turns JSON values into a value of type `hint`; None when they are one already."""
    hint, optional = split_optional(hint)
    inner = _plain_decoder(hint)
    if inner is None or not optional:
        return inner
    return lambda value: None if value is None else inner(value)


def _plain_decoder(hint: Any) -> Coder | None:
    if hint in (str, int, bool):
        return None
    if hint is float:
        return float
    if hint is datetime:
        return _moment
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    if dataclasses.is_dataclass(hint):
        return _dataclass_decoder(typing.cast("type[Any]", hint))
    if typing.get_origin(hint) is tuple:
        members = typing.get_args(hint)
        if len(members) == 2 and members[1] is Ellipsis:
            item = decoder(members[0])
            return tuple if item is None else lambda values: tuple([item(value) for value in values])
        items = [decoder(member) for member in members]
        return lambda values: tuple(
            value if code is None else code(value) for value, code in zip(values, items, strict=True)
        )
    raise UnstorableType(f"{hint} cannot be stored")


def _dataclass_decoder(cls: type[Any]) -> Coder:
    coders = {name: decoder(hint) for name, hint in fields_of(cls)}

    def decode_one(data: Mapping[str, Any]) -> Any:
        # A field added after an entry was written is absent there and takes its default.
        values = {}
        for name, value in data.items():
            code = coders[name]
            values[name] = value if code is None else code(value)
        return cls(**values)

    return decode_one


def encode(value: Any) -> dict[str, Any]:
    """A dataclass as plain JSON values."""
    code = encoder(type(value))
    assert code is not None
    return typing.cast("dict[str, Any]", code(value))


def decode(cls: type[T], data: Mapping[str, Any]) -> T:
    """A dataclass from plain JSON values."""
    code = decoder(cls)
    assert code is not None
    return typing.cast("T", code(data))


def decode_fact(facts: Mapping[str, type[Fact]], name: str, data: Mapping[str, Any]) -> Fact:
    """A fact by its name in the journal.

    Raises
    ------
    UnknownFact
    """
    cls = facts.get(name)
    if cls is None:
        raise UnknownFact(f"no fact is called {name}")
    return decode(cls, data)


class RowCodec:
    """Dataclass ↔ row: scalar fields as they are, everything else as canonical JSON text (None as NULL).

    Parameters
    ----------
    texts : mapping of type to (write, read)
        Types that have a text of their own (geometries).
    """

    def __init__(self, cls: type[Any], *, texts: Mapping[Any, tuple[Coder, Coder]] | None = None) -> None:
        self.cls = cls
        self.columns = tuple(name for name, _ in fields_of(cls))
        self._write: list[tuple[str, Coder]] = []
        self._read: list[tuple[str, Coder]] = []
        for name, hint in fields_of(cls):
            inner, optional = split_optional(hint)
            if is_scalar(inner):
                if issubclass(inner, StrEnum):
                    self._write.append((name, _or_none(str)))
                    self._read.append((name, _or_none(inner)))
                elif inner is float:
                    self._write.append((name, _or_none(float)))
                continue
            if texts is not None and inner in texts:
                write, read = texts[inner]
                self._write.append((name, _or_none(write)))
                self._read.append((name, _or_none(read)))
                continue
            code, back = encoder(inner), decoder(inner)
            assert code is not None
            assert back is not None
            if not optional and _is_tuple(inner):
                self._write.append((name, _tuple_writer(code)))
                self._read.append((name, _tuple_reader(back)))
            else:
                self._write.append((name, _or_none(_json_writer(code))))
                self._read.append((name, _or_none(_json_reader(back))))

    def row(self, value: Any) -> dict[str, Any]:
        """The row of a dataclass, keyed by column."""
        row = {name: getattr(value, name) for name in self.columns}
        for name, code in self._write:
            row[name] = code(row[name])
        return row

    def state(self, row: Any) -> Any:
        """The dataclass of a row."""
        values = {name: row[name] for name in self.columns}
        for name, code in self._read:
            values[name] = code(values[name])
        return self.cls(**values)


def _is_tuple(hint: Any) -> bool:
    return typing.get_origin(hint) is tuple


def _or_none(code: Coder) -> Coder:
    return lambda value: None if value is None else code(value)


def _json_writer(code: Coder) -> Coder:
    return lambda value: dumps(code(value))


def _json_reader(code: Coder) -> Coder:
    return lambda text: code(json.loads(text))


def _tuple_writer(code: Coder) -> Coder:
    # Most lists of most rows are empty; writing and reading them is worth a short cut.
    return lambda value: dumps(code(value)) if value else "[]"


def _tuple_reader(code: Coder) -> Coder:
    return lambda text: () if text == "[]" else code(json.loads(text))
