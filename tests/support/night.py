"""A night over the tiny county: the real engine, scripted phones, a clock wound by hand, and the laws checked at the end.

    with Night(tmp_path) as night:
        night.phone("Xiaoba leader").expects_sms("转移").replies("A7 2 6 21")
        night.rain(S1=[30, 95])
        night.forward("3h")
        assert night.task("小坝村").state == "MOVING"

`restarts=True` closes and reopens the whole service after every step of the clock, so that nothing may live in memory
alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from evacuation import household_status as households
from evacuation.account import Account
from hazards.frames import RainFrame
from hazards.zones import HazardKind
from jiaoying.config.values import seconds
from jiaoying.drills import acts, stage
from jiaoying.drills.desk import DeskBehaviour
from jiaoying.drills.rehearsal import DUTY, SECOND, Rehearsal
from jiaoying.drills.runner import NOW, Runner, stands_at
from jiaoying.drills.script import Script, who
from jiaoying.engine.commands import Actor, ApproveWarning, ReceiveReceipt, ReceiveText
from jiaoying.engine.site import Site
from jiaoying.engine.turn import Turn
from jiaoying.storage import registers
from jiaoying.storage import site as site_store
from jiaoying.storage.journal import entries as journal_entries
from jiaoying.storage.kinds import KINDS
from jiaoying.storage.schema import private
from notifiers.receipts import Channel, ReceiptKind
from tests.support.registers import NIGHT, TinyCounty, frame, tiny_county

DISPATCHER = Actor(kind="user", id="演练调度", role="dispatcher")
SLEEPING = DeskBehaviour(approve=False, read=False, confirm=False, requests=False)
CODE = re.compile(r"^[A-Z][0-9]\b")
_OF_TEXTS = (
    ReceiptKind.ACCEPTED,
    ReceiptKind.DELIVERED,
    ReceiptKind.READ,
    ReceiptKind.TRANSIENT,
    ReceiptKind.PERMANENT,
)
KINDS_OF_REGISTERS = ("areas", "shelters", "posts", "households", "zones", "stations")
_templates: dict[tuple[object, ...], bytes] = {}


def fill(service: Any, county: TinyCounty) -> None:
    """Lay a county's registers down, as an import does."""

    def write(turn: Turn) -> None:
        site_store.put(turn.work.connection, "salt", turn.work.salt)  # as every real site keeps its own
        for kind in KINDS_OF_REGISTERS:
            registers.import_rows(
                turn.work, kind, getattr(county, kind), file=f"{kind}.csv", digest=f"{kind} of the tiny county",
                by=str(turn.actor), status=str(turn.site.status),
            )  # fmt: skip

    service.run("Import", write)
    service.registers_changed()


