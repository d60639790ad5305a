"""The kinds there are: the assets that manifests name, and categories."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vodplan.core.kind import Kind
from vodplan.kinds.assets import ASSETS
from vodplan.kinds.category import CATEGORY

KINDS: Mapping[str, Kind] = MappingProxyType({**ASSETS, CATEGORY.name: CATEGORY})
"""Name → kind, in the order in which people are shown them."""
