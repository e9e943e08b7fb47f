"""A county to drill in: Weixin's real areas, peopled with nobody who exists.

The generator writes register files as a county would hand them over, so that the demo goes through the same readers
as any site. Everything below the village, and every person, is synthetic and says so in its name (演练员…, 演练户…,
合成…); every phone begins with +86100, where no number can be dialled. The same seed gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from jiaoying.drills import land
from jiaoying.drills.dice import Dice
from jiaoying.drills.land import Ground, Plot
from jiaoying.drills.weixin import COUNTY_CODE, DATA, XIAOBA

POSTS = 1500
HOUSEHOLDS = 5000
ZONES = 150
XIAOBA_HOUSEHOLDS, XIAOBA_PEOPLE = 42, 118  # FACTS section 1
SPAN = 4  # a grid member answers for at most four households (FACTS section 1, "1+4")

# Register kind → file name, in the order in which they must be imported.
FILES: Mapping[str, str] = {
    "areas": "areas.csv",
    "posts": "posts.csv",
    "shelters": "shelters.csv",
    "households": "households.csv",
    "stations": "stations.csv",
    "zones": "zones.geojson",
    "thresholds": "thresholds.csv",
}
RAIN_FILE = "storm.csv"

# Jianghua county's plan, mm (FACTS section 4); any one window suffices.
_JIANGHUA = {
    "blue": {1: 35, 3: 55, 6: 70, 24: 100},
    "yellow": {1: 45, 3: 75, 6: 95, 24: 130},
    "orange": {1: 60, 3: 100, 6: 120, 24: 160},
    "red": {1: 80, 3: 120, 6: 150, 24: 200},
}
_KINDS = (("landslide", 50.0), ("debris_flow", 18.0), ("rockfall", 12.0), ("collapse", 10.0), ("flash_flood", 10.0))
_KIND_WORDS = {
    "landslide": "滑坡",
    "debris_flow": "泥石流",
    "rockfall": "落石",
    "collapse": "崩塌",
    "flash_flood": "山洪",
}
_SIZES = ((1, 17.0), (2, 28.0), (3, 26.0), (4, 17.0), (5, 8.0), (6, 4.0))
_POST_COLUMNS = (
    "area",
    "role",
    "holder",
    "phone",
    "rank",
    "reports_to",
    "phone2",
    "language",
    "seats",
    "duty_from",
    "duty_to",
)
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    area: str
    role: str
    phone: str
    holder: str
    rank: int = 1
    reports_to: str = ""
    phone2: str = ""
    seats: str = ""
    duty_from: str = ""
    duty_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _House:
    area: str
    people: int
    exposed: bool
    plot: Plot | None
    kind: str = "home"
    responsible: str = ""


@dataclass(slots=True, kw_only=True)
class _County:
    """What grows while the county is being built."""

    seed: int
    areas: list[tuple[str, ...]] = field(default_factory=list)
    posts: list[_Person] = field(default_factory=list)
    houses: list[_House] = field(default_factory=list)
    shelters: list[tuple[str, ...]] = field(default_factory=list)
    zones: list[dict[str, object]] = field(default_factory=list)

    def post(self, area: str, role: str, *, rank: int = 1, reports_to: str = "", **more: str) -> str:
        """Add a post; its phone is its number in the county, so no two are the same."""
        number = len(self.posts) + 1
        dice = Dice(self.seed, "post", number)
        phone = f"+86100{10_000_000 + number:08d}"
        self.posts.append(
            _Person(
                area=area,
                role=role,
                rank=rank,
                phone=phone,
                holder=f"演练员{number:04d}",
                reports_to=reports_to,
                phone2=f"+86100{20_000_000 + number:08d}" if dice.chance(0.1) else "",
                **more,
            )
        )
        return phone


def short(name: str) -> str:
    """Return how people say a village's name: 小坝村民委员会 → 小坝村, 石坎社区居民委员会 → 石坎社区."""
    return name.removesuffix("居民委员会") if name.endswith("社区居民委员会") else name.removesuffix("民委员会")


