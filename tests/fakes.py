"""A media library in memory behind the engine's ports, with one log of everything that happens and faults on demand."""

from __future__ import annotations

import asyncio
import copy
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests import build
from vodplan.core.address import Address
from vodplan.core.assemble import Memory
from vodplan.core.change import Change
from vodplan.core.coverfile import UPLOAD, Images
from vodplan.core.desired import DesiredState
from vodplan.core.errors import ApiError, RefusedByService
from vodplan.core.kind import Call, CallItem
from vodplan.core.live import DEFAULT_TREE, Category, Indexed, LiveAsset, LiveBatch, Members, Parts
from vodplan.core.plan import Plan
from vodplan.core.policy import Policy
from vodplan.core.ports import Backup, CallAnswer, Journal, Refusal, Uploaded
from vodplan.core.report import ApplyReport, Outcome
from vodplan.core.road import ReadBy
from vodplan.core.selector import Selector
from vodplan.core.urls import resource_key, strip_signature
from vodplan.core.values import UNSET, FieldValue, Json
from vodplan.engine.limits import Limits
from vodplan.engine.planner import Catalogue, make_plan
from vodplan.engine.run import run_apply
from vodplan.kinds.image import SNAPSHOT_TYPES
from vodplan.kinds.operations import OPERATIONS
from vodplan.registry import KINDS

BATCH = 20
PAGE = 100

PLAYED = "played"
"""The job id of the one stream of a video whose parts a test does not give."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the merged log: `read`, `write`, `begin`, `intent`, `outcome` or `end`, of which operation and ids."""

    what: str
    operation: str = ""
    ids: tuple[str, ...] = ()


@dataclass(slots=True)
class Media:
    """One asset that exists."""

    asset: LiveAsset
    reference: str = ""
    url: str = ""
    parts: Parts = field(default_factory=lambda: build.parts(build.stream(PLAYED)))

    def facts(self) -> Mapping[str, Json]:
        """What the service tells of it besides its fields."""
        told: dict[str, Json] = dict(self.asset.facts)
        if self.reference:
            told["reference"] = self.reference
        if self.url:
            told["url"] = self.url
        return told


Fault = Callable[[Call], ApiError | None]


