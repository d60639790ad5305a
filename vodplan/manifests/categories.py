"""Reads the entries of `categories:`."""

from __future__ import annotations

from vodplan.core.desired import DesiredCategory
from vodplan.core.diagnostics import SourceRef
from vodplan.manifests import limits, reading
from vodplan.manifests.findings import Findings
from vodplan.manifests.nodes import Map, Node
from vodplan.manifests.removal import Removal, read_removal, refuse_beside_absent
from vodplan.manifests.seen import Seen
from vodplan.manifests.wording import quoted

_KEYS = ("path", "renamed_from", "state", "reason", "after")


class CategoryReader:
    """Reads the categories of one file.

    categories: those without an error so far, in the order of the file.
    entries:    how many entries there are, those with errors included.
    """

    def __init__(self, found: Findings, seen: Seen) -> None:
        self.categories: list[DesiredCategory] = []
        self.entries = 0
        self._found = found
        self._seen = seen

    def read(self, node: Node) -> None:
        """Read one entry."""
        self.entries += 1
        found = self._found
        before = found.entry
        record = reading.mapping(node, found, "An entry of categories")
        if record is None:
            return
        reading.unknown_keys(record.entries, _KEYS, found, "a category")
        removal = read_removal({name: pair for name, pair in record.entries.items() if name in _KEYS[2:]}, found)
        refuse_beside_absent(record.entries, removal, ("renamed_from",), found, "the category")
        source = SourceRef(found.file, record.start_mark.line + found.first, record.start_mark.column + 1)
        path = self._path(record, source)
        renamed_from = self._renamed_from(record, path, source)
        if found.errors == before and path is not None:
            self.categories.append(_category(path, renamed_from, removal, source))

    def _path(self, record: Map, source: SourceRef) -> str | None:
        pair = record.entries.get("path")
        if pair is None:
            reading.missing_key("path", self._found, "A category", record)
            return None
        path = reading.checked(pair[1], self._found, "path", limits.path_problem)
        if path is not None:
            self._seen.category(path, source, self._found, pair[1])
        return path

    def _renamed_from(self, record: Map, path: str | None, source: SourceRef) -> str | None:
        pair = record.entries.get("renamed_from")
        if pair is None:
            return None
        old = reading.checked(pair[1], self._found, "renamed_from", limits.path_problem)
        if old is None or path is None:
            return None
        if old == path:
            self._found.error("VP146", f"The category already is {quoted(path)}. Remove renamed_from.", pair[1])
        elif old.rpartition("/")[0] != path.rpartition("/")[0]:
            self._found.error(
                "VP146",
                f"{quoted(old)} to {quoted(path)} would move the category, and the service can only rename it in "
                "place. Make the new category, give it the assets, then delete the old one.",
                pair[1],
            )
        else:
            self._seen.old_path(old, source, self._found, pair[1])
        return old


def _category(path: str, renamed_from: str | None, removal: Removal, source: SourceRef) -> DesiredCategory:
    return DesiredCategory(
        path=path,
        source=source,
        renamed_from=renamed_from,
        absent=removal.absent,
        reason=removal.reason,
        after=removal.after,
    )
