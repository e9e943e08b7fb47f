"""From what the gateway gave to what the reader reads, remembering where each character came from.

Full-width and circled forms become plain (NFKC), traditional becomes simplified (OpenCC), controls and
half surrogates become spaces, and everything is lower case.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIMIT: Final = 10_000
"""Characters of a text that are read; a longer one is never sure."""

_PLAIN: Final = {"\u3000": " ", "\t": " ", "\r": "\n", "\u2028": "\n", "\u2029": "\n"}
# what nearly every text is made of: every character stands for itself or one other
_ORDINARY: Final = re.compile(r"[\n -~、。“”‘’《》【】—\u4e00-\u9fff\uff01-\uff5e]*")
_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
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
    if _ORDINARY.fullmatch(text):
        plain_text = text.translate(_HALF_WIDTH).lower()
        if not plain_text.isascii():
            plain_text = _simplify(plain_text)
        return Text(plain=plain_text, origins=range(len(text)), cut=cut)
    plain: list[str] = []
    origins: list[int] = []
    for index, char in enumerate(text):
        for piece in _fold(char):
            plain.append(piece)
            origins.append(index)
    joined = "".join(plain)
    return Text(plain=_simplify(joined), origins=origins, cut=cut)


def _simplify(text: str) -> str:
    """Traditional to simplified, length kept: set phrases that change it are turned character by character."""
    simple = _converter()(text)
    if len(simple) == len(text):
        return simple
    return "".join(piece if len(piece) == 1 else char for char in text for piece in [_converter()(char)])


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
