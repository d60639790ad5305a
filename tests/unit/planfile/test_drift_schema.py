"""The JSON Schema of the drift document: up to date, and of one mind with what vodplan writes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from tests.unit.core.test_drift import find
from tests.unit.render.plans import a_change
from vodplan.core.drift import History, LastWrite
from vodplan.core.driftfile import drift_bytes
from vodplan.planfile.drift_model import schema

ROOT = Path(__file__).parents[3]


def test_drift_schema_in_the_repository_is_the_one_that_the_models_give(update_cases: bool) -> None:
    """`schemas/drift.v1.json` is written from the models; `--update-cases` writes it anew."""
    path = ROOT / "schemas" / "drift.v1.json"
    expected = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if update_cases:
        path.write_text(expected, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == expected


def test_drift_schema_takes_what_vodplan_writes_and_wants_every_member() -> None:
    """Other programs check with it what they read."""
    validator = jsonschema.Draft202012Validator(schema())
    change = a_change()
    history = History(
        known=True,
        writes={str(change.address): {"title": LastWrite(run="r", at="2026-11-20T00:00:00.123Z", value="x")}},
    )
    document = json.loads(drift_bytes(find(change, history=history)))

    assert list(validator.iter_errors(document)) == []
    for member in document:
        assert not validator.is_valid({name: value for name, value in document.items() if name != member})


def test_every_member_of_the_drift_document_is_documented() -> None:
    """docs/drift.md names each member of each object of the schema in code quotes."""
    page = (ROOT / "docs" / "drift.md").read_text(encoding="utf-8")
    described = schema()
    definitions = described["$defs"]
    assert isinstance(definitions, dict)
    members = {
        name
        for model in (described, *definitions.values())
        if isinstance(model, dict) and isinstance(model.get("properties"), dict)
        for name in model["properties"]  # type: ignore[union-attr]
    }

    assert {name for name in members if f"`{name}`" not in page} == set()
