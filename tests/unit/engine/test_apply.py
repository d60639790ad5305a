"""One apply from start to end: what is sent, in which order, and what becomes of each change."""

from __future__ import annotations

import pytest

from tests import build
from tests.fakes import Event, FakeJournal, FakeProgress, Library, apply_of, plan_of
from vodplan.core.desired import DesiredState, StreamRemoval
from vodplan.core.errors import (
    ApiError,
    CredentialsError,
    Forbidden,
    NotFound,
    Refused,
    RefusedByService,
    StalePlan,
    StoreError,
    Throttled,
    Unavailable,
    UnknownOutcome,
)
from vodplan.core.policy import Policy, Protection
from vodplan.core.report import ApplyReport, Verdict
from vodplan.core.values import TagEdit
from vodplan.engine.applier import IN_FLIGHT

NEWS = build.categories({"News": {"Sports": {}}, "Film": {}})


def verdicts(report: ApplyReport) -> dict[str, str]:
    """Change → verdict, with the code where there is one; the five counts are checked on the way."""
    assert sum(report.counts().values()) == len(report.outcomes)
    assert [one.change for one in report.outcomes] == list(range(len(report.outcomes)))
    return {f"{one.action} {one.address}": f"{one.verdict} {one.code}".strip() for one in report.outcomes}


def counts(report: ApplyReport) -> dict[str, int]:
    """The verdicts that occur."""
    return {verdict.value: count for verdict, count in report.counts().items() if count}


def many(number: int, title: str = "Old") -> Library:
    """So many videos."""
    return Library(*[build.live_video(f"v{one:03}", title=title) for one in range(number)])


def retitled(number: int) -> DesiredState:
    """So many videos with a new title."""
    return build.desired(*[build.video(f"v{one:03}", title="New") for one in range(number)])


def journalled(library: Library) -> None:
    """Each call has its intent before it and its outcome after it, in the one log of library and journal."""
    for what, step in (("intent", -1), ("outcome", 1)):
        events = library.log[::step]
        seen: list[Event] = []
        for event in events:
            if event.what == "write":
                seen.append(event)
            elif event.what == what:
                assert Event("write", event.operation, event.ids) in seen, f"{what} on the wrong side of {event}"
                seen.remove(Event("write", event.operation, event.ids))
        assert seen == [], f"no {what} for {seen}"


# The whole way


def test_apply_of_everything_makes_the_library_as_wanted_and_a_second_plan_empty() -> None:
    """Fields, tags, categories made, renamed and removed, streams, source, snapshots, images by id and URL, videos."""
    library = Library(
        build.live_video("v1", title="Old", tags=("a",), category=3),
        build.live_video("v2"),
        build.live_video("v3", category=2),
        build.live_image("i1", title="Poster"),
        build.live_image("i2"),
        categories=NEWS,
        references={"v2": "cms-2"},
        urls={"i2": "http://h/x.png"},
        parts={"v2": build.parts(build.stream("j1", "HD"), build.stream("j2", "SD"))},
        snapshots={("v1", "CoverSnapshot"): 2, ("v1", "NormalSnapshot"): 3},
        newline=True,
    )
    wanted = build.desired(
        build.category("News/Games", renamed_from="News/Sports"),
        build.category("News/Sports"),
        build.category("Art/Modern"),
        build.category("Film", absent=True),
        build.video("v1", title="New", description="text", tags=TagEdit(("b",), ("a",)), category="Art/Modern"),
        build.video("ref:cms-2", source_absent=True, streams=StreamRemoval(keep_definitions=("HD",))),
        build.video("v3", absent=True),
        build.image("i1", category="News/Games", tags=("p",)),
        build.image("url:http://h/x.png?auth_key=1", absent=True),
        build.image("video:v1:All", absent=True),
    )
    plan = plan_of(wanted, library)

    report = apply_of(plan, library)

    assert counts(report) == {"done": len(plan.changes)}
    assert report.converged
    assert plan_of(wanted, library).changes == ()
    assert library.video("v1").values[:3] == ("New\n", "text\n", ("b",))
    assert library.image("i1").values[3] == 3
    assert [one.job for one in library.media["video", "v2"].parts.streams] == ["j1"]
    assert library.media["video", "v2"].parts.source_present is False
    assert (library.has("video", "v3"), library.has("image", "i2"), library.snapshots) == (False, False, {})
    assert sorted(one.name for one in library.tree.values()) == ["Art", "Games", "Modern", "News", "Sports"]
    journalled(library)


