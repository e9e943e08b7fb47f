"""A small house to call in: posts with numbers, a chain over them, and call-outs that are walked by hand in the tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from core.cap import CapStatus
from core.facts import Fact
from core.levels import Level
from notifiers import callout as calls
from notifiers.callout import Attempt, CallOut, CallOutState, Channel, Contact, Lookup, Proof, Rung, Step, Target
from notifiers.message import Message, Purpose, evolve, queue
from notifiers.policy import DEFAULT_POLICY

NOON = datetime(2025, 7, 8, 22, 0, tzinfo=UTC)


def at(clock: str) -> datetime:
    """``"1:15"`` is 75 s after the start, ``"1:02:03"`` an hour and more."""
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return NOON + timedelta(seconds=seconds)


def clock(moment: datetime) -> str:
    """The reverse of `at`, as m:ss."""
    seconds = int((moment - NOON).total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"


def people(**phones: Sequence[str] | str) -> Lookup:
    """A lookup: ``people(holder="h1", deputy=("d1", "d2"))``; whoever is not named cannot be reached."""

    def lookup(callout: CallOut, step: Step) -> tuple[Contact, ...]:
        numbers = phones.get(step.to.value, ())
        numbers = (numbers,) if isinstance(numbers, str) else numbers
        return tuple(
            Contact(post=f"{step.to.value}{at if at else ''}", phone_ref=f"phone:{number}")
            for at, number in enumerate(numbers)
        )

    return lookup


CHAIN = people(holder="h", deputy="d", superior="s")


@dataclass(slots=True)
class Ringing:
    """One call-out and its history, told in the words of a drill."""

    lookup: Lookup = CHAIN
    level: Level = Level.RED
    steps: tuple[Step, ...] | None = None
    round_wait_s: int | None = None
    rung: Rung = Rung.ANSWERED
    expires_at: datetime | None = None
    begin_at: datetime | None = None
    callout: CallOut = field(init=False)
    facts: list[Fact] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        steps = DEFAULT_POLICY.steps_for(self.level, self.rung) if self.steps is None else self.steps
        ident, facts = calls.create(
            status=CapStatus.EXERCISE,
            event="storm",
            area="530629101201",
            role="leader",
            post="holder",
            subject_kind="task",
            subject="task-1",
            level=self.level,
            rung=self.rung,
            order_version=1,
            code="A7",
            steps=steps,
            round_wait_s=self.round_wait_s or DEFAULT_POLICY.round_wait_s(self.level, self.rung),
            urgency=10,
            reason="ordered",
            expires_at=self.expires_at,
            begin_at=self.begin_at,
            now=NOON,
        )
        self.callout = calls.evolve(None, facts[0])
        self.facts += facts
        assert self.callout.id == ident

    def take(self, facts: Iterable[Fact]) -> list[str]:
        """Evolve, after asserting that the state takes each fact, and return their names."""
        names = []
        for fact in facts:
            self.callout = calls.evolve(self.callout, fact)
            self.facts.append(fact)
            names.append(fact.name)
        return names

    def begin(self, when: str = "0") -> list[str]:
        return self.take(calls.begin(self.callout, self.lookup, at(when)))

    def tick(self, when: str | datetime) -> list[str]:
        now = at(when) if isinstance(when, str) else when
        return self.take(calls.when_due(self.callout, self.lookup, now))

    def run_until(self, when: str) -> list[tuple[str, str]]:
        """Jump from deadline to deadline; return when each attempt started, and by what: ``("1:15", "voice h")``."""
        seen = len(self.facts)
        while self.callout.due_at is not None and self.callout.due_at <= at(when):
            self.tick(self.callout.due_at)
        return started(self.facts[seen:])

    def climb(self, when: str, proof: Proof, *, to: str = "h", channel: Channel = Channel.VOICE) -> list[str]:
        one = self.attempt(to, channel)
        return self.take(calls.climb(self.callout, message=one.message, proof=proof, now=at(when)))

    def fail(self, when: str, reason: str, *, to: str = "h", channel: Channel = Channel.VOICE) -> list[str]:
        one = self.attempt(to, channel)
        return self.take(
            calls.attempt_failed(self.callout, message=one.message, reason=reason, lookup=self.lookup, now=at(when))
        )

    def answer(self, when: str, *, by: str = "holder", version: int | None = None) -> list[str]:
        return self.take(calls.answer(self.callout, by=by, how="sms", version=version, now=at(when)))

    def decline(self, when: str, *, by: str = "holder") -> list[str]:
        return self.take(calls.decline(self.callout, by=by, reason="0", lookup=self.lookup, now=at(when)))

    def supersede(self, when: str, version: int, *, level: Level | None = None, code: str = "B3") -> list[str]:
        level = level or self.level
        facts = calls.supersede(
            self.callout,
            version=version,
            code=code,
            level=level,
            steps=DEFAULT_POLICY.steps_for(level),
            lookup=self.lookup,
            now=at(when),
        )
        return self.take(facts)

    def take_over(self, when: str, *, by: str = "user:wang") -> list[str]:
        return self.take(calls.take_over(self.callout, by=by, reason="我去", now=at(when)))

    def withdraw(self, when: str) -> list[str]:
        return self.take(calls.withdraw(self.callout, reason="all_clear", now=at(when)))

    def attempt(self, to: str, channel: Channel) -> Attempt:
        """The newest attempt at a number by a channel."""
        mine = [one for one in self.callout.attempts if one.phone_ref == f"phone:{to}" and one.channel is channel]
        assert mine, f"nobody tried {to} by {channel}"
        return mine[-1]

    @property
    def state(self) -> str:
        return self.callout.state.value

    @property
    def due(self) -> str | None:
        return None if self.callout.due_at is None else clock(self.callout.due_at)


def started(facts: Iterable[Fact]) -> list[tuple[str, str]]:
    """When each attempt in the facts started, and by what."""
    return [
        (clock(one.at), f"{one.channel.value} {one.phone_ref.removeprefix('phone:')}")
        for fact in facts
        for one in getattr(fact, "attempts", ())
    ]


def never_silent(callout: CallOut, now: datetime) -> None:
    """The law: an end, or a deadline that lies ahead."""
    if callout.state in (CallOutState.ANSWERED, CallOutState.TAKEN_OVER, CallOutState.WITHDRAWN):
        assert callout.due_at is None
    else:
        assert callout.due_at is not None
        assert callout.due_at > now


def a_message(**changes: object) -> Message:
    """A red order by text, queued at the start, alive for an hour."""
    born = queue(
        id="m1",
        status=CapStatus.EXERCISE,
        event="storm",
        callout="c1",
        purpose=Purpose.ORDER,
        level=Level.RED,
        channel=Channel.SMS,
        to_ref="phone:h",
        text_ref="text:1",
        code="A7",
        order_version=1,
        priority=10,
        expires_at=at("60:00"),
        now=NOON,
    )
    return replace(evolve(None, born[0]), **changes)  # type: ignore[arg-type]


def steps(*written: tuple[Target, tuple[Channel, ...], int]) -> tuple[Step, ...]:
    """Steps from plain tuples."""
    return tuple(Step(to=to, channels=channels, wait_s=wait) for to, channels, wait in written)


Facts = Mapping[str, type[Fact]]
