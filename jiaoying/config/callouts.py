"""How people are called, by level: the chain of steps, its rounds, and every wait."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from core.levels import Level
from jiaoying.config.policies import Section
from jiaoying.config.values import Wait, wrong
from notifiers.message import DEFAULT_LEASE_S
from notifiers.policy import DEFAULT_POLICY, CalloutPolicy, LevelPolicy, check_policy
from notifiers.receipts import Channel
from notifiers.steps import Step, Target

_HOUR = 3600


class CallStep(Section):
    """Whom a step calls, on which wires at once, and how long it waits before the next."""

    to: Target
    by: tuple[Channel, ...] = Field(min_length=1)
    wait: Wait
    reserve: bool = False

    def step(self) -> Step:
        """The step as the room knows it."""
        return Step(to=self.to, channels=self.by, wait_s=self.wait, reserve=self.reserve)


class Chain(Section):
    """Steps one after the other; exhausted, the chain begins again after `round_wait`."""

    steps: tuple[CallStep, ...] = Field(min_length=1)
    round_wait: Wait

    @property
    def policy_steps(self) -> tuple[Step, ...]:
        """The steps as the room knows them."""
        return tuple(step.step() for step in self.steps)


class LevelChain(Chain):
    """The chain of one level, when a count is asked for, and how long its order is worth repeating."""

    counted_after: Wait
    order_life: Wait

    def level_policy(self, level: Level) -> LevelPolicy:
        """The policy of `level` as the room knows it."""
        return LevelPolicy(
            level=level,
            steps=self.policy_steps,
            round_wait_s=self.round_wait,
            counted_after_s=self.counted_after,
            order_life_s=self.order_life,
        )


def _steps(steps: tuple[Step, ...]) -> tuple[CallStep, ...]:
    return tuple(CallStep(to=s.to, by=s.channels, wait=s.wait_s, reserve=s.reserve) for s in steps)


def _level(level: Level) -> LevelChain:
    policy = DEFAULT_POLICY.of(level)
    return LevelChain(
        steps=_steps(policy.steps),
        round_wait=policy.round_wait_s,
        counted_after=policy.counted_after_s,
        order_life=policy.order_life_s,
    )


class Callouts(Section):
    """All chains of a site, refused as a whole when they would not keep what the county promised."""

    red: LevelChain = _level(Level.RED)
    orange: LevelChain = _level(Level.ORANGE)
    yellow: LevelChain = _level(Level.YELLOW)
    blue: LevelChain = _level(Level.BLUE)
    desk: Chain = Chain(steps=_steps(DEFAULT_POLICY.desk), round_wait=DEFAULT_POLICY.desk_round_wait_s)
    count: Chain = Chain(steps=_steps(DEFAULT_POLICY.count), round_wait=DEFAULT_POLICY.count_round_wait_s)
    confirm: Chain = Chain(steps=_steps(DEFAULT_POLICY.confirm), round_wait=DEFAULT_POLICY.confirm_round_wait_s)
    dialled_within: Wait = DEFAULT_POLICY.dialled_within_s
    redials: int = Field(default=DEFAULT_POLICY.redials, ge=0, le=20)
    redials_within: Wait = DEFAULT_POLICY.redials_within_s
    ring: Wait = DEFAULT_POLICY.ring_s
    code_reuse: Wait = DEFAULT_POLICY.code_reuse_h * _HOUR
    lease: Wait = DEFAULT_LEASE_S

    @model_validator(mode="after")
    def _may_be_armed(self) -> Self:
        if self.code_reuse % _HOUR:
            raise wrong("code_reuse 应是整小时")
        faults = check_policy(self.policy())
        if faults:
            raise wrong(";".join(faults))
        return self

    def policy(self) -> CalloutPolicy:
        """The policy as the room knows it."""
        levels: dict[Level, LevelChain] = {level: getattr(self, level.value) for level in Level}
        return CalloutPolicy(
            levels=tuple(levels[policy.level].level_policy(policy.level) for policy in DEFAULT_POLICY.levels),
            desk=self.desk.policy_steps,
            desk_round_wait_s=self.desk.round_wait,
            count=self.count.policy_steps,
            count_round_wait_s=self.count.round_wait,
            confirm=self.confirm.policy_steps,
            confirm_round_wait_s=self.confirm.round_wait,
            dialled_within_s=self.dialled_within,
            redials=self.redials,
            redials_within_s=self.redials_within,
            ring_s=self.ring,
            code_reuse_h=self.code_reuse // _HOUR,
        )
