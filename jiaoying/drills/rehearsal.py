"""Drills small enough for a test: a few villages, scripted phones, time that is wound forward by hand.

    with Rehearsal(tmp_path) as drill:
        drill.phone("Xiaoba leader").expects_sms("转移").replies("A7 1", after="40s").replies("A7 3 {H} {P}", after="30m")
        drill.order("小坝村")
        drill.forward("1h")
        assert drill.task("小坝村").state == "CLEARED"

Leaving the block fails when a scripted phone got a message nobody expected, or never got one that was expected.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from core.levels import Level
from hazards.frames import RainFrame
from hazards.zones import HazardKind
from jiaoying.config.values import seconds
from jiaoying.drills import stage
from jiaoying.drills.county import write_county
from jiaoying.drills.desk import OFFICERS, DeskBehaviour
from jiaoying.drills.runner import Runner
from jiaoying.drills.script import Line, Say, Script, who
from jiaoying.drills.weixin import STORM_BEGINS, XIAOBA
from jiaoying.engine.commands import Actor, Command, RaiseWarning
from jiaoying.storage import lookup
from jiaoying.storage.journal import entries
from notifiers.receipts import Channel

DUTY = Actor(kind="user", id=OFFICERS[0], role="duty")
SECOND = Actor(kind="user", id=OFFICERS[1], role="duty")


class ScriptedPhone:
    """One phone of a rehearsal: first what it hears, then what it answers."""

    def __init__(self, script: Script, name: str, line: Line) -> None:
        self._script, self._name, self._line = script, name, line
        self._at: int | None = None

    def expects_sms(self, words: str = "") -> ScriptedPhone:
        """A text that contains `words`."""
        return self._expects(words, Channel.SMS)

    def expects_call(self, words: str = "") -> ScriptedPhone:
        """A call that says `words`."""
        return self._expects(words, Channel.VOICE)

    def expects(self, words: str = "") -> ScriptedPhone:
        """A text or call that contains `words`."""
        return self._expects(words, None)

    def replies(self, text: str, *, after: str = "30s") -> ScriptedPhone:
        """Answer so; a leading code stands for the one the text carried. In a call the digits are keys."""
        if self._at is None:
            raise ValueError(f"{self._name}: say first what the phone expects")
        line = self._script.lines[self._at]
        says = (*line.says, Say(text=text, after_s=seconds(after)))
        self._script.lines[self._at] = replace(line, says=says)
        return self

    def is_silent(self) -> ScriptedPhone:
        """The phone takes everything and does nothing; nothing it gets is unexpected."""
        self._script.lines.append(replace(self._line, optional=True))
        return self

    def is_dead(self) -> ScriptedPhone:
        """As silent, and the carrier never reports a delivery."""
        self._script.lines.append(replace(self._line, optional=True, delivered=False))
        return self

    def _expects(self, words: str, channel: Channel | None) -> ScriptedPhone:
        self._at = len(self._script.lines)
        self._script.lines.append(replace(self._line, expects=words, channel=channel))
        return self


class Rehearsal:
    """A small drill on the real engine.

    Parameters
    ----------
    directory : Path
        For its county and database.
    villages : collection of str
        Those that are peopled.
    others_silent : bool
        Whether phones outside the script stay silent; else they follow their own mind.
    strict : bool
        Whether a message that a scripted phone does not expect fails the rehearsal.
    """

    def __init__(
        self,
        directory: Path,
        *,
        villages: Collection[str] = (XIAOBA,),
        seed: int = 7,
        begins: datetime = STORM_BEGINS,
        others_silent: bool = True,
        strict: bool = False,
        desk: DeskBehaviour | None = None,
        url: str | None = None,
    ) -> None:
        self.script = Script(strict=strict, others_silent=others_silent)
        self._files = write_county(directory / "county", seed, villages=villages)
        self.stage = stage.open_stage(
            url or f"sqlite:///{directory / 'site.db'}", seed=seed, begins=begins, script=self.script, behaviour=desk
        )
        stage.build(self.service, stage.registers_in(directory / "county"))
        self._begun = self.now

    @property
    def service(self) -> Any:
        """The real engine."""
        return self.stage.service

    @property
    def now(self) -> datetime:
        """The drill's time."""
        return self.stage.clock.now()

    def phone(self, name: str) -> ScriptedPhone:
        """Script a phone: ``Xiaoba leader``, ``小坝村 leader 2``, ``+8610010000001``."""
        named = who(name, self.service.county.tree)
        return ScriptedPhone(self.script, name, Line(who=named))

    def order(
        self, *areas: str, level: Level = Level.RED, hazard: HazardKind = HazardKind.LANDSLIDE, reason: str = "现场险情"
    ) -> None:
        """Raise warnings by hand; red wants the desk's second signature, which comes in its own time."""
        codes = tuple(self.code(area) for area in areas)
        self.execute(RaiseWarning(level=level, hazard=hazard, reason=reason, areas=codes))

    def execute(self, command: Command, actor: Actor = DUTY) -> Any:
        """Carry out any command at the drill's time."""
        return self.service.execute(command, actor)

    def rain(self, frames: Sequence[RainFrame], *, until: datetime | None = None) -> None:
        """Let it rain: frames arrive as their intervals end; forward to `until` or the last arrival."""
        runner = self._runner(frames)
        last = max(frame.valid_at for frame in frames) + runner.arrives_after
        runner.forward(until or last)

    def storm(self) -> tuple[RainFrame, ...]:
        """The carried storm for this county's stations."""
        return stage.storm(self.service, self._files["rain"])

    def forward(self, span: str) -> None:
        """Wind the clock forward by ``90s``, ``20m``, ``2h``; everything due on the way happens."""
        self._runner(()).forward(self.now + timedelta(seconds=seconds(span)))

    def _runner(self, frames: Sequence[RainFrame]) -> Runner:
        return Runner(
            service=self.service,
            clock=self.stage.clock,
            exchange=self.stage.exchange,
            desk=self.stage.desk,
            frames=frames,
        )

    # --- looking ----------------------------------------------------------------------------------------------

    def code(self, area: str) -> str:
        """The code of an area by any of its names."""
        return who(area, self.service.county.tree).area

    def task(self, area: str) -> Any:
        """The task of a village (the first, when it has several)."""
        found = self.states("task", area=self.code(area))
        return found[0] if found else None

    def states(self, kind: str, **equals: Any) -> list[Any]:
        """The stored states of a kind by their columns (see `jiaoying.storage.lookup`), in order of their ids."""
        with self.stage.engine.connect() as connection:
            return lookup.states(connection, kind, **equals)

    def texts(self, name: str) -> list[str]:
        """Everything a phone was sent, oldest first."""
        named = who(name, self.service.county.tree)
        posts = [
            post
            for post in self.service.county.directory.posts
            if (not named.phone or post.phone == named.phone)
            and (not named.area or post.area == named.area)
            and (not named.role or post.role == named.role)
            and (named.rank is None or post.rank == named.rank)
        ]

        def read(work: Any) -> list[str]:
            refs = [work.private("phone", post.phone) for post in posts]
            sent = [message for ref in refs for message in work.select("message", to_ref=ref)]
            texts = work.reveal_many([message.text_ref for message in sent])
            return [texts[m.text_ref] for m in sorted(sent, key=lambda m: (m.queued_at, m.id)) if m.text_ref in texts]

        found: list[str] = self.stage.writer.execute(read)
        return found

    def facts(self, kind: str) -> list[str]:
        """Names of all journalled facts of a kind, in order."""
        with self.stage.engine.connect() as connection:
            return [fact["fact"] for entry in entries(connection, kinds=[kind]) for fact in entry["facts"]]

    # --- the end ----------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Fail when a scripted phone got what nobody expected, or never got what was expected.

        Raises
        ------
        AssertionError
        """
        if self.script.unexpected:
            told = "\n".join(f"{phone}: {text}" for phone, text in self.script.unexpected)
            raise AssertionError(f"messages nobody expected:\n{told}")
        missing = [line for line in self.script.unmet() if not line.optional]
        if missing:
            told = "\n".join(f"{line.who}: {line.expects or 'anything'}" for line in missing)
            raise AssertionError(f"messages that never came:\n{told}")

    def close(self) -> None:
        """Close the database."""
        self.stage.close()

    def __enter__(self) -> Rehearsal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.check()
        finally:
            self.close()
