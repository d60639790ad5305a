"""Nothing loses its source file before that is safe elsewhere; what cannot be saved stays, and hinders nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests import build
from tests.fakes import Event, FakeJournal, FakeProgress, Library, apply_of, plan_of
from tests.unit.engine.test_apply import counts, verdicts
from vodplan.core.change import Change
from vodplan.core.desired import DesiredState, StreamRemoval
from vodplan.core.errors import Unavailable
from vodplan.core.ports import Refusal
from vodplan.core.report import ApplyReport
from vodplan.engine.limits import Limits

REFUSAL = Refusal(code="", message="It is not deleted, since there is no room.")


class Safe:
    """A backup into nowhere, in the library's log.

    refuses: ids that it cannot save.
    then:    called when something is saved.
    """

    def __init__(
        self,
        library: Library,
        *,
        refuses: tuple[str, ...] = (),
        then: Callable[[], None] = lambda: None,
        hangs: tuple[str, ...] = (),
    ) -> None:
        self._library = library
        self._refuses = refuses
        self._then = then
        self._hangs = hangs
        self.cut_off: list[str] = []

    async def save(self, change: Change, *, came: Callable[[int], None]) -> Refusal | None:
        """See `Backup.save`."""
        video = change.id or ""
        self._library.log.append(Event("save", change.action, (video,)))
        await asyncio.sleep(0)
        self._then()
        if video in self._hangs:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cut_off.append(video)
                raise
        came(7)
        return REFUSAL if video in self._refuses else None


def three() -> Library:
    """Three videos, an image, and a category with one of them."""
    return Library(
        build.live_video("v1", title="One", facts={"size": 7}),
        build.live_video("v2", title="Two", facts={"size": 7}),
        build.live_video("v3", title="Three", category=2),
        build.live_image("i1"),
        categories=build.categories({"News": {}, "Old": {}}),
        parts={"v2": build.parts(build.stream("j1", "HD"), build.stream("j2", "SD"), size=7)},
    )


def removals() -> DesiredState:
    """A video, the source and a stream of another, and an image are to go."""
    return build.desired(
        build.video("v1", absent=True),
        build.video("v2", source_absent=True, streams=StreamRemoval(jobs=("j1",))),
        build.video("v3", title="Third"),
        build.image("i1", absent=True),
    )


def applied(library: Library, safe: Safe, **more: object) -> ApplyReport:
    """Apply the removals."""
    plan = plan_of(removals(), library)
    library.log.clear()
    return apply_of(plan, library, backup=safe, **more)  # type: ignore[arg-type]


def order(library: Library) -> list[tuple[str, str]]:
    """What was saved and written, in order."""
    return [(one.what, one.operation) for one in library.log if one.what in ("save", "write")]


def test_sources_are_saved_after_the_updates_and_before_any_removal() -> None:
    """Updates do not wait for downloads; streams go after them too, since the record beside the source names them."""
    library = three()

    report = applied(library, Safe(library))

    assert report.complete
    first, *saved = order(library)[:3]
    assert first == ("write", "UpdateVideoInfos")
    assert sorted(saved) == [("save", "delete"), ("save", "delete_source")]
    assert sorted(order(library)[3:]) == [
        ("write", "DeleteImage"),
        ("write", "DeleteMezzanines"),
        ("write", "DeleteStream"),
        ("write", "DeleteVideo"),
    ]


def test_source_that_cannot_be_saved_stays_and_the_others_go() -> None:
    """The one is held with its reason; nothing of it is in the journal's intents."""
    library = three()
    journal = FakeJournal(library)

    report = applied(library, Safe(library, refuses=("v1",)), journal=journal)

    assert verdicts(report)["delete video/v1"] == "held"
    assert counts(report) == {"done": 4, "held": 1}
    assert [one.detail for one in report.outcomes if one.verdict == "held"] == [REFUSAL.message]
    assert library.has("video", "v1")
    assert not library.has("image", "i1")
    assert all("v1" not in event.ids for event in library.log if event.what in ("intent", "write"))


def test_refusal_of_the_service_while_saving_is_passed_on() -> None:
    """Code and request stand in the outcome."""
    library = three()
    safe = Safe(library)

    async def refuse(change: Change, *, came: Callable[[int], None]) -> Refusal | None:
        return Refusal(code="Forbidden", message="No.", request_id="R-1")

    safe.save = refuse  # type: ignore[method-assign]

    held = [one for one in applied(library, safe).outcomes if one.verdict == "held"]

    assert [(one.code, one.detail, one.request_id) for one in held] == [("Forbidden", "No.", "R-1")] * 2


def test_category_stays_when_a_source_in_it_was_not_saved() -> None:
    """A category is deleted with all in it, so it waits for those."""
    library = three()
    library.change("video", "v1", category=2)
    library.change("video", "v3", category=None)
    wanted = build.desired(build.video("v1", absent=True), build.category("Old", absent=True))
    plan = plan_of(wanted, library)

    report = apply_of(plan, library, backup=Safe(library, refuses=("v1",)))

    assert counts(report) == {"held": 2}


