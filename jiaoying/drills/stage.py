"""Setting the stage of a drill: the county through the registers' own readers, the storm through the rain's own reader."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.cap import CapStatus
from core.tables import Fault
from hazards.frames import RainFrame
from jiaoying.drills import acts
from jiaoying.drills.clock import VirtualClock
from jiaoying.drills.county import FILES
from jiaoying.drills.desk import Desk, DeskBehaviour
from jiaoying.drills.exchange import Exchange
from jiaoying.drills.runner import stands_at
from jiaoying.drills.script import Script
from jiaoying.drills.weixin import COUNTY_CODE, SITE_TIME, STORM_BEGINS
from jiaoying.engine import importing, polling
from jiaoying.engine.service import Service
from jiaoying.engine.site import Site
from jiaoying.storage import lookup
from jiaoying.storage.database import Connection, Engine, open_engine, upgrade
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer
from notifiers.gateways.simulated import SimulatedGateway

SOURCE = "storm"
EPOCH = "epoch"
BUILT = "built"


@dataclass(slots=True, kw_only=True)
class Stage:
    """A drill's own site: database, engine, virtual clock, and everybody at the other end."""

    clock: VirtualClock
    engine: Engine
    writer: Writer
    service: Service
    exchange: Exchange
    desk: Desk

    def close(self) -> None:
        """Close what was opened."""
        self.service.close()
        self.engine.dispose()


def open_stage(
    url: str,
    *,
    seed: int,
    begins: datetime = STORM_BEGINS,
    site: Site | None = None,
    script: Script | None = None,
    behaviour: DeskBehaviour | None = None,
) -> Stage:
    """Open a drill's database and put the engine, the exchange and the desk on it; nothing real can be reached.

    The salt comes from the seed and entries are recorded at the drill's own time, so the same seed gives the same
    journal (law 12).
    """
    engine = open_engine(url, durable=False)
    upgrade(engine)
    clock = VirtualClock(stands_at(engine) or begins)
    salt = hashlib.sha256(f"jiaoying {seed}".encode()).hexdigest()
    writer = Writer(engine, salt=salt, clock=clock, recorded=lambda at: at, inline=True)
    exchange = Exchange(engine, writer, seed=seed, script=script)
    service = Service(
        engine=engine,
        writer=writer,
        site=site if site is not None else weixin_site(),
        gateways=(SimulatedGateway(exchange, clock=clock),),
        clock=clock,
        epoch=writer.execute(_next_epoch),
    )
    service.recover()
    desk = Desk(engine, writer, seed=seed, behaviour=behaviour)
    return Stage(clock=clock, engine=engine, writer=writer, service=service, exchange=exchange, desk=desk)


def _next_epoch(work: Work) -> int:
    """Each start of a drill has an epoch of its own: what an earlier one had in hand is in doubt."""
    epoch = int(acts.recall(work.connection, EPOCH) or 0) + 1
    acts.remember(work, EPOCH, epoch)
    return epoch


def weixin_site() -> Site:
    """The site of the built-in county: an Exercise, with every default."""
    return Site(
        name="威信县",
        area=COUNTY_CODE,
        signature="威信县应急指挥部",
        timezone=SITE_TIME,
        status=CapStatus.EXERCISE,
    )


class StageError(ValueError):
    """The county or the storm cannot be taken; `faults` says where and why."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


def registers_in(directory: Path) -> Mapping[str, Path]:
    """The register files of a directory, in the order in which they are imported.

    Raises
    ------
    StageError
        When one that every drill needs is missing.
    """
    found = {kind: directory / name for kind, name in FILES.items()}
    missing = [kind for kind, path in found.items() if not path.exists() and kind != "thresholds"]
    if missing:
        raise StageError([Fault(file=str(found[kind]), reason="登记册目录里没有这个文件") for kind in missing])
    present = [kind for kind, path in found.items() if path.exists()]
    return {kind: found[kind] for kind in sorted(present, key=lambda kind: importing.ORDER[kind])}


def build(service: Service, files: Mapping[str, Path], *, told: Callable[[str, int], None] | None = None) -> int:
    """Import the registers, each in its own transaction. Returns the rows read.

    A county that was built to the end is not built again (a drill that goes on after a kill); one that was not is
    imported anew, which changes nothing where it had got to.

    Raises
    ------
    StageError
        With the faults of the first file that is refused.
    """
    contents = {kind: path.read_bytes() for kind, path in files.items()}
    digest = hashlib.sha256(b"\x00".join(contents.values())).hexdigest()
    with service.engine.connect() as connection:
        built = acts.recall(connection, BUILT)
    if built is not None and built["digest"] == digest:
        return int(built["rows"])
    rows = 0
    for kind, path in files.items():
        taken = importing.take(service, kind, [(path.name, contents[kind])])
        if taken.faults:
            raise StageError(taken.faults)
        rows += taken.rows
        if told is not None:
            told(kind, taken.rows)
    service.writer.execute(lambda work: acts.remember(work, BUILT, {"digest": digest, "rows": rows}))
    return rows


def storm(service: Service, path: Path) -> tuple[RainFrame, ...]:
    """Read a rain file of any age for the stations of this county.

    Raises
    ------
    StageError
        With every fault of the file.
    """
    frames, faults = polling.read(service, SOURCE, path.read_bytes(), path.name, now=None)
    if faults:
        raise StageError(list(faults))
    return frames


def tasks(connection: Connection) -> list[Any]:
    """All tasks that were ever ordered, in the order of their orders."""
    return lookup.states(connection, "task", order_by="ordered_at", ordered_at=lookup.GIVEN)
