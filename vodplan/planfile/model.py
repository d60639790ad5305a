"""The shape of a plan file, as the door that every plan file comes through and as the source of its JSON Schema."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from vodplan.core.change import Action
from vodplan.core.origins import ChangeOrigin
from vodplan.core.plan import Road

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]
OneLine = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Text that messages quote: a line end in it would put a line of a stranger's among ours."""


def _a_day(text: str) -> str:
    datetime.date.fromisoformat(text)
    return text


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TargetModel(_Strict):
    """The account and region the plan is for."""

    name: OneLine
    region: OneLine
    endpoint: OneLine = Field(description="Host, with its port where one was given.")
    account: OneLine | None


class SourceModel(_Strict):
    """The manifest line that asked for it."""

    file: str
    line: Annotated[int, Field(ge=1)]


class ChangeModel(_Strict):
    """One action on one address."""

    address: Annotated[str, Field(pattern="^[a-z_]+/.")]
    kind: str
    id: str | None = Field(description="The service's id; null for a category that is yet to be made.")
    action: Literal[*(action.value for action in Action)]  # type: ignore[valid-type]
    before: dict[str, JsonValue] | None = Field(description="Live values of the fields that change; null for create.")
    after: dict[str, JsonValue] | None = Field(description="Wanted values of the same fields; null for a removal.")
    fingerprint: Digest = Field(description="Of the live values the change was decided on.")
    params: dict[str, JsonValue] = Field(description="What the call needs beyond the values.")
    facts: dict[str, JsonValue] = Field(description="For people and guards; never compared, never sent.")
    source: SourceModel
    rule: str | None
    reason: str | None
    certain: bool = Field(description="False when the service cannot say whether there is anything to do.")
    bytes_freed: Count | None
    origins: dict[str, Literal[*(origin.value for origin in ChangeOrigin)]] = Field(  # type: ignore[valid-type]
        default_factory=dict, description="Field to where its change comes from; left out without a base revision."
    )


class GuardModel(_Strict):
    """A guard that refuses the plan."""

    guard: str
    number: str
    threshold: str
    setting: str
    message: str
    addresses: list[str]


class ScheduledModel(_Strict):
    """A removal that waits for its day."""

    address: Annotated[str, Field(pattern="^[a-z_]+/.")]
    action: Literal[*(action.value for action in Action)]  # type: ignore[valid-type]
    after: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_a_day)]
    source: SourceModel
    reason: str | None


class MissingModel(_Strict):
    """An entry whose asset the service does not have."""

    address: Annotated[str, Field(pattern="^[a-z_]+/.")]
    source: SourceModel


class NotConvergingModel(_Strict):
    """A field that is not as wanted and is not sent again: a run sent it, and the service kept another value."""

    address: Annotated[str, Field(pattern="^[a-z_]+/.")]
    field: str
    wanted: JsonValue
    live: JsonValue
    source: SourceModel


class SummaryModel(_Strict):
    """How many of each; delete counts every change that removes something."""

    create: Count
    rename: Count
    update: Count
    delete: Count
    unchanged: Count
    missing: Count
    scheduled: Count


class CostModel(_Strict):
    """What applying takes at the allowed rate."""

    calls: dict[str, Count]
    seconds: Annotated[float, Field(ge=0)]
    bytes_freed: Count


class ReadingModel(_Strict):
    """How the live values came in."""

    road: Literal[*(road.value for road in Road)]  # type: ignore[valid-type]
    why: OneLine
    assets: Count
    by_search: Count = Field(description="Entries that the search index showed to be as wanted.")
    by_id: Count = Field(description="Entries whose asset was read by id, reference or URL.")
    snapshot: OneLine | None = Field(description="When the snapshot was made that the values are from, UTC.")
    since: OneLine | None = Field(description="The revision the manifests were compared with.")


class RuleModel(_Strict):
    """A rule of the manifests; the ids that it found stand in the changes."""

    name: OneLine
    query: OneLine = Field(description="What it looked for.")
    matches: Count = Field(description="How many assets it found when the plan was made.")
    limit: Count | None = Field(description="How many it may find.")
    source: SourceModel


class PlanModel(_Strict):
    """A vodplan plan file, format version 1."""

    format_version: Literal["1"]
    vodplan_version: str
    created_at: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")]
    target: TargetModel
    manifests_digest: Digest
    changes: list[ChangeModel]
    guards: list[GuardModel]
    scheduled: list[ScheduledModel]
    missing: list[MissingModel]
    unconverged: list[NotConvergingModel]
    summary: SummaryModel
    managed: dict[str, Count]
    cost: CostModel
    reading: ReadingModel | None = Field(default=None, description="Not in plans of earlier versions.")
    rules: list[RuleModel] = Field(default_factory=list, description="Left out where the manifests have none.")
    base: OneLine | None = Field(default=None, description="The revision beside which origins were told.")
    digest: Digest


def schema() -> dict[str, JsonValue]:
    """The JSON Schema of a plan file (draft 2020-12), as it stands in schemas/plan.v1.json."""
    generated: dict[str, JsonValue] = PlanModel.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "plan.v1.json", **generated}
