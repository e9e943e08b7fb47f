"""From sums to levels, from zones to villages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from shapely.geometry import box

from core.levels import Level
from hazards.zones import Family, HazardKind, HazardZone
from people.areas import Area, AreaLevel, AreaTree
from tests.warning.builders import evidence
from warning.assess import Situation, cannot_judge, corroborates, situations
from warning.exceedance import Exceedance, crossing_time, merged, worst_first
from warning.policy import STANDARD
from warning.thresholds import (
    JIANGHUA,
    ThresholdKnown,
    ThresholdSet,
    ThresholdTable,
    ThresholdValue,
    Wetness,
    judge,
    read_thresholds,
    threshold_table,
)

AT = datetime(2025, 7, 8, 15, 0, tzinfo=UTC)
WINDOWS = (1, 3, 6, 12, 24, 72)
NONE = (0,) * 6
BEIJING = ZoneInfo("Asia/Shanghai")


def judged(*tenths: int, missing: tuple[int, ...] = NONE, **more: object) -> Exceedance | None:
    return judge("Z1", tenths, missing, WINDOWS, JIANGHUA, at=AT, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sums", "level", "window"),
    [
        ((349, 549, 699, 9999, 999, 9999), None, None),
        ((350, 0, 0, 0, 0, 0), "blue", 1),
        ((0, 750, 750, 750, 750, 750), "yellow", 3),
        ((0, 0, 1200, 1200, 1200, 1200), "orange", 6),
        ((100, 200, 300, 400, 2000, 2000), "red", 24),
        ((799, 1199, 1499, 0, 1999, 0), "orange", 1),
        ((800, 0, 0, 0, 0, 0), "red", 1),
    ],
)
def test_the_highest_level_any_window_reaches(sums: tuple[int, ...], level: str | None, window: int | None) -> None:
    found = judged(*sums)
    assert (None if found is None else (str(found.level), found.evidence.window_h)) == (
        None if level is None else (level, window)
    )


def test_evidence_in_words() -> None:
    found = judged(300, 780, 780, 780, 780, 780, sources=("小坝", "扎西"), corroborated=True)
    assert found is not None
    assert found.evidence.words == "3小时 78.0 mm ≥ 75 mm(黄),雨量站 小坝、扎西"
    assert found.evidence.corroborated
    assert found.windows_h == (3,)


def test_a_hole_makes_the_sum_at_least() -> None:
    found = judged(300, 780, 780, 780, 780, 780, missing=(0, 1, 2, 3, 4, 5), flagged=True)
    assert found is not None
    assert found.evidence.words == "3小时 至少 78.0 mm(缺 1 个时段) ≥ 75 mm(黄),数据存疑"
    assert found.evidence.missing == 1
    assert found.evidence.flagged


def test_the_window_furthest_beyond_its_value_speaks() -> None:
    found = judged(800, 1800, 1800, 1800, 1800, 1800)
    assert found is not None
    assert (found.evidence.window_h, found.windows_h) == (3, (1, 3, 6))


def test_wetness_chooses_the_value_and_falls_back_to_the_one_for_any_soil() -> None:
    values = (
        ThresholdValue(level=Level.RED, window_h=1, mm=40, wetness=Wetness.DRY),
        ThresholdValue(level=Level.RED, window_h=1, mm=30, wetness=Wetness.WET),
        ThresholdValue(level=Level.RED, window_h=3, mm=60),
    )
    shuanghe = ThresholdSet(name="shuanghe", version=1, values=values)

    def at(tenths: int, wetness: Wetness) -> bool:
        return judge("Z", (tenths, 0, 0, 0, 0, 0), NONE, WINDOWS, shuanghe, at=AT, wetness=wetness) is not None

    assert [at(350, wetness) for wetness in Wetness] == [False, False, True]
    assert shuanghe.in_tenths(Level.RED) == {3: 600}


def test_jianghua_is_the_table_of_the_county_plan() -> None:
    assert {level: dict(JIANGHUA.in_tenths(level)) for level in Level} == {
        Level.BLUE: {1: 350, 3: 550, 6: 700, 24: 1000},
        Level.YELLOW: {1: 450, 3: 750, 6: 950, 24: 1300},
        Level.ORANGE: {1: 600, 3: 1000, 6: 1200, 24: 1600},
        Level.RED: {1: 800, 3: 1200, 6: 1500, 24: 2000},
    }


def test_crossing_time_is_a_range() -> None:
    at = crossing_time((200, 600, 600, 600, 600, 600), WINDOWS, JIANGHUA, Level.ORANGE, trend=200, at=AT)
    assert at == (AT + timedelta(hours=2) / 1.5, AT + timedelta(hours=4))
    assert crossing_time((600,) * 6, WINDOWS, JIANGHUA, Level.ORANGE, trend=0, at=AT) == (AT, AT)
    assert crossing_time((100,) * 6, WINDOWS, JIANGHUA, Level.RED, trend=0, at=AT) is None
    assert crossing_time((10,) * 6, WINDOWS, JIANGHUA, Level.RED, trend=10, at=AT) is None


def test_merged_keeps_the_worse_of_each_zone() -> None:
    old, new = evidence("red", zone="A"), evidence("yellow", zone="A")
    other = evidence("orange", zone="B")
    assert merged([old], [new, other]) == (old, other)
    assert merged([new], [old]) == (old,)
    assert [e.zone for e in worst_first([other, old])] == ["A", "B"]


def zone(code: str, kind: HazardKind, area: str) -> HazardZone:
    return HazardZone(code=code, kind=kind, name=code, area=area, geometry=box(104, 27, 104.01, 27.01))


ZONES = [
    zone("A", HazardKind.DEBRIS_FLOW, "v1"),
    zone("B", HazardKind.FLASH_FLOOD, "v1"),
    zone("C", HazardKind.LANDSLIDE, "v2"),
    zone("D", HazardKind.ROCKFALL, "v2"),
]


def exceeded(level: str, code: str, **more: object) -> Exceedance:
    piece = evidence(level, zone=code, at=AT, **more)  # type: ignore[arg-type]
    return Exceedance(zone=code, level=piece.level, evidence=piece, windows_h=(3,))


def test_an_exceedance_warns_the_zones_village_and_every_village_with_an_exposed_household() -> None:
    found = situations(
        ZONES,
        {"A": exceeded("yellow", "A"), "B": exceeded("red", "B")},
        dark={},
        villages_of_zone={"A": ("v3", "v1"), "B": ()},
        at=AT,
        crossings={"A": (AT, AT + timedelta(hours=1))},
    )
    seen = {(s.area, s.family): s for s in found}
    assert set(seen) == {("v1", Family.FLOW), ("v2", Family.SLOPE), ("v3", Family.FLOW)}
    own = seen["v1", Family.FLOW]
    assert (own.level, own.hazard, own.zones) == (Level.RED, HazardKind.FLASH_FLOOD, ("A", "B"))
    assert [e.zone for e in own.evidence] == ["B", "A"]
    assert own.next_level_crossing == (AT, AT + timedelta(hours=1))
    assert seen["v3", Family.FLOW].level is Level.YELLOW
    calm = seen["v2", Family.SLOPE]
    assert (calm.level, calm.evidence, calm.dark_zones) == (None, (), ())


def test_dark_zones_are_named_with_their_beginning() -> None:
    since = AT - timedelta(hours=3)
    found = situations(ZONES, {}, dark={"C": AT, "D": since}, villages_of_zone={}, at=AT)
    slope = next(s for s in found if s.family is Family.SLOPE)
    assert (slope.dark_zones, slope.dark_since, slope.hazard) == (("C", "D"), since, HazardKind.LANDSLIDE)


@pytest.mark.parametrize(
    ("minutes", "township", "wanted"),
    [
        (30, Level.YELLOW, True),
        (29, Level.YELLOW, False),
        (60, Level.BLUE, False),
        (60, None, False),
        (90, Level.RED, True),
    ],
)
def test_darkness_is_proposed_only_where_it_rains(minutes: int, township: Level | None, wanted: bool) -> None:
    dark = {"C": AT - timedelta(minutes=minutes)}
    slope = situations(ZONES[2:3], {}, dark=dark, villages_of_zone={}, at=AT)[0]
    assert cannot_judge(slope, STANDARD, township_level=township, now=AT) is wanted


def test_a_village_that_exceeds_is_judged_though_another_zone_is_dark() -> None:
    dark = {"C": AT - timedelta(hours=2)}
    slope = situations(ZONES[2:], {"D": exceeded("blue", "D")}, dark=dark, villages_of_zone={}, at=AT)[0]
    assert isinstance(slope, Situation)
    assert not cannot_judge(slope, STANDARD, township_level=Level.RED, now=AT)


def test_corroboration_must_hold_at_the_level_and_be_unflagged() -> None:
    lone = {"corroborated": False}
    assert corroborates([evidence("red")], Level.RED)
    assert not corroborates([evidence("red", flagged=True)], Level.RED)
    assert not corroborates([evidence("red", corroborated=False), evidence("orange", zone="B")], Level.RED)
    same = [evidence("red", zone=z, sources=("小坝",), **lone) for z in "AB"]
    assert not corroborates(same, Level.RED)
    two = [evidence("red", zone=z, sources=(z,), **lone) for z in "AB"]
    assert corroborates(two, Level.RED)


TREE = AreaTree(
    [
        Area(code="530629", name="威信县", level=AreaLevel.COUNTY),
        Area(code="530629101", name="扎西镇", level=AreaLevel.TOWNSHIP, parent="530629"),
        Area(code="v1", name="小坝村民委员会", level=AreaLevel.VILLAGE, parent="530629101"),
    ]
)
KNOWN = ThresholdKnown(zones=frozenset({"A", "B"}), areas=frozenset({"v1", "530629101"}), timezone=BEIJING)


def test_thresholds_are_read_with_chinese_headers_and_gbk() -> None:
    text = "行政区,隐患点,等级,时段,雨量,湿度,生效时间,来源\n530629101,,红,1,70,,,乡镇\n530629101,,橙色,1,50,,,乡镇\n,A,I,3小时,90,偏湿,2025-06-01,专家\n"
    found = read_thresholds(text.encode("gbk"), "t.csv", KNOWN)
    assert found.faults == ()
    assert [(r.subject, r.value.level, r.value.window_h, r.value.mm, r.value.wetness) for r in found.rows] == [
        (("area", "530629101"), Level.RED, 1, 70.0, None),
        (("area", "530629101"), Level.ORANGE, 1, 50.0, None),
        (("zone", "A"), Level.RED, 3, 90.0, Wetness.WET),
    ]
    assert found.rows[2].valid_from == datetime(2025, 6, 1, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("A,v1,red,1,80", "zone", "只填一个"),
        (",,red,1,80", "zone", "只填一个"),
        ("Q,,red,1,80", "zone", "没有编码为 Q"),
        (",v9,red,1,80", "area", "没有编码为 v9"),
        ("A,,purple,1,80", "level", "不认识的等级"),
        ("A,,red,2,80", "window_h", "时段须是"),
        ("A,,red,1,八十", "mm", "应是数字"),
        ("A,,red,1,0", "mm", "不能小于"),
        ("A,,red,,80", "window_h", "必填"),
        ("A,,blue,1,30", "level", "与第2行重复"),
        ("A,,red,1,20", "mm", "低于蓝色的 30 mm(第2行)"),
    ],
)
def test_a_fault_refuses_the_whole_file_and_says_where(row: str, column: str, reason: str) -> None:
    text = f"zone,area,level,window_h,mm\nA,,blue,1,30\n{row}\n"
    found = read_thresholds(text.encode(), "t.csv", KNOWN)
    assert found.rows == ()
    assert [(f.file, f.row, f.column) for f in found.faults] == [("t.csv", 3, column)]
    assert reason in found.faults[0].reason


def test_bad_wetness_date_and_missing_column() -> None:
    text = "zone,level,window_h,mm,wetness,valid_from\nA,red,1,80,soggy,yesterday\n"
    assert {f.column for f in read_thresholds(text.encode(), "t.csv", KNOWN).faults} == {"wetness", "valid_from"}
    assert read_thresholds(b"zone,level,mm\n", "t.csv", KNOWN).faults[0].column == "window_h"


def test_the_nearest_set_judges() -> None:
    text = (
        "zone,area,level,window_h,mm,valid_from\n,530629101,red,1,70,\nA,,red,1,60,2025-01-01\nA,,red,1,50,2025-08-01\n"
    )
    table = threshold_table(read_thresholds(text.encode(), "t.csv", KNOWN).rows, JIANGHUA)

    def red(zone_of: HazardZone, at: datetime | None = AT) -> int:
        return table.for_zone(zone_of, TREE, at).in_tenths(Level.RED)[1]

    assert red(ZONES[0]) == 600
    assert red(ZONES[0], None) == 500
    assert red(ZONES[0], datetime(2024, 1, 1, tzinfo=UTC)) == 700
    assert red(ZONES[1]) == 700
    assert red(ZONES[2]) == 800
    own = ThresholdTable(named={"steep": ThresholdSet(name="steep", version=1, values=JIANGHUA.values[:1])})
    named = HazardZone(
        code="N", kind=HazardKind.LANDSLIDE, name="N", area="v1", geometry=box(0, 0, 1, 1), thresholds="steep"
    )
    assert own.for_zone(named, TREE).name == "steep"
