"""Registers: what counties write is read; every fault has file, row, column and reason; all or nothing."""

from __future__ import annotations

import csv
import io
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.areas import AreaLevel, AreaTree
from people.columns import ALIASES, OPTIONAL, REQUIRED
from people.households import HouseholdKind, Risk
from people.phones import demo_phone
from people.posts import Role
from people.registers import KINDS, Known, Reading, read_register
from tests.support.real_data import real_file
from tests.support.registers import HAIZI, XIAOBA, XIAOBA_GROUP, ZHAXI, post, tiny_county

TINY = tiny_county()
KNOWN = Known(areas=TINY.tree, posts=TINY.posts, shelters=frozenset(s.code for s in TINY.shelters))
EMPTY = Known()
P1, P2, P3 = demo_phone(1), demo_phone(2), demo_phone(3)


def _csv(header: str, *rows: str, encoding: str = "utf-8") -> bytes:
    return ("\r\n".join([header, *rows]) + "\r\n").encode(encoding)


def _read(kind: str, header: str, *rows: str, known: Known = KNOWN) -> Reading[typing.Any]:
    return read_register(kind, _csv(header, *rows), f"{kind}.csv", known)


def _faults(reading: Reading[typing.Any]) -> list[tuple[int | None, str | None]]:
    """Row and column of each fault; a reading with faults has no rows."""
    assert not reading.rows
    assert reading.faults
    assert all(fault.file and fault.reason for fault in reading.faults)
    return [(fault.row, fault.column) for fault in reading.faults]


def test_an_unknown_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="unknown register"):
        read_register("rain", b"", "x.csv", EMPTY)


AREA_ROWS = ("530629000000,威信县,县,", f"{ZHAXI},扎西镇,镇,530629000000", f"{XIAOBA},小坝村民委员会,村,{ZHAXI}")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_areas_with_chinese_headers_in_every_encoding(encoding: str) -> None:
    data = _csv("编码,名称,级别,上级,经度,纬度", *(row + ",105.0,27.8" for row in AREA_ROWS), encoding=encoding)
    reading = read_register("areas", data, "区划.csv", EMPTY)
    assert reading.faults == ()
    assert [a.level for a in reading.rows] == [AreaLevel.COUNTY, AreaLevel.TOWNSHIP, AreaLevel.VILLAGE]
    assert reading.rows[2].name == "小坝村民委员会"
    assert reading.rows[2].lon == 105.0
    assert reading.encoding.startswith("gb") == (encoding == "gbk")


def test_a_real_city_is_read() -> None:
    path = real_file("admin/zhaotong_npm_2.7.0.csv")
    reading = read_register("areas", path.read_bytes(), path.name, EMPTY)
    assert reading.faults == ()
    assert len(reading.rows) == 1564
    tree = AreaTree(reading.rows)
    assert len(tree.at_level(AreaLevel.VILLAGE)) == 1402
    assert [a.name for a in tree.path("530629101201")] == ["昭通市", "威信县", "扎西镇", "小坝村民委员会"]
    # The other edition lays itself over this one without a fault.
    older = real_file("admin/zhaotong_npm_2.3.1.csv")
    assert read_register("areas", older.read_bytes(), older.name, Known(areas=tree)).ok
    # One county alone is a site too: its city is not ours.
    county = b"\n".join(
        line for n, line in enumerate(path.read_bytes().splitlines()) if n == 0 or line.startswith(b"530629")
    )
    weixin = read_register("areas", county, "weixin.csv", EMPTY)
    assert weixin.ok
    assert len(AreaTree(weixin.rows).at_level(AreaLevel.VILLAGE)) == 89


def test_parents() -> None:
    head = "code,name,level,parent"
    assert _faults(_read("areas", head, "530629109000,甲镇,township,530699000000")) == [(2, "parent")]
    assert _faults(_read("areas", head, "530629109000,甲镇,township,", known=EMPTY)) == [(2, "parent")]
    # A county whose city is registered must say which.
    assert _faults(_read("areas", head, "530630000000,乙县,county,530700000000")) == [(2, "parent")]
    assert _faults(_read("areas", head, f"530629109000,甲镇,township,{XIAOBA}")) == [(2, "parent")]
    assert _read("areas", head, "530629109000,甲镇,township,530629000000").ok
    # The parent may come later in the file.
    assert _read("areas", head, *reversed(AREA_ROWS), known=EMPTY).ok


