"""How it ends: the all-clear and its law, and the end of a drill."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.cap import CapStatus
from evacuation.household_status import HouseholdState
from hazards.zones import HazardKind
from jiaoying.drills.stage import weixin_site
from jiaoying.engine.commands import (
    CancelWarning,
    ConfirmTask,
    EndDrill,
    NotAllowed,
    SetHousehold,
    SignAllClear,
    Stale,
)
from jiaoying.storage.journal import verify_database
from jiaoying.storage.rebuild import rebuild_check
from notifiers.receipts import ReceiptKind
from tests.support.night import DISPATCHER, DUTY, SECOND, Night

ACTUAL = replace(weixin_site(), status=CapStatus.ACTUAL)


def cleared(night: Night, *, cancelled: bool = True) -> SignAllClear:
    """Haizi is moved out, cleared and its warning taken back; returns what is to be signed."""
    night.moves_out("海子社区")
    night.says("海子社区 leader", "A7 3 2 43")
    task = night.task("海子社区")
    night.execute(ConfirmTask(id=task.id, version=task.version), DISPATCHER)
    if cancelled:
        warning = night.warning("海子社区")
        night.execute(CancelWarning(id=warning.id, version=warning.version, reason="雨停,险情解除"))
    task = night.task("海子社区")
    assert task.state == "CLEARED"
    return SignAllClear(id=task.id, version=task.version, expert="演练专家", reason="现场核查无异常")


def test_a_real_all_clear_takes_two_persons_and_tells_everybody_who_was_called(tmp_path: Path) -> None:
    with Night(tmp_path, begins=Night.AFTERNOON, site=ACTUAL) as night:
        sign = cleared(night)
        night.execute(sign, DUTY)
        assert night.task("海子社区").state == "CLEARED"
        with pytest.raises(NotAllowed):
            night.execute(sign, DUTY)
        with pytest.raises(Stale):
            night.execute(replace(sign, version=sign.version + 1), SECOND)
        night.execute(replace(sign, version=night.task("海子社区").version), DISPATCHER)
        assert night.task("海子社区").state == "STOOD_DOWN"
        night.forward("5s")
        assert night.told("海子社区 leader", "解除")
        assert night.states("event")[0].state == "CLOSED"
        night.execute(SetHousehold(code="HZ001", status=HouseholdState.HOME, reason="送回"), DISPATCHER)
        assert night.household("HZ001").state == "HOME"
        assert rebuild_check(night.stage.engine) == []


def test_the_first_signature_lapses_after_half_an_hour(tmp_path: Path) -> None:
    with Night(tmp_path, begins=Night.AFTERNOON, site=ACTUAL) as night:
        sign = cleared(night)
        night.execute(sign, DUTY)
        night.forward("31m")
        assert "AllClearLapsed" in night.facts("task")
        night.execute(sign, SECOND)
        assert night.task("海子社区").state == "CLEARED", "one valid signature is not two"


def test_the_first_signature_lapses_when_the_account_changes(tmp_path: Path) -> None:
    with Night(tmp_path, begins=Night.AFTERNOON, site=ACTUAL) as night:
        sign = cleared(night)
        night.execute(sign, DUTY)
        night.execute(SetHousehold(code="HZ001", status=HouseholdState.UNACCOUNTED, reason="回家了"), DISPATCHER)
        assert "AllClearLapsed" in night.facts("task")
        assert night.task("海子社区").state == "MOVING"


def test_no_all_clear_at_night_nor_while_it_rains_nor_without_an_expert(tmp_path: Path) -> None:
    with Night(tmp_path, begins=Night.AFTERNOON) as night:
        sign = cleared(night, cancelled=False)
        with pytest.raises(NotAllowed):
            night.execute(sign, DUTY)
        warning = night.warning("海子社区")
        night.execute(CancelWarning(id=warning.id, version=warning.version, reason="雨停"))
        with pytest.raises(NotAllowed):
            night.execute(replace(sign, expert=" "), DUTY)
        night.leap("6h")
        assert night.now == Night.AFTERNOON + timedelta(hours=6)
        with pytest.raises(NotAllowed):
            night.execute(sign, DUTY)
        assert night.task("海子社区").state == "CLEARED"


def test_in_a_drill_one_person_is_enough(tmp_path: Path) -> None:
    with Night(tmp_path, begins=Night.AFTERNOON) as night:
        night.execute(cleared(night), DUTY)
        assert night.task("海子社区").state == "STOOD_DOWN"


def test_rain_that_comes_back_refuses_the_second_signature(tmp_path: Path) -> None:
    with Night(tmp_path, begins=Night.AFTERNOON - timedelta(hours=6), site=ACTUAL) as night:
        night.rain_on(S1=[95, 0, 0, 0, 0, 0, 95], S2=[0] * 7, S3=[0] * 7)
        night.forward("65m")
        night.approve()
        night.says("Xiaoba leader", "A7 3 5 20")
        task = night.task("小坝村")
        night.execute(ConfirmTask(id=task.id, version=task.version), DISPATCHER)
        night.forward("5h50m")
        assert night.warning("小坝村").below_since is not None
        task = night.task("小坝村")
        sign = SignAllClear(id=task.id, version=task.version, expert="演练专家", reason="雨停")
        night.execute(sign, DUTY)
        night.forward("10m")
        assert night.warning("小坝村").below_since is None
        with pytest.raises((NotAllowed, Stale)):
            night.execute(replace(sign, version=night.task("小坝村").version), SECOND)
        assert night.task("小坝村").state == "CLEARED"


def test_the_end_of_a_drill_ends_everything_at_once_and_says_so(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=HazardKind.DEBRIS_FLOW)
        night.moves_out("海子社区")
        night.order("马鞍村", hazard=HazardKind.FLASH_FLOOD)
        night.says("Xiaoba leader", "A7 2 3 9")
        night.says("小坝一组 grid_member", "A7 4 要一辆车")
        night.carrier("海子社区 leader", ReceiptKind.RINGING)
        ended = night.execute(EndDrill(reason="真实预警"), DUTY)
        assert ended > 20
        night.forward("5s")
        assert {e.state for e in night.states("event")} == {"CLOSED"}
        assert {w.state for w in night.states("warning")} == {"CANCELLED"}
        assert {t.state for t in night.states("task")} <= {"STOOD_DOWN", "CALLED_OFF"}
        assert {c.state for c in night.states("callout")} <= {"WITHDRAWN", "ANSWERED"}
        assert {h.state for h in night.states("household")} == {"HOME"}
        assert {r.state for r in night.states("request")} == {"WITHDRAWN"}
        assert night.alarms() == []
        for name in ("Xiaoba leader", "海子社区 leader", "威信县 duty 2", "扎西镇 dispatcher"):
            assert night.told(name, "演练中止"), name
        silent = {m.id for m in night.states("message")}
        night.forward("3h")
        assert {m.id for m in night.states("message")} == silent, "nothing rings after the end"
        assert verify_database(night.stage.engine).holds
        assert rebuild_check(night.stage.engine) == []
        night.moves_out("海子社区")
        assert len(night.states("event")) == 2


def test_a_real_site_has_no_drill_to_end(tmp_path: Path) -> None:
    with Night(tmp_path, site=ACTUAL) as night:
        night.moves_out("海子社区")
        with pytest.raises(NotAllowed):
            night.execute(EndDrill(reason="试一下"), DUTY)
        assert night.task("海子社区").state == "ORDERED"
        assert not night.told("海子社区 leader", "【演练】")


def test_the_real_thing_ends_every_exercise_and_its_codes_answer_nothing(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("小坝村", hazard=HazardKind.DEBRIS_FLOW)
        night.says("Xiaoba leader", "A7 1")
        (old,) = night.codes("Xiaoba leader")
        night.becomes(ACTUAL)
        night.moves_out("海子社区")
        night.forward("5s")
        assert night.told("Xiaoba leader", "演练中止")
        states = {e.status.value: e.state for e in night.states("event")}
        assert states == {"Exercise": "CLOSED", "Actual": "OPEN"}
        reply = night.says("Xiaoba leader", "A7 3 5 20", code=old)
        assert reply.status == "Actual"
        assert {t.state for t in night.states("task", status="Exercise")} <= {"STOOD_DOWN", "CALLED_OFF"}
        assert night.states("household", status="Actual", household="XB001") == []
        assert not night.told("海子社区 leader", "【演练】")
