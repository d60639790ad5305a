"""The codes of what can be wrong between manifests that are valid and a live library that does not fit them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType(
    {
        "VP301": "Unknown category",
        "VP302": "Ambiguous category",
        "VP303": "Category renamed onto an existing one",
        "VP304": "Category both wanted and deleted",
        "VP305": "Two entries for one asset",
        "VP306": "Too many tags",
        "VP307": "Two rules contradict each other",
    }
)
"""Code → summary. Every code has a section in docs/errors.md."""
