"""docs/performance.md, written from results: the text is performance.md.template, the figures are these."""

from __future__ import annotations

import string
from pathlib import Path

from benchmarks import figures
from benchmarks.bench import REPOSITORY
from benchmarks.results import Results

PAGE = REPOSITORY / "docs/performance.md"
TEMPLATE = Path(__file__).with_name("performance.md.template")
_NOT_YET = "Not measured yet: `make bench`."


def write(results: Results | None, path: Path = PAGE) -> None:
    """Write the page."""
    path.write_text(page(results), encoding="utf-8")


def page(results: Results | None) -> str:
    """The page as text, the same for the same results."""
    template = string.Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute({name: make(results) if results else _NOT_YET for name, make in figures.FIGURES.items()})
