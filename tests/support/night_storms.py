"""Random storms over the tiny county: rain, phones and desks as the dice fall, and the laws that hold after every step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from core.ids import natural_id
from core.levels import Level
from evacuation.household_status import HouseholdState
from hazards.zones import HazardKind
from jiaoying.drills.acts import Act, ActKind
from jiaoying.drills.desk import DeskBehaviour
from jiaoying.drills.phones import Heard, Person
from jiaoying.drills.script import Script
from jiaoying.engine.commands import (
    AnswerCallout,
    CancelWarning,
    Command,
    NotAllowed,
    NotFound,
    RaiseWarning,
    RejectWarning,
    SetHousehold,
    TakeOver,
)
from jiaoying.storage import due
from jiaoying.storage.journal import verify_database
from jiaoying.storage.rebuild import rebuild_check
from notifiers.message import Purpose
from notifiers.receipts import Channel, ReceiptKind
from people.areas import AreaTree
from tests.support.night import DISPATCHER, DUTY, Night

MOVING = ("ORDERED", "ACKNOWLEDGED", "MOVING")
AT_REST = ("ANSWERED", "TAKEN_OVER", "WITHDRAWN")
STATIONS = ("S1", "S2", "S3")
UNANSWERED = (Purpose.ECHO, Purpose.CANCEL, Purpose.DRILL_ENDED)
PHONES = ("prompt", "prompt", "late", "silent", "dead", "voicemail", "wrong", "words", "miscounts", "refuses")


@dataclass(slots=True)
class Met:
    """What the storms met; each must have happened, or the walk proved nothing about it."""

    storms: int = 0
    steps: int = 0
    orders: int = 0
    cleared: int = 0
    upgrades_while_ringing: int = 0
    dead_phones: int = 0
    late_replies: int = 0
    unsure_replies: int = 0
    rounds_begun_again: int = 0
    restarts: int = 0

    def __iadd__(self, other: Met) -> Met:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
        return self


class RandomPhones(Script):
    """Every phone has a nature drawn from the seed and its number; nobody is spared, the desk's least of all."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed
        self.dead: set[str] = set()

    def nature(self, phone: str) -> str:
        """What the phone is like in this storm."""
        return Random(f"{self.seed} {phone}").choice(PHONES)

    def acts_for(self, heard: Heard, person: Person, tree: AreaTree) -> tuple[Act, ...]:
        """What follows from one message."""
        nature, dice = self.nature(person.phone), Random(f"{self.seed} {heard.message}")
        if nature == "dead":
            self.dead.add(person.phone)
        made = _Made(heard, person)
        if heard.purpose in UNANSWERED:
            return ()
        made.extend(self._carrier(nature, heard, dice))
        if nature not in ("dead", "silent") and not (
            heard.channel is Channel.VOICE and nature in ("voicemail", "wrong")
        ):
            made.extend(self._words(nature, heard, person, dice))
        return tuple(made.acts)

    @staticmethod
    def _carrier(nature: str, heard: Heard, dice: Random) -> Iterator[tuple[int, str]]:
        if heard.channel is Channel.SMS:
            if nature == "dead":
                yield dice.randint(1, 90), f"receipt {ReceiptKind.PERMANENT}"
            elif dice.random() < 0.5:
                yield dice.randint(1, 300), f"receipt {ReceiptKind.DELIVERED}"
        elif nature in ("dead", "voicemail", "wrong"):
            failed = {"dead": ReceiptKind.FAILED, "voicemail": ReceiptKind.MACHINE, "wrong": ReceiptKind.HUNG_UP}
            yield dice.randint(1, 40), f"receipt {failed[nature]}"
        elif dice.random() < 0.7:
            yield dice.randint(1, 10), f"receipt {ReceiptKind.RINGING}"
            yield 45, f"receipt {dice.choice((ReceiptKind.NO_ANSWER, ReceiptKind.HEARD, ReceiptKind.BUSY))}"

    @staticmethod
    def _words(nature: str, heard: Heard, person: Person, dice: Random) -> Iterator[tuple[int, str]]:
        soon = dice.randint(900, 2400) if nature == "late" else dice.randint(15, 200)
        code = f"{heard.code} " if heard.code and dice.random() < 0.7 else ""
        own = (len(heard.lists.own), heard.lists.own_people)
        whole = (heard.lists.households, heard.lists.people)
        households, people = own if own[0] and person.role != "leader" else whole
        if nature == "wrong":
            yield soon, "text 打错电话了"
            return
        if nature == "words":
            yield (
                soon,
                "text " + dice.choice(("路上滑,正往那边走", "水好大哦", "收到", "全部转移完毕", "要一辆车", "哪个村?")),
            )
        if nature == "miscounts":
            yield soon, f"text {code}2 {households + 3} {people + 9}"
            yield soon + 120, f"text {code}9 {households} {people}"
        if nature == "refuses" and households > 1:
            yield soon, f"text {code}5 1 2"
            yield soon + 1500, f"text {code}5 0 0"
        yield soon + 5, f"text {code}{dice.choice('1110')}"
        if households and heard.lists.ordered:
            yield soon + dice.randint(300, 1500), f"text {code}2 {households} {people}"
            yield soon + dice.randint(1500, 3000), f"text {code}3 {households} {people}"