class Library:
    """Videos, images, snapshots and categories; implements `LiveReader` and `LiveWriter`.

    log:          everything, in the order in which it happened; share it with a `FakeJournal`.
    doubtful_urls: URLs of which this service cannot say whether there is something behind them.
    index:        video id → what the search index says of it, where it is behind; None for one that it does not know.
    newline:      the service adds a newline to every text it stores.
    uploads:      digest of a file → the address of the image that was uploaded from it.
    """

    def __init__(
        self,
        *assets: LiveAsset,
        categories: Iterable[Category] = (),
        references: Mapping[str, str] | None = None,
        urls: Mapping[str, str] | None = None,
        parts: Mapping[str, Parts] | None = None,
        snapshots: Mapping[tuple[str, str], int] | None = None,
        newline: bool = False,
    ) -> None:
        """references, urls: id → reference of a video, id → URL of an image; parts: video id → parts, one
        stream and the source unless given.

        snapshots: (video id, type) → how many.
        """
        self.media: dict[tuple[str, str], Media] = {}
        for asset in assets:
            self.media[asset.kind, asset.id] = Media(
                asset,
                reference=(references or {}).get(asset.id, ""),
                url=(urls or {}).get(asset.id, ""),
                parts=(parts or {}).get(asset.id, build.parts(build.stream(PLAYED))),
            )
        self.uploads: dict[str, str] = {}
        self.tree: dict[int, Category] = {one.id: one for one in categories}
        self.snapshots: dict[tuple[str, str], int] = dict(snapshots or {})
        self.doubtful_urls: set[str] = set()
        self.newline = newline
        self.index: dict[str, Indexed | None] = {}
        self.log: list[Event] = []
        self.sent: list[Call] = []
        self._before: list[Fault] = []
        self._after: list[Fault] = []
        self._read_faults: list[Callable[[str], ApiError | None]] = []
        self._item_refusals: dict[str, str] = {}
        self._next_id = max(self.tree, default=0) + 1000

    # What tests look at and switch on

    def calls(self, what: str) -> Counter[str]:
        """How often each operation was called, `read` or `write`."""
        return Counter(event.operation for event in self.log if event.what == what)

    def video(self, video_id: str) -> LiveAsset:
        """A video as it is now."""
        return self.media["video", video_id].asset

    def image(self, image_id: str) -> LiveAsset:
        """An image as it is now."""
        return self.media["image", image_id].asset

    def has(self, kind: str, asset_id: str) -> bool:
        """Whether an asset exists."""
        return (kind, asset_id) in self.media

    def change(self, kind: str, asset_id: str, **values: FieldValue) -> None:
        """Change an asset behind vodplan's back."""
        media = self.media[kind, asset_id]
        media.asset = _with_values(media.asset, values)

    def fail(self, error: ApiError, *, on: str, having: str = "", times: int = 1_000_000, done: bool = False) -> None:
        """Raise an error for calls of one operation.

        having: only when this id is among the items; times: so often; done: carry the call out all the same.
        """
        left = times

        def fault(call: Call) -> ApiError | None:
            nonlocal left
            if call.operation != on or left == 0 or (having and having not in [item.id for item in call.items]):
                return None
            left -= 1
            return error

        (self._after if done else self._before).append(fault)

    def fail_reads(self, error: ApiError, *, on: str, after: int = 0) -> None:
        """Raise an error for reads by one operation, once so many of them went well."""
        left = after

        def fault(operation: str) -> ApiError | None:
            nonlocal left
            if operation != on:
                return None
            left -= 1
            return error if left < 0 else None

        self._read_faults.append(fault)

    def refuse(self, asset_id: str, code: str) -> None:
        """Name one item as refused in answers that otherwise are good."""
        self._item_refusals[asset_id] = code

    def refuse_whole(self, asset_id: str, code: str = "InvalidParameter") -> None:
        """Refuse every call as a whole that has this item."""
        for operation in OPERATIONS:
            error = RefusedByService(
                f"The value for {asset_id} is not valid.", operation=operation, status=400, code=code
            )
            self.fail(error, on=operation, having=asset_id)

    def snapshot(self) -> object:
        """Everything that is stored, to compare with later."""
        return copy.deepcopy((self.media, self.tree, self.snapshots))

    # LiveReader

    def _reads(self, operation: str, ids: Sequence[str]) -> None:
        self.log.append(Event("read", operation, tuple(ids)))
        for fault in self._read_faults:
            error = fault(operation)
            if error is not None:
                raise error

    async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
        """See `LiveReader.read`."""
        plain = [key for key in keys if ":" not in key]
        references = [key for key in keys if key.startswith("ref:")]
        operation = KINDS[kind].read_operation
        for group in (plain, references):
            for start in range(0, len(group), BATCH):
                yield await self._batch(operation, group[start : start + BATCH], lambda key: self._by_id(kind, key))
        for key in keys:
            if key.startswith("url:"):
                yield await self._batch("SearchMedia", [key], self._by_url)
            elif key.startswith("video:"):
                yield await self._batch("ListSnapshots", [key], self._snapshots)

    async def _batch(self, operation: str, keys: Sequence[str], look: Callable[[str], LiveAsset | None]) -> LiveBatch:
        self._reads(operation, keys)
        await asyncio.sleep(0)
        found = [(key, asset) for key in keys if (asset := look(key)) is not None]
        there = {key for key, _ in found}
        return LiveBatch(tuple(found), tuple(key for key in keys if key not in there))

    def _by_id(self, kind: str, key: str) -> LiveAsset | None:
        for (of, asset_id), media in self.media.items():
            if of == kind and (key == asset_id or (media.reference and key == f"ref:{media.reference}")):
                return replace(media.asset, facts=media.facts())
        return None

    def _by_url(self, key: str) -> LiveAsset | None:
        url = strip_signature(key.removeprefix("url:"))
        for (of, _), media in self.media.items():
            if of == "image" and media.url == url:
                return replace(media.asset, facts=media.facts())
        if url in self.doubtful_urls:
            return LiveAsset("image", "", ("", "", (), None), {"url": url}, certain=False)
        return None

    def _snapshots(self, key: str) -> LiveAsset | None:
        _, video_id, wanted = key.split(":")
        total = sum(self.snapshots.get((video_id, one), 0) for one in _types(wanted))
        return LiveAsset("image", video_id, ("", "", (), None), {"snapshots": total}) if total else None

    async def parts(self, ids: Sequence[str]) -> Mapping[str, Parts]:
        """See `LiveReader.parts`."""
        for start in range(0, len(ids), BATCH):
            self._reads("BatchGetMediaInfos", ids[start : start + BATCH])
        return {one: self.media["video", one].parts for one in ids if self.has("video", one)}

    async def categories(self, tree: str = DEFAULT_TREE) -> Sequence[Category]:
        """See `LiveReader.categories`."""
        self._reads("GetCategories", ())
        return sorted((one for one in self.tree.values() if one.tree == tree), key=lambda one: (one.level, one.id))

    async def pictures(self, digests: Sequence[str]) -> Images:
        """See `LiveReader.pictures`."""
        self._reads("SearchMedia", digests)
        return {one: (self.uploads[one],) for one in digests if one in self.uploads}

    async def images(self, urls: Sequence[str]) -> Mapping[str, LiveAsset]:
        """See `LiveReader.images`."""
        self._reads("SearchMedia", urls)
        here = {resource_key(one.url): key for (kind, key), one in self.media.items() if kind == "image" and one.url}
        found = {url: here[resource] for url in urls if (resource := resource_key(url)) in here}
        if found:
            self._reads("GetImageInfos", sorted(found.values()))
        return {url: asset for url, key in found.items() if (asset := self._by_id("image", key)) is not None}

    async def members(self, category: int) -> Members:
        """See `LiveReader.members`."""
        self._reads("SearchMedia", (str(category),))
        inside = [
            str(Address(*place))
            for place, media in self.media.items()
            if category in KINDS[place[0]].categories(media.asset.values)
        ]
        return build.members(*inside)

    async def count(self, kind: str) -> int | None:
        """See `LiveReader.count`."""
        if kind != "video":
            return None
        self._reads("SearchMedia", ())
        return sum(of == kind for of, _ in self.media)

    async def walk(self, kind: str, fields: Sequence[str]) -> AsyncIterator[Sequence[Indexed]]:
        """See `LiveReader.walk`. What `index` has in place of an asset is what the index says of it; None: nothing."""
        ids = [one for of, one in self.media if of == kind]
        ids += [one for one in self.index if one not in ids]
        for start in range(0, len(ids), PAGE):
            group = ids[start : start + PAGE]
            self._reads("SearchMedia", group)
            await asyncio.sleep(0)
            found = (self.index[one] if one in self.index else self._indexed(kind, one, fields) for one in group)
            yield [one for one in found if one is not None]

    async def search(self, selector: Selector, categories: frozenset[int] | None) -> AsyncIterator[Sequence[str]]:
        """See `LiveReader.search`. The index names every asset of the kind that the service's language cannot rule out."""
        ids = [one for of, one in self.media if of == selector.kind]
        for start in range(0, len(ids), PAGE):
            self._reads("SearchMedia", ids[start : start + PAGE])
            await asyncio.sleep(0)
            yield ids[start : start + PAGE]

    def _indexed(self, kind: str, asset_id: str, fields: Sequence[str]) -> Indexed:
        names = [one.name for one in KINDS[kind].fields]
        values = self.media[kind, asset_id].asset.values
        # The service leaves out what is empty.
        told = [value if name in fields and value else UNSET for name, value in zip(names, values, strict=True)]
        return Indexed(asset_id, tuple(told))

    # LiveWriter

    async def write(self, call: Call) -> CallAnswer:
        """See `LiveWriter.write`."""
        self.log.append(Event("write", call.operation, tuple(item.id for item in call.items)))
        self.sent.append(call)
        await asyncio.sleep(0)
        for fault in self._before:
            error = fault(call)
            if error is not None:
                raise error
        answer = self._carry_out(call)
        for fault in self._after:
            error = fault(call)
            if error is not None:
                raise error
        return answer

    def _carry_out(self, call: Call) -> CallAnswer:
        missing: set[str] = set()
        refused: dict[str, Refusal] = {}
        created: int | None = None
        uploaded: Uploaded | None = None
        for item in call.items:
            if item.id in self._item_refusals:
                refused[item.id] = Refusal(code=self._item_refusals[item.id], message="Not this one.")
            elif call.operation == UPLOAD:
                digest = str(item.params["sha256"])
                self.uploads[digest] = f"http://img.example.com/image/cover/{len(self.sent)}.jpg"
                uploaded = Uploaded(id=f"image-{len(self.sent)}", url=self.uploads[digest])
            elif call.operation == "AddCategory":
                created = self._add_category(item)
            elif not self._write_item(call, item):
                missing.add(item.id)
        request_id = f"R-{len(self.sent)}"
        return CallAnswer(
            missing=frozenset(missing), refused=refused, created_id=created, uploaded=uploaded, request_id=request_id
        )

    def _write_item(self, call: Call, item: CallItem) -> bool:
        """Carry one item out; returns whether it exists."""
        if call.kind == "category":
            return self._write_category(call, item)
        if item.params.get("video"):
            types = [one for one in _types(str(item.params["type"])) if self.snapshots.get((item.id, one))]
            for one in types:
                del self.snapshots[item.id, one]
            return bool(types)
        if not item.id:
            return False
        media = self.media.get((call.kind, item.id))
        if media is None:
            return False
        if call.operation in ("DeleteVideo", "DeleteImage", "DeleteAttachedMedia"):
            del self.media[call.kind, item.id]
        elif call.operation == "DeleteMezzanines":
            media.parts = replace(media.parts, source_present=False, source_size=None)
        elif call.operation == "DeleteStream":
            jobs = item.params["jobs"]
            assert isinstance(jobs, list | tuple)
            media.parts = replace(media.parts, streams=tuple(one for one in media.parts.streams if one.job not in jobs))
        else:
            media.asset = _with_values(media.asset, {name: self._stored(value) for name, value in item.fields.items()})
        return True

    def _stored(self, value: FieldValue) -> FieldValue:
        if isinstance(value, str) and value and self.newline and not value.startswith("http"):
            return f"{value}\n"
        return None if value == 0 else value

    def _add_category(self, item: CallItem) -> int:
        self._next_id += 1
        parent = item.params.get("parent_id")
        above = self.tree[parent] if isinstance(parent, int) and parent else None
        self.tree[self._next_id] = Category(
            id=self._next_id,
            name=str(item.fields["name"]),
            parent=above.id if above else None,
            level=above.level + 1 if above else 0,
        )
        return self._next_id

    def _write_category(self, call: Call, item: CallItem) -> bool:
        found = self.tree.get(int(item.id))
        if found is None:
            return False
        if call.operation == "UpdateCategory":
            self.tree[found.id] = replace(found, name=str(item.fields["name"]))
            return True
        going = {found.id}
        for one in sorted(self.tree.values(), key=lambda one: one.level):
            if one.parent in going:
                going.add(one.id)
        for one_id in going:
            del self.tree[one_id]
        for media in self.media.values():
            if media.asset.values[3] in going:
                media.asset = _with_values(media.asset, {"category": None})
        return True


