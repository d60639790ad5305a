"""The service itself: one request in, one answer out, with quotas, faults and the call log between."""

import asyncio
import uuid
from email.utils import formatdate

from . import asgi
from .calllog import CallRecord
from .context import JSON
from .envelope import Headers, error_body, gateway_page, json_bytes, xml_bytes
from .errors import Refusal, invalid, refusal
from .faults import FaultKind, FaultRule
from .operations import OPERATIONS
from .params import Params
from .request import WireRequest
from .state import EmulatorState

_REASONS = {414: "Request-URI Too Large", 502: "Bad Gateway", 503: "Service Temporarily Unavailable",
            504: "Gateway Time-out", 413: "Request Entity Too Large"}  # fmt: skip


class Service:
    """Answers `/`."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        state = self._state
        settings = state.settings
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        raw_query = scope["query_string"].decode("latin-1")
        request = WireRequest(method=scope["method"], path=scope["path"], raw_query=raw_query, headers=headers)
        action = headers.get("x-acs-action") or ""
        if len(raw_query) + 2 > settings.max_uri_bytes:
            await self._page(send, 414, action)
            return
        try:
            request.body = await asgi.read_body(receive, settings.max_body_bytes)
        except asgi.BodyTooLarge:
            await self._page(send, 413, action)
            return
        parse_error: Refusal | None = None
        try:
            request.parse()
            action = action or dict(request.query + request.form).get("Action", "")
        except Refusal as error:
            parse_error = error
        rules = state.faults.strike(action) if state.faults.rules else []
        await self._delay(rules)
        await _Exchange(state, request, action, rules, parse_error).answer(scope, receive, send)

    async def _delay(self, rules: list[FaultRule]) -> None:
        low, high = self._state.settings.latency_ms
        delay = self._state.latency.uniform(low, high) / 1_000 if high else 0.0
        for rule in rules:
            if rule.kind is FaultKind.LATENCY:
                delay += self._state.faults.latency_s(rule)
        if delay:
            await asyncio.sleep(delay)

    async def _page(self, send: asgi.Send, status: int, action: str) -> None:
        """A refusal of the gateway, which reads no further than the headers."""
        now = self._state.settings.now()
        self._state.log.add(CallRecord(at=now, action=action, params={}, status=status, code="", key="", request_id=""))
        headers = [(b"content-type", b"text/html"), (b"date", _date(now))]
        await asgi.respond(send, status, headers, gateway_page(status, _REASONS[status]))


class _Exchange:
    """One call from its parsed request to its last byte."""

    def __init__(
        self,
        state: EmulatorState,
        request: WireRequest,
        action: str,
        rules: list[FaultRule],
        parse_error: Refusal | None,
    ) -> None:
        self._state = state
        self._request = request
        self._action = action
        self._rules = {rule.kind: rule for rule in rules}
        self._edits = [rule for rule in rules if rule.kind is FaultKind.EDIT]
        self._parse_error = parse_error
        self._request_id = str(uuid.uuid4()).upper()
        skew = self._rules.get(FaultKind.SKEW)
        self._now = state.settings.now() + (skew.seconds if skew else 0.0)
        self._key = ""
        self._params: dict[str, str] = {}

    async def answer(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Do what the rules in force and the request ask for, and send what comes of it."""
        rules = self._rules
        if FaultKind.CUT_BEFORE in rules:
            self._log(0, "")
            await asgi.cut(scope, receive)
            return
        if (page := rules.get(FaultKind.HTML)) is not None:
            status = page.status or 502
            self._log(status, "")
            await asgi.respond(
                send,
                status,
                [(b"content-type", b"text/html"), (b"date", _date(self._now))],
                gateway_page(status, _REASONS.get(status, "Error")),
            )
            return
        status, extra, content = self._work()
        code = str(content.get("Code", "")) if status != 200 else ""
        if FaultKind.CUT_AFTER in rules:
            self._log(0, code)
            await asgi.cut(scope, receive)
            return
        self._log(status, code)
        kind, body = self._render(status, content)
        headers: Headers = [
            (b"content-type", kind),
            (b"date", _date(self._now)),
            (b"x-acs-request-id", self._request_id.encode()),
            *extra,
        ]
        if FaultKind.TRUNCATE in rules:
            sized = [*headers, (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": status, "headers": sized})
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            await asgi.cut(scope, receive)
        elif FaultKind.HALF_JSON in rules:
            await asgi.respond(send, status, headers, body[: len(body) // 2])
        elif (drip := rules.get(FaultKind.DRIP)) is not None:
            await _drip(send, status, headers, body, drip.ms[0] / 1_000)
        else:
            await asgi.respond(send, status, headers, body)

    def _work(self) -> tuple[int, tuple[tuple[bytes, bytes], ...], JSON]:
        try:
            with self._state.db.lock:
                return 200, (), self._call()
        except Refusal as refused:
            host = f"vod.{self._state.settings.region}.aliyuncs.com"
            return refused.status, refused.headers, error_body(refused, request_id=self._request_id, host=host)

    def _call(self) -> JSON:
        state = self._state
        if self._parse_error is not None:
            raise self._parse_error
        call = state.gate.admit(self._request, OPERATIONS, self._now)
        self._key, self._params = call.caller.id, call.params
        self._refuse_by_fault(call.action)
        if state.settings.quotas:
            state.quotas.take(call.action, state.settings.now())
        for edit in self._edits:
            state.edit(video=edit.video, image=edit.image, values=dict(edit.values))
        operation = OPERATIONS[call.action]
        ctx = state.context(call.caller, self._now, fresh=operation.writes)
        if operation.writes:
            state.lag.more(
                read_s=_seconds(self._rules.get(FaultKind.STALE_READ)),
                index_s=_seconds(self._rules.get(FaultKind.STALE_INDEX)),
            )
        try:
            result = operation.run(ctx, Params(call.params))
        except (UnicodeEncodeError, OverflowError) as error:
            raise invalid("A parameter holds characters or numbers that cannot be stored.") from error
        return {"RequestId": self._request_id, **result}

    def _refuse_by_fault(self, action: str) -> None:
        settings = self._state.settings
        if (rule := self._rules.get(FaultKind.THROTTLE)) is not None:
            wait = rule.ms[0] or settings.throttle_retry_after_ms
            headers = ((b"x-acs-retry-after", str(int(wait)).encode()),) if wait else ()
            code = rule.code or settings.throttle_code
            status = rule.status or settings.throttle_status
            raise Refusal(code, status, f"{action} was called too often.", headers)
        if (rule := self._rules.get(FaultKind.ERROR)) is not None:
            status = rule.status or 503
            usual = refusal("ServiceUnAvailable" if status == 503 else "InternalError")
            raise Refusal(rule.code or usual.code, status, usual.message)

    def _render(self, status: int, content: JSON) -> tuple[bytes, bytes]:
        request = self._request
        if request.is_v3:
            xml = "xml" in request.headers.get("accept", "")
        else:
            wanted = dict(request.query + request.form).get("Format") or "XML"
            xml = wanted.upper() != "JSON"
        if xml:
            root = "Error" if status != 200 else f"{self._action}Response"
            return b"text/xml;charset=utf-8", xml_bytes(root, content)
        return b"application/json;charset=utf-8", json_bytes(content)

    def _log(self, status: int, code: str) -> None:
        self._state.log.add(
            CallRecord(
                at=self._now,
                action=self._action,
                params=self._params,
                status=status,
                code=code,
                key=self._key,
                request_id=self._request_id,
                faults=tuple(kind.value for kind in self._rules),
            )
        )


async def _drip(send: asgi.Send, status: int, headers: Headers, body: bytes, total_s: float) -> None:
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", length)]})
    pieces = 20
    step = max(1, -(-len(body) // pieces))
    for start in range(0, len(body), step):
        await asyncio.sleep(total_s / pieces)
        await send({"type": "http.response.body", "body": body[start : start + step], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _seconds(rule: FaultRule | None) -> float:
    return 0.0 if rule is None else rule.ms[0] / 1_000


_dates: tuple[int, bytes] = (0, b"")


def _date(now: float) -> bytes:
    """The Date header; the same bytes for a whole second."""
    global _dates
    second = int(now)
    if _dates[0] != second:
        _dates = (second, formatdate(second, usegmt=True).encode())
    return _dates[1]
