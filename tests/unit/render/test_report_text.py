"""What became of a plan, in text."""

from __future__ import annotations

import re

from tests.unit.render.plans import a_change, a_plan, a_report
from vodplan.core.address import Address
from vodplan.core.plan import Plan
from vodplan.core.report import ApplyReport, Unconverged, Verdict
from vodplan.render.canvas import Canvas
from vodplan.render.results import Applied
from vodplan.render.text import TextView

PLAN = a_plan(*[a_change(line=line, facts={"title": f"片{line}"}) for line in range(5)])


def _text(report: ApplyReport, *, plan: Plan = PLAN, every: bool = False, next: str = "") -> str:
    view = TextView(Canvas(width=100))
    return "".join(view.show(Applied(plan=plan, report=report, document=b"", every=every, next=next)))


def test_report_all_done_is_two_lines() -> None:
    """When all went well there is nothing to read but the counts and that it converged."""
    assert _text(a_report(PLAN)) == (
        "Apply: 5 done, 0 already, 0 refused, 0 held, 0 unknown.\nConverged: the library reads back as planned.\n"
    )


def test_report_all_done_wanted_in_full_lists_every_change() -> None:
    """With -v each change has a line."""
    assert len(re.findall(r"^done     update  video/", _text(a_report(PLAN), every=True), re.MULTILINE)) == 5


def test_report_partly_done_names_the_rest_with_codes() -> None:
    """Every change that is not done has its verdict, what the service said, and its request."""
    report = a_report(PLAN, Verdict.REFUSED, Verdict.HELD, Verdict.UNKNOWN, Verdict.ALREADY)

    text = _text(report, next="vodplan plan")

    assert re.search(r'^refused  update  video/\w+  "片0" +manifests/news.yaml:0\n', text, re.MULTILINE)
    assert "    InvalidParameter: The title is too long. (request 4B5D)\n" in text
    assert "    An update before it failed.\n" in text
    assert "    No answer came.\n" in text
    assert text.endswith(
        "Apply: 1 done, 1 already, 1 refused, 1 held, 1 unknown.\n"
        "Everything that was written reads back as planned.\n"
        "Next: vodplan plan\n"
    )


def test_report_field_that_did_not_take_is_named() -> None:
    """Not converged: which field, what was wanted, what is live; strangers' text escaped."""
    one = Unconverged(address=Address("video", "a"), field="title", wanted='"x"', live='"y\x1b"')

    text = _text(a_report(PLAN, unconverged=[one]))

    assert "Not converged: 1 field differs from the plan.\n" in text
    assert '    video/a title: wanted "x", live "y\\u001b"\n' in text


def test_report_without_reading_back_says_why() -> None:
    """When reading back failed the report does not claim that it converged."""
    text = _text(a_report(PLAN, unconverged=None))

    assert "Not read back: The service is down.\n" in text
    assert "Converged" not in text