def _types(wanted: str) -> tuple[str, ...]:
    return tuple(one for one in SNAPSHOT_TYPES if one != "All") if wanted == "All" else (wanted,)


def _with_values(asset: LiveAsset, values: Mapping[str, FieldValue]) -> LiveAsset:
    kind = KINDS[asset.kind]
    held = {one.name: value for one, value in zip(kind.fields, asset.values, strict=True)}
    held.update(values)
    return replace(asset, values=tuple(held.values()))


class FakeJournal:
    """A journal in the same log as the library's calls; `breaks_at` raises at the n-th line, counted from 1."""

    def __init__(self, library: Library, *, breaks_at: int | None = None, error: Exception | None = None) -> None:
        self._library = library
        self._left = breaks_at
        self._error = error
        self.outcomes: list[tuple[Outcome, ...]] = []
        self.before: list[tuple[Change, ...]] = []
        self.report: ApplyReport | None = None

    def _line(self, event: Event) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left <= 0 and self._error is not None:
                raise self._error
        self._library.log.append(event)

    def begin(self, plan: Plan) -> str:
        """See `Journal.begin`."""
        self._line(Event("begin"))
        return "run-1"

    async def intent(self, call: Call, changes: Sequence[Change]) -> None:
        """See `Journal.intent`."""
        self._line(Event("intent", call.operation, tuple(item.id for item in call.items)))
        self.before.append(tuple(changes))

    async def outcome(self, call: Call, outcomes: Sequence[Outcome]) -> None:
        """See `Journal.outcome`."""
        self._line(Event("outcome", call.operation, tuple(item.id for item in call.items)))
        self.outcomes.append(tuple(outcomes))

    def end(self, report: ApplyReport) -> None:
        """See `Journal.end`."""
        self._line(Event("end"))
        self.report = report


