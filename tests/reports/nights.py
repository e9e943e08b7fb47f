"""The nights the reports are tested on."""

from __future__ import annotations

from typing import Any

from core.levels import Level
from evacuation.household_status import HouseholdState
from evacuation.reply.reading import Intent
from notifiers.steps import Rung
from tests.support.records import MIAOBA, XIAOBA, Night


def quiet_night() -> Night:
    """An event in which a village was warned and nothing more happened."""
    night = Night()
    night.warn(MIAOBA, Level.YELLOW)
    return night


def xiaoba_night(**settings: Any) -> Night:
    """Two villages ordered: Xiaoba is cleared by marks and a confirmed claim, Miaoba is left open."""
    night = Night(**settings)
    leader, member = night.post("post-leader", "小坝村 负责人"), night.post("post-member", "小坝村一组 网格员")
    keeper, other = night.post("post-keeper", "小坝村 安置点管理员"), night.post("post-other", "庙坝村 负责人")
    night.rains("Z1", XIAOBA, [10, 30, 45.5, None, 60, 40, 20, 5], name="小坝村1号滑坡")
    night.rains("Z2", MIAOBA, [5, 20, 30, -1, 40, 30, 10, 0])
    red = night.at(5).warn(XIAOBA, Level.RED, approvals=2)
    night.warn(MIAOBA, Level.ORANGE)
    xiaoba = night.at(6).order(XIAOBA, [4, 3, 5, 2], named=member, warning=red)
    miaoba = night.at(8).order(MIAOBA, [3, 6, 1], named=other)
    first = night.call(leader, area=XIAOBA, role="leader", subject=xiaoba, answered_s=39)
    night.call(member, area=f"{XIAOBA}001", role="grid_member", subject=xiaoba, answered_s=80)
    lost = night.call(other, area=MIAOBA, role="leader", subject=miaoba)
    night.sent(first)
    night.sent(lost, failed="30003")
    night.silence(lost)
    night.alarm("unanswered", "庙坝村无人应答(第1轮),请接手或派人上门", area=MIAOBA)
    night.at(15).mark(f"{XIAOBA}001", HouseholdState.MOVING, by=member)
    night.at(18).mark(f"{XIAOBA}001", HouseholdState.SAFE, by=member)
    night.mark(f"{XIAOBA}002", HouseholdState.AWAY, by=leader)
    night.at(19).mark(f"{MIAOBA}001", HouseholdState.REFUSED, by=other)
    night.mark(f"{MIAOBA}002", HouseholdState.SAFE, by=other, people=4)
    night.at(20).help(MIAOBA, by=other)
    night.reply(other, to_person="识读没有把握,请人读")
    unsure = night.reply(leader, to_person="识读没有把握,请人读")
    night.reply(member, intents=(Intent.WRONG_NUMBER,))
    night.at(22).person_reads(unsure)
    night.at(24).claim(xiaoba, by=leader, households=4, people=14)
    night.claim(miaoba, by=other, households=2, people=9, disputed=True)
    night.call(keeper, area=XIAOBA, role="shelter_keeper", subject=xiaoba, rung=Rung.CONFIRMED, answered_s=120)
    night.at(30).clear(xiaoba, claimant=leader, confirmer=keeper)
    return night
