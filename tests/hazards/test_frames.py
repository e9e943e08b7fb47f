"""Frames: the same content has the same digest; what a frame says is checked when it is made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hazards.frames import RainFrame, merged, range_flag
from tests.support.registers import NIGHT, frame


def test_the_digest_is_of_the_content() -> None:
    one = frame(NIGHT, {"S1": 30, "S2": None})
    same = frame(NIGHT.astimezone(ZoneInfo("Asia/Shanghai")), {"S2": None, "S1": 30.0})
    assert one.digest == same.digest
    others = [
        frame(NIGHT, {"S1": 30.1, "S2": None}),
        frame(NIGHT, {"S1": 30, "S2": 0}),
        frame(NIGHT, {"S1": 30}),
        frame(NIGHT, {"S1": 30, "S2": None}, minutes=30),
        frame(NIGHT, {"S1": 30, "S2": None}, source="other"),
        frame(NIGHT + timedelta(hours=1), {"S1": 30, "S2": None}),
        frame(NIGHT, {"S1": 30, "S2": None}, issued=NIGHT),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 8
    assert one.begins_at == NIGHT - timedelta(hours=1)


def test_a_frame_is_checked_when_made() -> None:
    def make(at: datetime = NIGHT, minutes: int = 60, codes: str = "AB", issued: datetime | None = None) -> RainFrame:
        values = tuple((code, 1, "") for code in codes)
        return RainFrame(source="s", valid_at=at, minutes=minutes, issued_at=issued, values=values)

    make()
    with pytest.raises(ValueError, match="offset"):
        make(at=NIGHT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="offset"):
        make(issued=NIGHT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="interval"):
        make(minutes=0)
    for codes in ("BA", "AA"):
        with pytest.raises(ValueError, match="sorted"):
            make(codes=codes)


def test_deliveries_of_one_interval_are_merged() -> None:
    first = frame(NIGHT, {"S1": 30, "S2": None}, source="a")
    second = frame(NIGHT, {"S1": None, "S2": 12, "S3": 1}, source="b", issued=NIGHT)
    both = merged([first, second])
    assert both.values == (("S1", 300, ""), ("S2", 120, ""), ("S3", 10, ""))
    assert (both.source, both.issued_at) == ("a", NIGHT)
    assert merged([both, frame(NIGHT, {"S1": 31})]).values[0] == ("S1", 310, "")
    with pytest.raises(ValueError, match="same interval"):
        merged([first, frame(NIGHT + timedelta(hours=1), {"S1": 1})])
    with pytest.raises(ValueError, match="no frame"):
        merged([])


@pytest.mark.parametrize(
    ("mm", "minutes", "flag"),
    [
        (200, 60, ""), (200.1, 60, "range"), (-0.1, 60, "range"), (0, 60, ""),
        (400, 120, ""), (401, 120, "range"), (40, 5, ""), (60, 5, "range"),
    ],
)  # fmt: skip
def test_what_a_gauge_cannot_have_measured(mm: float, minutes: int, flag: str) -> None:
    assert range_flag(round(mm * 10), minutes) == flag


def test_frames_know_only_times_with_an_offset() -> None:
    assert frame(datetime(2025, 7, 8, 12, tzinfo=UTC), {}).values == ()
