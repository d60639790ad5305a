"""A run is undone value by value: what is as it left it goes back, and nothing else is touched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from tests import build
from tests.fakes import Library, apply_of, plan_of
from tests.runs import RUN, run_of, undo_of
from vodplan.core.address import Address
from vodplan.core.change import Action
from vodplan.core.errors import StalePlan
from vodplan.core.history import ChangeState
from vodplan.core.live import LiveBatch
from vodplan.core.policy import Bound, Policy
from vodplan.core.undo import Conflict, Stuck
from vodplan.core.values import CoverFile, FieldValue, fingerprint

TREE = build.categories({"News": {"Sports": {}}, "Film": {}})
NEWS, FILM, SPORTS = 1, 2, 3


def _library() -> Library:
    return Library(
        build.live_video(
            "v1",
            title="Old",
            description="A text",
            tags=("a", "b"),
            category=SPORTS,
            cover="http://img.example.com/a.jpg",
        ),
        build.live_video("v2", title="Second"),
        build.live_image("i1", title="Poster", tags=("x",), category=FILM),
        categories=TREE,
        references={"v2": "cms-2"},
    )


def _values(library: Library, video: str = "v1") -> tuple[FieldValue, ...]:
    return library.video(video).values


def test_undo_puts_every_field_of_every_kind_back() -> None:
    """Titles, descriptions, whole tag sets, categories and covers, of videos and images, by id or by reference."""
    library = _library()
    before = library.snapshot()
    plan = plan_of(
        build.desired(
            build.video("v1", title="New", description="", tags=("c",), category=None, cover=""),
            build.video("ref:cms-2", title="Other", category="News"),
            build.image("i1", title="Card", tags=(), category="News/Sports"),
        ),
        library,
    )
    detail = run_of(plan, library)

    back, undo = undo_of(detail, library)
    report = apply_of(back, library)

    assert report.converged
    assert library.snapshot() == before
    assert (undo.conflicts, undo.stuck, undo.lost, undo.made, undo.unchanged) == ((), (), (), (), 0)
    assert [str(one.address) for one in back.changes] == ["image/i1", "video/v1", "video/v2"]
    assert {one.source.file for one in back.changes} == {f"undo {RUN}"}
    assert back.manifests_digest == build.DIGEST
    assert undo.desired.digest == fingerprint(f"undo {RUN}")


def test_undo_touches_only_the_fields_that_the_run_changed() -> None:
    """What was edited in other fields since stays."""
    library = _library()
    detail = run_of(plan_of(build.desired(build.video("v1", title="New")), library), library)
    library.change("video", "v1", description="Edited")

    back, _ = undo_of(detail, library)
    apply_of(back, library)

    assert [one.after for one in back.changes] == [{"title": "Old"}]
    assert _values(library)[:2] == ("Old", "Edited")


def test_undo_leaves_a_value_alone_that_was_edited_since() -> None:
    """It is listed with what was there before, what the run made of it, and what it is now; the other values go back."""
    library = _library()
    detail = run_of(
        plan_of(build.desired(build.video("v1", title="New", tags=("c",), category="Film")), library), library
    )
    library.change("video", "v1", tags=("d",), category=NEWS)

    back, undo = undo_of(detail, library)

    v1 = Address("video", "v1")
    assert undo.conflicts == (
        Conflict(address=v1, field="tags", before=["a", "b"], after=["c"], now=["d"]),
        Conflict(address=v1, field="category", before="News/Sports", after="Film", now="News"),
    )
    assert [one.after for one in back.changes] == [{"title": "Old"}]


def test_undo_of_what_is_back_already_is_empty() -> None:
    """Somebody put it back by hand, or it was undone before."""
    library = _library()
    detail = run_of(plan_of(build.desired(build.video("v1", title="New", tags=("c",))), library), library)
    library.change("video", "v1", title="Old", tags=("b", "a"))

    back, undo = undo_of(detail, library)

    assert back.empty
    assert (undo.unchanged, undo.conflicts) == (2, ())


def test_undo_of_a_removal_lists_what_went_with_all_that_is_known() -> None:
    """Nothing brings it back; its title, tags and category are in the run's record."""
    library = _library()
    plan = plan_of(build.desired(build.video("v1", absent=True), build.video("v2", title="Other")), library)
    detail = run_of(plan, library)

    back, undo = undo_of(detail, library)

    (lost,) = undo.lost
    assert (str(lost.address), lost.action) == ("video/v1", Action.DELETE)
    assert lost.before is not None
    assert (lost.before["title"], lost.before["tags"]) == ("Old", ["a", "b"])
    assert [str(one.address) for one in back.changes] == ["video/v2"]