class Night(Rehearsal):
    """A rehearsal over the tiny county.

    Parameters
    ----------
    begins : datetime
        20:00 by default, when a decision to move counts one level up.
    restarts : bool
        Close and reopen everything after every step.
    zones : sequence of str
        The zones that are known; without the slope XB-2 rain on Xiaoba is one warning and one order.
    county : TinyCounty, optional
        Another county than the tiny one.
    """

    AFTERNOON = NIGHT - timedelta(hours=6)
    """14:00: an order wants red."""

    def __init__(
        self,
        directory: Path,
        *,
        begins: datetime = NIGHT,
        restarts: bool = False,
        strict: bool = False,
        desk: DeskBehaviour = SLEEPING,
        seed: int = 7,
        others_silent: bool = True,
        zones: Sequence[str] = ("XB-1", "HZ-1", "MA-1"),
        county: TinyCounty | None = None,
        site: Site | None = None,
    ) -> None:
        self.script = Script(strict=strict, others_silent=others_silent)
        self.frames: list[RainFrame] = []
        self.restarts, self.restarted = restarts, 0
        self._url = f"sqlite:///{directory / 'site.db'}"
        self._seed, self._desk, self._site = seed, desk, site
        self._rain_at = self._begun = begins
        self._said = 0
        whole = county or tiny_county()
        self.tiny = replace(whole, zones=tuple(zone for zone in whole.zones if zone.code in zones))
        key = (seed, begins, tuple(zones), site)
        if county is None:
            self._copy_template(directory, key)
        self.stage = self._open()
        if not self.service.county.posts:
            fill(self.service, self.tiny)

    def _copy_template(self, directory: Path, key: tuple[object, ...]) -> None:
        """Start from a county that was laid down once; making tables anew costs more than the night itself."""
        kept = _templates.get(key)
        if kept is None:
            fresh = directory / "template.db"
            made = stage.open_stage(f"sqlite:///{fresh}", seed=self._seed, begins=self._begun, site=self._site)
            fill(made.service, self.tiny)
            with made.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            made.close()
            kept = _templates[key] = fresh.read_bytes()
        (directory / "site.db").write_bytes(kept)

    def _open(self) -> stage.Stage:
        return stage.open_stage(
            self._url, seed=self._seed, begins=self._begun, script=self.script, behaviour=self._desk, site=self._site
        )

    # --- time -------------------------------------------------------------------------------------------------

    def restart(self) -> None:
        """Close the service as a stopped process does, and start another on the same database."""
        now = self.now
        self.stage.writer.execute(lambda work: acts.remember(work, NOW, now.isoformat()))
        self.stage.close()
        self.stage = self._open()
        assert stands_at(self.stage.engine) == now
        self.restarted += 1

    def becomes(self, site: Site) -> None:
        """Start again under other settings: the drill's site becomes a real one."""
        self._site = site
        self.restart()

    def forward(self, span: str) -> None:
        """Wind the clock forward; everything due on the way happens, and the night may be restarted at every step."""
        until = self.now + timedelta(seconds=seconds(span))
        while True:
            self.settle()
            then = self._runner(self.frames).next_moment_after_begin()
            if then is None or then >= until:
                break
            self._jump(then)
        self._jump(until)
        self.settle()

    def leap(self, span: str) -> None:
        """Jump at once, as after an engine that was busy: everything due meanwhile is due together."""
        self._jump(self.now + timedelta(seconds=seconds(span)))
        self.settle()

    def settle(self) -> None:
        """Do everything that is due now."""
        runner = self._runner(self.frames)
        runner.begin()
        runner.settle()
        if self.restarts:
            self.restart()

    def _jump(self, then: datetime) -> None:
        if then > self.now:
            self._runner(self.frames).jump(then)
            if self.restarts:
                self.restart()

    def _runner(self, frames: Sequence[RainFrame]) -> _Runner:
        return _Runner(
            service=self.service,
            clock=self.stage.clock,
            exchange=self.stage.exchange,
            desk=self.stage.desk,
            frames=self.frames,
        )

    # --- rain -------------------------------------------------------------------------------------------------

    def rain_on(self, **stations: Iterable[float | None]) -> None:
        """Hours of rain by station, following on the last: ``rain_on(S1=[30, 95], S2=[30, 80])``; None = no value."""
        rows = {code: list(values) for code, values in stations.items()}
        for hour in range(max(map(len, rows.values()))):
            self._rain_at += timedelta(hours=1)
            values = {code: row[hour] for code, row in rows.items() if hour < len(row)}
            self.frames.append(frame(self._rain_at, values))

    def grow(self, code: str, *, lon: float, lat: float) -> None:
        """A household moves (or is found to live) elsewhere: the register is imported again with its new place."""
        rows = tuple(
            replace(household, lon=lon, lat=lat) if household.code == code else household
            for household in self.tiny.households
        )
        self.tiny = replace(self.tiny, households=rows)
        self.fill_again()

    def fill_again(self) -> None:
        """Import the registers as `tiny` has them now."""
        fill(self.service, self.tiny)

    # --- people -----------------------------------------------------------------------------------------------

    def post(self, name: str) -> Any:
        """The one post a name stands for: ``小坝村 leader 2``."""
        named = who(name, self.service.county.tree)
        (found,) = (
            p
            for p in self.service.county.posts
            if p.area == named.area and p.role == named.role and p.rank == (named.rank or 1)
        )
        return found

    def codes(self, name: str) -> list[str]:
        """The codes a phone was asked to answer with, oldest first, each once."""
        return list(dict.fromkeys(m.code for m in self.messages(name) if m.code))

    def says(self, name: str, text: str, *, code: str | None = None, once: str | None = None) -> Any:
        """The phone sends a text now; a leading ``A7`` stands for the newest code of a call-out of its own (or `code`)."""
        self._said += 1
        sender = name if name.startswith("+") else self.post(name).phone
        if CODE.match(text):
            text = f"{code or self._own_code(name)}{text[2:]}"
        identity = once or f"said {self._said}"
        self.service.receive(
            ReceiveText(gateway="simulated", gateway_id=identity, sender=sender, text=text, at=self.now),
            Actor(kind="gateway", id="simulated"),
        )
        self.settle()
        return next((r for r in self.states("reply") if r.gateway_id == identity), None)

    def _own_code(self, name: str) -> str:
        own = {callout.id for callout in self.states("callout", post=self.post(name).id)}
        sent = [m for m in self.messages(name) if m.code]
        return str(([m.code for m in sent if m.callout in own] or [m.code for m in sent])[-1])

    def messages(self, name: str, *, channel: Channel | None = None) -> list[Any]:
        """Messages to a phone, oldest first."""
        phone = self.post(name).phone

        def read(work: Any) -> list[Any]:
            return work.select("message", to_ref=work.private("phone", phone))  # type: ignore[no-any-return]

        sent = sorted(self.stage.writer.execute(read), key=lambda m: (m.queued_at, m.order_version, m.id))
        return [m for m in sent if channel in (None, m.channel)]

    def carrier(self, name: str, kind: ReceiptKind, *, reason: str = "") -> None:
        """The carrier reports on the newest message of its kind to this phone: ``MACHINE`` of a call, ``PERMANENT`` of a text."""
        channel = Channel.SMS if kind in _OF_TEXTS else Channel.VOICE
        self._said += 1
        self.service.receive(
            ReceiveReceipt(
                gateway="simulated", receipt_id=f"receipt {self._said}", kind=kind, at=self.now,
                message=self.messages(name, channel=channel)[-1].id, reason=reason,
            ),
            Actor(kind="gateway", id="simulated"),
        )  # fmt: skip
        self.settle()

    def keys(self, name: str, keys: str) -> None:
        """Keys pressed in the newest call to this phone."""
        self._said += 1
        call = self.messages(name, channel=Channel.VOICE)[-1]
        self.service.receive(
            ReceiveText(
                gateway="simulated", gateway_id=f"keys {self._said}", sender=self.post(name).phone, text=keys,
                at=self.now, channel="voice", message=call.id,
            ),
            Actor(kind="gateway", id="simulated"),
        )  # fmt: skip
        self.settle()

    def moves_out(self, *areas: str, hazard: HazardKind = HazardKind.LANDSLIDE) -> Any:
        """Villages are ordered to move by hand, red, signed by two persons; returns the first one's task."""
        self.order(*areas, hazard=hazard)
        self.approve(SECOND)
        return self.task(areas[0])

    def approve(self, *actors: Actor) -> Any:
        """Sign for every proposal that waits, by each of `actors`."""
        for actor in actors or (DUTY, SECOND):
            for warning in self.states("warning"):
                if warning.proposal is not None and warning.open:
                    command = ApproveWarning(id=warning.id, version=warning.version, reason="雨量属实")
                    self.execute(command, actor)
        self.settle()

    # --- looking ----------------------------------------------------------------------------------------------

    def warning(self, area: str) -> Any:
        """The newest warning of a village."""
        found = sorted(self.states("warning", area=self.code(area)), key=lambda w: w.ordinal)
        return found[-1] if found else None

    def callout(self, name: str, *, kind: str = "task", rung: str = "answered") -> Any:
        """The newest call-out of a post."""
        found = self.states("callout", post=self.post(name).id, subject_kind=kind, rung=rung)
        return max(found, key=lambda c: c.created_at) if found else None

    def account(self, area: str) -> Account:
        """The account of a village's task, from its households as they are stored."""
        return self.account_of(self.task(area))

    def account_of(self, task: Any) -> Account:
        """The account of one task."""
        ids = {households.household_id(task.event, item.household): item.household for item in task.households}
        with self.stage.engine.connect() as connection:
            table = KINDS["household"].table
            rows = connection.execute(select(table).where(table.c.id.in_(list(ids)))).mappings().all()
        statuses: Mapping[str, Any] = {ids[row["id"]]: KINDS["household"].codec.state(row) for row in rows}
        return task.account(statuses)  # type: ignore[no-any-return]

    def entries(self, kind: str, name: str) -> list[dict[str, Any]]:
        """What the journalled facts of one name carry, in order."""
        with self.stage.engine.connect() as connection:
            return [
                fact["data"]
                for entry in journal_entries(connection, kinds=[kind])
                for fact in entry["facts"]
                if fact["fact"] == name
            ]

    def told(self, name: str, words: str) -> bool:
        """Whether a phone was ever sent something with these words."""
        return any(words in text for text in self.texts(name))

    def journal(self) -> int:
        """How many entries the journal holds."""
        with self.stage.engine.connect() as connection:
            return sum(1 for _ in journal_entries(connection))

    def household(self, code: str) -> Any:
        """One household's state."""
        (found,) = self.states("household", household=code)
        return found

    def alarms(self, rule: str | None = None) -> list[Any]:
        """Alarms that stand."""
        found = [a for a in self.states("alarm") if a.state != "CLEARED"]
        return [a for a in found if rule in (None, a.rule)]

    def typed(self, ref: str) -> str | None:
        """What is kept behind a private reference."""
        with self.stage.engine.connect() as connection:
            return connection.execute(select(private.c.value).where(private.c.ref == ref)).scalar_one_or_none()


class _Runner(Runner):
    """A runner that can be asked for the next moment before it has done anything."""

    def next_moment_after_begin(self) -> datetime | None:
        """The next moment by what the database says."""
        self.begin()
        return self.next_moment()
