"""Cells of registers that several registers share: codes, times of day, places."""

from __future__ import annotations

import re
import unicodedata

from core.tables import BadValue, Cells
from people.areas import AreaLevel

_STATISTICAL = (AreaLevel.CITY, AreaLevel.COUNTY, AreaLevel.TOWNSHIP, AreaLevel.VILLAGE)


def area_code(text: str) -> str:
    """Read a code of digits that a spreadsheet may have turned into a number.

    Raises
    ------
    BadValue
    """
    plain = re.sub(r"^(\d+)\.0+$", r"\1", text)
    if re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", plain):
        raise BadValue(f"编码被表格软件改成了科学计数 {text!r},请把这一列设为文本后重填")
    return plain


def clock(text: str) -> str:
    """Read a time of day as HH:MM; 24:00 is midnight.

    Raises
    ------
    BadValue
    """
    found = re.fullmatch(r"(\d{1,2})[:时](\d{2})?(?:分|:00)?", unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise BadValue(f"应写成 时:分(如 20:00),写的是 {text!r}")
    hour, minute = int(found[1]), int(found[2] or 0)
    if (hour, minute) == (24, 0):
        hour = 0
    if hour > 23 or minute > 59:
        raise BadValue(f"没有这个时刻:{text!r}")
    return f"{hour:02d}:{minute:02d}"


def place(cells: Cells, *, required: bool = False) -> tuple[float | None, float | None]:
    """Longitude and latitude: both or neither, in range, not the (0, 0) that forms put where nothing was entered."""
    lon = cells.decimal("lon", required=required, minimum=-180, maximum=180)
    lat = cells.decimal("lat", required=required)
    if lat is not None and abs(lat) > 90:
        swapped = ",经度和纬度像是写反了" if lon is not None and abs(lon) <= 90 and abs(lat) <= 180 else ""
        cells.fault("lat", f"纬度应在 -90 到 90 之间,写的是 {lat:g}{swapped}")
    if not cells.bad and (lon is None) != (lat is None):
        cells.fault("lon" if lon is None else "lat", "经度和纬度要么都写,要么都不写")
    if lon == 0 and lat == 0:
        cells.fault("lon", "(0, 0) 不是这里的地点,没有坐标请留空")
    return lon, lat


def area_code_or_text(text: str) -> str:
    """The code as far as it can be made out."""
    try:
        return area_code(text)
    except BadValue:
        return text


def code_fault(code: str, level: AreaLevel) -> str | None:
    """Why `code` cannot be the code of an area of `level`, or None (DESIGN section 3: 12 digits, groups 3 more)."""
    if level.depth > AreaLevel.GROUP.depth:
        if not re.fullmatch(r"[\dA-Za-z_-]{12,40}", code):
            return f"{level.chinese}的编码应是 12–40 位数字或字母,写的是 {code!r}"
        return None
    digits = 12 if level in _STATISTICAL else 15
    if re.fullmatch(rf"\d{{{digits}}}", code):
        return None
    how = "统计用区划代码" if digits == 12 else "村的 12 位代码再加 3 位"
    return f"{level.chinese}的编码应是 {digits} 位数字({how}),写的是 {code!r}"
