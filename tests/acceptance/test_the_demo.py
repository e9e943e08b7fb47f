"""`jiaoying demo --once --speed max --seed 7`, as a user runs it: closed, provable, repeatable, and not to be killed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.levels import Level
from tests.acceptance.demo import DEMO, Run, jiaoying

KEYS = [
    "event", "villages_ordered", "households_listed", "people_listed", "people_safe", "people_away",
    "people_outstanding", "callouts", "answered", "median_answer_s", "messages_sent", "report",
]  # fmt: skip


@pytest.fixture(scope="module")
def journal(demo: Run, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The journal of the demo, exported."""
    out = tmp_path_factory.mktemp("export") / "journal.jsonl"
    done = jiaoying("journal", "export", "--out", str(out), "--config", "night/config.yaml", cwd=demo.home)
    assert done.returncode == 0, done.stderr
    lines = out.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == list(range(1, len(lines) + 1))
    return [json.loads(line) for line in lines]


def facts(journal: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """All facts of a kind."""
    return [fact for entry in journal if entry["kind"] == kind for fact in entry["facts"]]


def test_it_ends_closed_and_says_so_in_one_line(demo: Run) -> None:
    summary = demo.summary
    assert list(summary) == KEYS
    assert summary["people_outstanding"] == 0
    assert summary["people_safe"] + summary["people_away"] == summary["people_listed"] > 0
    assert summary["villages_ordered"] >= 10
    assert 0 < summary["answered"] <= summary["callouts"]
    assert summary["messages_sent"] > summary["callouts"]
    assert summary["median_answer_s"] > 0


def test_the_report_stands_in_the_directory(demo: Run) -> None:
    report = demo.home / demo.summary["report"]
    assert report.is_file()
    assert "小坝" in report.read_text(encoding="utf-8")


def test_every_household_is_counted_by_people_who_were_asked(journal: list[dict[str, Any]]) -> None:
    marks = facts(journal, "household")
    assert "Corrected" not in {fact["fact"] for fact in marks}
    assert "put" not in {fact["data"].get("how") for fact in marks}
    assert {"mark", "claim"} <= {fact["data"].get("how") for fact in marks}


def test_xiaoba_is_what_it_is_said_to_be(journal: list[dict[str, Any]]) -> None:
    born = [fact["data"] for fact in facts(journal, "task") if fact["fact"] == "Planned"]
    (xiaoba,) = [task for task in born if task["area"] == "530629101201" and len(task["households"]) == 42]
    assert sum(row["people"] for row in xiaoba["households"]) == 118


def test_levels_differ_and_nothing_is_real(journal: list[dict[str, Any]]) -> None:
    issuing = ("Approved", "ApprovalTimedOut", "Upgraded")
    highest: dict[str, Level] = {}
    for fact in facts(journal, "warning"):
        if fact["fact"] in issuing:
            level = Level(fact["data"]["level"])
            highest[fact["subject"]] = max(level, highest.get(fact["subject"], level))
    assert {Level.RED, Level.ORANGE, Level.YELLOW} <= set(highest.values())
    assert len(highest) < 2 * 89, "some villages got nothing"
    assert {entry["status"] for entry in journal} == {"Exercise"}
    assert "StepFailed" not in {fact["fact"] for fact in facts(journal, "engine")}


@pytest.mark.parametrize(("command", "words"), [(("verify",), "日志完整"), (("rebuild", "--check"), "与日志一致")])
def test_the_journal_is_whole_and_the_rows_equal_it(demo: Run, command: tuple[str, ...], words: str) -> None:
    done = jiaoying("journal", *command, "--config", "night/config.yaml", cwd=demo.home)
    assert done.returncode == 0, done.stderr
    assert words in done.stdout


def test_a_finished_directory_says_its_line_again_at_once(demo: Run) -> None:
    before = {path: path.stat().st_mtime_ns for path in demo.site.rglob("*") if path.suffix in (".db", ".json")}
    done = jiaoying(*DEMO, cwd=demo.home)
    assert done.returncode == 0
    assert done.stdout == demo.last + "\n"
    assert before == {path: path.stat().st_mtime_ns for path in before}
    other = jiaoying(*DEMO[:-3], "8", *DEMO[-2:], cwd=demo.home)
    assert (other.returncode, other.stdout) == (2, ""), "another seed is another story"


def verdict(run: Run) -> dict[str, Any]:
    """What `journal verify` says of a run."""
    done = jiaoying("journal", "verify", "--json", "--config", "night/config.yaml", cwd=run.home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_the_same_seed_is_the_same_journal(demo: Run, same_seed: Run) -> None:
    assert same_seed.last == demo.last
    one, other = verdict(demo), verdict(same_seed)
    assert (other["hash"], other["entries"]) == (one["hash"], one["entries"])


def test_killed_ten_times_it_comes_to_the_same_end(demo: Run, killed: Run) -> None:
    assert killed.kills == 10
    assert killed.last == demo.last
    assert verdict(killed)["ok"] is True
    rebuilt = jiaoying("journal", "rebuild", "--check", "--config", "night/config.yaml", cwd=killed.home)
    assert rebuilt.returncode == 0, rebuilt.stderr


def test_a_report_is_written_again_for_whoever_asks(demo: Run, tmp_path: Path) -> None:
    done = jiaoying(
        "report", demo.summary["event"], "--out", str(tmp_path), "--formats", "html,json", "--json",
        "--config", "night/config.yaml", cwd=demo.home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    files = [Path(name) for name in json.loads(done.stdout)["files"]]
    assert {path.suffix for path in files} == {".html", ".json"}
    assert all(path.is_file() for path in files)
