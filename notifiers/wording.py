"""Every text that leaves the house, in plain village Chinese: the vital words first, calm, with mark, time and code.

Pure functions from facts to text. Numbers inside texts are Arabic, since people answer in them. A text that asks for an
answer carries its code exactly once; every text carries its time as HH:MM, so that no two are alike. Voice texts are
spoken forms: times as 22点41分, keys as "按1".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from core.cap import CapStatus
from core.levels import Level
from notifiers.codes import CODE_PATTERN
from notifiers.segments import FIRST_PART, TWO_PARTS, measure

MENU = "回1收到 2户人 3全转完 4求助 5拒转 0不能办"
VOICE_MENU = "收到请按1,转移了几户几人按2,全部转完按3,求助按4,有人拒绝按5,不能办按0。"
MOST_SPOKEN = 130  # about 25 s of speech, with the menu

Quantity = tuple[int | None, int | None]  # households, people; None where it was not said


def order_text(
    status: CapStatus,
    signature: str,
    level: Level,
    village: str,
    hazard_chinese: str,
    households: int,
    people: int,
    shelter: str | None,
    leave_by: str | None,
    code: str,
    at: datetime,
    version: int = 1,
) -> str:
    """The order: at most 134 characters, the first 67 stand alone (level, village, move now, reply 1).

    `leave_by` is HH:MM; `version` above 1 says that the order was changed.
    """
    changed = "有变," if version > 1 else ""
    head = f"{_head(status, signature)}{level.chinese}色预警:{changed}{village}马上转移!代号{code},{MENU}。"
    until = f",{leave_by}前走完" if leave_by else ""
    facts = f"防{hazard_chinese}。名单{households}户{people}人{until}"
    tail = f"。第{version}版 {_time(at)}发" if version > 1 else f"。{_time(at)}发"
    room = TWO_PARTS - len(head) - len(facts) - len(tail) - 2
    where = f",去{_fit(shelter, room)}" if shelter and room >= 4 else ""
    return f"{head}{facts}{where}{tail}"


def order_voice(
    status: CapStatus,
    signature: str,
    level: Level,
    village: str,
    hazard_chinese: str,
    households: int,
    people: int,
    shelter: str | None,
    leave_by: str | None,
    code: str,
    at: datetime,
    version: int = 1,
) -> str:
    """The order as spoken, about 20 s: who must move first, then how to answer by key."""
    until = f"{_spoken_time(leave_by)}前走完," if leave_by else ""
    where = f"去{_fit(shelter, 16)}。" if shelter else ""
    changed = "指令有变。" if version > 1 else ""
    return (
        f"{_spoken_mark(status)}{level.chinese}色预警,{village}马上转移,防{hazard_chinese}。{changed}"
        f"名单{households}户,{people}人,{until}{where}收到请按1,不能办按0。"
        f"代号{_spaced(code)},{_spoken_time(f'{at:%H:%M}')},{signature}。"
    )


def inform_text(
    status: CapStatus, signature: str, level: Level, area: str, villages: Sequence[str], code: str, at: datetime
) -> str:
    """To townships and the county: which villages are being moved."""
    head = f"{_head(status, signature)}{level.chinese}色预警:{area}{len(villages)}个村正在转移!代号{code},回1收到 0不能办。"
    tail = f"。{_time(at)}发"
    return f"{head}{_list(villages, TWO_PARTS - len(head) - len(tail))}{tail}"


def planned_text(
    status: CapStatus, signature: str, level: Level, village: str, hazard_chinese: str, code: str, at: datetime
) -> str:
    """Below the order line: be ready, nobody moves yet."""
    return (
        f"{_head(status, signature)}{level.chinese}色预警:{village}防{hazard_chinese},做好转移准备,现在不用转。"
        f"代号{code},回1收到 4求助 0不能办。看好名单上的户,雨大了再通知。{_time(at)}发"
    )


def inform_voice(status: CapStatus, signature: str, level: Level, words: str, code: str, at: datetime) -> str:
    """Any other call: the words, then the key. `words` say what it is about, e.g. 小坝村做好转移准备."""
    return (
        f"{_spoken_mark(status)}{level.chinese}色预警,{words}。收到请按1,不能办按0。"
        f"代号{_spaced(code)},{_spoken_time(f'{at:%H:%M}')},{signature}。"
    )


def desk_text(
    status: CapStatus, signature: str, level: Level, villages: Sequence[str], evidence: str, code: str, at: datetime
) -> str:
    """To the duty desk: proposals that wait for a decision."""
    head = f"{_head(status, signature)}待审批:{level.chinese}色预警{len(villages)}个村,请马上到平台决定!代号{code},回1收到 0不能办。"
    tail = f"。{_time(at)}发"
    room = TWO_PARTS - len(head) - len(tail)
    names = _list(villages, min(room, 24))
    rest = room - len(names) - 1
    return f"{head}{names}{';' + _fit(evidence, rest) if evidence and rest > 8 else ''}{tail}"


def desk_voice(
    status: CapStatus, signature: str, level: Level, villages: Sequence[str], code: str, at: datetime
) -> str:
    """The same as spoken."""
    return inform_voice(status, signature, level, f"{_list(villages, 20)}等待审批,请马上到平台决定", code, at)


def count_text(
    status: CapStatus, signature: str, village: str, households: int, people: int, code: str, at: datetime
) -> str:
    """Asks a post that answered, and then was silent, for a count."""
    return (
        f"{_head(status, signature)}{village}转了多少?名单{households}户{people}人。"
        f"代号{code},回2户人,全转完回3,求助回4,拒转回5户人。{_time(at)}发"
    )


def count_voice(
    status: CapStatus, signature: str, village: str, households: int, people: int, code: str, at: datetime
) -> str:
    """The same as spoken."""
    return (
        f"{_spoken_mark(status)}{village}转移了多少?名单{households}户,{people}人。"
        f"转移了几户几人按2,全部转完按3,求助按4,有人拒绝按5。代号{_spaced(code)},{_spoken_time(f'{at:%H:%M}')},{signature}。"
    )


def confirm_text(
    status: CapStatus, signature: str, village: str, households: int, people: int, code: str, at: datetime
) -> str:
    """Asks a second person whether a village that says it is clear really is."""
    return (
        f"{_head(status, signature)}请核实:{village}报称{households}户{people}人全部转完。"
        f"代号{code},点过人头属实回3,有出入回2户人。{_time(at)}发"
    )


def confirm_voice(
    status: CapStatus, signature: str, village: str, households: int, people: int, code: str, at: datetime
) -> str:
    """The same as spoken."""
    return (
        f"{_spoken_mark(status)}请核实,{village}报称{households}户,{people}人全部转完。"
        f"点过人头属实按3,有出入按2。代号{_spaced(code)},{_spoken_time(f'{at:%H:%M}')},{signature}。"
    )


def request_text(
    status: CapStatus,
    signature: str,
    village: str,
    need_chinese: str,
    code: str,
    at: datetime,
    limit: str | None = None,
) -> str:
    """To whom a cry for help is assigned; what exactly is needed stands on the platform, not in a text."""
    by = f",{limit}前办" if limit else ""
    return f"{_head(status, signature)}求助:{village}需要{need_chinese}{by}。代号{code},回1接办 0不能办。{_time(at)}发"


def look_text(status: CapStatus, signature: str, village: str, place: str, code: str, at: datetime) -> str:
    """To a monitor whose zone has gone dark: go and look."""
    return (
        f"{_head(status, signature)}{village}收不到雨量,请到安全处看{_fit(place, 20)}有无异常。"
        f"代号{code},回1收到,有险回4加说明,0不能办。{_time(at)}发"
    )


def door_text(status: CapStatus, signature: str, village: str, who: str, code: str, at: datetime) -> str:
    """To somebody near: walk to the door of a post that does not answer. `who` is the post, not a person's name."""
    return f"{_head(status, signature)}{village}{who}叫不应,请马上上门叫。代号{code},叫到回1,不能去回0。{_time(at)}发"