def test_circles_of_parents_are_named_on_every_row_of_them() -> None:
    rows = ("530629109000,甲镇,township,530629109001", "530629109001,甲村,village,530629109000")
    assert _faults(_read("areas", "code,name,level,parent", *rows)) == [(2, "parent"), (3, "parent")]
    through_the_register = _read("areas", "code,name,level,parent", f"{ZHAXI},扎西镇,township,{XIAOBA}")
    assert _faults(through_the_register) == [(2, "parent")]
    assert "成环" in through_the_register.faults[0].reason


def test_a_bad_parent_row_is_one_fault_not_one_for_every_child() -> None:
    rows = ("530629109000,,township,530629000000", "530629109201,甲村,village,530629109000")
    assert _faults(_read("areas", "code,name,level,parent", *rows)) == [(2, "name")]


def test_codes_and_levels_of_areas() -> None:
    reading = _read(
        "areas",
        "编码,名称,级别,上级",
        f"5.30629E+11,甲,村,{ZHAXI}",
        f"53062910120,乙,村,{ZHAXI}",
        f"{XIAOBA}1,一组,组,{XIAOBA}",
        f"{HAIZI}001,二组,组,{XIAOBA}",
        f"530629101250,丙,屯,{ZHAXI}",
        f"{XIAOBA},小坝,村,{ZHAXI}",
        f"{XIAOBA}.0,小坝,村,{ZHAXI}",
        f"{XIAOBA},小坝,乡镇,530629000000",
    )
    assert _faults(reading) == [
        (2, "编码"),
        (3, "编码"),
        (4, "编码"),
        (5, "编码"),
        (6, "级别"),
        (8, "编码"),
        (9, "编码"),
    ]
    assert "科学计数" in reading.faults[0].reason
    assert "第7行重复" in reading.faults[5].reason


def test_a_row_that_would_lift_a_village_above_its_groups() -> None:
    group = _read("areas", "code,name,level,parent", f"{XIAOBA},小坝,group,{ZHAXI}")
    assert {column for _, column in _faults(group)} == {"code"}
    moved = _read("areas", "code,name,level,parent", f"{ZHAXI},扎西镇,village,530629000000")
    assert _faults(moved) == [(2, "level"), (2, "level")]


def test_microgrids_and_buildings_lie_in_groups() -> None:
    reading = _read(
        "areas",
        "code,name,level,parent",
        f"{XIAOBA_GROUP}01,一组微网格一,微网格,{XIAOBA_GROUP}",
        f"{XIAOBA_GROUP}01-A,老楼,楼栋,{XIAOBA_GROUP}01",
    )
    assert reading.ok
    assert TINY.tree.merged(reading.rows).village(f"{XIAOBA_GROUP}01-A") == XIAOBA


def test_posts_with_chinese_words() -> None:
    reading = _read(
        "posts",
        "行政区,岗位,姓名,电话,顺序,上级电话,值班开始,值班结束,语言",
        f"{XIAOBA},支书,演练甲,{P1},,,,,",
        f"{XIAOBA},网格长,演练乙,100 0000 0002,2,{P1},20:00,8\uff1a00,苗语",
    )
    assert reading.faults == ()
    leader, chief = reading.rows
    assert leader == post(XIAOBA, Role.LEADER, 1, holder="演练甲")
    assert (chief.role, chief.rank, chief.phone, chief.reports_to) == (Role.GRID_CHIEF, 2, P2, P1)
    assert (chief.duty_from, chief.duty_to, chief.language) == ("20:00", "08:00", "hmn")
    assert chief.id == post(XIAOBA, Role.GRID_CHIEF, 2, rank=2).id


