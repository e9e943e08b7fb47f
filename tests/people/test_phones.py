"""The same phone is always the same text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tables import BadValue
from people.phones import PhoneKind, demo_phone, normal_phone, phone_kind, takes_text


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("13800138000", "+8613800138000"),
        (" 138 0013 8000 ", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("13800138000.0", "+8613800138000"),
        ("0870-6123456", "+868706123456"),
        ("(0870)6123456", "+868706123456"),
        ("（0870）6123456", "+868706123456"),
        ("+86 100 1234 5678", "+8610012345678"),
        ("10012345678", "+8610012345678"),
        ("+1 202 555 0123", "+12025550123"),
    ],
)
def test_the_ways_people_write_a_phone(written: str, normal: str) -> None:
    assert normal_phone(written) == normal
    assert normal_phone(normal) == normal


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("无", "只能是一个号码"),
        ("13800138000/13900139000", "只能是一个号码"),
        ("13800138000转8", "只能是一个号码"),
        ("1.38E+10", "科学计数"),
        ("1380013", "区号"),
        ("61234567", "区号"),
        ("12345", "区号"),
        ("1380013800", "少了一位"),
        ("138001380001", "位数太多"),
        ("110", "位数不够"),
        ("138001380001234567", "位数太多"),
        ("+999 12345678", "不是电话号码|国家代码"),
        ("()", "不是电话号码"),
    ],
)
def test_what_cannot_be_dialled_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(BadValue, match=reason):
        normal_phone(written)


def test_kinds() -> None:
    assert phone_kind("+8613800138000") is PhoneKind.MOBILE
    assert phone_kind("+868706123456") is PhoneKind.FIXED
    assert phone_kind("+8612600138000") is PhoneKind.OTHER
    assert phone_kind(demo_phone(1)) is PhoneKind.DEMO
    assert [takes_text(p) for p in ("+8613800138000", demo_phone(1), "+868706123456")] == [True, True, False]


@given(st.integers(min_value=0, max_value=10**8 - 1))
def test_demo_phones_are_phones_that_nobody_has(number: int) -> None:
    phone = demo_phone(number)
    assert normal_phone(phone) == phone
    assert phone_kind(phone) is PhoneKind.DEMO


def test_the_demo_range_ends() -> None:
    with pytest.raises(ValueError, match="10\\*\\*8"):
        demo_phone(10**8)
