"""The repository speaks of the project alone: of no package index, of nobody's machine."""

from __future__ import annotations

import re

import pytest

from tests.docs import pages

# Written so that this file does not name what it looks for.
INDEX_HOSTS = re.compile(
    r"pyp[i]\.org|pythonhoste[d]\.|registry\.npmj[s]|registry\.yarnpk[g]|deb\.debia[n]\.|security\.debia[n]\."
    r"|archive\.ubunt[u]\.|crates\.i[o]|--(?:extra-)?index-ur[l]|--find-link[s]|--trusted-hos[t]",
    re.IGNORECASE,
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.~$}*-])/(?:hom[e]|User[s]|roo[t]|wor[k]|far[m]|mn[t]|privat[e])/[\w.]|[A-Z]:\\\\?User[s]\\", re.ASCII
)


def offences(pattern: re.Pattern[str], text: str) -> list[str]:
    """Each line of a text that a pattern finds something in, with its number."""
    return [
        f"{number}: {line.strip()[:120]}" for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)
    ]


@pytest.mark.parametrize("pattern", [INDEX_HOSTS, MACHINE_PATHS], ids=["package index", "path of a machine"])
def test_repository_file_names_no_index_and_no_machine(pattern: re.Pattern[str]) -> None:
    """Installing goes wherever pip is configured to go, and nothing works in one person's folder only."""
    found = [
        f"{path.relative_to(pages.REPOSITORY)}:{offence}"
        for path in pages.repository_files()
        for offence in offences(pattern, path.read_text(encoding="utf-8", errors="replace"))
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "https://files.pythonhoste" + "d.org/x",
        "-" + "-index-url https://mirror.example.com",
        "-" + "-find-links wheels",
        "https://PyP" + "I.org/simple",
    ],
)
def test_index_host_pattern_finds_one(line: str) -> None:
    """The check is not blind."""
    assert offences(INDEX_HOSTS, f"first\n{line}") == [f"2: {line}"]


@pytest.mark.parametrize(
    "line", ["open /hom" + "e/ann/x", "'/roo" + "t/.cache'", "/wor" + "k/main", "C:\\User" + "s\\ann"]
)
def test_machine_path_pattern_finds_one(line: str) -> None:
    """The check is not blind."""
    assert offences(MACHINE_PATHS, line) == [f"1: {line}"]


@pytest.mark.parametrize(
    "line", ["docs/work/x", "~/work/x", "https://example.com/home/", "/path/to/python3.12", "$HOME/x"]
)
def test_machine_path_pattern_leaves_other_paths_alone(line: str) -> None:
    """An example may name a path that is nobody's."""
    assert offences(MACHINE_PATHS, line) == []
