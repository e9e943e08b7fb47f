"""Who decides: signatures and clocks, nightfall, calling off, what stands once people move."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.levels import Level
from hazards.zones import HazardKind
from jiaoying.engine.commands import (
    ApproveWarning,
    CancelWarning,
    NotAllowed,
    NotFound,
    RaiseWarning,
    RejectWarning,
    Stale,
)
from notifiers.receipts import ReceiptKind
from tests.support.night import DISPATCHER, DUTY, SECOND, Night

FLOW = HazardKind.DEBRIS_FLOW
DESK = "威信县 duty 2"


def red(night: Night, *, neighbour: float = 0) -> None:
    """The first hour is red in Xiaoba; `neighbour` mm fell at the next gauge."""
    night.rain_on(S1=[95, 0, 0, 0], S2=[neighbour, 0, 0, 0], S3=[0, 0, 0, 0])
    night.forward("63m")


def test_the_desk_is_rung_by_voice_then_its_deputy_then_the_commander(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        red(night)
        night.forward("3m")
        callout = night.callout(DESK, kind="proposal")
        called = list(dict.fromkeys(a.post for a in callout.attempts))
        assert called[0] == night.post(DESK).id, "the duty of the night, not of the day"
        assert len(called) >= 2
        assert "voice" in {a.channel for a in callout.attempts}
        assert night.told(DESK, "待审批")


def test_no_approval_clock_runs_before_the_desk_rang_or_all_have_failed(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        red(night, neighbour=60)
        assert night.warning("小坝村").proposal.clock_from is None
        night.forward("1m")
        assert night.warning("小坝村").proposal.clock_from is None
        night.forward("3m")
        begun = night.warning("小坝村").proposal.clock_from
        assert begun is not None, "the whole chain was tried in vain"
        night.forward("3m")
        assert night.warning("小坝村").state == "PROPOSED"
        night.forward("3m")
        warning = night.warning("小坝村")
        assert (warning.state, "timed_out" in warning.flags) == ("IN_FORCE", True)
        assert (warning.issued_at - begun).total_seconds() == 300


def test_one_gauge_alone_is_never_issued_by_the_clock(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        red(night, neighbour=0)
        night.carrier(DESK, ReceiptKind.RINGING)
        night.forward("20m")
        assert night.warning("小坝村").state == "PROPOSED"
        assert night.states("task") == []
        assert "KeptRinging" in night.facts("warning")
        ringing = [c for c in night.states("callout", subject_kind="proposal") if c.due_at is not None]
        assert ringing, "the desk is not left in silence"


def test_red_on_two_names_at_once_or_on_one_after_two_minutes_flagged(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        red(night)
        night.carrier(DESK, ReceiptKind.RINGING)
        night.approve(DUTY)
        assert night.warning("小坝村").state == "PROPOSED"
        with pytest.raises(NotAllowed, match="另一人"):
            night.approve(DUTY)
        night.forward("110s")
        assert night.warning("小坝村").state == "PROPOSED"
        night.forward("15s")
        warning = night.warning("小坝村")
        assert warning.state == "IN_FORCE"
        assert "single_approval" in warning.flags
        assert night.task("小坝村").state == "ORDERED"


def test_a_signature_is_for_the_version_that_was_seen(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.rain_on(S1=[65, 95], S2=[0, 0], S3=[0, 0])
        night.forward("63m")
        seen = night.warning("小坝村")
        assert (seen.proposal.level, seen.state) == ("orange", "PROPOSED")
        night.forward("1h")
        assert night.warning("小坝村").proposal.level == "red"
        with pytest.raises(Stale):
            night.execute(ApproveWarning(id=seen.id, version=seen.version), DUTY)
        with pytest.raises(NotFound):
            night.execute(ApproveWarning(id="nothing", version=1), DUTY)
        night.approve()
        assert night.warning("小坝村").level == "red"


def test_rejecting_red_takes_two_and_worse_rain_proposes_again(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.rain_on(S1=[95, 60], S2=[0, 0], S3=[0, 0])
        night.forward("63m")
        warning = night.warning("小坝村")
        reject = RejectWarning(id=warning.id, version=warning.version, reason="雨量计故障")
        with pytest.raises(NotAllowed, match="原因"):
            night.execute(RejectWarning(id=warning.id, version=warning.version, reason=" "), DUTY)
        night.execute(reject, DUTY)
        assert night.warning("小坝村").state == "PROPOSED"
        night.execute(reject, SECOND)
        assert night.warning("小坝村").state == "REJECTED"
        assert not [c for c in night.states("callout", subject_kind="proposal") if c.due_at is not None]
        night.forward("1h")
        states = sorted(w.state for w in night.states("warning"))
        assert states == ["PROPOSED", "REJECTED"], "what is still red comes back"


def test_by_day_orange_is_planned_and_nightfall_orders_it(tmp_path: Path) -> None:
    with Night(tmp_path, begins=Night.AFTERNOON) as night:
        night.rain_on(S1=[0, 0, 0, 0, 65, 20], S2=[0] * 6, S3=[0] * 6)
        night.forward("5h5m")
        night.approve(DUTY)
        task = night.task("小坝村")
        assert (task.state, night.states("household")) == ("PLANNED", [])
        assert night.told("Xiaoba leader", "做好转移准备")
        assert not night.told("Xiaoba leader", "马上转移")
        (ready,) = night.codes("Xiaoba leader")
        night.says("Xiaoba leader", "A7 1")
        assert night.callout("Xiaoba leader").state == "ANSWERED"
        night.forward("50m")
        assert night.task("小坝村").state == "PLANNED"
        night.forward("10m")
        task = night.task("小坝村")
        assert (task.state, task.order_reason) == ("ORDERED", "night")
        assert len(night.states("household")) == 5
        assert night.told("Xiaoba leader", "马上转移")
        assert night.callout("Xiaoba leader").state == "RINGING", "the order is answered anew"
        night.says("Xiaoba leader", "A7 1", code=ready)
        assert night.task("小坝村").state == "ORDERED", "'1' to 'be ready' is no answer to 'move'"
        night.says("Xiaoba leader", "A7 1")
        assert night.task("小坝村").state == "ACKNOWLEDGED"


def test_yellow_moves_nobody_even_at_night(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.rain_on(S1=[50], S2=[0], S3=[0])
        night.forward("63m")
        night.approve(DUTY)
        assert night.task("小坝村").state == "PLANNED"
        assert night.states("household") == []


def test_called_off_before_anybody_moved_those_who_were_told_are_told(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        night.says("海子社区 leader", "A7 1")
        warning = night.warning("海子社区")
        with pytest.raises(Stale):
            night.execute(CancelWarning(id=warning.id, version=warning.version + 1, reason="误报"))
        night.execute(CancelWarning(id=warning.id, version=warning.version, reason="误报"))
        night.forward("5s")
        task = night.task("海子社区")
        assert task.state == "CALLED_OFF"
        assert night.told("海子社区 leader", "取消")
        assert not [c for c in night.states("callout", subject=task.id) if c.due_at is not None]
        assert night.states("event")[0].state == "CLOSED"
        sent = len(night.texts("海子社区 leader"))
        night.forward("2h")
        assert len(night.texts("海子社区 leader")) == sent
        night.moves_out("海子社区")
        assert len(night.states("event")) == 2, "a later storm is a new event"


def test_once_people_move_a_cancelled_warning_leaves_the_order_standing(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        night.says("海子社区 leader", "A7 2 1 3")
        warning = night.warning("海子社区")
        night.execute(CancelWarning(id=warning.id, version=warning.version, reason="雨停了"))
        assert night.warning("海子社区").state == "CANCELLED"
        assert night.task("海子社区").state == "MOVING"
        assert [a.subject for a in night.alarms("order_stands")] == [night.task("海子社区").id]
        assert night.states("event")[0].state == "OPEN"
        assert not night.told("海子社区 leader", "取消")


def test_red_by_hand_wants_a_second_name_and_orange_by_hand_does_not(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.order("海子社区")
        assert night.warning("海子社区").state == "PROPOSED"
        assert night.states("task") == []
        night.order("马鞍村", level=Level.ORANGE, hazard=HazardKind.FLASH_FLOOD)
        assert night.warning("马鞍村").state == "IN_FORCE"
        assert night.task("马鞍村").state == "ORDERED", "orange at night"
        night.approve(SECOND)
        assert night.task("海子社区").state == "ORDERED"


def test_a_polygon_raises_every_village_it_touches_and_nothing_else(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        around = '{"type":"Polygon","coordinates":[[[104.99,27.79],[105.07,27.79],[105.07,27.85],[104.99,27.85],[104.99,27.79]]]}'
        night.execute(
            RaiseWarning(level=Level.ORANGE, hazard=HazardKind.LANDSLIDE, reason="巡查发现裂缝", polygon=around), DUTY
        )
        assert {w.area for w in night.states("warning")} == {night.code("小坝村"), night.code("海子社区")}
        for wrong in ("{", '{"type":"Point"}', '{"type":"Polygon","coordinates":[]}', "[]"):
            with pytest.raises(NotAllowed):
                night.execute(
                    RaiseWarning(level=Level.ORANGE, hazard=HazardKind.LANDSLIDE, reason="裂缝", polygon=wrong), DUTY
                )


@pytest.mark.parametrize("scope", ["exposed", "everybody"])
def test_the_scope_of_an_order(tmp_path: Path, scope: str) -> None:
    with Night(tmp_path) as night:
        night.execute(
            RaiseWarning(level=Level.RED, hazard=FLOW, reason="溃口", areas=(night.code("小坝村"),), scope=scope),
            DUTY,
        )
        night.approve(SECOND)
        assert len(night.task("小坝村").households) == {"exposed": 5, "everybody": 7}[scope]


def test_township_and_county_hear_how_the_list_grows(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        first = night.callout("扎西镇 dispatcher", kind="area")
        assert first.order_version == 1
        night.moves_out("小坝村", hazard=FLOW)
        night.forward("2m")  # a growing list rings once a minute, not for every village of a wave
        again = night.callout("扎西镇 dispatcher", kind="area")
        assert (again.id, again.order_version) == (first.id, 2)
        assert night.callout("威信县 commander", kind="area").order_version == 2
        assert night.told("扎西镇 dispatcher", "2个村正在转移")


def test_a_command_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        before = night.journal()
        warning = night.warning("海子社区")
        with pytest.raises(Stale):
            night.execute(CancelWarning(id=warning.id, version=99, reason="误报"), DISPATCHER)
        with pytest.raises(NotFound):
            night.execute(RaiseWarning(level=Level.RED, hazard=FLOW, reason="x", areas=("999999999999",)), DUTY)
        with pytest.raises(NotAllowed):
            night.execute(RaiseWarning(level=Level.RED, hazard=FLOW, reason="x"), DUTY)
        assert night.journal() == before
