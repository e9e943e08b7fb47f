"""What was understood of one reply: the words every reader and counter of replies shares.

A reading never carries the text it came from (law 12: reply texts are private); it carries intents, counts,
needs, and whether it may be acted on without a person having read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    """What the sender does by sending it (CONTRACT section 5)."""

    ACK = "ack"
    PROGRESS = "progress"
    COMPLETE = "complete"
    REFUSE = "refuse"
    HELP = "help"
    DANGER = "danger"
    QUESTION = "question"
    UNAVAILABLE = "unavailable"
    WRONG_NUMBER = "wrong_number"
    NOTHING_TO_MOVE = "nothing_to_move"
    CORRECTION = "correction"


class Need(StrEnum):
    """What a cry for help asks for."""

    TRANSPORT = "transport"
    MEDICAL = "medical"
    RESCUE = "rescue"
    ROAD = "road"
    PERSUASION = "persuasion"
    SUPPLIES = "supplies"
    COMMS = "comms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A count of households and people; ``None`` where the sender gave no number."""

    households: int | None = None
    people: int | None = None

    def __bool__(self) -> bool:
        """Whether any number was given (zero is a number)."""
        return self.households is not None or self.people is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One text, understood as far as it can be.

    Attributes
    ----------
    intents
        In the order of `Intent`, each once.
    moved
        Moved so far (or, with ``increment``, moved since the last report).
    increment
        ``moved`` adds to what was reported before.
    remaining, refused, away
        Still to move; will not move; are elsewhere (working away, visiting).
    needs
        What a call for help asks for, in the order of `Need`.
    code
        The code of the order the sender put before the answer, in capitals.
    others
        People present who are on no list (guests, tenants, passers-by).
    sure
        False: a person must read it, it changes no count and answers nothing.
    reason
        Why it was read so, without quoting the text.
    menu
        True when it came from menu digits.
    """

    intents: tuple[Intent, ...] = ()
    moved: Quantity | None = None
    increment: bool = False
    remaining: Quantity | None = None
    refused: Quantity | None = None
    away: Quantity | None = None
    needs: tuple[Need, ...] = ()
    code: str | None = None
    others: int | None = None
    sure: bool = False
    reason: str = ""
    menu: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of the sender's task when the reply comes in.

    Attributes
    ----------
    listed
        The sender's whole list.
    open_refusals, open_needs
        Households on it that refused, or that need help, and are still open.
    codes
        Codes the sender's phone was given in the last 24 h, in capitals.
    """

    listed: Quantity
    open_refusals: int = 0
    open_needs: int = 0
    codes: tuple[str, ...] = ()
