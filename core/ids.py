"""Natural keys (law 13): the id of a derived thing is a uuid5 of what it is about, so running a step twice changes nothing."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from datetime import UTC, datetime

_NAMESPACE = uuid.UUID("6f0f5f6a-0b6e-5b0c-9a5e-1262a0c1e5a1")


def natural_id(kind: str, *parts: object) -> str:
    """Return the id of the thing of `kind` that is about `parts`.

    Datetimes are written in UTC so that the same instant always gives the same id.

    Examples
    --------
    >>> natural_id("task", "w1", "530629101201") == natural_id("task", "w1", "530629101201")
    True
    """
    words = [part.astimezone(UTC).isoformat() if isinstance(part, datetime) else str(part) for part in parts]
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join([kind, *words])))


def private_ref(salt: str, kind: str, value: str) -> str:
    """Return the reference under which a private value (phone, name, text) is known in the journal.

    It is a salted digest (HMAC-SHA256, first 32 hex digits): the same phone always has the same reference, nobody
    without the site's salt can find the phone by trying all numbers, and erasing the private row leaves the chain
    provable (law 12).
    """
    digest = hmac.new(salt.encode(), f"{kind}\x1f{value}".encode(), hashlib.sha256).hexdigest()
    return f"{kind}:{digest[:32]}"
