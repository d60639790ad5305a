"""Drift taken over: the live values go into the manifests."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vodplan.api.editing import FieldEdit, edit_manifests
from vodplan.api.projects import StrPath, load
from vodplan.core.edited import FileEdit, FileEdits, LeftAlone
from vodplan.core.errors import ConfigError, UsageError
from vodplan.core.values import UNSET, FieldValue, TagEdit

if TYPE_CHECKING:
    from vodplan.core.desired import DesiredAsset
    from vodplan.core.drift import Drift, DriftItem
    from vodplan.core.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of drift that was to be taken over.

    edits:   the manifests.
    items:   what they say now as it is live.
    refused: what cannot be taken over, one for each field, with its place, the reason and what to do.
    """

    edits: FileEdits
    items: tuple[DriftItem, ...]
    refused: tuple[FileEdit, ...]


def accept_drift(
    found: Drift,
    addresses: Sequence[str],
    paths: Sequence[StrPath] = (),
    *,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    write: bool = True,
) -> Accepted:
    """Write the live values of what differs into the manifests, where they stand, and nothing else.

    found:     as `drift` gave it; paths, config, cwd and environ as they were given to it.
    addresses: globs; everything that differs at an address that fits is taken over, whatever its tier.
    write:     otherwise nothing is written, and the result says what would be.
    raises:    UsageError for a glob that fits nothing that differs, ConfigError when the manifests changed meanwhile;
               as `edit_manifests`.
    """
    chosen = _chosen(found, addresses)
    workspace = load(paths, config=config, cwd=cwd, environ=environ)
    if workspace.desired.digest != found.manifests_digest:
        raise ConfigError("The manifests were changed since they were compared.", next="vodplan drift")
    entries = {str(one.address): one for one in workspace.desired.assets if one.rule is None}
    edits: list[FieldEdit] = []
    items: list[DriftItem] = []
    refused: list[FileEdit] = []
    for item in chosen:
        entry = entries.get(str(item.address))
        why = _refusal(item, entry)
        if why is not None or entry is None:
            refused.append(FileEdit(file=item.source.file, left=why))
            continue
        edits.append(FieldEdit(address=str(item.address), field=item.field, value=_value(item, entry)))
        items.append(item)
    done = edit_manifests(workspace, edits, write=write)
    left = {one.file for one in done.left}
    return Accepted(
        edits=done, items=tuple(one for one in items if one.source.file not in left), refused=tuple(refused)
    )


def _chosen(found: Drift, addresses: Sequence[str]) -> list[DriftItem]:
    for pattern in addresses:
        if not any(fnmatch.fnmatchcase(str(item.address), pattern) for item in found.items):
            raise UsageError(f'Nothing that differs has an address like "{pattern}".', next="vodplan drift")
    return [
        item for item in found.items if any(fnmatch.fnmatchcase(str(item.address), pattern) for pattern in addresses)
    ]


def _refusal(item: DriftItem, entry: DesiredAsset | None) -> LeftAlone | None:
    """Why the live state of a field cannot be written into the manifest; None where it can be."""
    said = f"{item.address} {item.field}"
    why = advice = ""
    if item.field == "state" and item.live == "missing":
        gone = "is not there yet" if item.address.kind == "category" else "is not there any more"
        why = f"{item.address} {gone}, and no manifest can say that without asking to delete it."
        advice = "Take its entry out by hand."
    elif item.field in ("state", "source", "streams"):
        why = f"{said}: the entry asks for something to be deleted that is still there."
        advice = f"Take {item.field}: out of the entry by hand to keep it."
    elif item.address.kind == "category":
        why = f"{said}: names of categories are not taken over."
        advice = "Change the path by hand, here and wherever it is used."
    elif entry is None:
        why = f"{said}: a rule asks for it, for other assets as well."
        advice = "Write an entry for this asset, which keeps it out of the rule."
    return LeftAlone(why=why, advice=advice, line=item.source.line, column=item.source.column) if why else None


def _value(item: DriftItem, entry: DesiredAsset) -> FieldValue:
    """The live value as the manifest is to have it; of an edit of tags only what is so is left."""
    from vodplan.registry import KINDS

    live = _field_value(item.live)
    own = entry.values[KINDS[entry.kind].index(item.field)]
    if isinstance(own, TagEdit) and isinstance(live, tuple):
        add = tuple(tag for tag in own.add if tag in live)
        remove = tuple(tag for tag in own.remove if tag not in live)
        return TagEdit(add, remove) if add or remove else UNSET
    return live


def _item_value(one: Json) -> str | int:
    """One of several: a tag, or a category by path or id."""
    number = one.get("id") if isinstance(one, Mapping) else None
    return number if isinstance(number, int) else str(one)


def _field_value(live: Json) -> FieldValue:
    if isinstance(live, Mapping):
        number = live.get("id")
        return number if isinstance(number, int) else None
    if isinstance(live, list | tuple):
        return tuple(_item_value(one) for one in live)
    return live if isinstance(live, str) or live is None else str(live)
