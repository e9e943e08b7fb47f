"""How hard to call, as data: per level the steps, waits and rounds, checked before they are armed.

Defaults are those of FACTS section 3 (Mianxian, Changzhi); every number is a setting.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.levels import Level
from notifiers.receipts import Channel
from notifiers.steps import Rung, Step, Target

_SMS, _VOICE = (Channel.SMS,), (Channel.VOICE,)
_BOTH = (Channel.SMS, Channel.VOICE)


def _step(to: Target, channels: tuple[Channel, ...], wait_s: int, *, reserve: bool = False) -> Step:
    return Step(to=to, channels=channels, wait_s=wait_s, reserve=reserve)


# Red: text and call together, three redials at 75, 150 and 225 s (three within 5 min), then the deputy, then the superior.
RED_STEPS = (
    _step(Target.HOLDER, _BOTH, 75),
    _step(Target.HOLDER, _VOICE, 75),
    _step(Target.HOLDER, _VOICE, 75),
    _step(Target.HOLDER, _VOICE, 75),
    _step(Target.DEPUTY, _BOTH, 90),
    _step(Target.SUPERIOR, _BOTH, 120),
)
# Orange: text at once, calls at 5, 10 and 20 min, then the superior; the deputy when the holder is out.
ORANGE_STEPS = (
    _step(Target.HOLDER, _SMS, 300),
    _step(Target.HOLDER, _VOICE, 300),
    _step(Target.HOLDER, _VOICE, 600),
    _step(Target.HOLDER, _VOICE, 120),
    _step(Target.DEPUTY, _BOTH, 180, reserve=True),
    _step(Target.SUPERIOR, _BOTH, 300),
)
# Yellow: text, one call at 20 min.
YELLOW_STEPS = (
    _step(Target.HOLDER, _SMS, 1200),
    _step(Target.HOLDER, _VOICE, 600),
    _step(Target.DEPUTY, _BOTH, 600, reserve=True),
)
# Blue: text.
BLUE_STEPS = (_step(Target.HOLDER, _SMS, 3600), _step(Target.DEPUTY, _SMS, 3600, reserve=True))

# A proposal waits for the duty post: voice, then deputy, then commander (DESIGN, Approval).
DESK_STEPS = (
    _step(Target.HOLDER, _BOTH, 60),
    _step(Target.DEPUTY, _BOTH, 60),
    _step(Target.SUPERIOR, _BOTH, 60),
)
COUNT_STEPS = (
    _step(Target.HOLDER, _SMS, 240),
    _step(Target.HOLDER, _VOICE, 120),
    _step(Target.HOLDER, _VOICE, 120),
    _step(Target.DEPUTY, _BOTH, 180),
    _step(Target.SUPERIOR, _BOTH, 300),
)
CONFIRM_STEPS = (
    _step(Target.HOLDER, _BOTH, 120),
    _step(Target.HOLDER, _VOICE, 120),
    _step(Target.DEPUTY, _BOTH, 120),
    _step(Target.SUPERIOR, _BOTH, 180),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPolicy:
    """How posts are called at one level. `counted_after_s`: so long after an answer without a count, one is asked for."""

    level: Level
    steps: tuple[Step, ...]
    round_wait_s: int
    counted_after_s: int
    order_life_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalloutPolicy:
    """All policies of a site.

    `dialled_within_s`: every red post must have been dialled once within it; `redials` within `redials_within_s`.
    """

    levels: tuple[LevelPolicy, ...] = (
        LevelPolicy(level=Level.RED, steps=RED_STEPS, round_wait_s=90, counted_after_s=900, order_life_s=21600),
        LevelPolicy(level=Level.ORANGE, steps=ORANGE_STEPS, round_wait_s=600, counted_after_s=1800, order_life_s=21600),
        LevelPolicy(
            level=Level.YELLOW, steps=YELLOW_STEPS, round_wait_s=3600, counted_after_s=3600, order_life_s=21600
        ),
        LevelPolicy(level=Level.BLUE, steps=BLUE_STEPS, round_wait_s=14400, counted_after_s=7200, order_life_s=43200),
    )
    desk: tuple[Step, ...] = DESK_STEPS
    desk_round_wait_s: int = 60
    count: tuple[Step, ...] = COUNT_STEPS
    count_round_wait_s: int = 300
    confirm: tuple[Step, ...] = CONFIRM_STEPS
    confirm_round_wait_s: int = 180
    dialled_within_s: int = 180
    redials: int = 3
    redials_within_s: int = 300
    ring_s: int = 45
    message_s: int = 20
    code_reuse_h: int = 24

    def of(self, level: Level) -> LevelPolicy:
        """Return the policy of a level.

        Raises
        ------
        KeyError
            When the site has none (`check_policy` says so before anything is armed).
        """
        for policy in self.levels:
            if policy.level is level:
                return policy
        raise KeyError(f"no call-out policy for {level}")

    def counted_after_s(self, level: Level) -> int:
        """Return the seconds after an answer without a count, until one is asked for."""
        return self.of(level).counted_after_s

    def steps_for(self, level: Level, rung: Rung = Rung.ANSWERED, subject_kind: str = "task") -> tuple[Step, ...]:
        """Return the steps of a call-out."""
        if subject_kind == "proposal":
            return self.desk
        match rung:
            case Rung.ANSWERED:
                return self.of(level).steps
            case Rung.COUNTED | Rung.STILL_THERE:
                return self.count
            case Rung.CONFIRMED:
                return self.confirm

    def round_wait_s(self, level: Level, rung: Rung = Rung.ANSWERED, subject_kind: str = "task") -> int:
        """Return the seconds between an exhausted chain and its next round."""
        if subject_kind == "proposal":
            return self.desk_round_wait_s
        match rung:
            case Rung.ANSWERED:
                return self.of(level).round_wait_s
            case Rung.COUNTED | Rung.STILL_THERE:
                return self.count_round_wait_s
            case Rung.CONFIRMED:
                return self.confirm_round_wait_s


DEFAULT_POLICY = CalloutPolicy()


def check_policy(policy: CalloutPolicy) -> list[str]:
    """Return what is wrong with a policy, in words for whoever wrote it; [] when it may be armed."""
    faults: list[str] = []
    seen = [one.level for one in policy.levels]
    for level in Level:
        if seen.count(level) != 1:
            faults.append(f"{level.chinese}色:应有且只有一套叫应办法,现有 {seen.count(level)} 套")
    for one in policy.levels:
        name = f"{one.level.chinese}色"
        faults += _check_steps(name, one.steps, one.round_wait_s, policy)
        total = sum(step.wait_s for step in one.steps)
        if total > one.order_life_s:
            faults.append(f"{name}:各步等待共 {total} 秒,长于指令有效期 {one.order_life_s} 秒")
        if one.counted_after_s <= 0:
            faults.append(f"{name}:应答后多久催报数必须大于 0")
    faults += _check_steps("值班叫应", policy.desk, policy.desk_round_wait_s, policy)
    faults += _check_steps("催报数", policy.count, policy.count_round_wait_s, policy)
    faults += _check_steps("核实", policy.confirm, policy.confirm_round_wait_s, policy)
    if seen.count(Level.RED) == 1:
        faults += _check_red(policy)
    if not any(Channel.VOICE in step.channels for step in policy.desk):
        faults.append("值班叫应:没有电话,审批时钟无从起算")
    if policy.code_reuse_h < 24:
        faults.append(f"回复代号 {policy.code_reuse_h} 小时就重用,至少应隔 24 小时")
    return faults


def _check_steps(name: str, steps: tuple[Step, ...], round_wait_s: int, policy: CalloutPolicy) -> list[str]:
    faults = []
    if not steps:
        faults.append(f"{name}:一步也没有")
    elif steps[0].to is not Target.HOLDER or steps[0].reserve:
        faults.append(f"{name}:第一步必须叫岗位本人")
    for number, step in enumerate(steps, start=1):
        if not step.channels:
            faults.append(f"{name}第{number}步:没有通道")
        if len(set(step.channels)) != len(step.channels):
            faults.append(f"{name}第{number}步:通道写重了")
        least = policy.ring_s if Channel.VOICE in step.channels else 10
        if step.wait_s < least:
            faults.append(f"{name}第{number}步:等待 {step.wait_s} 秒太短,至少 {least} 秒")
    ranks = [step.to.rank for step in steps]
    if ranks != sorted(ranks):
        faults.append(f"{name}:顺序应是本人、副手、上级、上门")
    if round_wait_s < 30:
        faults.append(f"{name}:下一轮等待 {round_wait_s} 秒太短,至少 30 秒")
    return faults


def _check_red(policy: CalloutPolicy) -> list[str]:
    """Mianxian: everybody dialled within 3 min, 3 redials within 5 min, then the superior."""
    faults = []
    first: int | None = None
    calls: list[int] = []
    at = 0
    for step in policy.of(Level.RED).steps:
        if step.to is Target.HOLDER and Channel.VOICE in step.channels and not step.reserve:
            first = at if first is None else first
            calls.append(at)
        at += step.wait_s
    if first is None or first > policy.dialled_within_s:
        faults.append(f"红色:{policy.dialled_within_s} 秒内没有拨打本人的电话")
    redials = sum(1 for call in calls[1:] if call <= policy.redials_within_s)
    if redials < policy.redials:
        faults.append(f"红色:{policy.redials_within_s} 秒内只重拨 {redials} 次,应有 {policy.redials} 次")
    if not any(step.to is Target.SUPERIOR for step in policy.of(Level.RED).steps):
        faults.append("红色:没有叫上级的一步")
    return faults
