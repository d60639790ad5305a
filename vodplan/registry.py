"""The kinds of assets there are: one line each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vodplan.core.kind import Kind
from vodplan.kinds.category import CATEGORY
from vodplan.kinds.image import IMAGE
from vodplan.kinds.video import VIDEO

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (VIDEO, IMAGE, CATEGORY)})
"""Name → kind, in the order in which people are shown them."""
