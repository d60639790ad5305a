"""What edited entries say before and after: the data that the proof compares."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from vodplan.manifests.edit.model import Value
from vodplan.manifests.edit.tree import Node, Sort, resolved
from vodplan.manifests.scalars import ScalarType

Said = Any
"""Type and value of a scalar, a mapping as a dict, a list as a tuple whose order means nothing, an alias by name."""


def said(node: Node) -> Said:
    """What a node says."""
    if node.sort is Sort.SCALAR:
        return resolved(node)
    if node.sort is Sort.MAP:
        return {key.value: said(value) for key, value in node.pairs}
    if node.sort is Sort.SEQ:
        return _listed([said(item) for item in node.items])
    return ("alias", node.value)


def meant(value: Value) -> Said:
    """What a node must say to have this value."""
    if isinstance(value, Mapping):
        return {name: meant(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _listed(list({repr(one): one for one in map(meant, value)}.values()))
    if value is None:
        return (ScalarType.NULL.value, None)
    if isinstance(value, bool):
        return (ScalarType.BOOL.value, value)
    if isinstance(value, int):
        return (ScalarType.INT.value, value)
    return (ScalarType.TEXT.value, value.isoformat() if isinstance(value, datetime.date) else value)


def same(node: Node, value: Value) -> bool:
    """Whether a node says a value already."""
    return bool(said(node) == meant(value))


def put(entry: dict[str, Said], path: Sequence[str], value: Said) -> None:
    """Set what a path of an entry says."""
    *above, last = path
    for name in above:
        inner = entry.get(name)
        entry[name] = inner = dict(inner) if isinstance(inner, dict) else {}
        entry = inner
    entry[last] = value


def take(entry: dict[str, Said], path: Sequence[str]) -> None:
    """Remove what a path of an entry says."""
    *above, last = path
    for name in above:
        inner = entry.get(name)
        if not isinstance(inner, dict):
            return
        entry = inner
    entry.pop(last, None)


def _listed(items: list[Said]) -> Said:
    return ("list", tuple(sorted(map(_trimmed, items), key=repr)))


def _trimmed(item: Said) -> Said:
    """Around the texts of a list blanks mean nothing."""
    if isinstance(item, tuple) and item[0] == ScalarType.TEXT.value and isinstance(item[1], str):
        return (item[0], item[1].strip())
    return item
