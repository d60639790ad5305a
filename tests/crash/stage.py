"""A small library that every kind of write has something to do in, played through as often as a sweep wants."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests import build
from tests.crash import watching
from tests.crash.virtual import Other, VirtualClock, VirtualLoop, Wire
from tests.over_httpx import OverHttpx
from vodplan.core.assemble import Memory
from vodplan.core.change import Action, Change
from vodplan.core.coverfile import title_of
from vodplan.core.desired import DesiredState, StreamRemoval
from vodplan.core.errors import VodplanError
from vodplan.core.kind import Call
from vodplan.core.oldcovers import OLD_COVER, Owed, waited_for
from vodplan.core.plan import Plan
from vodplan.core.policy import Policy
from vodplan.core.report import ApplyReport, Outcome, Verdict
from vodplan.core.values import UNSET, CoverFile, TagEdit
from vodplan.emulator import EmulatorSettings, create_app
from vodplan.emulator.app import EmulatorApp
from vodplan.emulator.calllog import CallRecord
from vodplan.emulator.records import Attached, Category, Image, Library, Source, Stream, Video
from vodplan.engine.limits import Limits
from vodplan.engine.planner import Catalogue, make_plan
from vodplan.engine.run import run_apply
from vodplan.kinds.operations import OPERATIONS
from vodplan.registry import KINDS
from vodplan.vod.credentials import static
from vodplan.vod.service import VodService

ENDPOINT = "http://127.0.0.1:8900"
MADE = 1_700_000_000
CATEGORIES = {1: ("Film", -1), 2: ("Old", 1), 3: ("News", -1), 4: ("Soccer", 3), 5: ("Music", -1)}
ELSEWHERE = {"UpdateVideoInfo", "CreateUploadImage"}
"""Writes that this library has no need of: too few videos for the one, no picture in a file for the other."""

LEFT, TAKEN = "/media/image/cover/51.png", "/media/image/cover/52.png"
"""What video 2 shows, which goes with it, and what it is to show: the image of a file, uploaded already."""

DIGEST = "5" * 64

UPDATED = 23
"""Videos with new values: two calls of them."""


def key(number: int, letter: str = "a") -> str:
    """An id in the service's form."""
    return f"{letter}{number:031x}"


def library() -> Library:
    """Videos 1 to 23 to change, 31 to 36 to take parts or all of away, 41 to 44 nobody's business; images likewise."""
    numbers = [*range(1, UPDATED + 1), *range(31, 37), *range(41, 45)]
    return Library(
        categories=tuple(
            Category(id=one, name=name, parent=parent, level=0 if parent == -1 else 1, created=MADE + one)
            for one, (name, parent) in CATEGORIES.items()
        ),
        videos=tuple(
            Video(
                id=key(number),
                title=f"Old title {number}",
                created=MADE + number,
                modified=MADE + number,
                description="As it was",
                tags="old,kept",
                category=2 if number == 35 else 4 if number % 2 else None,
                cover=LEFT if number == 2 else None,
                duration=60.0,
                size=1000 + number,
                source=Source(
                    file_name="a.mp4", size=900, width=640, height=360, bitrate=800, fps=25, md5="0" * 32, served=False
                ),
                streams=tuple(
                    Stream(
                        job_id=f"{number:030x}{place:02x}",
                        definition=definition,
                        format="mp4",
                        width=640,
                        height=360,
                        bitrate=800,
                        size=300,
                    )
                    for place, definition in enumerate(("LD", "HD"))
                ),
                snapshots=(("CoverSnapshot", 3), ("SpriteSnapshot", 2)),
            )
            for number in numbers
        ),
        images=tuple(
            Image(
                id=key(number, "b"),
                title=f"Old picture {number}",
                created=MADE,
                modified=MADE,
                path=f"/media/image/default/{number}.png",
                category=1,
            )
            for number in (1, 2, 3, 31, 32, 41)
        )
        + tuple(
            Image(id=key(number, "b"), title=title, created=MADE, modified=MADE, path=path, image_type="cover")
            for number, title, path in ((51, "Old cover", LEFT), (52, title_of(DIGEST), TAKEN))
        ),
        attached=tuple(
            Attached(
                id=key(number, "c"),
                business_type="watermark",
                title=f"Old mark {number}",
                created=MADE,
                modified=MADE,
                path=f"/media/attached/{number}.png",
            )
            for number in (1, 31, 41)
        ),
    )


