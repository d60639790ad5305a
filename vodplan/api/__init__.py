"""The library: load manifests, plan, apply, show. The command line is a thin client of it."""

from __future__ import annotations

from vodplan.api.accepting import Accepted, accept_drift
from vodplan.api.documents import SCHEMAS, plan_json, read_plan, report_json, schema, show, write_plan
from vodplan.api.drift import drift, drift_json
from vodplan.api.editing import EntryEdit, FieldEdit, edit_manifests, format_manifests
from vodplan.api.exporting import ExportWishes, export
from vodplan.api.importing import SheetImport, import_sheet
from vodplan.api.origins import beside, require_revision
from vodplan.api.overlap import plan_from
from vodplan.api.planning import plan, undo
from vodplan.api.probing import probe
from vodplan.api.projects import StrPath, Workspace, find_project, load, select
from vodplan.api.quiet import Quiet
from vodplan.api.revisions import Since, changed_since, load_revision
from vodplan.api.running import apply, lease, open_store, resume, unlock
from vodplan.api.selecting import Selection, parse_selector, select_assets
from vodplan.api.sheets import export_sheet
from vodplan.api.surveying import checks, survey
from vodplan.api.unmanaged import unmanaged

__all__ = [
    "SCHEMAS",
    "Accepted",
    "EntryEdit",
    "ExportWishes",
    "FieldEdit",
    "Quiet",
    "Selection",
    "SheetImport",
    "Since",
    "StrPath",
    "Workspace",
    "accept_drift",
    "apply",
    "beside",
    "changed_since",
    "checks",
    "drift",
    "drift_json",
    "edit_manifests",
    "export",
    "export_sheet",
    "find_project",
    "format_manifests",
    "import_sheet",
    "lease",
    "load",
    "load_revision",
    "open_store",
    "parse_selector",
    "plan",
    "plan_from",
    "plan_json",
    "probe",
    "read_plan",
    "report_json",
    "require_revision",
    "resume",
    "schema",
    "select",
    "select_assets",
    "show",
    "survey",
    "undo",
    "unlock",
    "unmanaged",
    "write_plan",
]