def test_apply_of_45_updates_is_exactly_three_calls_and_a_second_apply_writes_nothing() -> None:
    """20 items a call; an applied plan is applied already."""
    library = many(45)
    plan = plan_of(retitled(45), library)

    first = apply_of(plan, library)
    second = apply_of(plan, library)

    assert library.calls("write") == {"UpdateVideoInfos": 3}
    assert [len(call.items) for call in library.sent] == [20, 20, 5]
    assert (counts(first), counts(second)) == ({"done": 45}, {"already": 45})


def test_apply_reads_every_asset_again_before_the_first_write_and_once_more_after_the_last() -> None:
    """3 calls to plan, 3 to look again, 3 to write, 3 to read back."""
    library = many(45)

    apply_of(plan_of(retitled(45), library), library)

    order = [event.what for event in library.log if event.operation.endswith("VideoInfos")]
    assert order[:6] == ["read"] * 6
    assert order[-3:] == ["read"] * 3
    assert set(order[6:-3]) == {"intent", "write", "outcome"}


def test_apply_sends_only_the_fields_that_change() -> None:
    """An equal field is nobody's business."""
    library = Library(build.live_video("v1", title="Old", description="same", tags=("a", "b")))

    apply_of(
        plan_of(build.desired(build.video("v1", title="New", description="same", tags=("b", "a"))), library), library
    )

    assert [item.fields for call in library.sent for item in call.items] == [{"title": "New"}]


def test_apply_of_an_empty_plan_calls_nothing() -> None:
    """Nothing to do is done."""
    library = many(1, title="New")
    plan = plan_of(retitled(1), library)
    library.log.clear()

    report = apply_of(plan, library)

    assert (report.complete, report.converged, library.calls("read")) == (True, True, {})


def test_apply_goes_by_rank_categories_first_and_deleted_categories_last() -> None:
    """Renames from the top down; parents made before children; updates; streams, sources, assets; categories."""
    library = Library(
        build.live_video("v1", category=3),
        build.live_video("v2"),
        build.live_video("v3"),
        build.live_video("v4", category=2),
        categories=NEWS,
        parts={"v2": build.parts(build.stream("j1"), build.stream("j2"))},
    )
    wanted = build.desired(
        build.category("Papers/Games", renamed_from="Papers/Sports"),
        build.category("Papers", renamed_from="News"),
        build.category("Papers/Games/Chess"),
        build.category("Film", absent=True),
        build.video("v1", category="Papers/Games/Chess"),
        build.video("v2", streams=StreamRemoval(jobs=("j1",))),
        build.video("v3", source_absent=True),
        build.video("v4", absent=True),
    )

    report = apply_of(plan_of(wanted, library), library)

    assert report.converged
    assert [(call.operation, call.items[0].id) for call in library.sent] == [
        ("UpdateCategory", "1"),
        ("UpdateCategory", "3"),
        ("AddCategory", ""),
        ("UpdateVideoInfos", "v1"),
        ("DeleteStream", "v2"),
        ("DeleteMezzanines", "v3"),
        ("DeleteVideo", "v4"),
        ("DeleteCategory", "2"),
    ]
    made = next(one for one in library.tree.values() if one.name == "Chess")
    assert library.video("v1").values[3] == made.id
    assert made.parent == 3


