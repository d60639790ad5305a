"""The emulator's own controls, apart from the service: state, calls, faults, keys, reset, snapshots.

They stand on loopback without a signature; a request must be JSON, so that no web page can post it by a form.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import orjson

from . import asgi
from .faults import FaultPlanError
from .settings import KeyPair
from .state import EmulatorState


class _BadRequest(Exception):
    """What is wrong with a control request, as a sentence."""


class Control:
    """Answers `/_emulator/...`."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state
        self._routes: dict[tuple[str, str], Callable[[object], object]] = {
            ("GET", "/_emulator/state"): lambda _: self._about(),
            ("GET", "/_emulator/calls"): lambda _: self._calls(),
            ("DELETE", "/_emulator/calls"): lambda _: self._done(state.log.clear),
            ("GET", "/_emulator/faults"): lambda _: self._faults(),
            ("PUT", "/_emulator/faults"): self._put_faults,
            ("DELETE", "/_emulator/faults"): lambda _: self._done(lambda: state.faults.replace(())),
            ("POST", "/_emulator/reset"): lambda _: self._done(state.reset),
            ("POST", "/_emulator/snapshot"): self._snapshot,
            ("PUT", "/_emulator/keys"): self._put_key,
            ("POST", "/_emulator/edit"): self._edit,
        }

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        headers = [(b"content-type", b"application/json")]
        route = self._routes.get((scope["method"], scope["path"]))
        if route is None:
            known = ", ".join(f"{method} {path}" for method, path in self._routes)
            await asgi.respond(send, 404, headers, orjson.dumps({"error": f"There is no such control. Known: {known}"}))
            return
        status, answer = 200, b""
        try:
            content = self._content(scope, await asgi.read_body(receive, 1_048_576))
            with self._state.db.lock:
                answer = orjson.dumps(route(content), default=str)
        except (_BadRequest, FaultPlanError) as error:
            status, answer = 400, orjson.dumps({"error": str(error)})
        except asgi.BodyTooLarge:
            status, answer = 413, orjson.dumps({"error": "The body is over 1 MiB."})
        await asgi.respond(send, status, headers, answer)

    def _content(self, scope: asgi.Scope, body: bytes) -> object:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").rpartition(":")[0] or headers.get(b"host", b"").decode()
        if host not in ("127.0.0.1", "localhost", "[::1]", "emulator", "testserver"):
            raise _BadRequest("Controls answer to a loopback host name only.")
        if scope["method"] != "GET" and headers.get(b"content-type", b"").split(b";")[0] != b"application/json":
            raise _BadRequest("Send content-type: application/json.")
        try:
            return orjson.loads(body) if body else {}
        except orjson.JSONDecodeError as error:
            raise _BadRequest(f"The body is not JSON: {error}") from error

    @staticmethod
    def _done(action: Callable[[], object]) -> object:
        action()
        return {"done": True}

    def _about(self) -> object:
        state = self._state
        return {
            "notice": "This is the vodplan emulator, not the ApsaraVideo VOD service.",
            "region": state.settings.region,
            "library": state.db.counts(),
            "calls": state.log.total,
            "faults": len(state.faults.rules),
        }

    def _calls(self) -> object:
        return [asdict(record) | {"ids": record.ids} for record in self._state.log.records()]

    def _faults(self) -> object:
        plan = self._state.faults
        rules = [{**asdict(rule), "nth": sorted(rule.nth)} for rule in plan.rules]
        return {"seed": plan.seed, "rules": rules}

    def _put_faults(self, content: object) -> object:
        rules, seed = fault_document(content)
        self._state.faults.replace(rules, seed=seed)
        return self._faults()

    def _snapshot(self, content: object) -> object:
        path = content.get("path") if isinstance(content, dict) else None
        if not isinstance(path, str) or not path:
            raise _BadRequest('Send {"path": "FILE"}.')
        if Path(path).exists():
            raise _BadRequest(f"{path} exists; a snapshot never overwrites a file.")
        self._state.db.snapshot(path)
        return {"done": True}

    def _put_key(self, content: object) -> object:
        if not isinstance(content, dict) or not content.keys() <= set(KeyPair.__slots__):
            raise _BadRequest(f"Send an object with {', '.join(KeyPair.__slots__)}.")
        if not (isinstance(content.get("id"), str) and isinstance(content.get("secret"), str)):
            raise _BadRequest("id and secret must be text.")
        given = [name for name in ("allow", "deny", "apps") if content.get(name) is not None]
        if not all(isinstance(content[n], list) and all(isinstance(x, str) for x in content[n]) for n in given):
            raise _BadRequest("allow, deny and apps must be lists of text.")
        if not isinstance(content.get("token", ""), str | None) or not isinstance(
            content.get("expires", 0), int | None
        ):
            raise _BadRequest("token must be text, expires a number of seconds since 1970.")
        lists = {name: tuple(content[name]) for name in given}
        self._state.db.save_key(KeyPair(**{**content, **lists}))
        self._state.keyring.reload()
        return {"done": True}

    def _edit(self, content: object) -> object:
        values = content.get("values") if isinstance(content, dict) else None
        if not isinstance(content, dict) or not isinstance(values, dict):
            raise _BadRequest('Send {"video": "ID", "values": {"Title": "..."}}.')
        texts = (*values.values(), content.get("video", ""), content.get("image", ""))
        if not all(isinstance(text, str) for text in texts):
            raise _BadRequest("Ids and values must be text.")
        try:
            found = self._state.edit(
                video=content.get("video"), image=content.get("image"), values=dict(content["values"])
            )
        except KeyError as error:
            raise _BadRequest(f"{error} cannot be edited.") from error
        return {"found": found}


def fault_document(content: object) -> tuple[list[object], int | None]:
    """Rules and seed of a fault plan: a list of rules, or an object with `rules` and `seed`."""
    if isinstance(content, list):
        return content, None
    if isinstance(content, dict) and isinstance(content.get("rules"), list) and content.keys() <= {"rules", "seed"}:
        seed = content.get("seed")
        if seed is None or (isinstance(seed, int) and not isinstance(seed, bool)):
            return content["rules"], seed
    raise FaultPlanError('A fault plan is a list of rules, or {"seed": NUMBER, "rules": [...]}.')