def test_nothing_is_saved_when_an_update_failed() -> None:
    """The removals are held then, and there is nothing to save for."""
    library = three()
    library.refuse_whole("v3")

    report = applied(library, Safe(library))

    assert [one for one, _ in order(library) if one == "save"] == []
    assert counts(report) == {"refused": 1, "held": 4}


def test_nothing_is_saved_once_too_much_failed() -> None:
    """A run that is to stop does not begin with downloads."""
    library = three()

    report = applied(library, Safe(library), stop=lambda: "The run was asked to stop.")

    assert [one for one, _ in order(library) if one == "save"] == []
    assert counts(report) == {"held": 5}


def test_without_removals_of_sources_nothing_is_saved() -> None:
    """Streams and images have no source file."""
    library = three()
    wanted = build.desired(build.video("v2", streams=StreamRemoval(jobs=("j1",))), build.image("i1", absent=True))
    progress = FakeProgress()

    report = apply_of(plan_of(wanted, library), library, backup=Safe(library), progress=progress)

    assert report.complete
    assert [one for one, _ in order(library) if one == "save"] == []
    assert [step for step, _, _ in progress.steps] == ["applying", "verifying"]


def test_canary_saves_what_the_canary_removes_and_then_the_rest() -> None:
    """A few changes that go ahead have their own sources saved before them."""
    library = three()
    library.log.clear()
    plan = plan_of(build.desired(build.video("v1", absent=True), build.video("v2", absent=True)), library)

    report = apply_of(plan, library, backup=Safe(library), limits=Limits(canary=1))

    assert report.complete
    events = [(one.what, one.ids) for one in library.log if one.what in ("save", "write")]
    assert events == [("save", ("v1",)), ("write", ("v1",)), ("save", ("v2",)), ("write", ("v2",))]


def test_wish_to_stop_ends_the_saving_soon() -> None:
    """A download of hours is not waited for; what is not safe by then is held, and nothing is removed."""
    library = three()
    stopped: list[str] = []
    safe = Safe(library, hangs=("v2",), then=lambda: stopped.append("The run was asked to stop."))

    report = applied(library, safe, stop=lambda: stopped[0] if stopped else "")

    assert safe.cut_off == ["v2"]
    assert counts(report) == {"done": 1, "held": 4}
    assert {one.detail for one in report.outcomes if one.verdict == "held"} == {"The run was asked to stop."}
    assert library.has("video", "v1")


def test_progress_tells_of_bytes_in_a_step_of_its_own() -> None:
    """Steps do not stand within each other, and what is left is counted after."""
    library = three()
    progress = FakeProgress()

    applied(library, Safe(library), progress=progress)

    assert [step for step in progress.steps if step[0] != "verifying"] == [
        ("applying", 5, 1),
        ("saving bytes", 14, 14),
        ("applying", 4, 4),
    ]


@pytest.mark.parametrize(
    ("video", "value", "held"),
    [
        ("v1", {"title": "Another"}, "delete video/v1"),
        ("v1", {"tags": ("keep",)}, "delete video/v1"),
        ("v2", {"tags": ("keep",)}, "delete_source video/v2"),
    ],
)
def test_video_that_changes_while_sources_are_saved_is_held(video: str, value: Mapping[str, object], held: str) -> None:
    """Saving can take hours, and what was approved before it may be wrong after it."""
    library = three()
    safe = Safe(library, then=lambda: library.change("video", video, **value))  # type: ignore[arg-type]

    report = applied(library, safe)

    assert [name for name, verdict in verdicts(report).items() if verdict == "held"] == [held]
    (outcome,) = [one for one in report.outcomes if one.verdict == "held"]
    assert outcome.detail == f"It changed while source files were saved ({next(iter(value))}); plan again."
    assert library.has("video", "v1") == (video == "v1")


def test_video_that_goes_while_sources_are_saved_is_gone_already() -> None:
    """What somebody else deleted is no reason to stop."""
    library = three()

    def gone() -> None:
        library.media.pop(("video", "v1"), None)

    report = applied(library, Safe(library, then=gone))

    assert verdicts(report)["delete video/v1"] == "already"
    assert report.complete


def test_library_that_cannot_be_read_again_after_saving_holds_the_removals() -> None:
    """Without a look, nobody knows."""
    library = three()
    error = Unavailable("The service could not be reached.", operation="GetCategories")
    safe = Safe(library, then=lambda: library.fail_reads(error, on="GetCategories"))

    report = applied(library, safe)

    assert verdicts(report)["delete video/v1"] == "held"
    assert library.has("video", "v1")
    held = {one.detail for one in report.outcomes if one.verdict == "held"}
    assert held == {
        "It was not read again after its source file was saved: The service could not be reached.",
    }


def test_failure_of_the_backup_itself_is_not_swallowed() -> None:
    """A mistake in the program is told as one, and nothing is removed."""
    library = three()

    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        applied(library, Safe(library, then=broken))

    assert library.has("video", "v1")
    assert library.has("image", "i1")
