"""Phrases: one predicate family each, with the numbers that are theirs.

A clause with predicates of more than one family is cut so that each phrase has one, and every number goes to
exactly one of them or the phrase is `tangled`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from evacuation.reply.composer import ABSENCE, Composer, Family, Mark
from evacuation.reply.lexicon import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evacuation.reply.tokens import Token

COUNTED: Final = frozenset({Family.MOVE, Family.REFUSE, Family.AWAY, Family.LEFT})
_TRAILING: Final = frozenset({Kind.LE, Kind.FINISH, Kind.DE, Kind.EXCEPT_END, Kind.ASK_END, Kind.ATTRIBUTE})
_REACHED: Final = frozenset(
    {"到", "至", "进", "到了", "住", "住在", "来到", "住到", "去了", "进了", "在", "在了", "投靠", "于"}
)
_STRONG_ARRIVALS: Final = frozenset({"安置", "安置到", "安置在", "安置于", "集中安置", "妥善安置", "到达安置点"})
_MOVES: Final = frozenset({Kind.MOVE, Kind.GO, Kind.ARRIVE})
_PLACES: Final = frozenset({Kind.SHELTER, Kind.NAME})
_FILL: Final = Kind.FILL
_REACHING: Final = frozenset({Kind.TO, Kind.ARRIVE, Kind.GO})


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
                if token.text not in ABSENCE:
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
            token.kind in _REACHING
            and after.kind in _PLACES
            and (token.text in _REACHED or token.text.endswith(("到", "在", "至")))
            for token, after in zip(self.tokens, self.tokens[1:], strict=False)
        )

    @property
    def strong_arrival(self) -> bool:
        """安置: nobody but the people of an order is settled anywhere."""
        return any(token.text in _STRONG_ARRIVALS for token in self.tokens)


def phrases(tokens: Sequence[Token], before: Sequence[Token] = ()) -> list[Phrase]:
    """The phrases of one clause; ``before`` is the clause whose subject it may share."""
    return _cut(Composer([token for token in tokens if token.kind is not _FILL], before).run())


def _cut(marks: list[Mark]) -> list[Phrase]:
    """Cut where the family changes, so that each number goes to one verb."""
    heads = [at for at, mark in enumerate(marks) if mark.family is not None]
    families = {marks[at].family for at in heads}
    if Family.LEFT in families and families & {Family.MOVE, Family.REFUSE, Family.AWAY}:
        marks = [mark._replace(family=None) if mark.family is Family.LEFT else mark for mark in marks]
        heads = [at for at in heads if marks[at].family is not None]
    if len({marks[at].family for at in heads}) <= 1:
        family = marks[heads[0]].family if heads else None
        return [_phrase(marks, family or Family.NONE, tangled=False)]
    done: list[Phrase] = []
    start, tangled = 0, False
    for left, right, following in zip(heads[:-1], heads[1:], [*heads[2:], len(marks)], strict=True):
        mine, other = marks[left].family, marks[right].family
        if mine is other or mine is None or other is None:
            continue
        end, knot = _border(marks, start, left, right, following)
        done.append(_phrase(marks[start:end], mine, tangled=tangled or knot))
        start, tangled = end, knot
    last = marks[heads[-1]].family or Family.NONE
    done.append(_phrase(marks[start:], last, tangled=tangled))
    return done


def _border(marks: list[Mark], start: int, left: int, right: int, following: int) -> tuple[int, bool]:
    """Where the phrase of ``left`` ends, and whether it is not clear whose the number between is."""
    end = left + 1
    while end < right and marks[end].token.kind in _TRAILING:
        end += 1
    between = [at for at in range(end, right) if marks[at].token.kind is Kind.QTY]
    own = any(mark.token.kind is Kind.QTY for mark in marks[start:left])
    if not between:
        # 拒绝已转移12户: who refuses, and who moved?
        return end, marks[left].family is Family.REFUSE and marks[right].family is Family.MOVE and not own
    if len(between) > 1:
        return between[0] + 1, len(between) > 2
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