def test_landline_and_mobile_side_by_side() -> None:
    rows = (
        f"{XIAOBA},书记,甲,0870-6123456,13800138000",
        f"{XIAOBA},网格员,乙,13800138001,13800138002",
        f"{XIAOBA},监测员,丙,,13800138003",
        f"{XIAOBA},指导员,丁,0870-6123457,",
    )
    reading = _read("posts", "行政区,岗位,姓名,电话,手机", *rows)
    assert reading.faults == ()
    assert [(p.phone[3:], p.phone2 and p.phone2[3:]) for p in reading.rows] == [
        ("13800138000", "8706123456"),
        ("13800138001", "13800138002"),
        ("13800138003", None),
        ("8706123457", None),
    ]
    assert _faults(_read("posts", "行政区,岗位,姓名,电话,手机", f"{XIAOBA},书记,甲,,")) == [(2, "电话")]
    alone = _read("posts", "行政区,岗位,姓名,手机", f"{XIAOBA},书记,甲,13800138000")
    assert alone.rows[0].phone == "+8613800138000"
    household = _read("households", "编码,行政区,户主,人数,电话,手机", f"1,{XIAOBA},甲,3,0870-6123456,13800138000")
    assert household.rows[0].phone == "+8613800138000"
    assert household.unknown_columns == ("电话",)


def test_every_fault_of_a_post_at_once() -> None:
    reading = _read(
        "posts",
        "area,role,holder,phone,rank,reports_to,duty_from,duty_to,seats",
        f"530629999999,王,,没有,0,{P1},25:00,8点,-1",
        f"{XIAOBA},leader,甲,{P1},1,{P1},20:00,,",
        ",,,,,,,,",
        f"{XIAOBA},leader,甲,,,,,,",
    )
    assert _faults(reading) == [
        (2, "area"),
        (2, "role"),
        (2, "holder"),
        (2, "phone"),
        (2, "rank"),
        (2, "seats"),
        (2, "duty_from"),
        (2, "duty_to"),
        (3, "duty_to"),
        (3, "reports_to"),
        (5, "phone"),
    ]


def test_the_key_of_a_post() -> None:
    head = "area,role,holder,phone,rank"
    one = f"{XIAOBA},leader,甲,{P1},1"
    twice = _read("posts", head, one, f"{XIAOBA},负责人,乙,100-0000-0001,")
    assert _faults(twice) == [(3, "phone")]
    assert _read("posts", head, one, f"{XIAOBA},leader,甲,{P1},2", f"{XIAOBA},leader,乙,{P2},1").ok


def test_nobody_reports_to_himself_in_the_end() -> None:
    head = "area,role,holder,phone,reports_to"
    ring = (f"{XIAOBA},leader,甲,{P1},{P2}", f"{XIAOBA},instructor,乙,{P2},{P3}", f"{ZHAXI},duty,丙,{P3},{P1}")
    tail = f"{XIAOBA},monitor,丁,{demo_phone(4)},{P1}"
    assert _faults(_read("posts", head, *ring, tail)) == [(2, "reports_to"), (3, "reports_to"), (4, "reports_to")]
    registered = Known(areas=TINY.tree, posts=(post(ZHAXI, Role.DUTY, 3, reports_to=P1),))
    assert _faults(_read("posts", head, f"{XIAOBA},leader,甲,{P1},{P3}", known=registered)) == [(2, "reports_to")]


def test_what_is_only_unclean_is_noted_not_refused() -> None:
    reading = _read(
        "posts", "area,role,holder,phone,reports_to", f"{XIAOBA},leader,甲,12600138000,{demo_phone(7654321)}"
    )
    assert reading.ok
    assert [(note.row, note.column) for note in reading.notes] == [(2, "phone"), (2, "reports_to")]


def test_households_with_chinese_words() -> None:
    head = "编码,行政区,户主,人数,类型,老人,儿童,残疾,经度,纬度,风险等级,责任人,安置点,住址,房屋结构,备注"
    reading = _read(
        "households",
        head,
        f"H1,{XIAOBA_GROUP},演练甲,4,农户,1,2,,105.0,27.8,红,{demo_phone(104)},SH1,一组12号,土木,近沟",
        f"H2,{XIAOBA},演练小学,200,学校,,180,0,,,黄色,{demo_phone(999)},SH9,,,",
    )
    assert reading.faults == ()
    home, school = reading.rows
    assert (home.kind, home.people, home.elderly, home.children, home.impaired) == (HouseholdKind.HOME, 4, 1, 2, 0)
    assert (home.risk, home.responsible, home.shelter) == (Risk.RED, demo_phone(104), "SH1")
    assert home.card == (("address", "一组12号"), ("house_type", "土木"))
    assert (school.kind, school.place, school.card) == (HouseholdKind.SCHOOL, None, ())
    assert reading.unknown_columns == ("备注",)
    assert [(n.row, n.column) for n in reading.notes] == [(3, "责任人"), (3, "安置点")]


