"""Named users, their tokens and sessions, and answers kept for repeated requests.

Tokens are random and kept only as SHA-256; a login link is used once and then gives a session.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from jiaoying.storage.schema import idempotency, token, user
from jiaoying.storage.work import Work

NOTES = "user"
LOGIN_LIFE = timedelta(hours=24)
SESSION_LIFE = timedelta(hours=12)


class TokenKind(StrEnum):
    """What a token is good for."""

    BEARER = "bearer"
    LOGIN = "login"
    SESSION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A named user: duty, dispatcher, analyst or admin, responsible for `area` and all below (None: everywhere)."""

    name: str
    role: str
    area: str | None
    created_at: datetime
    disabled_at: datetime | None = None


class NoSuchUser(LookupError):
    """Nobody has this name."""


def digest(secret: str) -> str:
    """What of a token is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def put_user(work: Work, name: str, role: str, area: str | None = None, *, by: str, status: str = "Actual") -> User:
    """Add a user, or change role and area of a known one (who then is no longer disabled)."""
    known = find_user(work.connection, name)
    if known is not None and (known.role, known.area, known.disabled_at) == (role, area, None):
        return known
    created = work.now if known is None else known.created_at
    found = User(name=name, role=role, area=area, created_at=created)
    if known is None:
        work.connection.execute(insert(user).values(name=name, role=role, area=area, created_at=created))
    else:
        change = update(user).where(user.c.name == name).values(role=role, area=area, disabled_at=None)
        work.connection.execute(change)
    _note(work, found, "UserAdded" if known is None else "UserChanged", by=by, status=status)
    return found


def disable_user(work: Work, name: str, *, by: str, status: str = "Actual") -> None:
    """Shut a user out; all tokens end at once.

    Raises
    ------
    NoSuchUser
    """
    known = find_user(work.connection, name)
    if known is None:
        raise NoSuchUser(name)
    work.connection.execute(update(user).where(user.c.name == name).values(disabled_at=work.now))
    revoke(work, name)
    gone = User(name=name, role=known.role, area=known.area, created_at=known.created_at, disabled_at=work.now)
    _note(work, gone, "UserDisabled", by=by, status=status)


def _note(work: Work, found: User, fact: str, *, by: str, status: str) -> None:
    data: dict[str, Any] = {
        "role": found.role,
        "area": found.area,
        "created_at": found.created_at.isoformat(),
        "disabled_at": None if found.disabled_at is None else found.disabled_at.isoformat(),
    }
    work.note(NOTES, found.name, fact, data, actor=by, cause="Accounts", status=status)


def find_user(connection: Connection, name: str) -> User | None:
    """The user of this name."""
    row = connection.execute(select(user).where(user.c.name == name)).mappings().first()
    return None if row is None else User(**row)


def users(connection: Connection) -> list[User]:
    """All users by name."""
    return [User(**row) for row in connection.execute(select(user).order_by(user.c.name)).mappings()]


def issue(work: Work, name: str, kind: TokenKind, *, life: timedelta | None = None, secret: str | None = None) -> str:
    """Give a user a token and return it; this is the only time it can be seen.

    Parameters
    ----------
    secret : str, optional
        A drill's token comes from its seed (law 12); otherwise it is random.

    Raises
    ------
    NoSuchUser
    """
    if find_user(work.connection, name) is None:
        raise NoSuchUser(name)
    given = secret or secrets.token_urlsafe(32)
    work.connection.execute(delete(token).where(token.c.sha256 == digest(given)))
    work.connection.execute(
        insert(token).values(
            sha256=digest(given),
            user=name,
            kind=str(kind),
            created_at=work.now,
            expires_at=None if life is None else work.now + life,
        )
    )
    return given


def authenticate(
    connection: Connection,
    secret: str,
    *,
    now: datetime,
    kinds: tuple[TokenKind, ...] = (TokenKind.BEARER, TokenKind.SESSION),
) -> User | None:
    """Whose token this is; None when it is unknown, expired, revoked, of another kind, or its user is disabled."""
    query = (
        select(user, token.c.expires_at)
        .join_from(token, user, token.c.user == user.c.name)
        .where(
            token.c.sha256 == digest(secret),
            token.c.kind.in_([str(kind) for kind in kinds]),
            token.c.revoked_at.is_(None),
            user.c.disabled_at.is_(None),
        )
    )
    row = connection.execute(query).mappings().first()
    if row is None or (row["expires_at"] is not None and row["expires_at"] <= now):
        return None
    return User(**{name: row[name] for name in user.c.keys()})  # noqa: SIM118  # columns, not a mapping


def log_in(
    work: Work, secret: str, *, life: timedelta = SESSION_LIFE, session: str | None = None
) -> tuple[User, str] | None:
    """Trade a login link, once, for a session; None when it is not valid (any more)."""
    found = authenticate(work.connection, secret, now=work.now, kinds=(TokenKind.LOGIN,))
    if found is None:
        return None
    once = (
        update(token)
        .where(token.c.sha256 == digest(secret), token.c.used_at.is_(None))
        .values(used_at=work.now, revoked_at=work.now)
    )
    if work.connection.execute(once).rowcount != 1:
        return None
    return found, issue(work, found.name, TokenKind.SESSION, life=life, secret=session)


def log_out(work: Work, secret: str) -> None:
    """End a session."""
    ending = update(token).where(token.c.sha256 == digest(secret), token.c.revoked_at.is_(None))
    work.connection.execute(ending.values(revoked_at=work.now))


def revoke(work: Work, name: str) -> int:
    """End all tokens of a user."""
    ending = update(token).where(token.c.user == name, token.c.revoked_at.is_(None)).values(revoked_at=work.now)
    return work.connection.execute(ending).rowcount


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a changing request was answered, kept for its repetition."""

    path: str
    status: int
    body: str


def answered(connection: Connection, key: str, name: str) -> Answer | None:
    """The answer this user got for this idempotency key."""
    where = (idempotency.c.key == key, idempotency.c.user == name)
    row = connection.execute(select(idempotency).where(*where)).first()
    return None if row is None else Answer(path=row.path, status=row.status, body=row.body)


def keep_answer(work: Work, key: str, name: str, answer: Answer) -> None:
    """Keep an answer; called in the transaction of what it answers."""
    row = {"key": key, "user": name, "at": work.now}
    values = {"path": answer.path, "status": answer.status, "body": answer.body}
    work.connection.execute(insert(idempotency).values(**row, **values))


def forget_answers(work: Work, *, before: datetime) -> int:
    """Drop answers older than `before`."""
    return work.connection.execute(delete(idempotency).where(idempotency.c.at < before)).rowcount
