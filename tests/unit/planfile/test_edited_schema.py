"""The JSON Schema of the document about edited manifests: up to date, and of one mind with what vodplan writes."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import jsonschema

from tests.results import results
from vodplan.planfile.edited_model import schema
from vodplan.render.jsonview import JsonView
from vodplan.render.results import FilesEdited

ROOT = Path(__file__).parents[3]


def sample() -> FilesEdited:
    """With a file of each sort and something refused."""
    shown = results()["files edited"]
    assert isinstance(shown, FilesEdited)
    return shown


def test_edited_schema_in_the_repository_is_the_one_that_the_models_give(update_cases: bool) -> None:
    """`schemas/edited.v1.json` is written from the models; `--update-cases` writes it anew."""
    path = ROOT / "schemas" / "edited.v1.json"
    expected = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if update_cases:
        path.write_text(expected, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == expected


def test_edited_schema_takes_what_vodplan_writes_and_wants_every_member() -> None:
    """With differences and without; other programs check with it what they read."""
    validator = jsonschema.Draft202012Validator(schema())
    document = json.loads("".join(JsonView().show(sample())))
    short = json.loads("".join(JsonView().show(dataclasses.replace(sample(), diffs=False, refused=()))))

    assert all(document[name] for name in ("changed", "left_alone", "refused"))
    assert list(validator.iter_errors(document)) == list(validator.iter_errors(short)) == []
    for member in document:
        assert not validator.is_valid({name: value for name, value in document.items() if name != member})
    assert not validator.is_valid({**document, "another": 1})


def test_every_member_of_the_edited_document_is_documented() -> None:
    """docs/output.md names each member, in its sample or in the words below it."""
    page = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    part = page.partition("### fmt and drift --accept")[2].partition("\n### ")[0]
    described = schema()
    definitions = described["$defs"]
    assert isinstance(definitions, dict)
    members = {
        name
        for model in (described, *definitions.values())
        if isinstance(model, dict) and isinstance(model.get("properties"), dict)
        for name in model["properties"]  # type: ignore[union-attr]
    }

    assert {name for name in members if f'"{name}"' not in part} == set()
