"""Serving an emulator on loopback: in the foreground for the command, in a thread for tests and embedded targets."""

import asyncio
import contextlib
import ipaddress
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from . import asgi
from .app import EmulatorApp, create_app
from .calllog import CallRecord
from .settings import EmulatorSettings, KeyPair


class NotLoopback(ValueError):
    """The emulator was asked to listen where others could reach it."""


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with the connection in the scope so that a fault can cut it, and no limit to a URL."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {asgi.TRANSPORT: {"transport": self.transport}}

    def on_headers_complete(self) -> None:
        # httptools counts the parts of a URL in 16 bits; a longer query is set aside, since refusing it is our choice.
        url = self.url
        path, _, query = url.partition(b"?")
        self.url = url if len(url) < 0xFFFF else path
        super().on_headers_complete()
        if self.url is not url:
            self.scope["query_string"] = query


def check_loopback(host: str) -> None:
    """Refuse every address but those of this machine's loopback."""
    if host == "localhost":
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise NotLoopback(f"the emulator listens on loopback only, not on {host}")


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    raises: OSError when the port is taken, OverflowError when there is no such port, NotLoopback.
    """
    check_loopback(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only then: without it every answer takes 40 ms.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(2_048)
    except (OSError, OverflowError):
        sock.close()
        raise
    return sock


def listen_for(app: EmulatorApp, host: str, port: int) -> list[socket.socket]:
    """The sockets of an emulator: the one asked for, and where its pictures live if that is elsewhere and free.

    A database keeps the port of its picture host, so that the addresses of covers stay the same over restarts;
    with port 0 that port is taken first.
    """
    kept = urlsplit(app.state.urls.base).port if app.state.urls.base else None
    sockets: list[socket.socket] = []
    if port == 0 and kept:
        with contextlib.suppress(OSError):
            sockets.append(listen(host, kept))
    if not sockets:
        sockets.append(listen(host, port))
    got = sockets[0].getsockname()[1]
    app.state.host_pictures(url_of(host, got))
    if kept and kept != got:
        with contextlib.suppress(OSError):
            sockets.append(listen(host, kept))
    return sockets


def url_of(host: str, port: int) -> str:
    """`http://host:port`, an IPv6 host in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(app: EmulatorApp) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        http=_Protocol,
        loop="asyncio",
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


class RunningEmulator:
    """An emulator that is being served by this process."""

    def __init__(self, app: EmulatorApp, sockets: list[socket.socket], host: str) -> None:
        self._app = app
        self._server = _server(app)
        self._key = app.state.db.main_key()
        self.url = url_of(host, sockets[0].getsockname()[1])
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": sockets}, name="vodplan-emulator", daemon=True
        )

    @property
    def app(self) -> EmulatorApp:
        """The ASGI application."""
        return self._app

    @property
    def access_key_id(self) -> str:
        """The id of the key that may do everything."""
        return self._key.id

    @property
    def access_key_secret(self) -> str:
        """Its secret."""
        return self._key.secret

    @property
    def region(self) -> str:
        """The region that the emulator plays."""
        return self._app.state.settings.region

    def start(self) -> None:
        """Serve in a daemon thread; returns once connections are answered."""
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the emulator's server did not start")
            time.sleep(0.002)

    def stop(self) -> None:
        """Stop serving and close the database; safe to call twice."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._app.state.db.close()

    def calls(self, action: str | None = None) -> list[CallRecord]:
        """The calls answered so far, oldest first; of one operation, if named."""
        return [record for record in self._app.state.log.records() if action in (None, record.action)]

    def clear_calls(self) -> None:
        """Forget the calls so far; the library stays."""
        self._app.state.log.clear()

    def reset(self) -> None:
        """Put the library back to its start and forget calls, nonces and lags."""
        self._app.state.reset()

    def snapshot(self, path: Path | str) -> None:
        """Copy the database into a new file."""
        self._app.state.db.snapshot(path)

    def restore(self, path: Path | str) -> None:
        """Put a snapshot's library in place of this one."""
        self._app.state.db.restore(path)
        self._app.state.forget()
        self._app.state.keyring.reload()

    def set_faults(self, rules: list[Mapping[str, object]], *, seed: int = 1) -> None:
        """Put a fault plan in force; an empty list ends it."""
        self._app.state.faults.replace(rules, seed=seed)

    def add_key(self, key: KeyPair) -> None:
        """Add an access key, or replace the one of the same id."""
        self._app.state.db.save_key(key)
        self._app.state.keyring.reload()

    def edit_video(self, video_id: str, values: Mapping[str, str]) -> bool:
        """Change a video as somebody else would (Title, Description, Tags, CoverURL, CateId, Status)."""
        return self._app.state.edit(video=video_id, values=dict(values))


