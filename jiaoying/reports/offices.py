"""Who acted, in offices: a report names no person and no phone."""

from __future__ import annotations

from collections.abc import Iterator

from jiaoying.reports.record import Record

TIERS = ("city", "county", "township", "village", "group", "shelter")
TIER_WORDS = dict(zip(TIERS, ("市", "县", "乡镇", "村", "组、网格", "安置点"), strict=True))
_GRID = frozenset({"grid_chief", "grid_member", "monitor"})
_LETTERS = "甲乙丙丁戊己庚辛壬癸"


def tier(area: str, role: str) -> str:
    """The level of an office: by its role where that says it, else by the statistical code of its area."""
    if role == "shelter_keeper":
        return "shelter"
    if role in _GRID or len(area) > 12:
        return "group"
    if area[6:] == "000000" or len(area) == 6:
        return "city" if area[4:6] == "00" else "county"
    return "township" if area[9:12] == "000" else "village"


class Offices:
    """Turns actors into offices.

    Accounts of persons become 值班人员甲, 乙 … in the order in which they first act, so that it stays visible that two
    different people signed; posts become the words of the directory.
    """

    def __init__(self, record: Record) -> None:
        self._posts = record.posts
        seen = dict.fromkeys(_users(record))
        self._users = {user: f"值班人员{_ordinal(index)}" for index, user in enumerate(seen)}

    def name(self, actor: str | None) -> str:
        """The office of an actor, of a post id, or of a signature."""
        if not actor:
            return "—"
        kind, _, rest = actor.partition(":")
        if actor in self._posts or rest in self._posts:
            return self._posts.get(actor) or self._posts[rest]
        if kind == "user":
            return self._users.get(actor, "值班人员")
        return {"engine": "系统", "gateway": "网关"}.get(kind, "岗位(已不在册)")


def _ordinal(index: int) -> str:
    return _LETTERS[index] if index < len(_LETTERS) else str(index + 1)


def _users(record: Record) -> Iterator[str]:
    for moment in record.moments:
        signature = moment.data.get("signature")
        who = signature.get("who") if isinstance(signature, dict) else None
        for actor in (moment.actor, moment.data.get("by"), moment.data.get("confirmer"), who):
            if isinstance(actor, str) and actor.startswith("user:"):
                yield actor
