"""A made-up aggregate with every type a state may have, so that the machinery is tested apart from the rooms."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import MetaData

from core.cap import CapStatus
from core.facts import Fact
from core.levels import Level
from core.lifecycle import Lifecycle, Row, same
from jiaoying.storage.kinds import Kind, kind_of
from jiaoying.storage.schema import metadata

T0 = datetime(2025, 7, 8, 15, 0, tzinfo=UTC)


class LampState(StrEnum):
    DARK = "DARK"
    LIT = "LIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wick:
    length: float
    level: Level | None = None
    trimmed: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    id: str
    state: LampState
    status: CapStatus
    area: str
    times: int
    warmth: float
    broken: bool
    lit_at: datetime | None
    level: Level | None
    wick: Wick | None
    wicks: tuple[Wick, ...]
    pair: tuple[str, int]
    words: tuple[str, ...]
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made(Fact):
    id: str
    area: str
    wick: Wick | None = None
    status: CapStatus = CapStatus.EXERCISE


@dataclass(frozen=True, slots=True, kw_only=True)
class Lit(Fact):
    level: Level
    due_at: datetime | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlownOut(Fact):
    by: str | None = None


FACTS: dict[str, type[Fact]] = {"Made": Made, "Lit": Lit, "BlownOut": BlownOut}
LIFECYCLE = Lifecycle(
    name="Lamp",
    chinese="灯",
    states=LampState,
    rows=(
        Row(source=None, fact="Made", target=LampState.DARK, why="made"),
        Row(source=LampState.DARK, fact="Lit", target=LampState.LIT, why="lit"),
        Row(source=LampState.LIT, fact="BlownOut", target=LampState.DARK, why="blown out"),
        *same([LampState.LIT], "Lit", "again"),
    ),
    notes={LampState.DARK: {"BlownOut": "dark already"}},
)


def evolve(state: Lamp | None, fact: Fact) -> Lamp:
    after = LIFECYCLE.after(None if state is None else state.state, fact)
    if state is None:
        assert isinstance(fact, Made)
        return Lamp(
            id=fact.id,
            state=after,
            status=fact.status,
            area=fact.area,
            times=0,
            warmth=0.5,
            broken=False,
            lit_at=None,
            level=None,
            wick=fact.wick,
            wicks=(),
            pair=("左", 1),
            words=(),
            due_at=None,
        )
    if LIFECYCLE.is_noted(state.state, fact.name):
        return state
    match fact:
        case Lit():
            return dataclasses.replace(
                state,
                state=after,
                times=state.times + 1,
                lit_at=fact.at,
                level=fact.level,
                due_at=fact.due_at,
                words=fact.words,
                wicks=(*state.wicks, Wick(length=1, level=fact.level, trimmed=(fact.at,))),
            )
        case BlownOut():
            return dataclasses.replace(state, state=after, due_at=None)
        case _:
            raise AssertionError(fact)


LAMP_METADATA = MetaData(naming_convention=metadata.naming_convention)
LAMP: Kind = kind_of("lamp", Lamp, FACTS, evolve, LIFECYCLE, into=LAMP_METADATA)
LAMPS = {"lamp": LAMP}


def made(lamp: str = "a", at: datetime = T0, *, area: str = "530629101201") -> list[Fact]:
    return [Made(at=at, id=lamp, area=area, wick=Wick(length=2.5, level=Level.RED))]


def lit(at: datetime = T0, level: Level = Level.RED, due_at: datetime | None = None) -> list[Fact]:
    return [Lit(at=at, level=level, due_at=due_at, words=("亮", "了"))]
