"""Phrases: the predicates of a clause, what is denied with them, and which numbers are theirs.

First small composites are read (路 … 断, 没有 + 车, 无 + 伤亡, 应 + 转移 + 的); then a clause with predicates of more
than one family is cut so that each phrase has one, and every number goes to exactly one of them or is `tangled`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from evacuation.reply.lexicon import BLOCKED, EVENT_HAZARDS, EVENT_SIGNS, Kind
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


COUNTED: Final = frozenset({Family.MOVE, Family.REFUSE, Family.AWAY, Family.LEFT})
"""Families whose numbers are counts of the list."""

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
_MOVES: Final = frozenset({Kind.MOVE, Kind.GO, Kind.ARRIVE})
_THIN: Final = frozenset({Kind.PEOPLE, Kind.THERE, Kind.SOME, Kind.ALL, Kind.DONE, Kind.OTHERS, Kind.DE})
"""What may stand between a negation and what it denies."""
_TRAILING: Final = frozenset({Kind.LE, Kind.FINISH, Kind.DE, Kind.EXCEPT_END, Kind.ASK_END, Kind.ATTRIBUTE})
_ABSENCE: Final = frozenset(
    "没 没有 未 尚未 还没 还没有 没得 莫得 未能 没能 还未 并未 并没有 都没 都没有 没的 冇 无".split()
)
_IS_NOT: Final = frozenset({"不是", "而不是", "并非"})
_NEEDS: Final = frozenset({"要", "需", "需要", "得"})
_REACHED: Final = frozenset(
    {"到", "至", "进", "到了", "住", "住在", "来到", "住到", "去了", "进了", "在", "在了", "投靠", "于"}
)
_LANDED: Final = frozenset({"到", "至", "进", "到了", "住", "住在", "来到", "住到", "进了", "投靠"})
_STRONG_ARRIVALS: Final = frozenset({"安置", "安置到", "安置在", "安置于", "集中安置", "妥善安置", "到达安置点"})
_PLACES: Final = frozenset({Kind.SHELTER, Kind.NAME})
_REACH: Final = 3
"""How many words on a noun looks for its verb."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A token and the family it is the predicate of."""

    token: Token
    family: Family | None = None


@dataclass(slots=True, kw_only=True)
class Phrase:
    """Tokens of one predicate family."""

    family: Family
    tokens: list[Token]
    kinds: frozenset[Kind]
    tangled: bool = False

    def last(self, *kinds: Kind) -> int:
        """Place of the last token of these kinds, -1 when there is none."""
        return max((at for at, token in enumerate(self.tokens) if token.kind in kinds), default=-1)

    def count(self, kind: Kind) -> int:
        """How many tokens of a kind."""
        return sum(token.kind is kind for token in self.tokens)

    def before_verb(self, kind: Kind) -> bool:
        """A word of the kind stands before the last verb of moving."""
        verb = self.last(*_MOVES)
        return any(token.kind is kind for token in self.tokens[:verb])

    def quantity_after_not(self) -> bool:
        """没有12户转移: a number between "not" and the verb; or a "not" that does not mean "not yet"."""
        open_ = False
        for token in self.tokens:
            if token.kind is Kind.NEG:
                if token.text not in _ABSENCE:
                    return True
                open_ = True
            elif token.kind in _MOVES:
                open_ = False
            elif token.kind is Kind.QTY and open_:
                return True
        return open_

    @property
    def progressive(self) -> bool:
        """在转移, 往学校转移: on the way."""
        for token, after in zip(self.tokens, self.tokens[1:], strict=False):
            if token.kind is Kind.TO and token.text == "在" and after.kind in _MOVES:
                return True
            if (
                token.kind is Kind.TO
                and token.text in {"往", "向", "去"}
                and Kind.DONE not in self.kinds
                and Kind.LE not in self.kinds
            ):
                return True
        return False

    @property
    def reached(self) -> bool:
        """An address is given as reached: 到村小学."""
        return any(
            token.kind in {Kind.TO, Kind.ARRIVE, Kind.GO}
            and after.kind in _PLACES
            and (token.text in _REACHED or token.text.endswith(("到", "在", "至")))
            for token, after in zip(self.tokens, self.tokens[1:], strict=False)
        )

    @property
    def strong_arrival(self) -> bool:
        """安置: nobody but the people of an order is settled anywhere."""
        return any(token.text in _STRONG_ARRIVALS for token in self.tokens)


def phrases(tokens: Sequence[Token]) -> list[Phrase]:
    """The phrases of one clause."""
    return _cut(_compose([token for token in tokens if token.kind is not Kind.FILL]))


