"""Frames twice, late and corrected; gaps and silence; registers imported while an order is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hazards.zones import HazardKind
from jiaoying.drills.stage import weixin_site
from jiaoying.engine import importing
from jiaoying.engine.commands import RejectWarning
from jiaoying.storage.rebuild import rebuild_check
from tests.support.night import DUTY, SECOND, Night
from tests.support.registers import NIGHT, frame

HOUR = timedelta(hours=1)


def test_the_same_frame_twice_changes_nothing(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.rain_on(S1=[95], S2=[10], S3=[0])
        night.forward("63m")
        before = night.journal()
        assert night.service.ingest(night.frames) == 0
        assert night.journal() == before
        assert len(night.states("warning")) == 1


def test_the_order_of_arrival_does_not_matter(tmp_path: Path) -> None:
    sums = []
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        directory = tmp_path / str(order)
        directory.mkdir()
        with Night(directory) as night:
            night.rain_on(S1=[40, 45, 50], S2=[10, 0, 5], S3=[0, 0, 0])
            frames = [night.frames[n] for n in order]
            night.frames.clear()
            night.forward("3h5m")
            for one in frames:
                night.service.ingest([one])
            night.forward("1s")
            sums.append(night.service.rain.sums(NIGHT + 3 * HOUR).tenths.tolist())
            assert night.warning("小坝村").proposal.level == "red", "135 mm in three hours, whenever it is heard of"
    assert sums[0] == sums[1] == sums[2]


def test_a_late_frame_completes_a_sum_that_was_judged_without_it(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.rain_on(S1=[70, 0, 60], S2=[0, 0, 0], S3=[0, 0, 0])
        late = night.frames.pop(0)
        night.forward("3h3m")
        seen = night.warning("小坝村")
        assert seen.proposal.level == "orange"
        night.service.ingest([late])
        night.forward("1s")
        assert night.warning("小坝村").proposal.level == "red"
        assert "至少" not in night.warning("小坝村").proposal.evidence[0].words


def test_a_corrected_frame_replaces_what_was_said(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.rain_on(S1=[30], S2=[0], S3=[0])
        night.forward("63m")
        assert night.states("warning") == []
        assert night.service.ingest([frame(NIGHT + HOUR, {"S1": 90.0, "S2": 0.0, "S3": 0.0})]) == 1
        night.forward("1s")
        assert night.warning("小坝村").proposal.evidence[0].mm == 90.0
        assert night.facts("rain").count("FrameCorrected") == 1
        assert rebuild_check(night.stage.engine) == []


def test_a_rejected_proposal_stays_rejected_for_half_an_hour_unless_something_is_new(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.rain_on(S1=[95], S2=[0], S3=[0])
        night.forward("63m")
        warning = night.warning("小坝村")
        for actor in (DUTY, SECOND):
            night.execute(RejectWarning(id=warning.id, version=warning.version, reason="雨量计被雷击"), actor)
        assert night.states("event")[0].state == "CLOSED"
        night.service.ingest([frame(NIGHT + HOUR, {"S1": 96.0, "S2": 0.0, "S3": 0.0})])
        night.forward("1m")
        assert [w.state for w in night.states("warning")] == ["REJECTED"], "a correction is no new evidence"
        night.forward("31m")
        night.service.ingest([frame(NIGHT + HOUR, {"S1": 97.0, "S2": 0.0, "S3": 0.0})])
        night.forward("1s")
        assert sorted(w.state for w in night.states("warning")) == ["PROPOSED", "REJECTED"]


@pytest.mark.parametrize("how", ["values missing", "no frames at all"])
def test_dark_zones_are_never_calm_their_monitors_are_called(tmp_path: Path, how: str) -> None:
    with Night(tmp_path) as night:
        night.rain_on(S1=[50], S2=[0], S3=[0])
        if how == "values missing":
            night.rain_on(S1=[None] * 5, S2=[None] * 5, S3=[None] * 5)
        night.forward("65m")
        night.approve(DUTY)
        assert night.warning("小坝村").state == "IN_FORCE"
        night.forward("2h")
        assert night.alarms("cannot_judge") == []
        night.forward("3h")
        assert "CouldNotJudge" in night.facts("warning")
        assert night.warning("小坝村").level == "yellow", "a gap in the data never lowers a level"
        monitor = night.callout("小坝村 monitor", kind="zone")
        assert monitor is not None
        assert night.told("小坝村 monitor", "小坝沟泥石流")
        proposed = night.warning("海子社区")
        assert (proposed.state, proposed.proposal.level, proposed.proposal.cannot_judge) == ("PROPOSED", "orange", True)
        assert night.callout("海子社区 leader", kind="zone") is not None, "no monitor: the leader looks"
        assert {a.area for a in night.alarms("cannot_judge")} == {night.code("小坝村"), night.code("海子社区")}
        assert night.alarms("rain_stale") or how == "values missing"
        night.forward("2h")
        assert night.warning("海子社区").state == "PROPOSED", "never issued by the clock"


def test_silence_in_a_calm_county_is_an_alarm_only_once_a_storm_is_on(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.rain_on(S1=[0], S2=[0], S3=[0])
        night.forward("6h")
        assert night.states("warning") == []
        night.order("海子社区")
        night.forward("2m")
        assert night.alarms("rain_stale")


def test_a_register_import_removes_nothing_an_open_order_needs(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        posts = "area,role,holder,phone\n530629101201,leader,新负责人,+8610000000100\n".encode()
        outcome = importing.take(night.service, "posts", [("posts.csv", posts)], replace=True)
        assert not outcome.faults
        kept = set(outcome.kept_in_use)
        assert night.post("海子社区 leader").id in kept
        assert outcome.removed
        households = "code,area,head,people\nXB001,530629101201,新户主,9\n".encode()
        outcome = importing.take(night.service, "households", [("households.csv", households)], replace=True)
        assert set(outcome.kept_in_use) == {"HZ001", "HZ002"}
        task = night.task("海子社区")
        assert (len(task.households), task.people) == (2, 43)
        night.forward("20m")
        assert night.callout("海子社区 leader").round >= 1
        night.says("海子社区 leader", "A7 3 2 43")
        assert night.task("海子社区").claimed_clear_at is not None
        assert rebuild_check(night.stage.engine) == []


def test_a_new_number_is_dialled_at_the_next_attempt(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.moves_out("海子社区")
        leader = night.post("海子社区 leader")
        rows = tuple(
            replace(post, phone2="+8610000000999") if post.id == leader.id else post for post in night.tiny.posts
        )
        night.tiny = replace(night.tiny, posts=rows)
        night.fill_again()
        night.forward("2m")
        assert len(night.callout("海子社区 leader").attempts) > 2
        night.says("+8610000000999", "1")


def test_frames_stored_by_another_process_are_judged_by_the_next_tick(tmp_path: Path) -> None:
    with Night(tmp_path) as night:
        night.rain_on(S1=[95], S2=[0], S3=[0])
        frames, night.frames = night.frames, []
        night.forward("61m")
        night.service.store_frames(frames)
        assert night.states("warning") == []
        night.restart()
        night.forward("1s")
        assert night.warning("小坝村").state == "PROPOSED"


def test_people_are_frozen_at_the_order_and_the_register_may_change(tmp_path: Path) -> None:
    with Night(tmp_path, begins=Night.AFTERNOON, site=weixin_site()) as night:
        night.order("小坝村", hazard=HazardKind.DEBRIS_FLOW)
        night.approve(SECOND)
        rows = tuple(replace(h, people=h.people + 2) if h.code == "XB001" else h for h in night.tiny.households)
        night.tiny = replace(night.tiny, households=rows)
        night.fill_again()
        night.forward("10m")
        assert night.task("小坝村").people == 20
        assert night.account("小坝村").listed.people == 20
