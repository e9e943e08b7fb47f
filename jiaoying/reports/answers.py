"""How the calls were answered: by level of office, wire, round, and rung of proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import ceil
from statistics import median

from jiaoying.reports.offices import TIER_WORDS, TIERS, Offices, tier
from jiaoying.reports.parts import AnswersPart, CallOutPart, Share, TierPart
from jiaoying.reports.record import Record, answer_seconds
from notifiers.callout import CallOutState
from notifiers.receipts import Proof
from notifiers.steps import Rung

BOUNDS_S = (30, 60, 120, 300, 600, 1800)
RUNG_WORDS = {
    Rung.ANSWERED: "叫应(收到指令)",
    Rung.COUNTED: "报数(清点人数)",
    Rung.CONFIRMED: "复核(第二人)",
    Rung.STILL_THERE: "点名(仍在安置点)",
}
WIRE_WORDS = {"sms": "短信回复", "voice": "电话按键", "page": "页面", "desk": "值班室代记", "": "其他"}


def callout_parts(record: Record, offices: Offices) -> tuple[CallOutPart, ...]:
    """Every call-out of the event, those begun first in their order."""
    wires = {m.subject: str(m.data.get("how") or "") for m in record.moments if m.fact == "Answered"}
    parts = (
        CallOutPart(
            id=callout.id,
            area=callout.area,
            name=record.name(callout.area),
            tier=tier(callout.area, callout.role),
            office=offices.name(callout.post),
            subject_kind=callout.subject_kind,
            subject=callout.subject,
            rung=callout.rung.value,
            level=callout.level,
            version=callout.order_version,
            state=callout.state.value,
            proof=callout.proof.value,
            round=callout.round,
            attempts=len(callout.attempts),
            begun_at=callout.begun_at,
            answered_at=callout.answered_at,
            seconds=answer_seconds(callout),
            answered_by=offices.name(callout.answered_by) if callout.answered_by else None,
            own=callout.answered_by == callout.post,
            wire=wires.get(callout.id) if callout.answered_at is not None else None,
            late=callout.answered_late,
        )
        for callout in record.callouts
    )
    return tuple(
        sorted(parts, key=lambda part: (part.begun_at is None, part.begun_at or record.event.opened_at, part.id))
    )


def answers(parts: Sequence[CallOutPart]) -> AnswersPart:
    """The distribution of answers over the call-outs that rang."""
    begun = tuple(part for part in parts if part.begun_at is not None)
    first = tuple(part for part in begun if part.rung == Rung.ANSWERED.value)
    return AnswersPart(
        begun=len(begun),
        answered=len(_answered(begun)),
        median_s=_median(begun),
        bounds_s=BOUNDS_S,
        tiers=tuple(
            _tier(name, [part for part in first if part.tier == name])
            for name in TIERS
            if any(part.tier == name for part in first)
        ),
        rungs=_shares(begun, lambda part: part.rung, {rung.value: words for rung, words in RUNG_WORDS.items()}),
        wires=_shares(_answered(begun), lambda part: part.wire if part.wire in WIRE_WORDS else "", WIRE_WORDS),
        who=_shares(
            _answered(begun),
            lambda part: "holder" if part.own else "other",
            {"holder": "本人", "other": "副手、上级或他人代答"},
        ),
        rounds=_shares(
            begun, lambda part: str(part.round), {str(n): f"第{n}轮" for n in sorted({p.round for p in begun})}
        ),
        ladder=tuple(
            Share(key=proof.value, words=proof.chinese, count=sum(1 for part in begun if Proof(part.proof) >= proof))
            for proof in Proof
            if proof is not Proof.NONE
        ),
        unanswered=tuple(part for part in begun if _silent(part)),
    )


def _silent(part: CallOutPart) -> bool:
    return part.state not in (CallOutState.ANSWERED, CallOutState.WITHDRAWN)


def _answered(parts: Iterable[CallOutPart]) -> tuple[CallOutPart, ...]:
    return tuple(part for part in parts if part.state == CallOutState.ANSWERED)


def _seconds(parts: Iterable[CallOutPart]) -> list[float]:
    return sorted(part.seconds for part in _answered(parts) if part.seconds is not None)


def _median(parts: Iterable[CallOutPart]) -> float | None:
    seconds = _seconds(parts)
    return round(median(seconds), 1) if seconds else None


def _tier(name: str, parts: Sequence[CallOutPart]) -> TierPart:
    seconds = _seconds(parts)
    buckets = [0] * (len(BOUNDS_S) + 1)
    for value in seconds:
        buckets[sum(1 for bound in BOUNDS_S if value > bound)] += 1
    return TierPart(
        tier=name,
        words=TIER_WORDS[name],
        begun=len(parts),
        answered=len(_answered(parts)),
        unanswered=sum(1 for part in parts if _silent(part)),
        withdrawn=sum(1 for part in parts if part.state == CallOutState.WITHDRAWN),
        median_s=_median(parts),
        p90_s=round(seconds[ceil(0.9 * len(seconds)) - 1], 1) if seconds else None,
        slowest_s=seconds[-1] if seconds else None,
        buckets=tuple(buckets),
    )


def _shares(
    parts: Iterable[CallOutPart], key: Callable[[CallOutPart], str | None], words: dict[str, str]
) -> tuple[Share, ...]:
    rows: dict[str, list[CallOutPart]] = {}
    for part in parts:
        rows.setdefault(key(part) or "", []).append(part)
    return tuple(
        Share(key=name, words=said, count=len(row), answered=len(_answered(row)), median_s=_median(row))
        for name, said in words.items()
        if (row := rows.get(name))
    )
