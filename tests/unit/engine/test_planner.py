"""Planning against a library: what is read, what is decided, what is counted."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Sequence

import pytest

from tests import build
from tests.fakes import FakeProgress, Library, plan_of
from vodplan.core.desired import DesiredAsset, DesiredCategory, StreamRemoval
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.errors import BugError, Forbidden, ManifestError
from vodplan.core.live import LiveBatch
from vodplan.core.plan import Plan
from vodplan.core.policy import Bound, Policy
from vodplan.core.values import TagEdit

NEWS = build.categories({"News": {"Sports": {}}})


def names(plan: Plan) -> list[str]:
    """The changes by name."""
    return [one.name for one in plan.changes]


def problems(library: Library, *entries: DesiredAsset | DesiredCategory) -> list[Diagnostic]:
    """What keeps these entries from being planned."""
    with pytest.raises(ManifestError) as caught:
        plan_of(build.desired(*entries), library)
    assert library.calls("write") == {}
    return list(caught.value.diagnostics)


def test_plan_of_a_thousand_videos_reads_exactly_fifty_times_and_writes_nothing() -> None:
    """20 ids a call; no category is named, so the tree is not read."""
    ids = [f"v{number:04}" for number in range(1000)]
    library = Library(*[build.live_video(one, title="t") for one in ids])
    progress = FakeProgress()

    plan = plan_of(build.desired(*[build.video(one, title="t") for one in ids]), library, progress=progress)

    assert library.calls("read") == {"GetVideoInfos": 50}
    assert library.calls("write") == {}
    assert (plan.changes, plan.summary.unchanged) == ((), 1000)
    assert progress.steps == [("reading", 1000, 1000)]


def test_plan_reads_the_tree_once_when_a_category_is_named() -> None:
    """One look answers for all entries."""
    library = Library(build.live_video("v1", category=2), categories=NEWS)

    plan = plan_of(build.desired(build.video("v1", category="News/Sports"), build.video("v2", category=None)), library)

    assert library.calls("read") == {"GetCategories": 1, "GetVideoInfos": 1}
    assert (plan.summary.unchanged, plan.summary.missing) == (1, 1)


def test_plan_of_equal_values_in_other_forms_is_empty() -> None:
    """The equalities of the contract: tags as a set, a newline of the service, a signed cover, an id for a path."""
    library = Library(
        build.live_video("v1", description="text\n", tags=("b", "a"), category=2, cover="http://h/a.jpg?v=1"),
        build.live_video("v2", category=2),
        categories=NEWS,
    )
    wanted = build.desired(
        build.video(
            "v1",
            description="text",
            tags=("a", "b"),
            category="News/Sports",
            cover="http://h/a.jpg?auth_key=17-0-0-ab&v=1",
        ),
        build.video("v2", category=2),
    )

    assert plan_of(wanted, library).changes == ()


def test_plan_of_partial_tags_holds_the_whole_set_that_results() -> None:
    """Adding and removing keeps the other tags in their order."""
    library = Library(build.live_video("v1", tags=("c", "a", "b")))

    (change,) = plan_of(
        build.desired(build.video("v1", tags=TagEdit(add=("d", "a"), remove=("b", "z")))), library
    ).changes

    assert (change.before, change.after) == ({"tags": ["c", "a", "b"]}, {"tags": ["c", "a", "d"]})


def test_plan_of_partial_tags_over_the_limit_is_an_error_at_the_entry() -> None:
    """Only the library knows how many there are already."""
    library = Library(build.live_video("v1", tags=[f"t{number}" for number in range(16)]))

    (found,) = problems(library, build.video("v1", tags=TagEdit(add=("one more",), remove=()), line=12))

    assert found.code == "VP306"
    assert found.span is not None
    assert found.span.line == 12


def test_plan_finds_assets_by_reference_and_writes_to_their_id() -> None:
    """The address stays as it was written."""
    library = Library(build.live_video("v1", title="Old"), references={"v1": "cms-1"})

    (change,) = plan_of(build.desired(build.video("ref:cms-1", title="New")), library).changes

    assert (str(change.address), change.id) == ("video/ref:cms-1", "v1")


@pytest.mark.parametrize("second", ["ref:cms-1", "v1"])
def test_plan_with_two_entries_for_one_asset_is_an_error_at_the_later(second: str) -> None:
    """By id and by reference, in whichever order they stand."""
    library = Library(build.live_video("v1", title="Old"), build.live_video("v2"), references={"v1": "cms-1"})
    first = "v1" if second != "v1" else "ref:cms-1"

    (found,) = problems(
        library, build.video(first, title="a", line=1), build.video(second, title="b", line=5), build.video("v2")
    )

    assert (found.code, found.span and found.span.line) == ("VP305", 5)
    assert "are the same asset, v1" in found.detail


def test_plan_with_an_image_by_id_and_by_url_is_an_error() -> None:
    """The URL turns out to be that image."""
    library = Library(build.live_image("i1"), urls={"i1": "http://h/a.png"})

    (found,) = problems(library, build.image("i1", title="a"), build.image("url:http://h/a.png", absent=True, line=2))

    assert found.code == "VP305"


def test_plan_may_delete_the_snapshots_of_a_video_and_change_the_video() -> None:
    """They share the video's id and are other things."""
    library = Library(build.live_video("v1", title="a"), snapshots={("v1", "SpriteSnapshot"): 4})
    wanted = build.desired(
        build.video("v1", title="b"),
        build.image("video:v1:SpriteSnapshot", absent=True),
        build.image("video:v1:CoverSnapshot", absent=True),
    )

    plan = plan_of(wanted, library)

    assert names(plan) == ["update video/v1", "delete image/video:v1:SpriteSnapshot"]
    assert plan.summary.unchanged == 1


