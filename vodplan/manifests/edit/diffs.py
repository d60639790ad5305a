"""The difference between two contents of a file, for people."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

MOST = 20_000
"""Lines in a row that may differ, beyond which comparing them takes too long."""

_CONTEXT = 3

_Pair = tuple[int, int]
"""A line of the one text and a line of the other."""

_Code = tuple[str, int, int, int, int]
"""What becomes of which lines, as `SequenceMatcher.get_opcodes` has it."""


def unified(file: str, before: bytes, after: bytes) -> str:
    """The difference in the unified format; where too many lines in a row may differ, only how many there are.

    cost: grows with the lines, also when something is different in every entry of a large file.
    """
    old, new = _lines(before), _lines(after)
    if old == new:
        return ""
    head = f"--- {file}\n+++ {file}\n"
    try:
        codes = list(_codes(_matches(old, new), len(old), len(new)))
    except _TooMany:
        return f"{head}{len(old):,} lines become {len(new):,}; git diff shows them.\n"
    return head + "".join(_hunks(old, new, codes))


class _TooMany(Exception):
    """More lines differ in a row than are compared."""


class _Known(SequenceMatcher[str]):
    """What is known already, for its grouping."""

    def __init__(self, codes: list[_Code]) -> None:
        super().__init__(None, "", "")
        self._codes = codes

    def get_opcodes(self) -> list[_Code]:  # type: ignore[override]  # a narrower word for the same tuples
        return self._codes


def _matches(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Lines that both texts have, in order: where they begin in each, and how many.

    Lines that stand once in each are sure to belong together, such as those with ids; only what is between two of
    them is compared line by line.
    """
    start = (0, 0)
    for stop in [*_anchors(old, new), (len(old), len(new))]:
        between = old[start[0] : stop[0]], new[start[1] : stop[1]]
        if max(map(len, between)) > MOST:
            raise _TooMany
        if all(between):
            for one in SequenceMatcher(None, *between, autojunk=False).get_matching_blocks():
                if one.size:
                    yield start[0] + one.a, start[1] + one.b, one.size
        if stop[0] < len(old) and stop[1] < len(new):
            yield *stop, 1
        start = stop[0] + 1, stop[1] + 1


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[_Pair]:
    """Lines that stand once in each text, as many as come in the same order in both."""
    once = {line for line, count in Counter(old).items() if count == 1}
    once &= {line for line, count in Counter(new).items() if count == 1}
    places = {line: place for place, line in enumerate(new) if line in once}
    pairs = [(place, places[line]) for place, line in enumerate(old) if line in once]
    # The longest run that ascends: of each length the pair that ends lowest, and what stands before each pair.
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, second) in enumerate(pairs):
        length = bisect_left(ends, second)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [second]
        last[length : length + 1] = [number]
    chain = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _codes(matches: Iterator[tuple[int, int, int]], old: int, new: int) -> Iterator[_Code]:
    """What becomes of all lines, runs of equal ones joined."""
    at, equal = (0, 0), (0, 0)
    for first, second, length in [*matches, (old, new, 0)]:
        if (first, second) != at:
            if equal != at:
                yield "equal", equal[0], at[0], equal[1], at[1]
            tag = "insert" if first == at[0] else "delete" if second == at[1] else "replace"
            yield tag, at[0], first, at[1], second
            equal = (first, second)
        at = (first + length, second + length)
    if equal != at:
        yield "equal", equal[0], at[0], equal[1], at[1]


def _hunks(old: Sequence[str], new: Sequence[str], codes: list[_Code]) -> Iterator[str]:
    for group in _Known(codes).get_grouped_opcodes(_CONTEXT):
        first, last = group[0], group[-1]
        yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n"
        for tag, start, stop, other, end in group:
            if tag == "equal":
                yield from (_line(" ", line) for line in old[start:stop])
                continue
            yield from (_line("-", line) for line in old[start:stop])
            yield from (_line("+", line) for line in new[other:end])


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _line(mark: str, line: str) -> str:
    return mark + (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").removeprefix("\ufeff").splitlines(keepends=True)
