"""Reading the registers of people: bytes → rows, or every fault with file, row, column and reason. All or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar, overload

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from core.tables import BadValue, Cells, Fault, Table, decode, read_table
from people.areas import Area, AreaLevel, circles
from people.cells import area_code, area_code_or_text, clock, code_fault, place
from people.columns import (
    ALIASES,
    CARD,
    OPTIONAL,
    REQUIRED,
    aliases_for,
    kind_word,
    language_word,
    level_word,
    risk_word,
    role_word,
)
from people.households import Household, HouseholdKind
from people.phones import PhoneKind, normal_phone, phone_kind, takes_text
from people.posts import Post, post_id
from people.reading import Known, Reading
from people.shelters import Shelter

__all__ = ["ALIASES", "KINDS", "Known", "Reading", "Register", "read_register"]

Register = Literal["areas", "posts", "households", "shelters"]
KINDS: tuple[Register, ...] = ("areas", "posts", "households", "shelters")

T = TypeVar("T")
MOST_PEOPLE = 20_000


@dataclass(slots=True)
class _Draft(Generic[T]):
    """A file being read: its table, the faults and notes found so far, and which row every kept item came from."""

    table: Table
    known: Known
    faults: list[Fault]
    notes: list[Fault] = field(default_factory=list)
    rows: list[tuple[int, T]] = field(default_factory=list)

    def fault(self, number: int, column: str, reason: str) -> None:
        self.faults.append(self._at(number, column, reason))

    def note(self, number: int, column: str, reason: str) -> None:
        self.notes.append(self._at(number, column, reason))

    def _at(self, number: int, column: str, reason: str) -> Fault:
        return Fault(file=self.table.file, row=number, column=self.table.header.get(column, column), reason=reason)


@overload
def read_register(kind: Literal["areas"], data: bytes, file: str, known: Known) -> Reading[Area]: ...
@overload
def read_register(kind: Literal["posts"], data: bytes, file: str, known: Known) -> Reading[Post]: ...
@overload
def read_register(kind: Literal["households"], data: bytes, file: str, known: Known) -> Reading[Household]: ...
@overload
def read_register(kind: Literal["shelters"], data: bytes, file: str, known: Known) -> Reading[Shelter]: ...
@overload
def read_register(kind: str, data: bytes, file: str, known: Known) -> Reading[Any]: ...
def read_register(kind: str, data: bytes, file: str, known: Known) -> Reading[Any]:
    """Read one register file.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    data : bytes
        CSV in UTF-8 (with or without BOM) or GBK, with canonical or Chinese headers.
    file : str
        The name that faults carry.
    known : Known
        What the registers hold already; the file may refer to it, and is merged over it.

    Returns
    -------
    Reading
        Rows in the order of the file, or no rows and all faults.

    Raises
    ------
    ValueError
        For an unknown `kind`.
    """
    if kind not in _READERS:
        raise ValueError(f"unknown register {kind!r}, there are {', '.join(KINDS)}")
    table, faults = read_table(
        data, file, required=REQUIRED[kind], optional=OPTIONAL[kind], aliases=aliases_for(kind, _header(data))
    )
    if table is None:
        return Reading(faults=tuple(faults))
    draft: _Draft[Any] = _Draft(table, known, faults)
    if not table.rows and not faults:
        draft.faults.append(Fault(file=file, reason="只有表头,没有数据行"))
    row_reader, key, whole = _READERS[kind]
    for number, row in table.rows:
        cells = Cells(table, number, row, draft.faults)
        item = row_reader(cells, draft)
        if item is not None and not cells.bad:
            draft.rows.append((number, item))
    _no_doubles(draft, key)
    whole(draft)
    order = sorted(draft.faults, key=lambda fault: fault.row or 0)
    return Reading(
        rows=() if order else tuple(item for _, item in draft.rows),
        faults=tuple(order),
        notes=tuple(sorted(draft.notes, key=lambda note: note.row or 0)),
        unknown_columns=table.unknown_columns,
        encoding=table.encoding,
    )


def _header(data: bytes) -> tuple[str, ...]:
    try:
        text, _ = decode(data)
        first = next(csv.reader(io.StringIO(text, newline="")), [])
    except (BadValue, csv.Error):
        return ()  # read_table says why
    return tuple(cell.strip() for cell in first)


def _no_doubles(draft: _Draft[Any], key: tuple[str, Callable[[Any], Hashable], str]) -> None:
    column, of, words = key
    first: dict[Hashable, int] = {}
    for number, item in draft.rows:
        before = first.setdefault(of(item), number)
        if before != number:
            draft.fault(number, column, f"{words}与第{before}行重复")


def _phone(cells: Cells, draft: _Draft[Any], column: str, *, required: bool = False) -> str | None:
    phone = cells.parse(column, normal_phone, required=required)
    if phone is not None and phone_kind(phone) is PhoneKind.OTHER:
        draft.note(cells.row_number, column, f"号码 {phone} 不属于已知的手机或固定电话号段,请核对")
    return phone


def _area(cells: Cells, draft: _Draft[Any]) -> str | None:
    code = cells.parse("area", area_code, required=True)
    if code is not None and code not in draft.known.areas:
        cells.fault("area", f"行政区 {code} 不在登记册里")
        return None
    return code


def _read_area(cells: Cells, _: _Draft[Area]) -> Area | None:
    code = cells.parse("code", area_code, required=True)
    name = cells.text("name", required=True)
    level = cells.parse("level", level_word, required=True)
    parent = cells.parse("parent", area_code)
    lon, lat = place(cells)
    wrong = code_fault(code, level) if code is not None and level is not None else None
    if wrong is not None:
        cells.fault("code", wrong)
    if code is None or name is None or level is None or cells.bad:
        return None
    return Area(code=code, name=name, level=level, parent=parent, lon=lon, lat=lat)


def _whole_areas(draft: _Draft[Area]) -> None:
    """Parents exist and are higher, in the file or in the register below it; nothing runs in a circle."""
    numbers = {area.code: number for number, area in draft.rows}
    # What the file says of a code, even in a row that is at fault elsewhere, so that one bad cell is one fault.
    said = {area_code_or_text(row.get("code", "")) for _, row in draft.table.rows}
    # Of rows that repeat a code the first is meant; the others are at fault already.
    merged = {**{area.code: area for area in draft.known.areas}, **{a.code: a for _, a in reversed(draft.rows)}}
    highest = min((area.level.depth for area in merged.values()), default=0)
    ring = circles({area.code: area.parent for area in merged.values() if area.parent is not None})
    for number, area in draft.rows:
        if area.code in ring:
            draft.fault(number, "parent", f"上级成环:{area.code} 的上级一路又回到它自己")
            continue
        parent = merged.get(area.parent) if area.parent is not None else None
        if parent is not None:
            if parent.level.depth >= area.level.depth:
                draft.fault(
                    number,
                    "parent",
                    f"上级 {parent.code} 是{parent.level.chinese}级,不能管{area.level.chinese}级的 {area.code}",
                )
        elif area.parent not in said and not _may_stand_alone(area, highest):
            reason = f"上级 {area.parent} 不在文件里也不在登记册里" if area.parent else "必填,不能为空"
            draft.fault(number, "parent", reason)
        if (
            area.level is AreaLevel.GROUP
            and parent is not None
            and parent.level is AreaLevel.VILLAGE
            and (not area.code.startswith(parent.code))
        ):
            draft.fault(number, "code", f"组的编码应以所在村 {parent.code} 开头,写的是 {area.code!r}")
        for child in draft.known.areas.children(area.code):
            if child.code not in numbers and child.level.depth <= area.level.depth:
                draft.fault(number, "level", f"登记册里 {child.code} 是它的下级,级别却不低于它")


def _may_stand_alone(area: Area, highest: int) -> bool:
    """The top of a site's tree: its city, or its counties where no city is registered. What is above is not ours."""
    return area.level is AreaLevel.CITY or (area.level is AreaLevel.COUNTY and highest == AreaLevel.COUNTY.depth)


