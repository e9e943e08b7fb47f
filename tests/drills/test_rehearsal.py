"""Small drills on the real engine: who is texted, what they answer, what becomes of the village."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiaoying.drills.desk import DeskBehaviour
from jiaoying.drills.rehearsal import Rehearsal


def test_a_leader_answers_claims_and_a_second_person_clears_the_village(tmp_path: Path) -> None:
    with Rehearsal(tmp_path) as drill:
        leader = drill.phone("Xiaoba leader")
        leader.expects_sms("转移").replies("A7 1", after="40s").replies("A7 3 42 118", after="25m")
        drill.order("小坝村")
        drill.forward("10m")
        task = drill.task("小坝村")
        assert (task.state, len(task.households), task.people) == ("ACKNOWLEDGED", 42, 118)
        drill.forward("32m")
        task = drill.task("小坝村")
        assert task.state == "CLEARED"
        assert {h.state for h in drill.states("household")} == {"SAFE"}
        assert len(drill.states("household")) == 42
        assert "Corrected" not in drill.facts("household")
        assert all("演练" in text for text in drill.texts("Xiaoba leader"))


def test_a_leader_who_is_dead_to_the_world_is_answered_for_by_the_deputy(tmp_path: Path) -> None:
    with Rehearsal(tmp_path) as drill:
        drill.phone("Xiaoba leader").is_dead()
        drill.phone("小坝村 leader 2").expects("转移").replies("1", after="20s")
        drill.order("小坝村")
        drill.forward("25m")
        (callout,) = drill.states("callout", role="leader", rung="answered")
        assert callout.state == "ANSWERED"
        assert callout.answered_by != callout.post


def test_nobody_answers_and_nothing_falls_silent(tmp_path: Path) -> None:
    with Rehearsal(tmp_path) as drill:
        drill.order("小坝村")
        drill.forward("25m")
        open_calls = drill.states("callout", subject_kind="task")
        assert open_calls
        assert all(c.due_at is not None and c.due_at > drill.now for c in open_calls)
        assert any(c.round > 1 for c in open_calls)
        assert drill.task("小坝村").state == "ORDERED"


def test_an_unclear_text_is_read_by_a_person_and_counts_nothing_before(tmp_path: Path) -> None:
    with Rehearsal(tmp_path, desk=DeskBehaviour(read=False)) as drill:
        drill.phone("Xiaoba leader").expects_sms("转移").replies("A7 路上滑,正往那边走", after="40s")
        drill.order("小坝村")
        drill.forward("3m")
        assert [reply.state for reply in drill.states("reply")] == ["WAITING"]
        assert drill.task("小坝村").state == "ORDERED"


def test_a_desk_that_sleeps_lets_the_clock_decide(tmp_path: Path) -> None:
    with Rehearsal(tmp_path, desk=DeskBehaviour(approve=False)) as drill:
        drill.phone("威信县 duty").expects_call().replies("1", after="20s")
        drill.order("小坝村")
        drill.forward("12m")
        assert drill.states("warning")[0].state in ("PROPOSED", "IN_FORCE")


def test_what_nobody_expects_fails_the_rehearsal(tmp_path: Path) -> None:
    drill = Rehearsal(tmp_path, strict=True)
    drill.phone("Xiaoba leader").expects_sms("这句话不会来").replies("A7 1")
    drill.order("小坝村")
    drill.forward("5m")
    with pytest.raises(AssertionError, match="nobody expected"):
        drill.check()
    drill.script.unexpected.clear()
    with pytest.raises(AssertionError, match="never came"):
        drill.check()
    drill.close()