def test_undo_of_a_cover_whose_old_image_the_run_deleted_is_stuck() -> None:
    """The address is known, and nothing stands behind it any more; other fields go back."""
    library = _library()
    library.media["image", "i1"].url = "https://img.example.com/a.jpg"
    cover = CoverFile(file="covers/a.png", sha256="a" * 64, size=9, delete_old=True)
    plan = plan_of(build.desired(build.video("v1", title="New", cover=cover)), library)
    detail = run_of(plan, library)

    back, undo = undo_of(detail, library)

    assert [(str(one.address), one.field, one.before, one.reason) for one in undo.stuck] == [
        (
            "video/v1",
            "cover",
            "http://img.example.com/a.jpg",
            "The run deleted the image at that address, image/i1.",
        )
    ]
    assert [str(one.address) for one in undo.lost] == ["image/i1"]
    assert [(str(one.address), sorted(one.after or {})) for one in back.changes] == [("video/v1", ["title"])]


def test_undo_of_a_cover_whose_old_image_is_still_there_puts_it_back() -> None:
    """A deletion that was not carried out took nothing."""
    library = _library()
    library.media["image", "i1"].url = "http://img.example.com/a.jpg"
    library.refuse("i1", "Forbidden.Image")
    cover = CoverFile(file="covers/a.png", sha256="a" * 64, size=9, delete_old=True)
    detail = run_of(plan_of(build.desired(build.video("v1", cover=cover)), library), library)

    back, undo = undo_of(detail, library)

    assert (undo.stuck, undo.lost) == ((), ())
    assert [one.after for one in back.changes] == [{"cover": "http://img.example.com/a.jpg"}]


def test_undo_for_an_asset_that_is_gone_by_now_says_so() -> None:
    """Somebody deleted it after the run."""
    library = _library()
    detail = run_of(plan_of(build.desired(build.video("v1", title="New")), library), library)
    del library.media["video", "v1"]

    back, undo = undo_of(detail, library)

    assert back.empty
    assert undo.stuck == (
        Stuck(address=Address("video", "v1"), field="", before={"title": "Old"}, reason="It does not exist now."),
    )


def test_undo_into_a_category_that_is_gone_puts_the_rest_back() -> None:
    """Once the last video was moved out of it, somebody removed the category; nothing brings that back."""
    library = _library()
    detail = run_of(plan_of(build.desired(build.video("v1", title="New", category="Film")), library), library)
    del library.tree[SPORTS]

    back, undo = undo_of(detail, library)

    assert [one.after for one in back.changes] == [{"title": "Old"}]
    assert undo.stuck == (
        Stuck(
            address=Address("video", "v1"),
            field="category",
            before="News/Sports",
            reason="The category does not exist now.",
        ),
    )


def test_undo_leaves_categories_that_the_run_made() -> None:
    """Others may use them by now; they are listed."""
    library = _library()
    detail = run_of(
        plan_of(build.desired(build.category("News/New"), build.video("v1", category="News/New")), library), library
    )

    back, undo = undo_of(detail, library)
    apply_of(back, library)

    assert undo.made == ("News/New",)
    assert _values(library)[3] == SPORTS
    assert [one.action for one in back.changes] == [Action.UPDATE]


