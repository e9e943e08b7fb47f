"""journal and report: proofs that hold, proofs that fail and say where, and events nobody knows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from hazards.zones import HazardKind
from tests.cli.conftest import Cli
from tests.support.night import Night


@pytest.fixture(scope="module")
def stormy(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site in whose database a small storm has passed."""
    home = tmp_path_factory.mktemp("stormy")
    with Night(home) as night:
        night.moves_out("小坝村", hazard=HazardKind.DEBRIS_FLOW)
        night.says("Xiaoba leader", "A7 3 5 20")
        night.says("小坝村 shelter_keeper", "A7 1")
        assert night.task("小坝村").state == "CLEARED"
        with night.stage.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(filled / "config.yaml", home / "config.yaml")
    (home / "site.db").rename(home / "jiaoying.db")
    return home


@pytest.fixture
def storm_config(stormy: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    shutil.copytree(stormy, tmp_path / "stormy")
    return tmp_path / "stormy" / "config.yaml"


def test_the_chain_of_the_database_and_of_its_export(cli: Cli, storm_config: Path, tmp_path: Path) -> None:
    out = tmp_path / "journal.jsonl"
    assert cli("journal", "verify", "--config", storm_config).exit_code == 0
    assert cli("journal", "export", "--out", out, "--config", storm_config).exit_code == 0
    database = json.loads(cli("journal", "verify", "--json", "--config", storm_config).stdout)
    exported = json.loads(cli("journal", "verify", out, "--json").stdout)
    assert database["ok"] is exported["ok"] is True
    assert database["hash"] == exported["hash"]
    lines = out.read_text(encoding="utf-8").splitlines()
    assert database["entries"] == len(lines) > 10
    assert "+86" not in out.read_text(encoding="utf-8"), "no phone leaves the house"
    assert "演练户主" not in out.read_text(encoding="utf-8"), "no name leaves the house"


@pytest.mark.parametrize("how", ["altered", "removed", "swapped", "cut", "not json"])
def test_a_tampered_export_names_the_first_bad_sequence(cli: Cli, storm_config: Path, tmp_path: Path, how: str) -> None:
    out = tmp_path / "journal.jsonl"
    cli("journal", "export", "--out", out, "--config", storm_config)
    lines = out.read_text(encoding="utf-8").splitlines()
    match how:
        case "altered":
            lines[4] = lines[4].replace('"actor": "', '"actor": "x', 1).replace('"actor":"', '"actor":"x', 1)
        case "removed":
            del lines[4]
        case "swapped":
            lines[4], lines[5] = lines[5], lines[4]
        case "cut":
            lines[4] = lines[4][: len(lines[4]) // 2]
        case _:
            lines[4] = "nonsense"
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = cli("journal", "verify", out, "--json")
    verdict = json.loads(done.stdout)
    assert (done.exit_code, verdict["ok"], verdict["broken"]["line"]) == (1, False, 5)
    assert "5" in done.stderr
    plain = cli("journal", "verify", out)
    assert (plain.exit_code, plain.stdout) == (1, "")


def test_an_altered_row_is_found_and_named(cli: Cli, storm_config: Path) -> None:
    assert cli("journal", "rebuild", "--check", "--config", storm_config).exit_code == 0
    from jiaoying.storage.database import open_engine

    engine = open_engine(f"sqlite:///{storm_config.parent / 'jiaoying.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE household SET people = people + 1 WHERE household = 'XB001'")
    engine.dispose()
    done = cli("journal", "rebuild", "--check", "--config", storm_config)
    assert done.exit_code == 1
    assert "household" in done.stderr
    assert "people" in done.stderr


def test_the_report_of_an_event(cli: Cli, storm_config: Path, tmp_path: Path) -> None:
    done = cli("report", "latest", "--out", tmp_path / "out", "--config", storm_config, "--json")
    assert done.exit_code == 0, done.stderr
    files = json.loads(done.stdout)["files"]
    assert {Path(name).suffix for name in files} == {".html", ".json"}
    document = json.loads(next(Path(n) for n in files if n.endswith(".json")).read_text(encoding="utf-8"))
    event = document["event"]["id"] if isinstance(document.get("event"), dict) else document["event"]
    assert (
        cli("report", event, "--out", tmp_path / "again", "--formats", "json", "--config", storm_config).exit_code == 0
    )
    assert cli("report", event, "--out", tmp_path / "x", "--formats", "doc", "--config", storm_config).exit_code == 2


def test_an_unknown_event_is_answered_with_those_there_are(
    cli: Cli, storm_config: Path, config: Path, tmp_path: Path
) -> None:
    done = cli("report", "no-such-storm", "--out", tmp_path / "out", "--config", storm_config)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "威信县强降雨" in done.stderr.replace("\n", "")
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())
    assert cli("report", "latest", "--out", tmp_path / "out", "--config", config).exit_code == 1, "no storm yet"
