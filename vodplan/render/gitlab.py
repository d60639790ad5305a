"""Results as the reports that GitLab shows in a merge request."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable

from vodplan.core.change import Action
from vodplan.core.diagnostics import Diagnostic, Severity
from vodplan.core.errors import ManifestError
from vodplan.core.report import Verdict
from vodplan.core.tiers import Tier
from vodplan.core.values import Json
from vodplan.render.comment import Comment
from vodplan.render.escape import terminal
from vodplan.render.jsonview import JsonView
from vodplan.render.results import Applied, DriftShown, Failure, PlanShown, Result, Undone, Validated


class GitlabView:
    """The view behind `--format gitlab`. See `View`."""

    def __init__(self, comment: Comment) -> None:
        self._comment = comment

    def show(self, result: Result) -> Iterable[str]:
        """See `View.show`. A plan or a run is its counts, findings are a code quality report, the rest is JSON.

        A failure without findings is the error as JSON has it: counts of nothing would say that nothing is to be done.
        """
        match result:
            case PlanShown(preview=True):
                return ()
            case PlanShown() | Undone():
                return (_counts([one.action for one in result.plan.changes]),)
            case DriftShown():
                told = [one for one in result.drift.items if one.tier is not Tier.IGNORE]
                create = sum(one.field == "state" and one.wanted == "present" for one in told)
                delete = sum(one.field in ("source", "streams") or one.wanted == "absent" for one in told)
                counted = {"create": create, "update": len(told) - create - delete, "delete": delete}
                return (json.dumps(counted) + "\n",)
            case Applied():
                done = (Verdict.DONE, Verdict.ALREADY)
                return (_counts([one.action for one in result.report.outcomes if one.verdict in done]),)
            case Validated():
                return (_quality(result.warnings, self._comment),)
            case Failure(error=ManifestError() as error):
                return (_quality(error.diagnostics, self._comment),)
            case _:
                return JsonView().show(result)


def _counts(actions: list[Action]) -> str:
    create = sum(action is Action.CREATE for action in actions)
    delete = sum(action.removes for action in actions)
    return json.dumps({"create": create, "update": len(actions) - create - delete, "delete": delete}) + "\n"


def _quality(found: Iterable[Diagnostic], comment: Comment) -> str:
    seen: Counter[str] = Counter()
    return json.dumps([_issue(one, comment, seen) for one in found], indent=2) + "\n"


def _issue(one: Diagnostic, comment: Comment, seen: Counter[str]) -> Json:
    """seen: what was found so far; the host keeps one of several issues with the same fingerprint."""
    path, line = (terminal(comment.in_checkout(one.span.file)), one.span.line) if one.span else (".", 1)
    same = "\0".join((one.code, path, str(line), one.detail))
    seen[same] += 1
    same += f"\0{seen[same]}" if seen[same] > 1 else ""
    return {
        "description": terminal(one.detail),
        "check_name": one.code,
        "fingerprint": hashlib.sha256(same.encode("utf-8", "replace")).hexdigest(),
        "severity": "major" if one.severity is Severity.ERROR else "minor",
        "location": {"path": path, "lines": {"begin": line}},
    }
