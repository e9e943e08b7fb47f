"""A tiny county with a service, a virtual clock, and people with tokens of every role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from core.cap import CapStatus
from jiaoying.drills.clock import VirtualClock
from jiaoying.engine.commands import Actor, ReceiveText
from jiaoying.engine.service import Service
from jiaoying.engine.site import Site
from jiaoying.storage import accounts, registers, views
from jiaoying.storage.database import open_engine, upgrade
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer
from jiaoying.web.app import create_app
from notifiers.gateways.simulated import SimulatedGateway
from tests.support.registers import COUNTY, JIUCHENG, XIAOBA, ZHAXI, frame, tiny_county

SALT = "salt"
SECRET = "hook-secret"
START = datetime(2025, 7, 8, 1, tzinfo=UTC)  # 09:00 in Weixin: orders and all-clears are by day
PEOPLE = {
    "王值班": ("duty", None),
    "李值班": ("duty", COUNTY),
    "扎西调度": ("dispatcher", ZHAXI),
    "旧城调度": ("dispatcher", JIUCHENG),
    "赵分析": ("analyst", None),
    "管理": ("admin", None),
}


@dataclass(kw_only=True)
class Desk:
    """One running site under test."""

    service: Service
    clock: VirtualClock
    app: FastAPI
    tokens: dict[str, str]
    made: list[TestClient] = field(default_factory=list)

    def client(self, name: str | None = "王值班") -> TestClient:
        """A program of this person's; None: of nobody's."""
        headers = {} if name is None else {"Authorization": f"Bearer {self.tokens[name]}"}
        client = TestClient(self.app, headers=headers, raise_server_exceptions=False, follow_redirects=False)
        self.made.append(client)
        return client

    def session(self, name: str) -> TestClient:
        """A browser in which this person is logged in."""
        secret = self.write(lambda work: accounts.issue(work, name, accounts.TokenKind.LOGIN))
        client = self.client(None)
        assert client.post(f"/login/{secret}").status_code == 303
        return client

    def write(self, run: Callable[[Work], Any]) -> Any:
        """Write something straight."""
        return self.service.writer.execute(run)

    def states(self, kind: str, **equals: Any) -> list[Any]:
        """States as they are stored."""
        with self.service.engine.connect() as connection:
            return views.find(connection, kind, **equals)

    def facts(self, kind: str) -> list[dict[str, Any]]:
        """All facts of a kind in the journal, with their actor."""
        with self.service.engine.connect() as connection:
            entries = reversed(views.recent_entries(connection, [kind], limit=100_000))
            return [{**fact, "actor": entry["actor"]} for entry in entries for fact in entry["facts"]]

    def forward(self, **by: float) -> None:
        """Let time go by, deadline by deadline, and send what is queued."""
        end = self.clock.now() + timedelta(**by)
        while True:
            self.service.tick()
            self.service.deliver()
            due = self.service.next_due()
            if due is None or due > end:
                break
            self.clock.jump(max(due, self.clock.now() + timedelta(seconds=1)))
        self.clock.jump(max(end, self.clock.now()))

    def rain(self, **mm: float) -> None:
        """The next whole hour's rain at the stations, judged; what is due at once is done."""
        self.clock.jump(self.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        self.service.ingest([frame(self.clock.now(), mm)])
        self.forward(seconds=0)

    def red_proposed(self) -> dict[str, Any]:
        """A red proposal over Xiaoba: the debris flow (the slope beside it stays proposed)."""
        self.rain(S1=95, S2=2, S3=0)
        return next(w for w in self.items("/warnings") if (w["area"], w["family"]) == (XIAOBA, "flow"))

    def ordered(self) -> dict[str, Any]:
        """A red warning over Xiaoba, approved by two: its task, ringing."""
        warning = self.red_proposed()
        for name in ("王值班", "李值班"):
            answer = self.client(name).post(
                f"/api/v1/warnings/{warning['id']}/approve", json={"version": warning["version"]}
            )
            assert answer.status_code in (200, 202), answer.text
        self.forward(seconds=5)
        return next(t for t in self.items("/tasks") if t["warning"] == warning["id"])

    def items(self, path: str, who: str = "王值班", **query: str) -> list[dict[str, Any]]:
        """The items of a list."""
        answer = self.client(who).get(f"/api/v1{path}", params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def leader(self, task: dict[str, Any]) -> tuple[str, str]:
        """Phone and code of the leader who was called for a task."""
        found = next(c for c in self.items("/callouts", subject=task["id"]) if c["role"] == "leader")
        return found["attempts"][0]["phone"], found["code"]

    def text(self, phone: str, text: str, id: str) -> None:
        """A text comes in and is understood."""
        self.service.execute(
            ReceiveText(gateway="simulated", gateway_id=id, sender=phone, text=text, at=self.clock.now()),
            Actor(kind="gateway", id="simulated"),
        )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A database with the registers of the tiny county and everybody's token."""
    path = tmp_path_factory.mktemp("web") / "template.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    county = tiny_county()

    def fill(work: Work) -> dict[str, str]:
        for kind in ("areas", "shelters", "posts", "households", "zones", "stations"):
            registers.import_rows(work, kind, getattr(county, kind), file="tiny", digest=kind, by="test")
        for name, (role, area) in PEOPLE.items():
            accounts.put_user(work, name, role, area, by="test")
        return {name: accounts.issue(work, name, accounts.TokenKind.BEARER) for name in PEOPLE}

    with Writer(engine, salt=SALT, clock=lambda: START, inline=True) as writer:
        tokens = writer.execute(fill)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
    engine.dispose()
    return path, tokens


@pytest.fixture
def make_desk(tmp_path: Path, template: tuple[Path, dict[str, str]]) -> Iterator[Callable[..., Desk]]:
    """Makes a site of a CAP status."""
    opened: list[Desk] = []

    def make(status: CapStatus = CapStatus.EXERCISE) -> Desk:
        shutil.copy(template[0], tmp_path / "site.db")
        engine = open_engine(f"sqlite:///{tmp_path / 'site.db'}")
        clock = VirtualClock(START)
        writer = Writer(engine, salt=SALT, clock=clock.now, recorded=lambda at: at)
        service = Service(
            engine=engine,
            writer=writer,
            site=Site(
                name="威信县", area=COUNTY, signature="威信县防汛办", timezone=ZoneInfo("Asia/Shanghai"), status=status
            ),
            gateways=[SimulatedGateway(clock=clock.now)],
            clock=clock.now,
        )
        app = create_app(service, secrets={"simulated": SECRET})
        opened.append(Desk(service=service, clock=clock, app=app, tokens=dict(template[1])))
        return opened[-1]

    yield make
    for desk in opened:
        for client in desk.made:
            client.close()
        desk.service.close()
        desk.service.engine.dispose()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """A site in an exercise."""
    return make_desk()