def test_plan_lists_every_problem_in_order_of_file_and_line() -> None:
    """All errors of all files in one run, those of categories among them."""
    library = Library(build.live_video("v1"), build.live_image("i1"), categories=NEWS)

    found = problems(
        library,
        build.video("v1", category="Nowhere", file="manifests/b.yaml", line=3),
        build.image("i1", category=77, file="manifests/a.yaml", line=9),
        build.category("News/Sports", renamed_from="News/Sport"),
        build.category("News/Games", absent=True, file="manifests/a.yaml", line=2),
        build.category("News/Games/Chess", file="manifests/a.yaml", line=1),
    )

    assert [(one.code, one.span and (one.span.file, one.span.line)) for one in found] == [
        ("VP304", ("manifests/a.yaml", 1)),
        ("VP301", ("manifests/a.yaml", 9)),
        ("VP301", ("manifests/b.yaml", 3)),
    ]


def test_plan_of_missing_assets_reports_those_that_are_wanted_and_counts_those_that_are_not() -> None:
    """Absent and gone is as wanted; anything else is missing, also when only its source is to go."""
    wanted = build.desired(
        build.video("v1", absent=True), build.video("v2", title="x", line=4), build.video("v3", source_absent=True)
    )

    plan = plan_of(wanted, Library())

    assert [str(one.address) for one in plan.missing] == ["video/v2", "video/v3"]
    assert plan.missing[0].source == build.at(4)
    assert (plan.changes, plan.summary.unchanged, plan.summary.missing) == ((), 1, 2)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (build.TODAY - datetime.timedelta(days=1), True),
        (build.TODAY, True),
        (build.TODAY + datetime.timedelta(days=1), False),
        (None, True),
    ],
)
def test_removals_are_planned_from_their_day_on(after: datetime.date | None, due: bool) -> None:
    """On the day itself, UTC, the removal is due; before it the plan says scheduled and nothing else."""
    library = Library(
        build.live_video("v1"),
        build.live_video("v2", title="t"),
        categories=NEWS,
        parts={"v2": build.parts(build.stream("j1"), build.stream("j2"))},
    )
    wanted = build.desired(
        build.video("v1", absent=True, after=after, reason="Licence"),
        build.video("v2", title="t", source_absent=True, streams=StreamRemoval(jobs=("j1",)), after=after),
        build.category("News/Sports", absent=True, after=after, reason="Empty"),
    )

    plan = plan_of(wanted, library)

    expected = ["delete category/News/Sports", "delete video/v1", "delete_source video/v2", "delete_streams video/v2"]
    assert sorted(names(plan)) == (expected if due else [])
    assert sorted(f"{one.action} {one.address}" for one in plan.scheduled) == ([] if due else expected)
    assert plan.summary.scheduled == (0 if due else 4)
    assert plan.summary.unchanged == (0 if due else 1)


def test_scheduled_removal_of_parts_does_not_hold_the_entry_s_other_fields() -> None:
    """`after` is about what is removed."""
    library = Library(build.live_video("v1", title="Old"))
    tomorrow = build.TODAY + datetime.timedelta(days=1)

    plan = plan_of(build.desired(build.video("v1", title="New", source_absent=True, after=tomorrow)), library)

    assert names(plan) == ["update video/v1"]
    assert (plan.summary.scheduled, plan.summary.unchanged) == (1, 0)
    assert library.calls("read")["BatchGetMediaInfos"] == 0


