"""An undo as a JSON document (docs/output.md)."""

from __future__ import annotations

from vodplan.core.planfile import document
from vodplan.core.values import Json
from vodplan.render.results import Undone


def undo_document(shown: Undone) -> Json:
    """The run, the plan as its plan file has it, and everything that the plan leaves out."""
    undo = shown.undo
    return {
        "run": undo.run,
        "plan": document(shown.plan),
        "conflicts": [
            {
                "address": str(one.address),
                "field": one.field,
                "before": one.before,
                "after": one.after,
                "now": one.now,
            }
            for one in undo.conflicts
        ],
        "stuck": [
            {"address": str(one.address), "field": one.field or None, "before": one.before, "reason": one.reason}
            for one in undo.stuck
        ],
        "not_undoable": [
            {
                "address": str(one.address),
                "kind": one.kind,
                "id": one.id,
                "action": one.action.value,
                "before": None if one.before is None else dict(one.before),
                "facts": dict(one.facts),
                "reason": one.reason,
            }
            for one in undo.lost
        ],
        "made": [f"category/{path}" for path in undo.made],
        "unchanged": undo.unchanged,
        "next": shown.next,
    }