def _read_post(cells: Cells, draft: _Draft[Post]) -> Post | None:
    area = _area(cells, draft)
    role = cells.parse("role", role_word, required=True)
    holder = cells.text("holder", required=True)
    side_by_side = draft.table.header.get("phone") == "电话" and draft.table.header.get("phone2") == "手机"
    phone2 = _phone(cells, draft, "phone2")
    phone = _phone(cells, draft, "phone", required=not (side_by_side and phone2 is not None))
    if side_by_side and phone2 is not None and (phone is None or not takes_text(phone)) and not cells.bad:
        # 电话 is the landline and 手机 the mobile: the first wire is the one that takes a text.
        phone, phone2 = phone2, phone
    rank = cells.integer("rank", minimum=1, maximum=99)
    reports_to = _phone(cells, draft, "reports_to")
    seats = cells.integer("seats", minimum=0, maximum=200)
    start, end = cells.parse("duty_from", clock), cells.parse("duty_to", clock)
    if not cells.bad and (start is None) != (end is None):
        cells.fault("duty_from" if start is None else "duty_to", "值班的开始和结束要么都写,要么都不写")
    if phone is not None and reports_to == phone:
        cells.fault("reports_to", "上级电话是他自己的电话")
    language = cells.text("language") or "zh-CN"
    if area is None or role is None or holder is None or phone is None or cells.bad:
        return None
    rank = 1 if rank is None else rank
    return Post(
        id=post_id(area, role, rank, phone),
        area=area,
        role=role,
        rank=rank,
        holder=holder,
        phone=phone,
        reports_to=reports_to,
        phone2=None if phone2 == phone else phone2,
        language=language_word.get(language, language),
        department=cells.text("department"),
        seats=seats,
        duty_from=start,
        duty_to=end,
    )


