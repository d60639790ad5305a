"""Every complete YAML example in the pages is valid, so that it can be copied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.docs import pages
from vodplan.manifests.load import load
from vodplan.manifests.project import find_project

PROJECT_KEYS = ("manifests:", "default_target:", "targets:", "policy:", "drift:", "store:", "limits:")

EXAMPLES = [
    pytest.param(block, id=f"{path.relative_to(pages.REPOSITORY).as_posix()}-{number}")
    for path in pages.pages()
    for number, block in enumerate(pages.blocks(path.read_text(encoding="utf-8"), "yaml"), 1)
    if "apiVersion: vodplan/v1\n" in block
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_in_a_page_is_valid(example: str, tmp_path: Path) -> None:
    """A manifest or a project file that a page shows has no error."""
    is_project = any(line.startswith(PROJECT_KEYS) for line in example.splitlines())
    folder = tmp_path / "manifests"
    folder.mkdir()
    folder.joinpath("one.yaml").write_text(
        "apiVersion: vodplan/v1\ncategories: [{path: A}]\n" if is_project else example, encoding="utf-8"
    )
    config = tmp_path / "vodplan.yaml"
    config.write_text(example if is_project else "apiVersion: vodplan/v1\n", encoding="utf-8")

    project = find_project(tmp_path, explicit=config, environ={})
    loaded = load([], project=project)

    assert loaded.ok, "\n".join(f"{one.span}: {one.code} {one.detail}" for one in loaded.diagnostics)


def test_examples_of_the_contract_are_among_them() -> None:
    """The contract shows one project file and one manifest; a typing slip in the marker must not hide them."""
    assert [one.id for one in EXAMPLES if str(one.id).startswith("docs/contract.md")] == [
        "docs/contract.md-1",
        "docs/contract.md-2",
    ]


def test_json_examples_in_the_pages_parse() -> None:
    """What a page calls JSON is JSON."""
    for path in pages.pages():
        for number, block in enumerate(pages.blocks(path.read_text(encoding="utf-8"), "json"), 1):
            try:
                json.loads(block)
            except ValueError as error:
                pytest.fail(f"{path.name}, JSON block {number}: {error}")
