"""Chinese numerals: what they say, and whether they say it exactly.

``cn2an`` reads 三四个 as 34; here neighbours such as 三四 are what people mean by them: about.
"""

from __future__ import annotations

from typing import Final, NamedTuple

DIGITS: Final = {
    **{char: value for value, char in enumerate("零一二三四五六七八九")},
    "〇": 0,
    "两": 2,
    "俩": 2,
    "仨": 3,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
TENS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "廿": 20, "卅": 30}
CHARACTERS: Final = frozenset(DIGITS) | frozenset(TENS)


class Numeral(NamedTuple):
    """A number as written; ``value`` is None when it is not one that can be trusted."""

    value: int | None
    exact: bool


def numeral(text: str) -> Numeral:
    """Read a run of numeral characters.

    Examples
    --------
    >>> numeral("一百一十八")
    Numeral(value=118, exact=True)
    >>> numeral("三四")
    Numeral(value=None, exact=False)
    """
    if all(char in DIGITS for char in text):
        return _digit_string(text)
    total, digit, last_unit = 0, None, 10_000
    after_zero = False
    for char in text:
        if char in DIGITS:
            value = DIGITS[char]
            if digit is not None:
                return Numeral(None, False)  # 二三十: about
            if value == 0:
                after_zero = True
            else:
                digit = value
            continue
        unit = TENS[char]
        if char in "廿卅":
            if digit is not None or last_unit <= 10:
                return Numeral(None, False)
            total, last_unit = total + unit, 10
            continue
        bare = digit is None and (unit != 10 or total > 0)
        # 一百十八 is said in villages for 118; any other bare unit is not a number
        spoken = digit is None and unit == 10 and last_unit == 100
        if (unit >= last_unit or bare) and not spoken:
            return Numeral(None, False)
        total += (1 if digit is None else digit) * unit
        digit, last_unit, after_zero = None, unit, False
    if digit is not None:
        # 一百一 is 110, 一百零一 is 101, 四十二 is 42
        total += digit * (last_unit // 10 if last_unit >= 100 and not after_zero else 1)
    return Numeral(total, True)


def _digit_string(text: str) -> Numeral:
    """三 is 3 and 一一八 is 118, but 三四 is about."""
    if len(text) == 1:
        return Numeral(DIGITS[text], True)
    if len(text) > 6 or len(text) == 2:
        return Numeral(None, False)
    return Numeral(int("".join(str(DIGITS[char]) for char in text)), True)