def test_apply_journals_the_values_before_each_call() -> None:
    """What undo will need."""
    library = many(1)
    journal = FakeJournal(library)

    report = apply_of(plan_of(retitled(1), library), library, journal=journal)

    assert journal.before[0][0].before == {"title": "Old"}
    assert journal.outcomes == [report.outcomes]
    assert journal.report is report
    assert [event.what for event in library.log if event.what != "read"] == [
        "begin",
        "intent",
        "write",
        "outcome",
        "end",
    ]


# Refused before anything is written


def nothing_written(library: Library, before: object) -> bool:
    """Whether the library is as it was, and nobody tried."""
    return library.snapshot() == before and library.calls("write") == {} and Event("begin") not in library.log


def test_apply_of_a_stale_plan_writes_nothing_and_lists_what_moved() -> None:
    """One asset that moved stops all of them."""
    library = many(30)
    plan = plan_of(retitled(30), library)
    library.change("video", "v007", title="Third")
    before = library.snapshot()

    with pytest.raises(StalePlan) as caught:
        apply_of(plan, library)

    assert caught.value.moved == ('video/v007 title: planned on "Old", now "Third"',)
    assert nothing_written(library, before)


@pytest.mark.parametrize("allowed", [None, 0, 2])
def test_apply_of_removals_without_their_exact_number_reads_and_writes_nothing(allowed: int | None) -> None:
    """Refused before the first call."""
    library = many(1)
    plan = plan_of(build.desired(build.video("v000", absent=True)), library)
    library.log.clear()

    with pytest.raises(Refused):
        apply_of(plan, library, allow_deletes=allowed)

    assert library.log == []


def test_apply_of_an_asset_that_is_protected_by_now_is_refused() -> None:
    """The tag was set after planning and review."""
    library = many(1)
    policy = Policy(protect=(Protection(any_tags=frozenset({"keep"})),))
    plan = plan_of(build.desired(build.video("v000", source_absent=True)), library, policy=policy)
    library.change("video", "v000", tags=("keep",))
    before = library.snapshot()

    with pytest.raises(Refused, match="protect"):
        apply_of(plan, library, policy=policy)

    assert nothing_written(library, before)


def test_apply_that_cannot_read_again_writes_nothing() -> None:
    """No look, no write."""
    library = many(30)
    plan = plan_of(retitled(30), library)
    library.fail_reads(Unavailable("down", operation="GetVideoInfos"), on="GetVideoInfos", after=1)
    before = library.snapshot()

    with pytest.raises(Unavailable):
        apply_of(plan, library)

    assert nothing_written(library, before)


# Failures of single items and whole calls


def test_apply_names_the_refused_item_of_a_batch_and_does_the_rest() -> None:
    """An answer that lists refused ids."""
    library = many(25)
    library.refuse("v003", "Forbidden")

    report = apply_of(plan_of(retitled(25), library), library)

    refused = [one for one in report.outcomes if one.verdict is Verdict.REFUSED]
    assert [(str(one.address), one.code, one.detail) for one in refused] == [
        ("video/v003", "Forbidden", "Not this one.")
    ]
    assert counts(report) == {"done": 24, "refused": 1}
    assert library.video("v004").values[0] == "New"
    assert not report.converged
    assert report.unconverged == ()


def test_apply_splits_a_call_that_is_refused_as_a_whole_until_the_bad_item_is_alone() -> None:
    """The others go through; every part has its lines in the journal."""
    library = many(20)
    library.refuse_whole("v013")

    report = apply_of(plan_of(retitled(20), library), library)

    assert counts(report) == {"done": 19, "refused": 1}
    assert verdicts(report)["update video/v013"] == "refused InvalidParameter"
    assert [len(call.items) for call in library.sent][:3] == [20, 10, 10]
    assert len(library.sent) == 11
    journalled(library)


