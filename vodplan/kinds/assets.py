"""The kinds of assets that manifests name, one line each: whatever lists kinds takes them from here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vodplan.core.kind import Kind
from vodplan.kinds.attached import ATTACHED
from vodplan.kinds.image import IMAGE
from vodplan.kinds.video import VIDEO

ASSETS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (VIDEO, IMAGE, ATTACHED)})
"""Name → kind, in the order in which people are shown them."""

FIELDS: tuple[str, ...] = tuple(dict.fromkeys(field.name for kind in ASSETS.values() for field in kind.fields))
"""The names of all their fields, each once."""
