"""Documents: plans and reports as text and JSON, schemas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from vodplan.api.projects import StrPath
from vodplan.core.errors import UsageError

if TYPE_CHECKING:
    from vodplan.core.plan import Plan
    from vodplan.core.report import ApplyReport


def show(plan: Plan, *, format: str = "text", width: int = 80, color: bool = False) -> str:
    """A plan as people (`text`, or `html` for a browser) or programs (`json`) read it, or as a
    host shows it (`markdown`, `github`, `gitlab`).

    width:  columns to lay out for, `text` only.
    raises: UsageError for a format there is not.
    """
    from vodplan.core.planfile import plan_bytes

    if format == "json":
        return plan_bytes(plan).decode("utf-8")
    if format == "html":
        from vodplan.render.html.plan import plan_page

        return plan_page(plan)
    if format in ("markdown", "github", "gitlab"):
        from vodplan.render.canvas import Canvas
        from vodplan.render.results import PlanShown
        from vodplan.render.views import view_for

        return "".join(view_for(format, Canvas(width=width)).show(PlanShown(plan=plan)))
    if format != "text":
        raise UsageError(
            f'There is no format "{format}"; the formats are text, json, html, markdown, github and gitlab.',
            next="vodplan show --help",
        )
    from vodplan.render.text import plan_text

    return plan_text(plan, width=width, color=color)


def read_plan(path: StrPath) -> Plan:
    """Read a saved plan; see `vodplan.planfile.files.read_plan` for what is refused."""
    from vodplan.planfile.files import read_plan as read

    return read(Path(path))


def write_plan(plan: Plan, path: StrPath) -> None:
    """Save a plan, whole or not at all; raises ConfigError when the file cannot be written."""
    from vodplan.planfile.files import write_plan as write

    write(plan, Path(path))


def plan_json(plan: Plan) -> bytes:
    """The plan's canonical JSON document, with a final newline."""
    from vodplan.core.planfile import plan_bytes

    return plan_bytes(plan)


def report_json(report: ApplyReport, plan: Plan) -> bytes:
    """The report of an apply as a JSON document, with a final newline (docs/output.md)."""
    from vodplan.core.reportfile import report_bytes

    return report_bytes(report, plan)


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema called `manifest`, `project`, `plan`, `drift`, `edited`, `report` or `event`.

    raises: UsageError for another name.
    """
    if name == "event":
        from vodplan.planfile.event_model import schema as event_schema

        return event_schema()
    if name == "report":
        from vodplan.planfile.survey_model import schema as survey_schema

        return survey_schema()
    if name == "edited":
        from vodplan.planfile.edited_model import schema as edited_schema

        return edited_schema()
    if name == "drift":
        from vodplan.planfile.drift_model import schema as drift_schema

        return drift_schema()
    if name == "plan":
        from vodplan.planfile.model import schema as plan_schema

        return plan_schema()
    from vodplan.manifests.schema import schema as manifest_schema

    if name in ("manifest", "project"):
        return manifest_schema(name)
    raise UsageError(
        f'There is no schema "{name}"; the schemas are manifest, project, plan, drift, edited, report and event.',
        next="vodplan schema",
    )


SCHEMAS = ("manifest", "project", "plan", "drift", "edited", "report", "event")
"""The names `schema` knows."""