def test_apply_does_not_split_what_the_key_may_not_do() -> None:
    """Forbidden is about the key, not about an item."""
    library = many(20)
    library.fail(Forbidden("no", operation="UpdateVideoInfos", status=403, code="Forbidden.RAM"), on="UpdateVideoInfos")

    report = apply_of(plan_of(retitled(20), library), library)

    assert (len(library.sent), counts(report)) == (1, {"refused": 20})
    assert {one.code for one in report.outcomes} == {"Forbidden.RAM"}


def test_apply_counts_what_stays_throttled_as_refused_and_goes_on() -> None:
    """Nothing of the call was done; other calls have budgets of their own."""
    library = Library(build.live_video("v1"), build.live_image("i1"))
    library.fail(Throttled("slow", operation="UpdateVideoInfos", code="Throttling.User"), on="UpdateVideoInfos")

    report = apply_of(
        plan_of(build.desired(build.video("v1", title="a"), build.image("i1", title="b")), library), library
    )

    assert verdicts(report) == {"update image/i1": "done", "update video/v1": "refused Throttling.User"}


def test_apply_of_an_update_whose_asset_goes_meanwhile_is_refused_and_of_a_removal_already() -> None:
    """Gone is what a removal wants; an update wants it to be there."""

    class Vanishing(Library):
        async def write(self, call):  # type: ignore[no-untyped-def]  # as in Library
            for item in call.items:
                self.media.pop((call.kind, item.id), None)
            return await super().write(call)

    library = Vanishing(build.live_video("v1"), build.live_image("i1"))

    updated = apply_of(plan_of(build.desired(build.video("v1", title="a")), library), library)
    removed = apply_of(plan_of(build.desired(build.image("i1", absent=True)), library), library)

    assert verdicts(updated) == {"update video/v1": "refused NotFound"}
    assert verdicts(removed) == {"delete image/i1": "already"}


def test_apply_of_a_single_item_that_the_service_does_not_know_is_refused() -> None:
    """An error for the whole call of one item is that item's."""
    library = many(2)
    library.fail(
        NotFound("no", operation="UpdateVideoInfos", status=404, code="InvalidVideo.NotFound"), on="UpdateVideoInfos"
    )

    report = apply_of(plan_of(retitled(2), library), library)

    assert len(library.sent) == 3
    assert verdicts(report) == dict.fromkeys(
        ["update video/v000", "update video/v001"], "refused InvalidVideo.NotFound"
    )


# What holds what


def mixed() -> tuple[Library, DesiredState]:
    """An update, a category to be made with its use, removals of every sort, a category to go."""
    library = Library(
        build.live_video("v1", title="Old"),
        build.live_video("v2"),
        build.live_video("v3", category=2),
        build.live_image("i1"),
        categories=NEWS,
        parts={"v2": build.parts(build.stream("j1"), build.stream("j2"))},
    )
    wanted = build.desired(
        build.category("Art"),
        build.category("Film", absent=True),
        build.video("v1", title="New"),
        build.video("v2", category="Art", source_absent=True, streams=StreamRemoval(jobs=("j1",))),
        build.video("v3", absent=True),
        build.image("i1", absent=True),
    )
    return library, wanted


REMOVALS = [
    "delete_streams video/v2",
    "delete_source video/v2",
    "delete image/i1",
    "delete video/v3",
    "delete category/Film",
]


def test_apply_with_a_failed_update_holds_every_removal() -> None:
    """Nothing is deleted on a library that is not as reviewed; the other updates are done."""
    library, wanted = mixed()
    library.refuse("v1", "Forbidden")

    report = apply_of(plan_of(wanted, library), library)

    assert verdicts(report) == {
        "create category/Art": "done",
        "update video/v1": "refused Forbidden",
        "update video/v2": "done",
        **dict.fromkeys(REMOVALS, "held"),
    }
    assert all(not call.operation.startswith("Delete") for call in library.sent)
    held = next(one for one in report.outcomes if one.verdict is Verdict.HELD)
    assert "video/v1 is not" in held.detail


