"""The JSON Schema of plan files: up to date, and of one mind with what vodplan writes and reads."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.unit.planfile.test_files import a_plan
from vodplan.core.planfile import plan_bytes
from vodplan.planfile.model import schema

ROOT = Path(__file__).parents[3]


def test_schema_in_the_repository_is_the_one_that_the_models_give(update_cases: bool) -> None:
    """`schemas/plan.v1.json` is written from the models; `--update-cases` writes it anew."""
    path = ROOT / "schemas" / "plan.v1.json"
    expected = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if update_cases:
        path.write_text(expected, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == expected


def test_schema_takes_the_plans_that_vodplan_writes() -> None:
    """Other programs check with it what they read."""
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())

    assert list(validator.iter_errors(json.loads(plan_bytes(a_plan())))) == []


@pytest.mark.parametrize("member", list(json.loads(plan_bytes(a_plan()))))
def test_schema_wants_every_member(member: str) -> None:
    """None is optional: absence would mean something else to every reader. Plan files of before `reading` stay valid."""
    plain = json.loads(plan_bytes(a_plan()))
    del plain[member]

    assert (member == "reading") is jsonschema.Draft202012Validator(schema()).is_valid(plain)


def test_every_member_of_the_plan_file_is_documented() -> None:
    """docs/plan-file.md names each member of each object of the schema in code quotes."""
    page = (ROOT / "docs" / "plan-file.md").read_text(encoding="utf-8")
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