def test_every_fault_of_households() -> None:
    head = "code,area,head,people,elderly,children,lon,lat,risk,kind,phone"
    reading = _read(
        "households",
        head,
        f"H1,{XIAOBA},甲,三,1,,105,27,,,",
        f"H2,{XIAOBA},甲,3,4,-1,105,,blue,castle,12",
        f"H1,{XIAOBA},甲,2.5,,,27.8,105.0,,,",
        f"H3,{ZHAXI},甲,3,,,0,0,,,",
        f"H4,{XIAOBA},甲,3,,,,,,,",
        f"H4,{XIAOBA},甲,3,,,,,,,",
    )
    assert _faults(reading) == [
        (2, "people"),
        (3, "children"),
        (3, "elderly"),
        (3, "kind"),
        (3, "risk"),
        (3, "phone"),
        (4, "people"),
        (4, "lat"),
        (5, "area"),
        (5, "lon"),
        (7, "code"),
    ]
    assert "写反" in next(f.reason for f in reading.faults if f.column == "lat")


def test_half_a_place_is_a_fault() -> None:
    head = "code,area,head,people,lon,lat"
    assert _faults(_read("households", head, f"H1,{XIAOBA},甲,3,105,")) == [(2, "lat")]
    assert _faults(_read("households", head, f"H1,{XIAOBA},甲,3,,27")) == [(2, "lon")]


def test_shelters() -> None:
    head = "编码,名称,行政区,经度,纬度,容量,管理员,管理员电话"
    reading = _read("shelters", head, f"SH1,小坝小学,{XIAOBA},105.0,27.8,120.0,演练甲,{P1}")
    assert reading.rows[0].capacity == 120
    assert reading.rows[0].keeper_phone == P1
    bad = _read("shelters", head, f",,1,,200,-5,,{P1}", f"SH1,甲,{XIAOBA},105,27.8,一百,,")
    assert _faults(bad) == [
        (2, "编码"), (2, "名称"), (2, "行政区"), (2, "经度"), (2, "纬度"), (2, "容量"), (3, "容量"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_files_that_are_no_register(kind: str) -> None:
    head = ",".join(REQUIRED[kind])
    for data, row in [
        (b"", None),
        (b"PK\x03\x04rest", None),
        (b"\xff\xfe\xfa\x81", None),
        (f"{head}\n".encode(), None),
        (b"a,b\n1,2\n", 1),
    ]:
        reading = read_register(kind, data, "x.csv", EMPTY)
        assert not reading.rows
        assert reading.faults[0].row == row
        assert reading.faults[0].file == "x.csv"
    missing = read_register(kind, b"a,b\n1,2\n", "x.csv", EMPTY)
    assert {fault.column for fault in missing.faults} == set(REQUIRED[kind])


def test_every_alias_leads_to_a_column() -> None:
    for kind in KINDS:
        assert set(ALIASES[kind].values()) <= {*REQUIRED[kind], *OPTIONAL[kind]}


def test_the_words_of_the_contract_are_all_known() -> None:
    wanted = {
        "areas": ("编码", "名称", "级别", "上级", "经度", "纬度"),
        "posts": ("岗位", "姓名", "电话", "手机", "顺序"),
        "households": ("户主", "人数", "老人", "儿童", "残疾", "风险等级", "责任人"),
        "shelters": ("容量", "管理员"),
    }
    for kind, words in wanted.items():
        assert set(words) <= set(ALIASES[kind])


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12) | st.sampled_from(
    [XIAOBA, P1, "leader", "3", "105.0", "27.8", "村", "home", "red", ""]
)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_whatever_is_written_rows_or_faults_come_back(kind: str, data: st.DataObject) -> None:
    columns = [*REQUIRED[kind], *OPTIONAL[kind]]
    rows = data.draw(st.lists(st.lists(_CELL, min_size=len(columns), max_size=len(columns)), min_size=1, max_size=4))
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    reading = read_register(kind, out.getvalue().encode(), "fuzz.csv", KNOWN)
    assert bool(reading.rows) != bool(reading.faults)
    assert all(fault.file == "fuzz.csv" and fault.reason for fault in reading.faults)
