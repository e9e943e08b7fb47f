"""What a site was created with: its salt, its seed, when. Small values by key."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from jiaoying.storage.schema import site


def get(connection: Connection, key: str) -> str | None:
    """The value of `key`, or None."""
    value = connection.execute(select(site.c.value).where(site.c.key == key)).scalar_one_or_none()
    return None if value is None else str(value)


def put(connection: Connection, key: str, value: str) -> None:
    """Set the value of `key`."""
    if connection.execute(update(site).where(site.c.key == key).values(value=value)).rowcount == 0:
        connection.execute(insert(site).values(key=key, value=value))


def everything(connection: Connection) -> dict[str, str]:
    """All keys and values."""
    return {row.key: row.value for row in connection.execute(select(site).order_by(site.c.key))}
