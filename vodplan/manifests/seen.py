"""What the manifests read so far have named, so that nothing is named twice."""

from __future__ import annotations

from vodplan.core.diagnostics import SourceRef
from vodplan.kinds.image import SNAPSHOT_TYPES
from vodplan.manifests.findings import Findings
from vodplan.manifests.nodes import Placed
from vodplan.manifests.wording import quoted

ALL_SNAPSHOTS = SNAPSHOT_TYPES[-1]


class Seen:
    """Every address and category named so far, over all files. Files are read in order of their names."""

    def __init__(self) -> None:
        self._assets: dict[str, SourceRef] = {}
        self._paths: dict[str, SourceRef] = {}
        self._old_paths: dict[str, SourceRef] = {}

    def asset(self, address: str, source: SourceRef, found: Findings, at: Placed) -> bool:
        """Note an asset; False, with a finding that names both places, when it is already noted."""
        first = self._assets.setdefault(address, source)
        if first is source:
            return True
        found.error("VP144", f"{address} already has an entry in {_place(first)}. Join the two entries.", at)
        return False

    def snapshots(self, video: str, one: str, source: SourceRef, found: Findings, at: Placed) -> bool:
        """Note the snapshots of one type of a video; `All` overlaps with every other type."""
        rivals = SNAPSHOT_TYPES[:-1] if one == ALL_SNAPSHOTS else (ALL_SNAPSHOTS,)
        for rival in rivals:
            first = self._assets.get(f"image/video:{video}:{rival}")
            if first is not None:
                found.error(
                    "VP144",
                    f"{ALL_SNAPSHOTS} means every type, and {rival if one == ALL_SNAPSHOTS else one} of the same video "
                    f"is named too ({_place(first)} and here). Keep one of the two.",
                    at,
                )
                return False
        return self.asset(f"image/video:{video}:{one}", source, found, at)

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


def _place(source: SourceRef) -> str:
    return f"{source.file}:{source.line}:{source.column}"
