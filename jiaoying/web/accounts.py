"""Logging in: the first account of a site, links that work once, sessions."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from core.cap import CapStatus
from jiaoying.storage import accounts
from jiaoying.storage.accounts import LOGIN_LIFE, SESSION_LIFE, TokenKind
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer

FIRST = FIRST_ROLE = "admin"
# The clock of a drill may run a hundred times faster than the wall's: its sessions last a drill, not a shift.
DRILL_LIFE = timedelta(days=30)


def first_login(writer: Writer, base: str) -> str | None:
    """A login link for the first account, made while a site has no administrator; None when it has."""

    def create(work: Work) -> str | None:
        if any(user.role == FIRST_ROLE for user in accounts.users(work.connection)):
            return None
        accounts.put_user(work, FIRST, FIRST_ROLE, None, by="engine:engine")
        return accounts.issue(work, FIRST, TokenKind.LOGIN, life=LOGIN_LIFE)

    secret = writer.execute(create)
    return None if secret is None else link_of(base, secret)


def link_of(base: str, secret: str) -> str:
    """The address behind which a login waits."""
    return f"{base.rstrip('/')}/login/{secret}"


def session_life(status: CapStatus) -> timedelta:
    """How long a session lasts."""
    return SESSION_LIFE if status is CapStatus.ACTUAL else DRILL_LIFE


def seeded(salt: str, *parts: str) -> str:
    """A secret of a drill: it follows from the seed (law 12); a site's secrets are random."""
    return hmac.new(salt.encode(), "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()
