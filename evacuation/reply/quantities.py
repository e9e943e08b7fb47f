"""Numbers bound to their units: households, people, pairs of both, and the numbers that count nothing.

Times, dates, groups, ages, millimetres and telephones become harmless or group tokens; a number that no unit
claims stays `Kind.LOOSE`, and nothing around a loose number is sure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evacuation.reply.lexicon import Kind
from evacuation.reply.tokens import Amount, Token

if TYPE_CHECKING:
    from collections.abc import Sequence

_JOIN: Final = frozenset({Kind.FILL, Kind.SPACE, Kind.TOTAL, Kind.COMMA})
"""What may stand between the households and the people of one pair."""
_AFTER_PAIR: Final = frozenset({Kind.STOP, Kind.COMMA, Kind.ASK_MARK})
_UNITS: Final = frozenset({Kind.HOUSE, Kind.PERSON})
# "4 户", "42户 118人": spaces that Latin and digits bring along
_LABELS: Final = frozenset({Kind.LABEL_HOUSE, Kind.LABEL_PERSON})
_AFTER_LABEL: Final = frozenset({Kind.SPACE, Kind.COMMA, Kind.IS})
_ORDERED: Final = frozenset({Kind.GROUP_UNIT, Kind.COUNTER, Kind.HOUSE, Kind.PERSON})
_STAYING: Final = frozenset({Kind.REFUSE, Kind.LEFT})
_MORE: Final = frozenset({Kind.ODD, Kind.NUM})
_NUMERIC: Final = frozenset({*_LABELS, Kind.NUM, Kind.ODD, Kind.ORDINAL})
_PEOPLE_AFTER: Final = frozenset({Kind.PEOPLE, Kind.SOME, Kind.OTHERS})

# members bound once: looking one up on the class costs more than the comparison it is for (Python 3.11)
_ABOUT: Final = Kind.ABOUT
_COMMA: Final = Kind.COMMA
_COUNTER: Final = Kind.COUNTER
_DASH: Final = Kind.DASH
_FILL: Final = Kind.FILL
_GROUP: Final = Kind.GROUP
_GROUP_UNIT: Final = Kind.GROUP_UNIT
_HOUSE: Final = Kind.HOUSE
_LABEL_HOUSE: Final = Kind.LABEL_HOUSE
_LOOSE: Final = Kind.LOOSE
_NUM: Final = Kind.NUM
_ODD: Final = Kind.ODD
_ORDINAL: Final = Kind.ORDINAL
_OTHERS: Final = Kind.OTHERS
_PEOPLE: Final = Kind.PEOPLE
_PERSON: Final = Kind.PERSON
_QTY: Final = Kind.QTY
_SPACE: Final = Kind.SPACE
_STOP: Final = Kind.STOP
_UNKNOWN: Final = Kind.UNKNOWN


def measure(tokens: Sequence[Token]) -> list[Token]:
    """Replace numbers and units by what they count."""
    return _pairs(_inherit(_units(tokens)))


def _inherit(tokens: list[Token]) -> list[Token]:
    """12 families moved, 2 refuse: a bare number before a verb of staying has the unit of the one before it."""
    if not any(token.kind is _LOOSE for token in tokens):
        return tokens
    done: list[Token] = []
    last: Amount | None = None
    for index, token in enumerate(tokens):
        if token.kind is _STOP:
            last = None
        elif token.kind is _QTY:
            last = token.amount
        elif token.kind is _LOOSE and token.value is not None and last is not None and not last.others:
            following = _skip(tokens, index + 1)
            single = (last.households is None) != (last.people is None)
            if single and following < len(tokens) and tokens[following].kind in _STAYING:
                house = last.households is not None
                amount = Amount(households=token.value if house else None, people=None if house else token.value)
                done.append(token._replace(kind=_QTY, amount=amount._replace(exact=token.exact)))
                continue
        done.append(token)
    return done


def _skip(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens) and tokens[at].kind is _SPACE:
        at += 1
    return at


def _units(tokens: Sequence[Token]) -> list[Token]:
    done: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind not in _NUMERIC:
            done.append(token)
            at += 1
        elif token.kind in _LABELS:
            at = _label(tokens, at, done)
        elif token.kind is _NUM or (token.text == "几" and _counts(tokens, at)):
            at = _one(tokens, at, done)
        elif token.kind is _ORDINAL and at + 1 < len(tokens) and tokens[at + 1].kind is _NUM:
            at = _ordinal(tokens, at, done)
        elif token.kind is _ODD:
            done.append(token._replace(kind=_FILL if token.text == "来" else _UNKNOWN))
            at += 1
        else:
            done.append(token)
            at += 1
    return done


def _counts(tokens: Sequence[Token], at: int) -> bool:
    """几户, 几十人: about, without any number."""
    return at + 1 < len(tokens) and tokens[at + 1].kind in _UNITS | {_NUM, _COUNTER}


def _label(tokens: Sequence[Token], at: int, done: list[Token]) -> int:
    """户数42, 人数:118."""
    label, here = tokens[at], at + 1
    while here < len(tokens) and tokens[here].kind in _AFTER_LABEL:
        here += 1
    if here < len(tokens) and tokens[here].kind is _NUM and tokens[here].value is not None:
        number = tokens[here]
        house = label.kind is _LABEL_HOUSE
        amount = Amount(households=number.value) if house else Amount(people=number.value)
        end = here + 1
        if end < len(tokens) and tokens[end].kind is (_HOUSE if house else _PERSON):
            end += 1
        done.append(Token(_QTY, "", label.start, tokens[end - 1].end, amount=amount))
        return end
    done.append(label._replace(kind=_FILL))
    return at + 1


def _ordinal(tokens: Sequence[Token], at: int, done: list[Token]) -> int:
    """第3组 is a group; any other ordinal counts nothing."""
    end = at + 2
    kind = _FILL
    if end < len(tokens) and tokens[end].kind in _ORDERED:
        kind = _GROUP if tokens[end].kind is _GROUP_UNIT else _FILL
        end += 1
    done.append(Token(kind, "", tokens[at].start, tokens[end - 1].end))
    return end


def _one(tokens: Sequence[Token], at: int, done: list[Token]) -> int:
    """A number, what makes it vague, and its unit."""
    number = tokens[at]
    exact, end = number.exact and number.value is not None, at + 1
    while done and done[-1].kind is _ABOUT:
        done.pop()
        exact = False
    while (
        end + 1 < len(tokens) and tokens[end].kind is _DASH and tokens[end + 1].kind is _NUM
    ):  # 2-3户; a chain such as 2-42-118 has no unit and ends loose
        exact, end = False, end + 2
    while end < len(tokens) and tokens[end].kind in _MORE and _vague(tokens, end):
        exact, end = False, end + 1
    unit = _skip(tokens, end)
    if unit < len(tokens):
        kind = tokens[unit].kind
        if kind in _UNITS:
            return _counted(tokens, at, unit, exact, done)
        if kind is _GROUP_UNIT and unit == end:
            done.append(Token(_GROUP, "", number.start, tokens[unit].end))
            return unit + 1
        if kind is _COUNTER and unit == end:
            done.append(Token(_FILL, "", number.start, tokens[unit].end))
            return unit + 1
        if kind in _PEOPLE_AFTER and number.value is not None:
            others = kind is _OTHERS  # 12 residents, 3 workers
            amount = Amount(people=number.value, exact=exact, others=others)
            done.append(Token(_QTY, "", number.start, tokens[unit].end, amount=amount))
            return unit + 1
    done.append(Token(_LOOSE, number.text, number.start, tokens[end - 1].end, number.value, exact))
    return end


def _vague(tokens: Sequence[Token], at: int) -> bool:
    """二十多户, 十几人: vague only when a unit follows."""
    following = _skip(tokens, at + 1)
    return following < len(tokens) and tokens[following].kind in _UNITS | {_ODD}


def _counted(tokens: Sequence[Token], at: int, unit: int, exact: bool, done: list[Token]) -> int:
    number, end = tokens[at], unit + 1
    if end < len(tokens) and tokens[end].kind is _ODD:  # 12户左右
        exact, end = False, end + 1
    others = False
    if tokens[unit].kind is _PERSON:
        if end < len(tokens) and tokens[end].kind is _OTHERS:
            others, end = True, end + 1
        elif end < len(tokens) and tokens[end].kind is _PEOPLE:
            end += 1
    elif end < len(tokens) and tokens[end].kind is _PEOPLE and tokens[end].text not in {"人", "家", "人些"}:
        end += 1
    value = number.value
    if tokens[unit].kind is _HOUSE:
        amount = Amount(households=value, exact=exact)
    else:
        amount = Amount(people=value, exact=exact, others=others)
    done.append(Token(_QTY, "", number.start, tokens[end - 1].end, amount=amount))
    return end


def _pairs(tokens: list[Token]) -> list[Token]:
    """12户36人, 12户,36人 and 36人(12户) become one quantity."""
    if sum(token.kind is _QTY for token in tokens) < 2:
        return tokens
    done: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        other = _partner(tokens, at) if token.kind is _QTY else None
        if other is not None:
            first, second = token.amount, tokens[other].amount
            assert first is not None  # a QTY always has one
            assert second is not None
            households = first.households if first.households is not None else second.households
            people = first.people if first.people is not None else second.people
            both = Amount(households=households, people=people, exact=first.exact and second.exact)
            done.append(Token(_QTY, "", token.start, tokens[other].end, amount=both))
            at = other + 1
        else:
            done.append(token)
            at += 1
    return done


def _partner(tokens: Sequence[Token], at: int) -> int | None:
    """The quantity that completes this one, if nothing but fillers or one pause stands between."""
    mine, here, pauses = tokens[at].amount, at + 1, 0
    while here < len(tokens) and here < at + 5 and tokens[here].kind in _JOIN:
        pauses += tokens[here].kind is _COMMA
        here += 1
    if here >= len(tokens) or tokens[here].kind is not _QTY or pauses > 1:
        return None
    other = tokens[here].amount
    if mine is None or other is None or mine.others or other.others:
        return None
    if (mine.households is None) == (other.households is None) or (mine.people is None) == (other.people is None):
        return None
    if pauses:
        # 已转移42户,118人未转移 is two things: a pause joins only what ends there
        after = _skip(tokens, here + 1)
        if after < len(tokens) and tokens[after].kind not in _AFTER_PAIR:
            return None
    return here
