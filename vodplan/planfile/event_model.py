"""The shape of the events of `--log-format json`, as the source of their JSON Schema."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue, RootModel

from vodplan.core.change import Action
from vodplan.core.report import Verdict
from vodplan.planfile.model import Count, _Strict

Moment = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$")]
Amount = Annotated[float, Field(ge=0)]


class _Event(_Strict):
    time: Moment = Field(description="When it happened, UTC.")


class RunEvent(_Event):
    """An apply began; nothing was written before."""

    event: Literal["run"]
    state: Literal["began"]
    run: str = Field(description="The run's id.")
    target: str
    changes: Count = Field(description="How many the plan has.")


class RunEndedEvent(_Event):
    """An apply ended with its report."""

    event: Literal["run"]
    state: Literal["ended"]
    run: str
    target: str
    changes: Count
    counts: dict[Literal[*(one.value for one in Verdict)], Count] = Field(  # type: ignore[valid-type]
        description="How many changes ended each way; they add up to the plan."
    )
    converged: bool = Field(description="Whether all is done and reads back as planned.")


class CallEvent(_Event):
    """One request to the service, a retry too."""

    event: Literal["call"]
    operation: str
    host: str
    attempt: Annotated[int, Field(ge=1)]
    status: int | None = Field(description="The HTTP status; null when no answer came.")
    outcome: str = Field(description="ok, or a code: the service's own where it answered.")
    request_id: str = Field(description="Empty when no answer came.")
    waited_ms: Amount = Field(description="Milliseconds for which it waited for its turn.")
    ms: Amount = Field(description="Milliseconds from sending to the answer.")


class ThrottleEvent(_Event):
    """The service refused a call as one too many."""

    event: Literal["throttle"]
    operation: str
    rate: Amount = Field(description="Calls a second from now on.")
    of: Amount = Field(description="Calls a second that are allowed.")


class ChangeEvent(_Event):
    """How one change of a plan ended; one for each."""

    event: Literal["change"]
    run: str
    address: Annotated[str, Field(pattern="^[a-z_]+/.")]
    action: Literal[*(one.value for one in Action)]  # type: ignore[valid-type]
    outcome: Literal[*(one.value for one in Verdict)]  # type: ignore[valid-type]
    code: str = Field(description="The service's code, or empty.")
    detail: str = Field(description="A sentence, or empty.")
    request_id: str


class ThrottledModel(_Strict):
    """Which operation was throttled in the last ten seconds."""

    operation: str
    rate: Amount
    of: Amount


class ProgressEvent(_Event):
    """How far a long step is."""

    event: Literal["progress"]
    step: str
    state: Literal["started", "running", "finished"]
    done: Count
    total: Count = Field(description="0 when it is not known.")
    seconds: Amount
    rate: Amount | None = Field(description="Units a second; null when not known.")
    left: Amount | None = Field(description="Seconds; null when not known.")
    throttled: ThrottledModel | None


class PlaceModel(_Strict):
    """What is wrong in a file, and where; null for what has no place."""

    code: Annotated[str, Field(pattern=r"^VP\d{3}$")]
    message: str
    file: str | None
    line: int | None
    column: int | None


class FindingEvent(_Event, PlaceModel):
    """What is wrong in a file; an error is a finding, and a warning stops nothing."""

    event: Literal["finding", "warning"]


class ErrorModel(_Strict):
    """What a command could not do."""

    type: str
    message: str
    next: str = Field(description="The command that gets further, or empty.")
    diagnostics: list[PlaceModel]


class ErrorEvent(_Event, ErrorModel):
    """An error that the run went on after."""

    event: Literal["error"]


class NoteEvent(_Event):
    """A sentence for people."""

    event: Literal["note"]
    message: str


class LogEvent(_Event):
    """A line of the log."""

    event: Literal["log"]
    level: str
    logger: str
    message: str


class EndEvent(_Event):
    """The last event."""

    event: Literal["end"]
    exit_code: Annotated[int, Field(ge=0, le=255)] = Field(description="The process's.")
    duration_s: Amount = Field(description="Seconds since the command line was read.")
    error: ErrorModel | None


Event = (
    RunEvent
    | RunEndedEvent
    | CallEvent
    | ThrottleEvent
    | ChangeEvent
    | ProgressEvent
    | FindingEvent
    | ErrorEvent
    | NoteEvent
    | LogEvent
    | EndEvent
)


class EventModel(RootModel[Event]):
    """One line on stderr with --log-format json, format version 1."""


def schema() -> dict[str, JsonValue]:
    """The JSON Schema of an event (draft 2020-12), as it stands in schemas/event.v1.json."""
    generated: dict[str, JsonValue] = EventModel.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "event.v1.json", **generated}
