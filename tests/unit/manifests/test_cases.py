"""Golden cases: a folder of files, and what a person is told about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.manifests.manifests import project, shown
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.errors import ManifestError
from vodplan.manifests.codes import CODES
from vodplan.manifests.load import load
from vodplan.manifests.project import find_project

CASES = Path(__file__).parents[2] / "cases" / "manifests"
FOLDERS = sorted(CASES.iterdir())

ELSEWHERE = {"VP101", "VP102", "VP103", "VP105", "VP137", "VP201", *(f"VP{one}" for one in range(160, 169))}
"""Codes about files that cannot stand in a repository, and about spreadsheets; test_discover.py, test_source.py,
test_bounds.py, test_project.py and sheets/ have them."""


def found_in(folder: Path) -> tuple[Diagnostic, ...]:
    """What is said about a case: about its project file when it has a wrong one, else about its manifests."""
    if not (folder / "vodplan.yaml").exists():
        return load([], project=project(folder)).diagnostics
    try:
        return load([], project=find_project(folder, environ={})).diagnostics
    except ManifestError as error:
        return error.diagnostics


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case_is_told_as_written(folder: Path, request: pytest.FixtureRequest) -> None:
    """Each finding has its place, its code, a sentence and the line it stands on."""
    expected = folder / "diagnostics.txt"
    text = shown(found_in(folder))
    if request.config.getoption("--update-cases", default=False):
        expected.write_text(text, encoding="utf-8")

    assert text == expected.read_text(encoding="utf-8")


def test_cases_show_every_code() -> None:
    """A code that no case shows could say anything."""
    told = {code for code in CODES if any(f"[{code}]" in _expected(folder) for folder in FOLDERS)}

    assert told | ELSEWHERE == set(CODES)
    assert not told & ELSEWHERE


def _expected(folder: Path) -> str:
    return (folder / "diagnostics.txt").read_text(encoding="utf-8")
