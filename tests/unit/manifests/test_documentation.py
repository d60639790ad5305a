"""The pages about manifests show what is so: right examples are right, wrong ones are wrong in the way they say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from tests.docs import pages
from tests.unit.manifests.manifests import VERSION, codes, loaded, plain, project
from vodplan.manifests.codes import CODES
from vodplan.manifests.load import load

ROOT = Path(__file__).parents[3]
SECTIONS = {
    one.title.split()[0]: one for one in pages.sections(pages.page("docs/errors.md")) if one.title.startswith("VP")
}
WRONG = [
    pytest.param(code, block, id=f"{code}-{number}")
    for code, one in SECTIONS.items()
    if code < "VP2"
    for number, block in enumerate(pages.blocks(one.text, "yaml"), 1)
]
WITHOUT_EXAMPLE = {
    *("VP101", "VP102", "VP103", "VP105", "VP106", "VP107", "VP112", "VP118", "VP137", "VP150", "VP151", "VP199"),
    *(f"VP{number}" for number in range(160, 169)),
}
"""Codes that a few lines of YAML cannot show, those of spreadsheets among them."""


@pytest.mark.parametrize("code", sorted(CODES))
def test_code_has_a_section_with_its_summary_and_a_remedy(code: str) -> None:
    """A code in a terminal leads to a section with the same words and more than them."""
    section = SECTIONS[code]

    assert section.title == f"{code} {CODES[code].summary}"
    assert len(section.text.split()) > len(CODES[code].summary.split()) + 5


@pytest.mark.parametrize(("code", "block"), WRONG)
def test_example_of_an_error_makes_that_error(code: str, block: str, tmp_path: Path) -> None:
    """Each example is wrong in the way its section is about, and in no other."""
    text = block if "apiVersion" in block else VERSION + block

    assert codes(loaded(tmp_path, text.encode()).diagnostics) == [code]


def test_every_code_that_can_be_shown_has_an_example() -> None:
    """An example says more than a sentence."""
    shown = {str(one.id).split("-")[0] for one in WRONG}

    assert shown | WITHOUT_EXAMPLE == {code for code in CODES if code < "VP2"}


def test_every_example_of_the_manifest_page_is_complete() -> None:
    """The page promises that its examples can be copied; tests/docs checks that complete ones are valid."""
    blocks = pages.blocks(pages.page("docs/manifests.md"), "yaml")

    assert len(blocks) >= 6
    assert [block for block in blocks if "apiVersion: vodplan/v1\n" not in block] == []


@pytest.mark.parametrize("name", ["docs/manifests.md", "docs/errors.md"])
def test_numbers_on_the_pages_are_those_of_the_code(name: str) -> None:
    """The bounds that the pages state are the bounds that hold."""
    from vodplan.manifests import compose, limits, source

    text = pages.page(name)

    assert f"{compose.MAX_ALIAS:,}" in text
    assert f"{compose.MAX_ALIASES:,}" in text
    assert f"{limits.MAX_URL_BYTES:,}" in text
    assert f"{source.MAX_BYTES // 1024**2} MiB" in text


def test_example_manifests_are_valid() -> None:
    """The manifests of the demo have neither errors nor warnings, and use every form there is."""
    found = load([], project=project(ROOT, "manifests"))
    assets, categories = found.desired.assets, found.desired.categories

    assert found.diagnostics == ()
    assert any(one.absent and one.kind == "video" for one in assets)
    assert any(one.after for one in assets)
    assert any(one.source_force for one in assets)
    assert any(one.source_absent and not one.source_force for one in assets)
    assert any(one.streams and one.streams.jobs for one in assets)
    assert any(one.streams and one.streams.keep_definitions for one in assets)
    assert {re.match(r"(ref:|url:|video:)?", one.key)[0] for one in assets} == {"", "ref:", "url:", "video:"}  # type: ignore[index]  # matches anything
    assert any(one.renamed_from for one in categories)
    assert any(one.absent for one in categories)


@pytest.mark.parametrize("path", sorted((ROOT / "manifests").glob("*.yaml")), ids=lambda path: path.name)
def test_example_manifest_names_its_schema_and_fits_it(path: Path) -> None:
    """An editor that opens an example checks it."""
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)

    assert found is not None
    written = json.loads((path.parent / found[1]).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(written).validate(plain(text))
