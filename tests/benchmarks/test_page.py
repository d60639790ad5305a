"""docs/performance.md is what the renderer makes of benchmarks/results.json, and says only what was measured."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from benchmarks import figures, page, results, table
from benchmarks.bench import Row
from benchmarks.scenarios import applying, quotas


def _row(case: str = "plan", videos: int = 1_000, *, wall: float = 2.0, cpu: float = 1.0, of: str = "") -> Row:
    return Row(case=case, videos=videos, wall=[wall], cpu=[cpu], of=of)


def test_page_is_what_the_results_make() -> None:
    """Figures are never written by hand: `python -m benchmarks --render` writes the page anew."""
    assert page.PAGE.read_text(encoding="utf-8") == page.page(results.load())


def test_every_placeholder_has_a_table_and_every_table_a_place() -> None:
    """A table that no text explains, or a text without its table, would be lost on the way."""
    text = page.TEMPLATE.read_text(encoding="utf-8").replace("$$", "")

    assert sorted(re.findall(r"\$(\w+)", text)) == sorted(figures.FIGURES)


def test_page_without_results_claims_nothing() -> None:
    """Before the first measurement there is no figure to show."""
    assert [line for line in page.page(None).splitlines() if line.startswith("|")] == []
    assert page.page(None).count("Not measured yet") == len(figures.FIGURES)


def test_page_section_that_was_not_measured_says_so() -> None:
    """A machine without Terraform has no figures of it, and no older ones of another machine."""
    found = results.Results(machine=results.this_machine())
    found.add("plan", [_row()])

    assert figures.FIGURES["terraform"](found) == figures.MISSING


def test_ratio_is_the_median_of_the_rounds() -> None:
    """A machine that slows down in one round slows both sides of that round."""
    one = Row(case="a", videos=1, wall=[2.0, 20.0, 3.0])
    floor = Row(case="b", videos=1, wall=[1.0, 10.0, 1.0])

    assert table.ratio(one, floor, table.wall) == 2.0


def test_exponent_of_ten_times_the_time_for_ten_times_the_size_is_one() -> None:
    """Linear growth reads as 1, quadratic as 2."""
    small = _row(videos=1_000, cpu=1.0)

    assert table.exponent(small, _row(videos=10_000, cpu=10.0)) == pytest.approx(1.0)
    assert table.exponent(small, _row(videos=10_000, cpu=100.0)) == pytest.approx(2.0)


def test_results_survive_a_file(tmp_path: Path) -> None:
    """What is kept is what was measured, to a tenth of a millisecond."""
    path = tmp_path / "results.json"
    found = results.Results(machine={"cores": "2"})
    found.add("plan", [Row(case="a", videos=1, wall=[1.23456], cpu=[0.5], calls={"GetVideoInfos": {"ok": 3}})])

    results.save(found, path)
    read = results.load(path)

    assert read is not None
    assert read.sections["plan"] == [
        Row(case="a", videos=1, wall=[1.2346], cpu=[0.5], calls={"GetVideoInfos": {"ok": 3}})
    ]


def test_results_of_a_size_replace_those_of_before() -> None:
    """No ratio is ever made of figures of two runs."""
    found = results.Results(machine={})
    found.add("plan", [_row("a", 1_000, wall=1.0), _row("b", 1_000)])
    found.add("plan", [_row("a", 10_000)])
    found.add("plan", [_row("a", 1_000, wall=9.0)])

    assert [(row.case, row.videos, list(row.wall)) for row in found.sections["plan"]] == [
        ("a", 1_000, [9.0]),
        ("a", 10_000, [2.0]),
    ]


def test_floors_are_the_documented_rates() -> None:
    """100 calls a second of 20 videos, 50 walks of 100; updates by both operations at once: 30 of 20 and 100 of one."""
    assert quotas.floor("GetVideoInfos", 100_000) == 50
    assert quotas.floor("SearchMedia", 100_000) == 20
    assert math.isclose(applying.floor(20_000), 10 + 20_000 / 700)
