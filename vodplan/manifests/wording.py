"""The parts that sentences about manifests share."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from vodplan.manifests.nodes import Bad, Map, Node, Seq
from vodplan.manifests.scalars import NUMBERS, ScalarType, type_of

_LONGEST_GUESS = 64


def quoted(text: str, *, most: int = 60) -> str:
    """A text as a sentence quotes it, cut when it is long."""
    return f'"{cut(text, most)}"'


def cut(text: str, most: int = 60) -> str:
    """A text in one line, cut when it is long: a line end of its own would end the line of the sentence too."""
    shown = text if len(text) <= most else f"{text[:most]}…"
    return shown.replace("\r", "\\r").replace("\n", "\\n")


def describe(node: Node) -> str:
    """What a node is, for a sentence: `a list`, `the number 2024`, `nothing`."""
    if isinstance(node, Map):
        return "a mapping"
    if isinstance(node, Seq):
        return "a list"
    if isinstance(node, Bad):
        return "something unreadable"
    found = type_of(node)
    if found is ScalarType.NULL:
        return "null" if node.value else "nothing"
    if found in NUMBERS:
        return f"the number {cut(node.value)}"
    return cut(node.value) if found is ScalarType.BOOL else f"the text {quoted(node.value)}"


def article(noun: str) -> str:
    """A noun with its article: `a video`, `an image`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def one_of(names: Iterable[str]) -> str:
    """Names in a row: `a, b or c`."""
    listed = list(names)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """` Did you mean "title"?`, with its leading blank; empty when nothing is close."""
    known = sorted(candidates)
    if len(word) > _LONGEST_GUESS:
        return ""
    by_lower = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(word.lower().replace("-", "_"), list(by_lower), n=1, cutoff=0.6)
    return f' Did you mean "{by_lower[near[0]]}"?' if near else ""