class _Made:
    """Acts of one phone about one message."""

    def __init__(self, heard: Heard, person: Person) -> None:
        self.heard, self.person = heard, person
        self.acts: list[Act] = []

    def extend(self, wanted: Iterator[tuple[int, str]]) -> None:
        """Take (seconds after, "receipt KIND" or "text WORDS")."""
        for after_s, words in wanted:
            what, _, said = words.partition(" ")
            key = what == "text" and self.heard.channel is Channel.VOICE and said.replace(" ", "").isdigit()
            payload: dict[str, Any] = {
                "phone": self.person.phone,
                "message": self.heard.message,
                "callout": self.heard.callout,
                "version": self.heard.version,
            }
            payload |= {"receipt": said, "reason": ""} if what == "receipt" else {"text": said, "means": None}
            kind = ActKind.RECEIPT if what == "receipt" else ActKind.KEY if key else ActKind.TEXT
            self.acts.append(
                Act(
                    id=natural_id("random phone", self.heard.message, words),
                    due_at=self.heard.at + timedelta(seconds=after_s),
                    kind=kind,
                    payload=payload,
                )
            )


class Storm:
    """One random storm from the first frame to the end of its night."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.dice = Random(f"storm {seed}")
        self.seed = seed
        self.met = Met(storms=1)
        dice = self.dice
        desk = DeskBehaviour(
            approve=dice.random() < 0.85,
            approve_s=(20, dice.choice((60, 600))),
            cannot_judge=dice.choice(("approve", "reject")),
            read=dice.random() < 0.7,
            confirm=dice.random() < 0.7,
            requests=dice.random() < 0.7,
        )
        self.night = Night(directory, desk=desk, zones=("XB-1", "XB-2", "HZ-1", "MA-1"))
        self.phones = RandomPhones(seed)
        self.night.script = self.night.stage.exchange.script = self.phones
        self._seen: dict[str, tuple[str, int]] = {}

    def run(self, hours: int) -> Met:
        """Walk `hours` of the storm, looking at every law after every step, and prove the journal at the end."""
        night, dice = self.night, self.dice
        self._rain(hours)
        ends = night.now + timedelta(hours=hours, minutes=40)
        while night.now < ends:
            night.leap(f"{dice.choice((20, 60, 60, 90, 150, 300))}s")
            self.met.steps += 1
            if dice.random() < 0.08:
                self._somebody_acts()
                night.settle()
            if dice.random() < 0.02:
                night.restart()
                self.met.restarts += 1
            self.laws()
        self._sum_up()
        assert verify_database(night.stage.engine).holds, self.seed
        assert rebuild_check(night.stage.engine) == [], self.seed
        night.close()
        return self.met

    def _rain(self, hours: int) -> None:
        """Rain that swells and ebbs; gauges that fail for an hour, or for good."""
        dice, rows = self.dice, {}
        for station in STATIONS:
            swell, broken = dice.choice((20, 45, 60, 75)), False
            values: list[float | None] = []
            for _ in range(hours):
                broken = broken or dice.random() < 0.04
                values.append(None if broken or dice.random() < 0.05 else round(dice.uniform(0.3, 1.9) * swell, 1))
                swell = max(2, swell * dice.uniform(0.5, 1.7))
            rows[station] = values
        self.night.rain_on(**rows)

    def _somebody_acts(self) -> None:
        """A named person at the desk does something, wise or not."""
        night, dice = self.night, self.dice
        commands: list[Command] = []
        commands += [TakeOver(id=c.id, reason="我来") for c in night.states("callout", state="UNANSWERED")]
        commands += [AnswerCallout(id=c.id, how="对讲机") for c in night.states("callout", state="RINGING")][:3]
        for warning in night.states("warning"):
            if warning.state == "IN_FORCE" and dice.random() < 0.2:
                commands.append(CancelWarning(id=warning.id, version=warning.version, reason="误报"))
            if warning.proposal is not None:
                commands.append(RejectWarning(id=warning.id, version=warning.version, reason="再看看"))
        for household in night.states("household")[:4]:
            state = dice.choice([s for s in HouseholdState if s is not HouseholdState.HOME])
            commands.append(SetHousehold(code=household.household, status=state, reason="电话核实"))
        village, hazard = dice.choice(("小坝村", "海子社区", "马鞍村")), dice.choice(list(HazardKind))
        if dice.random() < 0.3:
            commands.append(
                RaiseWarning(level=Level.RED, hazard=hazard, reason="巡查发现险情", areas=(night.code(village),))
            )
        if commands:
            try:
                night.execute(dice.choice(commands), dice.choice((DUTY, DISPATCHER)))
            except (NotAllowed, NotFound):
                return  # unwise, and refused

    # --- the laws ---------------------------------------------------------------------------------------------

    def laws(self) -> None:
        """What must hold after every step, whatever happened."""
        night, where = self.night, f"storm {self.seed} at {self.night.now.isoformat()}"
        with night.stage.engine.connect() as connection:
            overdue = due.due(connection, night.now, only=("callout", "warning", "task", "request", "message"))
        assert overdue == [], f"{where}: left behind: {[(k, at.time(), night.states(k, id=i)) for k, i, at in overdue]}"
        called: set[str] = set()
        for callout in night.states("callout"):
            if callout.state not in AT_REST:
                assert callout.due_at is not None, f"{where}: {callout.role} {callout.state} rings no more"
            if callout.state != "WITHDRAWN" and callout.rung == "answered":
                called.add(callout.subject)
            state, version = self._seen.get(callout.id, ("", 0))
            if state == "RINGING" and callout.order_version > version:
                self.met.upgrades_while_ringing += 1
            self._seen[callout.id] = (str(callout.state), callout.order_version)
        for task in night.states("task"):
            if task.state in ("PLANNED", "CALLED_OFF"):
                continue
            account = night.account_of(task)
            assert account.adds_up(), f"{where}: {account}"
            assert account.listed.households == len(task.households), where
            assert account.listed.people == task.people, where
            open_people = account.listed.people - account.safe.people - account.away.people
            assert account.outstanding.people == open_people, where
            assert task.state not in MOVING or task.id in called, f"{where}: an order nobody is called for"
            if task.state == "CLEARED":
                assert account.outstanding.households == 0, where
        assert "StepFailed" not in night.facts("engine"), f"{where}: {night.entries('engine', 'StepFailed')}"

    def _sum_up(self) -> None:
        night, met = self.night, self.met
        callouts = night.states("callout")
        met.orders = night.facts("task").count("Ordered")
        met.cleared = night.facts("task").count("Cleared")
        met.dead_phones = len(self.phones.dead)
        met.late_replies = sum(entry.get("late", False) for entry in night.entries("callout", "Answered"))
        met.unsure_replies = sum(r.to_person is not None for r in night.states("reply"))
        met.rounds_begun_again = sum(callout.round > 1 for callout in callouts)
