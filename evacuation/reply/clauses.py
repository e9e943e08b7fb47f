"""From tokens to clauses: names, pauses, connectives, and what a question mark or an "if" reaches.

A clause is what one predicate can govern. A condition makes its whole sentence unreal; a bare question mark or a
tag (是吗) asks its whole sentence; a question with its own question word asks only its clause.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from evacuation.reply.lexicon import Kind
from evacuation.reply.tokens import Token

if TYPE_CHECKING:
    from collections.abc import Sequence

_BREAKS: Final = frozenset({Kind.STOP, Kind.COMMA, Kind.ASK_MARK})
_OPENERS: Final = frozenset({Kind.BUT, Kind.EXCEPT, Kind.REST, Kind.OF_WHICH, Kind.LEFT})
_MAY_OPEN: Final = _OPENERS | {Kind.STILL, Kind.AGAIN, Kind.TOTAL}
_MOVES: Final = frozenset({Kind.MOVE, Kind.GO, Kind.ARRIVE})
_HARMLESS_COUNTERS: Final = frozenset(["里", "时", "天", "次", "处", "年", "月", "日"])
_NAME_PARTS: Final = frozenset({Kind.UNKNOWN, Kind.PART_END, Kind.HAZARD, Kind.ROAD, Kind.SHELTER, Kind.GO, Kind.SOME})
_UNSETTLED: Final = frozenset({Kind.HOUSE, Kind.PERSON, Kind.COUNTER, Kind.GROUP_UNIT, Kind.ABOUT, Kind.DASH})
_NAMED: Final = frozenset({Kind.AREA_END, Kind.PART_END, Kind.ROLE, Kind.SHELTER, Kind.UNKNOWN})
_TITLED: Final = frozenset({Kind.UNKNOWN, Kind.NAME})
_LONGEST_NAME: Final = 6
_LONGEST_PERSON: Final = 3

# members bound once: looking one up on the class costs more than the comparison it is for (Python 3.11)
_ACK: Final = Kind.ACK
_AGAIN: Final = Kind.AGAIN
_AREA_END: Final = Kind.AREA_END
_ASK_END: Final = Kind.ASK_END
_ASK_MARK: Final = Kind.ASK_MARK
_COMMA: Final = Kind.COMMA
_COND: Final = Kind.COND
_DONE: Final = Kind.DONE
_EXCEPT: Final = Kind.EXCEPT
_EXCEPT_END: Final = Kind.EXCEPT_END
_FILL: Final = Kind.FILL
_GROUP: Final = Kind.GROUP
_HEDGE: Final = Kind.HEDGE
_LE: Final = Kind.LE
_LOOSE: Final = Kind.LOOSE
_NAME: Final = Kind.NAME
_NEG: Final = Kind.NEG
_NUM: Final = Kind.NUM
_PART_END: Final = Kind.PART_END
_PEOPLE: Final = Kind.PEOPLE
_QTY: Final = Kind.QTY
_QWORD: Final = Kind.QWORD
_ROLE: Final = Kind.ROLE
_SHELTER: Final = Kind.SHELTER
_SOME: Final = Kind.SOME
_SPACE: Final = Kind.SPACE
_STILL: Final = Kind.STILL
_TAG: Final = Kind.TAG
_TO: Final = Kind.TO
_TOTAL: Final = Kind.TOTAL
_UNKNOWN: Final = Kind.UNKNOWN


@dataclass(slots=True, kw_only=True)
class Clause:
    """Tokens that belong together, and the mood they are in."""

    tokens: list[Token] = field(default_factory=list)
    asked: bool = False
    unreal: bool = False
    counted: bool = False
    moves: bool = False


def split(tokens: Sequence[Token]) -> list[Clause]:
    """Cut measured tokens into clauses, and set their mood."""
    sentences: list[list[Clause]] = [[Clause()]]
    tokens = _name(_settle(tokens))
    for index, token in enumerate(tokens):
        sentence = sentences[-1]
        clause = sentence[-1]
        if token.kind is _SPACE:
            if _space_breaks(tokens, index):
                sentence.append(Clause())
        elif token.kind in _BREAKS:
            if token.kind is _ASK_MARK:
                _ask(sentence)
            if token.kind is _COMMA:
                sentence.append(Clause())
            else:
                sentences.append([Clause()])
        else:
            if clause.tokens and _opens(tokens, index, clause):
                clause = Clause()
                sentence.append(clause)
            clause.tokens.append(token)
            clause.counted = clause.counted or token.kind is _QTY
            clause.moves = clause.moves or token.kind in _MOVES
            if token.kind is _EXCEPT_END and clause.tokens[0].kind is _EXCEPT:
                sentence.append(Clause())
    for sentence in sentences:
        _mood(sentence)
    return [clause for sentence in sentences for clause in sentence if clause.tokens]


def _settle(tokens: Sequence[Token]) -> list[Token]:
    """Units that no number claimed become plain nouns again."""
    done: list[Token] = []
    for token in tokens:
        if token.kind not in _UNSETTLED:
            done.append(token)
            continue
        match token.kind:
            case Kind.HOUSE | Kind.PERSON:
                noun = _PEOPLE if token.text not in {"口", "个", "名", "位"} else _FILL
                done.append(
                    token._replace(
                        kind=_PART_END if token.text in {"家", "户"} and _follows_unknown(done, token) else noun
                    )
                )
            case Kind.COUNTER:
                done.append(token._replace(kind=_FILL if token.text in _HARMLESS_COUNTERS else _UNKNOWN))
            case Kind.GROUP_UNIT:
                done.append(token._replace(kind=_PART_END if _follows_unknown(done, token) else _FILL))
            case Kind.ABOUT:
                done.append(token._replace(kind=_HEDGE))
            case Kind.DASH:
                done.append(token._replace(kind=_COMMA))
            case _:
                done.append(token)
    return done


def _follows_unknown(done: Sequence[Token], token: Token) -> bool:
    return bool(done) and done[-1].kind in {_UNKNOWN, _PART_END, _SOME} and done[-1].end == token.start


def _name(tokens: Sequence[Token]) -> list[Token]:
    """Unknown characters that can only be names: 小坝村, 王主任, 大湾组, 到中坝小学."""
    done: list[Token] = []
    for token in tokens:
        if token.kind not in _NAMED:
            done.append(token)
            continue
        if token.kind in {_AREA_END, _PART_END}:
            start = _name_start(done, token)
            if start < len(done):
                first = done[start].start
                del done[start:]
                kind = _NAME if token.kind is _AREA_END else _GROUP
                done.append(Token(kind, token.text, first, token.end))
                continue
            if token.kind is _AREA_END:
                done.append(token._replace(kind=_FILL))
                continue
        if token.kind in {_ROLE, _SHELTER} and done and done[-1].kind in _TITLED:
            last = done[-1]
            if last.kind is _UNKNOWN and last.end - last.start <= _LONGEST_PERSON and last.end == token.start:
                done[-1] = last._replace(kind=_NAME)
        if token.kind is _UNKNOWN and token.end - token.start <= _LONGEST_NAME and done and done[-1].kind is _TO:
            done.append(token._replace(kind=_NAME))
            continue
        done.append(token)
    return [token._replace(kind=_UNKNOWN) if token.kind is _PART_END else token for token in done]


def _name_start(done: Sequence[Token], token: Token) -> int:
    """Where the name that ends in this suffix begins (len(done) when there is none)."""
    start, end = len(done), token.start
    while start > 0:
        before = done[start - 1]
        if before.end != end or token.start - before.start > _LONGEST_NAME:
            break
        if before.kind not in _NAME_PARTS and not (before.kind in {_NAME, _GROUP} and before.text):
            break
        start, end = start - 1, before.start
    heads = done[start : start + 1]
    if heads and heads[0].kind not in {_UNKNOWN, _NAME, _GROUP} and start > 0 and done[start - 1].kind not in _BREAKS:
        return len(done)
    return start


def _space_breaks(tokens: Sequence[Token], index: int) -> bool:
    """A space parts two phrases, but not a number from its verb or unit, nor Latin words."""
    if index == 0 or index + 1 >= len(tokens):
        return False
    left, right = tokens[index - 1], tokens[index + 1]
    if right.kind is _QTY:
        return left.kind is _QTY
    numeric = {_QTY, _NUM, _LOOSE, _GROUP}
    if left.kind in numeric:
        return False
    return _is_written_in_chinese(left) and _is_written_in_chinese(right)


def _is_written_in_chinese(token: Token) -> bool:
    """Tokens from Latin words stand for Chinese of another length."""
    return token.end - token.start == len(token.text) and token.text[:1] >= "\u4e00"


def _opens(tokens: Sequence[Token], index: int, clause: Clause) -> bool:
    """Whether this token begins a clause of its own."""
    token = tokens[index]
    if token.kind not in _MAY_OPEN:
        return False
    following = [after.kind for after in tokens[index + 1 : index + 4]]
    if token.kind in _OPENERS:
        # 未转移的还剩, 另外 … : what opens; 其余 right after 除了 … is the second half
        return True
    if token.kind is _STILL:
        return _QTY in following or (clause.counted and _NEG in following)
    if token.kind is _AGAIN:
        return clause.counted and bool(_MOVES.intersection(following))
    if token.kind is _TOTAL:
        return clause.counted and clause.moves
    return False


def _ask(sentence: list[Clause]) -> None:
    """A question mark: its clause when that has a question word of its own, else the sentence."""
    clause = next((clause for clause in reversed(sentence) if clause.tokens), sentence[-1])
    kinds = {token.kind for token in clause.tokens}
    if _QWORD in kinds and _TAG not in kinds:
        clause.asked = True
        return
    if _ASK_END in kinds and _TAG not in kinds and clause.tokens[-1].text not in {"吧", "嘛"}:
        clause.asked = True
        return
    for each in sentence:
        each.asked = True


def _mood(sentence: list[Clause]) -> None:
    all_asked = all_unreal = False
    for clause in sentence:
        kinds = {token.kind for token in clause.tokens}
        all_asked = all_asked or _TAG in kinds
        all_unreal = all_unreal or _COND in kinds
        if _QWORD in kinds or _ASK_END in kinds or _ends_in_not(clause):
            clause.asked = True
    for before, clause in pairwise(sentence):
        if before.tokens and all(token.kind is _QWORD for token in before.tokens):
            clause.asked = True  # 是否,已全部转移
    for clause in sentence:
        clause.asked = clause.asked or all_asked
        clause.unreal = clause.unreal or all_unreal


def _ends_in_not(clause: Clause) -> bool:
    """转移了没有: a verb, then "not" and nothing more, asks."""
    tokens = [token for token in clause.tokens if token.kind is not _FILL]
    return (
        len(tokens) > 1
        and tokens[-1].kind is _NEG
        and any(token.kind in _MOVES | {_LE, _ACK, _DONE} for token in tokens)
    )
