"""Golden cases, byte for byte: a file, edits, and the file afterwards or why it was left alone."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from vodplan.manifests.edit import AddEntry, At, ClearField, Edit, RemoveField, SetField, Unsafe, edit

CASES = Path(__file__).parents[3] / "cases" / "edit"
FOLDERS = sorted(folder for folder in CASES.iterdir() if folder.is_dir())


def edits_of(folder: Path) -> list[Edit]:
    """The edits of a case."""
    return [_edit(one) for one in json.loads((folder / "edits.json").read_text(encoding="utf-8"))]


def _edit(one: dict[str, Any]) -> Edit:
    if "add" in one:
        return AddEntry(section=one["add"], values=one["values"])
    if "clear" in one:
        return ClearField(at=At(*one["clear"]), field=one["field"])
    if "remove" in one:
        return RemoveField(at=At(*one["remove"]), path=tuple(one["path"]))
    value = datetime.date.fromisoformat(one["date"]) if "date" in one else one["value"]
    over = one.get("over_defaults", False)
    return SetField(at=At(*one["set"]), path=tuple(one["path"]), value=value, over_defaults=over)


def result_of(folder: Path) -> tuple[str, bytes]:
    """The name of the file that tells what became of a case, and its content."""
    try:
        return "after.yaml", edit((folder / "before.yaml").read_bytes(), edits_of(folder)).content
    except Unsafe as error:
        told = {"line": error.line, "column": error.column, "why": error.why, "advice": error.advice}
        return "refusal.json", (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case_ends_byte_for_byte_as_written(folder: Path, request: pytest.FixtureRequest) -> None:
    """What an edit leaves behind was read by a person; nothing about it changes by the way."""
    name, content = result_of(folder)
    if request.config.getoption("--update-cases", default=False):
        for old in ("after.yaml", "refusal.json"):
            (folder / old).unlink(missing_ok=True)
        (folder / name).write_bytes(content)

    assert content == (folder / name).read_bytes()
    assert ("refused" in folder.name) == (name == "refusal.json")


@pytest.mark.parametrize("folder", [one for one in FOLDERS if "refused" not in one.name], ids=lambda one: one.name)
def test_case_made_twice_changes_nothing_more(folder: Path) -> None:
    """A value that is there already is not written again, whatever it looks like."""
    edits = [one for one in edits_of(folder) if not isinstance(one, AddEntry)]
    once = edit((folder / "before.yaml").read_bytes(), edits).content
    lines = once.split(b"\n")
    unmoved = [
        one
        for one in edits
        if lines[: one.at.line] == (folder / "before.yaml").read_bytes().split(b"\n")[: one.at.line]
    ]

    assert edit(once, unmoved).content == once
