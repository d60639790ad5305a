"""docs/getting-started.md can be followed word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs import pages, sessions

MISTAKE = "vodplan validate: exit 3"


@pytest.mark.e2e
def test_getting_started_prints_what_the_page_shows(tmp_path: Path, update_cases: bool) -> None:
    """Each command of the page, typed in its order in an empty folder, shows what the page shows; one is a mistake."""
    text = pages.page("docs/getting-started.md")

    played = sessions.play(text, folder=tmp_path, columns=80)

    assert played.failed == (MISTAKE,)
    if update_cases:
        pages.REPOSITORY.joinpath("docs/getting-started.md").write_text(played.text, encoding="utf-8")
    assert update_cases or played.text == text, sessions.STALE
    assert text.count("$ vodplan") == 7
