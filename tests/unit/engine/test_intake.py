"""Reading past the search index: it may say "as wanted" of an entry, everything else is read by id."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from tests import build
from tests.fakes import FakeProgress, Library, plan_of
from vodplan.core.assemble import Memory
from vodplan.core.desired import DesiredAsset, StreamRemoval
from vodplan.core.errors import Forbidden, ManifestError, Unavailable
from vodplan.core.live import Indexed, LiveAsset
from vodplan.core.plan import Plan, Road
from vodplan.core.road import ReadBy
from vodplan.core.values import UNSET, TagEdit

NEWS = build.categories({"News": {"Sports": {}}})


def searched(library: Library, *entries: DesiredAsset, memory: Memory | None = None) -> Plan:
    """The plan by the search index, however few the entries."""
    return plan_of(build.desired(*entries), library, read_by=ReadBy.SEARCH, memory=memory)


def read_by_id(library: Library) -> list[str]:
    """The ids that were read by id, in order."""
    return sorted(one for event in library.log if event.operation == "GetVideoInfos" for one in event.ids)


def indexed(asset: LiveAsset, *, recent: bool = False) -> Indexed:
    """What an index says of an asset as it was."""
    return Indexed(asset.id, tuple(one if one else UNSET for one in asset.values), recent=recent)


def test_library_as_wanted_is_walked_and_nothing_is_read_by_id() -> None:
    """One call to count and a page per hundred; the equalities are the usual ones."""
    assets = [
        build.live_video(f"v{number}", title="t\n", tags=("b", "a"), category=2, cover="http://h/a.jpg")
        for number in range(250)
    ]
    library = Library(*assets, categories=NEWS)
    wanted = {"title": "t", "tags": ("a", "b"), "category": "News/Sports", "cover": "http://h/a.jpg?auth_key=1-0-0-ab"}
    progress = FakeProgress()

    plan = plan_of(
        build.desired(*[build.video(one.id, **wanted) for one in assets]),  # type: ignore[arg-type]
        library,
        read_by=ReadBy.SEARCH,
        progress=progress,
    )

    assert library.calls("read") == {"GetCategories": 1, "SearchMedia": 4}
    assert (plan.changes, plan.summary.unchanged) == ((), 250)
    assert progress.steps == [("reading", 250, 250)]
    assert plan.reading is not None
    assert (plan.reading.road, plan.reading.assets, plan.reading.by_search, plan.reading.by_id) == (
        Road.SEARCH,
        250,
        250,
        0,
    )


def test_entry_that_differs_in_the_index_is_read_by_id() -> None:
    """The index is old: by id the asset is as wanted, and there is no change."""
    library = Library(build.live_video("v1", title="new"), build.live_video("v2", title="new"))
    library.index["v1"] = indexed(build.live_video("v1", title="old"))

    plan = searched(library, build.video("v1", title="new"), build.video("v2", title="new"))

    assert read_by_id(library) == ["v1"]
    assert (plan.changes, plan.summary.unchanged) == ((), 2)


def test_change_is_decided_on_the_value_read_by_id() -> None:
    """What the index said of it is nowhere in the plan."""
    library = Library(build.live_video("v1", title="by id"))
    library.index["v1"] = indexed(build.live_video("v1", title="in the index"))

    (change,) = searched(library, build.video("v1", title="wanted")).changes

    assert change.before == {"title": "by id"}


def test_asset_that_the_index_does_not_know_is_read_by_id() -> None:
    """It is there; one that is not is missing only when the service says so by id."""
    library = Library(build.live_video("v1", title="t"))
    library.index["v1"] = None

    plan = searched(library, build.video("v1", title="t"), build.video("v2", title="t"))

    assert read_by_id(library) == ["v1", "v2"]
    assert [str(one.address) for one in plan.missing] == ["video/v2"]
    assert plan.summary.unchanged == 1


def test_field_that_the_index_left_out_is_read_by_id() -> None:
    """Absent may mean empty or not carried: the same to the index, and not to us."""
    library = Library(build.live_video("v1", title="t", tags=("a",)))
    library.index["v1"] = Indexed("v1", ("t", UNSET, UNSET, UNSET, UNSET))

    searched(library, build.video("v1", title="t", tags=TagEdit(add=(), remove=("b",))))

    assert read_by_id(library) == ["v1"]


@pytest.mark.parametrize(
    "entry",
    [
        build.video("ref:cms-1", title="t"),
        build.video("v1", title="t", source_absent=True),
        build.video("v1", title="t", streams=StreamRemoval(jobs=("gone",))),
        build.video("v1", absent=True),
        build.video("v1", title="t", description=""),
    ],
    ids=["reference", "source", "streams", "deleted", "cleared"],
)
def test_entry_that_the_index_may_not_settle_is_read_by_id(entry: DesiredAsset) -> None:
    """Beside one that it may."""
    library = Library(build.live_video("v1", title="t"), build.live_video("v2", title="t"), references={"v1": "cms-1"})

    plan = searched(library, entry, build.video("v2", title="t"))

    assert plan.reading is not None
    assert (plan.reading.by_search, plan.reading.by_id) == (1, 1)
    assert read_by_id(library) == [entry.key]


def test_asset_that_was_modified_lately_is_read_by_id() -> None:
    """The index may know the first of two edits."""
    library = Library(build.live_video("v1", title="edited since"))
    library.index["v1"] = indexed(build.live_video("v1", title="t"), recent=True)

    plan = searched(library, build.video("v1", title="t"))

    assert [one.name for one in plan.changes] == ["update video/v1"]


def test_asset_that_a_run_wrote_to_lately_is_read_by_id() -> None:
    """The store remembers what the index may not know yet."""
    library = Library(build.live_video("v1", title="as applied"), build.live_video("v2", title="t"))
    library.index["v1"] = indexed(build.live_video("v1", title="before"))

    plan = searched(
        library,
        build.video("v1", title="before"),
        build.video("v2", title="t"),
        memory=Memory(written=frozenset({"video/v1"})),
    )

    assert [one.name for one in plan.changes] == ["update video/v1"]
    assert read_by_id(library) == ["v1"]


def test_asset_that_comes_twice_and_one_that_nobody_asked_for_are_harmless() -> None:
    """Pages shift while others write."""

    class Twice(Library):
        """An index that gives every page twice."""

        async def walk(self, kind: str, fields: Sequence[str]) -> AsyncIterator[Sequence[Indexed]]:
            """See `LiveReader.walk`."""
            async for page in super().walk(kind, fields):
                yield page
                yield page

    library = Twice(build.live_video("v1", title="t"), build.live_video("v2", title="x"), build.live_video("v3"))

    plan = searched(library, build.video("v1", title="t"), build.video("v2", title="t"))

    assert read_by_id(library) == ["v2"]
    assert (plan.summary.unchanged, plan.summary.update) == (1, 1)


def test_only_fields_that_some_entry_names_are_asked_for() -> None:
    """Smaller answers."""
    asked: list[Sequence[str]] = []

    class Noting(Library):
        """A library that notes which fields are asked for."""

        def walk(self, kind: str, fields: Sequence[str]) -> AsyncIterator[Sequence[Indexed]]:
            """See `LiveReader.walk`."""
            asked.append(fields)
            return super().walk(kind, fields)

    library = Noting(build.live_video("v1", title="t"), build.live_video("v2", tags=("a",)))

    searched(library, build.video("v1", title="t"), build.video("v2", tags=("a",)), build.video("v3", cover=""))

    assert asked == [["title", "tags"]]


def test_two_entries_for_one_asset_are_found_though_the_index_settles_one() -> None:
    """By id as wanted, and by reference."""
    library = Library(build.live_video("v1", title="t"), references={"v1": "cms-1"})

    with pytest.raises(ManifestError) as caught:
        searched(library, build.video("v1", title="t", line=1), build.video("ref:cms-1", title="t", line=2))

    assert [one.code for one in caught.value.diagnostics] == ["VP305"]


def test_category_that_cannot_be_told_is_an_error_as_by_id() -> None:
    """The index settles nothing that has to be complained about."""
    library = Library(build.live_video("v1", category=1), categories=NEWS)

    with pytest.raises(ManifestError) as by_search:
        searched(library, build.video("v1", category="No/Such"))
    with pytest.raises(ManifestError) as by_id:
        plan_of(build.desired(build.video("v1", category="No/Such")), library)

    assert by_search.value.diagnostics == by_id.value.diagnostics


def test_library_of_which_pictures_go_is_read_by_id() -> None:
    """The guard looks at the cover of every managed video."""
    library = Library(
        build.live_video("v1", title="t", cover="http://h/a.png"), build.live_image("i1"), urls={"i1": "http://h/a.png"}
    )

    plan = searched(library, build.video("v1", title="t"), build.image("i1", absent=True))

    assert read_by_id(library) == ["v1"]
    assert [one.guard for one in plan.guards] == ["cover_in_use"]


def test_what_differs_is_read_in_full_batches() -> None:
    """Whatever the order in which it turns up: 90 that differ are five calls."""
    library = Library(*[build.live_video(f"v{number}", title="old") for number in range(90)])

    plan = searched(library, *[build.video(f"v{number}", title="new") for number in range(90)])

    assert library.calls("read") == {"SearchMedia": 2, "GetVideoInfos": 5}
    assert plan.summary.update == 90


def test_small_library_is_not_even_counted() -> None:
    """One search more would be one too many for a few reads."""
    library = Library(build.live_video("v1", title="t"))

    plan = plan_of(build.desired(build.video("v1", title="t")), library)

    assert library.calls("read") == {"GetVideoInfos": 1}
    assert plan.reading is not None
    assert (plan.reading.road, plan.reading.by_id) == (Road.IDS, 1)


class Large(Library):
    """A library of assets that are made up as they are asked for."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self._total = total

    async def count(self, kind: str) -> int | None:
        """See `LiveReader.count`."""
        self._reads("SearchMedia", ())
        return self._total

    async def walk(self, kind: str, fields: Sequence[str]) -> AsyncIterator[Sequence[Indexed]]:
        """See `LiveReader.walk`."""
        for start in range(0, self._total, 100):
            self._reads("SearchMedia", ())
            yield [Indexed(f"v{number}", ("t", UNSET, UNSET, UNSET, UNSET)) for number in range(start, start + 100)]

    def _by_id(self, kind: str, key: str) -> LiveAsset | None:
        return build.live_video(key, title="t")


