"""Category paths: resolved against the live tree as it will be once the plan's own renames and creations are done."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from vodplan.core.codes import CODES
from vodplan.core.desired import DesiredCategory
from vodplan.core.diagnostics import Diagnostic, SourceRef, SourceSpan
from vodplan.core.live import DEFAULT_TREE, Category
from vodplan.core.values import Json

SEPARATOR = "/"


class CategoryTree:
    """The live categories of one tree or several, by id and by path. Immutable.

    Ids are unique over all trees; a path is of one tree, and means nothing in another. It is the names from the top
    joined by `/`. Two categories may share a path, since the service allows equal names under one parent; a name with a
    slash in it has no path and can only be meant by its id.
    """

    __slots__ = ("_by_id", "_by_path", "_children", "_paths")

    def __init__(self, categories: Iterable[Category]) -> None:
        self._by_id = {category.id: category for category in categories}
        self._paths: dict[int, str | None] = {}
        self._by_path: dict[tuple[str, str], tuple[int, ...]] = {}
        self._children: dict[int | str, list[int]] = {}
        for category in sorted(self._by_id.values(), key=lambda one: (one.level, one.id)):
            self._children.setdefault(_above(category), []).append(category.id)
            path = self._join(category)
            self._paths[category.id] = path
            if path is not None:
                place = category.tree, path
                self._by_path[place] = (*self._by_path.get(place, ()), category.id)

    def _join(self, category: Category) -> str | None:
        if SEPARATOR in category.name:
            return None
        if category.parent is None:
            return category.name
        above = self._paths.get(category.parent)
        return None if above is None else f"{above}{SEPARATOR}{category.name}"

    def __contains__(self, category_id: int) -> bool:
        return category_id in self._by_id

    def get(self, category_id: int) -> Category | None:
        """The category with this id, None when there is none."""
        return self._by_id.get(category_id)

    def find(self, path: str, tree: str = DEFAULT_TREE) -> tuple[int, ...]:
        """The ids of every category at this path of a tree, in ascending order of level and id."""
        return self._by_path.get((tree, path), ())

    def path(self, category_id: int) -> str | None:
        """The path of a category; None when it does not exist or has no path."""
        return self._paths.get(category_id)

    def children(self, category_id: int) -> tuple[int, ...]:
        """The ids of the direct subcategories."""
        return tuple(self._children.get(category_id, ()))

    def sibling(self, category: Category, name: str) -> Category | None:
        """Another category with this name under the same parent, None when there is none."""
        beside = (self._by_id[one] for one in self._children[_above(category)])
        return next((one for one in beside if one.name == name and one.id != category.id), None)

    def pages(self, tree: str = DEFAULT_TREE) -> int:
        """How many calls reading a tree takes: one for the top, and one for each category with any below it."""
        return 1 + sum(one.tree == tree and one.id in self._children for one in self._by_id.values())

    def paths(self, tree: str = DEFAULT_TREE) -> tuple[str, ...]:
        """Every path of a tree, sorted."""
        return tuple(sorted(path for of, path in self._by_path if of == tree))

    def shown(self, category_id: int | None) -> Json:
        """How a plan writes a category: its path when it has one of its own, `{"id": N}` otherwise, None for none."""
        if category_id is None:
            return None
        path = self._paths.get(category_id)
        if path is None or len(self._by_path[self._by_id[category_id].tree, path]) != 1:
            return {"id": category_id}
        return path

    def renamed(self, category_id: int, name: str) -> CategoryTree:
        """The tree as it is once one category has another name."""
        return CategoryTree(replace(one, name=name) if one.id == category_id else one for one in self._by_id.values())


def _above(category: Category) -> int | str:
    """What a category stands below: another, or the top of its tree."""
    return category.tree if category.parent is None else category.parent


def named_in(facts: Mapping[str, Json]) -> tuple[Json, ...]:
    """The categories that the facts and values of an asset name, each as `CategoryTree.shown` has it."""
    one, several = facts.get("category"), facts.get("categories")
    return (*([one] if one else []), *(several if isinstance(several, list | tuple) else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """A category to be made. `parent_id` is None when the parent is made by the same plan, 0 at the top."""

    path: str
    parent_id: int | None
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A category to be renamed in place."""

    id: int
    before: str
    path: str
    source: SourceRef
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A category to be deleted with its subtree."""

    id: int
    path: str
    entry: DesiredCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDecision:
    """What the entries of `categories:` come to.

    future:    the tree once the renames are done; paths of assets are resolved on it.
    creations: parents before children, then by path.
    renames:   upper levels first, then by path.
    removals:  deepest first, then by path.
    unchanged: how many entries ask for what is already so.
    """

    future: CategoryTree
    creations: tuple[Creation, ...]
    renames: tuple[Rename, ...]
    removals: tuple[Removal, ...]
    unchanged: int
    problems: tuple[Diagnostic, ...]

    def made(self) -> frozenset[str]:
        """The paths this plan makes."""
        return frozenset(creation.path for creation in self.creations)


def decide_categories(entries: Sequence[DesiredCategory], tree: CategoryTree) -> CategoryDecision:
    """Work out which categories are made, renamed and removed.

    Renames are resolved from the top down, so a path may go through a category that the same plan renames. An entry
    with `renamed_from` whose old path does not exist is made when its new path does not exist either. When both exist,
    the entry is done if another entry wants the old path, and cannot be carried out if none does.
    """
    wanted = sorted((one for one in entries if not one.absent), key=lambda one: (_depth(one.path), one.path))
    problems: list[Diagnostic] = []
    renames: list[Rename] = []
    future = tree
    for entry in wanted:
        if entry.renamed_from is None:
            continue
        old, new = future.find(entry.renamed_from), future.find(entry.path)
        if len(old) > 1:
            problems.append(_ambiguous(entry.renamed_from, old, entry.source))
        elif old and new and not _wanted_anew(entry, wanted):
            problems.append(_occupied(entry))
        elif old and not new:
            renames.append(_rename(entry, old[0], str(tree.path(old[0]))))
            future = future.renamed(old[0], entry.path.rpartition(SEPARATOR)[2])
    creations, present = _creations(wanted, future, problems)
    renamed_paths = {rename.path for rename in renames}
    absent = [entry for entry in entries if entry.absent]
    removals = _removals(absent, future, problems)
    problems.extend(_wanted_in_removed(wanted, absent))
    return CategoryDecision(
        future=future,
        creations=creations,
        renames=tuple(renames),
        removals=removals,
        unchanged=len(present - renamed_paths) + len(absent) - len(removals),
        problems=tuple(problems),
    )


def _wanted_anew(entry: DesiredCategory, wanted: Sequence[DesiredCategory]) -> bool:
    """Whether the old name of a renamed category is wanted for another: both exist, then, once the plan is applied.

    Not for two that swap their names, where nothing tells before from after.
    """
    again = [one for one in wanted if f"{one.path}{SEPARATOR}".startswith(f"{entry.renamed_from}{SEPARATOR}")]
    return bool(again) and all(one.renamed_from != entry.path for one in again)


def _depth(path: str) -> int:
    return path.count(SEPARATOR)


def _rename(entry: DesiredCategory, category_id: int, before: str) -> Rename:
    return Rename(id=category_id, before=before, path=entry.path, source=entry.source, reason=entry.reason)


def _creations(
    wanted: Sequence[DesiredCategory], future: CategoryTree, problems: list[Diagnostic]
) -> tuple[tuple[Creation, ...], set[str]]:
    made: dict[str, Creation] = {}
    present: set[str] = set()
    for entry in wanted:
        found = future.find(entry.path)
        if len(found) > 1:
            problems.append(_ambiguous(entry.path, found, entry.source))
            continue
        if found:
            present.add(entry.path)
            continue
        names = entry.path.split(SEPARATOR)
        for depth in range(1, len(names) + 1):
            path = SEPARATOR.join(names[:depth])
            above = SEPARATOR.join(names[: depth - 1])
            if path in made or future.find(path):
                continue
            parents = future.find(above) if above else (0,)
            if len(parents) > 1:
                problems.append(_ambiguous(above, parents, entry.source))
                break
            made[path] = Creation(path=path, parent_id=parents[0] if parents else None, source=entry.source)
    ordered = sorted(made.values(), key=lambda one: (_depth(one.path), one.path))
    return tuple(ordered), present


def _removals(
    absent: Sequence[DesiredCategory], future: CategoryTree, problems: list[Diagnostic]
) -> tuple[Removal, ...]:
    removals = []
    for entry in absent:
        found = future.find(entry.path)
        if len(found) > 1:
            problems.append(_ambiguous(entry.path, found, entry.source))
        elif found:
            removals.append(Removal(id=found[0], path=entry.path, entry=entry))
    return tuple(sorted(removals, key=lambda one: (-_depth(one.path), one.path)))


def _wanted_in_removed(wanted: Sequence[DesiredCategory], absent: Sequence[DesiredCategory]) -> Iterator[Diagnostic]:
    for entry in wanted:
        for other in absent:
            if f"{entry.path}{SEPARATOR}".startswith(f"{other.path}{SEPARATOR}"):
                yield problem(
                    "VP304",
                    f'The category "{entry.path}" is wanted, and {other.source.file}:{other.source.line} deletes '
                    f'"{other.path}" with everything below it. Keep one of the two entries.',
                    entry.source,
                )


def problem(code: str, detail: str, source: SourceRef) -> Diagnostic:
    """A diagnostic of this room: an entry that the live library contradicts."""
    return Diagnostic(
        code=code, summary=CODES[code], detail=detail, span=SourceSpan(source.file, source.line, source.column)
    )


def _ambiguous(path: str, found: Sequence[int], source: SourceRef) -> Diagnostic:
    ids = ", ".join(str(one) for one in found)
    return problem(
        "VP302",
        f'{len(found)} live categories have the path "{path}" (ids {ids}), so the path alone does not say which is '
        "meant. Write {id: NUMBER} instead of the path, or rename one of them in the console.",
        source,
    )


def _occupied(entry: DesiredCategory) -> Diagnostic:
    return problem(
        "VP303",
        f'"{entry.renamed_from}" cannot be renamed to "{entry.path}": both exist. Move the assets of the one into the '
        "other, then remove the empty one with state: absent.",
        entry.source,
    )


class CategoryResolver:
    """Turns the category of a desired asset into an id, or into the path of one that the plan makes.

    Answers are remembered, since a library has few categories and many assets.

    tree: the one that paths are of; a plan makes categories of the default one only.
    """

    __slots__ = ("_future", "_known", "_made", "_removed", "_tree")

    def __init__(self, decision: CategoryDecision, tree: str = DEFAULT_TREE) -> None:
        self._future = decision.future
        self._tree = tree
        self._made = decision.made() if tree == DEFAULT_TREE else frozenset[str]()
        self._removed: Mapping[int, str] = {removal.id: removal.path for removal in decision.removals}
        self._known: dict[str | int, int | str | Diagnostic] = {}

    def resolve(self, value: str | int | None, source: SourceRef) -> int | str | Diagnostic | None:
        """Find the category an asset is to stand in.

        value:   a path, an id, or None for none.
        returns: its id; the path (`str`) of a category this plan makes; None for none; a diagnostic when it cannot be
                 told, placed at `source`.
        """
        if value is None:
            return None
        answer = self._known.get(value)
        if answer is None:
            answer = self._known[value] = self._look(value, source)
        if isinstance(answer, Diagnostic):
            return problem(answer.code, answer.detail, source)
        return answer

    def _look(self, value: str | int, source: SourceRef) -> int | str | Diagnostic:
        if isinstance(value, int):
            there = self._future.get(value)
            found: tuple[int, ...] = (value,) if there is not None and there.tree == self._tree else ()
        else:
            found = self._future.find(value, self._tree)
        if len(found) > 1:
            return _ambiguous(str(value), found, source)
        if found and found[0] in self._removed:
            return problem(
                "VP304",
                f'The category "{self._removed[found[0]]}" is removed by these manifests, and this asset is to stand '
                "in it. Give the asset another category, or keep this one.",
                source,
            )
        if found:
            return found[0]
        if isinstance(value, str) and value in self._made:
            return value
        return self._unknown(value, source)

    def _unknown(self, value: str | int, source: SourceRef) -> Diagnostic:
        where = "The library" if self._tree == DEFAULT_TREE else f"The library's {self._tree} tree"
        if isinstance(value, int):
            return problem(
                "VP301", f"{where} has no category with the id {value}. Write its path, or another id.", source
            )
        near = nearest(value, (*self._future.paths(self._tree), *self._made))
        hint = f' Did you mean "{near}"?' if near else ""
        if self._tree != DEFAULT_TREE:
            return problem(
                "VP301",
                f'{where} has no category "{value}", and vodplan makes none there.{hint} Correct the path, or make the '
                "category in the console.",
                source,
            )
        return problem(
            "VP301",
            f'The library has no category "{value}", and no entry of categories: makes it.{hint} Add "- path: {value}" '
            "under categories:, or correct the path.",
            source,
        )


def nearest(text: str, candidates: Iterable[str]) -> str | None:
    """The candidate that a person most likely meant, None when none is close."""

    close = difflib.get_close_matches(text, list(candidates), n=1, cutoff=0.6)
    return close[0] if close else None
