"""Results as pages for a browser: one file each, that loads nothing but the media's own pictures."""

from __future__ import annotations

from collections.abc import Iterable

from vodplan.render.results import Data, Exported, PlanShown, Result, SurveyShown, Undone

__all__ = ["HtmlView"]


class HtmlView:
    """The view behind `--format html`. See `View`."""

    def show(self, result: Result) -> Iterable[str]:
        """See `View.show`. A plan that is only a preview gives nothing: the page is the report that follows."""
        match result:
            case PlanShown(preview=True):
                return ()
            case PlanShown():
                from vodplan.render.html.plan import plan_page

                return (plan_page(result.plan, next=result.next, pictures=result.pictures),)
            case Undone():
                from vodplan.render.html.plan import plan_page
                from vodplan.render.html.undo import undo_blocks

                title = f"Undo of run {result.undo.run}"
                return (plan_page(result.plan, next=result.next, title=title, extra=undo_blocks(result.undo)),)
            case SurveyShown():
                from vodplan.render.html.survey import survey_page

                return (survey_page(result),)
            case Data() | Exported():
                from vodplan.render.jsonview import JsonView

                return JsonView().show(result)
            case _:
                from vodplan.render.html.result import result_page

                return (result_page(result),)
