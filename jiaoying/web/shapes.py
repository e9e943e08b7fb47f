"""States as programs read them (CONTRACT section 7): plain JSON rows, masked for who may not see names and phones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from evacuation.account import Account, Count
from evacuation.claims import Claim
from evacuation.clocks import Clocks
from evacuation.household_status import HouseholdStatus
from evacuation.replies import Reply
from evacuation.reply import as_json
from evacuation.request import Request
from evacuation.task import Task
from jiaoying.storage import privacy
from jiaoying.storage.views import Connection
from jiaoying.web.masking import Eyes
from jiaoying.web.words import actor_words, next_step
from notifiers.alarm import Alarm
from notifiers.callout import CallOut
from notifiers.message import Message
from people.households import Household
from warning.event import Event
from warning.exceedance import Evidence
from warning.facts import Proposal, Signature
from warning.lifecycle import issues_at
from warning.warning import Warning

KEYS = ("listed", "safe", "away", "refused", "needs_help", "missing", "moving", "told", "unaccounted")
Row = dict[str, Any]


def count_row(count: Count) -> Row:
    """Households and people."""
    return {"households": count.households, "people": count.people}


def account_row(account: Account) -> Row:
    """The nine counts of an account."""
    return {key: count_row(getattr(account, key)) for key in KEYS}


class Shaper(Eyes):
    """Makes rows for one viewer."""

    # --- warnings ---------------------------------------------------------------------------------------------

    def event(self, event: Event) -> Row:
        """A storm or a drill."""
        return {
            "id": event.id,
            "name": event.name,
            "area": event.site_area,
            "state": event.state,
            "status": event.status,
            "level": event.level,
            "villages": list(event.villages),
            "opened_at": self.at(event.opened_at),
            "closed_at": self.at(event.closed_at),
        }

    def warning(self, warning: Warning) -> Row:
        """A warning; while PROPOSED its level is the proposed one."""
        return {
            "id": warning.id,
            "event": warning.event,
            "area": warning.area,
            "area_name": self.county.short(warning.area),
            "family": warning.family,
            "hazard": warning.hazard,
            "level": warning.level,
            "state": warning.state,
            "status": warning.status,
            "version": warning.version,
            "issue": warning.issue,
            "evidence": [self.evidence(one) for one in warning.evidence],
            "zones": list(warning.zones),
            "dark_zones": list(warning.dark_zones),
            "scope": warning.scope,
            "by_hand": warning.by_hand,
            "reason": warning.reason,
            "flags": list(warning.flags),
            "proposal": self.proposal(warning.proposal) if warning.proposal is not None else None,
            "proposed_at": self.at(warning.proposed_at),
            "issued_at": self.at(warning.issued_at),
            "expires_at": self.at(warning.expires_at),
            "ended_at": self.at(warning.ended_at),
            "due_at": self.at(warning.due_at),
        }

    def evidence(self, evidence: Evidence) -> Row:
        """Why a zone stands at a level."""
        zone = self.county.zones.get(evidence.zone)
        return {
            "zone": evidence.zone,
            "zone_name": zone.name if zone is not None else "",
            "window_h": evidence.window_h,
            "mm": evidence.mm,
            "threshold_mm": evidence.threshold_mm,
            "level": evidence.level,
            "missing": evidence.missing,
            "at": self.at(evidence.at),
            "sources": list(evidence.sources),
            "corroborated": evidence.corroborated,
            "flagged": evidence.flagged,
            "words": evidence.words,
        }

    def proposal(self, proposal: Proposal) -> Row:
        """What waits for signatures, and how many it wants."""
        return {
            "level": proposal.level,
            "hazard": proposal.hazard,
            "zones": list(proposal.zones),
            "evidence": [self.evidence(one) for one in proposal.evidence],
            "at": self.at(proposal.at),
            "approvals": [self.signature(one) for one in proposal.approvals],
            "approvals_wanted": proposal.rule.approvals,
            "rejections": [self.signature(one) for one in proposal.rejections],
            "rejections_wanted": proposal.rule.rejections,
            "corroborated": proposal.corroborated,
            "cannot_judge": proposal.cannot_judge,
            "by_hand": proposal.by_hand,
            "reason": proposal.reason,
            "clock_from": self.at(proposal.clock_from),
            "issues_at": self.at(issues_at(proposal)),
            "stopped_until": self.at(proposal.stopped_until),
        }

    def signature(self, signature: Signature) -> Row:
        """One person's word."""
        return {"who": actor_words(signature.who), "at": self.at(signature.at)}

    # --- tasks ------------------------------------------------------------------------------------------------

    def task(self, task: Task, statuses: Mapping[str, HouseholdStatus]) -> Row:
        """A task with its account and the claims beside it."""
        account = task.account(statuses)
        return {
            "id": task.id,
            "event": task.event,
            "warning": task.warning,
            "area": task.area,
            "area_name": self.county.short(task.area),
            "family": task.family,
            "level": task.level,
            "state": task.state,
            "status": task.status,
            "version": task.version,
            "account": account_row(account),
            "outstanding": count_row(account.outstanding),
            "adds_up": account.adds_up(),
            "claims": [self.claim(one) for one in task.claims],
            "claimed_clear_at": self.at(task.claimed_clear_at),
            "others_present": task.others_present,
            "planned_at": self.at(task.planned_at),
            "ordered_at": self.at(task.ordered_at),
            "order_reason": task.order_reason,
            "acknowledged_at": self.at(task.acknowledged_at),
            "acknowledged_by": self.who(task.acknowledged_by),
            "cleared_at": self.at(task.cleared_at),
            "cleared_by": self.who(task.cleared_by),
            "ended_at": self.at(task.ended_at),
            "all_clear": [{"who": actor_words(one.who), "at": self.at(one.at)} for one in task.signatures],
            "due_at": self.at(task.due_at),
        }

    def whole_task(self, task: Task, statuses: Mapping[str, HouseholdStatus]) -> Row:
        """A task with its clocks and every listed household once."""
        named = {one.household: one for one in task.assignments}
        rows = []
        for listed in {row.household: row for row in task.households}.values():
            assignment = named.get(listed.household)
            status = statuses.get(listed.household)
            rows.append(
                {
                    "household": listed.household,
                    "area": listed.area,
                    "people": listed.people,
                    "frail": listed.frail,
                    "responsible": self.post_phone(assignment.responsible if assignment else None),
                    "responsible_post": self.who(assignment.responsible if assignment else None),
                    "shelter": assignment.shelter if assignment else None,
                    "kin": assignment.kin if assignment else False,
                    "order": assignment.order if assignment else 0,
                    "flags": list(assignment.flags) if assignment else ["nobody"],
                    "state": status.state if status else "UNACCOUNTED",
                }
            )
        clocks = self.clocks(task.clocks) if task.clocks is not None else None
        return {**self.task(task, statuses), "clocks": clocks, "assignments": rows}

    def clocks(self, clocks: Clocks) -> Row:
        """Both clocks; `slack_s` counts from now, `slack_at_order_s` as it was planned."""
        left = clocks.latest_departure
        return {
            "words": clocks.words,
            "order_s": clocks.order_s,
            "reach_s": clocks.reach_s,
            "start_s": clocks.start_s,
            "way_s": clocks.way_s,
            "way_m": clocks.way_m,
            "margin_s": clocks.margin_s,
            "need_s": clocks.need_s,
            "hazard_earliest": self.at(clocks.hazard_earliest),
            "hazard_latest": self.at(clocks.hazard_latest),
            "latest_departure": self.at(left),
            "slack_s": None if left is None else round((left - self.now).total_seconds()),
            "slack_at_order_s": clocks.slack_s,
        }

    def claim(self, claim: Claim) -> Row:
        """A count that stands beside the account."""
        return {
            "post": self.who(claim.post),
            "reply": claim.reply,
            "at": self.at(claim.at),
            "kind": claim.kind,
            "households": claim.households,
            "people": claim.people,
            "complete": claim.complete,
            "whole": claim.whole,
            "disputed": claim.disputed,
        }

    # --- calls, messages, replies -----------------------------------------------------------------------------

    def callout(self, callout: CallOut) -> Row:
        """A call-out with its attempts, and what happens next."""
        return {
            "id": callout.id,
            "event": callout.event,
            "area": callout.area,
            "area_name": self.county.short(callout.area),
            "role": callout.role,
            "post": self.who(callout.post),
            "subject_kind": callout.subject_kind,
            "subject": callout.subject,
            "level": callout.level,
            "rung": callout.rung,
            "state": callout.state,
            "proof": callout.proof,
            "code": callout.code,
            "round": callout.round,
            "step": callout.step,
            "order_version": callout.order_version,
            "due_at": self.at(callout.due_at),
            "next": next_step(callout, self.site),
            "created_at": self.at(callout.created_at),
            "begun_at": self.at(callout.begun_at),
            "answered_at": self.at(callout.answered_at),
            "answered_by": self.who(callout.answered_by),
            "answered_late": callout.answered_late,
            "taken_over_by": self.who(callout.taken_over_by),
            "reason": callout.reason,
            "attempts": [
                {
                    "at": self.at(one.at),
                    "round": one.round,
                    "step": one.step,
                    "post": self.who(one.post),
                    "phone": self.phone(self.reveal.get(one.phone_ref)),
                    "channel": one.channel,
                    "message": one.message,
                    "outcome": one.outcome,
                }
                for one in callout.attempts
            ],
        }

    def message(self, message: Message) -> Row:
        """One text or call."""
        return {
            "id": message.id,
            "event": message.event,
            "callout": message.callout,
            "purpose": message.purpose,
            "channel": message.channel,
            "to": self.phone(self.reveal.get(message.to_ref)),
            # Our own wording names no person: everybody who may read the list may read it.
            "text": self.reveal.get(message.text_ref),
            "code": message.code,
            "state": message.state,
            "gateway": message.gateway,
            "gateway_id": message.gateway_id,
            "tries": message.tries,
            "queued_at": self.at(message.queued_at),
            "sent_at": self.at(message.sent_at),
            "delivered_at": self.at(message.delivered_at),
            "expires_at": self.at(message.expires_at),
            "reason": message.reason,
        }

    def reply(self, reply: Reply) -> Row:
        """One inbound text, once, with what was understood of it."""
        text = self.text(reply.text_ref)
        return {
            "id": reply.id,
            "gateway": reply.gateway,
            "gateway_id": reply.gateway_id,
            "channel": reply.channel,
            "from": self.phone(self.reveal.get(reply.from_ref)),
            "post": self.who(reply.post),
            "text": text,
            "reading": as_json(reply.reading, text or "") if reply.reading is not None else None,
            "at": self.at(reply.at),
            "state": reply.state,
            "to_person": reply.to_person,
            "read_by": self.who(reply.read_by),
            "read_at": self.at(reply.read_at),
            "callout": reply.callout,
            "task": reply.task,
            "code": reply.code,
        }

    def request(self, request: Request) -> Row:
        """A need."""
        return {
            "id": request.id,
            "event": request.event,
            "task": request.task,
            "area": request.area,
            "area_name": self.county.short(request.area),
            "kind": request.kind,
            "kind_name": request.kind.chinese,
            "origin": request.origin,
            "text": self.text(request.text_ref),
            "level": request.level,
            "state": request.state,
            "status": request.status,
            "raised_at": self.at(request.raised_at),
            "raised_by": self.who(request.raised_by),
            "assigned_to": request.assigned_to,
            "climbs": request.climbs,
            "done_at": self.at(request.done_at),
            "closed_at": self.at(request.closed_at),
            "closed_by": self.who(request.closed_by),
            "due_at": self.at(request.due_at),
        }

    def alarm(self, alarm: Alarm) -> Row:
        """Something the desk must look at."""
        return {
            "id": alarm.id,
            "rule": alarm.rule,
            "subject": alarm.subject,
            "area": alarm.area,
            "area_name": self.county.short(alarm.area) if alarm.area else None,
            "level": alarm.level,
            "state": alarm.state,
            "words": alarm.words,
            "raised_at": self.at(alarm.raised_at),
            "acknowledged_by": self.who(alarm.acknowledged_by),
            "acknowledged_at": self.at(alarm.acknowledged_at),
            "cleared_at": self.at(alarm.cleared_at),
        }

    def place(self, place: str | None) -> str | None:
        """Where a household is: a shelter's code as it stands, what a person typed only for those who may read it."""
        if place is None or place in self.county.shelters:
            return place
        return self.reveal.get(place) if self.viewer.sees_names else None

    def household(self, household: Household, status: HouseholdStatus | None, *, unmasked: bool) -> Row:
        """A household of the register and where it is; health and children only when asked for by name."""
        return {
            "code": household.code,
            "area": household.area,
            "area_name": self.county.short(self.county.village_of(household.area)),
            "kind": household.kind,
            "head": self.name(household.head),
            "phone": self.phone(household.phone),
            "people": household.people,
            "risk": household.risk,
            "responsible": self.phone(household.responsible),
            "shelter": household.shelter,
            "elderly": household.elderly if unmasked else None,
            "children": household.children if unmasked else None,
            "impaired": household.impaired if unmasked else None,
            "card": dict(household.card) if unmasked else None,
            "status": status.state if status is not None else None,
            "event": status.event if status is not None else None,
            "accounted": status.accounted if status is not None else None,
            "counted": status.counted if status is not None else None,
            "place": self.place(status.place) if status is not None else None,
            "by": self.who(status.by) if status is not None else None,
            "how": status.how if status is not None else None,
            "at": self.at(status.at) if status is not None else None,
        }


REFS: Mapping[type[Any], Callable[[Any], Iterable[str | None]]] = {
    CallOut: lambda one: (attempt.phone_ref for attempt in one.attempts),
    Message: lambda one: (one.to_ref, one.text_ref),
    Reply: lambda one: (one.from_ref, one.text_ref),
    Request: lambda one: (one.text_ref,),
    HouseholdStatus: lambda one: (one.place,),
}


def revealed(connection: Connection, states: Iterable[Any]) -> dict[str, str]:
    """What is behind the private references of some states."""
    wanted = {ref for one in states if type(one) in REFS for ref in REFS[type(one)](one) if ref}
    return privacy.reveal_many(connection, wanted) if wanted else {}
