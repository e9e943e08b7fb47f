"""Registers in: read all files of a kind, refuse all on one fault, merge by key in one transaction (CONTRACT section 2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from core.tables import Fault
from hazards.stations import read_stations
from hazards.zones import read_zones
from jiaoying.engine import approving, calling, ordering
from jiaoying.engine.commands import ENGINE, Actor
from jiaoying.engine.proposals import OPEN
from jiaoying.engine.service import Service
from jiaoying.engine.turn import Turn
from jiaoying.storage import registers
from jiaoying.storage.schema_registers import REGISTERS
from people.phones import normal_phone
from people.registers import KINDS as PEOPLE_KINDS
from people.registers import Known, read_register
from warning.thresholds import ThresholdKnown, read_thresholds
from warning.warning import WarningState

KINDS = ("areas", "posts", "households", "shelters", "zones", "stations", "thresholds")
ORDER = {
    kind: position
    for position, kind in enumerate(("areas", "shelters", "posts", "households", "zones", "stations", "thresholds"))
}


@dataclass(slots=True, kw_only=True)
class Imported:
    """What an import did, or why it did nothing."""

    kind: str
    files: tuple[str, ...]
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    unknown_columns: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    absent: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept_in_use: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether anything was wrong, so that nothing was imported."""
        return bool(self.faults)


def read(service: Service, kind: str, data: bytes, file: str) -> Any:
    """Read one register file against what the registers already hold."""
    county = service.county
    if kind in PEOPLE_KINDS:
        known = Known(
            areas=county.tree,
            posts=county.posts,
            shelters=frozenset(county.shelters),
            zones=frozenset(county.zones),
        )
        return read_register(kind, data, file, known)
    if kind == "zones":
        return read_zones(data, file, county.tree, known_zones=frozenset(county.zones), phone=normal_phone)
    if kind == "stations":
        return read_stations(data, file, county.tree)
    known_codes = ThresholdKnown(
        zones=frozenset(county.zones),
        areas=frozenset(area.code for area in county.tree),
        timezone=service.site.timezone,
    )
    return read_thresholds(data, file, known_codes)


def take(
    service: Service,
    kind: str,
    files: Sequence[tuple[str, bytes]],
    *,
    actor: Actor = ENGINE,
    check_only: bool = False,
    replace: bool = False,
    signed: Sequence[str] = (),
) -> Imported:
    """Import files of one kind: all rows of all files, or none.

    Nothing with an open call-out or in an open order is removed by `replace`; it is kept and named. Changing
    thresholds during an open event takes two names in `signed`, and what is open is judged again (law 7).
    """
    outcome = Imported(kind=kind, files=tuple(name for name, _ in files))
    storm = kind == "thresholds" and service.run("Look", lambda turn: approving.open_event(turn) is not None)
    if storm and len({name.strip() for name in signed if name.strip()}) < 2:
        reason = "降雨过程正在进行,更换阈值要两个人具名:--by 甲 --by 乙"
        outcome.faults.append(Fault(file=outcome.files[0] if outcome.files else "", reason=reason))
    register = REGISTERS[kind]
    rows: list[Any] = []
    seen: dict[Any, str] = {}
    for name, data in files:
        reading = read(service, kind, data, name)
        outcome.faults += reading.faults
        outcome.notes += getattr(reading, "notes", ())
        outcome.unknown_columns += tuple(reading.unknown_columns)
        outcome.mended += tuple(getattr(reading, "mended", ()))
        for row in reading.rows:
            key = getattr(register.lay_down(row), register.key)
            if key in seen and seen[key] != name:
                outcome.faults.append(Fault(file=name, reason=f"{key} 在 {seen[key]} 里已有"))
            seen[key] = name
            rows.append(row)
    outcome.rows = len(rows)
    if outcome.faults or check_only:
        return outcome
    digest = hashlib.sha256(b"\x00".join(data for _, data in files)).hexdigest()

    def write(turn: Turn) -> registers.Outcome:
        return registers.import_rows(
            turn.work,
            kind,
            rows,
            file="、".join(outcome.files),
            digest=digest,
            by="、".join([str(turn.actor), *signed]),
            replace=replace,
            protected=_in_use(turn, kind),
            status=str(turn.site.status),
        )

    done = service.run("Import", write, actor=actor)
    outcome.added, outcome.changed, outcome.unchanged = len(done.added), len(done.changed), done.unchanged
    outcome.absent, outcome.removed, outcome.kept_in_use = done.absent, done.removed, done.kept
    service.registers_changed()
    if kind in ("areas", "households", "zones", "posts"):
        _follow_open_warnings(service)
    if storm:
        service.judge_again()
    return outcome


def _follow_open_warnings(service: Service) -> None:
    """A register that changes during a storm changes the lists: whoever is exposed now is told now."""
    open_now = service.run(
        "Look", lambda turn: [w.id for w in turn.work.select("warning", state=WarningState.IN_FORCE)]
    )
    for identity in open_now:
        service.attempt(f"follow {identity}", "Import", partial(_follow, identity), now=service.clock())


def _follow(identity: str, turn: Turn) -> None:
    warning = turn.work.get("warning", identity)
    if warning is not None and warning.state is WarningState.IN_FORCE:
        ordering.follow_warning(turn, warning)


def _in_use(turn: Turn, kind: str) -> frozenset[str]:
    """Keys that an open call-out or order still needs."""
    if kind == "posts":
        callouts = turn.work.select("callout", state=calling.OPEN)
        return frozenset(callout.post for callout in callouts)
    tasks = [task for task in turn.work.select("task") if not ordering.ended(task)]
    if kind == "households":
        return frozenset(item.household for task in tasks for item in task.households)
    if kind == "shelters":
        return frozenset(a.shelter for task in tasks for a in task.assignments if a.shelter)
    if kind == "areas":
        used = {task.area for task in tasks} | {item.area for task in tasks for item in task.households}
        return frozenset(used | {area.code for code in used for area in turn.county.tree.ancestors(code)})
    if kind == "zones":
        # What a warning stands on must be found as long as it stands.
        standing = turn.work.select("warning", state=OPEN)
        return frozenset(zone for warning in standing for zone in (*warning.zones, *warning.dark_zones))
    return frozenset()


def summary(outcome: Imported) -> Mapping[str, Any]:
    """An import as one JSON document."""
    return {
        "kind": outcome.kind,
        "files": list(outcome.files),
        "rows": outcome.rows,
        "added": outcome.added,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "absent": list(outcome.absent),
        "removed": list(outcome.removed),
        "kept_in_use": list(outcome.kept_in_use),
        "mended": list(outcome.mended),
        "unknown_columns": list(outcome.unknown_columns),
        "notes": [str(note) for note in outcome.notes],
        "faults": [
            {"file": f.file, "row": f.row, "column": f.column, "feature": f.feature, "reason": f.reason}
            for f in outcome.faults
        ],
    }
