"""The state of a library as a page with charts."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from vodplan._version import __version__
from vodplan.core.exporting import UNDATED
from vodplan.core.unmanaged import AGES, Amount
from vodplan.render.amounts import many
from vodplan.render.html.blocks import Block
from vodplan.render.html.charts import Chart, amounts_chart
from vodplan.render.html.page import page
from vodplan.render.html.plan import Tile
from vodplan.render.results import SurveyShown
from vodplan.render.survey_words import HEADINGS, amount_of, by_check, subject_of

_MEMBERS = 5
"""Assets that are named of a finding."""

_ROWS = 200
"""Findings of a check that a page lists; the JSON has them all."""


def survey_page(shown: SurveyShown) -> str:
    """The page: counts, charts by kind, age and category, then each check."""
    found = shown.found
    listed = list(by_check(found.findings))
    tiles = [Tile(number=found.total.assets, name="assets", tone="new")]
    tiles += [Tile(number=len(findings), name=HEADINGS[check].lower(), tone="change") for check, findings in listed]
    blocks = []
    for check, findings in listed:
        rows = [
            (
                subject_of(one),
                amount_of(one),
                ", ".join(f"{each.kind}/{each.id}" for each in islice(one.members(), _MEMBERS)),
            )
            for one in findings[:_ROWS]
        ]
        more = len(findings) - len(rows)
        lines = (f"And {more:,} more, which the JSON output lists.",) if more else ()
        patch = next((one.patch for one in findings if one.patch), "")
        blocks.append(
            Block(
                heading=f"{HEADINGS[check]}: {len(findings):,}",
                lines=(*lines, *(("Below the list stands what would put the first right.",) if patch else ())),
                head=("What", "How much", "The first of them"),
                rows=rows,
                code=_cut(patch),
            )
        )
    if not listed:
        blocks.append(Block(heading="Nothing was found that needs tidying", tone="new"))
    if found.missed:
        said = f"The service counts {found.missed:,} more than it lists."
        blocks.append(Block(heading="Not whole", tone="gone", lines=(said,)))
    ages = [name for name in (*(name for name, _ in AGES), UNDATED) if name in found.ages]
    categories = {name or "no category": one for name, one in found.by_category().items()}
    return page(
        "survey.html.jinja",
        title=f"Library of {found.target}",
        about=f"As of {found.created_at}",
        tiles=tiles,
        charts=[
            chart
            for chart in (
                _chart("By kind", "Kind", {many(name): one for name, one in found.kinds.items()}),
                _chart("By age", "Age", {name: found.ages[name] for name in ages}),
                _chart("By category", "Category", categories),
            )
            if chart is not None
        ],
        blocks=blocks,
        next=shown.next,
        version=__version__,
    )


def _chart(title: str, head: str, amounts: Mapping[str, Amount]) -> Chart | None:
    rows = [(name, one.assets, one.size) for name, one in amounts.items()]
    return amounts_chart(title, head, rows) if rows else None


def _cut(patch: str, most: int = 12) -> str:
    lines = patch.splitlines(keepends=True)
    return "".join(lines[:most]) + ("  # and so on\n" if len(lines) > most else "")
