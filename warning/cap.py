"""CAP 1.2 documents of a warning, and the identifier they carry (FACTS section 6)."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

from core.cap import SEVERITY_OF_LEVEL, CapStatus, Certainty, MsgType, Urgency
from core.levels import Level
from hazards.zones import HazardKind
from warning.facts import Flag
from warning.lifecycle import Warning

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_BEIJING = timezone(timedelta(hours=8))
_SERIALS = 10

_URGENCY: Mapping[Level, Urgency] = {
    Level.RED: Urgency.IMMEDIATE,
    Level.ORANGE: Urgency.EXPECTED,
    Level.YELLOW: Urgency.EXPECTED,
    Level.BLUE: Urgency.FUTURE,
}
_RESPONSE: Mapping[Level, tuple[str, str]] = {
    Level.RED: ("Evacuate", "请立即按转移指令撤离到安置点,未经通知不得返回。"),
    Level.ORANGE: ("Prepare", "请做好转移准备,听到通知立即撤离;夜间提前转移。"),
    Level.YELLOW: ("Prepare", "请责任人到岗,检查撤离路线和安置点,注意险情征兆。"),
    Level.BLUE: ("Monitor", "请关注雨情,保持通信畅通。"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An earlier document of the same warning."""

    sender: str
    identifier: str
    sent: datetime

    def __str__(self) -> str:
        return f"{self.sender},{self.identifier},{cap_time(self.sent)}"


def identifier12379(
    county: str, sector: str, entered: datetime, serial: int, *, unit: str = "000", extension: str = "00"
) -> str:
    """The 31 characters of the national identifier: ``ZZZZZZDDDUUUXX_YYYYMMDDhhmmss_N``, time in +08:00.

    Raises
    ------
    ValueError
        When a part has not the digits the form gives it.

    Examples
    --------
    >>> from datetime import UTC
    >>> identifier12379("530629", "110", datetime(2025, 7, 8, 15, 0, tzinfo=UTC), 0)
    '53062911000000_20250708230000_0'
    """
    parts = ((county, 6), (sector, 3), (unit, 3), (extension, 2))
    for text, length in parts:
        if len(text) != length or not (text.isascii() and text.isdecimal()):
            raise ValueError(f"identifier: {text!r} is not {length} digits")
    if not 0 <= serial < _SERIALS:
        raise ValueError(f"identifier: serial {serial} is not one digit")
    if entered.tzinfo is None:
        raise ValueError("identifier: a time without an offset")
    stamp = entered.astimezone(_BEIJING).strftime("%Y%m%d%H%M%S")
    return f"{county}{sector}{unit}{extension}_{stamp}_{serial}"


def next_identifier(county: str, sector: str, entered: datetime, taken: Container[str]) -> str:
    """The first free identifier from `entered` on.

    The form has room for ten documents a second; a county that issues more in one tick enters the others as of the
    following seconds.
    """
    moment = entered
    while True:
        for serial in range(_SERIALS):
            identifier = identifier12379(county, sector, moment, serial)
            if identifier not in taken:
                return identifier
        moment += timedelta(seconds=1)


def cap_time(moment: datetime) -> str:
    """A time as CAP writes it: whole seconds, an offset, never Z.

    Raises
    ------
    ValueError
        Without an offset.
    """
    if moment.tzinfo is None:
        raise ValueError("a CAP time without an offset")
    return moment.astimezone(_BEIJING).replace(microsecond=0).isoformat()


def cap_xml(
    warning: Warning,
    *,
    identifier: str,
    sender: str,
    sender_name: str,
    sent: datetime,
    msg_type: MsgType,
    area_name: str,
    area_code: str | None = None,
    polygons: Sequence[Sequence[tuple[float, float]]] = (),
    references: Sequence[Reference] = (),
    scope: str = "Public",
) -> bytes:
    """Write the document of a warning's newest version.

    Parameters
    ----------
    sender : str
        Globally unique, without spaces, commas or ``<&``.
    area_name : str
        Words people know the place by (short names, from the county down).
    polygons : sequences of (lon, lat)
        Outer rings; closed here when they are not.
    references : sequence of Reference
        Every document of this warning still standing; an Update or Cancel without one is refused.

    Raises
    ------
    ValueError
        When the parts contradict each other: an Alert that refers to others, an Update or Cancel that does not, a ring
        of fewer than three places, a warning that was never issued.
    """
    if warning.issue == 0 or warning.expires_at is None:
        raise ValueError(f"warning {warning.id} was never issued")
    if (msg_type is MsgType.ALERT) == bool(references):
        raise ValueError(f"{msg_type} {'with' if references else 'without'} references")
    for text in (identifier, sender):
        if not text or any(sign in text for sign in " ,<&"):
            raise ValueError(f"{text!r} may not stand in a CAP reference")
    alert = ElementTree.Element("alert", {"xmlns": NAMESPACE})
    _put(alert, "identifier", identifier)
    _put(alert, "sender", sender)
    _put(alert, "sent", cap_time(sent))
    _put(alert, "status", warning.status.value)
    _put(alert, "msgType", msg_type.value)
    _put(alert, "scope", scope)
    if scope == "Restricted":
        _put(alert, "restriction", "仅供防汛责任人")
    if warning.status is not CapStatus.ACTUAL:
        _put(alert, "note", warning.status.mark)
    if references:
        _put(alert, "references", " ".join(str(reference) for reference in references))
    _info(alert, warning, sender_name, sent, msg_type, area_name, area_code, polygons)
    ElementTree.indent(alert)
    written = ElementTree.tostring(alert, encoding="utf-8", xml_declaration=True)
    return bytes(written) + b"\n"


