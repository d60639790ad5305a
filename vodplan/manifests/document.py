"""Reads one manifest: from bytes to what it asks for, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from yaml.error import YAMLError

from vodplan.core.desired import DesiredAsset, DesiredCategory
from vodplan.core.policy import Policy
from vodplan.core.rule import Rule
from vodplan.core.values import UNSET
from vodplan.manifests import reading, syntax
from vodplan.manifests.assets import KINDS, AssetReader
from vodplan.manifests.categories import CategoryReader
from vodplan.manifests.compose import Abandoned, Composer
from vodplan.manifests.defaults import Values, finish
from vodplan.manifests.fields import field_readers
from vodplan.manifests.findings import Findings, Place
from vodplan.manifests.nodes import Bad, Node, Placed, Scalar
from vodplan.manifests.rules import RuleReader
from vodplan.manifests.seen import Seen
from vodplan.manifests.wording import article, describe

API_VERSION = "vodplan/v1"

TOLD = 500
"""Entries after which `Tell` is called."""

_SECTIONS = ("apiVersion", "defaults", "categories", *KINDS, "rules")
_FILE_CODES = ("VP106", "VP107", "VP108", "VP109", "VP110", "VP111", "VP112", "VP113", "VP114", "VP116", "VP119")


@dataclass(slots=True)
class Document:
    """What one file asks for; complete only when it has no errors.

    managed: kind → entries.
    """

    assets: list[DesiredAsset] = field(default_factory=list)
    categories: list[DesiredCategory] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    managed: dict[str, int] = field(default_factory=dict)


Tell = Callable[[Sequence[DesiredAsset]], None]
"""Told of entries as they are read, some hundred at a time; whether they stay is only known at the end of all files."""


def read_document(data: bytes, found: Findings, seen: Seen, policy: Policy, tell: Tell | None = None) -> Document:
    """Read one manifest; what is wrong with it goes to `found`.

    data: UTF-8 without a byte order mark, as `source.check` gives it.
    tell: an exception that it raises ends the reading.
    """
    reader = _DocumentReader(found, seen, policy, tell)
    try:
        reader.read(Composer(data, found))
    except Abandoned:
        return reader.document(complete=False)
    except YAMLError as error:
        syntax.report(found, error, data)
        return reader.document(complete=False)
    return reader.document(complete=True)


def read_alone(data: bytes, found: Findings, policy: Policy) -> Document | None:
    """Read a manifest, or a part of one, that is right by itself and has no anchors; None for any other."""
    reader = _DocumentReader(found, Seen(), policy, None)
    composer = Composer(data, found)
    try:
        reader.read(composer)
    except (Abandoned, YAMLError):
        return None
    document = reader.document(complete=True)
    return None if found.errors or composer.anchored else document


class _DocumentReader:
    def __init__(self, found: Findings, seen: Seen, policy: Policy, tell: Tell | None) -> None:
        self._found = found
        self._tell = tell
        self._policy = policy
        self._assets = {plural: AssetReader(kind, found, seen, policy.vocabulary) for plural, kind in KINDS.items()}
        self._categories = CategoryReader(found, seen)
        self._rules = RuleReader(found, seen, policy.vocabulary)
        self._defaults: dict[str, Values] = {}
        self._flawed_defaults: set[str] = set()
        self._other_version = False

    def read(self, composer: Composer) -> None:
        """Read the whole document."""
        found = self._found
        root = composer.root()
        if root is None:
            found.error("VP118", self._empty(), _TOP)
            return
        if not composer.is_mapping(root):
            self._refuse_top(composer.node(root, 1))
            composer.end()
            return
        versioned = False
        for name, key in composer.keys(root):
            versioned = versioned or name == "apiVersion"
            self._section(name, key, composer)
        if not versioned:
            found.error("VP119", f"The manifest has no apiVersion. Add apiVersion: {API_VERSION} at its top.", _TOP)
        composer.end()

    def _refuse_top(self, node: Node) -> None:
        if isinstance(node, Scalar) and not node.value:
            self._found.error("VP118", self._empty(), _TOP)
        elif not isinstance(node, Bad):
            detail = f"The file is {describe(node)}. A manifest is a mapping: apiVersion, videos and so on."
            self._found.error("VP118", detail, node)

    def _empty(self) -> str:
        return f"{self._found.file} is empty. A manifest begins with apiVersion: {API_VERSION}."

    def _section(self, name: str, key: Placed, composer: Composer) -> None:
        found = self._found
        if name == "apiVersion":
            self._version(composer.value())
        elif name == "defaults":
            self._read_defaults(composer.value())
        elif name == "categories":
            for item in _items(composer, found, name):
                self._categories.read(item)
        elif name in self._assets:
            self._read_assets(self._assets[name], _items(composer, found, name))
        elif name == "rules":
            for item in _items(composer, found, name):
                self._rules.read(item)
        else:
            composer.value()
            reading.unknown_key(name, key, _SECTIONS, found, "a manifest")

    def _read_assets(self, reader: AssetReader, items: Iterator[Node]) -> None:
        told = 0
        for item in items:
            reader.read(item)
            if self._tell is not None and reader.entries % TOLD == 0:
                self._tell(reader.assets[told:])
                told = len(reader.assets)
        if self._tell is not None:
            self._tell(reader.assets[told:])

    def _version(self, node: Node) -> None:
        if not isinstance(node, Scalar) or reading.is_null(node):
            reading.wrong_type(node, self._found, "apiVersion", API_VERSION)
        elif node.value != API_VERSION:
            self._other_version = True
            detail = f"apiVersion is {describe(node)}; this vodplan reads {API_VERSION}."
            self._found.error("VP119", detail, node)

    def _read_defaults(self, node: Node) -> None:
        found = self._found
        defaults = reading.mapping(node, found, "defaults")
        if defaults is None:
            self._flawed_defaults.update(KINDS)
            return
        kinds = {kind.name: (plural, kind) for plural, kind in KINDS.items()}
        reading.unknown_keys(defaults.entries, tuple(kinds), found, "defaults")
        for name, (plural, kind) in kinds.items():
            pair = defaults.entries.get(name)
            if pair is None:
                continue
            before = found.errors
            block = reading.mapping(pair[1], found, f"defaults.{name}")
            if block is not None:
                readers = field_readers(kind, found, self._policy.vocabulary)
                reading.unknown_keys(block.entries, tuple(readers), found, f"the defaults of {article(kind.called)}")
                self._defaults[plural] = tuple(
                    readers[one.name][1](block.entries[one.name][1]) if one.name in block.entries else UNSET
                    for one in kind.fields
                )
            if found.errors != before:
                self._flawed_defaults.add(plural)

    def document(self, *, complete: bool) -> Document:
        """What the file asks for; when it was read to its end, with defaults and policy applied."""
        document = Document(categories=self._categories.categories, rules=self._rules.rules)
        document.managed["category"] = self._categories.entries
        for plural, reader in self._assets.items():
            document.managed[reader.kind.name] = reader.entries
            document.assets += self._finished(plural, reader) if complete else reader.assets
        if self._other_version:
            self._found.drop(lambda code: code in _FILE_CODES)
        return document

    def _finished(self, plural: str, reader: AssetReader) -> list[DesiredAsset]:
        if plural in self._flawed_defaults:
            return reader.assets
        required = self._policy.require.get(reader.kind.name, ())
        return finish(reader.assets, reader.kind, self._defaults.get(plural), required, self._found)


_TOP = Place(0, 0, None)


def _items(composer: Composer, found: Findings, name: str) -> Iterator[Node]:
    node = composer.items()
    if isinstance(node, Iterator):
        return node
    reading.wrong_type(node, found, name, "a list of entries, each with a dash, or []")
    return iter(())
