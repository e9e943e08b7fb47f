"""What is said is laid over what holds when nothing is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.levels import Level
from jiaoying.config import Config, duration, load, loads
from jiaoying.config.values import seconds
from warning.thresholds import Wetness


@given(st.integers(min_value=0, max_value=10**8))
def test_durations_come_back(number: int) -> None:
    """Written and read again, nothing is lost."""
    assert seconds(duration(number)) == number


@pytest.mark.parametrize(
    ("text", "number"), [("5s", 5), ("3m", 180), ("2h", 7200), ("1d", 86400), ("1h30m", 5400), (" 90s ", 90)]
)
def test_durations_of_the_field(text: str, number: int) -> None:
    """As people write them."""
    assert seconds(text) == number


@pytest.mark.parametrize("text", ["", "5", "m", "1m1h", "1.5h", "-5s", "5 s", "h5", "٣m5"])
def test_what_is_no_duration(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match="应写成时长"):
        seconds(text)


@pytest.mark.parametrize("text", ["", "# nothing\n", "web:\nsite: ~\n", "web:\n  # port: 1\n", "{}"])
def test_nothing_said(text: str) -> None:
    """An empty file, or sections whose keys are all commented out."""
    assert loads(text) == Config()


def test_one_value_said_leaves_the_others() -> None:
    """Sections go key by key, also where the defaults differ by level."""
    config = loads("warning: {approval: {red: {stop: 7m}}}\ncallout: {orange: {round_wait: 9m}}\n")
    red = config.warning.policy().red
    assert (red.stop_s, red.approvals, red.none_after_s) == (420, 2, 300)
    assert config.callout.policy().of(Level.ORANGE).round_wait_s == 540
    assert config.callout.policy().of(Level.ORANGE).steps == Config().callout.policy().of(Level.ORANGE).steps
    assert config.warning.approval.orange == Config().warning.approval.orange


def test_a_set_of_thresholds_is_taken_whole() -> None:
    """Windows and levels that are not named do not count; other sets stand beside it."""
    config = loads(
        "thresholds:\n  default: {red: {1h: 80, 24h: 200}}\n  双河: {red: {1h: {dry: 40, normal: 35, wet: 30}}}\n"
    )
    sets = config.threshold_sets()
    assert sets["default"].in_tenths(Level.RED) == {1: 800, 24: 2000}
    assert sets["default"].in_tenths(Level.ORANGE) == {}
    assert [sets["双河"].in_tenths(Level.RED, wetness)[1] for wetness in Wetness] == [400, 350, 300]
    assert "default" in loads("thresholds: {x: {red: {3h: 1}}}").threshold_sets()


def test_scalars_are_what_the_setting_is() -> None:
    """YAML's own guesses (sexagesimal times, words that are booleans, numbers that are codes) do not happen."""
    config = loads(
        "site: {name: no, area: 530629101201}\nevacuation: {night_from: 20:30, night_to: 05:00}\nweb: {port: '81'}\n"
    )
    assert (config.site.name, config.site.area, config.web.port) == ("no", "530629101201", 81)
    assert (f"{config.evacuation.night_from:%H:%M}", f"{config.evacuation.night_to:%H:%M}") == ("20:30", "05:00")


def test_secrets_come_from_the_environment_or_files(tmp_path: Path) -> None:
    """And `$${` is a plain `${`."""
    (tmp_path / "host.txt").write_text("10.0.0.5\n", encoding="utf-8")
    (tmp_path / "config.yaml").write_text(
        "web: {host: '${file:host.txt}', public_url: 'https://${NAME}.example.org/'}\nsite: {name: '$${x}'}\n",
        encoding="utf-8",
    )
    config = load(tmp_path / "config.yaml", environment={"NAME": "weixin"})
    assert (config.web.host, config.public_url, config.site.name) == ("10.0.0.5", "https://weixin.example.org", "${x}")


def test_an_environment_variable_is_a_value_and_not_yaml() -> None:
    """Whatever stands in it cannot add keys."""
    config = loads("site: {name: '${NAME}'}\n", environment={"NAME": "a}\nweb: {port: 1}"})
    assert config.site.name == "a}\nweb: {port: 1}"
    assert config.web == Config().web


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("sqlite:///jiaoying.db", "sqlite:///{dir}/jiaoying.db"),
        ("sqlite:///data/a.db?x=1", "sqlite:///{dir}/data/a.db?x=1"),
        ("sqlite:////var/lib/a.db", "sqlite:////var/lib/a.db"),
        ("postgresql://u@h/db", "postgresql://u@h/db"),
    ],
)
def test_the_database_stands_beside_the_file(tmp_path: Path, url: str, wanted: str) -> None:
    """Wherever the command is run from."""
    config = loads(f"database: '{url}'\n", directory=tmp_path)
    assert config.database_url == wanted.format(dir=tmp_path.as_posix())


def test_what_follows_from_the_settings() -> None:
    """Derived values."""
    config = loads(
        "site: {name: 威信县}\nweb: {host: '::1', port: 81}\nsources:\n"
        "- {name: a, kind: csv, path: a, interval: 10m, stale_after: 1h}\n- {name: b, kind: csv, path: b}\n"
    )
    assert (config.public_url, config.signature, config.interval_minutes, config.stale_rain_s) == (
        "http://[::1]:81",
        "威信县",
        10,
        3600,
    )
    bare = loads("sources: []\nsite: {signature: 县防汛办}\n")
    assert (bare.signature, bare.interval_minutes, bare.stale_rain_s) == ("县防汛办", 60, 10800)
    assert str(bare.timezone) == "Asia/Shanghai"
