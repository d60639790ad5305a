"""No output format lets through what a stranger typed: every result, every place in it, every format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harmless import CHECKS, code_of
from tests.hostile import CORPUS, hostile, places
from tests.results import results
from vodplan.render import results as known
from vodplan.render.canvas import Canvas
from vodplan.render.comment import Comment
from vodplan.render.escape import terminal
from vodplan.render.formats import FORMATS
from vodplan.render.results import Failure, Result, Selected, UnmanagedShown, Validated
from vodplan.render.views import view_for

TEXTS = tuple(CORPUS.values())
RESULTS = results()
ONLY: Mapping[str, tuple[type, ...]] = {"sarif": (Validated, Failure), "csv": (Selected, UnmanagedShown, Failure)}
"""What the command line lets some formats be asked of."""

ROOM = Comment(limit=1_000_000, artifact="https://ci.example/1", target="lab")


def shown(name: str, result: Result, comment: Comment = ROOM) -> str | None:
    """A result in a format; None where the format is not for it, which the command line refuses beforehand."""
    if name in ONLY and not isinstance(result, ONLY[name]):
        return None
    return "".join(view_for(name, Canvas(width=100), comment).show(result))


def plain(name: str, result: Result) -> str:
    """The same result with nothing but harmless words in it."""
    text = shown(name, hostile(result, "plain"))
    assert text is not None
    return text


def test_every_result_and_every_format_is_here() -> None:
    """A new result needs a sample, a new format a check."""
    assert {type(one) for one in RESULTS.values()} == set(get_args(known.Result))
    assert set(FORMATS) <= set(CHECKS)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("sample", RESULTS)
def test_hostile_corpus_in_every_place_of_every_result_is_harmless(sample: str, name: str) -> None:
    """Each text of the corpus comes to stand in each result; most of them in many places."""
    result = RESULTS[sample]
    if shown(name, result) is None:
        return
    rounds = -(-len(TEXTS) // max(places(result), 1))
    usual = plain(name, result)
    for start in range(max(rounds, 3)):
        # Steps that are no divisor of the corpus, so that no place always meets the same text.
        turned = TEXTS[start * 31 % len(TEXTS) :] + TEXTS[: start * 31 % len(TEXTS)]
        text = shown(name, hostile(result, *turned))
        assert text is not None
        CHECKS[name](text, usual)


@settings(max_examples=150)
@given(
    sample=st.sampled_from(sorted(RESULTS)),
    name=st.sampled_from(FORMATS),
    text=st.lists(st.sampled_from(TEXTS) | st.text(max_size=20), min_size=1, max_size=3).map("".join),
)
def test_any_text_in_every_place_of_any_result_is_harmless(sample: str, name: str, text: str) -> None:
    """Also pieces of the corpus joined to each other and to whatever else people type."""
    result = RESULTS[sample]
    made = shown(name, hostile(result, text))

    if made is not None:
        CHECKS[name](made, plain(name, result))


@pytest.mark.parametrize("text", CORPUS.values(), ids=list(CORPUS))
def test_markdown_shows_the_text_itself(text: str) -> None:
    """Harmless is not enough: people read what was typed, escapes for what has no ink, up to a length."""
    made = shown("markdown", hostile(RESULTS["plan"], text))
    assert made is not None

    # Beyond ten backticks in a row the rest of them is escaped.
    wanted = terminal(text)[: 10 if "`" * 11 in text else 200].strip()
    assert any(one.strip().startswith(wanted) for one in code_of(made))
