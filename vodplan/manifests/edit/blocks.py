"""Texts of several lines, indented anew."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vodplan.manifests.edit.tree import Node

_HEADER = re.compile(r"(?P<style>[|>])(?P<marks>[-+0-9]*)(?P<rest>[^\n]*)\n?")


def block_lines(node: Node, written: str, indent: str) -> Sequence[str]:
    """A literal or folded text: the line where it begins, and its own with a new indentation.

    written: as it stands in the file, without the blank lines behind it.
    """
    header = _HEADER.match(written)
    assert header is not None, "a block text begins with its mark"
    marks = header.group("marks")
    chomp = "".join(mark for mark in marks if mark in "+-")
    if not chomp and node.value and not node.value.endswith("\n"):
        # The file ended with this text and without a line end, which it will have now.
        chomp = "-"
    depth = "2" if any(mark.isdigit() for mark in marks) else ""
    lines = written[header.end() :].split("\n") if header.end() < len(written) else []
    old = _indentation(node.value, lines)
    body = [indent + line[old:] if line[old:] else "" for line in lines]
    if chomp == "+":
        kept = len(node.value) - len(node.value.rstrip("\n"))
        body += [""] * (kept - 1 if lines else kept)
    first = header.group("style") + depth + chomp + header.group("rest").rstrip()
    return [first, *body]


def folded_lines(written: str, indent: str, *, plain: bool) -> Sequence[str]:
    """A plain or quoted text of one or more lines, those after the first with a new indentation."""
    if "\n" not in written:
        return [written]
    first, *rest = written.split("\n")
    lines = [_trimmed(first, plain=plain)]
    for place, line in enumerate(rest):
        inner = line.lstrip(" \t")
        shown = inner if place == len(rest) - 1 else _trimmed(inner, plain=plain)
        lines.append(indent + shown if shown else "")
    return lines


def _trimmed(line: str, *, plain: bool) -> str:
    """A line without the blanks at its end, which fold away; behind a backslash they are meant."""
    bare = line.rstrip(" \t")
    return bare if plain or not bare.endswith("\\") else line


def _indentation(value: str, lines: Sequence[str]) -> int:
    """How far the lines of a block text are indented: its first line that has something shows it."""
    for line in lines:
        if line.strip(" "):
            text = next((one for one in value.split("\n") if one.strip(" ")), "")
            own = len(text) - len(text.lstrip(" "))
            return len(line) - len(line.lstrip(" ")) - own
    return max(map(len, lines), default=0)
