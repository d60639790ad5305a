"""Carries one call of one operation to its end: signs, paces, sends, retries."""

from __future__ import annotations

import asyncio
import datetime
import email.utils
import functools
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol
from urllib.parse import urlsplit

from vodplan.core.errors import VodplanError
from vodplan.core.kind import OperationSpec
from vodplan.core.ports import Clock
from vodplan.kinds.operations import OPERATIONS
from vodplan.vod import failures, retry
from vodplan.vod.credentials import Credentials, CredentialsProvider
from vodplan.vod.failures import AnswerLost, Fault, NotSent, Reply, Trouble
from vodplan.vod.pacing import Lane, Sleep
from vodplan.vod.signing import Signed, sign
from vodplan.vod.wire import Record

log = logging.getLogger("vodplan.vod")
events = logging.getLogger("vodplan.events")

Settle = Callable[[], Awaitable[Record | None]]
"""Looks whether a call that got no answer was done: its answer, or None when it was not."""

SKEW_SHOWN = 2.0
"""Seconds; the Date header has whole ones, so that smaller differences mean nothing."""


class Api(Protocol):
    """What the operations need: one call, carried to its end."""

    async def call(self, operation: str, params: Mapping[str, str], *, settle: Settle | None = None) -> Record:
        """Call an operation, retrying by the table of docs/service.md.

        params: as they stand on the wire, not encoded.
        settle: for an operation that may not be repeated blindly: how to learn whether it was done.
        raises: CredentialsError; NotFound, Forbidden, RefusedByService, Throttled, Unavailable, InvalidAnswer;
                UnknownOutcome for a write that may have been done.
        """
        ...


class HttpPort(Protocol):
    """What the caller needs of the HTTP client."""

    async def post(self, query: str, headers: Mapping[str, str]) -> Reply:
        """See `HttpClient.post`."""
        ...


class HttpConnections(HttpPort, Protocol):
    """The same for whoever opens and closes it."""

    async def close(self) -> None:
        """See `HttpClient.close`."""
        ...


Throttled = Callable[[str, float, float], None]
"""Operation, calls a second from now on, calls a second that are allowed."""


