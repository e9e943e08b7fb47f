"""`report.json`: the report field by field; the shape is documented in `jiaoying.reports.parts`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from evacuation.account import Account
from jiaoying.reports.parts import Report


def json_bytes(report: Report) -> bytes:
    """The document as UTF-8; the same report gives the same bytes."""
    zone = ZoneInfo(report.event.timezone)
    return (json.dumps(plain(report, zone), ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def plain(value: Any, zone: ZoneInfo) -> Any:
    """A part as plain JSON values; an account also says what is outstanding and that it adds up."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        row = {field.name: plain(getattr(value, field.name), zone) for field in fields(value)}
        if isinstance(value, Account):
            row |= {"outstanding": plain(value.outstanding, zone), "adds_up": value.adds_up(), "closed": value.closed}
        return row
    if isinstance(value, Mapping):
        return {str(key): plain(one, zone) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(one, zone) for one in value]
    return value
