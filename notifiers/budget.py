"""The voice budget: who is called first when the wire is narrow, and when the last one will have been (FACTS section 3).

One leader of every village is dialled before anybody's second person; inside that, urgency decides. No limit ever
holds back the first red call-out, its redials, its upgrades, nor a roll.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.levels import Level
from notifiers.callout import CallOut
from notifiers.message_facts import Purpose
from notifiers.receipts import Channel
from notifiers.steps import Attempt, Target

_BANDS = {
    Purpose.ORDER: 0,
    Purpose.ROLL: 0,
    Purpose.DESK: 0,
    Purpose.CANCEL: 1,
    Purpose.CONFIRM: 2,
    Purpose.COUNT: 2,
    Purpose.INFORM: 2,
    Purpose.QUESTION: 3,
    Purpose.ECHO: 3,
    Purpose.DRILL_ENDED: 3,
    Purpose.NOTICE: 4,
}
_MOST_URGENCY = 99_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call waiting for the wire; the smaller `priority` goes first."""

    message: str
    priority: int
    limited: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """When each call starts at this rate, and which start later than they should."""

    starts: tuple[tuple[str, datetime], ...]
    last_at: datetime | None
    late: tuple[str, ...]


def priority_of(purpose: Purpose, level: Level | None, *, urgency: int, first_of_area: bool = True) -> int:
    """Return the place in the queue: purpose, then level, then first person before second, then urgency.

    Parameters
    ----------
    urgency : int
        The call-out's; smaller is more urgent.
    first_of_area : bool
        Whether this is the one leader of its area who is dialled before anybody's second person.
    """
    rank = 0 if level is None else level.rank
    second = 0 if first_of_area else 1
    within = min(max(urgency, 0), _MOST_URGENCY)
    return ((_BANDS[purpose] * 10 + (4 - rank)) * 10 + second) * (_MOST_URGENCY + 1) + within


def is_limited(purpose: Purpose, level: Level | None) -> bool:
    """Whether a site's limit may hold this back; never a red order (first, redial, upgrade), a roll or the desk."""
    if purpose in (Purpose.ROLL, Purpose.DESK):
        return False
    return not (purpose is Purpose.ORDER and level is Level.RED)


def is_first_person(callout: CallOut, attempt: Attempt) -> bool:
    """Whether an attempt is the holder's own first call or text of this version."""
    return attempt.round == 1 and attempt.step == 0 and callout.steps[attempt.step].to is Target.HOLDER


def predict(calls: Iterable[Call], *, rate_per_s: float, now: datetime, within_s: float | None = None) -> Prediction:
    """Return when each call starts if the wire takes `rate_per_s`, most urgent first.

    Raises
    ------
    ValueError
        For a rate that is not above 0.
    """
    if rate_per_s <= 0:
        raise ValueError("a rate must be above 0")
    order = sorted(calls, key=lambda call: (call.limited, call.priority, call.message))
    starts = tuple((call.message, now + timedelta(seconds=at / rate_per_s)) for at, call in enumerate(order))
    end = None if within_s is None else now + timedelta(seconds=within_s)
    return Prediction(
        starts=starts,
        last_at=starts[-1][1] if starts else None,
        late=tuple(message for message, at in starts if end is not None and at > end),
    )


def take(calls: Iterable[Call], *, left: int) -> tuple[str, ...]:
    """Return the messages that may go when `left` are left of a limit, in order; what is not limited always goes."""
    chosen = []
    for call in sorted(calls, key=lambda call: (call.limited, call.priority, call.message)):
        if not call.limited:
            chosen.append(call.message)
        elif left > 0:
            chosen.append(call.message)
            left -= 1
    return tuple(chosen)


def channels_left(voice_left: int) -> tuple[Channel, ...]:
    """Return which channels a limited message may still use: a text always can go where a call cannot."""
    return (Channel.SMS, Channel.VOICE) if voice_left > 0 else (Channel.SMS,)
