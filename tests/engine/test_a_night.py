"""The night of a village, from the first red hour to the last household; with the service restarted at every step too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.levels import Level
from jiaoying.drills.desk import DeskBehaviour
from jiaoying.storage.journal import export, verify_database
from jiaoying.storage.rebuild import rebuild_check
from tests.support.night import Night


def told(directory: Path, *, restarts: bool) -> tuple[list[dict[str, Any]], int]:
    """Play the night once and return its journal (without hashes and the number of the start) and how many restarts."""
    directory.mkdir()
    with Night(directory, restarts=restarts, desk=DeskBehaviour(confirm=False)) as night:
        night.phone("威信县 duty 2").expects_call("审批").replies("1", after="15s")
        leader = night.phone("Xiaoba leader")
        leader.expects_sms("转移").replies("A7 2 4 15", after="40s").replies("A7 3 5 20", after="25m")
        night.phone("小坝一组 grid_member").expects_sms("转移").replies("A7 1").replies("A7 3 2 7", after="20m")
        night.phone("小坝一组 grid_member 2").expects_sms("转移").replies("A7 路上滑,正往那边走", after="45s")
        night.phone("小坝一组 grid_chief").expects_call("转移").replies("1", after="20s")
        night.phone("扎西镇 dispatcher").expects("转移").replies("1", after="30s")
        night.phone("小坝村 shelter_keeper").expects_sms("核实").replies("A7 3 5 20", after="2m")
        night.rain_on(S1=[30, 95], S2=[2, 3], S3=[0, 0])
        night.forward("2h")
        assert night.states("warning") == []
        assert night.states("event") == []
        night.forward("5m")

        warning = night.warning("小坝村")
        assert (warning.state, warning.level, warning.version) == ("IN_FORCE", "red", 1)
        assert night.facts("warning") == ["Proposed", "DeskRang", "ApprovalSigned", "Approved"]
        desk = night.callout("威信县 duty 2", kind="proposal")
        assert desk.state in ("ANSWERED", "WITHDRAWN")
        task = night.task("小坝村")
        assert (len(task.households), task.people) == (5, 20)
        called = {c.role: c.begun_at for c in night.states("callout", subject=task.id, rung="answered")}
        assert set(called) == {"leader", "instructor", "grid_chief", "grid_member"}
        assert set(called.values()) == {task.ordered_at}, "one after the other instead of in parallel"
        assert {c.begun_at for c in night.states("callout", subject_kind="area")} == {task.ordered_at}
        assert night.callout("Xiaoba leader").steps[0].channels == ("sms", "voice")

        night.forward("3m")
        task = night.task("小坝村")
        assert task.state == "MOVING"
        assert [(c.kind, c.households, c.people) for c in task.claims] == [("moved", 4, 15)]
        assert night.account("小坝村").safe.households == 0, "a claim stands beside the account, not in it"

        night.forward("20m")
        account = night.account("小坝村")
        assert (account.safe.households, account.safe.people) == (2, 7), "a member's own list is marked"
        assert {night.household(code).by for code in ("XB001", "XB002")} == {night.post("小坝一组 grid_member").id}
        assert [r.state for r in night.states("reply")].count("NOTED") == 1, "a person has read what was unsure"

        night.forward("20m")
        task = night.task("小坝村")
        assert task.state == "CLEARED"
        assert task.claims[-1].post == night.post("Xiaoba leader").id
        assert task.cleared_by == night.post("小坝村 shelter_keeper").id
        assert night.account("小坝村").outstanding.people == 0
        assert {h.state for h in night.states("household")} == {"SAFE"}
        assert "Corrected" not in night.facts("household")
        assert not [c for c in night.states("callout", subject=task.id) if c.due_at is not None]

        assert verify_database(night.stage.engine).holds
        assert rebuild_check(night.stage.engine) == []
        export(night.stage.engine, directory / "journal.jsonl")
        return [plain(line) for line in (directory / "journal.jsonl").read_text().splitlines()], night.restarted


def plain(line: str) -> dict[str, Any]:
    """One journal entry without its place in the chain and without the number of the start that wrote it."""
    entry: dict[str, Any] = json.loads(line)
    for fact in entry["facts"]:
        if isinstance(fact["data"], dict):
            fact["data"].pop("epoch", None)
    return {key: value for key, value in entry.items() if key not in ("hash", "previous")}


def test_a_night_from_the_first_red_hour_to_the_last_household_even_if_restarted_at_every_step(tmp_path: Path) -> None:
    once, none = told(tmp_path / "once", restarts=False)
    again, restarts = told(tmp_path / "restarted", restarts=True)
    assert none == 0
    assert restarts > 40
    assert len(once) == len(again)
    for one, other in zip(once, again, strict=True):
        assert one == other


@pytest.mark.parametrize(("mm", "level"), [(30, None), (36, Level.BLUE), (50, Level.YELLOW), (65, Level.ORANGE)])
def test_rain_below_red_is_proposed_at_its_own_level(tmp_path: Path, mm: int, level: Level | None) -> None:
    with Night(tmp_path) as night:
        night.rain_on(S1=[mm], S2=[0], S3=[0])
        night.forward("65m")
        assert [w.level for w in night.states("warning")] == ([level] if level is not None else [])
        assert [w.state for w in night.states("warning")] == (["PROPOSED"] if level is not None else [])
        assert night.states("task") == []
