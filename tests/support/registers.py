"""A tiny county for tests: one county, two townships, three villages. Places are real names, people are invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shapely.geometry import Polygon, box

from hazards.frames import RainFrame, range_flag
from hazards.stations import Station
from hazards.zones import HazardKind, HazardZone
from people.areas import Area, AreaLevel, AreaTree
from people.households import Household, HouseholdKind, Risk
from people.phones import demo_phone
from people.posts import Directory, Post, Role, post_id
from people.shelters import Shelter

CITY = "530600000000"
COUNTY = "530629000000"
ZHAXI, JIUCHENG = "530629101000", "530629102000"
XIAOBA, HAIZI, MAAN = "530629101201", "530629101001", "530629102202"
VILLAGES = (HAIZI, XIAOBA, MAAN)
XIAOBA_GROUP = XIAOBA + "001"


@dataclass(frozen=True, slots=True, kw_only=True)
class TinyCounty:
    """The registers of the tiny county, and what follows from them."""

    areas: tuple[Area, ...]
    posts: tuple[Post, ...]
    households: tuple[Household, ...]
    shelters: tuple[Shelter, ...]
    zones: tuple[HazardZone, ...]
    stations: tuple[Station, ...]

    @property
    def tree(self) -> AreaTree:
        """The areas as a tree."""
        return AreaTree(self.areas)

    @property
    def directory(self) -> Directory:
        """The posts, findable."""
        return Directory(self.tree, self.posts)

    def post(self, area: str, role: Role, rank: int = 1) -> Post:
        """The one post of that area, role and rank."""
        (found,) = (p for p in self.posts if (p.area, p.role, p.rank) == (area, role, rank))
        return found

    def zone(self, code: str) -> HazardZone:
        """The zone of that code."""
        (found,) = (z for z in self.zones if z.code == code)
        return found


def area(
    code: str, name: str, level: AreaLevel, parent: str | None, lon: float | None = None, lat: float | None = None
) -> Area:
    """An area."""
    return Area(code=code, name=name, level=level, parent=parent, lon=lon, lat=lat)


def post(area: str, role: Role, phone: int | str, *, rank: int = 1, holder: str | None = None, **more: str) -> Post:
    """A post whose phone is the `phone`-th of the range that cannot be dialled (or a phone as given)."""
    number = demo_phone(phone) if isinstance(phone, int) else phone
    return Post(
        id=post_id(area, role, rank, number),
        area=area,
        role=role,
        rank=rank,
        holder=holder or f"演练{role.chinese}{number[-3:]}",
        phone=number,
        reports_to=more.get("reports_to"),
        phone2=more.get("phone2"),
        duty_from=more.get("duty_from"),
        duty_to=more.get("duty_to"),
    )


def square(lon: float, lat: float, half: float = 0.002) -> Polygon:
    """A square around a point."""
    return box(lon - half, lat - half, lon + half, lat + half)


def frame(
    at: datetime,
    values: dict[str, float | None],
    *,
    minutes: int = 60,
    source: str = "test",
    issued: datetime | None = None,
) -> RainFrame:
    """A frame from millimetres by station."""
    tenths = {code: None if mm is None else round(mm * 10) for code, mm in values.items()}
    return RainFrame(
        source=source,
        valid_at=at,
        minutes=minutes,
        issued_at=issued,
        values=tuple((code, t, "" if t is None else range_flag(t, minutes)) for code, t in sorted(tenths.items())),
    )


def hours(start: datetime, station: str, *mm: float | None, source: str = "test") -> list[RainFrame]:
    """One frame an hour for one station, the first ending an hour after `start`."""
    return [frame(start + timedelta(hours=n), {station: value}, source=source) for n, value in enumerate(mm, start=1)]


NIGHT = datetime(2025, 7, 8, 12, tzinfo=UTC)
"""20:00 in Weixin on the night of Xiaoba."""


def tiny_county() -> TinyCounty:
    """One county, two townships, three villages, with everybody a warning needs.

    Xiaoba has a debris-flow zone XB-1 with four placed households in it, a slope XB-2 with one, and one household that
    nobody has placed; Haizi a slope HZ-1; Maan a flood reach MA-1. Station S1 stands inside XB-1, S2 a few kilometres
    off near Haizi, S3 at Maan.
    """
    areas = (
        area(CITY, "昭通市", AreaLevel.CITY, "530000000000"),
        area(COUNTY, "威信县", AreaLevel.COUNTY, CITY, 105.05, 27.85),
        area(ZHAXI, "扎西镇", AreaLevel.TOWNSHIP, COUNTY, 105.05, 27.85),
        area(JIUCHENG, "旧城镇", AreaLevel.TOWNSHIP, COUNTY, 105.20, 27.93),
        area(XIAOBA, "小坝村民委员会", AreaLevel.VILLAGE, ZHAXI, 105.00, 27.80),
        area(HAIZI, "海子社区居民委员会", AreaLevel.VILLAGE, ZHAXI, 105.06, 27.84),
        area(MAAN, "马鞍村民委员会", AreaLevel.VILLAGE, JIUCHENG, 105.20, 27.95),
        area(XIAOBA_GROUP, "小坝一组", AreaLevel.GROUP, XIAOBA, 105.00, 27.80),
    )
    posts = (
        post(COUNTY, Role.COMMANDER, 1),
        post(COUNTY, Role.DUTY, 2, duty_from="08:00", duty_to="20:00"),
        post(COUNTY, Role.DUTY, 3, rank=2, duty_from="20:00", duty_to="08:00"),
        post(ZHAXI, Role.COMMANDER, 10),
        post(ZHAXI, Role.DISPATCHER, 11),
        post(ZHAXI, Role.DISPATCHER, 12, rank=2),
        post(JIUCHENG, Role.DISPATCHER, 20),
        post(XIAOBA, Role.LEADER, 100),
        post(XIAOBA, Role.LEADER, 101, rank=2),
        post(XIAOBA, Role.INSTRUCTOR, 102),
        post(XIAOBA_GROUP, Role.GRID_CHIEF, 103),
        post(XIAOBA_GROUP, Role.GRID_MEMBER, 104),
        post(XIAOBA_GROUP, Role.GRID_MEMBER, 105, rank=2),
        post(XIAOBA, Role.MONITOR, 106),
        post(XIAOBA, Role.SHELTER_KEEPER, 107),
        post(HAIZI, Role.LEADER, 200),
        post(HAIZI, Role.LEADER, 201, rank=2),
        post(MAAN, Role.LEADER, 300),
    )
    member, second = demo_phone(104), demo_phone(105)
    households = (
        _household("XB001", XIAOBA_GROUP, 3, 105.0001, 27.8001, member, elderly=1, risk=Risk.RED),
        _household("XB002", XIAOBA_GROUP, 4, 105.0005, 27.8003, member, children=2, risk=Risk.RED),
        _household("XB003", XIAOBA_GROUP, 2, 104.9995, 27.7998, second, risk=Risk.YELLOW),
        _household("XB004", XIAOBA_GROUP, 5, 105.0010, 27.8010, None, impaired=1, risk=Risk.YELLOW),
        _household("XB005", XIAOBA, 1, 105.0120, 27.8050, second, risk=Risk.YELLOW),
        _household("XB006", XIAOBA, 6, None, None, second),
        _household("XB007", XIAOBA, 4, 104.9700, 27.7900, None, risk=Risk.GREEN),
        _household("HZ001", HAIZI, 3, 105.0601, 27.8401, demo_phone(200), elderly=2),
        _household("HZ002", HAIZI, 40, 105.0605, 27.8405, demo_phone(201), children=38, kind=HouseholdKind.SCHOOL),
        _household("MA001", MAAN, 2, 105.2001, 27.9501, demo_phone(300)),
        _household("MA002", MAAN, 5, 105.2004, 27.9503, demo_phone(300), children=1),
    )
    shelters = (
        Shelter(
            code="SH1", name="小坝小学", area=XIAOBA, lon=105.008, lat=27.800, capacity=12,
            keeper="演练管理员107", keeper_phone=demo_phone(107),
        ),
        Shelter(code="SH2", name="扎西中学", area=HAIZI, lon=105.055, lat=27.845, capacity=300),
        Shelter(code="SH3", name="马鞍村委会", area=MAAN, lon=105.205, lat=27.955, capacity=50),
    )  # fmt: skip
    zones = (
        _zone("XB-1", HazardKind.DEBRIS_FLOW, "小坝沟泥石流", XIAOBA, 105.000, 27.800, monitor=demo_phone(106)),
        _zone("XB-2", HazardKind.LANDSLIDE, "小坝后山滑坡", XIAOBA, 105.012, 27.805),
        _zone("HZ-1", HazardKind.LANDSLIDE, "海子滑坡", HAIZI, 105.060, 27.840),
        _zone("MA-1", HazardKind.FLASH_FLOOD, "马鞍河段", MAAN, 105.200, 27.950),
    )
    stations = (
        Station(code="S1", name="小坝", lon=105.001, lat=27.801, elevation=1100.0, area=XIAOBA),
        Station(code="S2", name="扎西", lon=105.040, lat=27.850, elevation=1177.0, area=HAIZI),
        Station(code="S3", name="马鞍", lon=105.205, lat=27.952, elevation=900.0, area=MAAN),
    )
    return TinyCounty(
        areas=areas, posts=posts, households=households, shelters=shelters, zones=zones, stations=stations
    )


def _household(
    code: str,
    where: str,
    people: int,
    lon: float | None,
    lat: float | None,
    responsible: str | None,
    *,
    elderly: int = 0,
    children: int = 0,
    impaired: int = 0,
    risk: Risk | None = None,
    kind: HouseholdKind = HouseholdKind.HOME,
) -> Household:
    return Household(
        code=code,
        area=where,
        head=f"演练户主{code}",
        people=people,
        kind=kind,
        elderly=elderly,
        children=children,
        impaired=impaired,
        lon=lon,
        lat=lat,
        risk=risk,
        responsible=responsible,
    )


def _zone(
    code: str, kind: HazardKind, name: str, village: str, lon: float, lat: float, monitor: str | None = None
) -> HazardZone:
    return HazardZone(code=code, kind=kind, name=name, area=village, geometry=square(lon, lat), monitor=monitor)
