"""The whole of `config.yaml` as one frozen value, with its defaults."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from core.cap import CapStatus
from core.levels import Level
from jiaoying.config.callouts import Callouts
from jiaoying.config.policies import ClockTerms, Section, Warnings
from jiaoying.config.thresholds import JIANGHUA_LEVELS, LevelValues
from jiaoying.config.values import Name, TimeOfDay, TimeZone, Wait, wrong
from warning.thresholds import ThresholdSet

T = TypeVar("T", bound="Source | Notifier")

LATER_SOURCES = ("grid", "sl323", "json", "cap", "thresholds")
LATER_NOTIFIERS = ("twilio", "kannel", "gammu", "smpp", "apprise", "http")


def _not_yet(later: tuple[str, ...], now: tuple[str, ...]) -> BeforeValidator:
    def check(value: Any) -> Any:
        if value in later:
            raise wrong(f"{value} 本版本尚不支持;现有:{'、'.join(now)}")
        return value

    return BeforeValidator(check)


def _area(value: str) -> str:
    if value and not re.fullmatch(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}|\d{15}", value):
        raise wrong(f"应是统计用区划代码(县 6 位、乡 9 位、村 12 位),写的是 {value!r}")
    return value


def _database(value: str) -> str:
    kind = re.match(r"(sqlite|postgresql)(\+\w+)?://", value)
    if kind is None:
        raise wrong("应是 sqlite:///文件 或 postgresql://… 的地址")
    if kind.group(1) == "sqlite" and (value[kind.end() - 2 :].rstrip("/") == "" or value.endswith(":memory:")):
        raise wrong("数据库要写到文件里:日志必须比进程活得久,例如 sqlite:///jiaoying.db")
    return value


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment):
        raise wrong(f"应是 http:// 或 https:// 开头的网址,写的是 {value!r}")
    return value.rstrip("/")


class Site(Section):
    """Who and where this is."""

    name: str = Field(default="我的县", min_length=1, max_length=40)
    area: Annotated[str, AfterValidator(_area)] = ""
    timezone: TimeZone = "Asia/Shanghai"
    language: Annotated[Literal["zh-CN"], _not_yet(("en", "en-US", "zh-TW", "zh-HK"), ("zh-CN",))] = "zh-CN"
    signature: str = Field(default="", max_length=12)
    status: CapStatus = CapStatus.ACTUAL


class Source(Section):
    """Where rain comes from."""

    name: Name
    kind: Annotated[Literal["csv"], _not_yet(LATER_SOURCES, ("csv",))]
    path: str = Field(min_length=1)
    every: Wait = 60
    interval: Wait = 3600
    stale_after: Wait = 3 * 3600

    @model_validator(mode="after")
    def _whole_minutes(self) -> Self:
        if self.interval % 60 or (3600 % self.interval and self.interval % 3600):
            raise wrong("interval 应能整除一小时或是整小时,例如 5m、10m、30m、1h")
        if self.stale_after < self.interval:
            raise wrong("stale_after 不能比 interval 短,否则每一帧都会报警")
        return self


class Notifier(Section):
    """A wire to people's phones."""

    kind: Annotated[Literal["simulated", "console"], _not_yet(LATER_NOTIFIERS, ("simulated", "console"))]
    name: Name
    secret: str = Field(default="", max_length=200)

    @model_validator(mode="before")
    @classmethod
    def _named_after_its_kind(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("kind"), str):
            return {"name": data["kind"], **data}
        return data


class Evacuation(Section):
    """When people are moved, and how long that takes."""

    order_at: Level = Level.RED
    night_from: TimeOfDay = time(20)
    night_to: TimeOfDay = time(6)
    clocks: ClockTerms = ClockTerms()


class Web(Section):
    """Where the console and the interfaces listen."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8760, ge=0, le=65535)
    public_url: Annotated[str, AfterValidator(_public_url)] = ""


def _named_apart(items: tuple[T, ...]) -> tuple[T, ...]:
    names = [item.name for item in items]
    for name in names:
        if names.count(name) > 1:
            raise wrong(f"有两项都叫 {name};请各起一个 name")
    return items


def _with_default(sets: dict[str, LevelValues]) -> dict[str, LevelValues]:
    if "default" not in sets or not any(sets["default"].by_level().values()):
        raise wrong("default 这一套里一个阈值也没有,什么雨都不会成为预警")
    return sets


class Config(Section):
    """A site's settings. `directory` is where its file stands: relative paths start there."""

    directory: Path = Field(default=Path(), exclude=True)
    site: Site = Site()
    database: Annotated[str, AfterValidator(_database)] = "sqlite:///jiaoying.db"
    sources: Annotated[tuple[Source, ...], AfterValidator(_named_apart)] = (
        Source(name="rain", kind="csv", path="incoming/rain/*.csv"),
    )
    thresholds: Annotated[dict[str, LevelValues], AfterValidator(_with_default)] = Field(
        default={"default": JIANGHUA_LEVELS}
    )
    warning: Warnings = Warnings()
    callout: Callouts = Callouts()
    notifiers: Annotated[tuple[Notifier, ...], AfterValidator(_named_apart)] = Field(
        default=(Notifier(name="simulated", kind="simulated"),), min_length=1
    )
    evacuation: Evacuation = Evacuation()
    web: Web = Web()

    @property
    def timezone(self) -> ZoneInfo:
        """The site's own time."""
        return ZoneInfo(self.site.timezone)

    @property
    def signature(self) -> str:
        """What stands in every text."""
        return self.site.signature or self.site.name[:12]

    @property
    def database_url(self) -> str:
        """The database's address; an SQLite file without a full path stands beside the file of settings."""
        match = re.fullmatch(r"(sqlite(?:\+\w+)?:///)([^/?][^?]*)(\?.*)?", self.database)
        if match is None or re.match(r"[A-Za-z]:[\\/]", match.group(2)):
            return self.database
        return f"{match.group(1)}{(self.directory / match.group(2)).resolve().as_posix()}{match.group(3) or ''}"

    @property
    def public_url(self) -> str:
        """The address under which phones and browsers reach this site."""
        host = f"[{self.web.host}]" if ":" in self.web.host else self.web.host
        return self.web.public_url or f"http://{host}:{self.web.port}"

    @property
    def interval_minutes(self) -> int:
        """The shortest interval of the sources of rain; an hour where there is none."""
        return min((source.interval for source in self.sources), default=3600) // 60

    @property
    def stale_rain_s(self) -> int:
        """The age at which the newest rain is an alarm: that of the strictest source."""
        return min((source.stale_after for source in self.sources), default=3 * 3600)

    def threshold_sets(self) -> dict[str, ThresholdSet]:
        """The sets of thresholds by name; ``default`` holds where nothing else was filed."""
        return {name: values.threshold_set(name) for name, values in self.thresholds.items()}
