"""Manifests that do not stand on the disk are read like those that do."""

from __future__ import annotations

from pathlib import Path

from tests.unit.manifests.manifests import VERSION, codes, project
from vodplan.manifests.load import load, load_contents
from vodplan.manifests.source import MAX_BYTES

FILES = {
    "b.yaml": f"{VERSION}videos:\n  - {{id: v1, title: Again}}\n  - {{id: v2}}\n".encode(),
    "a.yaml": b"\xef\xbb\xbf" + f"{VERSION}videos:\n  - {{id: v1, title: One}}\n".encode(),
    "c.yaml": b"apiVersion: vodplan/v1\nvideos: [\x00]\n",
}


def test_contents_give_what_files_with_the_same_names_give(tmp_path: Path) -> None:
    """Entries, digest and findings, those between two files included, do not depend on where the bytes come from."""
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)

    of_disk, of_memory = load([], project=project(tmp_path)), load_contents(FILES, project=project(tmp_path))

    assert of_memory == of_disk
    assert codes(of_memory.diagnostics) == ["VP144", "VP149", "VP107"]


def test_contents_that_are_too_large_are_told_as_a_finding(tmp_path: Path) -> None:
    """The bound on a file holds wherever it comes from."""
    found = load_contents({"a.yaml": bytes(MAX_BYTES + 1)}, project=project(tmp_path))

    assert codes(found.diagnostics) == ["VP105"]


def test_contents_without_an_entry_are_fine(tmp_path: Path) -> None:
    """A revision before the first entry asked for nothing."""
    found = load_contents({}, project=project(tmp_path))

    assert (found.ok, found.files, found.desired.assets) == (True, (), ())
