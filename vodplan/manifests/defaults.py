"""Lays a file's defaults under its entries, and checks what the policy wants of each."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from vodplan.core.desired import DesiredAsset
from vodplan.core.kind import Field, Kind, Style
from vodplan.core.values import UNSET, FieldValue, TagEdit
from vodplan.manifests import limits
from vodplan.manifests.findings import Findings, Place
from vodplan.manifests.wording import one_of

Values = tuple[FieldValue, ...]


def finish(
    assets: Sequence[DesiredAsset], kind: Kind, defaults: Values | None, required: Sequence[str], found: Findings
) -> list[DesiredAsset]:
    """The assets with the defaults of their file under them.

    defaults: as `DesiredAsset.values`; None when the file has none for this kind.
    required: fields that the policy wants in every entry that deletes nothing as a whole; empty when not to be checked.
    """
    places = [kind.index(name) for name in required]
    done = []
    for asset in assets:
        if asset.absent:
            done.append(asset)
            continue
        if defaults is not None:
            asset = _filled(asset, kind, defaults, found)
        for place in places:
            if _is_empty(asset.values[place]):
                _missing(asset, kind, required, found)
                break
        if not any(value is not UNSET for value in asset.values) and not asset.source_absent and asset.streams is None:
            found.warning(
                "VP149",
                f"{asset.address} sets no field and deletes nothing, so no plan will ever mention it.",
                _start(asset, found),
            )
        done.append(asset)
    return done


def _filled(asset: DesiredAsset, kind: Kind, defaults: Values, found: Findings) -> DesiredAsset:
    values = tuple(
        default if value is UNSET else (value if default is UNSET else _joined(value, default))
        for value, default in zip(asset.values, defaults, strict=True)
    )
    if values == asset.values:
        return asset
    for field, value in zip(kind.fields, values, strict=True):
        if field.style is Style.TAGS and isinstance(value, TagEdit):
            _check_count(asset, field, value, found)
    return dataclasses.replace(asset, values=values)


def _joined(value: FieldValue, default: FieldValue) -> FieldValue:
    """The entry's own value; two edits of tags are joined, and where they contradict each other the entry's counts."""
    if not isinstance(value, TagEdit) or not isinstance(default, TagEdit):
        return value
    add = dict.fromkeys((*(tag for tag in default.add if tag not in value.remove), *value.add))
    remove = dict.fromkeys((*(tag for tag in default.remove if tag not in value.add), *value.remove))
    return TagEdit(tuple(add), tuple(remove))


def _check_count(asset: DesiredAsset, field: Field, value: TagEdit, found: Findings) -> None:
    problem = limits.count_problem(len(value.add), field)
    if problem is not None:
        found.error(problem.code, f"With the defaults of this file, {problem.detail}", _start(asset, found))


def _missing(asset: DesiredAsset, kind: Kind, required: Sequence[str], found: Findings) -> None:
    names = [name for name in required if _is_empty(asset.values[kind.index(name)])]
    found.error(
        "VP150",
        f"{asset.address} sets no {one_of(names)}. policy.require in the project file wants "
        f"{'it' if len(names) == 1 else 'them'} in every {kind.called}.",
        _start(asset, found),
    )


def _is_empty(value: FieldValue) -> bool:
    return value is UNSET or value is None or value == "" or value == ()


def _start(asset: DesiredAsset, found: Findings) -> Place:
    return Place(asset.source.line - found.first, asset.source.column - 1, None)
