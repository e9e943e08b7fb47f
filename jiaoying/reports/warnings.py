"""Each warning through its versions: the evidence in words, and which office signed what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.levels import Level
from jiaoying.reports.offices import Offices
from jiaoying.reports.parts import IssuePart, SignaturePart, WarningPart
from jiaoying.reports.record import Moment, Record
from warning.facts import Flag, Reason
from warning.warning import Warning

FACT_WORDS: Mapping[str, str] = {
    "Proposed": "提议",
    "Worsened": "提议加重",
    "UpgradeProposed": "提议升级",
    "Approved": "批准发布",
    "ApprovalTimedOut": "逾时自动发布",
    "Upgraded": "升级发布",
    "Downgraded": "降级",
    "Extended": "延续",
    "Corrected": "数据更正",
    "Rejected": "否决",
    "UpgradeRejected": "否决升级",
    "Lapsed": "提议失效",
    "UpgradeLapsed": "升级提议失效",
    "CouldNotJudge": "部分隐患点无法研判",
    "Cancelled": "撤销",
    "Expired": "到期",
}
ISSUING = frozenset({"Approved", "ApprovalTimedOut", "Upgraded"})
SIGNED = {
    "ApprovalSigned": "批准(待第二人)",
    "Approved": "批准",
    "Upgraded": "批准升级",
    "RejectionSigned": "否决(待第二人)",
    "Rejected": "否决",
    "UpgradeRejected": "否决升级",
    "Cancelled": "撤销",
}


def warning_parts(record: Record, offices: Offices) -> tuple[WarningPart, ...]:
    """Every warning of the event, highest level first, then as they were proposed."""
    moments: dict[str, list[Moment]] = {}
    for moment in record.moments:
        if moment.kind == "warning":
            moments.setdefault(moment.subject, []).append(moment)
    parts = (_part(warning, moments.get(warning.id, []), record, offices) for warning in record.warnings)
    return tuple(
        sorted(
            parts,
            key=lambda part: (
                -(part.highest.rank if part.highest else 0),
                part.proposed_at or record.event.opened_at,
                part.area,
                part.id,
            ),
        )
    )


def _part(warning: Warning, moments: list[Moment], record: Record, offices: Offices) -> WarningPart:
    issues = _issues(moments)
    issued = [issue for issue in issues if issue.fact in ISSUING]
    levels = [issue.level for issue in issued] or ([warning.level] if warning.issue else [])
    return WarningPart(
        id=warning.id,
        area=warning.area,
        name=record.name(warning.area),
        family=warning.family.chinese,
        hazard=warning.hazard.chinese,
        state=warning.state.value,
        level=warning.level,
        highest=max(levels, key=lambda level: level.rank, default=None),
        by_hand=warning.by_hand,
        zones=warning.zones,
        proposed_at=next((m.at for m in moments if m.fact == "Proposed"), None),
        issued_at=issued[0].at if issued else None,
        issues=issues or _as_it_stands(warning),
        signatures=tuple(
            SignaturePart(act=m.fact, words=SIGNED[m.fact], office=offices.name(signature["who"]), at=m.at)
            for m in moments
            if m.fact in SIGNED and (signature := m.data.get("signature"))
        ),
    )


def _issues(moments: list[Moment]) -> tuple[IssuePart, ...]:
    level: Level | None = None
    found = []
    for moment in moments:
        said = moment.data.get("level")
        level = Level(said) if said else level
        if moment.fact in FACT_WORDS and level is not None:
            found.append(
                IssuePart(
                    at=moment.at,
                    fact=moment.fact,
                    words=FACT_WORDS[moment.fact],
                    level=level,
                    reason=_reason(moment.data.get("reason")),
                    evidence=tuple(str(piece["words"]) for piece in moment.data.get("evidence") or ()),
                    flags=tuple(Flag(flag).chinese for flag in moment.data.get("flags") or ()),
                )
            )
    return tuple(found)


def _reason(value: Any) -> str:
    """The enum's words; anything else was typed by a person and stays private."""
    return Reason(value).chinese if value in {reason.value for reason in Reason} else ""


def _as_it_stands(warning: Warning) -> tuple[IssuePart, ...]:
    if not warning.evidence:
        return ()
    return (
        IssuePart(
            at=warning.evidence[0].at,
            fact="",
            words="现状",
            level=warning.level,
            reason=warning.reason.chinese,
            evidence=tuple(piece.words for piece in warning.evidence),
            flags=tuple(flag.chinese for flag in warning.flags),
        ),
    )