def _info(
    alert: ElementTree.Element,
    warning: Warning,
    sender_name: str,
    sent: datetime,
    msg_type: MsgType,
    area_name: str,
    area_code: str | None,
    polygons: Sequence[Sequence[tuple[float, float]]],
) -> None:
    cancelled = msg_type is MsgType.CANCEL
    response, instruction = (
        ("None", "预警已撤销。已转移人员未经通知不得返回。") if cancelled else _RESPONSE[warning.level]
    )
    info = ElementTree.SubElement(alert, "info")
    _put(info, "language", "zh-CN")
    _put(info, "category", "Met" if warning.hazard is HazardKind.FLASH_FLOOD else "Geo")
    _put(info, "event", f"{warning.hazard.chinese}风险预警")
    _put(info, "responseType", response)
    _put(info, "urgency", (Urgency.PAST if cancelled else _URGENCY[warning.level]).value)
    _put(info, "severity", SEVERITY_OF_LEVEL[warning.level].value)
    _put(info, "certainty", _certainty(warning).value)
    assert warning.expires_at is not None
    _put(info, "effective", cap_time(sent))
    _put(info, "expires", cap_time(max(warning.expires_at, sent)))
    _put(info, "senderName", sender_name)
    _put(info, "headline", headline(warning, msg_type, area_name))
    _put(info, "description", description(warning))
    _put(info, "instruction", instruction)
    _parameter(info, "level", f"{warning.level.chinese}色({warning.level.numeral}级)")
    _parameter(info, "version", str(warning.version))
    for flag in warning.flags:
        _parameter(info, "flag", flag.chinese)
    area = ElementTree.SubElement(info, "area")
    _put(area, "areaDesc", area_name)
    for ring in polygons:
        _put(area, "polygon", _ring(ring))
    if area_code is not None:
        code = ElementTree.SubElement(area, "geocode")
        _put(code, "valueName", "12-digit statistical code")
        _put(code, "value", area_code)


def headline(warning: Warning, msg_type: MsgType, area_name: str) -> str:
    """One line for people: mark, place, colour, hazard, what this document does.

    The mark of a drill stands first: a reader that shows nothing but the headline still shows it.
    """
    doing = {MsgType.ALERT: "发布", MsgType.UPDATE: "更新", MsgType.CANCEL: "撤销"}[msg_type]
    return f"{warning.status.mark}{doing}{area_name}{warning.hazard.chinese}{warning.level.chinese}色预警"


def description(warning: Warning) -> str:
    """The evidence in words, worst first, and what must be known of this version."""
    sentences = [piece.words for piece in warning.evidence] or [warning.reason.chinese]
    sentences += [flag.chinese for flag in warning.flags]
    return warning.status.mark + ";".join(sentences) + "。"


def _certainty(warning: Warning) -> Certainty:
    if Flag.CANNOT_JUDGE in warning.flags:
        return Certainty.UNKNOWN
    return Certainty.LIKELY if warning.level >= Level.ORANGE else Certainty.POSSIBLE


def _ring(ring: Sequence[tuple[float, float]]) -> str:
    """A ring as CAP writes it: ``lat,lon`` pairs, the first repeated as the last."""
    points = list(ring)
    if points and points[0] != points[-1]:
        points.append(points[0])
    if len(points) < 4:
        raise ValueError("a polygon of fewer than three places")
    return " ".join(f"{lat:.6f},{lon:.6f}" for lon, lat in points)


def _put(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text


def _parameter(info: ElementTree.Element, name: str, value: str) -> None:
    parameter = ElementTree.SubElement(info, "parameter")
    _put(parameter, "valueName", name)
    _put(parameter, "value", value)
