"""The ASGI application: the service at `/`, pictures and source files under `/media/`, uploads
under the bucket's name, controls under `/_emulator/`."""

from pathlib import Path

from . import asgi
from .content import PREFIX
from .control import Control
from .page import human_page
from .pictures import Pictures
from .service import Service
from .settings import EmulatorSettings
from .sources import Sources
from .state import EmulatorState, open_state
from .storage import PREFIX as STORAGE
from .storage import Storage


class EmulatorApp:
    """One emulator as an ASGI application; `state` is what tests look into."""

    def __init__(self, state: EmulatorState) -> None:
        self.state = state
        self._service = Service(state)
        self._pictures = Pictures(state)
        self._sources = Sources(state)
        self._storage = Storage(state)
        self._control = Control(state)

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            raise RuntimeError(f"the emulator speaks http only, not {scope['type']}")
        path = scope["path"]
        if not self.state.urls.base:
            host = dict(scope["headers"]).get(b"host", b"127.0.0.1").decode("latin-1")
            self.state.urls.base = f"http://{host}"
        if path == "/" and not _wants_page(scope):
            await self._service(scope, receive, send)
        elif path == "/":
            body = human_page(self.state)
            headers = [
                (b"content-type", b"text/html; charset=utf-8"),
                (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"no-referrer"),
            ]
            await asgi.respond(send, 200, headers, body)
        elif path.startswith(PREFIX):
            await self._sources(scope, receive, send)
        elif path.startswith("/media/"):
            await self._pictures(scope, send)
        elif path.startswith(STORAGE):
            await self._storage(scope, receive, send)
        elif path.startswith("/_emulator/"):
            await self._control(scope, receive, send)
        else:
            await asgi.respond(send, 404, [(b"content-type", b"text/plain")], b"not found\n")


def create_app(db: Path | str, *, settings: EmulatorSettings | None = None, demo: bool = False) -> EmulatorApp:
    """An emulator over a database file (made if missing) as an ASGI application.

    demo: load the demo library if the database is empty.
    """
    return EmulatorApp(open_state(db, settings or EmulatorSettings(), demo=demo))


def _wants_page(scope: asgi.Scope) -> bool:
    """A browser: GET or HEAD with neither query nor signature headers."""
    if scope["method"] not in ("GET", "HEAD") or scope["query_string"]:
        return False
    names = {name for name, _ in scope["headers"]}
    return not names & {b"x-acs-action", b"authorization"}


async def _lifespan(receive: asgi.Receive, send: asgi.Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
