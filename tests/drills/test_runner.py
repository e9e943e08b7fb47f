"""A whole small drill: the storm over three villages, to its end; the same for a seed; killed again and again, the same end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from jiaoying.drills import stage
from jiaoying.drills.county import write_county
from jiaoying.drills.dice import Dice
from jiaoying.drills.runner import Outcome, Progress, Runner
from jiaoying.drills.weixin import XIAOBA
from jiaoying.storage import journal
from jiaoying.storage.kinds import KINDS
from jiaoying.storage.schema import journal as journal_table
from jiaoying.storage.writer import Writer

VILLAGES = (XIAOBA, "530629101208")  # the heart of the storm, and a neighbour in Zhaxi


class Killed(BaseException):
    """The process ends here; nothing of it runs any more."""


def run(
    directory: Path,
    *,
    seed: int = 7,
    story: Callable[[str], None] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Outcome:
    """Build the county if it is not there yet, and go on with the drill to its end."""
    files = write_county(directory / "county", seed, villages=VILLAGES)
    set_up = stage.open_stage(f"sqlite:///{directory / 'site.db'}", seed=seed)
    try:
        stage.build(set_up.service, stage.registers_in(directory / "county"))
        runner = Runner(
            service=set_up.service,
            clock=set_up.clock,
            exchange=set_up.exchange,
            desk=set_up.desk,
            frames=stage.storm(set_up.service, files["rain"]),
            story=story,
            progress=progress,
        )
        return runner.run()
    finally:
        set_up.close()


def ending(directory: Path) -> dict[str, Any]:
    """Everything the last line of a drill is made of, and more."""
    engine = stage.open_stage(f"sqlite:///{directory / 'site.db'}", seed=7).engine
    columns = {
        "task": ("id", "state", "version", "ordered_at", "cleared_at"),
        "household": ("id", "state", "people", "at"),
        "callout": ("id", "state", "begun_at", "answered_at", "answered_by"),
        "warning": ("id", "state", "level", "version"),
        "reply": ("gateway_id", "state", "to_person"),
    }
    found: dict[str, Any] = {}
    with engine.connect() as connection:
        for kind, names in columns.items():
            table = KINDS[kind].table
            query = select(*(table.c[name] for name in names)).order_by(table.c[names[0]])
            found[kind] = [tuple(row) for row in connection.execute(query)]
        messages = KINDS["message"].table
        found["sent"] = connection.execute(select(func.count()).where(messages.c.sent_at.is_not(None))).scalar_one()
    engine.dispose()
    return found


def head(directory: Path) -> str:
    """The hash at the end of the journal, once the whole chain has been proved."""
    engine = stage.open_stage(f"sqlite:///{directory / 'site.db'}", seed=7).engine
    verdict = journal.verify_database(engine)
    assert verdict.holds
    engine.dispose()
    return verdict.hash


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drill nobody disturbed."""
    directory = tmp_path_factory.mktemp("quiet")
    told: list[str] = []
    seen: list[Progress] = []
    outcome = run(directory, story=told.append, progress=seen.append)
    assert outcome.over
    assert any("小坝村" in line and "转移令 42户118人" in line for line in told), told
    assert any("小坝村 清零 42户118人" in line for line in told), told
    assert seen[-1].frames_done == seen[-1].frames == 33
    assert seen[-1].open_tasks == seen[-1].proposals == 0
    assert [p.at for p in seen] == sorted(p.at for p in seen)
    return directory


def test_everybody_is_accounted_for_and_nobody_by_a_correction(quiet: Path) -> None:
    end = ending(quiet)
    ordered = [row for row in end["task"] if row[3] is not None]
    assert ordered
    assert {row[1] for row in ordered} == {"CLEARED"}
    assert {row[1] for row in end["household"]} <= {"SAFE", "AWAY"}
    engine = stage.open_stage(f"sqlite:///{quiet / 'site.db'}", seed=7).engine
    with engine.connect() as connection:
        facts = {(entry["kind"], fact["fact"]) for entry in journal.entries(connection) for fact in entry["facts"]}
        causes = {entry["cause"] for entry in journal.entries(connection)}
        naive = connection.execute(select(func.count()).select_from(journal_table)).scalar_one()
    engine.dispose()
    assert ("household", "Corrected") not in facts
    assert ("engine", "StepFailed") not in facts
    assert "SetHousehold" not in causes
    assert naive > 100


def test_the_same_seed_gives_the_same_journal(quiet: Path, tmp_path: Path) -> None:
    run(tmp_path)
    assert head(tmp_path) == head(quiet)
    assert run(tmp_path).jumps == 0, "a finished drill is only looked at"
    assert head(tmp_path) == head(quiet)


def test_killed_again_and_again_it_comes_to_the_same_end(
    quiet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies between two transactions, or inside one, at seeded moments; each time the drill is started anew."""
    commit = Writer._commit
    dice = Dice(11, "kills")
    left = [dice.whole(1, 8)]
    kills = 0

    def dying(self: Writer, commands: list[Any]) -> list[Any]:
        left[0] -= 1
        if left[0] <= 0:
            if dice.chance(0.5):
                commit(self, commands)  # durable, but nobody hears of it any more
            raise Killed
        return commit(self, commands)

    monkeypatch.setattr(Writer, "_commit", dying)
    while True:
        try:
            outcome = run(tmp_path)
        except Killed:
            kills += 1
            left[0] = dice.whole(1, 12) if kills < 4 else dice.whole(50, 600) if kills < 12 else 10**9
        else:
            break
    assert outcome.over
    assert kills >= 6
    assert ending(tmp_path) == ending(quiet)
