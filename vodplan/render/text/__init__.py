"""Results as text for people; everything a stranger wrote goes through `render.escape` on the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, assert_never

from vodplan.render.canvas import Canvas
from vodplan.render.results import (
    Applied,
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

if TYPE_CHECKING:
    from vodplan.core.plan import Plan

__all__ = ["TextView", "plan_text"]


def plan_text(plan: Plan, *, width: int = 80, color: bool = False) -> str:
    """A plan as text, laid out for so many columns."""
    view = TextView(Canvas(width=width, color=color))
    return "".join(view.show(PlanShown(plan=plan)))


class TextView:
    """The view behind `--format text`. See `View`."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def show(self, result: Result) -> Iterable[str]:
        """See `View.show`."""
        match result:
            case PlanShown():
                from vodplan.render.text.plan import plan_pieces

                return plan_pieces(result, self._canvas)
            case DriftShown():
                from vodplan.render.text.drift import drift_text

                return drift_text(result, self._canvas)
            case Applied():
                from vodplan.render.text.report import report_text

                return report_text(result, self._canvas)
            case Failure():
                from vodplan.render.text.failure import failure_text

                return failure_text(result.error, self._canvas)
            case Runs():
                from vodplan.render.text.history import runs_text

                return runs_text(result, self._canvas)
            case RunShown():
                from vodplan.render.text.history import run_text

                return run_text(result, self._canvas)
            case Undone():
                from vodplan.render.text.undo import undo_pieces

                return undo_pieces(result, self._canvas)
            case LeaseShown():
                from vodplan.render.text.lease import lease_text

                return lease_text(result, self._canvas)
            case Unlocked():
                from vodplan.render.text.lease import unlocked_text

                return unlocked_text(result, self._canvas)
            case LibraryExported():
                from vodplan.render.text.export import export_text

                return export_text(result, self._canvas)
            case UnmanagedShown():
                from vodplan.render.text.unmanaged import unmanaged_text

                return unmanaged_text(result, self._canvas)
            case SurveyShown():
                from vodplan.render.text.survey import survey_text

                return survey_text(result, self._canvas)
            case FilesEdited():
                from vodplan.render.text.edited import edited_text

                return edited_text(result, self._canvas)
            case Data() | Exported():
                from vodplan.render.escape import json_text
                from vodplan.render.jsonview import JsonView

                return (json_text(piece) for piece in JsonView().show(result))
            case Script():
                return (result.text,)
            case Validated() | Examined() | Selected() | Started() | Listing() | Toured():
                from vodplan.render.text.small import small_text

                return small_text(result, self._canvas)
            case _:
                assert_never(result)
