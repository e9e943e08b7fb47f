"""Areas stand in a tree that can be walked both ways."""

from __future__ import annotations

import pytest

from people.areas import AreaLevel, AreaTree, circles, short_name
from tests.support.registers import CITY, COUNTY, HAIZI, MAAN, VILLAGES, XIAOBA, XIAOBA_GROUP, ZHAXI, area, tiny_county

TREE = tiny_county().tree


def test_downwards() -> None:
    assert [a.code for a in TREE.children(ZHAXI)] == [HAIZI, XIAOBA]
    assert TREE.within(ZHAXI) == {ZHAXI, HAIZI, XIAOBA, XIAOBA_GROUP}
    assert TREE.within(XIAOBA_GROUP) == {XIAOBA_GROUP}
    assert TREE.within(CITY) == {a.code for a in TREE}
    assert TREE.within("nowhere") == frozenset()
    assert TREE.children("nowhere") == ()
    assert tuple(a.code for a in TREE.at_level(AreaLevel.VILLAGE)) == tuple(sorted(VILLAGES))


def test_upwards() -> None:
    assert TREE.village(XIAOBA_GROUP) == XIAOBA
    assert TREE.village(XIAOBA) == XIAOBA
    assert TREE.village(ZHAXI) is None
    assert TREE.township(XIAOBA_GROUP) == ZHAXI
    assert TREE.county(MAAN) == COUNTY
    assert TREE.village("nowhere") is None
    county = TREE.up(XIAOBA_GROUP, AreaLevel.COUNTY)
    assert county is not None
    assert county.name == "威信县"
    assert [a.code for a in TREE.path(XIAOBA_GROUP)] == [CITY, COUNTY, ZHAXI, XIAOBA, XIAOBA_GROUP]
    assert TREE.path("nowhere") == ()


def test_a_tree_that_exists_can_be_walked() -> None:
    a, b = area("A", "a", AreaLevel.VILLAGE, "B"), area("B", "b", AreaLevel.VILLAGE, "A")
    with pytest.raises(ValueError, match="circle"):
        AreaTree([a, b])
    with pytest.raises(ValueError, match="twice"):
        AreaTree([a, a])
    with pytest.raises(ValueError, match="circle"):
        AreaTree([area("A", "a", AreaLevel.VILLAGE, "A")])


def test_a_tail_into_a_circle_is_not_on_it() -> None:
    assert circles({"tail": "a", "a": "b", "b": "c", "c": "a", "free": "top"}) == {"a", "b", "c"}


def test_merging_replaces_and_joins() -> None:
    renamed = area(XIAOBA, "小坝社区居民委员会", AreaLevel.VILLAGE, ZHAXI)
    new = area("530629101299", "新村村民委员会", AreaLevel.VILLAGE, ZHAXI)
    tree = TREE.merged([renamed, new])
    assert len(tree) == len(TREE) + 1
    assert tree.get(XIAOBA) == renamed
    assert tree.village(XIAOBA_GROUP) == XIAOBA


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("小坝村民委员会", "小坝村"),
        ("田坝村村民委员会", "田坝村"),
        ("海子社区居民委员会", "海子社区"),
        ("老街居委会", "老街社区"),
        ("长地村委会", "长地村"),
        ("扎西镇", "扎西镇"),
        ("小坝一组", "小坝一组"),
        ("村民委员会", "村民委员会"),
    ],
)
def test_short_names(name: str, short: str) -> None:
    assert short_name(name) == short


def test_levels_have_words_and_an_order() -> None:
    assert [level.chinese for level in AreaLevel] == ["市", "县", "乡镇", "村", "组", "微网格", "楼栋"]
    assert AreaLevel.CITY.depth < AreaLevel.VILLAGE.depth < AreaLevel.BUILDING.depth
