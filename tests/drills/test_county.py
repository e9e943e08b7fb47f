"""The county to drill in: the same bytes for a seed, nobody real, and the numbers of the night of Xiaoba."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
import shapely

from jiaoying.drills.county import FILES, RAIN_FILE, build_county, short, write_county
from jiaoying.drills.weixin import XIAOBA

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return build_county(7)


def table(files: Mapping[str, bytes], name: str) -> Rows:
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8"))))


def zones(files: Mapping[str, bytes]) -> list[tuple[dict[str, str], shapely.Polygon]]:
    features = json.loads(files["zones.geojson"])["features"]
    return [(f["properties"], shapely.Polygon(f["geometry"]["coordinates"][0])) for f in features]


def test_a_seed_gives_the_same_bytes_and_another_seed_others(files: Mapping[str, bytes], tmp_path: Path) -> None:
    paths = write_county(tmp_path, 7)
    assert {path.name: path.read_bytes() for path in paths.values()} == dict(files)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*FILES.values(), RAIN_FILE])
    assert build_county(8)["households.csv"] != files["households.csv"]


def test_the_numbers_are_those_of_the_issue(files: Mapping[str, bytes]) -> None:
    households, posts = table(files, "households.csv"), table(files, "posts.csv")
    assert (len(households), len(posts), len(zones(files))) == (5000, 1500, 150)
    assert 2.6 < sum(int(row["people"]) for row in households) / 5000 < 3.1
    xiaoba = [row for row in households if row["area"].startswith(XIAOBA)]
    assert (len(xiaoba), sum(int(row["people"]) for row in xiaoba)) == (42, 118)
    assert any(not row["lon"] for row in xiaoba), "the register does not know every place"


def test_nobody_is_real_and_no_phone_can_be_dialled(files: Mapping[str, bytes]) -> None:
    posts, households = table(files, "posts.csv"), table(files, "households.csv")
    phones = [row["phone"] for row in posts]
    assert len(set(phones)) == len(phones)
    private = [row[key] for row in households for key in ("phone", "kin_phone") if row[key]]
    numbers = phones + [row["phone2"] for row in posts if row["phone2"]] + private
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("+86100") and len(number) == 14 for number in numbers)
    assert all(row["holder"].startswith("演练员") for row in posts)
    assert all(row["head"].startswith("演练户") for row in households)
    assert all(row["name"].startswith("合成") for row in table(files, "shelters.csv"))
    assert all(properties["name"].startswith("合成") for properties, _ in zones(files))


def test_every_village_can_be_called_and_every_exposed_household_has_somebody(files: Mapping[str, bytes]) -> None:
    posts = table(files, "posts.csv")
    roles = Counter((row["area"], row["role"]) for row in posts)
    areas = {row["code"]: row for row in table(files, "areas.csv")}
    for code, row in areas.items():
        if row["level"] == "village":
            assert roles[code, "leader"] == 2, f"{row['name']} has a leader and a deputy"
            assert roles[code, "instructor"] == 1
            assert roles[code, "monitor"] >= 1
            assert roles[code, "shelter_keeper"] >= 1
        if row["level"] == "group":
            assert roles[code, "grid_chief"] == 1
            assert row["parent"] in areas
    assert all(count == 1 for count in Counter((r["area"], r["role"], r["rank"]) for r in posts).values())
    known = {row["phone"] for row in posts}
    assert {row["reports_to"] for row in posts} <= known | {""}
    households = table(files, "households.csv")
    load = Counter(row["responsible"] for row in households if row["responsible"])
    assert max(load.values()) <= 4
    assert set(load) <= {row["phone"] for row in posts if row["role"] == "grid_member"}
    assert all(row["responsible"] for row in households if row["risk"] != "green")


def test_the_exposed_stand_in_a_zone_of_their_own_village_and_the_others_in_none(files: Mapping[str, bytes]) -> None:
    drawn = zones(files)
    tree = shapely.STRtree([polygon for _, polygon in drawn])
    for row in table(files, "households.csv"):
        if not row["lon"]:
            assert row["risk"] != "green"
            continue
        hits = tree.query(shapely.Point(float(row["lon"]), float(row["lat"])), predicate="intersects")
        villages = {drawn[hit][0]["area"] for hit in hits}
        assert villages == ({row["area"][:12]} if row["risk"] != "green" else set()), row["code"]
    for row in table(files, "shelters.csv"):
        assert not len(tree.query(shapely.Point(float(row["lon"]), float(row["lat"])), predicate="intersects"))
    assert all(polygon.is_valid for _, polygon in drawn)
    assert len({properties["kind"] for properties, _ in drawn}) == 5


def test_names_are_short_as_people_say_them() -> None:
    assert short("小坝村民委员会") == "小坝村"
    assert short("石坎社区居民委员会") == "石坎社区"
