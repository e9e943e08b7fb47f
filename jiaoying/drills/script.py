"""Scripts: phones that do as they are told instead of following their own mind (scenarios and tests).

A line names the phone by post (area and role, in any of the words people use), what the message must contain, and what
is answered. ``A7 2 42 118`` answers with whatever code the text carried; ``{h} {p}`` are the phone's own list and
``{H} {P}`` the village's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from core.ids import natural_id
from jiaoying.drills.acts import Act, ActKind
from jiaoying.drills.phones import Heard, Person
from jiaoying.drills.weixin import COUNTY_CODE, XIAOBA
from notifiers.receipts import Channel, ReceiptKind
from people.areas import AreaTree, short_name
from people.posts import Role

_CODE = re.compile(r"^[A-HJ-NP-Z][2-9]\b\s*")
ALIASES = {"xiaoba": XIAOBA, "weixin": COUNTY_CODE}


class UnknownPhone(ValueError):
    """A name that fits no post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Which phones a line is about; an empty field fits everybody."""

    area: str = ""
    role: str = ""
    rank: int | None = None
    phone: str = ""

    def fits(self, person: Person) -> bool:
        """Whether the line is about this person."""
        return (
            (not self.area or self.area == person.area)
            and (not self.role or self.role == person.role)
            and (self.rank is None or self.rank == person.rank)
            and (not self.phone or self.phone == person.phone)
        )


def who(name: str, tree: AreaTree) -> Who:
    """Read a name: ``+8610010000001``, ``Xiaoba leader``, ``小坝村 leader 2``, ``530629101201 负责人``.

    Raises
    ------
    UnknownPhone
        When no area or role fits.
    """
    if name.startswith("+"):
        return Who(phone=name.replace(" ", ""))
    words = name.split()
    area = _area(words[0], tree) if words else None
    if area is None:
        raise UnknownPhone(f"“{name}”:没有这个行政区")
    role, rank = "", None
    for word in words[1:]:
        if word.isdigit():
            rank = int(word)
            continue
        found = [each for each in Role if word.casefold() in (each.value, each.chinese)]
        if not found:
            raise UnknownPhone(f"“{name}”:没有“{word}”这个岗位")
        role = found[0].value
    return Who(area=area, role=role, rank=rank if rank is not None or not role else 1)


def _area(word: str, tree: AreaTree) -> str | None:
    code = ALIASES.get(word.casefold(), word)
    if tree.get(code) is not None:
        return code
    named = sorted(area.code for area in tree if word in (area.name, short_name(area.name)))
    return named[0] if len(named) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """One answer, so many seconds after the message."""

    text: str
    after_s: int = 30
    key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a phone does with messages that contain `expects` (any message when empty)."""

    who: Who
    expects: str = ""
    channel: Channel | None = None
    says: tuple[Say, ...] = ()
    delivered: bool = True
    once: bool = True
    optional: bool = False


@dataclass(slots=True)
class Script:
    """Lines in order; the first that fits a message is taken.

    A phone named in any line follows the script alone; all others their own mind, or nothing at all when they are to be
    silent. With `strict`, a message to a scripted phone that no line expects is kept in `unexpected`, and the test or
    drill fails.
    """

    lines: list[Line] = field(default_factory=list)
    strict: bool = False
    others_silent: bool = False
    met: list[tuple[Line, str]] = field(default_factory=list)
    unexpected: list[tuple[str, str]] = field(default_factory=list)

    def acts_for(self, heard: Heard, person: Person, tree: AreaTree) -> tuple[Act, ...] | None:  # noqa: ARG002
        """What the script says to this message; None when the phone follows its own mind."""
        own = [line for line in self.lines if line.who.fits(person)]
        if not own:
            return () if self.others_silent else None
        for line in own:
            if line.channel in (None, heard.channel) and line.expects in heard.text:
                self.met.append((line, heard.message))
                return _acts(line, heard, person)
        if self.strict:
            self.unexpected.append((person.phone, heard.text))
        return ()

    def unmet(self) -> list[Line]:
        """Lines no message has come for."""
        seen = [line for line, _ in self.met]
        return [line for line in self.lines if line not in seen]


def _acts(line: Line, heard: Heard, person: Person) -> tuple[Act, ...]:
    common: Mapping[str, object] = {
        "phone": person.phone,
        "message": heard.message,
        "callout": heard.callout,
        "version": heard.version,
    }
    made = []
    if line.delivered and heard.channel is Channel.SMS:
        payload = {**common, "receipt": str(ReceiptKind.DELIVERED), "reason": ""}
        made.append(_act(heard, 1, ActKind.RECEIPT, "delivered", payload))
    for number, say in enumerate(line.says):
        key = say.key or heard.channel is Channel.VOICE
        subject: tuple[object, ...] = (heard.message, number)
        if line.once and heard.callout is not None:
            subject = (heard.callout, heard.version, person.phone, line.expects, number)
        payload = {**common, "text": spoken(say.text, heard, key=key), "unless_answered": False, "means": None}
        kind = ActKind.KEY if key else ActKind.TEXT
        made.append(_act(heard, say.after_s, kind, subject, payload))
    return tuple(made)


def _act(heard: Heard, after_s: int, kind: ActKind, about: object, payload: Mapping[str, object]) -> Act:
    parts: Sequence[object] = about if isinstance(about, tuple) else (heard.message, about)
    return Act(
        id=natural_id("drill script", *parts, kind),
        due_at=heard.at + timedelta(seconds=max(1, after_s)),
        kind=kind,
        payload=payload,
    )


def spoken(text: str, heard: Heard, *, key: bool = False) -> str:
    """Fill in the code of the message and the lists; keys pressed in a call carry no code."""
    filled = text
    lists = heard.lists
    numbers = {"{h}": len(lists.own), "{p}": lists.own_people, "{H}": lists.households, "{P}": lists.people}
    for mark, number in numbers.items():
        filled = filled.replace(mark, str(number))
    code = heard.code or ""
    filled = filled.replace("{code}", code)
    if _CODE.match(filled):
        filled = _CODE.sub("" if key or not code else f"{code} ", filled)
    return filled.strip()
