"""How many parts a text costs and where they break (FACTS section 3, GSM 03.38).

GSM-7: 160 septets in one part, 153 in each of several. One character outside its alphabet makes all of it UCS-2: 70
units in one part, 67 in each of several. A two-unit character is never torn apart between two parts.
"""

from __future__ import annotations

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")

FIRST_PART = 67
TWO_PARTS = 134


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmented:
    """`units` are septets or UTF-16 units, `parts` the texts of the single parts."""

    encoding: str
    units: int
    parts: tuple[str, ...]


def measure(text: str) -> Segmented:
    """Return encoding, length in its units and the parts of a text.

    Examples
    --------
    >>> measure("转移" * 36).encoding, len(measure("转移" * 36).parts)
    ('ucs2', 2)
    """
    gsm = all(char in _BASIC or char in _EXTENDED for char in text)
    alone, joined = (160, 153) if gsm else (70, 67)
    costs = [_cost(char, gsm=gsm) for char in text]
    units = sum(costs)
    encoding = "gsm7" if gsm else "ucs2"
    if units <= alone:
        return Segmented(encoding=encoding, units=units, parts=(text,))
    parts, start, used = [], 0, 0
    for at, cost in enumerate(costs):
        if used + cost > joined:
            parts.append(text[start:at])
            start, used = at, 0
        used += cost
    parts.append(text[start:])
    return Segmented(encoding=encoding, units=units, parts=tuple(parts))


def segments(text: str) -> int:
    """Return how many parts a text costs."""
    return len(measure(text).parts)


def _cost(char: str, *, gsm: bool) -> int:
    if gsm:
        return 2 if char in _EXTENDED else 1
    return 2 if ord(char) > 0xFFFF else 1