def test_undo_renames_categories_back_from_the_top_down() -> None:
    """Also a category whose parent was renamed in the same run; ids stay, and so do the assets in them."""
    library = _library()
    detail = run_of(
        plan_of(
            build.desired(
                build.category("Nachrichten", renamed_from="News"),
                build.category("Nachrichten/Sport", renamed_from="Nachrichten/Sports", line=2),
            ),
            library,
        ),
        library,
    )
    assert {one.name for one in library.tree.values()} == {"Nachrichten", "Sport", "Film"}

    back, undo = undo_of(detail, library)
    report = apply_of(back, library)

    assert report.converged
    assert sorted(library.tree.values(), key=lambda one: one.id) == sorted(TREE, key=lambda one: one.id)
    assert (undo.stuck, undo.conflicts) == ((), ())


def test_undo_of_a_renaming_whose_name_is_taken_is_stuck() -> None:
    """The run gave the old name to a new category; both cannot have it."""
    library = _library()
    detail = run_of(
        plan_of(build.desired(build.category("Movies", renamed_from="Film"), build.category("Film", line=2)), library),
        library,
    )

    back, undo = undo_of(detail, library)

    assert back.empty
    assert [(str(one.address), one.field, one.before) for one in undo.stuck] == [("category/Movies", "path", "Film")]
    assert undo.made == ("Film",)


def test_undo_of_a_chain_of_renamings_goes_back_step_by_step() -> None:
    """Where one name waits for the other, the first undo frees it and the next one takes it."""
    library = Library(categories=build.categories({"B": {}, "C": {}}))
    detail = run_of(
        plan_of(
            build.desired(build.category("A", renamed_from="B"), build.category("B", renamed_from="C", line=2)), library
        ),
        library,
    )

    for _ in range(2):
        back, undo = undo_of(detail, library)
        apply_of(back, library)

    assert [one.name for one in library.tree.values()] == ["B", "C"]
    assert undo.stuck == ()


@pytest.mark.parametrize(("now", "stuck", "conflict"), [("Gone", 0, 1), (None, 1, 0), ("Film", 0, 0)])
def test_undo_of_a_renaming_looks_at_the_name_of_now(now: str | None, stuck: int, conflict: int) -> None:
    """Renamed again, removed, or renamed back by somebody."""
    library = _library()
    detail = run_of(plan_of(build.desired(build.category("Movies", renamed_from="Film")), library), library)
    if now is None:
        del library.tree[FILM]
    else:
        library.tree[FILM] = replace(library.tree[FILM], name=now)

    back, undo = undo_of(detail, library)

    assert back.empty
    assert (len(undo.stuck), len(undo.conflicts)) == (stuck, conflict)
    assert undo.unchanged == (1 if now == "Film" else 0)


@pytest.mark.parametrize(
    ("state", "undone"),
    [
        (ChangeState.INTENT, True),
        (ChangeState.UNKNOWN, True),
        (ChangeState.ALREADY, True),
        (ChangeState.REFUSED, False),
        (ChangeState.HELD, False),
        (ChangeState.PLANNED, False),
    ],
)
def test_undo_of_a_run_without_an_answer_goes_by_what_is_live(state: ChangeState, undone: bool) -> None:
    """A call that was about to be sent may have been done: reading tells. What was not tried is nobody's to undo."""
    library = _library()
    plan = plan_of(build.desired(build.video("v1", title="New")), library)
    detail = run_of(plan, library, states={0: state})

    back, _ = undo_of(detail, library)

    assert back.empty is not undone


def test_undo_leaves_what_was_so_before_the_run_came_to_it() -> None:
    """Somebody else made it so; the journal has no call for it."""
    library = _library()
    plan = plan_of(build.desired(build.video("v1", title="New")), library)
    library.change("video", "v1", title="New")
    detail = run_of(plan, library)
    assert detail.changes[0].state is ChangeState.ALREADY

    back, undo = undo_of(detail, library)

    assert back.empty
    assert (undo.conflicts, undo.unchanged) == ((), 0)


