"""Small composites of a clause: 路 … 断 is a blocked road, 没有 + 车 a lack, 无 + 伤亡 nothing at all.

One pass turns the tokens of a clause into marks: each token, and the family it is the predicate of.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from evacuation.reply.lexicon import BARE_UNWILLING, BLOCKED, EVENT_HAZARDS, EVENT_SIGNS, EVERYDAY, Kind
from evacuation.reply.reading import Need
from evacuation.reply.tokens import Token

if TYPE_CHECKING:
    from collections.abc import Sequence


class Family(StrEnum):
    """What a phrase is about."""

    MOVE = "move"
    REFUSE = "refuse"
    AWAY = "away"
    LEFT = "left"
    HELP = "help"
    DANGER = "danger"
    ABSENT = "absent"
    WRONG = "wrong"
    CORRECT = "correct"
    ACK = "ack"
    NOTHING = "nothing"
    QUESTION = "question"
    DENIED = "denied"
    BACK = "back"
    UNAWARE = "unaware"
    NONE = "none"


class Mark(NamedTuple):
    """A token and the family it is the predicate of."""

    token: Token
    family: Family | None = None


_DIRECT: Final = {
    Kind.MOVE: Family.MOVE,
    Kind.GO: Family.MOVE,
    Kind.ARRIVE: Family.MOVE,
    Kind.AWAY: Family.AWAY,
    Kind.LEFT: Family.LEFT,
    Kind.ABSENT: Family.ABSENT,
    Kind.WRONG: Family.WRONG,
    Kind.STOP_WORD: Family.WRONG,
    Kind.CORRECT: Family.CORRECT,
    Kind.ACK: Family.ACK,
    Kind.QWORD: Family.QUESTION,
    Kind.TAG: Family.QUESTION,
    Kind.UNAWARE: Family.UNAWARE,
}
_UNKNOWN: Final = Kind.UNKNOWN
_MOVES: Final = frozenset({Kind.MOVE, Kind.GO, Kind.ARRIVE})
_THIN: Final = frozenset({Kind.PEOPLE, Kind.THERE, Kind.SOME, Kind.ALL, Kind.DONE, Kind.OTHERS, Kind.DE})
_BETWEEN: Final = _THIN | {Kind.WANT, Kind.MODAL, Kind.QTY, Kind.HAZARD}
"""What may stand between a negation and what it denies."""
_ENDS_SEARCH: Final = _MOVES | {Kind.QTY, Kind.UNKNOWN, Kind.REFUSE}
_DENIALS: Final = frozenset({Kind.NEG, Kind.NEEDLESS})
_CUT: Final = frozenset({Kind.CUT})
_SOLVED: Final = frozenset({Kind.SOLVED})
_WANT_OR_CUT: Final = frozenset({Kind.WANT, Kind.CUT})
_SIGN_OR_CUT: Final = frozenset({Kind.SIGN, Kind.CUT})
_WANTED_BETWEEN: Final = frozenset({Kind.QTY, Kind.THERE, Kind.RESOURCE, Kind.LE})
_NOUNS: Final = frozenset({Kind.DOCUMENT, Kind.ROAD})
_GOING: Final = _MOVES | {Kind.REFUSE}
_REFUSED: Final = _GOING | {Kind.MODAL, Kind.TO, Kind.SHELTER}
_PERSONS: Final = frozenset({Kind.NAME, Kind.ROLE})
_NOT_LONE: Final = _MOVES | {Kind.AWAY, Kind.ABSENT, Kind.I}
_WHO: Final = frozenset({Kind.SOME, Kind.PEOPLE, Kind.THERE, Kind.QTY, Kind.NAME, Kind.OTHERS, Kind.WE, Kind.GROUP})
_NO_LACK: Final = frozenset({Kind.UNKNOWN, Kind.BACK})
_FRAIL: Final = frozenset({Kind.SOME, Kind.QTY, Kind.OTHERS, Kind.GROUP})
_BLOCKABLE: Final = _WHO | {Kind.ROAD, Kind.HAZARD}
ABSENCE: Final = frozenset(
    [
        "没",
        "没有",
        "未",
        "尚未",
        "还没",
        "还没有",
        "没得",
        "莫得",
        "未能",
        "没能",
        "还未",
        "并未",
        "并没有",
        "都没",
        "都没有",
        "没的",
        "冇",
        "无",
    ]
)
"""Negations that say "not yet" or "there is none"; the others deny a word or forbid."""
_OBJECTS: Final = frozenset({"转移人员", "转移群众", "转移任务"})
_IS_NOT: Final = frozenset({"不是", "而不是", "并非"})
_NEEDS: Final = frozenset({"要", "需", "需要"})
_LANDED: Final = frozenset({"到", "至", "进", "到了", "住", "住在", "来到", "住到", "进了", "投靠"})
_REACH: Final = 3


class Composer:
    """One pass over a clause that joins words into predicates; every token is looked at a bounded number of times."""

    def __init__(self, tokens: list[Token], before: Sequence[Token] = ()) -> None:
        self.tokens = tokens
        self.kinds = frozenset(token.kind for token in tokens)
        self.around = self.kinds.union(token.kind for token in before)
        self.vehicle = any(token.need is Need.TRANSPORT for token in tokens)
        self.marks: list[Mark] = []
        self.at = 0

    def run(self) -> list[Mark]:
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            composer = _COMPOSERS.get(token.kind)
            if composer is None:
                self.marks.append(Mark(token, _DIRECT.get(token.kind)))
            else:
                composer(self, token)
        return self.marks

    def _next(self, offset: int = 0) -> Token | None:
        place = self.at + offset
        return self.tokens[place] if place < len(self.tokens) else None

    def _ahead(self, kinds: frozenset[Kind]) -> Token | None:
        """The first token of these kinds a few words on; a number or other predicate ends the search."""
        for token in self.tokens[self.at : self.at + _REACH]:
            if token.kind in kinds:
                return token
            if token.kind in _ENDS_SEARCH:
                return None
        return None

    def _names(self, subjects: frozenset[Kind]) -> bool:
        """The clause, or the one before, says who or what of the village it is about."""
        return not subjects.isdisjoint(self.around)

    def _blocks(self) -> bool:
        """过不去: said of people, vehicles and roads."""
        return self._names(_BLOCKABLE) or self.vehicle

    def _denier(self) -> Token | None:
        """The negation that governs what comes now."""
        for mark in reversed(self.marks[-_REACH:]):
            if mark.token.kind in _DENIALS and mark.family is None:
                return mark.token
            if mark.family is not None or mark.token.kind not in _BETWEEN:
                return None
        return None

    def _deny(self) -> None:
        """Take the negation out: it has found what it denies."""
        while self.marks and self.marks[-1].token.kind not in _DENIALS:
            self.marks.pop()
        if self.marks:
            self.marks.pop()

    def _wanted(self) -> bool:
        """A word of wanting stands before, with at most a number or 有 between."""
        for mark in reversed(self.marks[-_REACH:]):
            if mark.token.kind is Kind.WANT or mark.family is Family.HELP:
                return True
            if mark.token.kind is Kind.MODAL:
                return mark.token.text in _NEEDS
            if mark.token.kind not in _WANTED_BETWEEN:
                return False
        return False

    def _inside_word(self, token: Token) -> bool:
        """水 in 水果, 车 in 火车: a character of a word that is not known."""
        before = self.tokens[self.at - 2] if self.at > 1 else None
        after = self._next()
        return (before is not None and before.kind is Kind.UNKNOWN and before.end == token.start) or (
            after is not None and after.kind is Kind.UNKNOWN and after.start == token.end
        )

    def _put(self, token: Token, family: Family | None = None) -> None:
        self.marks.append(Mark(token, family))

    def _deniable(self, token: Token, family: Family) -> None:
        if self._denier() is not None:
            self._deny()
            family = Family.DENIED
        self._put(token, family)

    def _target(self, token: Token) -> None:
        if self._denier() is not None:
            self._deny()
            self._put(token, Family.NOTHING)
        elif token.text in _OBJECTS:  # 已转移群众12户: the verb and its object
            self._put(token._replace(kind=Kind.MOVE), Family.MOVE)

    def _refuse(self, token: Token) -> None:
        after = self._next()
        if token.text in BARE_UNWILLING and (after is None or after.kind not in _GOING):
            self._put(token._replace(kind=_UNKNOWN))
            return
        self._deniable(token, Family.REFUSE)
        while (after := self._next()) is not None and after.kind in _REFUSED:
            self.at += 1

    def _help(self, token: Token) -> None:
        denier = self._denier()
        if denier is not None and denier.kind is Kind.NEEDLESS:
            self._deny()
            self._put(token, Family.DENIED)
        else:
            self._put(token, Family.HELP)

    def _plight(self, token: Token) -> None:
        named = not self.kinds.isdisjoint(_FRAIL) if _UNKNOWN in self.kinds else self._names(_WHO)
        if token.text in EVERYDAY and not named:
            self._put(token._replace(kind=_UNKNOWN))
            return
        solved = Kind.SOLVED in self.kinds
        self._deniable(token, Family.DENIED if solved else Family.HELP)

    def _alone_cut(self, token: Token) -> None:
        if token.text in BLOCKED and self._blocks():
            self._put(token._replace(need=Need.ROAD), Family.HELP)
        else:
            self._put(token._replace(kind=_UNKNOWN))

    def _sign(self, token: Token) -> None:
        if token.text in EVENT_SIGNS:
            self._deniable(token, Family.DANGER)
        elif not (self.marks and self.marks[-1].family in {Family.DANGER, Family.DENIED}):
            self._put(token._replace(kind=_UNKNOWN))

    def _back(self, token: Token) -> None:
        self._deniable(token, Family.BACK)

    def _call_other(self, token: Token) -> None:
        after = self._next()
        if after is not None and after.kind in _PERSONS:
            self._put(token, Family.ABSENT)
        else:
            self._put(token._replace(kind=_UNKNOWN))

    def _away(self, token: Token) -> None:
        personal = Kind.I in self.kinds
        self._put(token, Family.ABSENT if personal else Family.AWAY)

    def _neg(self, token: Token) -> None:
        after = self._next()
        if token.text in _IS_NOT and after is not None and after.kind is Kind.QTY:
            self.at += 1  # 不是63人: the number that is taken back
            self._put(token, Family.CORRECT)
        else:
            self._put(token)

    def _silent(self, token: Token) -> None:
        """Says nothing of its own: 转移通知, 已送医院, 隐患点."""

    def _move(self, token: Token) -> None:
        after = self._next()
        if after is not None and after.kind in _NOUNS and token.kind is Kind.MOVE:
            return  # 转移通知, 撤离路线: a noun
        if self.marks and self.marks[-1].family is Family.HELP:
            self._put(token._replace(kind=_UNKNOWN))  # 派人转移12户: what the help is for
            return
        modal = bool(self.marks) and self.marks[-1].token.kind is Kind.MODAL
        if modal and after is not None and (after.kind is Kind.DE or self._again_as_fact()):
            self.marks.pop()  # 应转移的42户, 应转移42户已转移40户: what was asked, not what was done
            return
        self._put(token, Family.MOVE)

    def _again_as_fact(self) -> bool:
        """A second verb of moving that is said to be done follows in this clause."""
        rest = [token.kind for token in self.tokens[self.at : self.at + 6]]
        return any(kind in _MOVES for kind in rest) and bool({Kind.DONE, Kind.ALL}.intersection(rest))

    def _resource(self, token: Token) -> None:
        if len(token.text) == 1 and self._inside_word(token):
            self._put(token._replace(kind=_UNKNOWN))
            return
        denier = self._denier()
        wanted = self._wanted()
        if denier is not None and (denier.kind is Kind.NEEDLESS or (wanted and denier.text != "没得")):
            self._deny()
            self._put(token, Family.DENIED)
        elif denier is not None and denier.text in ABSENCE and self.kinds.isdisjoint(_NO_LACK):
            self._deny()
            self._put(token, Family.HELP)
        elif wanted or self._ahead(_WANT_OR_CUT) is not None:
            self._put(token, Family.HELP)
        else:
            self._put(token)

    def _road(self, token: Token) -> None:
        cut = self._ahead(_CUT)
        if cut is None:
            return
        while (after := self._next()) is not None and after is not cut:
            self.at += 1
            if after.kind in _DENIALS:
                self.at = self.tokens.index(cut, self.at) + 1
                self._put(token, Family.DENIED)
                return
            self._put(after, Family.DANGER if after.text in EVENT_HAZARDS else None)
        self.at += 1
        self._put(token._replace(need=Need.ROAD), Family.HELP)

    def _hazard(self, token: Token) -> None:
        if (after := self._next()) is not None and after.kind is Kind.ATTRIBUTE:
            self.at += 1
            return
        if token.text in EVENT_HAZARDS:
            solved = self._ahead(_SOLVED) is not None
            self._deniable(token, Family.DENIED if solved else Family.DANGER)
            return
        sign = self._ahead(_SIGN_OR_CUT)
        if sign is None:
            return
        span = self.tokens[self.at : self.at + _REACH]
        denied = any(each.kind in _DENIALS for each in span[: span.index(sign)]) or self._denier() is not None
        if any(each.kind is Kind.HAZARD for each in span[: span.index(sign)]) and not denied:
            return  # 后山裂缝变大: the nearer noun takes the verb
        while self._next() is not sign:
            self.at += 1
        self.at += 1
        if self._denier() is not None:
            self._deny()
        self._put(token, Family.DENIED if denied else Family.DANGER)

    def _role(self, token: Token) -> None:
        not_me = [mark.token for mark in self.marks[-_REACH:]]
        if (
            len(not_me) >= 2
            and not_me[-1].kind is Kind.NEG
            and not_me[-1].text in _IS_NOT | {"不"}
            and any(each.kind is Kind.I for each in not_me)
        ):
            over = (after := self._next()) is not None and after.kind is Kind.LE
            self.marks = [mark for mark in self.marks if mark.token.kind is not Kind.NEG]
            self._put(token, Family.ABSENT if over or any(each.kind is Kind.DONE for each in not_me) else Family.WRONG)
        else:
            self._put(token)

    def _to(self, token: Token) -> None:
        """已到村小学 says arrived when the clause has no other verb."""
        after = self._next()
        lone = self.kinds.isdisjoint(_NOT_LONE)
        counted = Kind.QTY in self.kinds
        place = after is not None and (after.kind is Kind.SHELTER or (after.kind is Kind.NAME and counted))
        lands = token.text in _LANDED and place
        if lone and (lands or (token.text == "到了" and after is None)):
            self._put(token._replace(kind=Kind.ARRIVE if lands else Kind.GO), Family.MOVE)
        else:
            self._put(token)


_COMPOSERS: Final = {
    Kind.MOVE: Composer._move,
    Kind.GO: Composer._move,
    Kind.ARRIVE: Composer._move,
    Kind.DOCUMENT: Composer._silent,
    Kind.SOLVED: Composer._silent,
    Kind.ATTRIBUTE: Composer._silent,
    Kind.TARGET: Composer._target,
    Kind.REFUSE: Composer._refuse,
    Kind.HELP: Composer._help,
    Kind.RESOURCE: Composer._resource,
    Kind.PLIGHT: Composer._plight,
    Kind.ROAD: Composer._road,
    Kind.CUT: Composer._alone_cut,
    Kind.HAZARD: Composer._hazard,
    Kind.SIGN: Composer._sign,
    Kind.BACK: Composer._back,
    Kind.CALL_OTHER: Composer._call_other,
    Kind.ROLE: Composer._role,
    Kind.TO: Composer._to,
    Kind.AWAY: Composer._away,
    Kind.NEG: Composer._neg,
}
