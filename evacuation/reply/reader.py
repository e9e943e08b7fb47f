"""``read``: one text to one `Reading`, certain or handed to a person.

Normalise → code → menu or grammar (tokens → quantities → clauses → phrases → frames → discourse) → what is known of
the task. Pure, and the work grows with the length of the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from evacuation.reply import menu
from evacuation.reply.clauses import split
from evacuation.reply.discourse import Draft, gather, quantity
from evacuation.reply.frames import VERB_MISSING, interpret
from evacuation.reply.normalise import normalise
from evacuation.reply.quantities import measure
from evacuation.reply.reading import Context, Intent, Need, Quantity, Reading
from evacuation.reply.tokens import tokenise

if TYPE_CHECKING:
    from collections.abc import Sequence

KEPT_WHEN_UNSURE: Final = frozenset(
    {
        Intent.HELP,
        Intent.DANGER,
        Intent.QUESTION,
        Intent.REFUSE,
        Intent.CORRECTION,
        Intent.WRONG_NUMBER,
        Intent.UNAVAILABLE,
    }
)
"""Intents that only call somebody to look; the others would say that something is settled."""

_WORDS: Final = {
    Intent.ACK: "received",
    Intent.PROGRESS: "moved so far",
    Intent.COMPLETE: "all moved",
    Intent.REFUSE: "some will not go",
    Intent.HELP: "help is asked for",
    Intent.DANGER: "danger is seen",
    Intent.QUESTION: "a question",
    Intent.UNAVAILABLE: "cannot act",
    Intent.WRONG_NUMBER: "not the person meant",
    Intent.NOTHING_TO_MOVE: "nobody to move",
    Intent.CORRECTION: "corrects the last report",
}


def read(text: str, context: Context | None = None) -> Reading:
    """Read one reply.

    Parameters
    ----------
    text
        What the gateway gave, whatever it is.
    context
        What is known of the sender's task; None when nothing is.

    Returns
    -------
    Reading
        ``sure`` only when every word was understood and nothing speaks against it.
    """
    normal = normalise(text)
    known = context.codes if context else ()
    coded = menu.take_code(normal.plain, known)
    body = coded.rest
    choice = menu.choose(body)
    draft = _lines(body) or (_menu(choice) if choice is not None else _free(body))
    if normal.cut:
        draft.doubt("longer than is read")
    if coded.ambiguous:
        draft.doubt("a code that could be read in two ways")
    elif coded.code is not None and known and coded.code not in known:
        draft.doubt("a code this phone was not given")
    if "【" in normal.plain[:4]:
        draft.doubt("sent by a machine")
    _plausible(draft)
    if context is not None:
        _against(draft, context)
    return _reading(draft, coded.code, menu=choice is not None)


def _free(plain: str) -> Draft:
    clauses = split(measure(tokenise(plain)))
    pairs = zip([None, *clauses], clauses, strict=False)
    frames = [frame for before, clause in pairs for frame in interpret(clause, before)]
    draft = gather(frames)
    if not draft.doubts and not draft.intents and not (draft.remaining or draft.away):
        draft.doubt("nothing that is an answer")
    return draft


def _lines(plain: str) -> Draft | None:
    """Two menu answers on two lines: "2 12 36" and "5 2 5"."""
    lines = [line for line in plain.replace(";", "\n").split("\n", 3) if line.strip(menu.SEPARATORS)]
    choices = [menu.choose(line) for line in lines]
    picked = {choice.digit: choice.numbers for choice in choices if choice is not None and choice.numbers}
    if len(lines) != 2 or set(picked) != {"2", "5"}:
        return None
    draft = Draft(intents={Intent.PROGRESS, Intent.REFUSE})
    draft.moved, draft.refused = (Quantity(households=picked[digit][0], people=picked[digit][1]) for digit in "25")
    return draft


def _menu(choice: menu.Choice) -> Draft:
    draft = menu.pick(choice)
    if not choice.words:
        return draft
    said = _free(choice.words)
    draft.needs |= said.needs
    draft.others = said.others
    draft.intents |= said.intents & {Intent.DANGER, Intent.QUESTION, Intent.HELP}
    number = quantity(said.loose) if said.loose is not None else None
    empty = said.doubts == ["nothing that is an answer"]
    clear = not said.doubts or empty
    match choice.digit:
        case "1" if clear:
            # "1 已转移12户36人": the words say more than the digit
            if said.intents - {Intent.ACK, Intent.HELP, Intent.DANGER, Intent.QUESTION} or said.remaining or said.away:
                return said
        case "2" if Intent.PROGRESS in said.intents and clear and said.moved:
            return said
        case "2" if number is not None and said.doubts == ["a number without a verb"]:
            draft.moved, draft.doubts = number, []
        case "3" if (Intent.COMPLETE in said.intents and clear) or empty or said.doubts == [VERB_MISSING]:
            draft.moved, draft.away = said.moved, said.away
        case "3" if number is not None and said.doubts == ["a number without a verb"]:
            draft.moved = number
        case "4":
            if said.intents & {Intent.COMPLETE, Intent.PROGRESS} and clear:
                draft.doubt("menu: help, and a report")
        case "5" if Intent.REFUSE in said.intents and clear:
            return said
        case "5" if number is not None and said.doubts == ["a number without a verb"]:
            draft.refused = number
        case "9" if number is not None and said.doubts == ["a number without a verb"]:
            draft.moved, draft.doubts = number, []
        case "9" if (
            clear and said.moved and not said.increment and said.intents <= {Intent.PROGRESS, Intent.CORRECTION}
        ):
            draft.moved, draft.doubts = said.moved, []
        case "0" if not said.intents & {Intent.PROGRESS, Intent.COMPLETE, Intent.REFUSE, Intent.ACK}:
            pass
        case _:
            draft.doubt("menu: the words say something else than the digit")
            draft.doubts.extend(said.doubts)
    return draft


def _counts(draft: Draft) -> Sequence[Quantity]:
    return [count for count in (draft.moved, draft.remaining, draft.refused, draft.away) if count is not None]


def _plausible(draft: Draft) -> None:
    """Numbers that no village has."""
    for count in _counts(draft):
        if count.households is not None and count.people is not None and count.households > count.people:
            draft.doubt("more households than people")
    if draft.moved is not None and not draft.moved.households and not draft.moved.people:
        draft.doubt("zero of everything")


def _above(count: Quantity, listed: Quantity) -> bool:
    return any(
        number is not None and whole is not None and number > whole
        for number, whole in ((count.households, listed.households), (count.people, listed.people))
    )


def _equal(count: Quantity | None, listed: Quantity) -> bool:
    """Both numbers were given and both are the list's."""
    return count is not None and count == listed and count.households is not None and count.people is not None


