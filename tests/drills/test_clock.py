"""The drill's clock jumps and never goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jiaoying.drills.clock import VirtualClock, WentBack

AT = datetime(2025, 7, 8, 15, tzinfo=UTC)


def test_it_stands_still_until_told_to_jump() -> None:
    clock = VirtualClock(AT)
    assert clock() == clock.now() == AT
    clock.jump(AT + timedelta(hours=1))
    assert clock() == AT + timedelta(hours=1)
    clock.jump(clock())


def test_it_refuses_to_go_back_and_times_without_an_offset() -> None:
    clock = VirtualClock(AT)
    with pytest.raises(WentBack):
        clock.jump(AT - timedelta(seconds=1))
    with pytest.raises(ValueError, match="offset"):
        clock.jump(datetime(2025, 7, 9))  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="offset"):
        VirtualClock(datetime(2025, 7, 9))  # noqa: DTZ001 - the point of the test
    assert clock() == AT