class _Composer:
    """One pass over a clause that joins words into predicates; every token is looked at a bounded number of times."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.marks: list[Mark] = []
        self.at = 0

    def run(self) -> list[Mark]:
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            self._one(token)
        return self.marks

    def _next(self, offset: int = 0) -> Token | None:
        place = self.at + offset
        return self.tokens[place] if place < len(self.tokens) else None

    def _ahead(self, kinds: frozenset[Kind]) -> Token | None:
        """The first token of these kinds a few words on; a number or other predicate ends the search."""
        for token in self.tokens[self.at : self.at + _REACH]:
            if token.kind in kinds:
                return token
            if token.kind in {Kind.QTY, Kind.UNKNOWN, Kind.REFUSE} | _MOVES:
                return None
        return None

    def _denier(self) -> Token | None:
        """The negation that governs what comes now."""
        for mark in reversed(self.marks[-_REACH:]):
            if mark.token.kind in {Kind.NEG, Kind.NEEDLESS} and mark.family is None:
                return mark.token
            if mark.family is not None or mark.token.kind not in _THIN | {Kind.WANT, Kind.MODAL, Kind.QTY, Kind.HAZARD}:
                return None
        return None

    def _deny(self) -> None:
        """Take the negation out: it has found what it denies."""
        while self.marks and self.marks[-1].token.kind not in {Kind.NEG, Kind.NEEDLESS}:
            self.marks.pop()
        if self.marks:
            self.marks.pop()

    def _put(self, token: Token, family: Family | None = None) -> None:
        self.marks.append(Mark(token, family))

    def _deniable(self, token: Token, family: Family) -> None:
        if self._denier() is not None:
            self._deny()
            family = Family.DENIED
        self._put(token, family)

    def _one(self, token: Token) -> None:
        match token.kind:
            case Kind.MOVE | Kind.GO | Kind.ARRIVE:
                self._move(token)
            case Kind.DOCUMENT | Kind.SOLVED | Kind.ATTRIBUTE:
                pass
            case Kind.TARGET:
                if self._denier() is not None:
                    self._deny()
                    self._put(token, Family.NOTHING)
            case Kind.REFUSE:
                self._deniable(token, Family.REFUSE)
                while (after := self._next()) is not None and after.kind in _MOVES | {
                    Kind.MODAL,
                    Kind.REFUSE,
                    Kind.TO,
                    Kind.SHELTER,
                }:
                    self.at += 1
            case Kind.HELP:
                denier = self._denier()
                if denier is not None and denier.kind is Kind.NEEDLESS:
                    self._deny()
                    self._put(token, Family.DENIED)
                else:
                    self._put(token, Family.HELP)
            case Kind.RESOURCE:
                self._resource(token)
            case Kind.PLIGHT:
                solved = self._ahead(frozenset({Kind.SOLVED})) is not None
                self._deniable(token, Family.DENIED if solved else Family.HELP)
            case Kind.ROAD:
                self._road(token)
            case Kind.CUT:
                if token.text in BLOCKED:
                    self._put(replace(token, need=Need.ROAD), Family.HELP)
                else:
                    self._put(replace(token, kind=Kind.UNKNOWN))
            case Kind.HAZARD:
                self._hazard(token)
            case Kind.SIGN:
                if token.text in EVENT_SIGNS:
                    self._deniable(token, Family.DANGER)
                elif self.marks and self.marks[-1].family in {Family.DANGER, Family.DENIED}:
                    pass
                else:
                    self._put(replace(token, kind=Kind.UNKNOWN))
            case Kind.BACK:
                self._deniable(token, Family.BACK)
            case Kind.CALL_OTHER:
                after = self._next()
                named = after is not None and after.kind in {Kind.NAME, Kind.ROLE}
                self._put(token if named else replace(token, kind=Kind.UNKNOWN), Family.ABSENT if named else None)
            case Kind.ROLE:
                self._role(token)
            case Kind.TO:
                self._to(token)
            case Kind.AWAY:
                personal = any(mark.token.kind is Kind.I for mark in self.marks)
                self._put(token, Family.ABSENT if personal else Family.AWAY)
            case Kind.NEG if token.text in _IS_NOT and (after := self._next()) is not None and after.kind is Kind.QTY:
                self.at += 1  # 不是63人: the number that is taken back
                self._put(token, Family.CORRECT)
            case _:
                self._put(token, _DIRECT.get(token.kind))

    def _move(self, token: Token) -> None:
        after = self._next()
        if after is not None and after.kind in {Kind.DOCUMENT, Kind.ROAD} and token.kind is Kind.MOVE:
            return  # 转移通知, 撤离路线: a noun
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
        denier = self._denier()
        wanted = any(
            mark.token.kind is Kind.WANT
            or (mark.token.kind is Kind.MODAL and mark.token.text in _NEEDS)
            or mark.family is Family.HELP
            for mark in self.marks[-_REACH:]
        )
        if denier is not None and (denier.kind is Kind.NEEDLESS or (wanted and denier.text != "没得")):
            self._deny()
            self._put(token, Family.DENIED)
        elif denier is not None and denier.text in _ABSENCE:
            self._deny()
            self._put(token, Family.HELP)
        elif wanted or self._ahead(frozenset({Kind.WANT, Kind.CUT})) is not None:
            self._put(token, Family.HELP)
        else:
            self._put(token)

    def _road(self, token: Token) -> None:
        cut = self._ahead(frozenset({Kind.CUT}))
        if cut is None:
            return
        while (after := self._next()) is not None and after is not cut:
            self.at += 1
            if after.kind in {Kind.NEG, Kind.NEEDLESS}:
                self.at = self.tokens.index(cut, self.at) + 1
                self._put(token, Family.DENIED)
                return
            self._put(after, Family.DANGER if after.text in EVENT_HAZARDS else None)
        self.at += 1
        self._put(replace(token, need=Need.ROAD), Family.HELP)

    def _hazard(self, token: Token) -> None:
        if (after := self._next()) is not None and after.kind is Kind.ATTRIBUTE:
            self.at += 1
            return
        if token.text in EVENT_HAZARDS:
            solved = self._ahead(frozenset({Kind.SOLVED})) is not None
            self._deniable(token, Family.DENIED if solved else Family.DANGER)
            return
        sign = self._ahead(frozenset({Kind.SIGN, Kind.CUT}))
        if sign is None:
            return
        span = self.tokens[self.at : self.at + _REACH]
        denied = (
            any(each.kind in {Kind.NEG, Kind.NEEDLESS} for each in span[: span.index(sign)])
            or self._denier() is not None
        )
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
        lone = not any(each.kind in _MOVES | {Kind.AWAY, Kind.ABSENT, Kind.I} for each in self.tokens)
        lands = token.text in _LANDED and after is not None and after.kind in _PLACES
        if lone and (lands or (token.text == "到了" and after is None)):
            self._put(replace(token, kind=Kind.ARRIVE if lands else Kind.GO), Family.MOVE)
        else:
            self._put(token)


def _compose(tokens: list[Token]) -> list[Mark]:
    return _Composer(tokens).run()


def _cut(marks: list[Mark]) -> list[Phrase]:
    """Cut where the family changes, so that each number goes to one verb."""
    heads = [at for at, mark in enumerate(marks) if mark.family is not None]
    families = {marks[at].family for at in heads}
    if Family.LEFT in families and families & {Family.MOVE, Family.REFUSE, Family.AWAY}:
        marks = [replace(mark, family=None) if mark.family is Family.LEFT else mark for mark in marks]
        heads = [at for at in heads if marks[at].family is not None]
    if len({marks[at].family for at in heads}) <= 1:
        family = marks[heads[0]].family if heads else None
        return [_phrase(marks, family or Family.NONE, tangled=False)]
    done: list[Phrase] = []
    start, tangled = 0, False
    for left, right in zip(heads, heads[1:], strict=False):
        mine, other = marks[left].family, marks[right].family
        if mine is other or mine is None or other is None:
            continue
        end, knot = _border(marks, start, left, right, heads)
        done.append(_phrase(marks[start:end], mine, tangled=tangled or knot))
        start, tangled = end, knot
    last = marks[heads[-1]].family or Family.NONE
    done.append(_phrase(marks[start:], last, tangled=tangled))
    return done


def _border(marks: list[Mark], start: int, left: int, right: int, heads: list[int]) -> tuple[int, bool]:
    """Where the phrase of ``left`` ends, and whether it is not clear whose the number between is."""
    end = left + 1
    while end < right and marks[end].token.kind in _TRAILING:
        end += 1
    between = [at for at in range(end, right) if marks[at].token.kind is Kind.QTY]
    if not between:
        return end, False
    if len(between) > 1:
        return between[0] + 1, len(between) > 2
    own = any(mark.token.kind is Kind.QTY for mark in marks[start:left])
    following = next((head for head in heads if head > right), len(marks))
    theirs = any(mark.token.kind is Kind.QTY for mark in marks[right:following])
    mine_counts, theirs_counts = marks[left].family in COUNTED, marks[right].family in COUNTED
    if not mine_counts or own:
        return end, mine_counts and theirs_counts and theirs
    if not theirs_counts or theirs:
        return between[0] + 1, False
    return between[0] + 1, True


def _phrase(marks: Sequence[Mark], family: Family, *, tangled: bool) -> Phrase:
    tokens = [mark.token for mark in marks]
    return Phrase(family=family, tokens=tokens, kinds=frozenset(token.kind for token in tokens), tangled=tangled)
