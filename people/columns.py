"""Columns of the registers of people, and the words counties write for them and in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Generic, TypeVar

from core.tables import BadValue
from people.areas import AreaLevel
from people.households import HouseholdKind, Risk
from people.posts import Role

W = TypeVar("W")

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "areas": ("code", "name", "level", "parent"),
    "posts": ("area", "role", "holder", "phone"),
    "households": ("code", "area", "head", "people"),
    "shelters": ("code", "name", "area", "lon", "lat", "capacity"),
}

# The fields of the household card (FACTS section 7) that no other column holds.
CARD = (
    "card_number",
    "address",
    "members",
    "house_type",
    "hazard",
    "hazard_scale",
    "position",
    "trigger",
    "signal",
    "signal_by",
    "signal_phone",
    "monitor",
    "monitor_phone",
    "route",
    "medical",
    "medical_phone",
    "issued",
)

OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "areas": ("lon", "lat"),
    "posts": ("rank", "reports_to", "phone2", "language", "department", "seats", "duty_from", "duty_to"),
    "households": (
        "kind",
        "people_night",
        "people_day",
        "phone",
        "elderly",
        "children",
        "impaired",
        "lon",
        "lat",
        "risk",
        "responsible",
        "shelter",
        "kin_phone",
        "vehicle",
        "home_language",
        *CARD,
    ),
    "shelters": ("keeper", "keeper_phone"),
}

_PLACE = {"经度": "lon", "纬度": "lat", "东经": "lon", "北纬": "lat"}
_AREA = {
    "行政区": "area",
    "行政区编码": "area",
    "行政区代码": "area",
    "区划": "area",
    "区划编码": "area",
    "区划代码": "area",
    "所在村": "area",
    "所属区域": "area",
    "辖区": "area",
}
_CODE = {"编码": "code", "编号": "code", "代码": "code"}

ALIASES: Mapping[str, Mapping[str, str]] = {
    "areas": {
        **_CODE,
        "区划编码": "code",
        "区划代码": "code",
        "名称": "name",
        "级别": "level",
        "层级": "level",
        "上级": "parent",
        "上级编码": "parent",
        "上级代码": "parent",
        "parent_code": "parent",
        **_PLACE,
    },
    "posts": {
        **_AREA,
        "岗位": "role",
        "角色": "role",
        "职务": "role",
        "姓名": "holder",
        "责任人": "holder",
        "电话": "phone",
        "手机": "phone",
        "手机号": "phone",
        "联系电话": "phone",
        "顺序": "rank",
        "排序": "rank",
        "上级电话": "reports_to",
        "报告人电话": "reports_to",
        "备用电话": "phone2",
        "第二电话": "phone2",
        "语言": "language",
        "部门": "department",
        "单位": "department",
        "座位": "seats",
        "座位数": "seats",
        "值班开始": "duty_from",
        "值班起": "duty_from",
        "值班结束": "duty_to",
        "值班止": "duty_to",
    },
    "households": {
        **_CODE,
        "户编码": "code",
        "户号": "code",
        **_AREA,
        "户主": "head",
        "户主姓名": "head",
        "人数": "people",
        "人口": "people",
        "类型": "kind",
        "类别": "kind",
        "夜间人数": "people_night",
        "白天人数": "people_day",
        "日间人数": "people_day",
        "电话": "phone",
        "手机": "phone",
        "联系电话": "phone",
        "老人": "elderly",
        "老人数": "elderly",
        "儿童": "children",
        "儿童数": "children",
        "残疾": "impaired",
        "残疾人": "impaired",
        "行动不便": "impaired",
        **_PLACE,
        "风险等级": "risk",
        "风险": "risk",
        "责任人": "responsible",
        "责任人电话": "responsible",
        "包保责任人": "responsible",
        "安置点": "shelter",
        "安置点编码": "shelter",
        "亲属电话": "kin_phone",
        "车辆": "vehicle",
        "民族语言": "home_language",
        "家庭语言": "home_language",
        "明白卡编号": "card_number",
        "住址": "address",
        "地址": "address",
        "家庭成员": "members",
        "房屋结构": "house_type",
        "房屋类型": "house_type",
        "灾害类型": "hazard",
        "灾害规模": "hazard_scale",
        "位置关系": "position",
        "诱发因素": "trigger",
        "预警信号": "signal",
        "信号发布人": "signal_by",
        "信号发布人电话": "signal_phone",
        "监测人": "monitor",
        "监测人电话": "monitor_phone",
        "撤离路线": "route",
        "医疗单位": "medical",
        "医疗电话": "medical_phone",
        "发卡日期": "issued",
    },
    "shelters": {
        **_CODE,
        "名称": "name",
        **_AREA,
        **_PLACE,
        "容量": "capacity",
        "容纳人数": "capacity",
        "管理员": "keeper",
        "管理人": "keeper",
        "管理员电话": "keeper_phone",
        "管理人电话": "keeper_phone",
        "联系电话": "keeper_phone",
    },
}


def aliases_for(kind: str, header: tuple[str, ...]) -> Mapping[str, str]:
    """The aliases for a file with this header.

    电话 and 手机 both mean the phone when they stand alone. Side by side they are two numbers: a post has room for
    both (the reader then calls the one that can take a text first), a household keeps the mobile.
    """
    aliases = ALIASES[kind]
    if not {"电话", "手机"} <= set(header) or kind not in ("posts", "households"):
        return aliases
    if kind == "posts":
        return {**aliases, "手机": "phone2"}
    return {alias: name for alias, name in aliases.items() if alias != "电话"}


class Words(Generic[W]):
    """A cell reader that takes one of several words, however cased and in any width; its complaint lists them."""

    def __init__(self, words: Mapping[str, W], what: str) -> None:
        self._words = {_plain(text): value for text, value in words.items()}
        self._listed, self._what = "、".join(words), what

    def __call__(self, text: str) -> W:
        try:
            return self._words[_plain(text)]
        except KeyError:
            raise BadValue(f"不认识的{self._what} {text!r},可写:{self._listed}") from None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


level_word = Words(
    {
        **{level.value: level for level in AreaLevel},
        **{level.chinese: level for level in AreaLevel},
        **dict.fromkeys(("地级市", "州", "市级"), AreaLevel.CITY),
        **dict.fromkeys(("县", "区", "县级", "县级市", "县区"), AreaLevel.COUNTY),
        **dict.fromkeys(("乡", "镇", "街道", "乡级", "乡镇级"), AreaLevel.TOWNSHIP),
        **dict.fromkeys(("社区", "村级", "行政村", "村社区", "村(社区)"), AreaLevel.VILLAGE),
        **dict.fromkeys(("村民小组", "小组", "村组", "网格", "组级"), AreaLevel.GROUP),
        **dict.fromkeys(("微格",), AreaLevel.MICROGRID),
        **dict.fromkeys(("楼", "楼宇", "建筑", "房屋"), AreaLevel.BUILDING),
    },
    "级别",
)
role_word = Words(
    {
        **{role.value: role for role in Role},
        **{role.chinese: role for role in Role},
        **dict.fromkeys(("总指挥", "指挥"), Role.COMMANDER),
        **dict.fromkeys(("值班", "值班室", "值班人员", "带班领导"), Role.DUTY),
        **dict.fromkeys(("调度", "调度人员", "指挥调度"), Role.DISPATCHER),
        **dict.fromkeys(
            ("书记", "支书", "村支书", "支部书记", "主任", "村主任", "村长", "组长", "村民小组长", "小组长"),
            Role.LEADER,
        ),
        **dict.fromkeys(("网格指导员",), Role.INSTRUCTOR),
        **dict.fromkeys(("片长",), Role.GRID_CHIEF),
        **dict.fromkeys(("微网格员", "微网格长"), Role.GRID_MEMBER),
        **dict.fromkeys(("群测群防员", "群测群防监测员", "地灾监测员", "监测人"), Role.MONITOR),
        **dict.fromkeys(("管理员", "安置点负责人"), Role.SHELTER_KEEPER),
        **dict.fromkeys(("部门联络员", "联络员"), Role.DEPARTMENT),
        **dict.fromkeys(("志愿者队伍",), Role.VOLUNTEER),
    },
    "岗位",
)
kind_word = Words(
    {
        **{kind.value: kind for kind in HouseholdKind},
        **{kind.chinese: kind for kind in HouseholdKind},
        **dict.fromkeys(("家庭", "农户", "居民", "常住户"), HouseholdKind.HOME),
        **dict.fromkeys(("幼儿园",), HouseholdKind.SCHOOL),
        **dict.fromkeys(("敬老院", "养老院", "托管点", "卫生院"), HouseholdKind.CARE),
        **dict.fromkeys(("施工工地", "厂矿"), HouseholdKind.WORKSITE),
        **dict.fromkeys(("露营地", "工棚"), HouseholdKind.CAMP),
        **dict.fromkeys(("租户", "出租屋", "租房"), HouseholdKind.RENTAL),
    },
    "类型",
)
risk_word = Words(
    {
        **{risk.value: risk for risk in Risk},
        **{risk.chinese: risk for risk in Risk},
        **dict.fromkeys(("红色", "红户", "高", "高风险"), Risk.RED),
        **dict.fromkeys(("黄色", "黄户", "中", "中风险"), Risk.YELLOW),
        **dict.fromkeys(("绿色", "绿户", "低", "低风险"), Risk.GREEN),
    },
    "风险等级",
)
language_word: Mapping[str, str] = {
    "普通话": "zh-CN",
    "汉语": "zh-CN",
    "彝语": "ii",
    "苗语": "hmn",
    "回族汉语": "zh-CN",
    "壮语": "za",
}