def wanted() -> DesiredState:
    """Every kind of change: categories made, renamed and deleted, fields, sources, streams, videos, images, snapshots,
    and an old cover.
    """
    updates = [
        build.video(
            key(number),
            title=f"New title {number}",
            tags=TagEdit(add=("new",), remove=("old",)),
            category="Archive/2025" if number % 5 == 0 else "News/Football" if number % 5 == 1 else "Music",
            cover=CoverFile(file="covers/2.png", sha256=DIGEST, size=9, delete_old=True) if number == 2 else UNSET,
        )
        for number in range(1, UPDATED + 1)
    ]
    return build.desired(
        build.category("Archive/2025"),
        build.category("News/Football", renamed_from="News/Soccer"),
        build.category("Film/Old", absent=True),
        *updates,
        build.video(key(31), source_absent=True),
        build.video(key(32), source_absent=True, source_force=True),
        build.video(key(33), streams=StreamRemoval(keep_definitions=("HD",))),
        build.video(key(34), streams=StreamRemoval(jobs=(f"{34:030x}00",))),
        build.video(key(35), absent=True),
        build.video(key(36), absent=True),
        *(build.image(key(number, "b"), title=f"New picture {number}") for number in (1, 2, 3)),
        build.image(key(31, "b"), absent=True),
        build.image(key(32, "b"), absent=True),
        build.image(f"video:{key(36 - 3)}:SpriteSnapshot", absent=True),
        build.attached(key(1, "c"), title="New mark 1"),
        build.attached(key(31, "c"), absent=True),
    )


class Journal:
    """Keeps what was intended; `breaks_at` has the line, counted from 1, from which on nothing can be written."""

    def __init__(self, *, breaks_at: int = 0, error: Exception | None = None) -> None:
        self.intended: Counter[watching.Written] = Counter()
        self.told: dict[int, Outcome] = {}
        self.open: set[int] = set()
        self.lines = 0
        self.broken = False
        self.ended: ApplyReport | None = None
        self._breaks_at = breaks_at
        self._error = error

    def _line(self) -> None:
        self.lines += 1
        if self._error is not None and self.lines >= self._breaks_at:
            self.broken = True
            raise self._error

    def begin(self, plan: Plan) -> str:
        """See `Journal.begin`."""
        self._line()
        return "run-1"

    async def intent(self, call: Call, changes: Sequence[Change]) -> None:
        """See `Journal.intent`."""
        self._line()
        self.intended += watching.all_meant(changes)
        self.open |= {item.change for item in call.items}

    async def outcome(self, call: Call, outcomes: Sequence[Outcome]) -> None:
        """See `Journal.outcome`."""
        self._line()
        self.told.update((one.change, one) for one in outcomes)
        # Of a call that is split nothing was done, which is told without outcomes: its parts have intents of their own.
        self.open -= {one.change for one in outcomes} or {item.change for item in call.items}

    def end(self, report: ApplyReport) -> None:
        """See `Journal.end`."""
        self._line()
        self.ended = report


class NoProgress:
    """See `core.ports.Progress`."""

    def start(self, step: str, total: int) -> None:
        """See `Progress.start`."""

    def throttled(self, operation: str, rate: float, of: float) -> None:
        """See `Progress.throttled`."""

    def advance(self, count: int) -> None:
        """See `Progress.advance`."""

    def finish(self) -> None:
        """See `Progress.finish`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One apply on the stage: its report or the error that it ended with, what was called, what the library is now."""

    report: ApplyReport | None
    error: VodplanError | None
    calls: Sequence[CallRecord]
    journal: Journal
    held: watching.Rows
    waited: float = 0.0


