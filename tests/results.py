"""One sample of every result a command can have, for tests that hold for each of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from tests.unit.render.plans import OTHER, a_change, a_plan, a_report, full_plan
from tests.unit.render.runs import RUN, a_lease, a_run
from tests.unit.render.surveys import a_survey
from vodplan.core import errors
from vodplan.core.address import Address
from vodplan.core.change import Action
from vodplan.core.desired import DesiredState
from vodplan.core.diagnostics import Diagnostic, Severity, SourceRef, SourceSpan
from vodplan.core.drift import Drift, DriftItem, Origin, OriginKind
from vodplan.core.edited import FileEdit, FileEdits, LeftAlone
from vodplan.core.exported import ExportReport, NotWritten
from vodplan.core.history import ChangeState, RunStatus
from vodplan.core.plan import NotConverging, Plan, Reading, RuleUse
from vodplan.core.report import Unconverged, Verdict
from vodplan.core.tiers import Tier
from vodplan.core.undo import Conflict, Stuck, Undo
from vodplan.core.unmanaged import Amount, Unmanaged, UnmanagedAsset
from vodplan.render.results import (
    Applied,
    CheckShown,
    Data,
    DriftShown,
    Examined,
    Exported,
    Failure,
    FilesEdited,
    LeaseShown,
    LibraryExported,
    Listing,
    PlanShown,
    Result,
    Runs,
    RunShown,
    Script,
    Selected,
    Started,
    SurveyShown,
    Toured,
    Undone,
    Unlocked,
    UnmanagedShown,
    Validated,
)

ADDRESS = Address("video", "v1")
PLACE = SourceRef("manifests/news.yaml", 12)
TITLE = "Opening match"
UNCONVERGED = Unconverged(address=ADDRESS, field="title", wanted='"a"', live='"b"')


def rich_plan() -> Plan:
    """A plan with every part that a plan can have, values in every field of a removal, and origins."""
    plan = full_plan()
    changes = [dataclasses.replace(one, rule="retire-old", origins={"title": "branch"}) for one in plan.changes]
    return dataclasses.replace(
        plan,
        changes=tuple(changes),
        unconverged=(NotConverging(address=ADDRESS, field="tags", wanted=["a"], live=["b"], source=PLACE),),
        reading=Reading(why="The search index is used.", assets=9, by_id=9, snapshot="2026-01-02", since="main"),
        rules=(RuleUse(name="retire-old", query="kind video", matches=3, limit=5, source=PLACE),),
        base="main (0a1b2c3d4e5f)",
    )


def a_finding(severity: Severity = Severity.ERROR) -> Diagnostic:
    """A diagnostic with a place and its line."""
    return Diagnostic(
        code="VP104",
        summary="Unknown field",
        detail='"titel" is not a field of a video.',
        span=SourceSpan("manifests/news.yaml", 12, 5, 5),
        excerpt="    titel: Opening match",
        severity=severity,
    )


def a_drift() -> Drift:
    """A difference of every tier and origin, of texts and of lists."""
    items = [
        DriftItem(
            address=ADDRESS,
            id="v1",
            field="title" if place % 2 else "tags",
            wanted="Opening match" if place % 2 else ["a"],
            live="Closing match" if place % 2 else ["b"],
            source=PLACE,
            tier=tier,
            rule=0,
            origin=Origin(kind=kind, run=RUN, at="2026-11-21T09:30:13.000Z", left="x"),
            title=TITLE,
        )
        for place, (tier, kind) in enumerate((tier, kind) for tier in Tier for kind in OriginKind)
    ]
    plan = full_plan()
    return Drift(
        target=plan.target,
        created_at=plan.created_at,
        vodplan_version="0.1.0",
        manifests_digest="a" * 64,
        items=tuple(items),
        snapshot="2026-01-02T03:04:05Z",
    )


def failures() -> Mapping[str, errors.VodplanError]:
    """An error of every class, with all that it can carry; without ApplyIncomplete, which is a report."""
    call = {"operation": "GetVideoInfos", "status": 500, "code": "InternalError", "request_id": "R1"}
    plain = (
        *(errors.UsageError, errors.ConfigError, errors.Refused, errors.Locked, errors.CredentialsError),
        *(errors.StoreError, errors.BugError),
    )
    of_calls = (
        *(errors.ApiError, errors.NotFound, errors.Forbidden, errors.Throttled, errors.Unavailable),
        *(errors.InvalidAnswer, errors.RefusedByService, errors.UnknownOutcome),
    )
    made: list[errors.VodplanError] = [one("It did not work.\nAt all.", next="vodplan plan") for one in plain]
    made += [one("It failed.", next="vodplan plan", **call) for one in of_calls]  # type: ignore[arg-type]
    made.append(errors.ManifestError([a_finding(), a_finding(), a_finding(Severity.WARNING)]))
    made.append(errors.StalePlan("It moved.", moved=["video/a title: x"]))
    return {type(one).__name__: one for one in made}


def results() -> Mapping[str, Result]:
    """Name → a sample; every member of `Result` has at least one."""
    plan = rich_plan()
    verdicts = (Verdict.REFUSED, Verdict.HELD, Verdict.UNKNOWN, Verdict.ALREADY)
    states = tuple(ChangeState)
    run = a_run(*states, status=RunStatus.INCOMPLETE, unconverged=(UNCONVERGED,), code="Denied", detail="Not allowed.")
    lost = a_change(Action.DELETE, address=f"video/{OTHER}", before={"title": TITLE, "tags": ["a"]})
    undo = Undo(
        run=RUN,
        desired=DesiredState(assets=(), categories=(), digest=""),
        conflicts=(Conflict(address=ADDRESS, field="tags", before=["a"], after=["b"], now=["c"]),),
        stuck=(Stuck(address=ADDRESS, field="category", before="Old", reason="It does not exist now."),),
        lost=(lost,),
        made=("News/New",),
        unchanged=2,
    )
    gone = UnmanagedAsset(kind="video", id="a1", title=TITLE, category="News", created="2026-06-01T00:00:00Z", size=15)
    left = LeftAlone(why="A key stands twice.", advice="Edit it by hand.", line=3, column=4)
    edits = FileEdits.of(
        [
            FileEdit(file="a.yaml", changed=True, diff="--- a\n+++ a\n@@ -1 +1 @@\n-one\n+two\n"),
            FileEdit(file="b.yaml", left=left),
        ],
        written=True,
    )
    check = CheckShown(name="clock", ok=False, detail="Ahead by 9 s.", next="date")
    return {
        "plan": PlanShown(plan=plan, next="vodplan apply plan.json"),
        "no changes": PlanShown(plan=a_plan()),
        "drift": DriftShown(drift=a_drift(), next="vodplan plan"),
        "applied": Applied(
            plan=plan,
            report=dataclasses.replace(a_report(plan, *verdicts, unconverged=[UNCONVERGED]), run=RUN),
            document=b"{}\n",
            every=True,
            next="vodplan plan",
        ),
        "not read back": Applied(plan=plan, report=a_report(plan, unconverged=None), document=b"{}\n"),
        "validated": Validated(
            files=["manifests/news.yaml"], entries={"video": 3}, warnings=[a_finding(Severity.WARNING)]
        ),
        "examined": Examined(target="lab", checks=[check], missing=["vod:GetVideoInfos"]),
        "started": Started(folder="media", written=["vodplan.yaml"], kept=[".gitignore"]),
        "listing": Listing(member="schemas", heading="Schemas", names={"plan": "a plan"}),
        "data": Data(document={"title": TITLE, "type": "object"}),
        "script": Script(name="bash", text="complete -F x vodplan\n"),
        "toured": Toured(steps=[("vodplan plan", "planned", True), ("vodplan apply", "applied", False)]),
        "runs": Runs(runs=[dataclasses.replace(run.record, touched=run.changes)], asset="video/v1", more=True),
        "no runs": Runs(runs=[], asset="video/v1"),
        "run": RunShown(detail=run, next="vodplan apply --resume x"),
        "exported": Exported(lines=lambda: [b'{"a": 1}\n', b'{"b": 2}\n']),
        "library exported": LibraryExported(
            report=ExportReport(
                target="lab",
                folder="manifests",
                since="2026-06-01T00:00:00Z",
                entries={"videos": 2},
                written=2,
                unchanged=1,
                removed=1,
                gone=1,
                missed=1,
                not_written={"title": 1, "": 1},
                examples=[NotWritten(address="video/v1", field="title", code="VP201", detail="Too long.")],
            ),
            next="vodplan plan",
        ),
        "unmanaged": UnmanagedShown(
            found=Unmanaged(
                target="lab",
                live={"video": Amount(5, 50)},
                kinds={"video": Amount(1, 15)},
                categories={"News": Amount(1, 15)},
                ages={"older": Amount(1, 15)},
                missed=1,
                assets=lambda: [gone],
            ),
            listed=True,
            next="vodplan export",
        ),
        "survey": SurveyShown(found=a_survey(), next="vodplan report --fix"),
        "files edited": FilesEdited(
            edits=edits,
            what="edited",
            diffs=True,
            refused=[FileEdit(file="c.yaml", left=left)],
            proved="Compared again.",
            next="vodplan validate",
        ),
        "undone": Undone(plan=plan, undo=undo, next="vodplan apply undo.json"),
        "lease": LeaseShown(target="lab", lease=a_lease()),
        "no lease": LeaseShown(target="lab", lease=None),
        "unlocked": Unlocked(target="lab", lease=a_lease(), why="forced", next="vodplan apply --resume x"),
        "selected": Selected(
            target="lab",
            query="kind video",
            assets={"video/v1": {"title": TITLE, "tags": ["a"], "size": 5, "created": "2026-06-01T00:00:00Z"}},
        ),
        **{f"failed: {name}": Failure(error=error) for name, error in failures().items()},
    }