def test_apply_with_a_category_that_was_not_made_holds_what_needs_it_and_the_removals() -> None:
    """An asset is never put into another category instead."""
    library, wanted = mixed()
    library.fail(
        RefusedByService("full", operation="AddCategory", status=400, code="SubTotalExceededMax"), on="AddCategory"
    )

    report = apply_of(plan_of(wanted, library), library)

    assert verdicts(report) == {
        "create category/Art": "refused SubTotalExceededMax",
        "update video/v1": "done",
        "update video/v2": "held",
        **dict.fromkeys(REMOVALS, "held"),
    }
    assert library.video("v2").values[3] is None


def test_apply_with_a_category_that_was_not_made_holds_those_below_it() -> None:
    """A child needs its parent's id."""
    library = Library()
    library.fail(RefusedByService("no", operation="AddCategory", code="X"), on="AddCategory")

    report = apply_of(plan_of(build.desired(build.category("A/B/C")), library), library)

    assert verdicts(report) == {
        "create category/A": "refused X",
        "create category/A/B": "held",
        "create category/A/B/C": "held",
    }
    assert 'The category "A" was not made.' in report.outcomes[1].detail


@pytest.mark.parametrize(("old", "new"), [("Film", "Cinema"), ("News/Sports", "News/Games")])
def test_apply_with_a_failed_renaming_holds_the_new_category_of_the_old_name_and_those_below(
    old: str, new: str
) -> None:
    """Else two categories of one name would stand there."""
    library = Library(categories=NEWS)
    library.fail(RefusedByService("no", operation="UpdateCategory", code="X"), on="UpdateCategory")
    wanted = build.desired(
        build.category(new, renamed_from=old), build.category(old), build.category(f"{new}/Deep"), build.category("Art")
    )
    before = set(library.tree)

    report = apply_of(plan_of(wanted, library), library)

    assert verdicts(report) == {
        f"rename category/{new}": "refused X",
        f"create category/{old}": "held",
        f"create category/{new}/Deep": "held",
        "create category/Art": "done",
    }
    assert [library.tree[one].name for one in set(library.tree) - before] == ["Art"]


@pytest.mark.parametrize("failing", ["v2", "v3", "i1"])
def test_apply_with_a_failed_removal_goes_on_with_the_others_but_keeps_categories(failing: str) -> None:
    """Each removal stands for itself, but a category takes along whatever is still in it."""
    library, wanted = mixed()
    plan = plan_of(wanted, library)
    operation = {"v2": "DeleteMezzanines", "v3": "DeleteVideo", "i1": "DeleteImage"}[failing]
    library.fail(RefusedByService("no", operation=operation, code="X"), on=operation)

    report = apply_of(plan, library)

    found = verdicts(report)
    assert found.pop("delete category/Film") == "held"
    assert sorted(found.values()) == ["done"] * (len(found) - 1) + ["refused X"]
    assert library.tree[2].name == "Film"


def test_apply_with_a_failed_category_deletion_keeps_those_above_it() -> None:
    """The parent would take the child along."""
    library = Library(categories=NEWS)
    library.fail(RefusedByService("no", operation="DeleteCategory", code="X"), on="DeleteCategory", having="3")
    wanted = build.desired(build.category("News", absent=True), build.category("News/Sports", absent=True))

    report = apply_of(plan_of(wanted, library), library)

    assert verdicts(report) == {"delete category/News/Sports": "refused X", "delete category/News": "held"}
    assert set(library.tree) == {1, 2, 3}


# No answer, no connection, no more


