"""Where the kinds of assets are named: a new kind is a file of its own and a few lines, not a search through all rooms."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from vodplan.api import exporting
from vodplan.cli import values
from vodplan.kinds.assets import ASSETS, FIELDS
from vodplan.registry import KINDS
from vodplan.vod.edges import EDGES

PACKAGE = Path(__file__).parents[2] / "vodplan"

ABOUT = re.compile(r"^attached$|ATTACHED|[Aa]ttached_?([Mm]edia|[Ii]nfo)|\.attached")

NAMES_ATTACHED = {
    "kinds/attached.py",
    "kinds/assets.py",
    "kinds/operations.py",
    "vod/attached.py",
    "vod/attached_api.py",
    "vod/edges.py",
    "vod/probes.py",
    "vod/search.py",
    "vod/listing.py",
    "vod/updates.py",
    "manifests/models.py",
    "manifests/model_rules.py",
    "manifests/project_policy.py",
    "cli/values.py",
    "render/amounts.py",
}
"""The files that may know of attached media: the kind's two halves, the lists of kinds, and what no list can say: shapes
of manifests, harmless calls, names of fields on the wire, flags that are read before anything is loaded, a plural."""


def named(path: Path) -> Iterator[str]:
    """Every identifier, imported name and text of a module but its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in told:
                yield text
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                yield name
            case ast.ImportFrom(module=str(module)):
                yield module


def test_kind_is_named_by_its_own_files_and_the_lists_of_kinds() -> None:
    """Core, engine, store and api work for whatever the lists have."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        place = path.relative_to(PACKAGE).as_posix()
        if not place.startswith("emulator/") and any(ABOUT.search(one) for one in named(path)):
            found.add(place)

    assert found <= NAMES_ATTACHED
    assert {"kinds/assets.py", "vod/edges.py"} <= found


def test_every_list_of_kinds_has_the_same_kinds() -> None:
    """What is read before anything is loaded repeats the names; they must not differ."""
    assert set(ASSETS) == set(EDGES) == set(exporting.KINDS) == set(values.KINDS) == set(KINDS) - {"category"}
    assert set(FIELDS) == set(values.FIELDS) == set(exporting.FIELDS)
