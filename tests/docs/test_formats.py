"""docs/formats.md shows what the views give, names every format, and every host by its limit."""

from __future__ import annotations

import json

import pytest

from tests.docs import pages
from tests.unit.render.plans import OTHER, VIDEO, a_change, a_plan
from vodplan.core.change import Action
from vodplan.core.diagnostics import Diagnostic, SourceSpan
from vodplan.core.errors import ManifestError
from vodplan.render.canvas import Canvas
from vodplan.render.comment import Comment
from vodplan.render.formats import COMMENT_LIMITS, FORMATS
from vodplan.render.results import Failure, PlanShown, Result
from vodplan.render.views import view_for

PLAN = PlanShown(
    plan=a_plan(
        a_change(address=f"video/{VIDEO}", before={"title": "Opening match"}, after={"title": "Cup *final* for @all"}),
        a_change(
            Action.DELETE,
            address=f"video/{OTHER}",
            before={"title": "Licensed concert", "category": "Music/Live"},
            file="manifests/retire.yaml",
            line=5,
            reason="Licence ended",
            bytes_freed=723_004_112,
        ),
    ),
    next="vodplan apply plan.json --allow-deletes 1",
)
FINDING = Failure(
    error=ManifestError(
        [
            Diagnostic(
                code="VP104",
                summary="Unknown field",
                detail='"titel" is not a field of a video. Did you mean "title"?',
                span=SourceSpan("manifests/news.yaml", 12, 5, 5),
                excerpt="    titel: Opening match",
            )
        ]
    )
)


def shown(name: str, result: Result) -> str:
    """A result in a format."""
    comment = Comment(artifact="https://ci.example.com/runs/7", target="production")
    return "".join(view_for(name, Canvas(width=100), comment).show(result))


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("Markdown", shown("markdown", PLAN)),
        ("GitHub", "".join(line for line in shown("github", PLAN).splitlines(keepends=True) if line.startswith("::"))),
        (
            "GitHub",
            "".join(line for line in shown("github", FINDING).splitlines(keepends=True) if line.startswith("::")),
        ),
        ("GitLab", shown("gitlab", PLAN)),
        ("GitLab", shown("gitlab", FINDING)),
        ("SARIF", json.dumps(json.loads(shown("sarif", FINDING))["runs"][0]["results"], indent=2)),
    ],
)
def test_formats_examples_are_what_the_views_give(section: str, text: str) -> None:
    """To the character, but for the line end of the last line."""
    assert text.rstrip("\n") in pages.section(pages.page("docs/formats.md"), section).text


def test_formats_page_names_every_format_and_limit() -> None:
    """A format that is not told of is one that nobody finds."""
    text = pages.page("docs/formats.md")

    assert [name for name in FORMATS if f"| `{name}` |" not in text] == []
    assert [host for host, limit in COMMENT_LIMITS.items() if f"| `{host}` | {limit:,} |" not in text] == []
