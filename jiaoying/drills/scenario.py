"""A drill as a file: which county, which storm, who does what, and what must have happened by when.

Checked as a whole before anything starts; every complaint names file, line and key.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from core.levels import Level
from jiaoying.config.complaints import faults
from jiaoying.config.reading import ConfigError, Fault, read_document
from jiaoying.config.values import Duration, seconds, wrong
from jiaoying.drills.desk import DeskBehaviour
from jiaoying.drills.script import Line, Say, Script, UnknownPhone, who
from jiaoying.drills.weixin import SITE_TIME, STORM_BEGINS
from notifiers.receipts import Channel
from people.areas import AreaTree

BUILT_IN = "weixin"
BUILT_IN_STORM = "storm"
SCENARIOS = Path(__file__).parent / "scenarios"


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise wrong(f"应写成时刻,如 2025-07-08 22:10,写的是 {value!r}") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=SITE_TIME)


def _span(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    ends = [seconds(part) for part in value.split("-")]
    if len(ends) > 2 or ends[0] > ends[-1]:
        raise wrong(f"应写成时长或范围,如 30s、20s-90s,写的是 {value!r}")
    return ends[0], ends[-1]


def _fact(value: str) -> str:
    words = value.split()
    if len(words) != 2 or words[0].casefold() not in KINDS or not words[1].isidentifier():
        raise wrong(f"应写成“事物 事实”,如 Task Ordered、CallOut Answered,写的是 {value!r}")
    return f"{words[0]} {words[1]}"


KINDS = frozenset({"event", "warning", "task", "callout", "message", "household", "request", "reply", "alarm"})
Moment = Annotated[datetime, BeforeValidator(_moment)]
Span = Annotated[tuple[int, int], BeforeValidator(_span)]
FactName = Annotated[str, AfterValidator(_fact)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(_Part):
    """One thing a scripted phone says."""

    text: str = Field(min_length=1)
    after: Duration = 30
    key: bool = False


class Phone(_Part):
    """A phone that follows the script: who it is, what it hears, what it answers."""

    phone: str = Field(min_length=1)
    expects: str = ""
    channel: Channel | None = None
    replies: tuple[Answer, ...] = ()
    delivered: bool = True


class CannotJudge(StrEnum):
    """What the desk does with a proposal that says "cannot judge"."""

    APPROVE = "approve"
    REJECT = "reject"


class DeskPart(_Part):
    """How desk and townships behave; `never` (or false) for what they do not do at all."""

    approve: bool = True
    approve_after: Span = (20, 90)
    cannot_judge: CannotJudge = CannotJudge.REJECT
    read: bool = True
    read_after: Span = (60, 180)
    confirm: bool = True
    confirm_after: Span = (60, 240)
    requests: bool = True

    def behaviour(self) -> DeskBehaviour:
        """The same for the desk."""
        return DeskBehaviour(
            approve=self.approve,
            approve_s=self.approve_after,
            cannot_judge=self.cannot_judge.value,
            read=self.read,
            read_s=self.read_after,
            confirm=self.confirm,
            confirm_s=self.confirm_after,
            requests=self.requests,
        )


class Wanted(_Part):
    """A line of the timeline: a fact that must have happened, or must not.

    `by` is a moment; `within` counts from the first fact `after` (of the same area), else from the start.
    """

    what: FactName
    area: str = ""
    role: str = ""
    level: Level | None = None
    by: Moment | None = None
    within: Duration | None = None
    after: FactName | None = None
    least: int = Field(default=1, ge=1)
    never: bool = False

    @model_validator(mode="after")
    def _one_deadline(self) -> Wanted:
        if self.by is not None and self.within is not None:
            raise wrong("by 与 within 只能写一个")
        if self.after is not None and self.within is None:
            raise wrong("写了 after 就要写 within")
        if self.never and (self.within is not None or self.after is not None):
            raise wrong("never 只能与 by 同写")
        return self


class Scenario(_Part):
    """A whole drill. Without `ends` it goes on until the account is closed."""

    name: str = Field(min_length=1)
    county: str = BUILT_IN
    rain: str = BUILT_IN_STORM
    seed: int = 7
    start: Moment = STORM_BEGINS
    arrives_after: Duration = 180
    ends: Moment | None = None
    phones: tuple[Phone, ...] = ()
    desk: DeskPart = DeskPart()
    timeline: tuple[Wanted, ...] = ()
    directory: Path = Field(default=Path(), exclude=True)

    @property
    def delay(self) -> timedelta:
        """How long after its interval a frame arrives."""
        return timedelta(seconds=self.arrives_after)

    @property
    def registers(self) -> Path | None:
        """The directory of register files; None for the built-in county."""
        return None if self.county == BUILT_IN else self.directory / self.county

    @property
    def rain_file(self) -> Path | None:
        """The rain file; None for the built-in storm."""
        return None if self.rain == BUILT_IN_STORM else self.directory / self.rain

    def script(self, tree: AreaTree) -> Script:
        """The scripted phones, once the county is known.

        Raises
        ------
        ConfigError
            When a phone names an area or role the county does not have.
        """
        script, found = Script(), []
        for index, phone in enumerate(self.phones):
            try:
                named = who(phone.phone, tree)
            except UnknownPhone as error:
                found.append(Fault(file=self.name, key=f"phones[{index}].phone", reason=str(error)))
                continue
            says = tuple(Say(text=each.text, after_s=each.after, key=each.key) for each in phone.replies)
            script.lines.append(
                Line(who=named, expects=phone.expects, channel=phone.channel, says=says, delivered=phone.delivered)
            )
        if found:
            raise ConfigError(found)
        return script


def load(path: Path | str) -> Scenario:
    """Read a scenario; a bare name means one that comes with the software.

    Raises
    ------
    ConfigError
        With every fault: file, line, key, reason.
    """
    file = Path(path)
    if not file.exists() and (SCENARIOS / file.name).exists():
        file = SCENARIOS / file.name
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError([Fault(file=str(path), reason="没有这个剧本文件")]) from None
    except UnicodeDecodeError:
        raise ConfigError([Fault(file=str(path), reason="不是 UTF-8 编码,请另存为 UTF-8")]) from None
    except OSError as error:
        raise ConfigError([Fault(file=str(path), reason=f"读不了:{error.strerror}")]) from None
    return loads(text, file=str(path), directory=file.parent)


def loads(text: str, *, file: str = "SCENARIO.yaml", directory: Path | None = None) -> Scenario:
    """Read a scenario from text, as if it stood in `file` in `directory`."""
    where = directory if directory is not None else Path()
    document = read_document(text, file, directory=where, environment={})
    try:
        scenario = Scenario.model_validate({**document.data, "directory": where})
    except ValidationError as error:
        raise ConfigError(faults(error.errors(), document, Scenario)) from error
    found = [
        Fault(file=file, line=document.lines.get((key,)), key=key, reason=f"没有这个{what}:{given}")
        for key, given, path, what in (
            ("county", scenario.county, scenario.registers, "登记册目录"),
            ("rain", scenario.rain, scenario.rain_file, "雨量文件"),
        )
        if path is not None and not path.exists()
    ]
    if found:
        raise ConfigError(found)
    return scenario
