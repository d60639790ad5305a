"""Differences for people: whole, in the form that patch reads, and soon there for large files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vodplan.manifests.edit import diffs

LINES = st.lists(st.sampled_from(["a", "b", "c", "- id: 1", "- id: 2", "- id: 3", "", "x: é"]), max_size=14)


def joined(lines: list[str], end: str) -> bytes:
    """Lines as a file."""
    return ("\n".join(lines) + end).encode()


@given(LINES, LINES, st.sampled_from(["\n", "", "\r\n"]))
def test_unified_of_any_texts_leads_from_one_to_the_other(old: list[str], new: list[str], end: str) -> None:
    """Taking out what is marked - and putting in what is marked + gives the other text."""
    before, after = joined(old, end), joined(new, end)

    assert applied(before, diffs.unified("f", before, after)) == after


def applied(before: bytes, diff: str) -> bytes:
    """A text after a difference, by the numbers of its hunks."""
    old = before.decode().splitlines(keepends=True)
    new: list[str] = []
    at = 0
    lines = diff.split("\n")[2:-1] if diff else []
    for number, line in enumerate(lines):
        if line.startswith("@@"):
            start, _, length = line.split(" ")[1][1:].partition(",")
            begin = int(start) - (length != "0")
            new += old[at:begin]
            at = begin
            continue
        if line.startswith("\\"):
            continue
        ended = number + 1 >= len(lines) or not lines[number + 1].startswith("\\")
        text = line[1:] + ("\n" if ended else "")
        if line[0] in " -":
            assert old[at] == text
            at += 1
        if line[0] in " +":
            new.append(text)
    return "".join(new + old[at:]).encode()


def test_unified_of_an_edit_in_every_entry_shows_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines with ids belong together, so that nothing but what is between two of them is compared."""
    monkeypatch.setattr(diffs, "MOST", 10)
    before = "".join(f"  - id: v{number}\n    title: A\n    tags: [a]\n" for number in range(2_000)).encode()

    diff = diffs.unified("f", before, before.replace(b"[a]", b"[b]"))

    assert diff.count("\n-    tags: [a]\n+    tags: [b]\n") == 2_000
    assert diff.startswith("--- f\n+++ f\n@@ -1,6000 +1,6000 @@\n   - id: v0\n")


def test_unified_of_too_many_lines_in_a_row_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing them would take longer than anybody waits."""
    monkeypatch.setattr(diffs, "MOST", 10)

    diff = diffs.unified("f", b"a\n" * 11, b"b\n" * 12)

    assert diff == "--- f\n+++ f\n11 lines become 12; git diff shows them.\n"


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs the program patch")
@pytest.mark.parametrize("after", ["a\nB\nc\nd\ne\nf\ng\nh\ni\nJ\n", "", "b\nc\n", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk"])
def test_unified_is_what_patch_reads(tmp_path: Path, after: str) -> None:
    """Hunks have the numbers and the marks that other programs expect."""
    before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"
    path = tmp_path / "f"
    path.write_text(before)

    patched = subprocess.run(
        ["patch", "-p0", "--silent", str(path)],
        input=diffs.unified("f", before.encode(), after.encode()).encode(),
        check=False,
        capture_output=True,
    )

    assert patched.returncode == 0, patched.stdout
    assert (path.read_text() if path.exists() else "") == after
