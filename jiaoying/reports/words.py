"""How the report writes times, spans and counts."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from evacuation.account import Count


def span(seconds: float | None) -> str:
    """Seconds as people say them.

    Examples
    --------
    >>> span(39.0), span(75), span(3600), span(5430), span(None)
    ('39秒', '1分15秒', '1小时', '1小时30分', '—')
    """
    if seconds is None:
        return "—"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}秒"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}分{rest}秒" if rest else f"{minutes}分"
    hours, left = divmod(round(whole / 60), 60)
    return f"{hours}小时{left}分" if left else f"{hours}小时"


def hours(window_h: int) -> str:
    """A window: 24小时."""
    return f"{window_h}小时"


def count(value: Count) -> str:
    """A count: 42户118人."""
    return f"{value.households}户{value.people}人"


_WIDE = {",": "，", ";": "；", ":": "：", "(": "（", ")": "）"}


def zh(words: str) -> str:
    """Punctuation as print sets it: full width wherever it stands beside a Chinese character.

    Examples
    --------
    >>> zh("演练:8日16:03,小坝村(Ⅰ级)清零")
    '演练：8日16:03，小坝村（Ⅰ级）清零'
    """
    done: list[str] = []
    for index, letter in enumerate(words):
        wide = _WIDE.get(letter)
        if wide is not None:
            before = done[-1] if done else ""
            after = words[index + 1] if index + 1 < len(words) else ""
            letter = wide if _is_chinese(before) or _is_chinese(after) else letter
        done.append(letter)
    return "".join(done)


def _is_chinese(letter: str) -> bool:
    return bool(letter) and ("\u4e00" <= letter <= "\u9fff" or letter in "ⅠⅡⅢⅣ、。“”，；：（）")


class Clock:
    """Times of day in the site's own time zone, always 24 hours."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone

    def local(self, moment: datetime) -> datetime:
        """A moment in the site's time."""
        return moment.astimezone(self.zone)

    def hhmm(self, moment: datetime | None) -> str:
        """22:03."""
        return "—" if moment is None else f"{self.local(moment):%H:%M}"

    def day_hhmm(self, moment: datetime | None) -> str:
        """9日22:03."""
        return "—" if moment is None else f"{self.local(moment).day}日{self.hhmm(moment)}"

    def full(self, moment: datetime | None) -> str:
        """2025年7月9日 22:03."""
        if moment is None:
            return "—"
        local = self.local(moment)
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
