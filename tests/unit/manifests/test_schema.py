"""The JSON Schemas: written as generated, and of one mind with the reader and the models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.manifests.manifests import plain, project
from tests.unit.manifests.test_project import FULL
from vodplan.core.errors import UsageError
from vodplan.kinds.image import IMAGE
from vodplan.kinds.video import VIDEO
from vodplan.manifests import project_file
from vodplan.manifests.load import load
from vodplan.manifests.models import Manifest
from vodplan.manifests.project_model import ProjectModel
from vodplan.manifests.schema import NAMES, schema

SCHEMAS = Path(__file__).parents[3] / "schemas"
MANIFEST = jsonschema.Draft202012Validator(schema("manifest"))
PROJECT = jsonschema.Draft202012Validator(schema("project"))

Json = Any


@pytest.mark.parametrize("name", NAMES)
def test_schema_file_is_as_generated(name: str, request: pytest.FixtureRequest) -> None:
    """schemas/ holds what `vodplan schema NAME` prints."""
    path = SCHEMAS / f"{name}.v1.json"
    text = json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"
    if request.config.getoption("--update-cases", default=False):
        path.write_text(text, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_a_schema(name: str) -> None:
    """It keeps to the dialect it names."""
    found = schema(name)

    jsonschema.Draft202012Validator.check_schema(found)
    assert found["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$id"]


def test_schema_of_another_name_is_a_usage_error() -> None:
    """The message names those there are."""
    with pytest.raises(UsageError, match=r'manifest or project\. Did you mean "manifest"\?'):
        schema("manifests")


@pytest.mark.parametrize(("definition", "kind"), [("Video", VIDEO), ("Image", IMAGE)])
def test_schema_has_every_field_with_the_limits_of_its_kind(definition: str, kind: Any) -> None:
    """What the kinds state of the service is what editors are told."""
    properties = schema("manifest")["$defs"][definition]["properties"]

    for field in kind.fields:
        written = json.dumps(properties[field.name])
        if field.max_items is not None:
            assert f'"maxItems": {field.max_items}' in written
            assert f"{field.max_bytes} bytes" in written
        elif field.max_bytes is not None:
            assert f'"maxLength": {field.max_bytes}' in written
            assert f"{field.max_bytes:,} bytes" in written


def test_schema_accepts_the_full_project_file() -> None:
    """The example with every setting is valid by schema and model."""
    PROJECT.validate(plain(FULL))
    ProjectModel.model_validate(plain(FULL))


@pytest.mark.parametrize(
    "line",
    [
        "manifest: [a]",
        "manifests: []",
        "default_target: ''",
        "targets: {a: {regoin: x}}",
        "targets: {a: {region: Shanghai}}",
        "targets: {a: {}}",
        "targets: {a: {emulator: x, profile: y}}",
        "targets: {'a b': {region: cn-shanghai}}",
        "policy: {max_deletes: -1}",
        "policy: {max_updates: '130%'}",
        "policy: {protect: [{}]}",
        "policy: {protect: [{ids: []}]}",
        "policy: {require: {video: [titel]}}",
        "policy: {tags: {}}",
        "store: mysql://x",
        "limits: {share: 0}",
        "limits: {share: 1.1}",
        "policy: null",
    ],
)
def test_schema_refuses_what_the_project_file_may_not_have(line: str, tmp_path: Path) -> None:
    """An editor marks what the command would refuse."""
    text = f"apiVersion: vodplan/v1\n{line}\n"
    (tmp_path / "vodplan.yaml").write_text(text, encoding="utf-8")

    assert not PROJECT.is_valid(plain(text))
    with pytest.raises(Exception, match="in the project file"):
        project_file.read_project(tmp_path / "vodplan.yaml", shown="vodplan.yaml")


GOOD: Mapping[str, list[Json]] = {
    "title": ["x", "", "t" * 128, "tab\t", "中文"],
    "description": ["x", "", None, "d" * 1024, "two\nlines"],
    "tags": [[], None, ["a", " b "], ["t" * 32], [f"t{n}" for n in range(16)], {"add": ["a"]}, {"remove": ["b"]}],
    "category": ["News", "News/Sports/Football", "", None, {"id": 1}, {"id": 2**63 - 1}, "n" * 64, "a b/c"],
    "cover": ["https://img.example.com/a.jpg?x=1", "http://h", "", None],
    "state": ["absent"],
    "source": ["absent"],
    "force": [True, False],
    "reason": ["because", "", "r" * 1024],
    "after": ["2026-12-31", "2024-02-29"],
    "streams": [{"absent": ["J1", "J2"]}, {"keep": {"definitions": ["HD"]}}, {"keep": {"formats": ["mp4", "flv"]}}],
    "types": [["All"], ["SpriteSnapshot", "CoverSnapshot"]],
    "url": ["http://img.example.com/%s.png"],
    "id": ["id-%s"],
    "video": ["video-%s"],
    "reference": ["cms-00000%s"],
    "renamed_from": ["Old%s"],
    "path": ["New%s"],
}
"""Values that are right by themselves; `%s` makes them different in every entry."""

BAD: Mapping[str, list[Json]] = {
    "title": [None, 2024, True, ["x"], {"a": "b"}, "t" * 129, "bell\u0007", "c1\u009f"],
    "description": [12, "d" * 1025, ["x"], "\u0000"],
    "tags": [
        "a",
        1,
        ["a,b"],
        [""],
        [" "],
        [1],
        [None],
        ["t" * 33],
        ["a"] * 17,
        {},
        {"set": []},
        {"add": "a"},
        ["a\tb"],
    ],
    "category": ["a/b/c/d", "a//b", " a", "a /b", "/a", 7, True, {}, {"id": 0}, {"id": "1"}, ["a"], "n" * 65, "a\nb"],
    "cover": ["ftp://h/a", "h/a", "http://", "http://a b", 12, "http://h/" + "c" * 5_000],
    "state": ["present", None, True, ["absent"]],
    "source": ["gone", None],
    "force": ["yes", None, 1],
    "reason": [None, 12, "r" * 1025, "\u001b"],
    "after": ["31.12.2026", "2026-1-1", 20261231, None],
    "streams": [None, {}, {"absent": []}, {"absent": ["J", "J"]}, {"keep": {}}, {"keep": {"formats": ["mpg"]}}, "all"],
    "types": [[], ["All", "CoverSnapshot"], ["Sprite"], ["All", "All"], "All", None],
    "url": ["img.example.com/a.png", None],
    "id": ["a,b", "a b", "", 12, None, "i" * 65, "标识"],
    "video": ["a,b", None],
    "reference": ["short", "cms.000121", None, 1],
    "renamed_from": ["a//b", None, 1],
    "path": ["a//b", "", None, 1],
}
"""Values that are wrong in a way a schema can say."""

SHAPES: Mapping[str, list[list[str]]] = {
    "videos": [["id"], ["reference"], ["id", "state"], ["id", "source"], ["id", "streams"], ["id", "source", "force"]],
    "images": [["id"], ["id", "state"], ["url", "state"], ["video", "types", "state"]],
    "categories": [["path"], ["path", "renamed_from"], ["path", "state"]],
}
"""Keys that make an entry; others are added at random."""

KEYS: Mapping[str, list[str]] = {
    "videos": [
        *(field.name for field in VIDEO.fields),
        "state",
        "source",
        "force",
        "streams",
        "reason",
        "after",
        "id",
        "reference",
    ],
    "images": [*(field.name for field in IMAGE.fields), "state", "reason", "after", "types", "url", "video", "id"],
    "categories": ["renamed_from", "state", "reason", "after"],
}


@st.composite
def entries(draw: st.DrawFn, section: str, number: int) -> Json:
    """An entry that is right, or wrong in a way or two."""
    names = [*draw(st.sampled_from(SHAPES[section])), *draw(st.lists(st.sampled_from(KEYS[section]), max_size=2))]
    entry: dict[str, Json] = {}
    for name in names:
        values = BAD[name] if draw(st.integers(0, 11)) == 0 else GOOD[name]
        value = draw(st.sampled_from(values))
        entry[name] = value % number if isinstance(value, str) and "%s" in value else value
    if draw(st.integers(0, 30)) == 0:
        entry["colour"] = "red"
    return entry


@st.composite
def manifests(draw: st.DrawFn) -> Json:
    """A manifest of a few entries, and one that is right so that it is never empty."""
    made: dict[str, Json] = {"apiVersion": draw(st.sampled_from(["vodplan/v1"] * 20 + ["v1", None, 1]))}
    if draw(st.integers(0, 4)) == 0:
        kind = draw(st.sampled_from(["video", "image"]))
        name = draw(st.sampled_from([field.name for field in IMAGE.fields]))
        values = BAD[name] if draw(st.booleans()) else GOOD[name]
        made["defaults"] = {kind: {name: draw(st.sampled_from(values))}}
    made["categories"] = [{"path": "Always"}]
    for place, section in enumerate(draw(st.lists(st.sampled_from(sorted(SHAPES)), min_size=1, max_size=2))):
        made[section] = [*made.get(section, []), draw(entries(section, place))]
    return made


def told(document: Json) -> Iterator[str]:
    """The codes of the errors that the reader finds."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one.yaml"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        for one in load([], project=project(Path(folder))).diagnostics:
            if one.severity == "error":
                yield one.code


