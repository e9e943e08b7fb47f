"""Reply codes by phone: which call-out and order version a code such as A7 names for the phone it was sent to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from jiaoying.storage.schema import codes
from jiaoying.storage.work import Work


class Code(NamedTuple):
    """What a code of one phone names."""

    callout: str
    version: int
    code: str
    issued_at: datetime


NOTES = "code"
_COLUMNS = (codes.c.callout, codes.c.version, codes.c.code, codes.c.issued_at)
_NEWEST = (codes.c.issued_at.desc(), codes.c.version.desc(), codes.c.callout)


def remember(
    work: Work, *, callout: str, version: int, code: str, phone_refs: Iterable[str], status: str | None = None
) -> None:
    """Keep that `code` names `callout` in `version` for these phones; what is known already stays."""
    refs = sorted(set(phone_refs))
    known = set(
        work.connection.execute(
            select(codes.c.phone_ref).where(
                codes.c.phone_ref.in_(refs), codes.c.code == code, codes.c.callout == callout
            )
        ).scalars()
    )
    rows = [
        {"phone_ref": ref, "code": code, "callout": callout, "version": version, "issued_at": work.now}
        for ref in refs
        if ref not in known
    ]
    if not rows:
        return
    work.connection.execute(insert(codes), rows)
    if status is None:
        about = work.get("callout", callout)
        status = "" if about is None else str(about.status)
    for row in rows:
        data = {"code": code, "callout": callout, "version": version, "issued_at": work.now.astimezone(UTC).isoformat()}
        work.note(NOTES, str(row["phone_ref"]), "CodeIssued", data, actor="engine", cause="Call", status=status)


def taken(work: Work, *, phone_refs: Iterable[str], since: datetime) -> frozenset[str]:
    """Codes these phones were given since `since`; they must not be given again yet."""
    refs = sorted(set(phone_refs))
    if not refs:
        return frozenset()
    query = select(codes.c.code).where(codes.c.phone_ref.in_(refs), codes.c.issued_at >= since)
    return frozenset(work.connection.execute(query).scalars())


def find(where: Work | Connection, *, phone_ref: str, code: str, since: datetime) -> Code | None:
    """What `code` from this phone names: the newest of that name given since `since`."""
    query = select(*_COLUMNS).where(codes.c.phone_ref == phone_ref, codes.c.code == code, codes.c.issued_at >= since)
    row = _connection(where).execute(query.order_by(*_NEWEST).limit(1)).first()
    return None if row is None else Code(*row)


def of_phone(where: Work | Connection, *, phone_ref: str, since: datetime) -> list[Code]:
    """All codes of a phone given since `since`, newest first."""
    query = select(*_COLUMNS).where(codes.c.phone_ref == phone_ref, codes.c.issued_at >= since).order_by(*_NEWEST)
    return [Code(*row) for row in _connection(where).execute(query)]


def callouts_at(where: Work | Connection, *, phone_ref: str, since: datetime) -> list[str]:
    """Ids of the call-outs this phone was given a code for since `since`, newest first."""
    return list(dict.fromkeys(one.callout for one in of_phone(where, phone_ref=phone_ref, since=since)))


def _connection(where: Work | Connection) -> Connection:
    return where.connection if isinstance(where, Work) else where


def forget(work: Work, *, before: datetime, status: str = "Actual") -> int:
    """Drop codes given before `before`."""
    dropped = work.connection.execute(delete(codes).where(codes.c.issued_at < before)).rowcount
    if dropped:
        data = {"before": before.astimezone(UTC).isoformat(), "codes": dropped}
        work.note(NOTES, "codes", "CodesForgotten", data, actor="engine", cause="Retention", status=status)
    return dropped
