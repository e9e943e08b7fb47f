"""init, import, ingest, user, token: a site from nothing, and what it refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jiaoying.storage.database import open_engine
from jiaoying.storage.journal import entries
from tests.cli.conftest import Cli, write_registers, zones_text
from tests.support.registers import tiny_county


def journal(site: Path) -> int:
    """Entries in the site's journal."""
    engine = open_engine(f"sqlite:///{site / 'jiaoying.db'}")
    try:
        with engine.connect() as connection:
            return sum(1 for _ in entries(connection))
    finally:
        engine.dispose()


@pytest.mark.parametrize("arguments", [(), ("--area", "530629", "--name", "威信县")])
def test_init_makes_a_whole_site_or_nothing(cli: Cli, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = cli("init", tmp_path / "new", *arguments)
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "new" / "config.yaml").is_file()
    assert (tmp_path / "new" / "jiaoying.db").is_file()
    assert cli("user", "list", "--config", tmp_path / "new" / "config.yaml").exit_code == 0
    before = sorted(path.name for path in (tmp_path / "new").iterdir())
    again = cli("init", tmp_path / "new", *arguments)
    assert (again.exit_code, again.stdout) == (2, "")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == before
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert cli("init", tmp_path / "file").exit_code == 2


def test_init_refuses_an_area_that_is_none(cli: Cli, tmp_path: Path) -> None:
    done = cli("init", tmp_path / "new", "--area", "x1")
    assert done.exit_code == 2
    assert not (tmp_path / "new").exists()


# --- import ------------------------------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(cli: Cli, site: Path, config: Path, tmp_path: Path) -> None:
    before = journal(site)
    for kind, path in write_registers(tmp_path, tiny_county()).items():
        done = cli("import", kind, path, "--config", config, "--json")
        document = json.loads(done.stdout)
        assert (done.exit_code, document["added"], document["changed"]) == (0, 0, 0), kind
        assert document["unchanged"] == document["rows"] > 0
    assert journal(site) == before


def test_every_fault_is_named_and_no_row_goes_in(cli: Cli, site: Path, config: Path, tmp_path: Path) -> None:
    file = tmp_path / "岗位.csv"
    file.write_text(
        "岗位所在,role,holder,phone\n".replace("岗位所在", "area")
        + "530629101201,leader,新人,+8610000009999\n"
        + "530629101299,leader,没有的村,+8610000009998\n"
        + "530629101201,king,没有的岗位,+8610000009997\n"
        + "530629101201,leader,坏号码,12\n",
        encoding="utf-8",
    )
    before = journal(site)
    done = cli("import", "posts", file, "--config", config, "--json")
    assert done.exit_code == 1
    faults = json.loads(done.stdout)["faults"]
    assert [(Path(f["file"]).name, f["row"], f["column"]) for f in faults] == [
        ("岗位.csv", 3, "area"), ("岗位.csv", 4, "role"), ("岗位.csv", 5, "phone"),
    ]  # fmt: skip
    assert all(fault["reason"] for fault in faults)
    plain = cli("import", "posts", file, "--config", config)
    assert plain.exit_code == 1
    assert plain.stdout == ""
    assert "岗位.csv" in plain.stderr
    assert journal(site) == before
    assert json.loads(cli("import", "posts", file, "--check-only", "--json", "--config", config).stdout)["added"] == 0


def test_check_only_writes_nothing(cli: Cli, site: Path, config: Path, tmp_path: Path) -> None:
    file = tmp_path / "shelters.csv"
    file.write_text("code,name,area,lon,lat,capacity\nSH9,新点,530629101201,105.01,27.80,50\n", encoding="utf-8")
    before = journal(site)
    assert cli("import", "shelters", file, "--check-only", "--config", config).exit_code == 0
    assert journal(site) == before
    done = cli("import", "shelters", file, "--config", config, "--json")
    assert (json.loads(done.stdout)["added"], journal(site)) == (1, before + 1)
    document = json.loads(done.stdout)
    assert (sorted(document["absent"]), document["removed"]) == (["SH1", "SH2", "SH3"], [])


def test_replace_removes_what_the_file_does_not_have(cli: Cli, config: Path, tmp_path: Path) -> None:
    file = tmp_path / "stations.csv"
    file.write_text("站号,站名,经度,纬度\nS1,小坝,105.001,27.801\n", encoding="gbk")
    document = json.loads(cli("import", "stations", file, "--replace", "--config", config, "--json").stdout)
    assert sorted(document["removed"]) == ["S2", "S3"]
    assert cli("import", "kings", file, "--config", config).exit_code == 2
    assert cli("import", "stations", tmp_path / "none.csv", "--config", config).exit_code == 2


@pytest.mark.parametrize("shift", [3.0, 120.0])
def test_a_zone_outside_the_county_is_refused_with_its_code(
    cli: Cli, site: Path, config: Path, tmp_path: Path, shift: float
) -> None:
    file = tmp_path / "zones.geojson"
    file.write_text(zones_text(tiny_county(), shift=shift), encoding="utf-8")
    before = journal(site)
    done = cli("import", "zones", file, "--config", config, "--json")
    assert done.exit_code == 1
    assert {fault["feature"] for fault in json.loads(done.stdout)["faults"]} >= {"XB-1"}
    assert journal(site) == before


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00\x00", b"code\n", b"{", "编码,名称\n小,坝\n".encode("gbk")[:-2]]
)
@pytest.mark.parametrize("kind", ["areas", "zones", "thresholds"])
def test_a_broken_file_is_refused_in_words(
    cli: Cli, site: Path, config: Path, tmp_path: Path, kind: str, content: bytes
) -> None:
    (tmp_path / "broken").write_bytes(content)
    before = journal(site)
    done = cli("import", kind, tmp_path / "broken", "--config", config)
    assert done.exit_code == 1, done.exception
    assert "broken" in done.stderr
    assert journal(site) == before


