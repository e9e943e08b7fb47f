"""Posts (岗位): offices at an area with a role and who holds them now; and the directory that finds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.ids import natural_id
from people.areas import Area, AreaLevel, AreaTree


class Role(StrEnum):
    """What a post does. County commands, township dispatches, village organises."""

    COMMANDER = "commander"
    DUTY = "duty"
    DISPATCHER = "dispatcher"
    LEADER = "leader"
    INSTRUCTOR = "instructor"
    GRID_CHIEF = "grid_chief"
    GRID_MEMBER = "grid_member"
    MONITOR = "monitor"
    SHELTER_KEEPER = "shelter_keeper"
    DEPARTMENT = "department"
    VOLUNTEER = "volunteer"

    @property
    def chinese(self) -> str:
        """The word of the field."""
        return _CHINESE[self]


_CHINESE = dict(
    zip(
        Role,
        (
            "指挥长",
            "值班员",
            "调度员",
            "负责人",
            "指导员",
            "网格长",
            "网格员",
            "监测员",
            "安置点管理员",
            "部门",
            "志愿者",
        ),
        strict=True,
    )
)

# Who stands over whom inside one area; a post is answered for by a role with a higher number.
_AUTHORITY = {
    Role.GRID_CHIEF: 1,
    Role.INSTRUCTOR: 2,
    Role.LEADER: 3,
    Role.DISPATCHER: 2,
    Role.DUTY: 2,
    Role.COMMANDER: 4,
}
# Whom to look for in an area above, first found first.
_BELOW_TOWNSHIP = (Role.LEADER, Role.GRID_CHIEF, Role.INSTRUCTOR)
_FROM_TOWNSHIP_UP = (Role.LEADER, Role.DISPATCHER, Role.DUTY, Role.COMMANDER)

DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post and its present holder. `phone` is normalised; rank 1 is called first, then the deputies.

    `duty_from` and `duty_to` are HH:MM in the site's time zone and may run past midnight; empty means always.
    """

    id: str
    area: str
    role: Role
    rank: int
    holder: str
    phone: str
    reports_to: str | None = None
    phone2: str | None = None
    language: str = "zh-CN"
    department: str | None = None
    seats: int | None = None
    duty_from: str | None = None
    duty_to: str | None = None

    def on_duty_at(self, clock: time) -> bool:
        """Whether the post is on duty at a local time of day; the end itself is no longer on duty."""
        if self.duty_from is None or self.duty_to is None or self.duty_from == self.duty_to:
            return True
        start, end = time.fromisoformat(self.duty_from), time.fromisoformat(self.duty_to)
        now = clock.replace(tzinfo=None)
        return start <= now < end if start < end else now >= start or now < end


def post_id(area: str, role: Role, rank: int, phone: str) -> str:
    """The id of the post with this key (CONTRACT section 3)."""
    return natural_id("post", area, role.value, rank, phone)


def _order(post: Post) -> tuple[int, str]:
    return post.rank, post.id


class Directory:
    """Finds posts: at an area, by phone, who stands in, who is above.

    Parameters
    ----------
    tree : AreaTree
    posts : iterable of Post
    zone : tzinfo, optional
        The site's time zone, in which duty hours are written.

    Raises
    ------
    ValueError
        When two posts have the same id.
    """

    __slots__ = ("_at", "_by_id", "_by_phone", "posts", "tree", "zone")

    def __init__(self, tree: AreaTree, posts: Iterable[Post], *, zone: tzinfo = DEFAULT_ZONE) -> None:
        self.tree = tree
        self.zone = zone
        self.posts: tuple[Post, ...] = tuple(sorted(posts, key=lambda post: (post.area, post.role, *_order(post))))
        self._by_id = {post.id: post for post in self.posts}
        if len(self._by_id) != len(self.posts):
            raise ValueError("a post appears twice")
        self._at: dict[tuple[str, Role], list[Post]] = {}
        self._by_phone: dict[str, list[Post]] = {}
        for post in self.posts:
            self._at.setdefault((post.area, post.role), []).append(post)
            for phone in dict.fromkeys((post.phone, post.phone2)):
                if phone is not None:
                    self._by_phone.setdefault(phone, []).append(post)

    def __len__(self) -> int:
        return len(self.posts)

    def get(self, post: str) -> Post | None:
        """The post of that id."""
        return self._by_id.get(post)

    def at(self, area: str, role: Role) -> tuple[Post, ...]:
        """The posts of a role at exactly this area, in the order they are called."""
        return tuple(self._at.get((area, role), ()))

    def by_phone(self, phone: str) -> tuple[Post, ...]:
        """Every post this (normalised) phone belongs to, as first or second number."""
        return tuple(self._by_phone.get(phone, ()))

    def deputies(self, post: Post) -> tuple[Post, ...]:
        """Who stands in: the same role at the same area on another phone, those ranked after it first."""
        others = [other for other in self.at(post.area, post.role) if other.id != post.id and other.phone != post.phone]
        return tuple(sorted(others, key=lambda other: (_order(other) < _order(post), *_order(other))))

    def on_duty(self, area: str, role: Role, now: datetime, zone: tzinfo) -> tuple[Post, ...]:
        """Those of `at` who are on duty at `now`, in the order they are called."""
        clock = now.astimezone(zone).time()
        return tuple(post for post in self.at(area, role) if post.on_duty_at(clock))

    def superior(self, post: Post, now: datetime) -> Post | None:
        """Who is told when this post does not answer.

        The phone it reports to; else the higher role in its own area, the leader or chief of the area above, and so
        on up to the dispatchers, duty officers and commanders of township, county and city. Somebody on duty goes
        before somebody nearer who is not; never the same phone again. None only at the very top.
        """
        candidates = [other for other in self._above(post) if other.phone != post.phone]
        clock = now.astimezone(self.zone).time()
        awake = next((other for other in candidates if other.on_duty_at(clock)), None)
        return awake or (candidates[0] if candidates else None)

    def _above(self, post: Post) -> Iterable[Post]:
        if post.reports_to is not None:
            found = self.by_phone(post.reports_to)
            # One phone may hold several posts: the one highest in the tree is who it reports to.
            yield from sorted(found, key=lambda other: (self._depth(other), -_AUTHORITY.get(other.role, 0), other.id))
        own = _AUTHORITY.get(post.role, 0)
        higher = sorted((rank, role) for role, rank in _AUTHORITY.items() if rank > own)
        for _, role in higher:
            yield from self.at(post.area, role)
        above = [area for area in self.tree.ancestors(post.area) if area.code != post.area]
        for area in above:
            for role in _roles_of(area):
                yield from self.at(area.code, role)

    def _depth(self, post: Post) -> int:
        area = self.tree.get(post.area)
        return area.level.depth if area is not None else len(AreaLevel)


def _roles_of(area: Area) -> tuple[Role, ...]:
    return _BELOW_TOWNSHIP if area.level.depth >= AreaLevel.VILLAGE.depth else _FROM_TOWNSHIP_UP
