"""Changes manifests as a careful person would: only the lines that must change, and proof that nothing else did."""

from __future__ import annotations

from vodplan.manifests.edit.model import AddEntry, At, ClearField, Edit, Edited, RemoveField, SetField, Unsafe, Value
from vodplan.manifests.edit.patch import edit

__all__ = [
    "AddEntry",
    "At",
    "ClearField",
    "Edit",
    "Edited",
    "RemoveField",
    "SetField",
    "Unsafe",
    "Value",
    "edit",
]
