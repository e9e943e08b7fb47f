"""Chance that is no chance: numbers drawn from a seed and from what they are about, the same on every machine."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws for one purpose. Two dice of the same seed and purpose draw the same; different purposes do not meet.

    Only `random.Random.random` is used, the one method whose sequence Python promises to keep.

    Examples
    --------
    >>> Dice(7, "phone", "+8610000000001").whole(1, 6) == Dice(7, "phone", "+8610000000001").whole(1, 6)
    True
    """

    def __init__(self, seed: int, *purpose: object) -> None:
        text = "\x1f".join([str(seed), *map(str, purpose)])
        self._random = random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest()))

    def unit(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()

    def whole(self, least: int, most: int) -> int:
        """A whole number from `least` to `most`, both included."""
        return least + int(self.unit() * (most - least + 1))

    def between(self, least: float, most: float) -> float:
        """A number in [least, most)."""
        return least + self.unit() * (most - least)

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.unit() < probability

    def pick(self, things: Sequence[T]) -> T:
        """One of `things`, each as likely."""
        return things[self.whole(0, len(things) - 1)]

    def weighted(self, things: Sequence[tuple[T, float]]) -> T:
        """One of `things`, by weight."""
        at = self.unit() * sum(weight for _, weight in things)
        for thing, weight in things:
            at -= weight
            if at < 0:
                return thing
        return things[-1][0]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """The things in another order."""
        result = list(things)
        for last in range(len(result) - 1, 0, -1):
            at = self.whole(0, last)
            result[last], result[at] = result[at], result[last]
        return result
