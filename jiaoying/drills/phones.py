"""Virtual phones: what the person at the other end does with a message. Pure: a function of the seed and the message.

People differ by phone (`Profile`, drawn from the seed and the number): most answer soon, some late, some after their
mailbox, some never; one number belongs to somebody else; some write words instead of digits, count wrongly and correct
themselves, write what no program should guess, or stand before a household that will not go. Whoever stands in for
others (deputies, chiefs of groups, townships, the county) can be reached, so in the end everybody is accounted for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.ids import natural_id
from jiaoying.drills.acts import Act, ActKind
from jiaoying.drills.dice import Dice
from notifiers.message import Purpose
from notifiers.receipts import Channel, ReceiptKind


class Profile(StrEnum):
    """How a person is with the telephone."""

    PROMPT = "prompt"
    LATE = "late"
    VOICEMAIL = "voicemail"
    SILENT = "silent"
    DEAD = "dead"
    WRONG_NUMBER = "wrong_number"
    FREE_TEXT = "free_text"
    MISCOUNTS = "miscounts"
    UNSURE = "unsure"
    REFUSAL = "refusal"
    HELP = "help"


_ANYBODY = (
    (Profile.PROMPT, 66.0),
    (Profile.FREE_TEXT, 12.0),
    (Profile.LATE, 10.0),
    (Profile.VOICEMAIL, 7.0),
    (Profile.UNSURE, 5.0),
)
_HARDER = (
    (Profile.DEAD, 5.0),
    (Profile.WRONG_NUMBER, 2.0),
    (Profile.SILENT, 3.0),
)
_COUNTING = ((Profile.MISCOUNTS, 6.0), (Profile.REFUSAL, 6.0), (Profile.HELP, 5.0))

BEAT_S = 5

# Roles that somebody else can stand in for; everybody else must be reachable in the end.
_MAY_FAIL = frozenset({"grid_member", "monitor", "shelter_keeper"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who holds the phone. `level` is the level of the post's area (county, township, village, group)."""

    phone: str
    role: str
    rank: int
    level: str
    area: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFacts:
    """What the person knows of the task: the sizes of the households named to them, and the village's list."""

    own: tuple[int, ...] = ()
    households: int = 0
    people: int = 0
    ordered: bool = False
    again: bool = False
    """The order was given before and has grown: people are on their way already."""

    @property
    def own_people(self) -> int:
        """People of the households named to this person."""
        return sum(self.own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message as it reaches a phone.

    Attributes
    ----------
    callout, version
        The call-out it belongs to, and the version of the order it speaks of.
    nth
        How many attempts on this channel reached this phone before, for the same call-out and version.
    own
        Whether the call-out is this person's own (not one for which they stand in).
    at
        When it was put into the outbox; acts are timed from here, so a gateway's hiccup does not change them.
    """

    message: str
    purpose: Purpose
    channel: Channel
    text: str
    code: str | None
    at: datetime
    callout: str | None = None
    version: int = 0
    nth: int = 0
    own: bool = True
    lists: ListFacts = ListFacts()


def profile_of(person: Person, seed: int) -> Profile:
    """Return what this person is like; a property of the phone, the same in every storm of the seed."""
    choices: list[tuple[Profile, float]] = list(_ANYBODY)
    if person.role in _MAY_FAIL or (person.role == "leader" and person.level == "village" and person.rank == 1):
        choices.extend(_HARDER)
    if person.role == "grid_member":
        choices.extend(_COUNTING)
    return Dice(seed, "profile", person.phone).weighted(choices)


def acts_for(heard: Heard, person: Person, seed: int) -> tuple[Act, ...]:
    """Return what follows from this message: the carrier's receipts and what the person does, each at its time."""
    profile = profile_of(person, seed)
    dice = Dice(seed, "message", heard.message)
    hand = _Hand(heard=heard, person=person, seed=seed)
    hand.acts.extend(_receipts(hand, profile, dice))
    match heard.purpose:
        case Purpose.ORDER | Purpose.INFORM | Purpose.DESK | Purpose.NOTICE | Purpose.ROLL:
            answered = _answers(hand, profile, dice, lambda: _acknowledgement(profile, dice, heard))
            if answered and heard.purpose is Purpose.ORDER and heard.lists.ordered:
                _reports(hand, profile)
        case Purpose.COUNT:
            households, people = _whole(heard) if not _named(heard) else (len(heard.lists.own), heard.lists.own_people)
            _answers(hand, profile, dice, lambda: f"3 {households} {people}", slower=0 if _named(heard) else 360)
        case Purpose.CONFIRM:
            households, people = _whole(heard)
            _answers(hand, profile, dice, lambda: "1" if dice.chance(0.6) else f"3 {households} {people}", slower=90)
        case Purpose.QUESTION:
            if profile is Profile.UNSURE:
                hand.text(dice.whole(70, 150), "1", unless_answered=True)
        case Purpose.ECHO | Purpose.CANCEL | Purpose.DRILL_ENDED:
            pass
    return tuple(hand.acts)


def moment(since: datetime, after_s: int) -> datetime:
    """The moment at which something happens: whole seconds, a multiple of `BEAT_S` after `since`, never at once.

    People do not answer on the beat; that they do here lets a night of thousands of acts pass in a few hundred jumps.
    """
    return since + timedelta(seconds=max(BEAT_S, round(after_s / BEAT_S) * BEAT_S))


class _Hand:
    """Writes acts down for one message."""

    def __init__(self, *, heard: Heard, person: Person, seed: int) -> None:
        self.heard, self.person, self.seed = heard, person, seed
        self.acts: list[Act] = []

    def receipt(self, after_s: int, kind: ReceiptKind, reason: str = "") -> Act:
        """The carrier's word about this message."""
        return self._act(after_s, ActKind.RECEIPT, (kind, reason), {"receipt": str(kind), "reason": reason})

    def text(
        self, after_s: int, words: str, *, about: object = "", unless_answered: bool = False, means: str | None = None
    ) -> None:
        """The person writes `words`; a menu answer gets the code the text asked for in front."""
        code = f"{self.heard.code} " if self.heard.code and words[:1].isdigit() else ""
        payload = {"text": code + words, "means": means, "unless_answered": unless_answered}
        self.acts.append(self._act(after_s, ActKind.TEXT, ("text", about), payload, once=about))

    def key(self, after_s: int, keys: str) -> None:
        """The person presses keys during the call."""
        self.acts.append(self._act(after_s, ActKind.KEY, ("key",), {"text": keys, "unless_answered": True}))

    def _act(
        self, after_s: int, kind: ActKind, about: tuple[object, ...], payload: Mapping[str, object], once: object = ""
    ) -> Act:
        heard = self.heard
        # What a person reports once per order does not depend on which of several messages told them of it.
        subject = (heard.callout, heard.version, self.person.phone, once) if once else (heard.message,)
        return Act(
            id=natural_id("drill act", *subject, kind, *about),
            due_at=moment(heard.at, after_s),
            kind=kind,
            payload={
                "phone": self.person.phone,
                "message": heard.message,
                "callout": heard.callout,
                "version": heard.version,
                **payload,
            },
        )


def _gets_through(profile: Profile, heard: Heard) -> bool:
    """Whether a human takes this text or call."""
    match profile:
        case Profile.DEAD | Profile.WRONG_NUMBER:
            return False
        case Profile.SILENT:
            return heard.nth >= 2
        case Profile.VOICEMAIL:
            return heard.nth >= 1 or heard.channel is Channel.SMS
        case Profile.LATE:
            return heard.nth >= 1 or heard.channel is Channel.SMS
        case _:
            return True


def _receipts(hand: _Hand, profile: Profile, dice: Dice) -> Iterator[Act]:
    heard = hand.heard
    if heard.purpose is Purpose.ECHO:
        return  # nobody waits for the fate of an echo
    if heard.channel is Channel.SMS:
        if profile is Profile.DEAD:
            yield hand.receipt(dice.whole(5, 20), ReceiptKind.PERMANENT, "30003")
        elif Dice(hand.seed, "carrier", hand.person.phone).chance(0.35):  # most carriers say nothing
            late = 5 if dice.chance(0.9) else dice.whole(60, 600)
            yield hand.receipt(late, ReceiptKind.DELIVERED)
            if dice.chance(0.05):
                yield hand.receipt(late + 30, ReceiptKind.DELIVERED, "重复")
        return
    pick_up = _pick_up(heard, hand.seed)
    if profile is Profile.DEAD:
        yield hand.receipt(5, ReceiptKind.FAILED, "空号")
    elif profile is Profile.WRONG_NUMBER:
        yield hand.receipt(pick_up + 4, ReceiptKind.HUNG_UP)
    elif _gets_through(profile, heard):
        if heard.purpose is Purpose.DESK:
            yield hand.receipt(5, ReceiptKind.RINGING)  # the approval clock waits for this
        yield hand.receipt(pick_up + 20, ReceiptKind.HEARD)
    elif profile is Profile.VOICEMAIL:
        yield hand.receipt(25, ReceiptKind.MACHINE)
    else:
        yield hand.receipt(5, ReceiptKind.RINGING)
        yield hand.receipt(40, ReceiptKind.NO_ANSWER)


def _pick_up(heard: Heard, seed: int) -> int:
    return Dice(seed, "pick up", heard.message).whole(5, 18)


def _answers(hand: _Hand, profile: Profile, dice: Dice, words: Callable[[], str], *, slower: int = 0) -> bool:
    """Let the person answer, if this message reaches them; returns whether it does."""
    heard = hand.heard
    if profile is Profile.WRONG_NUMBER and heard.channel is Channel.SMS and heard.nth == 0:
        hand.text(dice.whole(60, 240), dice.pick(("打错了,我不是", "你打错电话了", "发错人了吧")), means="")
    if not _gets_through(profile, heard):
        return False
    if heard.channel is Channel.VOICE:
        said = words()
        digits = said if said.replace(" ", "").isdigit() else "1"
        hand.key(_pick_up(heard, hand.seed) + 20 + dice.whole(2, 7) + slower, digits.replace(" ", "*"))
        return True
    if profile in (Profile.LATE, Profile.VOICEMAIL) and heard.nth == 0:
        delay = dice.whole(360, 960)
    elif heard.purpose in (Purpose.COUNT, Purpose.CONFIRM):
        delay = dice.whole(45, 240)
    else:
        delay = dice.whole(18, 110)
    said = words()
    hand.text(delay + slower, said, unless_answered=True, means=_MEANINGS.get(said))
    return True


_MEANINGS = {"路上滑,正往那边走": "1", "晓得了哈": "1", "雨太大了看不清": "1"}


def _acknowledgement(profile: Profile, dice: Dice, heard: Heard) -> str:
    if heard.channel is Channel.SMS and profile is Profile.UNSURE and heard.nth == 0:
        return dice.pick(tuple(_MEANINGS))
    if heard.channel is Channel.SMS and profile is Profile.FREE_TEXT:
        return dice.pick(("收到", "收到,马上组织", "好的,收到"))
    return "1"


def _named(heard: Heard) -> bool:
    return heard.own and bool(heard.lists.own)


def _whole(heard: Heard) -> tuple[int, int]:
    return heard.lists.households, heard.lists.people


def _reports(hand: _Hand, profile: Profile) -> None:
    """What a person reports of an order in the hour after it: a grid member the own list, the leader the village."""
    heard, person = hand.heard, hand.person
    dice = Dice(hand.seed, "report", heard.callout, heard.version, person.phone)
    if _named(heard):
        _member(hand, profile, dice)
    elif _speaks_for_village(heard, person):
        households, people = _whole(heard)
        minutes = dice.whole(52, 76) if not heard.lists.again else dice.whole(45, 60)
        if profile is Profile.FREE_TEXT:
            words = _full(dice, households, people)
            hand.text(minutes * 60, f"{heard.code} {words}" if heard.code else words, about="complete")
        else:
            hand.text(minutes * 60, f"3 {households} {people}", about="complete")


def _speaks_for_village(heard: Heard, person: Person) -> bool:
    """The leader reports the village's total, or the deputy or superior who took the leader's call."""
    if person.role != "leader" or not heard.lists.households:
        return False
    return person.level == "village" if heard.own else person.level in ("village", "township")


def _member(hand: _Hand, profile: Profile, dice: Dice) -> None:
    heard = hand.heard
    households, people = len(heard.lists.own), heard.lists.own_people
    left, arrived = dice.whole(9, 15) * 60, dice.whole(19, 30) * 60
    gap = _separator(dice)
    if heard.lists.again:  # they were on their way when the order grew, and say so once more
        hand.text(dice.whole(8, 16) * 60, f"3{gap}{households}{gap}{people}", about="arrived")
        return
    if profile is Profile.REFUSAL and households > 1:
        stays = heard.lists.own[-1]
        hand.text(left, f"2 {households - 1} {people - stays}", about="left")
        hand.text(left + 90, f"5 1 {stays}", about="refused")
        persuaded = dice.whole(24, 31) * 60
        hand.text(persuaded, "5 0 0", about="persuaded")
        hand.text(persuaded + 480, f"3 {households} {people}", about="arrived")
        return
    if profile is Profile.MISCOUNTS:
        hand.text(left, f"2 {households + 2} {people + 7}", about="left", means=f"2 {households} {people}")
        hand.text(left + dice.whole(120, 300), f"9 {households} {people}", about="corrected")
    elif profile is Profile.FREE_TEXT:
        words = dice.pick((f"已转移{households}户{people}人", f"{households}户{people}人已经转移出来了"))
        hand.text(left, f"{heard.code} {words}", about="left", means=f"2 {households} {people}")
    else:
        if profile is Profile.HELP:
            hand.text(left - 240, dice.pick(("4 老人走不动,要一辆车", "4 要一副担架")), about="help")
        hand.text(left, f"2{gap}{households}{gap}{people}", about="left")
    if profile is Profile.FREE_TEXT:
        means = f"3 {households} {people}"
        hand.text(arrived, f"{heard.code} {_full(dice, households, people)}", about="arrived", means=means)
    else:
        hand.text(arrived, f"3{gap}{households}{gap}{people}", about="arrived")


def _full(dice: Dice, households: int, people: int) -> str:
    return dice.pick(
        (
            f"全部转移完毕,共{households}户{people}人",
            f"{households}户{people}人全部转移完毕",
            f"全部转移,{households}户{people}人",
        )
    )


def _separator(dice: Dice) -> str:
    return dice.weighted(((" ", 7.0), (",", 1.0), ("#", 1.0), ("*", 1.0)))


def replies(acts: Sequence[Act]) -> list[str]:
    """The words of `acts` in the order in which they are sent (tests read them)."""
    spoken = [act for act in acts if act.kind in (ActKind.TEXT, ActKind.KEY)]
    return [str(act.payload["text"]) for act in sorted(spoken, key=lambda act: (act.due_at, act.id))]
