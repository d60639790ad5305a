"""The JSON Schemas of what people write, made from the models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from vodplan.core.errors import UsageError
from vodplan.manifests.wording import did_you_mean, one_of

NAMES = ("manifest", "project")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> dict[str, Any]:
    """A JSON Schema, ready to be written as JSON.

    name:   one of `NAMES`.
    raises: UsageError for another name.
    """
    model = _model(name)
    generated = _tidied(model.model_json_schema(mode="validation"))
    assert isinstance(generated, dict)
    return {"$schema": _DIALECT, **generated, "title": f"vodplan {name}, version v1"}


def _model(name: str) -> type[BaseModel]:
    if name == "manifest":
        from vodplan.manifests.models import Manifest

        manifest: type[BaseModel] = Manifest
        return manifest
    if name == "project":
        from vodplan.manifests.project_model import ProjectModel

        return ProjectModel
    raise UsageError(
        f'There is no schema "{name}". It can be {one_of(NAMES)}.{did_you_mean(name, NAMES)}',
        next="vodplan schema --help",
    )


def _tidied(node: object) -> object:
    """Without what pydantic adds for its own sake: a title for every key, and null as a default."""
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: _tidied(one) for name, one in value.items()} if _names(key, value) else _tidied(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value is None)
    }


def _names(key: str, value: object) -> bool:
    """Whether the keys below are names of the user's keys, such as `title`, and not words of JSON Schema."""
    return key in ("properties", "$defs") and isinstance(value, dict)
