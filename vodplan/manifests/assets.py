"""Reads the entries of `videos:`, `images:` and `attached:`."""

from __future__ import annotations

from collections.abc import Iterator

from vodplan.core.address import REFERENCE_PREFIX, SNAPSHOT_PREFIX, URL_PREFIX
from vodplan.core.desired import DesiredAsset
from vodplan.core.diagnostics import SourceRef
from vodplan.core.kind import Kind
from vodplan.core.values import UNSET, FieldValue
from vodplan.kinds.assets import ASSETS
from vodplan.kinds.image import IMAGE, SNAPSHOT_TYPES
from vodplan.manifests import limits, reading
from vodplan.manifests.fields import field_readers
from vodplan.manifests.findings import Findings
from vodplan.manifests.nodes import Map, Node, Placed
from vodplan.manifests.reading import Entries
from vodplan.manifests.removal import NO_REMOVAL, Removal, read_removal, refuse_beside_absent
from vodplan.manifests.seen import Seen, noted
from vodplan.manifests.wording import article, one_of

_PARTS = ("source", "force", "streams")
_REMOVAL = ("state", "reason", "after")
KINDS = {kind.plural: kind for kind in ASSETS.values()}
"""The manifest's key → the kind of asset that stands below it."""


class AssetReader:
    """Reads the entries of one kind in one file.

    assets: those without an error so far, in the order of the file, the file's defaults not yet applied.
    entries: how many entries there are, those with errors included.
    """

    def __init__(self, kind: Kind, found: Findings, seen: Seen, vocabulary: frozenset[str] | None) -> None:
        self.kind = kind
        self.assets: list[DesiredAsset] = []
        self.entries = 0
        self._found = found
        self._seen = seen
        self._fields = field_readers(kind, found, vocabulary)
        self._unset: list[FieldValue] = [UNSET] * len(kind.fields)
        self._identities = kind.identities
        self._beside = (*(field.name for field in kind.fields), *_PARTS)
        removal = (*_REMOVAL, *_PARTS) if kind.has_source else _REMOVAL
        self._others = frozenset((*self._identities, *removal, *(["types"] if kind is IMAGE else [])))
        self._known = (*(field.name for field in kind.fields), *sorted(self._others))
        self._what = article(kind.called)

    def read(self, node: Node) -> None:
        """Read one entry."""
        self.entries += 1
        found = self._found
        before = found.entry
        record = reading.mapping(node, found, f"An entry of {self.kind.plural}")
        if record is None:
            return
        values = self._unset.copy()
        others: dict[str, tuple[Placed, Node]] = {}
        for name, pair in record.entries.items():
            field = self._fields.get(name)
            if field is not None:
                values[field[0]] = field[1](pair[1])
            elif name in self._others:
                others[name] = pair
            else:
                reading.unknown_key(name, pair[0], self._known, found, self._what)
        mark = record.start_mark
        source = SourceRef(found.file, mark.line + found.first, mark.column + 1)
        removal = NO_REMOVAL
        if len(others) > 1:
            removal = read_removal(others, found)
            refuse_beside_absent(record.entries, removal, self._beside, found, f"the {self.kind.called}")
        keys = [key for key in self._keys(record, others, removal, source)]
        if found.errors == before:
            self.assets += [self._asset(key, values, source, removal) for key in keys]

    def _asset(self, key: str, values: list[FieldValue], source: SourceRef, removal: Removal) -> DesiredAsset:
        return DesiredAsset(
            kind=self.kind.name,
            key=key,
            values=() if removal.absent else tuple(values),
            source=source,
            absent=removal.absent,
            source_absent=removal.source_absent,
            source_force=removal.source_force,
            streams=removal.streams,
            reason=removal.reason,
            after=removal.after,
        )

    def _keys(self, record: Map, others: Entries, removal: Removal, source: SourceRef) -> Iterator[str]:
        """The keys of what an entry names: one, or one for each type of snapshot."""
        found = self._found
        named = [name for name in self._identities if name in others]
        if len(named) != 1:
            self._unplain(record, others, named)
            return
        name = named[0]
        node = others[name][1]
        if "types" in others and name != "video":
            found.error("VP140", "types goes with video: the video whose snapshots are meant.", others["types"][0])
        if name in ("url", "video") and not removal.absent and "state" not in others:
            what = "An image named by its address" if name == "url" else "A snapshot"
            found.error("VP143", f"{what} can only be deleted. Add state: absent.", others[name][0])
        if name == "video" and self.kind is IMAGE:
            yield from self._snapshots(record, others, node, source)
            return
        key = self._key(name, node)
        if key is None:
            return
        if self._seen.asset(noted(self.kind.name, key), source, found, node):
            yield key

    def _key(self, name: str, node: Node) -> str | None:
        if name == "id":
            return reading.identifier(node, self._found, "id")
        if name == "reference":
            reference = reading.checked(node, self._found, name, limits.reference_problem)
            return None if reference is None else REFERENCE_PREFIX + reference
        url = reading.checked(node, self._found, name, lambda written: limits.url_problem(name, written))
        return None if url is None else URL_PREFIX + url

    def _snapshots(self, record: Map, others: Entries, node: Node, source: SourceRef) -> Iterator[str]:
        found = self._found
        video = reading.identifier(node, found, "video")
        pair = others.get("types")
        if pair is None:
            reading.missing_key(f"types: a list of {one_of(SNAPSHOT_TYPES)}", found, "An entry by video", record)
            return
        types = reading.words(
            pair[1],
            found,
            "types",
            lambda item: reading.choice(item, found, "A type", SNAPSHOT_TYPES),
            empty=f"Name at least one of {one_of(SNAPSHOT_TYPES)}.",
        )
        for one in types or () if video is not None else ():
            if self._seen.snapshots(str(video), one, source, found, pair[1]):
                yield f"{SNAPSHOT_PREFIX}{video}:{one}"

    def _unplain(self, record: Map, others: Entries, named: list[str]) -> None:
        if named:
            both = " and ".join(named)
            self._found.error("VP140", f"The entry has {both}. Keep the one that names the asset.", others[named[1]][0])
        else:
            self._found.error("VP140", f"The entry names no asset. Add {one_of(self._identities)}.", record)
