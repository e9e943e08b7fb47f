"""A night on paper: facts are told one by one, states evolve from them, and the record is what they leave behind.

Every fact goes through its aggregate's own table, so a record built here is one that a journal could hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.cap import CapStatus
from core.facts import Fact
from core.ids import private_ref
from core.levels import Level
from evacuation import household_status, replies, request, task
from evacuation.claims import Claim, ClaimKind
from evacuation.household_status import HouseholdState, How
from evacuation.listed import Assignment, Listed
from evacuation.reply.reading import Intent, Reading
from evacuation.request import Origin, RequestKind
from evacuation.task import Cleared, MovementReported
from hazards.zones import Family
from jiaoying.reports.record import Moment, Record, ZoneSeries
from jiaoying.storage.codec import encode
from notifiers import alarm, callout, message
from notifiers.callout import CallOut, Contact, Lookup, Step
from notifiers.message import Purpose
from notifiers.policy import DEFAULT_POLICY
from notifiers.receipts import Channel
from notifiers.steps import Rung
from tests.warning.builders import situation
from warning import event as events
from warning import warning as warnings
from warning.thresholds import JIANGHUA

START = datetime(2025, 7, 8, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai
COUNTY = "530629000000"
XIAOBA, MIAOBA = "530629101201", "530629101202"
NAMES = {COUNTY: "威信县", XIAOBA: "小坝村", MIAOBA: "庙坝村"}
SECRETS = ("李四光的姓名", "+8610012345678", "我们村的人都走了")
EVOLVE = {
    "event": events.evolve,
    "warning": warnings.evolve,
    "task": task.evolve,
    "household": household_status.evolve,
    "callout": callout.evolve,
    "message": message.evolve,
    "reply": replies.evolve,
    "request": request.evolve,
    "alarm": alarm.evolve,
}


def ref(kind: str, value: str) -> str:
    """A private reference, as facts hold it in the place of a name, phone or text."""
    return private_ref("salt", kind, value)


class Night:
    """One event; `minute` is the clock, counted from `START`."""

    def __init__(self, *, status: CapStatus = CapStatus.EXERCISE, name: str = "小坝之夜", site: str = "威信县") -> None:
        self.status, self.site = status, site
        self.minute = 0.0
        self.states: dict[str, dict[str, Any]] = {kind: {} for kind in EVOLVE}
        self.moments: list[Moment] = []
        self.posts: dict[str, str] = {}
        self.names = dict(NAMES)
        self.rain: tuple[ZoneSeries, ...] = ()
        self.event, born = events.open_event(site_area=COUNTY, status=status, name=name, now=self.now)
        self.tell("event", self.event, born)

    @property
    def now(self) -> datetime:
        """The moment the clock shows."""
        return START + timedelta(minutes=self.minute)

    def at(self, minute: float) -> Night:
        """Set the clock."""
        self.minute = minute
        return self

    def tell(self, kind: str, id: str, facts: Sequence[Fact], *, actor: str = "engine:engine") -> Any:
        """Let facts happen to one subject."""
        for fact in facts:
            before = self.states[kind].get(id)
            evolve: Any = EVOLVE[kind]
            self.states[kind][id] = evolve(before, fact)
            self.moments.append(
                Moment(
                    sequence=len(self.moments) + 1,
                    at=fact.at,
                    actor=actor,
                    kind=kind,
                    subject=id,
                    fact=fact.name,
                    data=encode(fact),
                )
            )
        return self.states[kind][id]

    def post(self, id: str, office: str) -> str:
        """Put an office into the directory."""
        self.posts[id] = office
        return id

    def warn(self, area: str, level: Level = Level.ORANGE, *, approvals: int = 1) -> str:
        """Propose a warning of a village and sign it so many times."""
        self.tell(
            "event", self.event, events.join(self.states["event"][self.event], area=area, level=level, now=self.now)
        )
        seen = replace(situation(level, at=self.now), area=area)
        id_, born = warnings.propose(seen, event=self.event, ordinal=1, status=self.status, now=self.now)
        known = self.tell("warning", id_, born)
        known = self.tell("warning", id_, warnings.desk_rang(known, failed=False, now=self.now))
        for index in range(approvals):
            who = f"user:{SECRETS[0]}{index}"
            facts = warnings.sign_approval(
                known,
                who=who,
                version=known.version,
                reason=ref("text", SECRETS[2]),
                policy=warnings.STANDARD,
                now=self.now,
            )
            known = self.tell("warning", id_, facts, actor=who)
        return id_

    def order(
        self, area: str, sizes: Sequence[int], *, named: str | None = None, first: int = 1, warning: str = ""
    ) -> str:
        """Order a village whose households have so many people; codes are area + number."""
        listed = tuple(
            Listed(household=f"{area}{number:03}", people=people, area=area)
            for number, people in enumerate(sizes, first)
        )
        assigned = tuple(
            Assignment(household=row.household, people=row.people, responsible=named, order=1) for row in listed
        )
        id_, born = task.plan_task(
            event=self.event,
            warning=warning or f"warning-{area}-{first}",
            area=area,
            level=Level.RED,
            family=Family.SLOPE,
            status=self.status,
            households=listed,
            assignments=assigned,
            clocks=None,
            now=self.now,
        )
        planned = self.tell("task", id_, born)
        self.tell("task", id_, task.order(planned, level=Level.RED, reason="level", now=self.now))
        for row in listed:
            key, facts = household_status.list_household(
                event=self.event,
                household=row.household,
                area=row.area,
                people=row.people,
                status=self.status,
                now=self.now,
            )
            if key not in self.states["household"]:
                self.tell("household", key, facts)
        return id_

    def mark(
        self, household: str, to: HouseholdState, *, by: str, how: How = How.MARK, people: int | None = None
    ) -> None:
        """Mark one household."""
        key = household_status.household_id(self.event, household)
        known = self.states["household"][key]
        facts = household_status.mark(
            known, to, by=by, how=how, now=self.now, people=people, reason=ref("text", SECRETS[2])
        )
        self.tell("household", key, facts)

    def claim(self, id: str, *, by: str, households: int, people: int, disputed: bool = False) -> None:
        """Somebody says that the whole list has moved."""
        claim = Claim(
            post=by,
            reply="reply",
            at=self.now,
            kind=ClaimKind.COMPLETE,
            households=households,
            people=people,
            complete=True,
            disputed=disputed,
        )
        self.tell("task", id, [MovementReported(at=self.now, claim=claim)])

    def clear(self, id: str, *, claimant: str, confirmer: str) -> None:
        """A second person confirms: what is not marked yet arrives, then the task is cleared."""
        for row in self.states["task"][id].households:
            key = household_status.household_id(self.event, row.household)
            known = self.states["household"][key]
            if known.state not in (HouseholdState.SAFE, HouseholdState.AWAY):
                arrived = household_status.Arrived(at=self.now, by=claimant, how=How.CLAIM, confirmed_by=confirmer)
                self.tell("household", key, [arrived])
        self.tell("task", id, [Cleared(at=self.now, claimant=claimant, confirmer=confirmer, how="reply")])

    def call(
        self,
        post: str,
        *,
        area: str,
        role: str,
        subject: str,
        rung: Rung = Rung.ANSWERED,
        answered_s: float | None = None,
    ) -> str:
        """Ring a post about a task; it answers after so many seconds, or never."""
        id_, born = callout.create(
            status=self.status,
            event=self.event,
            area=area,
            role=role,
            post=post,
            subject_kind="task",
            subject=subject,
            level=Level.RED,
            rung=rung,
            order_version=1,
            code="A7",
            steps=DEFAULT_POLICY.steps_for(Level.RED, rung),
            round_wait_s=DEFAULT_POLICY.round_wait_s(Level.RED, rung),
            urgency=0,
            reason="",
            now=self.now,
        )
        known = self.tell("callout", id_, born)
        known = self.tell("callout", id_, callout.begin(known, _lookup(post), self.now))
        if answered_s is not None:
            then = self.now + timedelta(seconds=answered_s)
            self.tell("callout", id_, callout.answer(known, by=post, how="sms", version=1, now=then))
        return id_

    def silence(self, id: str) -> None:
        """Nobody of the chain answers: every step times out until the chain is exhausted."""
        known = self.states["callout"][id]
        while known.state is callout.CallOutState.RINGING:
            known = self.tell("callout", id, callout.when_due(known, _lookup(known.post), known.due_at))

    def sent(self, id: str, *, failed: str | None = None) -> None:
        """One text of the call-out `id` goes out, or fails for good."""
        key = f"message-{len(self.states['message'])}"
        born = message.queue(
            id=key,
            status=self.status,
            event=self.event,
            callout=id,
            purpose=Purpose.ORDER,
            level=Level.RED,
            channel=Channel.SMS,
            to_ref=ref("phone", SECRETS[1]),
            text_ref=ref("text", SECRETS[2]),
            code="A7",
            order_version=1,
            priority=0,
            expires_at=self.now + timedelta(hours=1),
            now=self.now,
        )
        known = self.tell("message", key, born)
        known = self.tell("message", key, message.claim(known, now=self.now, epoch=1))
        facts = (
            message.accepted(known, gateway="simulated", gateway_id=key, now=self.now)
            if failed is None
            else message.permanent(known, reason=failed, now=self.now)
        )
        self.tell("message", key, facts)

    def reply(self, post: str, *, to_person: str | None = None, intents: tuple[Intent, ...] = (Intent.ACK,)) -> str:
        """A text comes in."""
        id_, born = replies.receive(
            gateway="simulated",
            gateway_id=f"in-{len(self.states['reply'])}",
            channel=replies.Channel.SMS,
            from_ref=ref("phone", SECRETS[1]),
            text_ref=ref("text", SECRETS[2]),
            status=self.status,
            now=self.now,
            reading=Reading(intents=intents, sure=to_person is None),
            to_person=to_person,
            post=post,
            event=self.event,
        )
        self.tell("reply", id_, born, actor="gateway:simulated")
        return id_

    def person_reads(self, id: str) -> None:
        """A person reads an unsure reply."""
        known = self.states["reply"][id]
        who = f"user:{SECRETS[0]}0"
        self.tell("reply", id, replies.person_read(known, by=who, reading=Reading(sure=True), now=self.now), actor=who)

    def help(self, area: str, *, by: str) -> str:
        """A cry for help."""
        id_, born = request.raise_request(
            about=f"{area}-{self.minute}",
            event=self.event,
            task=None,
            area=area,
            kind=RequestKind.MEDICAL,
            origin=Origin.REPLY,
            text_ref=ref("text", SECRETS[2]),
            raised_by=by,
            status=self.status,
            now=self.now,
        )
        self.tell("request", id_, born)
        return id_

    def alarm(self, rule: str, words: str, *, area: str | None = None) -> str:
        """The desk is alarmed."""
        id_ = alarm.alarm_id(rule, area or "", self.status)
        facts = alarm.raise_alarm(
            self.states["alarm"].get(id_),
            id=id_,
            rule=rule,
            subject=area or "",
            status=self.status,
            level=Level.RED,
            words=words,
            now=self.now,
            area=area,
            event=self.event,
        )
        self.tell("alarm", id_, facts)
        return id_

    def rains(self, zone: str, area: str, millimetres: Sequence[float | None], *, name: str = "") -> None:
        """Hourly rain of one zone, from `START` on; None is a frame that says nothing, a gap that none came."""
        rain = tuple(
            (START + timedelta(hours=hour), 60, None if mm is None else round(mm * 10))
            for hour, mm in enumerate(millimetres, start=1)
            if mm is None or mm >= 0
        )
        values: Mapping[str, Mapping[int, float]] = {
            level.value: {window: tenths / 10 for window, tenths in JIANGHUA.in_tenths(level).items()}
            for level in Level
        }
        self.rain += (ZoneSeries(zone=zone, name=name or f"{zone}号点", area=area, rain=rain, values=values),)

    def record(self) -> Record:
        """What the night left behind."""

        def all_of(kind: str) -> tuple[Any, ...]:
            return tuple(state for _, state in sorted(self.states[kind].items()))

        return Record(
            site=self.site,
            timezone=ZoneInfo("Asia/Shanghai"),
            event=self.states["event"][self.event],
            warnings=all_of("warning"),
            tasks=all_of("task"),
            households=all_of("household"),
            callouts=all_of("callout"),
            messages=all_of("message"),
            replies=all_of("reply"),
            requests=all_of("request"),
            alarms=all_of("alarm"),
            moments=tuple(self.moments),
            rain=self.rain,
            areas=self.names,
            shelters={},
            posts=self.posts,
            journal_hash="ab" * 32,
        )


def _lookup(post: str) -> Lookup:
    def find(_callout: CallOut, _step: Step) -> tuple[Contact, ...]:
        return (Contact(post=post, phone_ref=ref("phone", SECRETS[1])),)

    return find
