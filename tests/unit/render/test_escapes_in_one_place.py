"""Escaping is done in one place: whoever reads that file has read all of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[3] / "vodplan"
HERE = "render/escape.py"

ELSEWHERE: Mapping[str, str] = {
    "render/canvas.py: escape sequence": "our own colors",
    "render/html/links.py: urllib.parse.quote": "which addresses a page may open, not how they are written",
    "render/html/marks.py: markupsafe.escape": "labels in a page, around what escape.terminal does not pass",
    "render/html/marks.py: markupsafe.Markup": "the same",
    "render/html/page.py: markupsafe.Markup": "our own style and scripts, and JSON through escape.html_json",
    "render/width.py: escape sequence": "looks for our own colors",
    "store/scrub.py: writes %25": "takes secrets out, in whatever way they were written",
    "vod/storage.py: urllib.parse.quote": "the address of a file",
    "vod/image_api.py: urllib.parse.quote": "a parameter of a call",
    "store/snapshot.py: urllib.parse.quote": "the name of a database",
}
"""What escapes outside, and why it may."""

ESCAPERS = frozenset(
    {"html.escape", "markupsafe.escape", "markupsafe.Markup", "urllib.parse.quote", "xml.sax.saxutils"}
)
SIGNS = frozenset({"&", "<", ">", '"', "%", "`", "|", "::", "##[", "\x1b", "\u202e", "\u2028"})
WRITTEN = re.compile("&(?:amp|lt|gt|quot|#39);|%0[AaDd]|%25(?!3D)|\x1b")


def _escaping(tree: ast.Module) -> Iterator[str]:
    """Everything in a file that makes texts harmless, or looks as if it did."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module)):
                yield from (f"{module}.{one.name}" for one in node.names if f"{module}.{one.name}" in ESCAPERS)
            case ast.Import():
                yield from ("html.escape" for one in node.names if one.name in ("html", "cgi"))
            case ast.Call(func=ast.Attribute(attr="replace"), args=[ast.Constant(value=str(sign)), *_]) if (
                sign in SIGNS
            ):
                yield f"replaces {sign!r}"
            case ast.Constant(value=str(text)) if WRITTEN.search(text):
                yield "escape sequence" if "\x1b" in text else f"writes {WRITTEN.search(text)[0]}"  # type: ignore[index]


def _found() -> Iterator[str]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        # The emulator is the service: it answers in XML of its own, and prints nothing that strangers typed.
        if name != HERE and not name.startswith("emulator/"):
            yield from {f"{name}: {what}" for what in _escaping(ast.parse(path.read_text(encoding="utf-8")))}


def test_escapes_stand_in_one_place_but_for_those_with_a_reason() -> None:
    """A second place would be one that nobody looks at."""
    assert sorted(_found()) == sorted(ELSEWHERE)


@pytest.mark.parametrize(
    "path", sorted((PACKAGE / "render" / "html" / "templates").iterdir()), ids=lambda path: path.name
)
def test_templates_trust_nothing(path: Path) -> None:
    """Markup is made in Python, where its makers are counted above."""
    assert not re.search(r"\|\s*safe|autoescape", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "path", sorted((PACKAGE / "render" / "html" / "assets").glob("*.js")), ids=lambda path: path.name
)
def test_scripts_of_pages_write_text_and_no_markup(path: Path) -> None:
    """What strangers typed becomes text of elements, never elements."""
    forbidden = r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function|srcdoc|setHTML\w*)\b"
    assert not re.search(forbidden, path.read_text(encoding="utf-8"))
