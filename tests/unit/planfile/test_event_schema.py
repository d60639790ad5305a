"""The JSON Schema of events: up to date, and of one mind with the page."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.docs import pages
from vodplan.planfile.event_model import schema

ROOT = Path(__file__).parents[3]
EXAMPLES = [json.loads(block) for block in pages.blocks(pages.page("docs/logging.md"), "json")]


def test_event_schema_in_the_repository_is_the_one_that_the_models_give(update_cases: bool) -> None:
    """`schemas/event.v1.json` is written from the models; `--update-cases` writes it anew."""
    path = ROOT / "schemas" / "event.v1.json"
    expected = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if update_cases:
        path.write_text(expected, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == expected


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one["event"])
def test_event_of_the_page_is_valid_and_wants_every_member(example: dict[str, object]) -> None:
    """What the page shows can come, and nothing of it is left out when it does."""
    validator = jsonschema.Draft202012Validator(schema())

    assert validator.is_valid(example)
    for member in example:
        assert not validator.is_valid({name: value for name, value in example.items() if name != member}), member
    assert not validator.is_valid({**example, "event": "surprise"})


def test_every_event_and_member_is_documented() -> None:
    """docs/logging.md names each in code quotes or shows it."""
    page = pages.page("docs/logging.md")
    definitions = schema()["$defs"]
    assert isinstance(definitions, dict)
    models = [model for model in definitions.values() if isinstance(model, dict)]
    members = {name for model in models for name in model.get("properties", {})}  # type: ignore[union-attr]

    assert {name for name in members if f"`{name}`" not in page and f'"{name}"' not in page} == set()
    shown = {example["event"] for example in EXAMPLES}
    assert shown == {"run", "change", "call", "throttle", "progress", "finding", "end", "note", "log"}
