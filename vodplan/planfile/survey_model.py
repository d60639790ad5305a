"""The shape of the report on a library, as the source of its JSON Schema."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from vodplan.core.survey import Check
from vodplan.planfile.drift_model import Moment
from vodplan.planfile.model import Count, _Strict


class AmountModel(_Strict):
    """How many assets, and their bytes as far as the service says."""

    count: Count
    bytes: Count


class CategoryModel(AmountModel):
    """What stands directly in a category."""

    kind: str
    category: str = Field(description="Its path, id 123 for one without a path of its own, empty for none.")


class AssetModel(_Strict):
    """An asset that a finding is about."""

    address: str
    title: str
    created: str


class FindingModel(AmountModel):
    """One thing that was found."""

    check: Literal[*(one.value for one in Check)]  # type: ignore[valid-type]
    kind: str = Field(description="Of its assets; empty for a category that has none.")
    subject: str = Field(description="The title, cover, category, tag to keep or status; empty where check says all.")
    strays: dict[str, Count] = Field(description="Of stray tags: each with its uses.")
    patch: str = Field(description="YAML that puts it right, without its apiVersion; empty where there is none.")
    why: str = Field(description="Why there is none, or what it leaves out.")
    assets: list[AssetModel]


class SurveyModel(_Strict):
    """The state of a library, format version 1: what report --format json prints."""

    format_version: Literal["1"]
    vodplan_version: str
    created_at: Moment
    target: str
    untouched_days: Count
    huge_assets: Count
    library: AmountModel
    by_kind: dict[str, AmountModel]
    by_age: dict[str, AmountModel]
    by_category: list[CategoryModel]
    undated: Count = Field(description="Assets of which the service does not say when they were modified.")
    missed: Count = Field(description="Assets that the service counts and does not show.")
    next: str
    findings: list[FindingModel]


def schema() -> dict[str, JsonValue]:
    """The JSON Schema of the document (draft 2020-12), as it stands in schemas/report.v1.json."""
    generated: dict[str, JsonValue] = SurveyModel.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "report.v1.json", **generated}