class FakeProgress:
    """Checks that steps begin and end, and that nothing is told of outside of one; `steps` has (step, total, done)."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int, int]] = []
        self._open: tuple[str, int, int] | None = None

    def start(self, step: str, total: int) -> None:
        """See `Progress.start`."""
        assert self._open is None, f"{step} begins within {self._open}"
        self._open = (step, total, 0)

    def throttled(self, operation: str, rate: float, of: float) -> None:
        """See `Progress.throttled`."""

    def advance(self, count: int) -> None:
        """See `Progress.advance`."""
        assert self._open is not None, "told of progress outside of a step"
        step, total, done = self._open
        self._open = (step, total, done + count)

    def finish(self) -> None:
        """See `Progress.finish`."""
        assert self._open is not None, "no step to finish"
        self.steps.append(self._open)
        self._open = None


def plan_of(
    wanted: DesiredState,
    library: Library,
    *,
    policy: Policy | None = None,
    created_at: str = "2026-06-15T08:00:00Z",
    managed: Mapping[str, int] | None = None,
    progress: FakeProgress | None = None,
    memory: Memory | None = None,
    read_by: ReadBy = ReadBy.AUTO,
    whole: DesiredState | None = None,
    excluded: Callable[[Address], bool] = lambda address: False,
) -> Plan:
    """Plan against a library, as on `build.TODAY`."""
    return asyncio.run(
        make_plan(
            wanted,
            reader=library,
            catalogue=Catalogue(kinds=KINDS, operations=OPERATIONS, policy=policy or Policy()),
            frame=build.frame(created_at),
            today=build.TODAY,
            progress=progress or FakeProgress(),
            managed=managed,
            memory=memory,
            read_by=read_by,
            whole=whole,
            excluded=excluded,
        )
    )


def apply_of(
    plan: Plan,
    library: Library,
    *,
    allow_deletes: int | None = -1,
    policy: Policy | None = None,
    journal: Journal | None = None,
    stop: Callable[[], str] = lambda: "",
    waited: list[float] | None = None,
    progress: FakeProgress | None = None,
    limits: Limits | None = None,
    backup: Backup | None = None,
) -> ApplyReport:
    """Apply a plan to a library; the removals are allowed unless said otherwise, and waiting takes no time."""

    async def sleep(seconds: float) -> None:
        if waited is not None:
            waited.append(seconds)

    removals = sum(change.action.removes for change in plan.changes)
    return asyncio.run(
        run_apply(
            plan,
            reader=library,
            writer=library,
            journal=journal or FakeJournal(library),
            kinds=KINDS,
            policy=policy or Policy(),
            allow_deletes=removals if allow_deletes == -1 else allow_deletes,
            sleep=sleep,
            progress=progress or FakeProgress(),
            stop=stop,
            limits=limits,
            backup=backup,
        )
    )