def _against(draft: Draft, context: Context) -> None:
    """What the text says against what is known (CONTRACT section 5)."""
    listed = context.listed
    if any(_above(count, listed) for count in _counts(draft)):
        draft.doubt("more than is listed")
    if draft.increment and draft.remaining is None and draft.moved is not None and _equal(draft.moved, listed):
        draft.doubt("an increment as large as the list")
    done = bool(draft.intents & {Intent.COMPLETE, Intent.NOTHING_TO_MOVE})
    if not done:
        return
    whole = _equal(draft.moved, listed)
    if (context.open_refusals or context.open_needs) and not whole:
        draft.doubt("all, while refusals or calls for help are open")
    if draft.moved is None or whole:
        return
    total = _added(draft.moved, draft.away)
    if any(
        number is not None and expected is not None and number != expected
        for number, expected in ((total.households, listed.households), (total.people, listed.people))
    ):
        if draft.by_finish and draft.away is None:
            # 12户36人转移完毕 of 42: these twelve are done
            draft.intents = (draft.intents - {Intent.COMPLETE}) | {Intent.PROGRESS}
        else:
            draft.doubt("all, but not the number listed")


def _added(moved: Quantity, away: Quantity | None) -> Quantity:
    if away is None:
        return moved
    households = (
        moved.households + away.households if moved.households is not None and away.households is not None else None
    )
    people = moved.people + away.people if moved.people is not None and away.people is not None else None
    return Quantity(households=households, people=people)


def _reading(draft: Draft, code: str | None, *, menu: bool) -> Reading:
    needs = tuple(need for need in Need if need in draft.needs) if Intent.HELP in draft.intents else ()
    if draft.doubts:
        intents = tuple(intent for intent in Intent if intent in draft.intents & KEPT_WHEN_UNSURE)
        return Reading(intents=intents, needs=needs, code=code, sure=False, reason="; ".join(draft.doubts), menu=menu)
    intents = tuple(intent for intent in Intent if intent in draft.intents)
    said = [_WORDS[intent] for intent in intents]
    if draft.remaining is not None:
        said.append("some are still to move")
    if draft.away is not None:
        said.append("some are away")
    return Reading(
        intents=intents,
        moved=draft.moved,
        increment=draft.increment,
        remaining=draft.remaining,
        refused=draft.refused,
        away=draft.away,
        needs=needs,
        code=code,
        others=draft.others,
        sure=True,
        reason=("menu: " if menu else "words: ") + ", ".join([*said, *draft.notes]),
        menu=menu,
    )


def as_json(reading: Reading, text: str) -> dict[str, Any]:
    """The shape of CONTRACT section 5; ``text`` is repeated unchanged."""
    return {
        "text": text,
        "intents": [str(intent) for intent in reading.intents],
        "moved": _numbers(reading.moved),
        "increment": reading.increment,
        "remaining": _numbers(reading.remaining),
        "refused": _numbers(reading.refused),
        "away": _numbers(reading.away),
        "needs": [str(need) for need in reading.needs],
        "code": reading.code,
        "sure": reading.sure,
        "reason": reading.reason,
    }


def _numbers(count: Quantity | None) -> dict[str, int | None] | None:
    return None if count is None else {"households": count.households, "people": count.people}
