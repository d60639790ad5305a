"""The canonical layout, point by point."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs import pages
from tests.unit.manifests.manifests import project
from vodplan.manifests.edit import Unsafe
from vodplan.manifests.edit.diffs import MOST, unified
from vodplan.manifests.edit.files import digest_of
from vodplan.manifests.edit.layout import formatted
from vodplan.manifests.load import load

HEAD = "apiVersion: vodplan/v1\n"


def laid(text: str) -> str:
    """A manifest in the canonical layout, without its first line."""
    return formatted((HEAD + text).encode()).decode().removeprefix(HEAD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("videos:\n- id: a\n  title:   x\n", "videos:\n  - id: a\n    title: x\n"),
        ("videos:\n    -   id: a\n        tags: [ b,c ]\n", "videos:\n  - id: a\n    tags: [b, c]\n"),
        ("videos: []   \n\n\n\nimages: []\n\n", "videos: []\n\nimages: []\n"),
        ("videos:\n  - {id: a}\nimages:\n  - {id: b}\n", "videos:\n  - {id: a}\n\nimages:\n  - {id: b}\n"),
        ("videos:\n\n  - id: a\n\n\n  - id: b\n", "videos:\n  - id: a\n\n  - id: b\n"),
        (
            "videos:\n  - id: a\n    tags: [\n      b,   # why\n      c]\n",
            "videos:\n  - id: a\n    tags:\n      - b   # why\n      - c\n",
        ),
        ("videos:\n  - id: a\n    title:\n      'x'\n", "videos:\n  - id: a\n    title: 'x'\n"),
        ("videos:\n- id: a\n  title: over\n     two lines\n", "videos:\n  - id: a\n    title: over\n      two lines\n"),
        (
            "videos:\n- id: a\n  description: |\n         deep\n          er\n",
            "videos:\n  - id: a\n    description: |\n      deep\n       er\n",
        ),
        (
            "videos:\n- id: a\n  description: |4\n       x\n  title: y\n",
            "videos:\n  - id: a\n    description: |2\n       x\n    title: y\n",
        ),
        (
            "videos:\n  - id: a\n    description: |\n      no end",
            "videos:\n  - id: a\n    description: |-\n      no end\n",
        ),
        (
            "videos:\n  - id: a\n    description: |+\n      two\n\n",
            "videos:\n  - id: a\n    description: |+\n      two\n\n",
        ),
        ("videos:\n  - &a {id: a}\n  - &b\n    id: b\n", "videos:\n  - &a {id: a}\n  - &b\n    id: b\n"),
        (
            "videos:\n- id: a\n  # end of a\n# about b\n- id: b\n# end\n",
            "videos:\n  - id: a\n    # end of a\n  # about b\n  - id: b\n# end\n",
        ),
        ("videos:\n  - id: a\n# about images\nimages: []\n", "videos:\n  - id: a\n\n# about images\nimages: []\n"),
        ("videos: [{id: a, title: b}]\n", "videos: [{id: a, title: b}]\n"),
    ],
)
def test_layout_is_as_documented(text: str, expected: str) -> None:
    """One way to write each thing; what is the author's stays."""
    assert laid(text) == expected
    assert laid(expected) == expected


def test_layout_opens_brackets_that_do_not_fit_in_a_line() -> None:
    """A long entry reads better with a line for each field."""
    title, text = "t" * 60, "d" * 60
    assert laid(f"videos:\n  - {{id: a, title: {title}, description: {text}}}\n") == (
        f"videos:\n  - id: a\n    title: {title}\n    description: {text}\n"
    )


def test_layout_takes_away_byte_order_mark_and_carriage_returns() -> None:
    """One form in git, whatever system wrote it."""
    assert formatted(b"\xef\xbb\xbf" + HEAD.encode() + b"videos: []\r\n") == HEAD.encode() + b"videos: []\n"


def test_layout_of_a_file_in_braces_is_that_of_any_other() -> None:
    """JSON is YAML, too."""
    assert formatted(b'{"apiVersion": "vodplan/v1",\n "videos": [{"id": "a"}]}') == (
        b'"apiVersion": "vodplan/v1"\n"videos": [{"id": "a"}]\n'
    )


@pytest.mark.parametrize("text", ["videos: [\n", "a: 1\n---\nb: 2\n", "\tvideos: []\n", "- a\n", "a: 1\na: 2\n"])
def test_layout_of_what_cannot_be_read_is_left_alone(text: str) -> None:
    """Nobody can say what the file means, so nothing is moved in it."""
    with pytest.raises(Unsafe):
        formatted(text.encode())


@pytest.mark.parametrize("page", ["docs/editing.md"])
def test_example_of_the_page_has_the_layout(page: str) -> None:
    """What the page shows is what the command writes."""
    found = pages.blocks(pages.page(page), "yaml")

    assert found
    assert all(formatted(block.encode()) == block.encode() for block in found)


def test_difference_has_the_lines_of_the_file() -> None:
    """Equal lines before the first change are not compared, and still counted."""
    before = "".join(f"line {number}\n" for number in range(100))
    after = before.replace("line 70\n", "other\n")

    assert unified("a.yaml", before.encode(), after.encode()) == (
        "--- a.yaml\n+++ a.yaml\n@@ -68,7 +68,7 @@\n line 67\n line 68\n line 69\n-line 70\n+other\n line 71\n line 72\n line 73\n"
    )


def test_difference_of_very_many_lines_is_told_in_numbers() -> None:
    """Comparing them would take minutes, and nobody reads it."""
    before = "".join(f"{number}\n" for number in range(MOST + 2))
    after = "".join(f" {number}\n" for number in range(MOST + 2))

    assert unified("a.yaml", before.encode(), after.encode()).endswith(
        "20,002 lines become 20,002; git diff shows them.\n"
    )


def test_digest_of_files_is_that_of_loading_them(tmp_path: Path) -> None:
    """So that a change of the files since they were loaded is noticed without parsing them."""
    contents = {
        "a.yaml": HEAD.encode() + b"videos:\n  - {id: a, title: b}\n",
        "b.yaml": b"\xef\xbb\xbf" + HEAD.encode(),
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)

    assert load([], project=project(tmp_path)).desired.digest == digest_of(contents)