@dataclass(slots=True)
class Stage:
    """The emulator with the small library, and one plan for it."""

    app: EmulatorApp
    loop: VirtualLoop
    start: Path
    on_send: Callable[[httpx.Request], None] = lambda request: None
    replace: Callable[[httpx.Request], Other | None] = lambda request: None
    plan: Plan = field(init=False)
    at_start: watching.Rows = field(init=False)
    at_end: watching.Rows = field(init=False)
    named_end: Mapping[tuple[str, str], Any] = field(init=False)

    @classmethod
    async def opened(cls, loop: VirtualLoop, folder: Path) -> Stage:
        """Set it up: make the plan, and see how the library is when nothing goes wrong."""
        clock = VirtualClock(loop)
        app = create_app(":memory:", settings=EmulatorSettings(clock=clock.seconds))
        app.state.db.load(library())
        app.state.db.snapshot(folder / "start.db")
        stage = cls(app=app, loop=loop, start=folder / "start.db")
        stage.at_start = watching.rows(app.state.db, times=True)
        stage.plan = await stage.planned()
        assert {one.action for one in stage.plan.changes} == set(Action)
        assert [one.id for one in stage.plan.changes if waited_for(one)] == [key(51, "b")]
        played = await stage.play([])
        assert played.report is not None, played.error
        assert played.report.converged
        called = {call.action for call in played.calls if watching.is_write(call)}
        assert called == {name for name, one in OPERATIONS.items() if one.writes} - ELSEWHERE
        stage.at_end = watching.rows(app.state.db, times=True)
        stage.named_end = stage.named()
        return stage

    def service(self, *, luck: random.Random | None = None) -> tuple[VodService, Wire]:
        """The client, whole but for the network and the time."""
        keys = self.app.state.db.main_key()
        wire = Wire(self.app, sent=lambda request: self.on_send(request), replace=lambda request: self.replace(request))
        service = VodService(
            ENDPOINT,
            "cn-shanghai",
            static(keys.id, keys.secret),
            share=1.0,
            clock=VirtualClock(self.loop),
            monotonic=self.loop.time,
            random=(luck or random.Random(1)).random,
            sleep=asyncio.sleep,
            http=OverHttpx(ENDPOINT, wire),
        )
        return service, wire

    async def planned(self, *, after: Played | None = None) -> Plan:
        """Plan what the library is short of.

        after: the apply before, of which the store remembers what it owes.
        """
        service, _ = self.service()
        async with service:
            return await make_plan(
                wanted(),
                reader=service.reader,
                catalogue=Catalogue(kinds=KINDS, operations=OPERATIONS, policy=Policy()),
                frame=build.frame(),
                today=build.TODAY,
                progress=NoProgress(),
                memory=Memory(owed=self._owed(after)),
            )

    def _owed(self, after: Played | None) -> tuple[Owed, ...]:
        """As `Store.owed`; an apply that raised before it began is in no store."""
        if after is None or after.report is None:
            return ()
        (place,) = (place for place, one in enumerate(self.plan.changes) if one.params.get(OLD_COVER))
        change, done = self.plan.changes[place], after.report.outcomes[place].verdict in (Verdict.DONE, Verdict.ALREADY)
        return () if done else (Owed(id=str(change.id), url=str(change.facts["url"]), videos=waited_for(change)),)

    def put_back(self) -> None:
        """The library as it was; no faults, no lags."""
        self.app.state.faults.replace(())
        self.app.state.db.restore(self.start)
        self.app.state.forget()
        self.on_send = lambda request: None
        self.replace = lambda request: None

    async def play(
        self,
        rules: Sequence[Mapping[str, object]],
        *,
        seed: int = 1,
        journal: Journal | None = None,
        stop: Callable[[], str] = lambda: "",
        on_send: Callable[[httpx.Request], None] | None = None,
        replace: Callable[[httpx.Request], Other | None] | None = None,
        limits: Limits | None = None,
    ) -> Played:
        """Apply the plan to the library as it was, with these faults in force."""
        self.put_back()
        self.app.state.faults.replace(rules, seed=seed)
        if on_send is not None:
            self.on_send = on_send
        if replace is not None:
            self.replace = replace
        return await self.applied(self.plan, journal=journal, seed=seed, stop=stop, limits=limits)

    async def applied(
        self,
        plan: Plan,
        *,
        journal: Journal | None = None,
        seed: int = 1,
        stop: Callable[[], str] = lambda: "",
        recorded: Mapping[int, Outcome] | None = None,
        limits: Limits | None = None,
    ) -> Played:
        """Apply a plan to the library as it is."""
        journal = journal or Journal()
        service, wire = self.service(luck=random.Random(seed))
        report, error = None, None
        began, sent = self.loop.time(), len(self.app.state.log.records())
        async with service:
            try:
                report = await run_apply(
                    plan,
                    reader=service.reader,
                    writer=service.writer,
                    journal=journal,
                    kinds=KINDS,
                    policy=Policy(),
                    allow_deletes=sum(change.action.removes for change in plan.changes),
                    sleep=asyncio.sleep,
                    progress=NoProgress(),
                    stop=stop,
                    recorded=recorded,
                    limits=limits,
                )
            except VodplanError as raised:
                error = raised
            await wire.rest()
        return Played(
            report=report,
            error=error,
            calls=self.app.state.log.records()[sent:],
            journal=journal,
            held=watching.rows(self.app.state.db, times=True),
            waited=self.loop.time() - began,
        )

    async def healed(self) -> None:
        """The faults are over, and so is every lag."""
        self.app.state.faults.replace(())
        self.on_send = lambda request: None
        self.replace = lambda request: None
        await asyncio.sleep(600)

    def named(self) -> Mapping[tuple[str, str], Any]:
        """The library with the paths of categories in place of their ids, which depend on how often one was made."""
        db = self.app.state.db
        tree = db.categories()
        paths = {number: (row.name,) for number, row in tree.items()}
        for number, row in tree.items():
            paths[number] = (*paths.get(row.parent, ()), row.name)
        found: dict[tuple[str, str], Any] = {}
        for number in tree:
            path = ("categories", "/".join(paths[number]))
            assert path not in found, f"{path} is there twice"
            found[path] = ""
        for video in db.videos(self._ids("videos")):
            found["videos", video.id] = (*video._replace(cate_id=None, modified=0), paths.get(video.cate_id or 0, ()))
        for image in db.images(self._ids("images")):
            found["images", image.id] = (*image._replace(cate_id=None, modified=0), paths.get(image.cate_id or 0, ()))
        return found

    def _ids(self, table: str) -> list[str]:
        return [str(row[0]) for row in self.app.state.db.rows(f"SELECT id FROM {table}")]