def echo_text(
    status: CapStatus,
    code: str | None,
    moved: Quantity | None,
    refused: Quantity | None,
    remaining: Quantity | None,
    at: datetime,
    *,
    away: Quantity | None = None,
    acknowledged: bool = False,
    complete: bool = False,
    declined: bool = False,
    help_wanted: bool = False,
    others: int | None = None,
    note: str = "",
) -> str:
    """What every answer gets back: what was counted, and what is still open.

    Examples
    --------
    >>> from datetime import time, date
    >>> night = datetime.combine(date(2025, 7, 8), time(22, 50))
    >>> echo_text(CapStatus.ACTUAL, "A7", (12, 36), (2, 5), (28, 77), night)
    'A7 已记:转移12户36人,拒绝2户5人,还差28户77人。错了回9(22:50)'
    """
    parts = ["收到"] if acknowledged else []
    parts += [f"转移{_quantity(moved)}"] if moved is not None else []
    parts += ["报称全部转完,正在核实"] if complete else []
    parts += [f"拒绝{_quantity(refused)}"] if refused is not None else []
    parts += [f"在外{_quantity(away)}"] if away is not None else []
    parts += [f"名单外{others}人"] if others else []
    parts += ["求助,已转人办"] if help_wanted else []
    parts += ["您不能办,已叫副手"] if declined else []
    parts += [note] if note else []
    if remaining is not None:
        parts.append("名单已全部到位" if remaining == (0, 0) else f"还差{_quantity(remaining)}")
    start = f"{code} " if code else ""
    return f"{status.mark}{start}已记:{','.join(parts) or '收到'}。错了回9({_time(at)})"


def question_text(status: CapStatus, code: str | None, at: datetime, *, villages: Sequence[str] = ()) -> str:
    """Asks back, once, what could not be read; with several open orders it asks which one was meant."""
    if villages:
        return f"{status.mark}没分清说的是哪个村:{_list(villages, 60)}。请把代号写在前面再回一次({_time(at)})"
    start = f"{code} " if code else ""
    return f"{status.mark}{start}没看懂,已请人看。请回数字:1收到 2户数 人数 3全转完 4求助 5拒转户数 人数 0不能办({_time(at)})"


