"""The shape of the document about edited manifests, as the source of its JSON Schema."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from vodplan.planfile.model import Count, _Strict


class ChangedModel(_Strict):
    """A file that is, or would be, different."""

    file: str
    diff: str = Field(default="", description="In the unified format; left out where nobody asked for it.")


class LeftModel(_Strict):
    """A place that was left as it is."""

    file: str
    line: Count = Field(description="From 1; 0 for the file as a whole.")
    column: Count = Field(description="From 1; 0 for the file as a whole.")
    why: str
    advice: str = Field(description="What to do by hand.")


class EditedModel(_Strict):
    """What became of manifests, format version 1: what fmt, drift --accept and import --dry-run print as JSON."""

    format_version: Literal["1"]
    vodplan_version: str
    written: bool = Field(description="Whether changes were written; otherwise they are what would be.")
    files: Count = Field(description="Files that were looked at.")
    changed: list[ChangedModel]
    left_alone: list[LeftModel] = Field(description="Files that could not be edited safely.")
    refused: list[LeftModel] = Field(description="Fields that drift --accept could not take over.")
    proved: str = Field(description="What was looked at afterwards; empty for nothing.")
    next: str


def schema() -> dict[str, JsonValue]:
    """The JSON Schema of the document (draft 2020-12), as it stands in schemas/edited.v1.json."""
    generated: dict[str, JsonValue] = EditedModel.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "edited.v1.json", **generated}
