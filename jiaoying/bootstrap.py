"""Puts a site together: settings, database, writer, gateways, service. The only place that knows all rooms."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.cap import CapStatus
from jiaoying.config import Config
from jiaoying.engine.polling import Source
from jiaoying.engine.service import Service
from jiaoying.engine.site import Site, wall_clock
from jiaoying.storage import leader
from jiaoying.storage import site as site_store
from jiaoying.storage.database import DatabaseError, Engine, Outdated, database_file, open_engine, upgrade
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer
from notifiers.gateways.console import ConsoleGateway
from notifiers.gateways.port import Gateway
from notifiers.gateways.simulated import Exchange, SimulatedGateway


class Busy(Exception):
    """Another process runs this site's engine."""


@dataclass(slots=True, kw_only=True)
class Running:
    """A site put together. `leads` tells whether this process holds the engine's lock."""

    config: Config
    engine: Engine
    writer: Writer
    service: Service
    sources: tuple[tuple[Source, int], ...]
    leads: bool
    _lead: leader.Leadership | None = None

    def beat(self) -> bool:
        """Renew the lease of this engine; False when another one leads by now and this one must end."""
        return self._lead is None or self._lead.renew(wall_clock())


def site_of(config: Config, *, status: CapStatus | None = None) -> Site:
    """A site's settings in the words of the rooms."""
    return Site(
        name=config.site.name,
        area=config.site.area.ljust(12, "0") if config.site.area else "",
        signature=config.signature,
        timezone=config.timezone,
        status=status or config.site.status,
        warning=config.warning.policy(),
        callout=config.callout.policy(),
        clocks=config.evacuation.clocks.policy(),
        order_at=config.evacuation.order_at,
        night_from=config.evacuation.night_from,
        night_to=config.evacuation.night_to,
        stale_rain_s=config.stale_rain_s,
        interval_minutes=config.interval_minutes,
        lease_s=config.callout.lease,
        public_url=config.public_url,
        hook_secrets=tuple((one.name, one.secret) for one in config.notifiers if one.secret),
    )


def gateways_of(config: Config, clock: Callable[[], datetime], exchange: Exchange | None = None) -> tuple[Gateway, ...]:
    """The gateways of the config, in order of preference; the simulated one talks to `exchange`."""
    made: list[Gateway] = []
    for notifier in config.notifiers:
        match notifier.kind:
            case "simulated":
                made.append(SimulatedGateway(exchange, clock=clock, name=notifier.name))
            case "console":
                made.append(ConsoleGateway(clock=clock, name=notifier.name, zone=config.timezone))
    return tuple(made)


class DatabaseFault(Exception):
    """The database cannot be used; the message says which and why, in words."""


def open_database(
    config: Config, *, seed: int | None = None, now: datetime | None = None, create: bool = True
) -> tuple[Engine, str]:
    """Open the database, bring its tables up to date, and return it with the site's salt.

    The salt is made once; in a drill it comes from the seed, so that the same seed gives the same journal (law 12).
    A drill does not wait for the disk at every commit: it survives a killed process, not a power cut.

    Raises
    ------
    DatabaseFault
        When it is missing (without `create`), not a database, or written by a newer version.
    """
    engine = open_engine(config.database_url, durable=seed is None)
    file = database_file(engine)
    if not create and file is not None and not file.exists():
        raise DatabaseFault(f"没有数据库 {file}:站点还没有建,或设置里的 database 写错了")
    try:
        upgrade(engine)
    except Outdated as error:
        raise DatabaseFault(f"数据库 {file or config.database} 是更新版本的软件写的,请换用新版:{error}") from error
    except DatabaseError as error:
        raise DatabaseFault(f"数据库 {file or config.database} 打不开:{error.orig or error}") from error
    salt = hashlib.sha256(f"jiaoying {seed}".encode()).hexdigest() if seed is not None else secrets.token_hex(32)

    def first(work: Work) -> str:
        known = site_store.get(work.connection, "salt")
        if known is None:
            site_store.put(work.connection, "salt", salt)
            site_store.put(work.connection, "created_at", work.now.isoformat())
            return salt
        return known

    moment = now or wall_clock()
    with Writer(engine, salt=salt, clock=lambda: moment, recorded=lambda at: at, inline=True) as writer:
        return engine, writer.execute(first)


@contextmanager
def running(
    config: Config,
    *,
    clock: Callable[[], datetime] = wall_clock,
    drill_seed: int | None = None,
    exchange: Callable[[Engine, Writer], Exchange] | None = None,
    need_lead: bool = True,
    may_lead: bool = True,
    inline: bool = False,
    status: CapStatus | None = None,
) -> Iterator[Running]:
    """A site, opened and closed.

    Parameters
    ----------
    clock : callable
        Now; a virtual clock in a drill.
    drill_seed : int, optional
        Makes a drill: entries are recorded at the drill's own time, secrets come from the seed.
    exchange : callable, optional
        Makes the exchange of the simulated gateway from engine and writer.
    inline : bool
        Run commands in the calling thread, one by one (a drill that nobody watches).
    need_lead : bool
        Whether the engine's lock must be had; without it only storing is allowed. Who does not need it never takes
        over from an engine that still holds the lock, however late its lease is.
    may_lead : bool
        Whether to lead when nobody does; pages without an engine never do.

    Raises
    ------
    Busy
        When another process leads and `need_lead` is set.
    """
    engine, salt = open_database(config, seed=drill_seed, now=clock() if drill_seed is not None else None)
    owner = f"{socket.gethostname()}:{os.getpid()}"
    lead = leader.Leadership(engine, owner=owner)
    leads = may_lead and lead.acquire(wall_clock(), steal=need_lead)
    if not leads and need_lead:
        engine.dispose()
        raise Busy("另一个进程正在运行这个站点的引擎")
    drill = drill_seed is not None
    writer = Writer(
        engine,
        salt=salt,
        clock=clock,
        recorded=(lambda at: at) if drill else None,
        inline=inline,
        fence=lead.fence() if leads else None,
    )
    service = Service(
        engine=engine,
        writer=writer,
        site=site_of(config, status=status),
        gateways=gateways_of(config, clock, exchange(engine, writer) if exchange is not None else None),
        clock=clock,
        epoch=lead.epoch or 0,
        thresholds=config.threshold_sets()["default"],
    )
    try:
        if leads:
            service.recover()
        yield Running(
            config=config,
            engine=engine,
            writer=writer,
            service=service,
            sources=sources_of(config),
            leads=leads,
            _lead=lead if leads else None,
        )
    finally:
        service.close()
        if leads:
            lead.release(wall_clock())
        engine.dispose()


def sources_of(config: Config) -> tuple[tuple[Source, int], ...]:
    """The polled sources, each with its pace in seconds; relative paths start beside the config."""
    made = []
    for source in config.sources:
        pattern = Path(source.path)
        base = pattern.parent if pattern.is_absolute() else config.directory / pattern.parent
        made.append((Source(name=source.name, path=base, pattern=pattern.name), source.every))
    return tuple(made)
