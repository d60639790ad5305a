"""From a live asset to the entry that asks for it as it is: what a manifest can say of it, and what it cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from vodplan.core.address import REFERENCE_PREFIX
from vodplan.core.categories import CategoryTree
from vodplan.core.kind import Field, Kind, Style
from vodplan.core.live import DEFAULT_TREE, Category, LiveAsset
from vodplan.core.values import UNSET, FieldValue
from vodplan.manifests import emit, limits
from vodplan.manifests.limits import Problem

_INDENT = "    "


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What no manifest can say: the field (None for the whole asset), the code it would get, and why."""

    field: str | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One asset as an entry.

    key:      as in `Address.key`: its id, or `ref:REFERENCE`; None when neither can stand in a manifest.
    values:   one per `Kind.fields`, as in `DesiredAsset.values`: the category as a path where that is its own.
    left_out: why fields, or the whole asset, are not in it.
    """

    kind: Kind
    key: str | None
    values: tuple[FieldValue, ...]
    left_out: tuple[LeftOut, ...] = ()


def entry_of(
    live: LiveAsset,
    kind: Kind,
    *,
    tree: CategoryTree,
    fields: Collection[str],
    reference: str = "",
    empties: bool = False,
) -> Entry:
    """The entry that asks for what an asset is.

    fields:    names of those that are wanted.
    reference: what the entry names it by, where that can stand in a manifest; "" for its id.
    empties:   also fields that are empty, which the entry then asks to stay so.
    """
    problem = limits.id_problem("id", live.id)
    key = None if problem else live.id
    if reference and limits.reference_problem(reference) is None:
        key, problem = REFERENCE_PREFIX + reference, None
    if key is None:
        assert problem is not None
        left = (LeftOut(field=None, code=problem.code, detail=problem.detail),)
        return Entry(kind=kind, key=None, values=(UNSET,) * len(kind.fields), left_out=left)
    values: list[FieldValue] = []
    left_out: list[LeftOut] = []
    for field, have in zip(kind.fields, live.values, strict=True):
        value = _wanted(field, have, tree) if field.name in fields else UNSET
        if _is_empty(value) and not empties:
            value = UNSET
        problem = _problem(field, have, value, tree)
        if problem is not None:
            left_out.append(LeftOut(field=field.name, code=problem.code, detail=problem.detail))
            value = UNSET
        values.append(value)
    if all(value is UNSET for value in values):
        values = _one_empty(live, kind, fields, tree)
    return Entry(kind=kind, key=key, values=tuple(values), left_out=tuple(left_out))


def entry_text(entry: Entry) -> str:
    """The entry as lines of YAML, indented for a list at the top; what is left out stands in comments."""
    if entry.key is None:
        return "".join(emit.comment(f"left out: {one.detail} ({one.code})", indent="  ") for one in entry.left_out)
    name, key = "id", entry.key
    if key.startswith(REFERENCE_PREFIX):
        name, key = "reference", key.removeprefix(REFERENCE_PREFIX)
    lines = [f"  - {name}: {emit.scalar(key)}\n"]
    for field, value in zip(entry.kind.fields, entry.values, strict=True):
        if value is not UNSET:
            lines += emit.field(field.name, value, indent=_INDENT)
    lines += [
        emit.comment(f"{one.field} is left out: {one.detail} ({one.code})", indent=_INDENT) for one in entry.left_out
    ]
    return "".join(lines)


def category_entries(
    categories: Iterable[Category], tree: CategoryTree
) -> Iterator[tuple[str | None, str, LeftOut | None]]:
    """Path (None without one of its own), text of the entry, and why that is only a comment, for each category.

    Of the default tree only: entries of `categories:` are of no other.
    """
    known = {one.id: tree.shown(one.id) for one in categories if one.tree == DEFAULT_TREE}
    paths = sorted(path for path in known.values() if isinstance(path, str))
    for path in paths:
        problem = limits.path_problem(path)
        if problem is None:
            yield path, f"  - path: {emit.scalar(path)}\n", None
        else:
            yield path, *_category_left_out(problem)
    for category_id in sorted(one for one, shown in known.items() if not isinstance(shown, str)):
        yield (
            None,
            *_category_left_out(
                Problem("VP132", f"The category with the id {category_id} has no path of its own; mean it by its id.")
            ),
        )


def _one_empty(live: LiveAsset, kind: Kind, fields: Collection[str], tree: CategoryTree) -> list[FieldValue]:
    """The values of an entry that would ask for nothing: that its first empty field stays so."""
    values: list[FieldValue] = [UNSET] * len(kind.fields)
    for place, (field, have) in enumerate(zip(kind.fields, live.values, strict=True)):
        if field.name in fields and _is_empty(_wanted(field, have, tree)):
            values[place] = _wanted(field, have, tree)
            break
    return values


def _category_left_out(problem: Problem) -> tuple[str, LeftOut]:
    left = LeftOut(field=None, code=problem.code, detail=problem.detail)
    return emit.comment(f"left out: {problem.detail} ({problem.code})", indent="  "), left


def _wanted(field: Field, have: FieldValue, tree: CategoryTree) -> FieldValue:
    if field.style is Style.TEXT and isinstance(have, str):
        # The service may add a newline to what it stores; asking for one would add another.
        return have.removesuffix("\n")
    if field.style is Style.CATEGORIES and isinstance(have, tuple):
        return tuple(_path_of(one, tree) if isinstance(one, int) else one for one in have)
    return _path_of(have, tree) if field.style is Style.CATEGORY and isinstance(have, int) else have


def _path_of(category: int, tree: CategoryTree) -> str | int:
    """A category as a manifest names it: by its path where that is its own, else by its id."""
    shown = tree.shown(category)
    return shown if isinstance(shown, str) and limits.path_problem(shown) is None else category


def _problem(field: Field, have: FieldValue, value: FieldValue, tree: CategoryTree) -> Problem | None:
    """Why a value cannot stand in a manifest, by the checks that its reader makes."""
    if value is UNSET or _is_empty(value):
        return None
    if field.style in (Style.CATEGORY, Style.CATEGORIES):
        ids = have if isinstance(have, tuple) else (have,)
        gone = [one for one in ids if isinstance(one, int) and one not in tree]
        if gone:
            return Problem("VP301", f"The library has no category with the id {gone[0]}.")
        return limits.count_problem(len(ids), field)
    if isinstance(value, tuple):
        return limits.count_problem(len(value), field) or next(
            (problem for tag in value if (problem := limits.tag_problem(str(tag), field)) is not None), None
        )
    if field.style is Style.URL:
        return limits.url_problem(field.name, str(value))
    return limits.text_problem(field.name, str(value), max_bytes=field.max_bytes, emoji=field.emoji)


def _is_empty(value: FieldValue) -> bool:
    return value is None or value == "" or value == ()
