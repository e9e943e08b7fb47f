"""What all the frames of a text say together.

Counts are joined (groups are summed, a total ends an increment, a bare number goes to the verb beside it),
contradictions make the whole unsure, and "complete" is only what nothing in the text speaks against.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from evacuation.reply.frames import UNABLE_ALONE, VERB_MISSING, Frame
from evacuation.reply.reading import Intent, Need, Quantity
from evacuation.reply.tokens import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

STUCK: Final = frozenset({Need.RESCUE, Need.TRANSPORT, Need.PERSUASION})
"""Needs of people who are still there: with them nothing is complete."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """A reading in the making; ``doubts`` are the reasons why a person must read it."""

    intents: set[Intent] = field(default_factory=set)
    moved: Quantity | None = None
    increment: bool = False
    remaining: Quantity | None = None
    refused: Quantity | None = None
    away: Quantity | None = None
    needs: set[Need] = field(default_factory=set)
    others: int | None = None
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    by_finish: bool = False
    loose: Amount | None = None

    def doubt(self, reason: str) -> None:
        """A reason to be unsure, once."""
        if reason not in self.doubts:
            self.doubts.append(reason)


def gather(frames: Sequence[Frame]) -> Draft:
    """The draft that the frames make together."""
    draft = Draft()
    frames = _others(frames, draft)
    for frame in frames:
        if frame.unread:
            draft.doubt(frame.unread)
        _say(frame, draft)
    _staying(frames, draft)
    _moved(frames, draft)
    _exclude(frames, draft)
    if Intent.COMPLETE in draft.intents and draft.doubts == [VERB_MISSING]:
        draft.doubts.clear()  # 一户不漏,全部转移: the verb is in the other clause
    if draft.doubts == [UNABLE_ALONE] and any(frame.help and not frame.unread for frame in frames):
        draft.doubts.clear()  # 没车,走不了: why is in the other clause
    if Intent.PROGRESS in draft.intents and not (draft.moved or draft.remaining or draft.refused):
        draft.doubt("moved, without a number")
    return draft


def _others(frames: Sequence[Frame], draft: Draft) -> list[Frame]:
    """People who are on no list are counted apart."""
    kept: list[Frame] = []
    for frame in frames:
        if frame.amount is not None and frame.amount.others:
            draft.others = (draft.others or 0) + (frame.amount.people or 0)
        else:
            kept.append(frame)
    return kept


def _say(frame: Frame, draft: Draft) -> None:
    """Intents that a frame carries whatever the others say."""
    draft.needs |= frame.needs
    for said, intent in (
        (frame.help, Intent.HELP),
        (frame.danger, Intent.DANGER),
        (frame.question, Intent.QUESTION),
        (frame.refuse, Intent.REFUSE),
        (frame.ack, Intent.ACK),
        (frame.correct, Intent.CORRECTION),
        (frame.absent, Intent.UNAVAILABLE),
        (frame.nothing, Intent.NOTHING_TO_MOVE),
    ):
        if said:
            draft.intents.add(intent)
    if frame.refuse and frame.amount is not None:
        draft.refused = _join(draft, draft.refused, frame.amount)
    if frame.away and frame.amount is not None:
        draft.away = _join(draft, draft.away, frame.amount)
    if frame.remaining and frame.amount is not None:
        draft.remaining = _join(draft, draft.remaining, frame.amount)


def _join(draft: Draft, before: Quantity | None, amount: Amount) -> Quantity:
    new = quantity(amount)
    if before is not None and before != new:
        draft.doubt("two different counts of the same thing")
    return new


def quantity(amount: Amount) -> Quantity:
    """The numbers of an amount."""
    return Quantity(households=amount.households, people=amount.people)


def _staying(frames: Sequence[Frame], draft: Draft) -> None:
    """除了2户5人, and 42户118人,还没转移: numbers of those who stay."""
    for index, frame in enumerate(frames):
        if frame.bare and frame.except_ and frame.amount is not None:
            draft.remaining = _join(draft, draft.remaining, frame.amount)
            frame.bare = False
        elif frame.bare and frame.stays:
            draft.doubt("still there, or also moved")
        elif frame.stays and not frame.bare:
            before = frames[index - 1] if index else None
            if before is not None and before.bare and before.amount is not None and not before.except_:
                draft.remaining = _join(draft, draft.remaining, before.amount)
                before.bare = False
            else:
                draft.doubt("denied: nobody has moved, or not all")


def _moved(frames: Sequence[Frame], draft: Draft) -> None:
    claims = [frame for frame in frames if frame.moved and not frame.detail]
    details = [frame for frame in frames if frame.detail and (frame.moved or frame.bare)]
    bares = [frame for frame in frames if frame.bare and frame.amount is not None and not frame.detail]
    expected = [frame for frame in frames if frame.expected]
    if Intent.CORRECTION in draft.intents:
        _corrected(claims, bares, draft)
        return
    counted = [frame for frame in claims if frame.amount is not None]
    if not claims:
        if bares or expected or details:
            draft.doubt("a number without a verb")
            draft.loose = bares[0].amount if len(bares) == 1 and not expected and len(frames) == 1 else None
        return
    draft.moved = _count(claims, counted, bares, draft)
    if any(frame.again for frame in counted) and not any(frame.total for frame in counted + bares):
        draft.increment = True
    draft.intents.add(Intent.PROGRESS)
    whole = [frame for frame in claims if frame.complete]
    if whole:
        draft.by_finish = all(frame.by_finish for frame in whole)
        _whole(frames, whole, counted + bares, draft)
    for before, frame in pairwise(frames):
        if before.under_way and not before.ack and frame.moved and not frame.firm:
            draft.doubt("under way, or done")
    if any(frame.plain for frame in claims) and draft.intents & {Intent.ACK, Intent.QUESTION}:
        draft.doubt("an order repeated, or a report")


def _count(claims: Sequence[Frame], counted: Sequence[Frame], bares: Sequence[Frame], draft: Draft) -> Quantity | None:
    """The one count of those who have moved."""
    grouped = [frame for frame in [*counted, *bares] if frame.group and frame.amount is not None]
    plain = [frame for frame in [*counted, *bares] if not frame.group and frame.amount is not None]
    if grouped:
        total = _sum([frame.amount for frame in grouped if frame.amount is not None])
        if total is None or any(frame.amount != total for frame in plain):
            draft.doubt("parts that do not add up")
            return None
        if len(grouped) == 1 and any(frame.complete for frame in claims):
            draft.doubt("one group, or all")
        return quantity(total)
    amounts = [frame.amount for frame in counted if frame.amount is not None]
    if not amounts:
        numbers = [frame.amount for frame in bares if frame.amount is not None]
        if len(numbers) > 1 and any(number != numbers[0] for number in numbers):
            draft.doubt("more than one number, one verb")
            return None
        return quantity(numbers[0]) if numbers else None
    chosen = amounts[0]
    if len(amounts) > 1:
        totals = [frame.amount for frame in counted if frame.total and not frame.again]
        rest = _sum(amounts[1:])
        if len(set(amounts)) == 1 or rest == chosen:
            pass
        elif len(amounts) == 2 and len(totals) == 1 and totals[0] is not None and any(frame.again for frame in counted):
            chosen = totals[0]
        else:
            draft.doubt("two different counts of the same thing")
    for frame in bares:
        if frame.amount is None or frame.amount == chosen:
            continue
        if frame.total and any(claim.again for claim in counted) and _at_least(frame.amount, chosen):
            chosen = frame.amount
        elif not _at_least(frame.amount, chosen) or any(claim.complete for claim in claims):
            draft.doubt("two different counts of the same thing")
    return quantity(chosen)


def _sum(amounts: Sequence[Amount]) -> Amount | None:
    """The sum, when all parts give the same kinds of numbers."""
    if not amounts:
        return None
    households = [amount.households for amount in amounts]
    people = [amount.people for amount in amounts]
    if (None in households and any(number is not None for number in households)) or (
        None in people and any(number is not None for number in people)
    ):
        return None
    return Amount(
        households=None if None in households else sum(number or 0 for number in households),
        people=None if None in people else sum(number or 0 for number in people),
    )


def _at_least(whole: Amount, part: Amount) -> bool:
    return (whole.households or 0) >= (part.households or 0) and (whole.people or 0) >= (part.people or 0)


def _whole(frames: Sequence[Frame], whole: Sequence[Frame], counts: Sequence[Frame], draft: Draft) -> None:
    """Whether "all" is all of the list."""
    if any(frame.group for frame in whole):
        draft.doubt("one group, or all")
        return
    stays = (
        _some(draft.remaining)
        or _some(draft.refused)
        or Intent.REFUSE in draft.intents
        or any(frame.except_ for frame in frames)
    )
    if stays:
        if Intent.REFUSE in draft.intents and draft.refused is None:
            draft.doubt("all, and some who stay")
        partial = (
            any(frame.rest for frame in whole) or draft.moved is not None or any(frame.except_ for frame in frames)
        )
        if not partial:
            draft.doubt("all, and some who stay")
        return
    if any(frame.rest for frame in whole) and draft.away is None:
        draft.doubt("the others, but of whom")
        return
    first = next(index for index, frame in enumerate(frames) if frame is whole[0])
    if any(
        frame.moved and frame.amount is not None and not frame.complete and not frame.group for frame in frames[:first]
    ):
        if all(frame.anaphoric for frame in whole):
            return  # 已转移12户36人,都在学校: all of these
        if not any(frame.finish for frame in whole):
            draft.doubt("all, or all of those counted")
            return
    if draft.needs & STUCK:
        draft.doubt("all, and a call for help")
        return
    if (
        any(frame.moved and frame.amount is not None and not frame.complete for frame in frames)
        and len({frame.amount for frame in counts if frame.amount}) > 1
        and not any(frame.group for frame in counts)
    ):
        draft.doubt("all, and a part")
        return
    draft.intents.discard(Intent.PROGRESS)
    draft.intents.add(Intent.COMPLETE)


def _some(count: Quantity | None) -> bool:
    return count is not None and bool(count.households or count.people)


def _corrected(claims: Sequence[Frame], bares: Sequence[Frame], draft: Draft) -> None:
    """更正:是36人: the new number, and nothing but it."""
    numbers = [frame.amount for frame in [*claims, *bares] if frame.amount is not None]
    if len(numbers) == 1:
        draft.moved = quantity(numbers[0])
    elif len(numbers) > 1:
        draft.doubt("two different counts of the same thing")
    elif draft.remaining is None and draft.refused is None and draft.away is None:
        draft.doubt("a correction without a number")
    if any(frame.complete for frame in claims):
        draft.doubt("a correction that says all")
    if any(frame.again for frame in claims):
        draft.doubt("a correction that adds")


def _exclude(frames: Sequence[Frame], draft: Draft) -> None:
    """Intents that cannot stand together, and those that follow when there is nothing else."""
    if any(frame.wrong for frame in frames):
        if any(frame.amount is not None for frame in frames):
            draft.intents.add(Intent.CORRECTION)
            draft.doubt("a wrong number dialled, or a wrong number given")
        else:
            draft.intents.add(Intent.WRONG_NUMBER)
    claims = {Intent.PROGRESS, Intent.COMPLETE, Intent.NOTHING_TO_MOVE, Intent.REFUSE}
    away = draft.intents & {Intent.UNAVAILABLE, Intent.WRONG_NUMBER}
    if away and draft.intents & claims:
        draft.doubt("cannot act, and a report")
    if away:
        draft.intents.discard(Intent.ACK)
    if Intent.NOTHING_TO_MOVE in draft.intents and (
        draft.intents & (claims - {Intent.NOTHING_TO_MOVE}) or _some(draft.remaining) or _some(draft.away)
    ):
        draft.doubt("nothing to move, and a count")
    if (
        any(frame.under_way for frame in frames)
        and not draft.intents - {Intent.HELP, Intent.DANGER, Intent.QUESTION}
        and draft.remaining is None
    ):
        draft.intents.add(Intent.ACK)
        draft.notes.append("under way, nothing finished")
