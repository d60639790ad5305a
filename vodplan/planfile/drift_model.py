"""The shape of the drift document, as the source of its JSON Schema."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from vodplan.core.drift import OriginKind
from vodplan.core.tiers import Tier
from vodplan.planfile.model import Count, Digest, OneLine, SourceModel, TargetModel, _Strict

Moment = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")]


class OriginModel(_Strict):
    """Where a difference came from."""

    kind: Literal[*(kind.value for kind in OriginKind)] = Field(  # type: ignore[valid-type]
        description="edited: outside of vodplan since the run; pending: not applied yet; kept: the service kept "
        "another value than a run wrote; unknown: no run on the target is on record, or what the last one left is not "
        "known for sure."
    )
    run: OneLine | None = Field(description="The last run that wrote the field.")
    at: OneLine | None = Field(description="When it did, UTC.")
    left: JsonValue = Field(description="What it left there; null where no run did.")


class ItemModel(_Strict):
    """One field that differs."""

    address: Annotated[str, Field(pattern="^[a-z_]+/.")]
    kind: str
    id: str | None = Field(description="The service's id; null for what does not exist.")
    title: str = Field(description="The live title; empty where there is none.")
    field: str = Field(description="Of the kind, or state, path, source, streams.")
    wanted: JsonValue = Field(description="What the manifest says.")
    live: JsonValue = Field(description="What the service says.")
    tier: Literal[*(tier.value for tier in Tier)]  # type: ignore[valid-type]
    rule: Count | None = Field(description="The place in drift.tiers that gave the tier; null for the default.")
    origin: OriginModel
    source: SourceModel


class SummaryModel(_Strict):
    """How many; the three tiers add up to the items."""

    fail: Count
    report: Count
    ignore: Count
    assets: Count = Field(description="Addresses that differ.")
    unchanged: Count = Field(description="Entries that are as in the manifests.")
    scheduled: Count = Field(description="Removals that wait for their day.")
    uncertain: Count = Field(description="Removals of which the service cannot say whether they are done.")


class DriftModel(_Strict):
    """What is managed and differs, format version 1: what drift --format json prints."""

    format_version: Literal["1"]
    vodplan_version: str
    created_at: Moment
    target: TargetModel
    manifests_digest: Digest
    snapshot: Moment | None = Field(description="Since when the live values are what they are; null: read now.")
    items: list[ItemModel]
    summary: SummaryModel


def schema() -> dict[str, JsonValue]:
    """The JSON Schema of the document (draft 2020-12), as it stands in schemas/drift.v1.json."""
    generated: dict[str, JsonValue] = DriftModel.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "drift.v1.json", **generated}
