"""Warning levels: four mandated colours, their numerals and words (FACTS section 4).

Colours alone do not carry meaning (ISO 22324), so every level also has a word and a numeral.
"""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """Blue, yellow, orange, red = Ⅳ, Ⅲ, Ⅱ, Ⅰ; ordered by severity, so ``Level.RED > Level.ORANGE``."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"

    @property
    def rank(self) -> int:
        """1 (blue) to 4 (red)."""
        return _RANKS[self]

    @property
    def chinese(self) -> str:
        """The word of the field: 蓝 黄 橙 红."""
        return _CHINESE[self]

    @property
    def numeral(self) -> str:
        """Ⅳ Ⅲ Ⅱ Ⅰ."""
        return _NUMERALS[self]

    def __lt__(self, other: object) -> bool:
        return self.rank < other.rank if isinstance(other, Level) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.rank <= other.rank if isinstance(other, Level) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.rank > other.rank if isinstance(other, Level) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.rank >= other.rank if isinstance(other, Level) else NotImplemented

    def up(self) -> Level:
        """One level higher; red stays red."""
        return _BY_RANK[min(self.rank + 1, 4)]

    def down(self) -> Level | None:
        """One level lower; below blue there is nothing."""
        return _BY_RANK.get(self.rank - 1)


_RANKS = {Level.BLUE: 1, Level.YELLOW: 2, Level.ORANGE: 3, Level.RED: 4}
_BY_RANK = {rank: level for level, rank in _RANKS.items()}
_CHINESE = {Level.BLUE: "蓝", Level.YELLOW: "黄", Level.ORANGE: "橙", Level.RED: "红"}
_NUMERALS = {Level.BLUE: "Ⅳ", Level.YELLOW: "Ⅲ", Level.ORANGE: "Ⅱ", Level.RED: "Ⅰ"}