@pytest.mark.parametrize(
    ("done", "verdict", "said"),
    [
        (True, "done", "reading afterwards shows that it is done"),
        (False, "unknown Lost", "Reading afterwards shows that it is not done"),
    ],
)
def test_apply_settles_a_call_without_an_answer_by_reading(done: bool, verdict: str, said: str) -> None:
    """It is never sent again blindly; meanwhile the removals are held."""
    library = many(2)
    lost = UnknownOutcome("The answer got lost.", operation="UpdateVideoInfos", code="Lost")
    library.fail(lost, on="UpdateVideoInfos", done=done)
    waited: list[float] = []

    wanted = build.desired(build.video("v000", title="New"), build.video("v001", absent=True))
    report = apply_of(plan_of(wanted, library), library, waited=waited)

    assert verdicts(report) == {"update video/v000": verdict, "delete video/v001": "held"}
    assert said in report.outcomes[0].detail
    assert library.calls("write") == {"UpdateVideoInfos": 1}
    assert bool(waited) is not done


def test_apply_of_a_lost_deletion_that_was_done_is_done() -> None:
    """The asset is gone, whoever said so."""
    library = many(1)
    library.fail(UnknownOutcome("lost", operation="DeleteVideo"), on="DeleteVideo", done=True)

    report = apply_of(plan_of(build.desired(build.video("v000", absent=True)), library), library)

    assert verdicts(report) == {"delete video/v000": "done"}
    assert report.converged


@pytest.mark.parametrize(
    "error",
    [Unavailable("no connection", operation="UpdateVideoInfos"), CredentialsError("the token expired")],
)
def test_apply_that_loses_the_service_holds_all_that_was_not_done(error: Exception) -> None:
    """Nothing more is begun; what was done stays done; the report says why."""
    library = many(600)
    library.fail(error, on="UpdateVideoInfos", having="v200")  # type: ignore[arg-type]

    report = apply_of(plan_of(retitled(600), library), library)

    assert set(counts(report)) == {"done", "held"}
    assert len(library.sent) < 30
    held = [one for one in report.outcomes if one.verdict is Verdict.HELD]
    assert {str(error)} == {one.detail for one in held}
    assert "video/v200" in {str(one.address) for one in held}


def test_apply_that_loses_the_service_at_the_end_still_reports_every_outcome() -> None:
    """Reading back was not possible; that is said, and what was done is not forgotten."""
    library = many(1)
    plan = plan_of(retitled(1), library)
    library.fail_reads(Unavailable("The service is down.", operation="GetVideoInfos"), on="GetVideoInfos", after=1)

    report = apply_of(plan, library)

    assert (counts(report), report.unconverged, report.converged) == ({"done": 1}, None, False)
    assert report.verify_error == "The service is down."


def test_apply_that_is_asked_to_stop_finishes_what_is_under_way_and_holds_the_rest() -> None:
    """After the first call nothing more is begun."""
    library = many(400)
    plan = plan_of(build.desired(*retitled(400).assets[:399], build.video("v399", absent=True)), library)

    report = apply_of(plan, library, stop=lambda: "The run was asked to stop." if library.sent else "")

    assert report.interrupted
    assert len(library.sent) <= IN_FLIGHT
    assert counts(report) == {"done": 20 * len(library.sent), "held": 400 - 20 * len(library.sent)}
    assert report.outcomes[-1].detail == "The run was asked to stop."
    journalled(library)


@pytest.mark.parametrize("line", range(1, 7))
def test_apply_whose_journal_breaks_sends_nothing_afterwards(line: int) -> None:
    """What cannot be recorded is not done; whatever line it breaks at."""
    library = Library(categories=NEWS)
    wanted = build.desired(build.category("A"), build.category("B"), build.category("C"))
    plan = plan_of(wanted, library)

    with pytest.raises(StoreError):
        apply_of(plan, library, journal=FakeJournal(library, breaks_at=line, error=StoreError("disk full")))

    # Lines: begin, then intent and outcome of each call.
    assert len(library.sent) == (line - 1) // 2
    assert [event.what for event in library.log].count("intent") == len(library.sent)


