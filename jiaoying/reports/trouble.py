"""What went wrong and what is still open: silence, doubt, disagreement, alarms, needs, failed messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from evacuation.claims import ClaimKind
from evacuation.replies import ReplyState
from evacuation.reply.reading import Intent
from evacuation.request import RequestState
from jiaoying.reports.offices import Offices
from jiaoying.reports.parts import (
    AlarmPart,
    CallOutPart,
    ClaimPart,
    MessagesPart,
    OpenItem,
    RequestPart,
    Share,
    TroublePart,
    VillagePart,
)
from jiaoying.reports.record import SENT, Moment, Record
from jiaoying.reports.villages import CLAIM_WORDS
from jiaoying.reports.warnings import ISSUING
from notifiers.alarm import AlarmState
from notifiers.callout import CallOutState
from notifiers.message import MessageState
from notifiers.receipts import ErrorClass, ReceiptKind, error_class
from notifiers.steps import Rung
from warning.facts import Reason
from warning.warning import WarningState

RULE_WORDS = {
    "unanswered": "无人应答",
    "rain_stale": "雨情失联",
    "warning_without_task": "预警无任务",
    "order_without_callout": "指令无叫应",
    "overdue": "到期未办",
    "queued_too_long": "短信积压",
    "account": "账目不平",
    "cannot_judge": "无法研判",
    "decision_wanted": "待决定",
    "request": "求助",
    "request_climbed": "求助升级",
    "nobody_to_confirm": "无第二人可复核",
    "reopened": "重新打开",
    "suspect_contact": "号码可疑",
    "step_failed": "步骤失败",
    "source_refused": "雨情文件被拒",
    "order_stands": "指令未取消",
}
_CLASS_WORDS = {
    ErrorClass.RETRY: "暂时失败",
    ErrorClass.BAD_NUMBER: "号码有误",
    ErrorClass.POLICY: "运营商拒发",
    ErrorClass.UNKNOWN: "未知错误",
}
_OPEN_REQUESTS = (RequestState.RAISED, RequestState.ASSIGNED, RequestState.UNDER_WAY, RequestState.DONE)


def trouble(record: Record, offices: Offices, villages: Sequence[VillagePart]) -> TroublePart:
    """Count what went wrong, from the facts of the journal and the states they left."""
    facts = Counter((moment.kind, moment.fact) for moment in record.moments)
    by_person = [reply for reply in record.replies if reply.to_person is not None and reply.read_by is not None]
    waited = [(reply.read_at - reply.at).total_seconds() for reply in by_person if reply.read_at is not None]
    unsure = Counter(part for reply in record.replies if reply.to_person for part in reply.to_person.split(";"))
    reasons = Counter(m.data.get("reason") for m in record.moments if m.kind == "warning" and m.fact in ISSUING)
    return TroublePart(
        replies=len(record.replies),
        read_by_program=sum(1 for r in record.replies if r.to_person is None and r.state is ReplyState.READ),
        read_by_person=len(by_person),
        waiting=sum(1 for reply in record.replies if reply.state is ReplyState.WAITING),
        person_median_s=round(median(waited), 1) if waited else None,
        unsure=tuple(Share(key=words, words=words, count=count) for words, count in _ranked(unsure)),
        chains_exhausted=facts["callout", "ChainExhausted"],
        declined=facts["callout", "Declined"],
        wrong_numbers=sum(1 for r in record.replies if r.reading and Intent.WRONG_NUMBER in r.reading.intents),
        answered_old=facts["callout", "AnsweredOld"],
        disputed=_disputed(record.moments, offices),
        open_claims=sum(1 for v in villages for task in v.tasks for claim in task.claims if not claim.confirmed),
        refusals=facts["household", "Refused"],
        cries_for_help=len(record.requests),
        went_back=facts["household", "WentBack"],
        reopened=facts["task", "Reopened"],
        corrected=facts["household", "Corrected"],
        issued_on_one_approval=reasons[Reason.ONE_APPROVAL.value],
        issued_on_none=reasons[Reason.NO_APPROVAL.value],
        could_not_judge=facts["warning", "CouldNotJudge"],
    )


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda row: (-row[1], row[0]))


def _disputed(moments: Sequence[Moment], offices: Offices) -> tuple[ClaimPart, ...]:
    """Reports that corrected what had been marked household by household."""
    found = []
    for moment in moments:
        claim = moment.data.get("claim") if moment.fact == "MovementReported" else None
        if claim and claim["disputed"]:
            found.append(
                ClaimPart(
                    office=offices.name(claim["post"]),
                    kind=CLAIM_WORDS[ClaimKind(claim["kind"])],
                    at=moment.at,
                    households=claim["households"],
                    people=claim["people"],
                    whole=claim["whole"],
                    disputed=True,
                    confirmed=False,
                )
            )
    return tuple(found)


def request_parts(record: Record) -> tuple[RequestPart, ...]:
    """Every need, in the order in which it was raised."""
    parts = (
        RequestPart(
            id=request.id,
            area=request.area,
            name=record.name(request.area),
            kind=request.kind.chinese,
            state=request.state.value,
            open=request.state in _OPEN_REQUESTS,
            level=request.level.chinese,
            origin=request.origin.value,
            raised_at=request.raised_at,
            done_at=request.done_at,
            closed_at=request.closed_at,
            climbs=request.climbs,
        )
        for request in record.requests
    )
    return tuple(sorted(parts, key=lambda part: (part.raised_at, part.id)))


def alarm_parts(record: Record) -> tuple[AlarmPart, ...]:
    """Every alarm, in the order in which it was last raised."""
    raised = Counter(moment.subject for moment in record.moments if (moment.kind, moment.fact) == ("alarm", "Raised"))
    parts = (
        AlarmPart(
            id=alarm.id,
            rule=alarm.rule,
            words=alarm.words,
            area=alarm.area,
            level=alarm.level,
            state=alarm.state.value,
            open=alarm.state is not AlarmState.CLEARED,
            times=raised[alarm.id] or 1,
            raised_at=alarm.raised_at,
            acknowledged_at=alarm.acknowledged_at,
            cleared_at=alarm.cleared_at,
        )
        for alarm in record.alarms
    )
    return tuple(sorted(parts, key=lambda part: (part.raised_at, part.id)))


def messages(record: Record) -> MessagesPart:
    """Messages by state and purpose, and why the failed ones failed."""
    states = Counter(message.state.value for message in record.messages)
    purposes: dict[str, Counter[str]] = {}
    for message in record.messages:
        purposes.setdefault(message.purpose.value, Counter())[message.state.value] += 1
    failed = Counter(
        f"{message.channel.chinese}:{failure_words(message.reason)}"
        for message in record.messages
        if message.state is MessageState.FAILED
    )
    return MessagesPart(
        total=len(record.messages),
        sent=sum(1 for message in record.messages if message.state in SENT),
        states=_sorted(states),
        purposes={purpose: _sorted(counts) for purpose, counts in sorted(purposes.items())},
        failures=tuple(Share(key=words, words=words, count=count) for words, count in _ranked(failed)),
    )


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return {key: counts[key] for key in sorted(counts)}


def failure_words(reason: str) -> str:
    """Why an attempt failed: a receipt's word, a gateway's error number, or only that it failed."""
    if reason in {kind.value for kind in ReceiptKind}:
        return ReceiptKind(reason).chinese
    if reason.isdigit():
        return f"{_CLASS_WORDS[error_class(int(reason))]}({reason})"
    return "失败"


def _silence(part: CallOutPart) -> str:
    wanted = "" if part.rung == Rung.ANSWERED.value else "的报数、复核"
    match part.state:
        case CallOutState.UNANSWERED:
            return f"{part.office}{wanted}:第{part.round}轮整链无人应答"
        case CallOutState.TAKEN_OVER:
            return f"{part.office}{wanted}:已由人接手,尚无应答"
    return f"{part.office}{wanted}:记录截止时正在呼叫(第{part.round}轮)"


def open_items(
    record: Record,
    *,
    villages: Sequence[VillagePart],
    unanswered: Sequence[CallOutPart],
    requests: Sequence[RequestPart],
    alarms: Sequence[AlarmPart],
) -> tuple[OpenItem, ...]:
    """Everything that was not finished when the record ended, people first."""
    items = []
    for village in villages:
        left = village.account.outstanding
        if left.households or left.people:
            words = f"{village.name}还有{left.households}户{left.people}人未到位"
            items.append(OpenItem(kind="account", area=village.area, words=words))
        elif village.ordered and village.times.cleared is None and village.times.ended is None:
            items.append(OpenItem(kind="task", area=village.area, words=f"{village.name}人已到位,尚未经第二人复核清零"))
    for request in requests:
        if request.open:
            words = f"{request.name}求助未了结({request.kind},{request.level}级)"
            items.append(OpenItem(kind="request", area=request.area, words=words))
    for part in unanswered:
        items.append(OpenItem(kind="callout", area=part.area, words=_silence(part)))
    waiting = sum(1 for reply in record.replies if reply.state is ReplyState.WAITING)
    if waiting:
        items.append(OpenItem(kind="reply", area="", words=f"{waiting}条回复仍等人识读", count=waiting))
    for warning in record.warnings:
        if warning.state is WarningState.PROPOSED:
            words = f"{record.name(warning.area)}{warning.level.chinese}色预警提议尚无人决定"
            items.append(OpenItem(kind="warning", area=warning.area, words=words))
    items.extend(
        OpenItem(kind="alarm", area=alarm.area or "", words=f"报警未解除:{alarm.words}")
        for alarm in alarms
        if alarm.open
    )
    return tuple(items)