@given(manifests())
def test_reader_models_and_schema_agree(document: Json) -> None:
    """What the reader takes, the models and the schema take, and nothing else, as far as a schema can say it."""
    errors = list(told(document))
    try:
        Manifest.model_validate(document)
        by_model = True
    except ValidationError:
        by_model = False
    by_schema = MANIFEST.is_valid(document)

    event(f"valid: {by_schema}")
    assert (not errors, by_model) == (by_schema, by_schema), errors


AROUND: Mapping[str, tuple[str, Json]] = {
    **{name: ("videos", {"id": "a"}) for name in ("title", "description", "tags", "category", "cover", "id")},
    **{name: ("videos", {"id": "a"}) for name in ("state", "source", "streams")},
    **{name: ("videos", {"id": "a", "source": "absent"}) for name in ("force", "reason", "after")},
    "reference": ("videos", {}),
    "url": ("images", {"state": "absent"}),
    "types": ("images", {"video": "a", "state": "absent"}),
    "video": ("images", {"types": ["All"], "state": "absent"}),
    "path": ("categories", {}),
    "renamed_from": ("categories", {"path": "New"}),
}
"""A section and an entry in which a key alone decides."""


@pytest.mark.parametrize("name", sorted(BAD))
def test_values_of_the_agreement_test_are_good_and_bad(name: str) -> None:
    """The test above proves little unless its right values are taken and its wrong ones refused, each of them."""
    section, around = AROUND[name]

    def is_valid(value: Json) -> bool:
        return MANIFEST.is_valid({"apiVersion": "vodplan/v1", section: [{**around, name: value}]})

    assert [
        value for value in GOOD[name] if not is_valid(value.replace("%s", "1") if isinstance(value, str) else value)
    ] == []
    assert [value for value in BAD[name] if is_valid(value)] == []


def test_rules_of_images_without_emoji_are_in_the_schema() -> None:
    """The one limit on characters that only images have."""
    for section, valid in (("videos", True), ("images", False)):
        for values in ({"title": "🎬"}, {"tags": ["🎬"]}, {"tags": {"add": ["a🎬"]}}, {"description": "🎬"}):
            document = {"apiVersion": "vodplan/v1", section: [{"id": "a", **values}]}
            assert MANIFEST.is_valid(document) is valid
            assert (not list(told(document))) is valid