def test_apply_whose_journal_breaks_among_calls_side_by_side_begins_no_other() -> None:
    """Calls under way end; those that wait are not sent."""
    library = many(400)
    plan = plan_of(retitled(400), library)

    with pytest.raises(StoreError):
        apply_of(plan, library, journal=FakeJournal(library, breaks_at=4, error=StoreError("disk full")))

    assert len(library.sent) == 2
    journal_lines = [event for event in library.log if event.what == "intent"]
    assert [event.ids for event in journal_lines] == [tuple(item.id for item in call.items) for call in library.sent]


def test_apply_tells_its_progress_step_by_step_to_the_end() -> None:
    """Everything that is to be applied or verified is told of once, what was already so included."""
    library = many(45)
    plan = plan_of(retitled(45), library)
    library.change("video", "v000", title="New")
    library.refuse_whole("v013")
    progress = FakeProgress()

    apply_of(plan, library, progress=progress)

    assert progress.steps == [("applying", 45, 45), ("verifying", 44, 44)]


# Reading back


def late(library: Library, reads: int) -> None:
    """Let the service show old values for so many reads after the first write, as it may."""
    shown = type(library)._by_id
    left = reads

    def by_id(kind: str, key: str):  # type: ignore[no-untyped-def]  # as in Library
        nonlocal left
        found = shown(library, kind, key)
        if library.sent and left and found is not None:
            left -= 1
            return build.live_video(key, title="Old")
        return found

    library._by_id = by_id  # type: ignore[method-assign]


def test_apply_waits_for_what_reads_back_late() -> None:
    """The service may show old values for a moment: it is asked again, ever more slowly, about those only."""
    library = many(2)
    plan = plan_of(retitled(2), library)
    late(library, 3)
    waited: list[float] = []

    report = apply_of(plan, library, waited=waited)

    assert report.converged
    assert waited == [0.5, 1.0]
    back = [event.ids for event in library.log if event.what == "read"][-3:]
    assert back == [("v000", "v001"), ("v000", "v001"), ("v000",)]


def test_apply_names_the_fields_that_did_not_take() -> None:
    """The service answered well and did something else."""
    library = many(2)
    plan = plan_of(retitled(2), library)
    late(library, 1000)
    waited: list[float] = []

    report = apply_of(plan, library, waited=waited)

    assert waited == [0.5, 1.0, 2.0, 4.0]
    assert report.unconverged is not None
    assert [(str(one.address), one.field, one.wanted, one.live) for one in report.unconverged] == [
        ("video/v000", "title", '"New"', '"Old"'),
        ("video/v001", "title", '"New"', '"Old"'),
    ]
    assert not report.converged
    assert report.complete


def test_apply_error_of_a_kind_that_nobody_expects_ends_the_run() -> None:
    """An error that no port names is a bug: nothing more is sent, and it is not swallowed."""
    library = many(400)
    library.fail(ZeroDivisionError("bug"), on="UpdateVideoInfos", having="v000")  # type: ignore[arg-type]

    with pytest.raises(ZeroDivisionError):
        apply_of(plan_of(retitled(400), library), library)

    assert len(library.sent) <= IN_FLIGHT


def test_api_errors_of_every_sort_leave_five_counts_that_add_up() -> None:
    """Whatever the service does."""
    errors: list[ApiError] = [
        kind("no", operation="DeleteVideo", code="X")
        for kind in (NotFound, Forbidden, Throttled, Unavailable, RefusedByService, UnknownOutcome, ApiError)
    ]
    for error in errors:
        library = many(25)
        library.fail(error, on="DeleteVideo", times=1)
        wanted = build.desired(*[build.video(f"v{one:03}", absent=True) for one in range(25)])

        report = apply_of(plan_of(wanted, library), library)

        assert sum(report.counts().values()) == 25
        assert len(verdicts(report)) == 25
