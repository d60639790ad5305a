"""Exit codes, error codes and kinds are documented, and none that does not exist."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import vodplan
import vodplan.core.codes
import vodplan.manifests.codes
from tests.docs import pages
from vodplan.cli.arguments import build_parser
from vodplan.core.errors import VodplanError
from vodplan.registry import KINDS

SUMMARIES = {
    **{code: info.summary for code, info in vodplan.manifests.codes.CODES.items()},
    **vodplan.core.codes.CODES,
}

NOT_FROM_ERRORS = {0, 2, 64, 130}
"""Done, changes pending, usage, interrupted: how a command can end without a VodplanError."""


def error_classes() -> Iterator[type[VodplanError]]:
    """The whole tree of errors, those that other rooms add included."""
    for module in pkgutil.walk_packages(vodplan.__path__, "vodplan."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    yield from _tree(VodplanError)


def _tree(root: type[VodplanError]) -> Iterator[type[VodplanError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


def test_exit_codes_are_those_of_the_contract() -> None:
    """The contract's table, `--help` and the code agree on how commands end."""
    table = pages.section(pages.page("docs/contract.md"), "Exit codes").text
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", table, flags=re.MULTILINE)}
    shown = {
        int(code) for code in re.findall(r"(?:^|\s)(\d+) [A-Za-z]", (build_parser().epilog or "").partition("\n")[2])
    }

    assert documented == {error.exit_code for error in error_classes()} | NOT_FROM_ERRORS
    assert shown == documented


@pytest.mark.parametrize("code", sorted(SUMMARIES))
def test_error_code_has_a_section(code: str) -> None:
    """Every code that a message can carry has a section in docs/errors.md, under the same summary."""
    titles = [pages.plain(one.title) for one in pages.sections(pages.page("docs/errors.md"))]

    (title,) = [title for title in titles if title.startswith(code)]

    assert SUMMARIES[code] in title


def test_error_code_that_is_documented_exists() -> None:
    """A section for a code that nothing raises would send readers astray."""
    documented = re.findall(r"^#+ `?(VP\d+)", pages.page("docs/errors.md"), flags=re.MULTILINE)

    assert sorted(documented) == sorted(SUMMARIES)


def test_error_code_sources_name_only_codes_that_exist() -> None:
    """A code that is not in the tables has no summary and no page."""
    used = {
        code
        for path in pages.repository_files()
        if path.suffix == ".py" and path.is_relative_to(pages.REPOSITORY / "vodplan")
        for code in re.findall(r"[\"'](VP\d{3})[\"']", path.read_text(encoding="utf-8"))
    }

    assert used <= set(SUMMARIES)


@pytest.mark.parametrize("kind", KINDS)
def test_kind_has_a_section_that_names_its_fields(kind: str) -> None:
    """docs/manifests.md says of each kind what can be set."""
    text = pages.page("docs/manifests.md")
    plural = {"category": "categories", "attached": "attached media"}.get(kind, f"{kind}s")
    (found,) = [one for one in pages.sections(text) if pages.plain(one.title).lower() == plural]

    missing = [field.name for field in KINDS[kind].fields if f"`{field.name}" not in found.text]

    assert not missing
