"""The JSON Schema of the report on a library: up to date, and of one mind with what vodplan writes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from tests.unit.render.surveys import a_survey
from vodplan.planfile.survey_model import schema
from vodplan.render.jsonview import JsonView
from vodplan.render.results import SurveyShown

ROOT = Path(__file__).parents[3]


def test_report_schema_in_the_repository_is_the_one_that_the_models_give(update_cases: bool) -> None:
    """`schemas/report.v1.json` is written from the models; `--update-cases` writes it anew."""
    path = ROOT / "schemas" / "report.v1.json"
    expected = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if update_cases:
        path.write_text(expected, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == expected


def test_report_schema_takes_what_vodplan_writes_and_wants_every_member() -> None:
    """Other programs check with it what they read."""
    validator = jsonschema.Draft202012Validator(schema())
    document = json.loads("".join(JsonView().show(SurveyShown(found=a_survey()))))

    assert list(validator.iter_errors(document)) == []
    for member in document:
        assert not validator.is_valid({name: value for name, value in document.items() if name != member})


def test_every_member_of_the_report_is_documented() -> None:
    """docs/report.md names each member of each object of the schema in code quotes."""
    page = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
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
