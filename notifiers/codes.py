"""Reply codes such as A7: short enough to be typed at night, never two alike at one phone within 24 hours."""

from __future__ import annotations

from itertools import count, product
from math import gcd

from core.ids import natural_id

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I, no O: they are read as 1 and 0
DIGITS = "23456789"  # no 0, no 1: they are answers of the menu
CODE_PATTERN = f"[{LETTERS}]{{1,3}}[{DIGITS}]"
REUSE_AFTER_H = 24


def next_code(callout: str, version: int, taken: frozenset[str]) -> str:
    """Return the code of one version of one call-out, none of `taken` (the codes of its phones in the last 24 h).

    The same arguments always give the same code. When all 192 codes of one letter are taken (the phone of a superior of
    many villages), codes of two letters follow.

    Examples
    --------
    >>> next_code("c1", 1, frozenset()) == next_code("c1", 1, frozenset())
    True
    """
    seed = int(natural_id("code", callout, version).replace("-", ""), 16)
    for letters in count(1):
        size = len(LETTERS) ** letters * len(DIGITS)
        stride = seed // size % size | 1
        while gcd(stride, size) != 1:
            stride += 2
        for step in range(size):
            code = _code((seed + step * stride) % size, letters)
            if code not in taken:
                return code
    raise AssertionError("unreachable: count() has no end")


def all_codes(letters: int = 1) -> tuple[str, ...]:
    """Return every code of that many letters."""
    return tuple("".join(parts) for parts in product(*[LETTERS] * letters, DIGITS))


def _code(number: int, letters: int) -> str:
    number, digit = divmod(number, len(DIGITS))
    word = ""
    for _ in range(letters):
        number, at = divmod(number, len(LETTERS))
        word += LETTERS[at]
    return word + DIGITS[digit]
