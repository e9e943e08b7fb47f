"""Counting one reading: the decision while it is being made, one step after the other (the door is `tally`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.facts import Fact
from evacuation import household_status
from evacuation.account import Count
from evacuation.claims import Claim, ClaimKind, Report, of
from evacuation.clearing import open_refusals, person
from evacuation.counted import Counting, above, equal, in_words, is_zero, sum_of
from evacuation.household_status import (
    Arrived,
    Departed,
    FoundAway,
    HouseholdFact,
    HouseholdState,
    HouseholdStatus,
    How,
    Persuaded,
    Refused,
)
from evacuation.reply.reading import Intent, Quantity, Reading
from evacuation.task_facts import Acknowledged, MovementReported, OthersReported, TaskState
from evacuation.task_state import ENDED, Task, evolve

S = HouseholdState
_MOVED = frozenset({S.MOVING, S.SAFE})
_OPEN = frozenset({S.REFUSED, S.NEEDS_HELP, S.MISSING})
_ANSWERS = frozenset({Intent.ACK, Intent.HELP, Intent.DANGER, Intent.PROGRESS, Intent.COMPLETE, Intent.REFUSE})
_NOT_YET = frozenset({S.UNACCOUNTED, S.TOLD, S.REFUSED, S.NEEDS_HELP, S.MISSING})
_ZERO = Quantity(households=0, people=0)


@dataclass(slots=True, kw_only=True)
class Draft:
    """The decision while it is being made: what was decided so far is already in `task` and `statuses`."""

    task: Task
    post: str
    own: tuple[str, ...]
    leads: bool | None
    statuses: dict[str, HouseholdStatus]
    reply: str
    now: datetime
    read_by: str | None
    households: list[tuple[str, Fact]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    # What the post's words are about

    @property
    def whole(self) -> bool:
        """Its words are about the village's list."""
        return bool(self.leads) or not self.own

    @property
    def scope(self) -> frozenset[str]:
        return self.task.codes if self.whole else frozenset(self.own)

    @property
    def named(self) -> bool:
        """Its count can mark: the post is named for exactly the households its words are about."""
        return bool(self.own) and frozenset(self.own) == self.scope

    @property
    def listed(self) -> Count:
        return sum_of(self.task, self.scope)

    def among(self, *states: HouseholdState) -> list[str]:
        return sorted(c for c in self.scope if (s := self.statuses.get(c)) is not None and s.state in states)

    def marked(self, *states: HouseholdState) -> Count:
        return sum_of(self.task, frozenset(self.among(*states)))

    def claim(self, kind: ClaimKind) -> Claim | None:
        return of(self.task.claims, self.post, kind)

    @property
    def last(self) -> Report | None:
        return next((report for report in self.task.reports if report.claim.post == self.post), None)

    @property
    def open(self) -> bool:
        """Somebody of its list refuses, needs help or is missing, or such a claim of its own (a leader: anybody's) stands."""
        claims = open_refusals(self.task, self.statuses)
        return bool(self.among(*_OPEN)) or any(self.whole or c.post == self.post for c in claims)

    # What is written down

    def emit(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.task = evolve(self.task, fact)

    def report(
        self,
        kind: ClaimKind,
        quantity: Quantity,
        *,
        marked: bool = False,
        closes: tuple[ClaimKind, ...] = (),
        disputed: bool = False,
    ) -> None:
        """Write the report down, unless it says again what stands already."""
        standing = self.claim(kind)
        if marked:
            standing = self.last.claim if self.last is not None and self.last.marked else None
        said = (kind, quantity.households, quantity.people)
        again = standing is not None and said == (standing.kind, standing.households, standing.people)
        ends = [k for k in closes if self.claim(k) is not None]
        if again and not ends and self.task.state in (TaskState.MOVING, TaskState.ACKNOWLEDGED):
            return
        claim = Claim(
            post=self.post,
            reply=self.reply,
            at=self.now,
            kind=kind,
            households=quantity.households,
            people=quantity.people,
            complete=kind is ClaimKind.COMPLETE,
            whole=self.whole,
            disputed=disputed,
            read_by=self.read_by,
        )
        self.emit(MovementReported(at=self.now, claim=claim, marked=marked, closes=closes))

    def set(self, codes: list[str], fact: type[HouseholdFact]) -> None:
        for code in codes:
            made = fact(at=self.now, by=self.post, how=How.MARK, reply=self.reply)
            self.households.append((code, made))
            self.statuses[code] = household_status.evolve(self.statuses[code], made)

    # One reading

    def take(self, reading: Reading) -> None:
        intents = frozenset(reading.intents)
        if self.task.state in ENDED:
            self._late(reading, intents)
            return
        if Intent.NOTHING_TO_MOVE in intents and self.listed.households:
            self.doubts.append(f"回复说没有要转移的,清单上有{self.listed.households}户")
        if self._together(reading):
            self._refused(reading, intents)
            self._away(reading.away)
            self._remaining(reading.remaining)
            self._movement(reading, intents)
        if reading.others is not None:
            self._others(reading.others)
        answered = bool(intents & _ANSWERS) or any((reading.moved, reading.refused, reading.away, reading.remaining))
        if (answered and self.task.state is TaskState.ORDERED) or (Intent.ACK in intents and not self.facts):
            self.emit(Acknowledged(at=self.now, by=self.post, how="reply"))

    def _late(self, reading: Reading, intents: frozenset[Intent]) -> None:
        if reading.moved is not None or Intent.COMPLETE in intents:
            kind = ClaimKind.COMPLETE if Intent.COMPLETE in intents else ClaimKind.MOVED
            self.report(kind, reading.moved or Quantity())
        elif Intent.ACK in intents:
            self.emit(Acknowledged(at=self.now, by=self.post, how="reply"))

    def _together(self, reading: Reading) -> bool:
        """Whether the numbers of one text can be true together."""
        parts = [q for q in (reading.moved, reading.refused, reading.away) if q is not None]
        if reading.increment:
            parts = parts[1:]
        total = Quantity(households=sum(q.households or 0 for q in parts), people=sum(q.people or 0 for q in parts))
        for quantity in [*parts, *([reading.remaining] if reading.remaining is not None else [])]:
            households, people = quantity.households, quantity.people
            if (
                households is not None
                and people is not None
                and households > people
                and not equal(quantity, self.listed)
            ):
                self.doubts.append("户数比人数多,是不是写反了")
                return False
            if households == 0 and people:
                self.doubts.append("有人数没有户数")
                return False
        listed = self.task.listed if any(above(q, self.listed) for q in parts) else self.listed
        if above(total, listed) or (reading.remaining is not None and above(reading.remaining, self.task.listed)):
            self.doubts.append(f"上报的比清单({listed.households}户{listed.people}人)多")
            return False
        return True

    def _others(self, people: int) -> None:
        known = next((row.people for row in self.task.others if row.post == self.post), None)
        if known != people:
            self.emit(OthersReported(at=self.now, post=self.post, reply=self.reply, people=people))

    # Moved, and all moved

    def _movement(self, reading: Reading, intents: frozenset[Intent]) -> None:
        correction = Intent.CORRECTION in intents
        said, complete = reading.moved, Intent.COMPLETE in intents
        if correction and (said is None or not said) and not complete:
            if not any((reading.refused, reading.away, reading.remaining)):
                self.doubts.append("要更正,但没有写数字")
            return
        if correction and reading.menu and said is not None:
            # "9" corrects whatever was reported last; words say themselves what they correct.
            if self.last is None:
                self.doubts.append("要更正,但以前没有上报过")
                return
            if self.last.claim.kind.group is not ClaimKind.MOVED:
                self._corrected_other(self.last, said)
                return
            complete = self.last.claim.kind is ClaimKind.COMPLETE and equal(said, self.listed)
        elif said is None and not complete:
            return
        if complete and reading.refused is not None and not is_zero(reading.refused):
            if said is None or not said:
                self.doubts.append("又说全部转移又说有人不走")
                return
            complete = False
        self._moved(said or Quantity(), complete=complete, increment=reading.increment, correction=correction)

    def _moved(self, said: Quantity, *, complete: bool, increment: bool, correction: bool) -> None:
        if increment:
            said = self._added(said)
        if complete:
            said = self._completed(said)
        everything = equal(said, self.listed) or equal(said, self.task.listed)
        kind = ClaimKind.COMPLETE if complete else ClaimKind.MOVED
        if self.task.state is TaskState.CLEARED:
            if correction and not everything:
                self.doubts.append("已清零的村又更正上报")
            self.report(kind, said)
            return
        if complete and not everything and self.open:
            self.doubts.append("清单上还有拒绝、求助或失联的,报了全部转移")
            return
        if above(said, self.task.listed):
            self.doubts.append(f"上报的比清单({self.task.listed.households}户{self.task.listed.people}人)多")
            return
        if self.named and equal(said, self.listed):
            codes = self.among(*_NOT_YET, *([S.MOVING] if complete else []))
            self.set(codes, Arrived if complete else Departed)
            self.report(kind, said, marked=True, closes=(ClaimKind.REFUSED, ClaimKind.AWAY, ClaimKind.REMAINING))
            return
        if self._fewer_than_marked(said, *_MOVED):
            self.doubts.append("上报的比已逐户登记的少")
            if correction:
                self.report(kind, said, disputed=True)
            return
        if not everything and self._too_many_together(said):
            self.doubts.append("转移与拒绝、外出相加比清单多")
            return
        closes = (ClaimKind.REFUSED, ClaimKind.AWAY, ClaimKind.REMAINING) if everything else ()
        self.report(kind, said, closes=closes)

    def _added(self, more: Quantity) -> Quantity:
        base = self.claim(ClaimKind.MOVED)
        if base is None and self.last is not None and self.last.marked:
            base = self.last.claim if self.last.claim.kind.group is ClaimKind.MOVED else None
        if base is None:
            return more
        return Quantity(
            households=None
            if base.households is None or more.households is None
            else base.households + more.households,
            people=None if base.people is None or more.people is None else base.people + more.people,
        )

    def _completed(self, said: Quantity) -> Quantity:
        """ "All moved" without a number means the post's whole list, unless somebody of it is still open."""
        if not said and self.open:
            return said
        for listed in (self.listed, self.task.listed):
            if said.households in (None, listed.households) and said.people in (None, listed.people):
                return Quantity(households=listed.households, people=listed.people)
        return said

    def _fewer_than_marked(self, said: Quantity, *states: HouseholdState) -> bool:
        marked = self.marked(*states)
        return (said.households is not None and said.households < marked.households) or (
            said.people is not None and said.people < marked.people
        )

    def _too_many_together(self, said: Quantity) -> bool:
        others = [c for kind in (ClaimKind.REFUSED, ClaimKind.AWAY) if (c := self.claim(kind)) is not None]
        total = Quantity(
            households=(said.households or 0) + sum(c.households or 0 for c in others),
            people=(said.people or 0) + sum(c.people or 0 for c in others),
        )
        return above(total, self.task.listed if above(said, self.listed) else self.listed)

    # Refused, away, remaining

    def _refused(self, reading: Reading, intents: frozenset[Intent]) -> None:
        said = reading.refused
        if said is None and Intent.REFUSE in intents:
            said = Quantity()
        if said is None:
            return
        if is_zero(said):
            self._persuaded()
            return
        if self._after_clearing(said, "又报有人拒绝"):
            return
        if self.named and equal(said, self.listed) and not self.among(S.SAFE, S.AWAY):
            self.set(self.among(S.UNACCOUNTED, S.TOLD, S.MOVING, S.NEEDS_HELP, S.MISSING), Refused)
            self.report(
                ClaimKind.REFUSED,
                said,
                marked=True,
                closes=(ClaimKind.REFUSED, ClaimKind.MOVED, ClaimKind.AWAY, ClaimKind.REMAINING),
            )
            return
        moved = self.claim(ClaimKind.MOVED) if reading.moved is None else None  # else it is replaced by this text
        settled = self.marked(S.SAFE, S.AWAY)
        standing = Quantity(
            households=max(settled.households, (moved.households or 0) if moved else 0) + (said.households or 1),
            people=max(settled.people, (moved.people or 0) if moved else 0) + (said.people or 1),
        )
        # A refusal is written down even where it contradicts what was said before: it can only keep the account open.
        contradicts = above(standing, self.listed)
        self.report(ClaimKind.REFUSED, said, closes=(ClaimKind.MOVED,) if contradicts and moved else ())
        if contradicts:
            self.doubts.append("拒绝与先前报的转移相加比清单多")

    def _persuaded(self) -> None:
        """ "5 0 0": the sender's open refusals are over; only the ones the sender marked or claimed."""
        mine = [code for code in sorted(self.task.codes) if self._refused_by_me(code)]
        self.set(mine, Persuaded)
        if mine or self.claim(ClaimKind.REFUSED) is not None:
            self.report(ClaimKind.REFUSED, _ZERO)

    def _refused_by_me(self, code: str) -> bool:
        status = self.statuses.get(code)
        return status is not None and status.state is S.REFUSED and person(status.by or "") == self.post

    def _away(self, said: Quantity | None) -> None:
        if said is None or self._after_clearing(said, "又报有人外出"):
            return
        if self.named and equal(said, self.listed) and not self.among(S.SAFE):
            self.set(self.among(*_NOT_YET, S.MOVING), FoundAway)
            self.report(
                ClaimKind.AWAY,
                said,
                marked=True,
                closes=(ClaimKind.REFUSED, ClaimKind.MOVED, ClaimKind.AWAY, ClaimKind.REMAINING),
            )
            return
        if self._fewer_than_marked(said, S.AWAY):
            self.doubts.append("外出的比已逐户登记的少")
            return
        if said and (not is_zero(said) or self.claim(ClaimKind.AWAY) is not None):
            self.report(ClaimKind.AWAY, said)

    def _remaining(self, said: Quantity | None) -> None:
        if said is None or not said or self._after_clearing(said, "又报还有人没走"):
            return
        if not is_zero(said) or self.claim(ClaimKind.REMAINING) is not None:
            self.report(ClaimKind.REMAINING, said)

    def _after_clearing(self, said: Quantity, words: str) -> bool:
        """A cleared village takes no such report; somebody must look, and open it again by setting the households."""
        if self.task.state is not TaskState.CLEARED:
            return False
        if not is_zero(said):
            self.doubts.append(f"已清零的村{words}")
        return True

    def _corrected_other(self, last: Report, said: Quantity) -> None:
        """Correct a last report that was about refusals, absences or the remaining."""
        if last.claim.kind is ClaimKind.REMAINING:
            self._remaining(said)
            return
        state = S.REFUSED if last.claim.kind is ClaimKind.REFUSED else S.AWAY
        stands = [c for c in self.among(state) if person(self.statuses[c].by or "") == self.post]
        if last.claim.kind is ClaimKind.REFUSED and is_zero(said):
            self._persuaded()
            return
        if last.marked and stands and not equal(said, self.listed):
            self.report(last.claim.kind, said, disputed=True)
            self.doubts.append("更正与已逐户登记的不符")
            return
        if last.claim.kind is ClaimKind.REFUSED:
            self._refused(Reading(refused=said), frozenset())
        else:
            self._away(said)

    # What the sender hears back

    def result(self) -> Counting:
        moved = self._said(ClaimKind.MOVED, *_MOVED)
        refused = self._said(ClaimKind.REFUSED, S.REFUSED)
        away = self._said(ClaimKind.AWAY, S.AWAY)
        parts = [q for q in (moved, refused, away) if q is not None]
        left = Quantity(
            households=max(0, self.listed.households - sum(q.households or 0 for q in parts)),
            people=None
            if any(q.people is None for q in parts)
            else max(0, self.listed.people - sum(q.people or 0 for q in parts)),
        )
        said = [("转移", moved), ("拒绝", refused), ("外出", away), ("还差", left)]
        return Counting(
            household_facts=tuple(self.households),
            task_facts=tuple(self.facts),
            to_person=";".join(dict.fromkeys(self.doubts)) or None,
            counted=",".join(word + in_words(q) for word, q in said if q is not None),
            moved=moved,
            refused=refused,
            away=away,
            remaining=left,
        )

    def _said(self, kind: ClaimKind, *states: HouseholdState) -> Quantity | None:
        """The post's claim, or what is marked of its list where that is more (a claim never hides a mark)."""
        marked, claim = self.marked(*states), self.claim(kind)
        if claim is not None and (claim.households is None or claim.households >= marked.households):
            return Quantity(households=claim.households, people=claim.people)
        if not marked.households:
            return None
        return Quantity(households=marked.households, people=marked.people)
