"""Telephone numbers as registers write them → one form (E.164), so that the same phone is always the same text."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

import phonenumbers

from core.tables import BadValue

REGION = "CN"
DEMO_PREFIX = "+86100"
_DEMO = re.compile(r"\+86100\d{8}")
_SCIENTIFIC = re.compile(r"[\d.]+e\+?\d+", re.IGNORECASE)


class PhoneKind(StrEnum):
    """What a number is good for. `DEMO` cannot be dialled: no Chinese mobile number begins with 100."""

    MOBILE = "mobile"
    FIXED = "fixed"
    OTHER = "other"
    DEMO = "demo"


@lru_cache(maxsize=65536)
def normal_phone(text: str) -> str:
    """Return the number in E.164 (``+8613…``).

    Full-width digits, spaces, hyphens, brackets and a spreadsheet's ``.0`` are taken; the country is China where none
    is given. A number that could exist but is not known to be assigned is taken too (`phone_kind` calls it other).

    Raises
    ------
    BadValue
        When it is not one whole number that could be dialled.

    Examples
    --------
    >>> normal_phone("0870-612 3456"), normal_phone("１３８００１３８０００"), normal_phone("100 1234 5678")
    ('+868706123456', '+8613800138000', '+8610012345678')
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if _SCIENTIFIC.fullmatch(plain):
        raise BadValue(f"电话被表格软件改成了科学计数 {text!r},请把这一列设为文本后重填")
    plain = re.sub(r"\.0+$", "", plain)
    if not re.fullmatch(r"\+?[\d\s()\-–—‐.]+", plain):
        raise BadValue(f"电话只能是一个号码(数字、空格、横线),写的是 {text!r}")
    try:
        number = phonenumbers.parse(plain, REGION)
    except phonenumbers.NumberParseException as error:
        raise BadValue(f"{_UNREADABLE.get(error.error_type, '不是电话号码')}:{text!r}") from None
    why = phonenumbers.is_possible_number_with_reason(number)
    if why != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise BadValue(f"{_WHY.get(why, '不是能拨打的号码')}:{text!r}")
    if number.country_code == 86 and (wrong := _china(str(number.national_number))) is not None:
        raise BadValue(f"{wrong}:{text!r}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _china(national: str) -> str | None:
    """Why this cannot be a Chinese number: the library's lengths for China take local numbers and lost digits too."""
    if len(national) < 9:
        return "缺区号,请写成 区号-号码" if len(national) > 6 else "号码位数不够"
    if len(national) == 10 and national[0] == "1" and national[1] != "0":
        return "手机号应是 11 位,少了一位"
    return "号码位数太多" if len(national) > 11 else None


_UNREADABLE = {
    phonenumbers.NumberParseException.TOO_LONG: "号码位数太多",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "号码位数不够",
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "国家代码不存在",
}
_WHY = {
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "缺区号,请写成 区号-号码",
    phonenumbers.ValidationResult.TOO_SHORT: "号码位数不够",
    phonenumbers.ValidationResult.TOO_LONG: "号码位数太多",
    phonenumbers.ValidationResult.INVALID_LENGTH: "号码位数不对",
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "国家代码不存在",
}


@lru_cache(maxsize=65536)
def phone_kind(phone: str) -> PhoneKind:
    """What kind of number a normalised `phone` is."""
    if _DEMO.fullmatch(phone):
        return PhoneKind.DEMO
    kind = phonenumbers.number_type(phonenumbers.parse(phone, None))
    if kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE):
        return PhoneKind.MOBILE
    return PhoneKind.FIXED if kind == phonenumbers.PhoneNumberType.FIXED_LINE else PhoneKind.OTHER


def takes_text(phone: str) -> bool:
    """Whether a text can reach this number (a landline cannot read)."""
    return phone_kind(phone) in (PhoneKind.MOBILE, PhoneKind.DEMO)


def demo_phone(number: int) -> str:
    """The `number`-th phone of the range that cannot be dialled.

    Examples
    --------
    >>> demo_phone(7)
    '+8610000000007'
    """
    if not 0 <= number < 10**8:
        raise ValueError(f"the demo range has 10**8 numbers, not {number}")
    return f"{DEMO_PREFIX}{number:08d}"
