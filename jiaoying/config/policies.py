"""Settings whose defaults are the policies of the rooms: one number, one place.

A section here has a field for every field of its policy that something acts on; durations lose the suffix ``_s``,
because the file writes them as ``5s 3m 2h``.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from core.levels import Level
from evacuation.clocks import ClockPolicy
from jiaoying.config.values import Duration, Wait, seconds, wrong
from warning.policy import ApprovalRule, WarningPolicy

P = TypeVar("P")
_WARNING = WarningPolicy()


class Section(BaseModel):
    """A part of the file: unknown keys are refused, and nothing changes after the start."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def of(cls, policy: Any) -> Self:
        """The section that says what `policy` says."""
        return cls(**{name: getattr(policy, policy_field(policy, name)) for name in cls.model_fields})

    def values_for(self, kind: type[Any]) -> dict[str, Any]:
        """What this section says, under the names of the fields of the policy `kind`."""
        return {policy_field(kind, name): getattr(self, name) for name in type(self).model_fields}


def policy_field(policy: Any, name: str) -> str:
    """What a policy calls the setting `name`: the same, or with the seconds it counts in."""
    return name if name in {field.name for field in fields(policy)} else f"{name}_s"


def _never(value: Any) -> Any:
    if isinstance(value, str):
        return None if value.strip() == "never" else seconds(value)
    return value


WaitOrNever = Annotated[Annotated[int, Field(gt=0)] | None, BeforeValidator(_never)]


class Approval(Section):
    """What a proposal of one level needs before it issues."""

    approvals: int = Field(ge=1, le=3)
    rejections: int = Field(ge=1, le=3)
    one_after: WaitOrNever
    none_after: WaitOrNever
    stop: Wait
    ring_again: Wait
    lapse: Wait

    @model_validator(mode="after")
    def _clocks_in_order(self) -> Self:
        if self.one_after is not None and self.none_after is not None and self.one_after > self.none_after:
            raise wrong("one_after 不能比 none_after 长:有一人签比没人签更早发")
        return self

    def rule(self) -> ApprovalRule:
        """The rule as the room knows it."""
        return ApprovalRule(**self.values_for(ApprovalRule))


class Approvals(Section):
    """Approval by level."""

    red: Approval = Approval.of(_WARNING.red)
    orange: Approval = Approval.of(_WARNING.orange)
    yellow: Approval = Approval.of(_WARNING.yellow)
    blue: Approval = Approval.of(_WARNING.blue)


class Hysteresis(Section):
    """How slowly a warning goes down and ends."""

    below: Wait = _WARNING.below_s
    below_forecastless: Wait = _WARNING.below_forecastless_s
    expiry: Wait = _WARNING.expiry_s
    ask_again: Wait = _WARNING.ask_again_s


def _not_published(value: bool) -> bool:
    if value:
        raise wrong("对外发布 CAP 本版本尚不支持,只能是 false")
    return value


class Warnings(Section):
    """Approval and hysteresis."""

    approval: Approvals = Approvals()
    hysteresis: Hysteresis = Hysteresis()
    repropose: Wait = _WARNING.repropose_s
    dark: Wait = _WARNING.dark_s
    publish: Annotated[bool, AfterValidator(_not_published)] = False

    def policy(self) -> WarningPolicy:
        """The policy as the room knows it."""
        settings: dict[str, Any] = {level.value: getattr(self.approval, level.value).rule() for level in Level}
        settings |= self.hysteresis.values_for(WarningPolicy)
        return WarningPolicy(**settings, repropose_s=self.repropose, dark_s=self.dark)


_CLOCKS = ClockPolicy()
Part = Annotated[float, Field(gt=0, le=1)]


class ClockTerms(Section):
    """The terms of the move clock."""

    order: Duration = _CLOCKS.order_s
    reach: Duration = _CLOCKS.reach_s
    start: Duration = _CLOCKS.start_s
    start_night: float = Field(default=_CLOCKS.start_night, ge=1, le=10)
    start_drilled: Part = _CLOCKS.start_drilled
    walk_m_s: float = Field(default=_CLOCKS.walk_m_s, gt=0, le=5)
    impaired_m_s: float = Field(default=_CLOCKS.impaired_m_s, gt=0, le=5)
    night_speed: Part = _CLOCKS.night_speed
    group_speed: Part = _CLOCKS.group_speed
    margin: Duration = _CLOCKS.margin_s
    way_unknown_m: int = Field(default=_CLOCKS.way_unknown_m, ge=0, le=100_000)

    def policy(self) -> ClockPolicy:
        """The policy as the room knows it."""
        return ClockPolicy(**self.values_for(ClockPolicy))
