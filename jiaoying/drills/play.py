"""A scenario, played from its first hour to its end and held against its timeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.tables import Fault
from jiaoying.drills import stage, timeline
from jiaoying.drills.county import RAIN_FILE, write_county
from jiaoying.drills.runner import DrillStuck, Progress, Runner
from jiaoying.drills.scenario import Scenario
from jiaoying.drills.timeline import Checked, LostFirst
from jiaoying.drills.weixin import DATA
from jiaoying.storage.journal import entries
from people.reading import Known
from people.registers import read_register


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a drill came to.

    Attributes
    ----------
    over
        Whether the account was closed (or the scenario's own end was reached).
    open
        What stayed open when it was not.
    checked
        Every wanted line and whether it held.
    lost_first
        The village with the smallest slack.
    """

    at: datetime
    over: bool
    open: str
    checked: tuple[Checked, ...]
    lost_first: LostFirst | None

    @property
    def held(self) -> bool:
        """Whether everything that was wanted happened."""
        return self.over and all(line.held for line in self.checked)

    def lines(self) -> list[str]:
        """The outcome in words, the village that is lost first at the top."""
        told = [str(self.lost_first)] if self.lost_first is not None else ["没有下达转移令的村"]
        for line in self.checked:
            wanted = line.wanted
            about = " ".join(word for word in (wanted.area, wanted.role, str(wanted.level or "")) if word)
            told.append(f"{'✓' if line.held else '✗'} {wanted.what}{f' {about}' if about else ''}:{line.words}")
        if not self.over:
            told.append(f"✗ {self.open}")
        return told


def play(
    scenario: Scenario,
    directory: Path,
    *,
    speed: float | None = None,
    waiter: Callable[[float], bool] | None = None,
    story: Callable[[str], None] | None = None,
    progress: Callable[[Progress], None] | None = None,
    built: Callable[[str, int], None] | None = None,
) -> Played:
    """Play a scenario in `directory` (new, or one in which it was begun and killed).

    Raises
    ------
    ConfigError, StageError
        When a phone, a register or the rain file cannot be taken; nothing has happened then.
    """
    registers = scenario.registers
    if registers is None:
        registers = directory / "registers"
        write_county(registers, scenario.seed)
    files = stage.registers_in(registers)
    site = stage.weixin_site()
    if scenario.registers is not None:
        code, name = _county(files["areas"])
        site = replace(site, area=code, name=name, signature=f"{name}应急指挥部")
    directory.mkdir(parents=True, exist_ok=True)
    setting = stage.open_stage(
        f"sqlite:///{directory / 'drill.db'}",
        seed=scenario.seed,
        begins=scenario.start,
        site=site,
        behaviour=scenario.desk.behaviour(),
    )
    try:
        stage.build(setting.service, files, told=built)
        tree = setting.service.county.tree
        setting.exchange.script = scenario.script(tree)
        frames = stage.storm(setting.service, scenario.rain_file or DATA / RAIN_FILE)
        runner = Runner(
            service=setting.service,
            clock=setting.clock,
            exchange=setting.exchange,
            desk=setting.desk,
            frames=frames,
            arrives_after=scenario.delay,
            speed=speed,
            waiter=waiter,
            story=story,
            progress=progress,
        )
        over, left = True, ""
        try:
            if scenario.ends is not None:
                runner.forward(scenario.ends)
            else:
                over = runner.run().over
                left = "" if over else "演练被中途停下"
        except DrillStuck as stuck:
            over, left = False, str(stuck)
        with setting.engine.connect() as connection:
            seen = timeline.read(entries(connection))
            lost = timeline.lost_first(stage.tasks(connection), tree)
        checked = timeline.check(scenario.timeline, seen, tree=tree, start=scenario.start, timezone=site.timezone)
        return Played(at=setting.clock.now(), over=over, open=left, checked=tuple(checked), lost_first=lost)
    finally:
        setting.close()


def _county(areas: Path) -> tuple[str, str]:
    """Code and name of the highest area of a register: the site of the drill."""
    reading = read_register("areas", areas.read_bytes(), areas.name, Known())
    codes = {area.code for area in reading.rows}
    tops = [area for area in reading.rows if area.parent not in codes]
    if reading.faults or not tops:
        raise stage.StageError(list(reading.faults) or [Fault(file=areas.name, reason="找不到最上一级的行政区")])
    return tops[0].code, tops[0].name
