"""One world for client and service: a library to look at, and a time that moves only when somebody waits."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from tests import build
from tests.fakes import FakeProgress
from tests.memory_journal import MemoryJournal
from vodplan.core.desired import DesiredAsset, DesiredCategory
from vodplan.core.kind import Call, CallItem
from vodplan.core.live import LiveAsset, LiveBatch
from vodplan.core.plan import Plan
from vodplan.core.policy import Policy
from vodplan.core.report import ApplyReport, Outcome
from vodplan.core.values import FieldValue, Json
from vodplan.emulator import RunningEmulator
from vodplan.engine.planner import Catalogue, make_plan
from vodplan.engine.run import run_apply
from vodplan.kinds.operations import OPERATIONS
from vodplan.registry import KINDS
from vodplan.vod.credentials import CredentialsProvider, static
from vodplan.vod.service import VodService

T = TypeVar("T")


class Time:
    """Seconds that pass when somebody waits, for the client and the emulator alike; `waits` keeps what was asked."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waits: list[float] = []
        self.start()

    def start(self) -> None:
        """Begin again, at an hour of its own so that nothing of an earlier test is still new."""
        self.seconds = max(1_780_000_000.0, self.seconds + 3_600)
        self.waits.clear()

    def now(self) -> datetime.datetime:
        """See `core.ports.Clock`."""
        return datetime.datetime.fromtimestamp(self.seconds, datetime.UTC)

    def monotonic(self) -> float:
        """Seconds."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.waits.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


@dataclass
class World:
    """An emulator with faults on demand, and the client in front of it.

    luck: every draw of the client's jitter, from 0 to 1.
    """

    emulator: RunningEmulator
    time: Time
    luck: float = 0.0

    def fault(self, *rules: Mapping[str, object]) -> None:
        """Put a fault plan in force."""
        self.emulator.set_faults(list(rules))

    def calls(self, operation: str) -> int:
        """How many calls of an operation reached the emulator."""
        return len(self.emulator.calls(operation))

    def using(
        self,
        work: Callable[[VodService], Awaitable[T]],
        *,
        key: CredentialsProvider | None = None,
        paced: bool = False,
    ) -> T:
        """Do something with a connected service."""

        async def main() -> T:
            chosen = key or static(self.emulator.access_key_id, self.emulator.access_key_secret)
            async with VodService(
                self.emulator.url,
                self.emulator.region,
                chosen,
                share=1.0,
                clock=self.time,
                monotonic=self.time.monotonic,
                random=lambda: self.luck,
                sleep=self.time.sleep,
                unpaced=not paced,
            ) as service:
                return await work(service)

        return asyncio.run(main())

    def read(self, *keys: str, kind: str = "video") -> dict[str, LiveAsset]:
        """Read assets; those that are missing are left out."""
        return self.using(lambda service: found(service.reader.read(kind, keys)))

    def title(self, video: str) -> FieldValue:
        """The title of a video, read without any fault."""
        self.fault()
        return self.read(video)[video].values[0]

    def plan(self, *entries: DesiredAsset | DesiredCategory) -> Plan:
        """Plan entries against the library."""

        async def work(service: VodService) -> Plan:
            return await make_plan(
                build.desired(*entries),
                reader=service.reader,
                catalogue=Catalogue(kinds=KINDS, operations=OPERATIONS, policy=Policy()),
                frame=build.frame(),
                today=build.TODAY,
                progress=FakeProgress(),
            )

        return self.using(work)

    def apply(self, plan: Plan) -> ApplyReport:
        """Apply a plan, its removals allowed."""

        async def work(service: VodService) -> ApplyReport:
            return await run_apply(
                plan,
                reader=service.reader,
                writer=service.writer,
                journal=MemoryJournal(),
                kinds=KINDS,
                policy=Policy(),
                allow_deletes=sum(change.action.removes for change in plan.changes),
                sleep=self.time.sleep,
                progress=FakeProgress(),
            )

        return self.using(work)


async def found(batches: AsyncIterator[LiveBatch]) -> dict[str, LiveAsset]:
    """All that was found, by key."""
    return {key: live async for batch in batches for key, live in batch.found}


def a_call(operation: str, asset: str, fields: Mapping[str, FieldValue] | None = None, **params: Json) -> Call:
    """A write to one asset; its kind is told by the operation."""
    kind = next((name for name in ("category", "image") if name in operation.lower()), "video")
    return Call(
        operation=operation, kind=kind, items=(CallItem(change=0, id=asset, fields=fields or {}, params=params),)
    )


def verdicts(report: ApplyReport) -> list[str]:
    """How each change ended, in the plan's order."""
    return [outcome.verdict.value for outcome in report.outcomes]


def outcome(report: ApplyReport) -> Outcome:
    """The only outcome."""
    (only,) = report.outcomes
    return only
