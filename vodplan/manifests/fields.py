"""Reads the fields of an asset by the limits its kind states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from vodplan.core.coverfile import DELETE, KEEP
from vodplan.core.kind import Field, Kind, Style
from vodplan.core.picturefile import name_problem
from vodplan.core.values import UNSET, CoverFile, FieldValue, TagEdit
from vodplan.manifests import limits, reading
from vodplan.manifests.findings import Findings
from vodplan.manifests.nodes import Map, Node, Scalar, Seq
from vodplan.manifests.scalars import NUMBERS, ScalarType, type_of
from vodplan.manifests.wording import cut, did_you_mean, quoted

_REMEMBERED = 10_000
"""Tags and paths that are kept once checked: a library has few of them, and each stands in many entries."""

FieldReader = Callable[[Node], FieldValue]
"""Node → value; UNSET, with a finding, when the value cannot be used."""


def field_readers(
    kind: Kind, found: Findings, vocabulary: frozenset[str] | None
) -> Mapping[str, tuple[int, FieldReader]]:
    """Field → its place in `values` and its reader."""
    return {field.name: (place, _reader(field, found, vocabulary)) for place, field in enumerate(kind.fields)}


def _reader(field: Field, found: Findings, vocabulary: frozenset[str] | None) -> FieldReader:
    if field.style is Style.TEXT:
        return _text_reader(field, found)
    if field.style is Style.TAGS:
        return _TagsReader(field, found, vocabulary)
    if field.style is Style.CATEGORIES:
        return _categories_reader(field, found)
    return _category_reader(field, found) if field.style is Style.CATEGORY else _url_reader(field, found)


def _text_reader(field: Field, found: Findings) -> FieldReader:
    name, max_bytes, emoji = field.name, field.max_bytes, field.emoji

    def read(node: Node) -> FieldValue:
        if reading.is_null(node):
            return _cleared(field, found, node, "")
        value = reading.text(node, found, name)
        if value is None:
            return UNSET
        problem = limits.text_problem(name, value, max_bytes=max_bytes, emoji=emoji)
        if problem is not None:
            found.error(problem.code, problem.detail, node)
            return UNSET
        return value

    return read


def _url_reader(field: Field, found: Findings) -> FieldReader:
    def read(node: Node) -> FieldValue:
        if reading.is_null(node):
            return _cleared(field, found, node, "")
        if isinstance(node, Scalar) and not node.value:
            return ""
        if isinstance(node, Map):
            return _picture_file(field.name, node, found)
        value = reading.checked(node, found, field.name, lambda url: limits.url_problem(field.name, url))
        return UNSET if value is None else value

    return read


def _picture_file(name: str, node: Map, found: Findings) -> FieldValue:
    reading.unknown_keys(node.entries, ("file", "old"), found, f"a {name}, which is an address or {{file: PATH}}")
    pair = node.entries.get("file")
    if pair is None:
        found.error("VP123", f"{name} is a mapping without file. Write an address, {{file: PATH}}, or null.", node)
        return UNSET
    before = found.errors
    path = reading.text(pair[1], found, "file")
    asked = node.entries.get("old")
    old = KEEP if asked is None else reading.choice(asked[1], found, "old", (KEEP, DELETE))
    if path is None or found.errors != before:
        return UNSET
    problem = name_problem(path)
    if problem:
        found.error("VP138", f"The {name}'s file {quoted(cut(path))} {problem}.", pair[1])
        return UNSET
    return CoverFile(file=path, delete_old=old == DELETE)


def _categories_reader(field: Field, found: Findings) -> FieldReader:
    one = _category_reader(replace(field, nullable=False), found, "A category")

    def read(node: Node) -> FieldValue:
        if reading.is_null(node):
            return _cleared(field, found, node, ())
        listed = reading.items(node, found, field.name)
        if listed is None:
            return UNSET
        before = found.errors
        values = [value for item in listed.items if isinstance(value := one(item), str | int)]
        if found.errors != before:
            return UNSET
        several = tuple(dict.fromkeys(values))
        problem = limits.count_problem(len(several), field)
        if problem is not None:
            found.error(problem.code, problem.detail, listed)
            return UNSET
        return several

    return read


def _category_reader(field: Field, found: Findings, name: str = "category") -> FieldReader:
    fine: dict[str, str] = {}

    def read(node: Node) -> FieldValue:
        if isinstance(node, Scalar) and node.value in fine and (not node.plain or type_of(node) is ScalarType.TEXT):
            return fine[node.value]
        if isinstance(node, Map):
            return _category_id(node, found)
        if reading.is_null(node) or (isinstance(node, Scalar) and not node.value):
            if not field.nullable:
                found.error("VP134", f"{name} is empty. Take it out of the list; an empty list clears them all.", node)
                return UNSET
            return None
        if not isinstance(node, Scalar):
            wanted = "a path, {id: 123} or null" if field.nullable else "a path or {id: 123}"
            reading.wrong_type(node, found, name, wanted)
            return UNSET
        if type_of(node) in NUMBERS:
            number = cut(node.value)
            found.error(
                "VP121",
                f'{name} is a path, and {number} without quotes is a number. Write "{number}" for a category of that '
                f"name, or {{id: {number}}} for one with that id.",
                node,
            )
            return UNSET
        value = reading.checked(node, found, name, limits.path_problem)
        if value is None:
            return UNSET
        if len(fine) < _REMEMBERED:
            fine[value] = value
        return value

    return read


def _category_id(node: Map, found: Findings) -> FieldValue:
    reading.unknown_keys(node.entries, ("id",), found, "a category, which is a path or {id: 123}")
    pair = node.entries.get("id")
    if pair is None:
        found.error("VP123", "category is a mapping without id. Write a path, {id: 123}, or null for none.", node)
        return UNSET
    value = reading.integer(pair[1], found, "The category's id", least=1, most=limits.MAX_CATEGORY_ID)
    return UNSET if value is None else value


def _cleared(field: Field, found: Findings, node: Node, value: FieldValue) -> FieldValue:
    if field.nullable:
        return value
    found.error("VP134", f'{field.name} cannot be null. Leave it out to keep what is live; "" empties it.', node)
    return UNSET


class _TagsReader:
    """Reads a whole set of tags, or an edit of them."""

    __slots__ = ("_field", "_fine", "_found", "_vocabulary")

    def __init__(self, field: Field, found: Findings, vocabulary: frozenset[str] | None) -> None:
        self._field = field
        self._found = found
        self._vocabulary = vocabulary
        self._fine: dict[str, str] = {}

    def __call__(self, node: Node) -> FieldValue:
        """See `FieldReader`."""
        if isinstance(node, Seq):
            tags = self._tags(node, wanted=True)
            return UNSET if tags is None else tags
        if isinstance(node, Map):
            return self._edit(node)
        if reading.is_null(node):
            return _cleared(self._field, self._found, node, ())
        example = f", such as [{node.value}]" if isinstance(node, Scalar) and 0 < len(node.value) < 40 else ""
        reading.wrong_type(node, self._found, "tags", f"a list{example}, or {{add: [...], remove: [...]}}")
        return UNSET

    def _edit(self, node: Map) -> FieldValue:
        found, before = self._found, self._found.errors
        reading.unknown_keys(node.entries, ("add", "remove"), found, "tags; it takes add and remove")
        parts: dict[str, tuple[str, ...]] = {}
        for name in ("add", "remove"):
            pair = node.entries.get(name)
            listed = None if pair is None else reading.items(pair[1], found, name)
            if listed is not None:
                parts[name] = self._tags(listed, wanted=name == "add") or ()
        if not node.entries:
            reading.missing_key("add or remove; [] clears all tags", found, "tags", node)
        both = [tag for tag in parts.get("remove", ()) if tag in parts.get("add", ())]
        for tag in both:
            found.error("VP129", f"The tag {quoted(tag)} is both added and removed. Choose one.", node)
        if found.errors != before:
            return UNSET
        return TagEdit(parts.get("add", ()), parts.get("remove", ()))

    def _tags(self, node: Seq, *, wanted: bool) -> tuple[str, ...] | None:
        found, before = self._found, self._found.errors
        tags: dict[str, None] = {}
        for item in node.items:
            written = reading.text(item, found, "A tag")
            if written is None:
                continue
            tag = written.strip()
            known = self._fine.get(tag) if wanted else None
            if known is None:
                self._check(tag, item, wanted=wanted)
            tags[known or tag] = None
        if wanted:
            problem = limits.count_problem(len(node.items), self._field)
            if problem is not None:
                found.error(problem.code, problem.detail, node)
        return tuple(tags) if found.errors == before else None

    def _check(self, tag: str, item: Node, *, wanted: bool) -> None:
        problem = limits.tag_problem(tag, self._field)
        if problem is not None:
            self._found.error(problem.code, problem.detail, item)
        elif wanted and self._vocabulary is not None and tag not in self._vocabulary:
            vocabulary = self._vocabulary
            self._found.error(
                "VP151",
                lambda: (
                    f"The tag {quoted(tag)} is not in policy.tags.vocabulary of the project file."
                    f"{did_you_mean(tag, vocabulary)}"
                ),
                item,
            )
        elif wanted and len(self._fine) < _REMEMBERED:
            self._fine[tag] = tag