class Caller:
    """The one way to the service.

    endpoint: `https://host[:port]`.
    share:    the part of each rate that may be used, above 0 and at most 1.
    rates:    operation → calls per second, in place of the documented ones.
    throttled: told of each call that was one too many.
    clock:    the time of day, for signatures; monotonic, random and sleep for pacing and retrying.
    """

    def __init__(
        self,
        *,
        http: HttpPort,
        endpoint: str,
        credentials: CredentialsProvider,
        share: float,
        rates: Mapping[str, float] | None = None,
        clock: Clock,
        monotonic: Callable[[], float],
        random: Callable[[], float],
        sleep: Sleep,
        paced: bool,
        throttled: Throttled | None = None,
    ) -> None:
        self._http = http
        self._throttled = throttled
        self._host = urlsplit(endpoint).netloc
        self._credentials = credentials
        self._share = share
        self._rates = rates or {}
        self._clock = clock
        self._monotonic = monotonic
        self._random = random
        self._sleep = sleep
        self._paced = paced
        self._lanes: dict[str, Lane] = {}
        self._last_key: Credentials | None = None
        self._expired: Credentials | None = None
        self._renewing = asyncio.Lock()
        self.clock_offset = 0.0
        self.skew: float | None = None
        self.calls: Counter[str] = Counter()

    @property
    def provider(self) -> str:
        """Where the key in use came from, "" before the first call."""
        return self._last_key.provider if self._last_key else ""

    async def call(self, operation: str, params: Mapping[str, str], *, settle: Settle | None = None) -> Record:
        """See `Api.call`."""
        spec = OPERATIONS[operation]
        started = self._monotonic()
        failed: Counter[Trouble] = Counter()
        doubt = late = False
        while True:
            result = await self._try(spec, params, attempt=failed.total() + 1)
            if isinstance(result, Record):
                return result
            rule = retry.RULES[result.trouble]
            failed[result.trouble] += 1
            doubt = doubt or (spec.writes and rule.doubtful)
            late = late or result.late
            more = retry.again(result.trouble, failed=failed[result.trouble], elapsed=self._monotonic() - started)
            blocked = doubt and not spec.repeatable
            if not blocked and not more:
                raise self._given_up(result, tries=failed.total(), doubt=doubt and not rule.final)
            await self._sleep(
                retry.wait(result.trouble, failed=failed.total(), draw=self._random(), retry_after=result.retry_after)
            )
            if blocked:
                settled = await self._settled(result, settle, tries=failed.total())
                if settled is not None:
                    return settled
                # What may still be under way is not there yet; sent again it would be made twice.
                if late or not more:
                    raise failures.unknown_outcome(result, tries=failed.total())

    async def _settled(self, fault: Fault, settle: Settle | None, *, tries: int) -> Record | None:
        if settle is None:
            raise failures.unknown_outcome(fault, tries=tries)
        try:
            found = await settle()
            for pause in retry.SETTLING:
                if found is None:
                    await self._sleep(pause)
                    found = await settle()
        except VodplanError as error:
            raise failures.unknown_outcome(fault, tries=tries) from error
        return found

    async def _try(self, spec: OperationSpec, params: Mapping[str, str], *, attempt: int) -> Record | Fault:
        lane = self._lane(spec)
        asked = self._monotonic()
        await lane.in_flight.take()
        try:
            key = await self._credentials.get()
            self._last_key = key
            granted = await lane.pacer.grant() if lane.pacer is not None else 0
            reply = None
            try:
                before = self._clock.now()
                signed = self._signed(spec.name, params, key, now=before)
                started = self._monotonic()
                self.calls[spec.name] += 1
                reply, result = await self._exchange(spec.name, signed)
            finally:
                if lane.pacer is not None:
                    lane.pacer.ended(granted, answered=reply is not None)
            took = self._monotonic() - started
            if reply is not None:
                lane.in_flight.took(took)
        finally:
            lane.in_flight.give()
        self._log(spec.name, attempt, reply, result, waited=started - asked, took=took)
        if reply is not None:
            self._compare_clocks(reply, before, took)
        if isinstance(result, Fault):
            return await self._learn(result, lane, key)
        return result

    async def _exchange(self, operation: str, signed: Signed) -> tuple[Reply | None, Record | Fault]:
        try:
            reply = await self._http.post(signed.query, signed.headers)
        except NotSent as error:
            return None, failures.not_sent(operation, str(error))
        except AnswerLost as error:
            return None, failures.lost(operation, error)
        result = failures.read(operation, reply)
        if isinstance(result, Fault) and result.trouble is Trouble.KEY:
            result = failures.altered(result, reply, signed.string_to_sign)
        return reply, result

    async def _learn(self, fault: Fault, lane: Lane, key: Credentials) -> Fault:
        match fault.trouble:
            case Trouble.THROTTLED if lane.pacer is not None:
                lane.pacer.throttled(fault.retry_after)
                self._tell_throttled(fault.operation, lane.pacer.allowed, lane.pacer.rate)
                if self._throttled is not None:
                    self._throttled(fault.operation, lane.pacer.allowed, lane.pacer.rate)
            case Trouble.CLOCK if self.skew is not None:
                self.clock_offset = self.skew
            case Trouble.TOKEN:
                await self._renew(key)
        return fault

    def _tell_throttled(self, operation: str, rate: float, of: float) -> None:
        if events.isEnabledFor(logging.DEBUG):
            event = {"event": "throttle", "operation": operation, "rate": round(rate, 3), "of": of}
            events.debug("throttle", extra={"event": event})

    async def _renew(self, expired: Credentials) -> None:
        async with self._renewing:
            # Of many calls under way that find the key expired, only the first asks for a new one.
            if self._expired != expired:
                await self._credentials.get(refresh=True)
                self._expired = expired

    def _signed(self, operation: str, params: Mapping[str, str], key: Credentials, *, now: datetime.datetime) -> Signed:
        date = now + datetime.timedelta(seconds=self.clock_offset)
        return sign(
            operation=operation,
            params=params,
            host=self._host,
            access_key_id=key.access_key_id,
            access_key_secret=key.access_key_secret,
            security_token=key.security_token,
            date=date.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            nonce=secrets.token_hex(16),
        )

    def _given_up(self, fault: Fault, *, tries: int, doubt: bool) -> VodplanError:
        if doubt:
            return failures.unknown_outcome(fault, tries=tries)
        return failures.error_for(fault, provider=self.provider, clock_offset=self.skew or 0.0, tries=tries)

    def _compare_clocks(self, reply: Reply, before: datetime.datetime, took: float) -> None:
        there = _moment(reply.headers.get("date", ""))
        if there is None:
            return
        # The header has whole seconds and was written somewhere between sending and receiving.
        here = before + datetime.timedelta(seconds=took / 2)
        skew = (there - here).total_seconds() + 0.5
        self.skew = 0.0 if abs(skew) < SKEW_SHOWN else skew

    def _lane(self, spec: OperationSpec) -> Lane:
        lane = self._lanes.get(spec.name)
        if lane is None:
            rate = self._rates.get(spec.name, spec.rate) * self._share
            lane = Lane(rate, monotonic=self._monotonic, sleep=self._sleep, paced=self._paced)
            self._lanes[spec.name] = lane
        return lane

    def _log(
        self, operation: str, attempt: int, reply: Reply | None, result: Record | Fault, *, waited: float, took: float
    ) -> None:
        if not log.isEnabledFor(logging.DEBUG):
            return
        outcome = result.code if isinstance(result, Fault) else "ok"
        log.debug(
            "%s attempt=%d status=%s outcome=%s request=%s ms=%.0f",
            operation,
            attempt,
            reply.status if reply else "-",
            outcome,
            result.request_id or "-",
            took * 1000,
            extra={
                "event": {
                    "event": "call",
                    "operation": operation,
                    "host": self._host,
                    "attempt": attempt,
                    "status": reply.status if reply else None,
                    "outcome": outcome,
                    "request_id": result.request_id,
                    "waited_ms": round(waited * 1000, 3),
                    "ms": round(took * 1000, 3),
                }
            },
        )


@functools.lru_cache(maxsize=8)
def _moment(date: str) -> datetime.datetime | None:
    """The moment that a Date header names, None for one that cannot be read; hundreds of answers share a second."""
    try:
        moment = email.utils.parsedate_to_datetime(date)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.UTC)