def cancel_text(status: CapStatus, signature: str, village: str, at: datetime, *, moving: bool = False) -> str:
    """The warning was cancelled; whoever has moved stays where they are."""
    stay = "已转移的人先不要回,等解除通知" if moving else "原转移指令取消"
    return f"{_head(status, signature)}预警取消:{village}{stay}。有险情马上报告。{_time(at)}发"


def all_clear_text(status: CapStatus, signature: str, village: str, at: datetime) -> str:
    """The only text that lets people return."""
    return (
        f"{_head(status, signature)}解除转移:{village}可以有序返回,先看房前屋后,有异常不进屋、马上报告。{_time(at)}发"
    )


def drill_ended_text(
    signature: str, at: datetime, *, aborted: bool = False, status: CapStatus = CapStatus.EXERCISE
) -> str:
    """A drill is over; 演练中止 when a real warning ended it."""
    words = "演练中止:现在有真实预警,请按真实指令办" if aborted else "演练结束,谢谢参加,恢复正常"
    return f"{_head(status, signature)}{words}。{_time(at)}发"


def lint_text(text: str) -> list[str]:
    """Return what is wrong with any text: length, time, characters that phones or carriers break."""
    faults = []
    cost = measure(text)
    if len(text) > TWO_PARTS or cost.units > TWO_PARTS:
        faults.append(f"长 {cost.units} 字,最多 {TWO_PARTS}")
    if not _TIME.search(text):
        faults.append("没有时间 HH:MM")
    bad = sorted({char for char in text if ord(char) < 32 or ord(char) > 0xFFFF or char in _FORBIDDEN})
    if bad:
        faults.append(f"有不能用的字符:{' '.join(repr(char) for char in bad)}")
    if text.count("【") != text.count("】"):
        faults.append("【】不成对")
    if "None" in text:
        faults.append("有没填的空")
    return faults


def lint_order(text: str, *, village: str | None = None, code: str | None = None) -> list[str]:
    """Return what is wrong with an order's text, beyond `lint_text`: what must stand in the first 67, code, signature."""
    faults = lint_text(text)
    first = text[:FIRST_PART]
    if not re.search("[蓝黄橙红]色预警", first):
        faults.append(f"前 {FIRST_PART} 字没有级别")
    if village is not None and village not in first:
        faults.append(f"前 {FIRST_PART} 字没有村名")
    if "转移" not in first:
        faults.append(f"前 {FIRST_PART} 字没有转移")
    if "回1" not in first:
        faults.append(f"前 {FIRST_PART} 字没有回1")
    codes = re.findall(f"代号({CODE_PATTERN})", text)
    if len(codes) != 1 or (code is not None and text.count(code) != 1):
        faults.append("代号应出现且只出现一次")
    if not re.match("(?:【(?:演练|测试)】)?【(?!(?:演练|测试)】)[^【】]+】", text):
        faults.append("没有签名")
    return faults


_TIME = re.compile(r"(?<!\d)(?:[01]\d|2[0-3]):[0-5]\d(?!\d)")
_FORBIDDEN = frozenset("{}\\<>`~|^\ufffd\u200b\ufeff")


def _head(status: CapStatus, signature: str) -> str:
    return f"{status.mark}【{signature}】"


def _time(at: datetime) -> str:
    return f"{at:%H:%M}"


def _spoken_mark(status: CapStatus) -> str:
    return {"Actual": "", "Exercise": "这是演练。", "Test": "这是测试。"}[status.value]


def _spoken_time(hhmm: str) -> str:
    hour, _, minute = hhmm.partition(":")
    return f"{int(hour)}点{'整' if int(minute) == 0 else f'{int(minute)}分'}"


def _spaced(code: str) -> str:
    return " ".join(code)


def _quantity(value: Quantity) -> str:
    households, people = value
    words = ("" if households is None else f"{households}户") + ("" if people is None else f"{people}人")
    return words or "数不清"


def _fit(text: str, room: int) -> str:
    """Cut to `room` characters; a bracket that would stay open goes too."""
    if len(text) <= room:
        return text
    cut = text[: max(room - 1, 0)]
    opened = max(cut.rfind("("), cut.rfind("\uff08"))  # registers hold narrow and full-width brackets
    if opened > 0 and opened > max(cut.rfind(")"), cut.rfind("\uff09")):
        cut = cut[:opened]
    return f"{cut}…" if room > 0 else ""


def _list(names: Sequence[str], room: int) -> str:
    """Join names with 、 as far as there is room; what is left out is counted."""
    whole = "、".join(names)
    if len(whole) <= room:
        return whole
    for count in range(len(names) - 1, 0, -1):
        words = f"{'、'.join(names[:count])}等{len(names)}个"
        if len(words) <= room:
            return words
    return f"共{len(names)}个"