def build_county(seed: int, *, villages: Collection[str] | None = None) -> Mapping[str, bytes]:
    """Return the county's files by name, in the order of `FILES`, the rain last; the same bytes for the same seed.

    With `villages`, only these are peopled (small drills and tests); the rest of the county stays empty.
    """
    county = _County(seed=seed)
    rows = list(csv.DictReader(io.StringIO((DATA / "weixin_areas.csv").read_text(encoding="utf-8"))))
    county.areas.extend((r["code"], r["name"], r["level"], r["parent"], r["lon"], r["lat"]) for r in rows)
    chiefs = _offices(county, rows)
    every = [row for row in rows if row["level"] == "village"]
    zones = _zones_per_village(seed, [row["code"] for row in every])
    homes = _homes_per_village(seed, [row["code"] for row in every])
    spare: list[tuple[str, str, list[int]]] = []
    for row in every:
        if villages is None or row["code"] in villages:
            spare.extend(_village(county, row, zones[row["code"]], homes[row["code"]], chiefs[row["parent"]]))
    if villages is None:
        _more_members(county, spare)
    return _files(county)


def write_county(directory: Path, seed: int, *, villages: Collection[str] | None = None) -> Mapping[str, Path]:
    """Write the county into `directory` and return the path of each register kind, and of ``rain``.

    Each file appears whole or not at all, so that a killed run can be repeated.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name, data in build_county(seed, villages=villages).items():
        unfinished = directory / f".{name}.part"
        unfinished.write_bytes(data)
        unfinished.replace(directory / name)
    return {**{kind: directory / name for kind, name in FILES.items()}, "rain": directory / RAIN_FILE}


def _offices(county: _County, rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The posts of county and townships; returns the phone of each township's leader."""
    commander = county.post(COUNTY_CODE, "commander")
    county.post(COUNTY_CODE, "commander", rank=2, reports_to=commander)
    duty = county.post(COUNTY_CODE, "duty", reports_to=commander)
    for rank in (2, 3):
        county.post(COUNTY_CODE, "duty", rank=rank, reports_to=commander)
    chiefs = {}
    for row in rows:
        if row["level"] == "township":
            leader = county.post(row["code"], "leader", reports_to=commander)
            county.post(row["code"], "leader", rank=2, reports_to=leader)
            county.post(row["code"], "dispatcher", reports_to=duty)
            county.post(row["code"], "dispatcher", rank=2, reports_to=leader)
            chiefs[row["code"]] = leader
    return chiefs


def _zones_per_village(seed: int, villages: Sequence[str]) -> dict[str, int]:
    counts = dict.fromkeys(villages, 1)
    counts[XIAOBA] = 2
    others = [code for code in Dice(seed, "zones").shuffled(villages) if code != XIAOBA]
    left = ZONES - sum(counts.values())
    for code in others[:left]:
        counts[code] += 1
    return counts


def _homes_per_village(seed: int, villages: Sequence[str]) -> dict[str, int]:
    dice = Dice(seed, "homes")
    weights = {code: dice.between(0.7, 1.3) for code in villages if code != XIAOBA}
    total, left = sum(weights.values()), HOUSEHOLDS - XIAOBA_HOUSEHOLDS
    counts = {code: int(left * weight / total) for code, weight in weights.items()}
    for code in list(counts)[: left - sum(counts.values())]:
        counts[code] += 1
    return {**counts, XIAOBA: XIAOBA_HOUSEHOLDS}


def _village(
    county: _County, row: Mapping[str, str], zones: int, homes: int, chief: str
) -> list[tuple[str, str, list[int]]]:
    """Build one village; returns per group (code, chief's phone, houses nobody answers for yet)."""
    code, name, seed = row["code"], short(row["name"]), county.seed
    ground = Ground(lon=float(row["lon"]), lat=float(row["lat"]), dice=Dice(seed, "ground", code))
    leader = county.post(code, "leader", reports_to=chief, seats="7")
    county.post(code, "leader", rank=2, reports_to=leader)
    county.post(code, "instructor", reports_to=leader)
    groups = []
    for number in range(3 if code == XIAOBA else Dice(seed, "groups", code).whole(3, 4)):
        group = f"{code}{number + 1:03d}"
        plot = ground.group(number)
        groups.append((group, plot, county.post(group, "grid_chief", reports_to=leader)))
        county.areas.append((group, f"{name}{_NUMERALS[number]}组", "group", code, *land.written(plot)))
    exposed_by_group = _village_zones(county, code, name, zones, groups, ground, homes, leader)
    _village_shelters(county, code, name, ground, leader, 2 if code == XIAOBA else 1)
    return _village_houses(county, code, groups, exposed_by_group, ground, homes)