def _whole_posts(draft: _Draft[Post]) -> None:
    """Nobody reports to somebody who in the end reports to him; reports_to that no post has is only noted."""
    posts = {post.id: post for post in draft.known.posts}
    posts.update({post.id: post for _, post in draft.rows})
    phones = {phone for post in posts.values() for phone in (post.phone, post.phone2) if phone is not None}
    pairs = [(post.phone, post.reports_to) for post in posts.values() if post.reports_to is not None]
    number_of = {phone: n for n, phone in enumerate(sorted({phone for pair in pairs for phone in pair}))}
    ring: set[str] = set()
    if pairs:
        size = len(number_of)
        edges = np.array([[number_of[a], number_of[b]] for a, b in pairs])
        graph = coo_array((np.ones(len(pairs), dtype=np.int8), (edges[:, 0], edges[:, 1])), shape=(size, size))
        _, part = connected_components(graph.tocsr(), directed=True, connection="strong")
        sizes = np.bincount(part)
        ring = {phone for phone, n in number_of.items() if sizes[part[n]] > 1}
    for number, post in draft.rows:
        if post.reports_to is None:
            continue
        if post.phone in ring and post.reports_to in ring:
            draft.fault(number, "reports_to", f"上级成环:{post.phone} 一路向上又报告给他自己")
        elif post.reports_to not in phones:
            draft.note(number, "reports_to", f"上级电话 {post.reports_to} 不属于任何岗位")


def _read_household(cells: Cells, draft: _Draft[Household]) -> Household | None:
    code = cells.parse("code", area_code, required=True)
    area = _area(cells, draft)
    if area is not None and draft.known.areas.village(area) is None:
        cells.fault("area", f"户要登记在村(社区)或更细的行政区,{area} 是更高的级别")
    head = cells.text("head", required=True)
    people = cells.integer("people", required=True, minimum=0, maximum=MOST_PEOPLE)
    counts = {name: cells.integer(name, minimum=0, maximum=MOST_PEOPLE) for name in _COUNTS}
    for name in ("elderly", "children", "impaired"):
        count = counts[name]
        if people is not None and count is not None and count > people:
            cells.fault(name, f"比全户人数 {people} 还多,写的是 {count}")
    lon, lat = place(cells)
    kind = cells.parse("kind", kind_word) or HouseholdKind.HOME
    risk = cells.parse("risk", risk_word)
    phones = {name: _phone(cells, draft, name) for name in ("phone", "responsible", "kin_phone")}
    shelter = cells.text("shelter")
    if code is None or area is None or head is None or people is None or cells.bad:
        return None
    return Household(
        code=code,
        area=area,
        head=head,
        people=people,
        kind=kind,
        people_night=counts["people_night"],
        people_day=counts["people_day"],
        phone=phones["phone"],
        elderly=counts["elderly"] or 0,
        children=counts["children"] or 0,
        impaired=counts["impaired"] or 0,
        lon=lon,
        lat=lat,
        risk=risk,
        responsible=phones["responsible"],
        shelter=shelter,
        kin_phone=phones["kin_phone"],
        vehicle=cells.text("vehicle"),
        home_language=cells.text("home_language"),
        card=tuple((name, text) for name in CARD if (text := cells.text(name)) is not None),
    )


_COUNTS = ("people_night", "people_day", "elderly", "children", "impaired")


def _whole_households(draft: _Draft[Household]) -> None:
    """Nobody answering for a household, or a shelter nobody registered, is for the hygiene list, not a refusal."""
    phones = {phone for post in draft.known.posts for phone in (post.phone, post.phone2)}
    for number, household in draft.rows:
        if household.responsible is not None and household.responsible not in phones:
            draft.note(number, "responsible", f"责任人电话 {household.responsible} 不属于任何岗位")
        if household.shelter is not None and household.shelter not in draft.known.shelters:
            draft.note(number, "shelter", f"安置点 {household.shelter} 不在登记册里")


def _read_shelter(cells: Cells, draft: _Draft[Shelter]) -> Shelter | None:
    code = cells.parse("code", area_code, required=True)
    name = cells.text("name", required=True)
    area = _area(cells, draft)
    lon, lat = place(cells, required=True)
    capacity = cells.integer("capacity", required=True, minimum=0, maximum=100_000)
    keeper_phone = _phone(cells, draft, "keeper_phone")
    if code is None or name is None or area is None or lon is None or lat is None or capacity is None or cells.bad:
        return None
    return Shelter(
        code=code,
        name=name,
        area=area,
        lon=lon,
        lat=lat,
        capacity=capacity,
        keeper=cells.text("keeper"),
        keeper_phone=keeper_phone,
    )


def _nothing_more(draft: _Draft[Shelter]) -> None:
    """A shelter is checked by its row alone."""


_Reader = tuple[Callable[[Cells, Any], Any], tuple[str, Callable[[Any], Hashable], str], Callable[[_Draft[Any]], None]]
_READERS: Mapping[str, _Reader] = {
    "areas": (_read_area, ("code", lambda area: area.code, "编码"), _whole_areas),
    "posts": (
        _read_post,
        ("phone", lambda post: post.id, "同一行政区、岗位、顺序、电话"),
        _whole_posts,
    ),
    "households": (_read_household, ("code", lambda household: household.code, "编码"), _whole_households),
    "shelters": (_read_shelter, ("code", lambda shelter: shelter.code, "编码"), _nothing_more),
}
