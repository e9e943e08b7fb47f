"""From what the gateway gave to what the reader reads, remembering where each character came from.

Full-width and circled forms become plain (NFKC), traditional becomes simplified (OpenCC), controls and
half surrogates become spaces, and everything is lower case.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIMIT: Final = 10_000
"""Characters of a text that are read; a longer one is never sure."""

_PLAIN: Final = {"\u3000": " ", "\t": " ", "\r": "\n", "\u2028": "\n", "\u2029": "\n"}
_INVISIBLE: Final = frozenset({"Cf", "Mn", "Me"})
_BLANK: Final = frozenset({"Cc", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text made plain.

    Attributes
    ----------
    plain
        What is read.
    origins
        For each character of ``plain`` its place in the text as it came.
    cut
        The text was longer than is read.
    """

    plain: str
    origins: Sequence[int]
    cut: bool

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``plain[start:end]`` stands in the text as it came."""
        if start >= end:
            return (0, 0)
        return (self.origins[start], self.origins[end - 1] + 1)


def normalise(text: str) -> Text:
    """Make a text plain. Takes anything, and its work grows with the length (up to `LIMIT`)."""
    cut = len(text) > LIMIT
    text = text[:LIMIT]
    if text.isascii() and text.isprintable():
        return Text(plain=text.lower(), origins=range(len(text)), cut=cut)
    plain: list[str] = []
    origins: list[int] = []
    for index, char in enumerate(text):
        for piece in _fold(char):
            plain.append(piece)
            origins.append(index)
    joined = "".join(plain)
    simple = _converter()(joined)
    # word-wise conversion keeps the length in all but a few set phrases; places must stay true
    if len(simple) != len(joined):
        simple = "".join(piece if len(piece) == 1 else char for char in joined for piece in [_converter()(char)])
    return Text(plain=simple, origins=origins, cut=cut)


@lru_cache(maxsize=8192)
def _fold(char: str) -> str:
    if char in _PLAIN:
        return _PLAIN[char]
    if char == "\n":
        return char
    category = unicodedata.category(char)
    if category in _INVISIBLE:
        return ""
    if category in _BLANK:
        return " "
    folded = unicodedata.normalize("NFKC", char).lower()
    return "".join(" " if unicodedata.category(piece) in _BLANK else piece for piece in folded)


@lru_cache(maxsize=1)
def _converter() -> Callable[[str], str]:
    """OpenCC, loaded at the first text that is not plain ASCII (36 ms once, 5 µs a message after)."""
    from opencc import OpenCC

    return cast("Callable[[str], str]", OpenCC("t2s").convert)