def _village_zones(
    county: _County,
    code: str,
    name: str,
    count: int,
    groups: Sequence[tuple[str, Plot, str]],
    ground: Ground,
    homes: int,
    leader: str,
) -> dict[str, list[Plot]]:
    """Draw the zones, each over a group; returns the plots inside them by group."""
    dice = Dice(county.seed, "village zones", code)
    inside: dict[str, list[Plot]] = {}
    exposed = homes if code == XIAOBA else dice.whole(8, 22)
    pathless = _pathless(county.seed, code)
    for index in range(count):
        group, plot, _ = groups[index % len(groups)]
        kind = "landslide" if code == XIAOBA else dice.weighted(_KINDS)
        outline = ground.zone(plot, dice)
        monitor = county.post(code, "monitor", rank=index + 1, reports_to=leader)
        county.zones.append(
            {
                "type": "Feature",
                "properties": {
                    "code": f"{code}Z{index + 1}",
                    "kind": kind,
                    "name": f"合成隐患点 {name}{index + 1}号{_KIND_WORDS[kind]}",
                    "area": code,
                    "monitor": monitor,
                },
                "geometry": {"type": "Polygon", "coordinates": [[[lon, lat] for lon, lat in outline]]},
            }
        )
        share = (exposed - pathless) // count + (1 if index < (exposed - pathless) % count else 0)
        inside[group] = [ground.inside(dice) for _ in range(share)]
    return inside


def _pathless(seed: int, village: str) -> int:
    """How many households of the village are known to the register without their place."""
    return 2 if village == XIAOBA else int(Dice(seed, "no place", village).chance(0.5))


def _village_shelters(county: _County, code: str, name: str, ground: Ground, leader: str, count: int) -> None:
    dice = Dice(county.seed, "shelters", code)
    for index in range(count):
        phone = county.post(code, "shelter_keeper", rank=index + 1, reports_to=leader)
        room = 80 if code == XIAOBA else dice.whole(8, 20) * 10
        plot = ground.outside(dice, 150.0)
        title = f"合成安置点 {name}{index + 1}号"
        keeper = county.posts[-1].holder
        county.shelters.append((f"{code}S{index + 1}", title, code, *land.written(plot), str(room), keeper, phone))


def _village_houses(
    county: _County,
    code: str,
    groups: Sequence[tuple[str, Plot, str]],
    exposed: Mapping[str, list[Plot]],
    ground: Ground,
    homes: int,
) -> list[tuple[str, str, list[int]]]:
    dice = Dice(county.seed, "houses", code)
    drawn: list[_House] = []
    for group, plots in exposed.items():
        drawn.extend(_House(area=group, people=0, exposed=True, plot=plot) for plot in plots)
    first = next(iter(exposed))
    drawn.extend(_House(area=first, people=0, exposed=True, plot=None) for _ in range(_pathless(county.seed, code)))
    while len(drawn) < homes:
        group, plot, _ = groups[len(drawn) % len(groups)]
        drawn.append(_House(area=group, people=0, exposed=False, plot=ground.near(plot, dice, 60.0)))
    drawn = [_peopled(house, dice) for house in drawn]
    if code == XIAOBA:
        drawn = _counted(drawn, XIAOBA_PEOPLE)
    begin = len(county.houses)
    county.houses.extend(drawn)
    spare = []
    for group, _, chief in groups:
        at_risk = [begin + k for k, house in enumerate(drawn) if house.area == group and house.exposed]
        for rank, start in enumerate(range(0, len(at_risk), SPAN), start=1):
            _name(county, group, rank, chief, at_risk[start : start + SPAN])
        others = [begin + k for k, house in enumerate(drawn) if house.area == group and not house.exposed]
        spare.append((group, chief, others))
    return spare


def _peopled(house: _House, dice: Dice) -> _House:
    """Homes mostly; a few schools, care points, worksites, camps and rentals, which hold more people."""
    kind = dice.weighted(
        (("home", 985.0), ("rental", 7.0), ("worksite", 3.0), ("care", 2.0), ("camp", 2.0), ("school", 1.0))
    )
    if house.plot is None or kind == "home" or house.area.startswith(XIAOBA):
        return replace(house, people=dice.weighted(_SIZES))
    return replace(house, kind=kind, people=dice.whole(4, 12) if kind == "rental" else dice.whole(8, 24))


