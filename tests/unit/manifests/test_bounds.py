"""No file can make the reader use more than its size is worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.manifests.manifests import codes, loaded
from vodplan.manifests import compose, findings


def test_entry_of_too_many_values_ends_the_file(tmp_path: Path) -> None:
    """A list that no entry has is given up before it fills the memory."""
    found = loaded(tmp_path, f"videos:\n  - id: a\n    tags: [{'b,' * compose.MAX_VALUES} b]\n")

    assert codes(found.diagnostics) == ["VP137"]


def test_entry_of_too_many_small_lists_ends_the_file(tmp_path: Path) -> None:
    """The values of all lists and mappings of an entry count together."""
    found = loaded(tmp_path, f"videos:\n  - id: a\n    tags: [{'[b,b],' * (compose.MAX_VALUES // 3 + 1)}]\n")

    assert codes(found.diagnostics) == ["VP137"]


def test_entry_with_one_key_too_often_ends_the_file(tmp_path: Path) -> None:
    """Repeated keys count as values."""
    found = loaded(tmp_path, f"videos:\n  - {{{'id: a,' * (compose.MAX_VALUES + 2)}}}\n")

    assert codes(found.diagnostics)[-2:] == ["VP116", "VP199"]


def test_many_entries_are_no_matter(tmp_path: Path) -> None:
    """The bound on values is one on each entry, not on the file."""
    entries = "".join(f"  - {{id: v{place}, tags: [a, b, c]}}\n" for place in range(compose.MAX_VALUES // 10))

    found = loaded(tmp_path, f"videos:\n{entries}")

    assert found.ok
    assert len(found.desired.assets) == compose.MAX_VALUES // 10


def test_top_of_too_many_keys_ends_the_file(tmp_path: Path) -> None:
    """Unknown keys at the top are told up to a point."""
    found = loaded(tmp_path, "".join(f"k{place}: x\n" for place in range(compose.MAX_KEYS + 5)))

    assert codes(found.diagnostics) == ["VP104"] * (compose.MAX_KEYS - 1) + ["VP137"]


def test_anchors_beyond_the_bound_end_the_file(tmp_path: Path) -> None:
    """Every anchor keeps what it names in memory."""
    entries = "".join(f"  - {{id: &a{place} v{place}, title: x}}\n" for place in range(compose.MAX_ANCHORS + 2))

    found = loaded(tmp_path, f"videos:\n{entries}")

    assert codes(found.diagnostics) == ["VP113"]


def test_aliases_beyond_the_bound_end_the_file(tmp_path: Path) -> None:
    """Aliases may stand for 10,000 values, or for as many as the file has."""
    within = "".join(f"  - {{id: v{place}, tags: *t}}\n" for place in range(2_000))
    beyond = f"  - {{id: w, tags: [{'*u,' * 1_000}]}}\n" * 12
    start = "videos:\n  - {id: a, tags: &t [a, b, c]}\n  - {id: b, tags: &u [a, b, c, d, e, f, g, h, i, j]}\n"

    assert loaded(tmp_path, start + within).ok
    assert "VP113" in codes(loaded(tmp_path, start + beyond).diagnostics)


def test_hopeless_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    """After so many errors nobody is helped by counting on."""
    found = loaded(tmp_path, "videos:\n" + "  - x\n" * (findings.GIVE_UP + 500))

    assert codes(found.diagnostics) == ["VP120"] * findings.GIVE_UP + ["VP199"]
    assert found.diagnostics[-1].detail.startswith("This file was not read to its end. Mend those shown")


def test_every_error_of_a_file_is_told(tmp_path: Path) -> None:
    """Whoever mends a file wants to mend it once."""
    found = loaded(tmp_path, "videos:\n" + "".join(f"  - {{id: v{place}, colour: red}}\n" for place in range(500)))

    assert codes(found.diagnostics) == ["VP104"] * 500
    assert {one.span.line for one in found.diagnostics if one.span} == set(range(3, 503))


def test_warnings_never_hide_errors(tmp_path: Path) -> None:
    """A hundred warnings before it do not keep an error from being shown."""
    warnings = "".join(f"  - id: v{place}\n" for place in range(findings.MOST_WARNINGS + 50))

    found = loaded(tmp_path, f"videos:\n{warnings}  - id: x\n    colour: red\n")

    assert codes(found.diagnostics).count("VP149") == findings.MOST_WARNINGS
    assert "VP104" in codes(found.diagnostics)
    assert not found.ok


def test_many_warnings_alone_are_no_error(tmp_path: Path) -> None:
    """The line that counts the warnings left out is a warning itself."""
    found = loaded(
        tmp_path, "videos:\n" + "".join(f"  - id: v{place}\n" for place in range(findings.MOST_WARNINGS + 50))
    )

    assert codes(found.diagnostics)[-1] == "VP199"
    assert found.ok


def test_long_line_is_cut(tmp_path: Path) -> None:
    """An excerpt shows the beginning of a line; a place far to the right has none."""
    found = loaded(tmp_path, f"videos:\n  - {{id: a, colour: {'x' * 5_000}, size: 1}}\n")

    first, second = found.diagnostics
    assert first.excerpt is not None
    assert len(first.excerpt) == findings.MAX_EXCERPT
    assert second.excerpt is None
    assert second.span is not None
    assert second.span.column > 5_000


@pytest.mark.parametrize("text", ["? " * 50_000, "- " * 50_000, "{a: " * 50_000, "[" * 50_000])
def test_deep_nesting_is_refused_at_once(text: str, tmp_path: Path) -> None:
    """Depth is bounded before the parser's or Python's own stack is."""
    found = loaded(tmp_path, f"videos:\n  {text}\n")

    assert codes(found.diagnostics) == ["VP112"]
