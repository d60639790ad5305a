"""Reads the repository's pages: which files there are, the sections of a page, its links."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


@cache
def repository_files() -> tuple[Path, ...]:
    """Every file that belongs to the repository: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(path for name in sorted(set(listed.split("\0"))) if name and (path := REPOSITORY / name).is_file())


def pages() -> tuple[Path, ...]:
    """Every Markdown page."""
    return tuple(path for path in repository_files() if path.suffix == ".md")


def page(name: str) -> str:
    """The text of a page, by its path from the top of the repository."""
    return REPOSITORY.joinpath(name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and all text below it, down to the next heading of the same or a higher level."""

    title: str
    level: int
    text: str


def sections(text: str) -> list[Section]:
    """The sections of a page in their order, each including those below it; headings in code blocks are no headings."""
    lines = text.splitlines()
    heads = [
        (index, len(found[1]), found[2].strip())
        for index, line in enumerate(without_code(text).splitlines())
        if (found := re.match(r"(#{1,6}) (.+)", line))
    ]
    made = []
    for place, (start, level, title) in enumerate(heads):
        end = next((index for index, other, _ in heads[place + 1 :] if other <= level), len(lines))
        made.append(Section(title, level, "\n".join(lines[start + 1 : end])))
    return made


def section(text: str, title: str) -> Section:
    """The section whose heading, without code marks and its number, is `title`.

    raises: LookupError when there is none.
    """
    for one in sections(text):
        if plain(one.title) == title:
            return one
    raise LookupError(f"no section is called {title!r}; there are: {', '.join(plain(s.title) for s in sections(text))}")


def plain(title: str) -> str:
    """A heading as people say it: no code marks, no number in front."""
    return re.sub(r"^\d+(\.\d+)*\.? ", "", title.replace("`", "")).strip()


def anchors(text: str) -> set[str]:
    """What a link to a heading of this page may name, by GitHub's rules."""
    made: set[str] = set()
    for one in sections(text):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", one.title).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number = 0
        while (name := f"{slug}-{number}" if number else slug) in made:
            number += 1
        made.add(name)
    return made


def links(text: str) -> list[str]:
    """The targets of a page's links and pictures, code left out."""
    prose = re.sub(r"`[^`\n]*`", "", without_code(text))
    inline = re.findall(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)", prose)
    html = re.findall(r"(?:href|src)=\"([^\"]+)\"", prose)
    return [*inline, *html]


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of a page that are marked with a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def without_code(text: str) -> str:
    """The page with its code blocks blanked out, line for line."""
    kept, fence = [], ""
    for line in text.splitlines():
        mark = re.match(r"\s*(`{3,}|~{3,})", line)
        if fence:
            if mark and line.strip() == fence:
                fence = ""
            kept.append("")
        elif mark:
            fence = mark[1]
            kept.append("")
        else:
            kept.append(line)
    return "\n".join(kept)