@pytest.mark.parametrize(
    ("total", "calls"),
    [(6_000, {"SearchMedia": 61}), (7_500, {"SearchMedia": 76}), (7_600, {"SearchMedia": 1, "GetVideoInfos": 300})],
)
def test_road_is_chosen_by_what_the_count_says(total: int, calls: dict[str, int]) -> None:
    """6,000 managed: 3 seconds by id, and a walk of 7,500 takes half of that."""
    library = Large(total)

    plan = plan_of(build.desired(*[build.video(f"v{number}", title="t") for number in range(6_000)]), library)

    assert library.calls("read") == calls
    assert plan.summary.unchanged == 6_000


def test_key_that_may_not_search_reads_by_id() -> None:
    """Unless the search was asked for: then the refusal is told."""
    refused = Forbidden("no", operation="SearchMedia", status=403, code="NoPermission")
    entries = [build.video(f"v{number}", title="t") for number in range(5_000)]

    library = Large(5_000)
    library.fail_reads(refused, on="SearchMedia")
    plan = plan_of(build.desired(*entries), library)

    assert library.calls("read")["GetVideoInfos"] == 250
    assert plan.reading is not None
    assert plan.reading.why == "The key may not search, so every asset is read by id."
    with pytest.raises(Forbidden):
        searched(library, entries[0])


