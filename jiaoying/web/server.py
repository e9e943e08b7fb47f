"""Serving: in this thread until told to stop (`serve`), or in a thread of its own beside a drill (`demo`)."""

from __future__ import annotations

import asyncio
import secrets as random_secrets
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import uvicorn

from jiaoying.engine.service import Service
from jiaoying.storage import accounts
from jiaoying.storage import site as site_store
from jiaoying.storage.accounts import TokenKind
from jiaoying.storage.work import Work
from jiaoying.storage.writer import Writer
from jiaoying.web.accounts import link_of, seeded
from jiaoying.web.app import create_app
from jiaoying.web.feed import Feed

GRACE_S = 2  # open streams end by themselves when the feed closes; this is for whoever hangs


class PortTaken(SystemExit):
    """The address cannot be listened on; ends the program with words instead of a traceback."""


class _Server(uvicorn.Server):
    """A uvicorn server that is stopped by its owner, never by signals of its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the command that serves: taken here, they would end the server before its streams."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything starts.

    Raises
    ------
    PortTaken
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(256)
    except (OSError, OverflowError) as error:
        found.close()
        reason = getattr(error, "strerror", None) or str(error)
        sys.stderr.write(
            f"无法监听 {host}:{port}:{reason}。可能有另一个程序占用了这个端口;换一个:--port {(port + 1) % 65536}\n"
        )
        sys.stderr.flush()
        raise PortTaken(1) from None
    return found


def hook_secrets(service: Service) -> dict[str, str]:
    """The secret of each notifier's hooks: the one of the settings, else one that nobody knows (closed to the outside)."""
    given = dict(service.site.hook_secrets)
    names = [gateway.name for gateway in service.deliverer.gateways]

    def keep(work: Work) -> dict[str, str]:
        found = {}
        for name in names:
            key = f"hook_secret:{name}"
            known = site_store.get(work.connection, key)
            if known is None:
                known = random_secrets.token_urlsafe(24)
                site_store.put(work.connection, key, known)
            found[name] = given.get(name, known)
        return found

    return service.writer.execute(keep)


def _server(service: Service, secrets: Mapping[str, str], *, drill: bool = False) -> tuple[_Server, Feed]:
    feed = Feed(service)
    app = create_app(service, secrets=secrets, seeded_secrets=drill, feed=feed)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )
    return _Server(config), feed


async def _run(server: _Server, feed: Feed, taken: socket.socket, stop: threading.Event) -> None:
    serving = asyncio.create_task(server.serve(sockets=[taken]))
    waiting = asyncio.create_task(asyncio.to_thread(stop.wait))
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    feed.close()
    server.should_exit = True
    await serving
    await waiting


def serve_until(
    service: Service,
    *,
    host: str,
    port: int,
    stop: threading.Event,
    on_listening: Callable[[str], None] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> None:
    """Serve in this thread until `stop` is set; ends the program with words when the port is taken.

    Parameters
    ----------
    on_listening : callable, optional
        Told the address of the console once the port is ours, before anything is served.
    """
    taken = listen(host, port)
    try:
        server, feed = _server(service, hook_secrets(service) if secrets is None else secrets)
        base = base_of(host, int(taken.getsockname()[1]))
        sys.stderr.write(f"控制台:{base}/\n")
        sys.stderr.flush()
        if on_listening is not None:
            on_listening(base)
        asyncio.run(_run(server, feed, taken, stop))
    finally:
        taken.close()


def base_of(host: str, port: int) -> str:
    """The address under which a console that listens on `host` opens on this machine."""
    reached = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


class ServerThread:
    """The pages of a drill, in a thread of their own; links, sessions and hook secrets come from the drill's salt."""

    def __init__(
        self, service: Service, host: str = "127.0.0.1", port: int = 0, *, secrets: Mapping[str, str] | None = None
    ) -> None:
        self.service, self.host, self.port = service, host, port
        self._stop = threading.Event()
        self._given = secrets
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen and serve; returns once the address answers.

        Raises
        ------
        PortTaken
        """
        taken = listen(self.host, self.port)
        self.port = int(taken.getsockname()[1])
        secrets = self._given if self._given is not None else hook_secrets_of_drill(self.service)
        server, feed = _server(self.service, secrets, drill=True)

        def serve() -> None:
            try:
                asyncio.run(_run(server, feed, taken, self._stop))
            finally:
                taken.close()

        self._thread = threading.Thread(target=serve, name="web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand and stop."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=GRACE_S + 5)

    @property
    def base(self) -> str:
        """The address of the console."""
        return base_of(self.host, self.port)

    def login_link(self, writer: Writer, *, name: str, role: str, area: str | None = None) -> str:
        """Make an account, when it is not there, and a link that logs it in once."""
        status = str(self.service.site.status)

        def make(work: Work) -> str:
            accounts.put_user(work, name, role, area, by="engine:engine", status=status)
            number = site_store.get(work.connection, "logins") or "0"
            site_store.put(work.connection, "logins", str(int(number) + 1))
            return accounts.issue(work, name, TokenKind.LOGIN, secret=seeded(work.salt, "login", name, number))

        return link_of(self.base, writer.execute(make))


def hook_secrets_of_drill(service: Service) -> dict[str, str]:
    """The secrets of a drill's hooks, from its salt."""
    names = [gateway.name for gateway in service.deliverer.gateways]

    def make(work: Work) -> dict[str, str]:
        return {name: seeded(work.salt, "hook", name) for name in names}

    return service.writer.execute(make)