# --- rain --------------------------------------------------------------------------------------------------------


def rain(path: Path, *rows: str) -> Path:
    """A rain file."""
    path.write_text("\n".join(("station,time,mm", *rows)) + "\n", encoding="utf-8")
    return path


def hours_ago(hours: float) -> str:
    """A time of this clock's past, on the hour; ingest judges by the wall clock of whoever calls it."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return (now - timedelta(hours=hours)).isoformat()


def test_rain_is_taken_once(cli: Cli, site: Path, config: Path, tmp_path: Path) -> None:
    file = rain(tmp_path / "rain.csv", f"S1,{hours_ago(2)},3.5", f"S2,{hours_ago(2)},0", f"S1,{hours_ago(1)},4")
    done = cli("ingest", "rain", file, "--config", config, "--json")
    assert done.exit_code == 0, done.stderr
    assert [(t["frames"], t["changed"], t["faults"]) for t in json.loads(done.stdout)] == [(2, 2, [])]
    before = journal(site)
    again = cli("ingest", "rain", file, "--config", config, "--json")
    assert (again.exit_code, json.loads(again.stdout)[0]["changed"]) == (0, 0)
    assert journal(site) == before


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"S1,{hours_ago(1)},1o.5", "mm"),
        (f"S9,{hours_ago(1)},3", "station"),
        (f"S1,{hours_ago(-5)},3", "time"),
        (f"S1,{hours_ago(24 * 40)},3", "time"),
        ("S1,yesterday,3", "time"),
    ],
    ids=["letters", "unknown station", "future", "ancient", "no time"],
)
def test_bad_rain_is_refused_whole_with_its_place(
    cli: Cli, site: Path, config: Path, tmp_path: Path, row: str, column: str
) -> None:
    file = rain(tmp_path / "rain.csv", f"S1,{hours_ago(3)},3.5", row)
    before = journal(site)
    done = cli("ingest", "rain", file, "--config", config, "--json")
    assert done.exit_code == 1
    (taken,) = json.loads(done.stdout)
    assert [(f["row"], f["column"]) for f in taken["faults"]] == [(3, column)]
    assert taken["changed"] == 0
    assert journal(site) == before
    assert "第3行" in cli("ingest", "rain", file, "--config", config).stderr.replace(" ", "").replace("\n", "")


def test_a_gap_and_a_value_out_of_range_are_kept_as_what_they_are(cli: Cli, config: Path, tmp_path: Path) -> None:
    file = rain(tmp_path / "rain.csv", f"S1,{hours_ago(2)},", f"S2,{hours_ago(2)},900", f"S3,{hours_ago(2)},-3")
    done = cli("ingest", "rain", file, "--config", config, "--json")
    assert (done.exit_code, json.loads(done.stdout)[0]["faults"]) == (0, [])


def test_an_unknown_source_is_misuse(cli: Cli, config: Path, tmp_path: Path) -> None:
    done = cli("ingest", "radar", rain(tmp_path / "rain.csv", f"S1,{hours_ago(1)},1"), "--config", config)
    assert done.exit_code == 2
    assert "radar" in done.stderr
    assert cli("ingest", "rain", tmp_path / "none.csv", "--config", config).exit_code == 2


# --- people ------------------------------------------------------------------------------------------------------


def test_users_and_tokens(cli: Cli, config: Path) -> None:
    done = cli("user", "add", "王值班", "--role", "duty", "--config", config)
    assert (done.exit_code, done.stdout.count("/login/")) == (0, 1)
    added = cli(
        "user", "add", "扎西调度", "--role", "dispatcher", "--area", "530629101000", "--json", "--config", config
    )
    assert json.loads(added.stdout)["area"] == "530629101000"
    listed = json.loads(cli("user", "list", "--json", "--config", config).stdout)
    assert {(u["name"], u["role"], u["area"]) for u in listed} >= {
        ("王值班", "duty", None), ("扎西调度", "dispatcher", "530629101000"),
    }  # fmt: skip
    token = cli("token", "王值班", "--config", config)
    assert token.exit_code == 0
    assert token.stdout.count("\n") == 1
    assert " " not in token.stdout.strip()
    assert token.stdout.strip() not in config.read_text(encoding="utf-8")
    assert cli("token", "没有的人", "--config", config).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("王", "--role", "king"), 2), ((" ", "--role", "duty"), 2), (("王", "--role", "duty", "--area", "999"), 1)],
)
def test_no_such_role_name_or_area(cli: Cli, site: Path, config: Path, arguments: tuple[str, ...], code: int) -> None:
    before = journal(site)
    done = cli("user", "add", *arguments, "--config", config)
    assert (done.exit_code, done.stdout) == (code, "")
    assert journal(site) == before