@pytest.mark.parametrize(("gone", "lost"), [(True, 1), (False, 0)])
def test_undo_of_a_removal_without_an_answer_looks_whether_it_is_gone(gone: bool, lost: int) -> None:
    """Only what is not there any more is listed as lost."""
    library = _library()
    kept = library.media["video", "v1"]
    detail = run_of(
        plan_of(build.desired(build.video("v1", absent=True)), library), library, states={0: ChangeState.INTENT}
    )
    if not gone:
        library.media["video", "v1"] = kept

    _, undo = undo_of(detail, library)

    assert len(undo.lost) == lost


def test_undo_of_an_undo_brings_the_run_back() -> None:
    """An undo is a run like any other."""
    library = _library()
    detail = run_of(
        plan_of(
            build.desired(
                build.video("v1", title="New", tags=(), category=None), build.category("Kino", renamed_from="Film")
            ),
            library,
        ),
        library,
    )
    after = library.snapshot()

    again = run_of(undo_of(detail, library)[0], library)
    apply_of(undo_of(again, library)[0], library)

    assert library.snapshot() == after


def test_undo_plan_is_held_by_the_guards_as_any_plan() -> None:
    """The shares in guards are of what the run's manifests managed."""
    library = _library()
    plan = plan_of(build.desired(build.video("v1", title="New")), library, managed={"video": 40})
    detail = run_of(plan, library)

    back, _ = undo_of(detail, library, policy=Policy(max_updates=Bound(count=0)))

    assert [one.guard for one in back.guards] == ["max_updates"]
    assert back.managed == {"video": 40}


class _Restless(Library):
    """A library in which the title of a video is another after each reading, for as long as there are titles."""

    def __init__(self, *titles: str) -> None:
        super().__init__(build.live_video("v1", title="Old"))
        self.detail = run_of(plan_of(build.desired(build.video("v1", title="New")), self), self)
        self.titles = list(titles)

    async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
        """See `LiveReader.read`."""
        async for batch in super().read(kind, keys):
            yield batch
        if getattr(self, "titles", []):
            self.change("video", "v1", title=self.titles.pop(0))


@pytest.mark.parametrize("titles", [["Edited"], ["Edited", "Again"]])
def test_undo_never_takes_an_edit_between_two_readings_for_the_run_s(titles: list[str]) -> None:
    """It is decided anew, and the edit is a conflict like any other."""
    library = _Restless(*titles)

    back, undo = undo_of(library.detail, library)

    assert back.empty
    assert [one.now for one in undo.conflicts] == titles[-1:]


def test_undo_of_a_library_that_never_rests_is_stale() -> None:
    """It says so instead of planning on sand."""
    library = _Restless(*["Edited", "New"] * 3)

    with pytest.raises(StalePlan, match="never twice the same") as caught:
        undo_of(library.detail, library)
    assert caught.value.next == f"vodplan undo {RUN}"


class _Vanishing(_Restless):
    """A library out of which a video goes after it was read once."""

    async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
        """See `LiveReader.read`."""
        async for batch in super().read(kind, keys):
            yield batch
        if hasattr(self, "detail"):
            self.media.pop(("video", "v1"), None)


def test_undo_never_plans_for_an_asset_that_went_between_two_readings() -> None:
    """It is decided anew, and what is gone is told as such."""
    library = _Vanishing()

    back, undo = undo_of(library.detail, library)

    assert (back.empty, back.missing) == (True, ())
    assert [one.reason for one in undo.stuck] == ["It does not exist now."]


def test_undo_of_a_renaming_below_a_name_with_a_slash_is_stuck() -> None:
    """Such a category has no path, so no manifest could ask for it either."""
    library = _library()
    wanted = build.desired(build.category("News/Sport", renamed_from="News/Sports"))
    detail = run_of(plan_of(wanted, library), library)
    library.tree[NEWS] = replace(library.tree[NEWS], name="Ne/ws")

    back, undo = undo_of(detail, library)

    assert back.empty
    assert [str(one.address) for one in undo.stuck] == ["category/News/Sport"]
