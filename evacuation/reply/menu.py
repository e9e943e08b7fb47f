"""The menu: a digit, the numbers it takes, and any separators the contract allows.

The first digit is the choice only when nothing binds it to what follows: in "4户没走" it is a count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from evacuation.reply.discourse import Draft
from evacuation.reply.lexicon import Kind
from evacuation.reply.reading import Intent, Quantity
from evacuation.reply.tokens import tokenise

SEPARATORS: Final = " ,，.。#*/-、;；:：\n_~+|"
_SEPARATED: Final = re.compile(rf"[{re.escape(SEPARATORS)}]*")
_CODE: Final = re.compile(r"([a-hj-np-z])([2-9])(?![a-z])")
_CHOICES: Final = frozenset("1234590")
_NUMBERS: Final = re.compile(rf"(\d{{1,6}})[{re.escape(SEPARATORS)}]+(\d{{1,6}})[{re.escape(SEPARATORS)}!]*\Z")
_NUMBER: Final = re.compile(rf"\d+(?:[{re.escape(SEPARATORS)}]+\d+)*[{re.escape(SEPARATORS)}!]*\Z")
_CALLED: Final = re.compile(r"(?:回复|回|按|reply|press)[ :]*(?=\d(?!\d))")
_BINDING: Final = frozenset({Kind.HOUSE, Kind.PERSON, Kind.COUNTER, Kind.GROUP_UNIT, Kind.ODD, Kind.DASH, Kind.NUM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The code of an order, and the text after it."""

    code: str | None
    rest: str
    start: int
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A menu digit, its two numbers if there are, and the words after it."""

    digit: str
    numbers: tuple[int, int] | None
    words: str
    start: int
    odd_numbers: bool = False


def take_code(plain: str, known: tuple[str, ...] = ()) -> Code:
    """The code that may stand first (or alone at the end).

    "A72 42 118" may be A7 with "2 42 118", or a code A72: only the codes the phone was given can tell.
    """
    lead = len(plain) - len(plain.lstrip(SEPARATORS))
    body = plain[lead:]
    for code in sorted(known, key=len, reverse=True):
        if body.startswith(code.lower()) and not body[len(code) : len(code) + 1].isalnum():
            return _coded(code, body, lead, len(code))
    found = _CODE.match(body)
    if found is not None:
        after = body[found.end() : found.end() + 1]
        digit = after.isdecimal() and after.isascii()
        sure = not digit or (
            found.group().upper() in known
            and not any(each.startswith(found.group().upper()) and each != found.group().upper() for each in known)
        )
        return _coded(found.group().upper(), body, lead, found.end(), ambiguous=not sure)
    tail = re.search(
        rf"(?<=[{re.escape(SEPARATORS)}\u4e00-\u9fff])([a-hj-np-z][2-9])[{re.escape(SEPARATORS)}!]*\Z", body
    )
    if tail is not None:
        return Code(code=tail.group(1).upper(), rest=body[: tail.start()], start=lead)
    return Code(code=None, rest=plain, start=0)


def _coded(code: str, body: str, lead: int, length: int, *, ambiguous: bool = False) -> Code:
    rest = body[length:]
    skipped = len(rest) - len(rest.lstrip(SEPARATORS))
    return Code(code=code, rest=rest[skipped:], start=lead + length + skipped, ambiguous=ambiguous)


def choose(plain: str) -> Choice | None:
    """The menu digit that a text begins with, if it is one."""
    lead = _SEPARATED.match(plain)
    start = lead.end() if lead else 0
    called = _CALLED.match(plain, start)
    if called is not None:
        start = called.end()
    digit, after = plain[start : start + 1], start + 1
    if digit not in _CHOICES or not digit:
        return None
    following = plain[after : after + 1]
    if following.isdecimal() and following.isascii():
        return None
    gap = _SEPARATED.match(plain, after)
    here = gap.end() if gap else after
    rest = plain[here:]
    if not rest.strip(SEPARATORS + "!"):
        return Choice(digit=digit, numbers=None, words="", start=here)
    if rest[0].isdecimal() and rest[0].isascii():
        if here == after:
            return None
        pair = _NUMBERS.match(rest)
        if pair is not None:
            return Choice(digit=digit, numbers=(int(pair.group(1)), int(pair.group(2))), words="", start=here)
        if _NUMBER.match(rest):
            return Choice(digit=digit, numbers=None, words="", start=here, odd_numbers=True)
        if ":" in plain[after:here] and rest[:2].isdecimal() and not rest[2:3].isdecimal() and here - after == 1:
            return None  # 9:30
        if "." in plain[after:here] and here - after == 1 and not plain[after:here].strip("."):
            return None  # 7.8 …
    elif here == after and _binds(rest):
        return None
    elif (
        " " in plain[after:here]
        and not plain[after:here].strip(" ")
        and _binds(rest)
        and tokenise(rest[:8])[0].kind is not Kind.NUM
    ):
        return None  # "4 户 9 人没走"
    elif "-" in plain[after:here] or "~" in plain[after:here]:
        return None
    return Choice(digit=digit, numbers=None, words=rest, start=here)


def _binds(rest: str) -> bool:
    """What follows is a unit: the digit counts it."""
    first = tokenise(rest[:8])
    return bool(first) and first[0].kind in _BINDING


def pick(choice: Choice) -> Draft:
    """What a menu digit with its numbers says, before any words after it are heard."""
    draft = Draft()
    pair = Quantity(households=choice.numbers[0], people=choice.numbers[1]) if choice.numbers else None
    if choice.odd_numbers:
        draft.doubt("menu: one number or too many")
    match choice.digit:
        case "1":
            draft.intents.add(Intent.ACK)
            if pair is not None:
                draft.doubt("menu: received takes no numbers")
        case "2":
            draft.intents.add(Intent.PROGRESS)
            draft.moved = pair
            if pair is None:
                draft.doubt("menu: numbers are missing")
        case "3":
            draft.intents.add(Intent.COMPLETE)
            draft.moved = pair
        case "4":
            draft.intents.add(Intent.HELP)
            if pair is not None:
                draft.doubt("menu: help with numbers")
        case "5":
            draft.intents.add(Intent.REFUSE)
            draft.refused = pair
        case "9":
            draft.intents.add(Intent.CORRECTION)
            draft.moved = pair
            if pair is None:
                draft.doubt("menu: numbers are missing")
        case _:
            draft.intents.add(Intent.UNAVAILABLE)
            if pair is not None:
                draft.doubt("menu: cannot act takes no numbers")
    return draft
