"""The file of settings that is written says exactly what holds when nothing is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from core.levels import Level
from evacuation.clocks import ClockPolicy
from jiaoying.config import Config, default_text, duration, load, loads
from jiaoying.config.complaints import ANY, known_keys
from jiaoying.config.reading import dotted, read_document
from notifiers.policy import DEFAULT_POLICY
from tests.support.sources import ROOT
from warning.policy import WarningPolicy
from warning.thresholds import JIANGHUA

TEXT = default_text()


def test_the_file_at_the_top_is_the_one_that_init_writes() -> None:
    """One template, two places."""
    assert (ROOT / "config.yaml").read_text(encoding="utf-8") == TEXT


def test_the_file_says_every_default() -> None:
    """Loading it equals the defaults, value by value."""
    loaded = load(ROOT / "config.yaml").model_dump()
    assert loaded == {**Config().model_dump()}


def test_the_file_spells_out_every_key() -> None:
    """Every key that is read stands in the file: nobody has to guess what may be set."""
    written = {
        tuple(ANY if isinstance(part, int) or path[:2] == ("thresholds", part) else str(part) for part in path)
        for path in read_document(TEXT, "config.yaml", directory=Path()).lines
    }
    # A step is reserved only where it says so, and the standard set does not tell wetness apart; comments explain both.
    missing = {dotted(key) for key in known_keys(Config)} - {dotted(key) for key in written}
    assert {key for key in missing if not key.startswith("thresholds.")} == {
        f"callout.{chain}.steps.{ANY}.reserve" for chain in ("red", "desk", "count", "confirm")
    }
    assert {key.rpartition(".")[2] for key in missing if key.startswith("thresholds.")} == {"dry", "normal", "wet"}


def test_every_key_has_a_comment() -> None:
    """Beside it, or on the line above."""
    lines = TEXT.splitlines()
    bare = []
    for number, line in enumerate(lines):
        match = re.match(r"\s*(?:- )?([a-z_0-9]+):", line)
        if match is None or line.lstrip().startswith("#") or match.group(1) == "steps":
            continue
        if " # " not in line and not lines[number - 1].lstrip().startswith("#"):
            bare.append(f"{number + 1}: {line.strip()}")
    assert bare == []
    steps = TEXT[TEXT.index("# 叫应:每一级") : TEXT.index("\ncallout:")]
    assert all(word in steps for word in ("to:", "by:", "wait:", "reserve:"))


@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("red", "江华县"),
        ("redials", "勉县"),
        ("dialled_within", "勉县"),
        ("start", "日本"),
        ("order_at", "凉山"),
        ("walk_m_s", "文献"),
        ("expiry", "设计"),
        ("order_life", "默认"),
    ],
)
def test_numbers_name_their_source(key: str, source: str) -> None:
    """A number somebody else settled says who; one chosen here says so."""
    named = [line for line in TEXT.splitlines() if re.match(rf"\s*{key}:", line)]
    assert any(source in line for line in named), named


def test_defaults_are_those_of_the_rooms() -> None:
    """The numbers stand once, in the rooms that use them."""
    config = loads(TEXT)
    assert config.warning.policy() == WarningPolicy()
    assert config.callout.policy() == DEFAULT_POLICY
    assert config.evacuation.clocks.policy() == ClockPolicy()
    sets = config.threshold_sets()
    assert list(sets) == ["default"]
    assert {(v.level, v.window_h, v.mm) for v in sets["default"].values} == {
        (v.level, v.window_h, v.mm) for v in JIANGHUA.values
    }
    assert sets["default"].source == JIANGHUA.source


def test_numbers_of_the_field_stand_as_they_were_published() -> None:
    """Written out by hand from the sources, so that a slip in a room is seen here."""
    config = loads(TEXT)
    assert {w: v.red[w] for v in config.thresholds.values() for w in v.red} == {
        "1h": 80,
        "3h": 120,
        "6h": 150,
        "24h": 200,
    }
    assert {w: v.blue[w] for v in config.thresholds.values() for w in v.blue} == {
        "1h": 35,
        "3h": 55,
        "6h": 70,
        "24h": 100,
    }
    red = config.warning.approval.red
    assert (red.approvals, red.one_after, red.none_after, red.stop) == (2, 120, 300, 300)
    assert (config.warning.approval.orange.none_after, config.warning.approval.yellow.none_after) == (600, None)
    held = config.warning.hysteresis
    assert (held.below, held.below_forecastless, held.expiry) == (3600, 10800, 21600)
    assert (config.evacuation.order_at, f"{config.evacuation.night_from:%H:%M}") == (Level.RED, "20:00")


def test_durations_are_written_as_people_write_them() -> None:
    """No duration stands in the file as a bare number."""
    for model, value in _sections(loads(TEXT)):
        for name, info in model.model_fields.items():
            if "_seconds" in repr(info.metadata) or "_never" in repr(info.metadata):
                held = getattr(value, name)
                assert held is None or re.search(rf"\b{name}: \"?{duration(held)}\b|\b{name}: \d+[hms]\b", TEXT), name


def _sections(value: BaseModel) -> list[tuple[type[BaseModel], BaseModel]]:
    found: list[tuple[type[BaseModel], BaseModel]] = [(type(value), value)]
    for name in type(value).model_fields:
        held = getattr(value, name)
        for item in held if isinstance(held, tuple) else (held,):
            if isinstance(item, BaseModel):
                found += _sections(item)
    return found


def test_a_new_site_gets_its_own_values() -> None:
    """`init` fills in what it was told; every comment stays."""
    text = default_text(
        {"site.area": "530629", "site.name": '威信县"防汛办"', "site.status": "Exercise", "web.port": 9000}
    )
    config = loads(text)
    assert (config.site.area, config.site.name, config.site.status.value) == ("530629", '威信县"防汛办"', "Exercise")
    assert config.web.port == 9000
    assert loads(default_text(area="530629", name="威信县", status="Test")).site.status.value == "Test"
    assert text.count("#") == TEXT.count("#")
    assert config.model_copy(update={"site": Config().site, "web": Config().web}) == Config()


@pytest.mark.parametrize("key", ["site.nmae", "warning", "callout.red.steps"])
def test_only_lines_that_are_there_are_changed(key: str) -> None:
    """A misspelt change is an error of the caller, never a silent no."""
    with pytest.raises(KeyError, match=key):
        default_text({key: "x"})