def fields_of(held: watching.Rows, change: Change) -> object:
    """What a change is about, as the library has it; None for what is not there."""
    columns = {"title": 3, "description": 4, "tags": 5, "category": 6, "cover": 7}
    match change.kind, change.action:
        case "category", _:
            names = {name: row for (table, name), row in held.items() if table == "categories"}
            return _category(names, change)
        case "video", Action.UPDATE:
            row = held.get(("videos", change.id or ""))
            return row and tuple(row[columns[name]] for name in change.after or ())
        case "image", Action.UPDATE:
            row = held.get(("images", change.id or ""))
            return row and tuple(row[columns[name] - 2] for name in change.after or ())
        case "video", Action.DELETE_SOURCE:
            row = held.get(("videos", change.id or ""))
            return row and row[16]
        case "video", Action.DELETE_STREAMS:
            row = held.get(("videos", change.id or ""))
            return row and row[17]
        case "image", Action.DELETE if "video" in change.params:
            row = held.get(("videos", str(change.params["video"])))
            return row and row[18]
        case kind, _:
            return ("videos" if kind == "video" else "images", change.id or "") in held


def _category(rows: Mapping[str, Any], change: Change) -> object:
    if change.action is Action.CREATE:
        name = change.address.key.rpartition("/")[2]
        return any(row[1] == name for row in rows.values())
    row = rows.get(change.id or "")
    return None if row is None else row[1]
