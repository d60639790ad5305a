"""The state of a library as text, JSON and page; nothing that a stranger typed breaks any of them."""

from __future__ import annotations

import json

import pytest

from tests.unit.render.surveys import HOSTILE, a_survey
from vodplan.core.survey import Check, Finding
from vodplan.core.unmanaged import Amount
from vodplan.render.canvas import Canvas
from vodplan.render.html import HtmlView
from vodplan.render.jsonview import JsonView
from vodplan.render.results import SurveyShown
from vodplan.render.text import TextView
from vodplan.render.width import cells


def text(shown: SurveyShown, width: int = 80) -> str:
    """As people read it."""
    return "".join(TextView(Canvas(width=width)).show(shown))


def page(shown: SurveyShown) -> str:
    """As a browser gets it."""
    return "".join(HtmlView().show(shown))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_report_text_keeps_to_the_width(width: int) -> None:
    """Wide characters count twice, and what a stranger typed is escaped."""
    told = text(SurveyShown(found=a_survey()), width)

    assert all(cells(line) <= width for line in told.splitlines())
    assert "\x1b" not in told
    assert "体育/旧" in told
    assert "Sport → sports" in told


def test_report_text_lists_so_many_and_counts_the_rest() -> None:
    """JSON has them all."""
    findings = [
        Finding(check=Check.EMPTY_CATEGORIES, kind="", subject=f"c{number}", amount=Amount()) for number in range(12)
    ]
    shown = SurveyShown(found=a_survey(*findings), most=3)

    assert "Empty categories: 12" in text(shown)
    assert "c2\n  and 9 more\n" in text(shown)
    assert len(json.loads("".join(JsonView().show(shown)))["findings"]) == 12


def test_report_text_tells_what_it_does_not_know() -> None:
    """Assets without a time of modification, and those that the service does not list."""
    told = text(SurveyShown(found=a_survey(undated=1_000, missed=7), next="vodplan plan"))

    assert "1,000 assets are not looked at for modification" in told
    assert "Not whole: the service counts 7 more" in told
    assert told.endswith("Next: vodplan plan\n")


def test_report_json_has_every_asset() -> None:
    """Texts of strangers are as they were typed."""
    first = json.loads("".join(JsonView().show(SurveyShown(found=a_survey()))))["findings"][0]

    assert (first["subject"], first["count"], first["bytes"]) == (HOSTILE, 2, 2_000)
    assert [one["title"] for one in first["assets"]] == [HOSTILE, HOSTILE]


def test_report_page_has_charts_and_findings_and_escapes() -> None:
    """Bars measure bytes; a library without findings or assets has a page too."""
    told = page(SurveyShown(found=a_survey(missed=2), next="vodplan plan"))

    assert "<script>b" not in told
    assert told.count("<caption>") == 3
    assert "Duplicate titles: 1" in told
    assert "title: b (2)" in told
    assert "counts 2 more" in told
    bare = page(SurveyShown(found=a_survey(kinds={}, ages={}, categories={}, findings=())))
    assert "needs tidying" in bare
    assert "<caption>" not in bare


def test_report_page_puts_small_categories_together() -> None:
    """The last bar stands for the rest."""
    categories = {("video", f"c{number}"): Amount(1, number) for number in range(12)}

    assert "5 others" in page(SurveyShown(found=a_survey(categories=categories)))
