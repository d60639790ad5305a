"""Every link within the repository leads somewhere, and every page can be found."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs import pages


@pytest.mark.parametrize("path", pages.pages(), ids=lambda path: path.relative_to(pages.REPOSITORY).as_posix())
def test_page_relative_links_resolve(path: Path) -> None:
    """A link names a file that is there, and a heading that the file has."""
    text = path.read_text(encoding="utf-8")
    broken = []
    for link in pages.links(text):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists():
            broken.append(f"{link}: there is no such file")
        elif anchor and target.suffix == ".md" and anchor not in pages.anchors(target.read_text(encoding="utf-8")):
            broken.append(f"{link}: {target.name} has no such heading")

    assert not broken, "\n".join(broken)


def test_index_every_page_in_docs_is_listed() -> None:
    """Somebody who opens docs/index.md finds all there is."""
    listed = {link.partition("#")[0] for link in pages.links(pages.page("docs/index.md"))}
    folder = pages.REPOSITORY / "docs"

    there = {path.relative_to(folder).as_posix() for path in pages.pages() if path.is_relative_to(folder)}

    assert there - listed == {"index.md"}