@contextlib.contextmanager
def running(
    db: Path | str,
    *,
    demo: bool = False,
    settings: EmulatorSettings | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[RunningEmulator]:
    """Serve an emulator from a thread of this process for the length of a `with` block.

    db:   the database file, made if missing; it keeps keys, library and picture host.
    demo: load the demo library if the database is empty.
    """
    app = create_app(db, settings=settings, demo=demo)
    emulator = RunningEmulator(app, listen_for(app, host, port), host)
    emulator.start()
    try:
        yield emulator
    finally:
        emulator.stop()


def serve(
    db: Path | str,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    demo: bool = False,
    settings: EmulatorSettings | None = None,
) -> int:
    """Serve an emulator in the foreground until Ctrl-C or SIGTERM; 0 when it ended so.

    raises: NotLoopback for a host that others could reach; OSError when the port is taken;
            NotAnEmulatorDatabase for a file of another kind.
    """
    check_loopback(host)
    app = create_app(db, settings=settings, demo=demo)
    try:
        sockets = listen_for(app, host, port)
        url = url_of(host, sockets[0].getsockname()[1])
        before = signal.signal(signal.SIGTERM, _quietly)
        try:
            asyncio.run(_serve(app, sockets, url))
        except KeyboardInterrupt:
            pass
        finally:
            signal.signal(signal.SIGTERM, before)
    finally:
        app.state.db.close()
    print("emulator stopped; the library is kept in", app.state.db.path, file=sys.stderr)
    return 0


def _quietly(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM after the server has shut down: nothing is left to do."""


async def _serve(app: EmulatorApp, sockets: list[socket.socket], url: str) -> None:
    server = _server(app)
    task = asyncio.create_task(server.serve(sockets=sockets))
    while not server.started and not task.done():
        await asyncio.sleep(0.005)
    if server.started:
        print(banner(app, url), flush=True)
    await task


def banner(app: EmulatorApp, url: str) -> str:
    """What a start prints: what this is not, where it is, and its keys as lines for a shell."""
    key = app.state.db.main_key()
    counts = app.state.db.counts()
    library = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    address = url.removeprefix("http://")
    return "\n".join(
        (
            "# vodplan emulator: this is NOT the ApsaraVideo VOD service. Nothing here reaches an account.",
            f"# {url}  (open it in a browser to look inside; Ctrl-C stops it)",
            f"# library {app.state.db.path}: {library}",
            f"export ALIBABA_CLOUD_ACCESS_KEY_ID={key.id}",
            f"export ALIBABA_CLOUD_ACCESS_KEY_SECRET={key.secret}",
            f"export VODPLAN_ENDPOINT={url}",
            "# then, in another shell with these three lines:  vodplan doctor   or   vodplan plan",
            "# vendor SDK, new:  Client(Config(access_key_id=os.environ['ALIBABA_CLOUD_ACCESS_KEY_ID'], "
            "access_key_secret=os.environ['ALIBABA_CLOUD_ACCESS_KEY_SECRET'], "
            f"endpoint='{address}', protocol='http'))",
            f"# vendor SDK, old:  request.set_endpoint('{address}')",
        )
    )
