"""The kinds of value a setting may have, each read from the words people write and refused with the words they need."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def wrong(reason: str) -> PydanticCustomError:
    """A complaint whose words reach the person unchanged."""
    return PydanticCustomError("jiaoying", "{reason}", {"reason": reason})


def seconds(text: str) -> int:
    """Read a duration: ``5s``, ``3m``, ``2h``, ``1d``, or several in that order (``1h30m``).

    Raises
    ------
    PydanticCustomError
        With what was written and, for a bare number, the likely meaning.
    """
    words = text.strip()
    match = _DURATION.fullmatch(words)
    if words and match:
        days, hours, minutes, rest = (int(group or 0) for group in match.groups())
        return days * 86_400 + hours * 3_600 + minutes * 60 + rest
    hint = f";是不是 {words}s?" if words.isdecimal() else ""
    raise wrong(f"应写成时长,如 5s、3m、2h、1h30m,写的是 {text!r}{hint}")


def duration(number: int) -> str:
    """Write seconds the way `seconds` reads them, in the fewest words.

    Examples
    --------
    >>> duration(5400), duration(0), seconds(duration(93784))
    ('1h30m', '0s', 93784)
    """
    text = ""
    for unit, size in _UNITS.items():
        count, number = divmod(number, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def _seconds(value: Any) -> Any:
    return seconds(value) if isinstance(value, str) else value


def _clock(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _CLOCK.fullmatch(value.strip())
    if match is None:
        raise wrong(f'应写成一天里的时刻,如 "20:00",写的是 {value!r}')
    return time(int(match.group(1)), int(match.group(2)))


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong(f"没有这个时区:{value!r};例如 Asia/Shanghai") from None
    return value


def _name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", value):
        raise wrong(f"名称只能用小写字母、数字、- 和 _,以字母开头(它会出现在网址里),写的是 {value!r}")
    return value


Duration = Annotated[int, BeforeValidator(_seconds), Field(ge=0)]
Wait = Annotated[int, BeforeValidator(_seconds), Field(gt=0)]
TimeOfDay = Annotated[time, BeforeValidator(_clock)]
TimeZone = Annotated[str, AfterValidator(_zone)]
Name = Annotated[str, AfterValidator(_name)]