def test_plan_of_parts_reads_them_in_batches_and_counts_an_entry_once() -> None:
    """Updated and stripped of its source is two changes of one entry; as wanted is one unchanged entry."""
    ids = [f"v{number:02}" for number in range(45)]
    library = Library(*[build.live_video(one, title="t") for one in ids], parts={"v00": build.parts(source=False)})

    wanted = [build.video(one, title="u" if one == "v01" else "t", source_absent=True) for one in ids]
    wanted[0] = build.video("v00", title="t", source_absent=True)
    plan = plan_of(build.desired(*wanted), library)

    assert library.calls("read")["BatchGetMediaInfos"] == 3
    assert (plan.summary.update, plan.summary.delete, plan.summary.unchanged) == (1, 44, 1)


def test_plan_of_an_updated_entry_whose_parts_are_gone_is_not_counted_as_unchanged() -> None:
    """It has a change."""
    library = Library(build.live_video("v1", title="a"), parts={"v1": build.parts(source=False)})

    plan = plan_of(build.desired(build.video("v1", title="b", source_absent=True)), library)

    assert (plan.summary.update, plan.summary.unchanged) == (1, 0)


def test_plan_of_parts_of_a_video_that_goes_while_planning_reports_it_missing() -> None:
    """Found at first, gone when its parts are asked for."""

    class Fleeting(Library):
        async def parts(self, ids: Sequence[str]) -> dict[str, object]:  # type: ignore[override]
            return {}

    plan = plan_of(build.desired(build.video("v1", source_absent=True)), Fleeting(build.live_video("v1")))

    assert [str(one.address) for one in plan.missing] == ["video/v1"]


def test_plan_of_an_image_by_a_url_that_nobody_can_look_up_is_not_certain() -> None:
    """It is deleted, the change says so, and saying so makes no second plan empty."""
    library = Library()
    library.doubtful_urls.add("http://h/x.png")

    (change,) = plan_of(build.desired(build.image("url:http://h/x.png", absent=True)), library).changes

    assert (change.certain, change.id, change.params["url"]) == (False, None, "http://h/x.png")


def test_plan_deletes_a_category_only_with_all_that_stands_in_it() -> None:
    """The guard holds a category with assets, and lets it go when each is deleted by the same plan."""
    library = Library(build.live_video("v1", category=2), build.live_image("i1", category=2), categories=NEWS)
    removal = build.category("News/Sports", absent=True)

    held = plan_of(build.desired(removal, build.video("v1", absent=True)), library)
    free = plan_of(build.desired(removal, build.video("v1", absent=True), build.image("i1", absent=True)), library)

    assert [(one.guard, one.number) for one in held.guards] == [("category_not_empty", "1")]
    assert free.guards == ()
    assert names(free) == ["delete image/i1", "delete video/v1", "delete category/News/Sports"]


def test_plan_of_a_part_of_the_manifests_measures_shares_by_all_of_them() -> None:
    """Choosing one asset with --only does not make it 100 % of the library."""
    library = Library(build.live_video("v1"))
    wanted = build.desired(build.video("v1", absent=True))
    policy = Policy(max_deletes=Bound(percent=5))

    alone = plan_of(wanted, library, policy=policy)
    among = plan_of(wanted, library, policy=policy, managed={"video": 20})

    assert [one.guard for one in alone.guards] == ["max_deletes"]
    assert (among.guards, among.managed) == ((), {"video": 20})


def test_plan_that_cannot_read_is_an_error_not_an_absence() -> None:
    """One failed batch ends it; the progress is closed."""
    library = Library(*[build.live_video(f"v{number:02}") for number in range(30)])
    library.fail_reads(Forbidden("no", operation="GetVideoInfos", status=403), on="GetVideoInfos", after=1)
    progress = FakeProgress()

    with pytest.raises(Forbidden):
        plan_of(build.desired(*[build.video(f"v{number:02}") for number in range(30)]), library, progress=progress)
    assert progress.steps == [("reading", 30, 20)]


class Silent(Library):
    """A reader that loses a key, or answers for another."""

    def __init__(self, answer: LiveBatch) -> None:
        super().__init__()
        self._answer = answer

    async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
        """See `LiveReader.read`."""
        yield self._answer


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (LiveBatch((), ("v1",)), "said nothing about v2"),
        (LiveBatch((), ("v1", "v2", "v3")), "that nobody asked for"),
        (LiveBatch((("v1", build.live_video("v1")),), ("v1", "v2")), "twice"),
    ],
)
def test_plan_by_a_reader_that_breaks_its_promise_is_a_bug(answer: LiveBatch, said: str) -> None:
    """Every key is answered once: silence must never pass for absence."""
    with pytest.raises(BugError, match=said):
        plan_of(build.desired(build.video("v1", absent=True), build.video("v2", absent=True)), Silent(answer))
