"""Every other result as a page: valid, closed to the world, and saying what to do next."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.cli import harness
from tests.unit.render import plans, runs
from tests.unit.render.html.corpus import HIDDEN, HOSTILE, read
from vodplan.core.change import Action
from vodplan.core.desired import DesiredState
from vodplan.core.diagnostics import Diagnostic, Severity, SourceSpan
from vodplan.core.errors import ApiError, ManifestError, StalePlan, UsageError, VodplanError
from vodplan.core.history import ChangeState
from vodplan.core.report import Unconverged, Verdict
from vodplan.core.undo import Conflict, Stuck, Undo
from vodplan.render.html import HtmlView
from vodplan.render.html.blocks import MOST_ROWS
from vodplan.render.results import (
    Applied,
    CheckShown,
    Data,
    Examined,
    Failure,
    LeaseShown,
    Listing,
    PlanShown,
    Result,
    Runs,
    RunShown,
    Script,
    Started,
    Toured,
    Undone,
    Unlocked,
    Validated,
)


def page_of(result: Result) -> str:
    """The one page that a result comes to."""
    (page,) = HtmlView().show(result)
    return page


def a_diagnostic(text: str) -> Diagnostic:
    """A mistake in a manifest."""
    span = SourceSpan(file=f"{text}.yaml", line=3, column=5, length=2)
    return Diagnostic(code="VP104", severity=Severity.ERROR, summary=text, detail=text, span=span, excerpt=text)


def failures(text: str) -> Sequence[VodplanError]:
    """One error of every form."""
    return (
        UsageError(text, next=text),
        ManifestError([a_diagnostic(text)]),
        StalePlan(text, moved=[text]),
        ApiError(text, operation=text, status=403, code=text, request_id=text),
        ApiError(text, operation="GetVideoInfos"),
    )


def results(text: str) -> Sequence[Result]:
    """One result of every kind that has a page of its own, a stranger's text in all of them."""
    plan = plans.a_plan(plans.a_change(facts={"title": text}, before={"title": text}, after={"title": f"{text}!"}))
    differing = [Unconverged(address=plans.a_missing().address, field=text, wanted=text, live=text)]
    checks = [CheckShown(name=text, ok=False, detail=text, next=text), CheckShown(name="b", ok=None, detail="")]
    return (
        *(Failure(error=error) for error in failures(text)),
        Applied(
            plan=plan, report=plans.a_report(plan, Verdict.REFUSED, unconverged=differing), document=b"", next=text
        ),
        Applied(plan=plan, report=plans.a_report(plan, unconverged=None), document=b"", every=True),
        Validated(files=[text], entries={"video": 2}, warnings=[a_diagnostic(text)]),
        Examined(target=text, checks=checks),
        Listing(member="names", heading=text, names={text: text}),
        Script(name="bash", text=text),
        Started(folder=text, written=[text], kept=[text]),
        Toured(steps=[(text, text, False)]),
        LeaseShown(target=text, lease=None),
        Unlocked(target=text, lease=None),
        Runs(runs=[], asset=text),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_result_hostile_text_changes_no_element(text: str) -> None:
    """The elements are those of a harmless result, and nothing that hides is in the text."""
    for hostile, harmless in zip(results(text), results("harm less"), strict=True):
        page = page_of(hostile)
        found = read(page)

        page.encode("utf-8")
        assert not set(page) & HIDDEN
        ours = [one.tag for one in found.elements if one.tag not in ("bdi", "span", "p")]
        assert ours == [one.tag for one in read(page_of(harmless)).elements if one.tag not in ("bdi", "span", "p")]
        assert found.policy["default-src"] == "'none'"
        assert found.policy["img-src"] == "'none'"


def test_failure_says_what_where_and_what_next() -> None:
    """The message, every finding with its place, the call, and the command."""
    page = page_of(Failure(error=ManifestError([a_diagnostic("wrong")])))
    assert "1 error in the manifests." in page
    assert "wrong.yaml:3:5" in page
    assert "vodplan validate" in page
    assert "exit code 3" in page

    page = page_of(
        Failure(error=ApiError("No.", operation="GetVideoInfos", status=503, code="Down", request_id="4B5D"))
    )
    for text in ("No.", "GetVideoInfos", "503", "Down", "4B5D", "vodplan doctor"):
        assert text in page


def test_report_converged_says_so_and_lists_all_where_wanted() -> None:
    """A good end looks like one."""
    plan = plans.full_plan()

    short = page_of(Applied(plan=plan, report=plans.a_report(plan), document=b""))
    long = page_of(Applied(plan=plan, report=plans.a_report(plan), document=b"", every=True))

    assert "The library reads back as planned." in short
    assert "<table>" not in short
    assert long.count("<tr>") == 1 + len(plan.changes)


def test_history_run_shows_its_changes_and_their_outcomes() -> None:
    """Who ran what when, and what became of each change."""
    change = plans.a_change()
    detail = runs.a_run(ChangeState.DONE, changes=[change])

    page = page_of(RunShown(detail=detail, next="vodplan apply --resume x"))

    for text in (runs.RUN, "ada", "Opening match → The opening match", "done", "vodplan apply --resume x"):
        assert text in page
    assert runs.RUN in page_of(Runs(runs=[detail.record], more=True))


def test_table_longer_than_a_person_reads_says_how_many_are_left_out() -> None:
    """A page is for people; the JSON has every row."""
    page = page_of(Listing(member="names", heading="Names", names={str(n): "x" for n in range(MOST_ROWS + 7)}))

    assert page.count("<tr>") == MOST_ROWS + 1
    assert "And 7 more" in page


def test_plan_preview_gives_nothing() -> None:
    """What is about to be applied is followed by the report, which is the page."""
    assert list(HtmlView().show(PlanShown(plan=plans.full_plan(), preview=True))) == []


def test_schema_is_the_same_document_in_every_format() -> None:
    """What is made for programs is not dressed up."""
    assert page_of(Data(document={"a": 1})) == '{\n  "a": 1\n}\n'


@pytest.mark.parametrize("argv", [("plan", "--format", "html", "--bogus"), ("show", "nothing.json", "--format=html")])
def test_command_failure_is_a_page_on_stdout(argv: tuple[str, ...]) -> None:
    """A pipeline that writes HTML gets a page whatever happens, a mistyped flag included."""
    ran = harness.run(*argv)

    assert ran.code in (64, 3)
    assert ran.err == ""
    assert "What went wrong" in ran.out
    assert read(ran.out).policy["default-src"] == "'none'"


@pytest.mark.parametrize("text", HOSTILE)
def test_undo_page_is_the_plan_and_what_it_leaves_out(text: str) -> None:
    """What was edited since, cannot be put back, is gone or stays stands below the plan, as text."""
    address = plans.a_missing().address
    undo = Undo(
        run=text,
        desired=DesiredState(assets=(), categories=(), digest=""),
        conflicts=(Conflict(address=address, field=text, before=text, after=text, now=text),),
        stuck=(Stuck(address=address, field=text, before=[text], reason=text),),
        lost=(plans.a_change(Action.DELETE, before={"title": text}, reason=text),),
        made=(text,),
        unchanged=3,
    )

    page = page_of(Undone(plan=plans.a_plan(plans.a_change()), undo=undo, next="vodplan apply"))

    for heading in ("Edited since", "Cannot be put back", "Gone for good", "Made by the run", "3 values are as before"):
        assert heading in page
    assert not set(page) & HIDDEN
    assert len(read(page).all("script")) == 3


@pytest.mark.parametrize(
    ("result", "title"),
    [
        (Started(folder="x", written=[], kept=[]), "A repository for manifests"),
        (Toured(steps=[]), "The tour"),
        (LeaseShown(target="lab", lease=None), "Lock of lab"),
        (Unlocked(target="lab", lease=None), "Lock of lab"),
        (Script(name="bash", text=""), "Completion script for bash"),
        (Runs(runs=[]), "Runs"),
    ],
)
def test_result_page_says_what_it_is(result: Result, title: str) -> None:
    """A page that is opened a week later has a name."""
    assert read(page_of(result)).one("title").text == title


def test_history_run_that_did_not_take_names_the_fields() -> None:
    """What was wanted, and what is there."""
    differing = Unconverged(address=plans.a_missing().address, field="title", wanted='"New"', live='"Old"')

    page = page_of(RunShown(detail=runs.a_run(ChangeState.DONE, unconverged=(differing,))))

    assert "What did not take" in page
    assert "&#34;New&#34;" in page