def test_walk_that_breaks_off_is_an_error() -> None:
    """Half an answer is none; nothing is left running."""
    library = Library(*[build.live_video(f"v{number}", title="old") for number in range(300)])
    down = Unavailable("down", operation="SearchMedia", status=503, code="ServiceUnavailable")
    library.fail_reads(down, on="SearchMedia", after=2)
    progress = FakeProgress()

    with pytest.raises(Unavailable):
        plan_of(
            build.desired(*[build.video(f"v{number}", title="t") for number in range(300)]),
            library,
            read_by=ReadBy.SEARCH,
            progress=progress,
        )

    assert [step for step, _, _ in progress.steps] == ["reading"]


def test_read_by_id_that_fails_ends_the_walk() -> None:
    """The rest of the pages is not waited for."""

    class Endless(Library):
        """An index that never ends."""

        async def walk(self, kind: str, fields: Sequence[str]) -> AsyncIterator[Sequence[Indexed]]:
            """See `LiveReader.walk`."""
            while True:
                await asyncio.sleep(0)
                yield [Indexed("v1", ("x", UNSET, UNSET, UNSET, UNSET))]

    library = Endless(build.live_video("v1", title="old"))
    refused = Forbidden("no", operation="GetVideoInfos", status=403, code="NoPermission")
    library.fail_reads(refused, on="GetVideoInfos")

    with pytest.raises(Forbidden):
        searched(library, *[build.video(f"ref:cms-{number}", title="t") for number in range(20)], build.video("v1"))
