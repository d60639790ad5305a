"""What the manifests read so far have named, so that nothing is named twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vodplan.core.address import SNAPSHOT_PREFIX, URL_PREFIX
from vodplan.core.desired import DesiredAsset, DesiredCategory
from vodplan.core.diagnostics import SourceRef
from vodplan.core.urls import resource_key
from vodplan.kinds.image import SNAPSHOT_TYPES
from vodplan.manifests.findings import Findings
from vodplan.manifests.nodes import Placed
from vodplan.manifests.wording import quoted

ALL_SNAPSHOTS = SNAPSHOT_TYPES[-1]
_SNAPSHOTS = f"image/{SNAPSHOT_PREFIX}"


class Seen:
    """Every address and category named so far, over all files. Files are read in order of their names."""

    def __init__(self) -> None:
        self._assets: dict[str, SourceRef] = {}
        self._paths: dict[str, SourceRef] = {}
        self._old_paths: dict[str, SourceRef] = {}
        self._rules: dict[str, SourceRef] = {}

    def join(self, assets: Iterable[DesiredAsset], categories: Iterable[DesiredCategory]) -> bool:
        """Note all that a file names that is right part by part; False, with nothing noted, when not all is new."""
        addresses: dict[str, SourceRef] = {}
        rivals: list[str] = []
        count = 0
        for one in assets:
            address = f"{one.kind}/{one.key}"
            if ":" in one.key:
                address = noted(one.kind, one.key)
                rivals += _rivals(address)
            count += 1
            addresses[address] = one.source
        if len(addresses) < count or not addresses.keys().isdisjoint(rivals):
            return False
        if not self._assets.keys().isdisjoint(addresses) or not self._assets.keys().isdisjoint(rivals):
            return False
        categories = list(categories)
        paths = {one.path: one.source for one in categories}
        renames = [(one.renamed_from, one.source) for one in categories if one.renamed_from is not None]
        old_paths = dict(renames)
        if len(paths) < len(categories) or len(old_paths) < len(renames) or not paths.keys().isdisjoint(old_paths):
            return False
        named, renamed = self._paths.keys(), self._old_paths.keys()
        if not all(mine.isdisjoint(theirs) for mine in (paths.keys(), old_paths.keys()) for theirs in (named, renamed)):
            return False
        self._assets.update(addresses)
        self._paths.update(paths)
        self._old_paths.update(old_paths)
        return True

    def asset(self, address: str, source: SourceRef, found: Findings, at: Placed) -> bool:
        """Note an asset; False, with a finding that names both places, when it is already noted."""
        first = self._assets.setdefault(address, source)
        if first is source:
            return True
        found.error("VP144", f"{address} already has an entry in {_place(first)}. Join the two entries.", at)
        return False

    def snapshots(self, video: str, one: str, source: SourceRef, found: Findings, at: Placed) -> bool:
        """Note the snapshots of one type of a video; `All` overlaps with every other type."""
        address = f"{_SNAPSHOTS}{video}:{one}"
        for rival in _rivals(address):
            first = self._assets.get(rival)
            if first is not None:
                other = rival.rpartition(":")[2] if one == ALL_SNAPSHOTS else one
                found.error(
                    "VP144",
                    f"{ALL_SNAPSHOTS} means every type, and {other} of the same video "
                    f"is named too ({_place(first)} and here). Keep one of the two.",
                    at,
                )
                return False
        return self.asset(address, source, found, at)

    def category(self, path: str, source: SourceRef, found: Findings, at: Placed) -> bool:
        """Note a category; False, with a finding, when it is already noted or another entry renames it."""
        first = self._paths.setdefault(path, source)
        if first is not source:
            found.error("VP145", f"{quoted(path)} already has an entry in {_place(first)}. Keep one of the two.", at)
            return False
        renamed = self._old_paths.get(path)
        if renamed is not None:
            self._contradiction(path, renamed, found, at)
        return renamed is None

    def rule(self, name: str, source: SourceRef, found: Findings, at: Placed) -> bool:
        """Note a rule; False, with a finding, when there is one of that name."""
        first = self._rules.setdefault(name, source)
        if first is not source:
            found.error("VP154", f"A rule {quoted(name)} stands in {_place(first)} already. Rename one of them.", at)
        return first is source

    def old_path(self, path: str, source: SourceRef, found: Findings, at: Placed) -> bool:
        """Note the former path of a category that is renamed."""
        first = self._old_paths.setdefault(path, source)
        if first is not source:
            found.error("VP146", f"{quoted(path)} is already renamed in {_place(first)}. Keep one of the two.", at)
            return False
        kept = self._paths.get(path)
        if kept is not None:
            self._contradiction(path, kept, found, at)
        return kept is None

    def _contradiction(self, path: str, other: SourceRef, found: Findings, at: Placed) -> None:
        found.error(
            "VP146",
            f"One entry renames {quoted(path)} and another has it as its path ({_place(other)}). Remove one of them.",
            at,
        )


def noted(kind: str, key: str) -> str:
    """What an asset is noted as: its address, and for a URL what all URLs of one resource share."""
    if not key.startswith(URL_PREFIX):
        return f"{kind}/{key}"
    return f"{kind}/{URL_PREFIX}{resource_key(key.removeprefix(URL_PREFIX))}"


def _rivals(address: str) -> Sequence[str]:
    """What the snapshots of one type of a video cannot stand beside; nothing for any other asset."""
    if not address.startswith(_SNAPSHOTS):
        return ()
    video, _, one = address.rpartition(":")
    return [f"{video}:{rival}" for rival in (SNAPSHOT_TYPES[:-1] if one == ALL_SNAPSHOTS else (ALL_SNAPSHOTS,))]


def _place(source: SourceRef) -> str:
    return f"{source.file}:{source.line}:{source.column}"
