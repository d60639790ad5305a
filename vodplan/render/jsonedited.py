"""Manifest files that were changed, as a JSON document (schemas/edited.v1.json)."""

from __future__ import annotations

from vodplan._version import __version__
from vodplan.core.edited import FileEdit
from vodplan.core.values import Json
from vodplan.render.results import FilesEdited


def edited_document(shown: FilesEdited) -> Json:
    """Every file that is changed, or was left alone though it should be; those that are fine are counted."""
    edits = shown.edits
    return {
        "format_version": "1",
        "vodplan_version": __version__,
        "written": edits.written,
        "files": len(edits.files),
        "changed": [{"file": one.file, **({"diff": one.diff} if shown.diffs else {})} for one in edits.changed],
        "left_alone": [_left(one) for one in edits.left],
        "refused": [_left(one) for one in shown.refused],
        "proved": shown.proved,
        "next": shown.next,
    }


def _left(one: FileEdit) -> Json:
    left = one.left
    assert left is not None, "only files that were left alone are shown as such"
    return {"file": one.file, "line": left.line, "column": left.column, "why": left.why, "advice": left.advice}
