"""What one clause says: its predicate, the quantities bound to it, and whether it is asserted.

``interpret`` gives one `Frame` for every phrase of one predicate family; a frame that could not be read wholly
says why in ``unread``, and then nothing of the text is sure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from evacuation.reply.composer import Family
from evacuation.reply.lexicon import Kind
from evacuation.reply.phrases import Phrase, phrases
from evacuation.reply.tokens import Amount, Token

if TYPE_CHECKING:
    from evacuation.reply.clauses import Clause
    from evacuation.reply.reading import Need


@dataclass(slots=True, kw_only=True)
class Frame:
    """One statement of a text.

    ``plain``: no word says that the act is over (已, 了, 完毕, 共). ``by_finish``: complete by 完毕 and
    not by 全部. ``anaphoric``: 都 may only mean all of those spoken of before.
    """

    unread: str = ""
    moved: bool = False
    complete: bool = False
    by_finish: bool = False
    finish: bool = False
    anaphoric: bool = False
    plain: bool = False
    firm: bool = False
    amount: Amount | None = None
    again: bool = False
    total: bool = False
    group: bool = False
    rest: bool = False
    detail: bool = False
    except_: bool = False
    stays: bool = False
    remaining: bool = False
    refuse: bool = False
    away: bool = False
    bare: bool = False
    expected: bool = False
    help: bool = False
    danger: bool = False
    question: bool = False
    ack: bool = False
    under_way: bool = False
    correct: bool = False
    wrong: bool = False
    absent: bool = False
    nothing: bool = False
    harmless: bool = False
    needs: set[Need] = field(default_factory=set)


UNABLE_ALONE: Final = "unable, without a number"
VERB_MISSING: Final = "a verb is missing"
_MODIFIERS: Final = frozenset({Kind.HEDGE, Kind.ELSEWHERE, Kind.BACK, Kind.WILLING, Kind.UNAWARE})
_TEMPORAL: Final = frozenset({Kind.AFTER, Kind.LATER})


def interpret(clause: Clause, before: Clause | None = None) -> list[Frame]:
    """The frames of one clause; a short clause may leave its subject to the one before."""
    return [_frame(phrase, clause) for phrase in phrases(clause.tokens, before.tokens if before else ())]


def _frame(phrase: Phrase, clause: Clause) -> Frame:
    frame = _READERS.get(phrase.family, _plain_frame)(phrase)
    tokens, kinds = phrase.tokens, phrase.kinds
    frame.group = Kind.GROUP in kinds
    frame.rest = Kind.REST in kinds
    frame.detail = Kind.OF_WHICH in kinds
    frame.needs |= {token.need for token in tokens if token.need is not None and phrase.family is Family.HELP}
    if clause.asked:
        return _asked(frame, phrase)
    if clause.unreal:
        return Frame(unread="conditional", question=frame.question)
    if not frame.unread:
        frame.unread = _strange(phrase)
    return frame


def _asked(frame: Frame, phrase: Phrase) -> Frame:
    """A question asserts nothing, but "what do we do, people are hurt" still cries for help."""
    what_now = any(token.text in {"怎么办", "咋办", "咋整"} for token in phrase.tokens)
    unread = _strange(phrase)
    return Frame(
        question=True,
        help=frame.help and what_now,
        danger=frame.danger and what_now,
        refuse=frame.refuse and what_now,
        needs=frame.needs if what_now else set(),
        unread=unread
        or ("asked with a number in it" if frame.amount else "")
        or ("a plight in a question" if frame.help or frame.danger or frame.refuse else ""),
    )


def _strange(phrase: Phrase) -> str:
    """Why a phrase that has been given a meaning still may mean something else."""
    kinds = phrase.kinds
    if Kind.UNKNOWN in kinds:
        return "words that are not known"
    if Kind.LOOSE in kinds:
        return "a number without a unit"
    if phrase.tangled:
        return "numbers that could belong to more than one verb"
    if any(token.amount is not None and not token.amount.exact for token in phrase.tokens):
        return "a number that is only about"
    if kinds & _MODIFIERS and phrase.family not in {Family.DENIED, Family.QUESTION}:
        if Kind.HEDGE in kinds:
            return "hedged"
        if Kind.ELSEWHERE in kinds:
            return "about others than the list"
        if Kind.BACK in kinds:
            return "somebody may have gone back"
        return "not asserted"
    return ""


def _amount(phrase: Phrase) -> Amount | None:
    """The one quantity of a phrase (two halves of one are joined)."""
    amounts = [token.amount for token in phrase.tokens if token.amount is not None]
    if len(amounts) == 2:
        first, second = amounts
        if first.households is not None and first.people is None and second.households is None:
            return Amount(households=first.households, people=second.people, exact=first.exact and second.exact)
        if first.people is not None and first.households is None and second.people is None:
            return Amount(households=second.households, people=first.people, exact=first.exact and second.exact)
    return amounts[0] if amounts else None


def _too_many(phrase: Phrase, amount: Amount | None) -> bool:
    amounts = [token.amount for token in phrase.tokens if token.amount is not None]
    return len(amounts) > 2 or (len(amounts) == 2 and amounts[0] == amount)


def _moved(phrase: Phrase) -> Frame:
    """转移, 撤离, 到达: who has moved, or has not, or will."""
    kinds, tokens = phrase.kinds, phrase.tokens
    amount = _amount(phrase)
    frame = Frame(amount=amount)
    if _too_many(phrase, amount):
        frame.unread = "more than one number for one verb"
        return frame
    if Kind.UNABLE in kinds:
        named = bool(kinds & {Kind.SOME, Kind.PEOPLE, Kind.NAME, Kind.GROUP, Kind.THERE}) or Kind.MOVE in kinds
        frame.remaining, frame.help = amount is not None, amount is not None or named
        frame.unread = "" if amount is not None else UNABLE_ALONE
        return frame
    if kinds & {Kind.NEG, Kind.NEEDLESS}:
        return _not_moved(phrase, frame)
    left_over = amount is not None and bool(kinds & {Kind.REST, Kind.STILL, Kind.LEFT})
    if kinds & _TEMPORAL:
        frame.unread = "planned or told of as later"
        return frame
    intended = Kind.MODAL in kinds or Kind.TELL in kinds or phrase.progressive or Kind.NOW in kinds
    if intended:
        if left_over and not kinds & {Kind.DONE, Kind.LE, Kind.FINISH}:
            frame.remaining = True
        elif amount is None and Kind.ALL not in kinds and not kinds & {Kind.MODAL, Kind.DONE, Kind.FINISH}:
            frame.under_way = True
        elif (
            amount is not None
            and phrase.before_verb(Kind.MODAL)
            and not kinds & {Kind.DONE, Kind.LE, Kind.FINISH, Kind.NOW, Kind.TELL}
        ):
            frame.expected = True
        else:
            frame.unread = "planned or under way"
        return frame
    if left_over and not kinds & {Kind.DONE, Kind.LE, Kind.FINISH, Kind.ALL}:
        frame.unread = "left over, or moved"
        return frame
    if Kind.STILL in kinds:
        frame.unread = "still to move, or moved as well"
        return frame
    if Kind.ROLE in kinds:
        frame.unread = "about officers, or told by one"
        return frame
    if (Kind.SOME in kinds and Kind.ALL in kinds) or Kind.EXCEPT in kinds:
        frame.unread = "only some of the people"
        return frame
    if Kind.RESOURCE in kinds:
        frame.unread = "things, not people"
        return frame
    if Kind.I in kinds and amount is None:
        frame.unread = "the sender alone"
        return frame
    return _asserted(phrase, frame, tokens)


def _not_moved(phrase: Phrase, frame: Frame) -> Frame:
    kinds = phrase.kinds
    if Kind.NEEDLESS in kinds or phrase.before_verb(Kind.MODAL):
        if (
            frame.amount is None
            and kinds & {Kind.WE, Kind.GROUP, Kind.NAME, Kind.PEOPLE}
            and not kinds & (_TEMPORAL | {Kind.DONE, Kind.LE, Kind.ALL, Kind.NOW, Kind.TELL, Kind.FINISH})
        ):
            frame.nothing = True
        else:
            frame.unread = "need not move, or will not"
        return frame
    if (
        phrase.count(Kind.NEG) > 1
        or Kind.ALL in kinds
        or Kind.ALSO in kinds
        or kinds & _TEMPORAL
        or phrase.quantity_after_not()
    ):
        frame.unread = "denied"
    elif frame.amount is not None:
        frame.remaining = True
    else:
        frame.stays = True
    return frame


def _asserted(phrase: Phrase, frame: Frame, tokens: list[Token]) -> Frame:
    """Nothing in the clause takes the verb back: it is reported as done."""
    kinds = phrase.kinds
    amount = frame.amount
    reached = phrase.reached
    told = bool(kinds & {Kind.DONE, Kind.LE, Kind.FINISH, Kind.TOTAL, Kind.AGAIN})
    done = told or reached
    weak = Kind.MOVE not in kinds and Kind.ARRIVE not in kinds
    if Kind.ORGANISE in kinds and not done:
        if amount is None and Kind.ALL not in kinds:
            frame.under_way = True
        else:
            frame.unread = "organised, or done"
        return frame
    frame.moved = True
    frame.again, frame.total = Kind.AGAIN in kinds, Kind.TOTAL in kinds
    frame.plain = not told
    frame.firm = bool(kinds & {Kind.DONE, Kind.LE, Kind.TOTAL, Kind.AGAIN})
    finish = phrase.last(Kind.FINISH)
    quantity = phrase.last(Kind.QTY)
    verb = phrase.last(Kind.MOVE, Kind.GO, Kind.ARRIVE)
    frame.finish = finish >= 0
    if Kind.ALL in kinds:
        frame.complete = True
        # 都安置在学校: all of those just spoken of
        frame.anaphoric = Kind.MOVE not in kinds or any(token.text in _THEY_ALL for token in tokens)
    elif finish >= 0 and (quantity < 0 or (quantity < verb and quantity < finish)):
        frame.complete = frame.by_finish = True
    if frame.complete and Kind.SHELTER in kinds and not reached:
        frame.unread = "a place, or its people"
    if weak and not ((Kind.PEOPLE in kinds or amount is not None) and done):
        frame.unread = "gone, but who"
    if (
        Kind.ARRIVE in kinds
        and Kind.MOVE not in kinds
        and amount is None
        and not (Kind.PEOPLE in kinds or phrase.strong_arrival)
    ):
        frame.unread = "arrived, but who"
    if weak and frame.complete and not (Kind.PEOPLE in kinds or amount is not None):
        frame.unread = "gone, but who"
    if not done and amount is not None and not frame.complete:
        pair = amount.households is not None and amount.people is not None
        others = {token.kind for token in tokens} - {
            Kind.MOVE,
            Kind.QTY,
            Kind.NAME,
            Kind.GROUP,
            Kind.WE,
            Kind.FILL,
            Kind.PEOPLE,
        }
        if not pair or others:
            frame.unread = "an order repeated, or a report"
    if not done and amount is None and not frame.complete:
        frame.unread = "a verb alone"
    return frame


def _refused(phrase: Phrase) -> Frame:
    amount = _amount(phrase)
    frame = Frame(refuse=True, amount=amount)
    if _too_many(phrase, amount) or (phrase.kinds & (_TEMPORAL | {Kind.LE, Kind.DONE, Kind.ALL}) and amount is None):
        frame.unread = "refusal that may be over"
    return frame


def _away(phrase: Phrase) -> Frame:
    kinds = phrase.kinds
    amount = _amount(phrase)
    if amount is not None:
        negated = bool(kinds & {Kind.NEG, Kind.NEEDLESS})
        return Frame(away=True, amount=amount, unread="denied" if negated or _too_many(phrase, amount) else "")
    if kinds & {Kind.PEOPLE, Kind.WE, Kind.SOME, Kind.GROUP, Kind.NEG} and Kind.I not in kinds:
        return Frame(unread="away, without a number")
    return Frame(absent=True)


def _left(phrase: Phrase) -> Frame:
    amount = _amount(phrase)
    negated = bool(phrase.kinds & {Kind.NEG, Kind.NEEDLESS})
    unread = (
        "" if amount is not None and not negated and not _too_many(phrase, amount) else "left over, without a number"
    )
    return Frame(remaining=amount is not None, amount=amount, unread=unread)


def _bare(phrase: Phrase) -> Frame:
    """No predicate: a quantity that another clause may govern, or words of politeness."""
    kinds = phrase.kinds
    amount = _amount(phrase)
    frame = Frame(amount=amount, total=Kind.TOTAL in kinds)
    if Kind.UNABLE in kinds and kinds <= {Kind.UNABLE, Kind.LE, Kind.WE}:
        frame.unread = UNABLE_ALONE
    elif kinds & {Kind.NEG, Kind.NEEDLESS, Kind.UNABLE, Kind.MODAL, Kind.COND, Kind.AFTER, Kind.LATER}:
        frame.unread = "denied or planned, without a verb"
    elif amount is not None:
        frame.bare = True
        frame.except_ = Kind.EXCEPT in kinds
        if Kind.NOW in kinds or Kind.TELL in kinds or _too_many(phrase, amount):
            frame.unread = "a number without a verb"
        elif Kind.STILL in kinds:
            frame.stays = True
    elif kinds & {Kind.NOW, Kind.TELL, Kind.ORGANISE} and not kinds & {Kind.DONE, Kind.FINISH, Kind.ALL}:
        frame.under_way = True
    elif kinds & {Kind.EXCEPT, Kind.REST}:
        frame.unread = "except, without a number"
    elif Kind.SHELTER in kinds and Kind.TO in kinds:
        frame.harmless = True  # 都在学校
    elif kinds & {Kind.ALL, Kind.FINISH}:
        frame.unread = VERB_MISSING
    elif kinds & {Kind.WANT, Kind.RESOURCE}:
        frame.unread = "something wanted, or there"
    else:
        frame.harmless = True
    return frame


def _absent(phrase: Phrase) -> Frame:
    other = bool(phrase.kinds & _NOT_THE_SENDER)
    return Frame(absent=True, unread="about somebody else" if other else "")


def _corrects(phrase: Phrase) -> Frame:
    amount = _amount(phrase)
    return Frame(correct=True, amount=amount, bare=amount is not None)


def _acknowledges(phrase: Phrase) -> Frame:
    return Frame(ack=True, unread="not received" if phrase.kinds & _NOT_RECEIVED else "")


def _nobody(phrase: Phrase) -> Frame:
    return Frame(nothing=True, unread="with a number" if Kind.QTY in phrase.kinds else "")


def _plain_frame(phrase: Phrase) -> Frame:
    """Families that say all they say by being there."""
    match phrase.family:
        case Family.HELP:
            return Frame(help=True)
        case Family.DANGER:
            return Frame(danger=True)
        case Family.WRONG:
            return Frame(wrong=True, amount=_amount(phrase))
        case Family.QUESTION:
            return Frame(question=True)
        case Family.BACK:
            return Frame(unread="somebody may have gone back")
        case Family.UNAWARE:
            return Frame(unread="not known or not received")
        case _:
            return Frame(harmless=True)


_THEY_ALL: Final = frozenset({"都", "均", "全都"})
_NOT_THE_SENDER: Final = frozenset({Kind.QTY, Kind.PEOPLE, Kind.SOME, Kind.NEG})
_NOT_RECEIVED: Final = frozenset({Kind.NEG, Kind.NEEDLESS, Kind.UNABLE})

_READERS: Final = {
    Family.MOVE: _moved,
    Family.REFUSE: _refused,
    Family.AWAY: _away,
    Family.LEFT: _left,
    Family.NONE: _bare,
    Family.ABSENT: _absent,
    Family.CORRECT: _corrects,
    Family.ACK: _acknowledges,
    Family.NOTHING: _nobody,
}