def _counted(houses: Sequence[_House], people: int) -> list[_House]:
    """Change the sizes one by one until they add up to `people`."""
    sizes = [house.people for house in houses]
    at = 0
    while sum(sizes) != people:
        step = 1 if sum(sizes) < people else -1
        if 1 <= sizes[at] + step <= 6:
            sizes[at] += step
        at = (at + 1) % len(sizes)
    return [replace(house, people=size) for house, size in zip(houses, sizes, strict=True)]


def _name(county: _County, group: str, rank: int, chief: str, houses: Sequence[int]) -> None:
    """Name one grid member for these households."""
    phone = county.post(group, "grid_member", rank=rank, reports_to=chief)
    for index in houses:
        county.houses[index] = replace(county.houses[index], responsible=phone)


def _more_members(county: _County, spare: Sequence[tuple[str, str, list[int]]]) -> None:
    """Spend the posts that are left on members for households outside every zone; the rest have nobody, as in life."""
    ranks = dict.fromkeys((group for group, _, _ in spare), 0)
    for person in county.posts:
        if person.role == "grid_member":
            ranks[person.area] = max(ranks[person.area], person.rank)
    start = 0
    while len(county.posts) < POSTS:
        for group, chief, houses in spare:
            if len(county.posts) < POSTS and houses[start : start + SPAN]:
                ranks[group] += 1
                _name(county, group, ranks[group], chief, houses[start : start + SPAN])
        start += SPAN


def _files(county: _County) -> dict[str, bytes]:
    posts = [
        (p.area, p.role, p.holder, p.phone, p.rank, p.reports_to, p.phone2, "zh-CN", p.seats, p.duty_from, p.duty_to)
        for p in county.posts
    ]
    zones = {"type": "FeatureCollection", "features": county.zones}
    thresholds = [
        (COUNTY_CODE, level, window, mm, "江华县预案(FACTS 第4节)")
        for level, windows in _JIANGHUA.items()
        for window, mm in windows.items()
    ]
    return {
        "areas.csv": _table(("code", "name", "level", "parent", "lon", "lat"), county.areas),
        "posts.csv": _table(_POST_COLUMNS, posts),
        "shelters.csv": _table(
            ("code", "name", "area", "lon", "lat", "capacity", "keeper", "keeper_phone"), county.shelters
        ),
        "households.csv": _households(county),
        "stations.csv": (DATA / "stations.csv").read_bytes(),
        "zones.geojson": (json.dumps(zones, ensure_ascii=False, indent=None, separators=(",", ":")) + "\n").encode(),
        "thresholds.csv": _table(("area", "level", "window_h", "mm", "source"), thresholds),
        RAIN_FILE: (DATA / "storm.csv").read_bytes(),
    }


def _households(county: _County) -> bytes:
    rows: list[tuple[object, ...]] = []
    for number, house in enumerate(county.houses, start=1):
        dice = Dice(county.seed, "household", number)
        ages = ["old" if dice.chance(0.22) else "child" if dice.chance(0.22) else "" for _ in range(house.people)]
        elderly, children = ages.count("old"), ages.count("child")
        if house.kind == "school":
            elderly, children = 0, house.people - 1
        impaired = sum(dice.chance(0.04) for _ in range(house.people))
        day = house.people if house.kind != "home" else max(0, house.people - dice.whole(0, 2))
        risk = dice.weighted((("red", 6.0), ("yellow", 4.0))) if house.exposed else "green"
        rows.append(
            (
                f"{house.area}{number:05d}",
                house.area,
                f"演练户{number:04d}",
                house.people,
                house.kind,
                house.people,
                day,
                f"+86100{50_000_000 + number:08d}" if dice.chance(0.75) else "",
                elderly,
                children,
                impaired,
                *(land.written(house.plot) if house.plot else ("", "")),
                risk,
                house.responsible,
                f"+86100{70_000_000 + number:08d}" if dice.chance(0.3) else "",
            )
        )
    header = ("code", "area", "head", "people", "kind", "people_night", "people_day", "phone", "elderly", "children")
    return _table((*header, "impaired", "lon", "lat", "risk", "responsible", "kin_phone"), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()
