"""Reply codes by phone: which call-out and order version a code such as A7 names for the phone it was sent to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from jiaoying.storage.schema import codes
from jiaoying.storage.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code of one phone."""

    phone_ref: str
    code: str
    callout: str
    version: int
    issued_at: datetime


def remember(work: Work, *, callout: str, version: int, code: str, phone_refs: Iterable[str]) -> None:
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
    if rows:
        work.connection.execute(insert(codes), rows)


def taken(work: Work, *, phone_refs: Iterable[str], since: datetime) -> frozenset[str]:
    """Codes these phones were given since `since`; they must not be given again yet."""
    refs = sorted(set(phone_refs))
    if not refs:
        return frozenset()
    query = select(codes.c.code).where(codes.c.phone_ref.in_(refs), codes.c.issued_at >= since)
    return frozenset(work.connection.execute(query).scalars())


def find(connection: Connection, *, phone_ref: str, code: str, since: datetime) -> Code | None:
    """What `code` from this phone names: the newest of that name given since `since`."""
    query = (
        select(codes)
        .where(codes.c.phone_ref == phone_ref, codes.c.code == code, codes.c.issued_at >= since)
        .order_by(codes.c.issued_at.desc(), codes.c.version.desc(), codes.c.callout)
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else Code(**row)


def of_phone(connection: Connection, *, phone_ref: str, since: datetime) -> list[Code]:
    """All codes of a phone given since `since`, newest first."""
    query = (
        select(codes)
        .where(codes.c.phone_ref == phone_ref, codes.c.issued_at >= since)
        .order_by(codes.c.issued_at.desc(), codes.c.version.desc(), codes.c.callout)
    )
    return [Code(**row) for row in connection.execute(query).mappings()]


def forget(work: Work, *, before: datetime) -> int:
    """Drop codes given before `before`."""
    return work.connection.execute(delete(codes).where(codes.c.issued_at < before)).rowcount
