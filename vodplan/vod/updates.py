"""What the writes of all kinds share: items on the wire, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from vodplan.core.errors import BugError
from vodplan.core.kind import CallItem
from vodplan.core.ports import CallAnswer, Refusal
from vodplan.kinds.batches import joined

Item = Mapping[str, str | int]
"""One object of `UpdateContent`: wire names and values; a member left out leaves the field as it is."""

WIRE_NAMES = {
    "title": "Title",
    "description": "Description",
    "tags": "Tags",
    "category": "CateId",
    "categories": "CateIds",
    "cover": "CoverURL",
}

FORBIDDEN = "Forbidden"
UNREMOVEABLE = "UnRemoveable"

REFUSALS = {
    FORBIDDEN: "The key has no right to this asset; it may belong to another application of the account.",
    UNREMOVEABLE: "The service does not remove this source: it is served as the original-quality stream, which needs "
    "`force: true`, or the key has no right to it.",
}
"""Code → sentence, for lists of ids that come without a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOutcome:
    """What a change or removal of several left undone: ids that do not exist, and ids that were refused."""

    missing: frozenset[str]
    refused: frozenset[str]
    request_id: str

    def answer(self, code: str = FORBIDDEN) -> CallAnswer:
        """The same for the engine; `code` stands for why ids were refused."""
        refusal = Refusal(code=code, message=REFUSALS[code], request_id=self.request_id)
        return CallAnswer(
            missing=self.missing, refused=dict.fromkeys(sorted(self.refused), refusal), request_id=self.request_id
        )


def update_content(items: Sequence[Item]) -> str:
    """Write `UpdateContent`: a compact JSON array in UTF-8, for every byte counts three times once encoded."""
    return orjson.dumps([dict(item) for item in items]).decode()


def wire_item(id_name: str, item: CallItem) -> Item:
    """Write one update as the service wants it: only the fields that are sent, under the wire's names."""
    members: dict[str, str | int] = {id_name: item.id}
    for name, value in item.fields.items():
        wire = WIRE_NAMES[name]
        if name == "category":
            members[wire] = value if isinstance(value, int) else 0
        elif isinstance(value, tuple):
            members[wire] = joined(value)
        elif isinstance(value, str):
            members[wire] = value
        else:
            raise BugError(f"The field {name} of {item.id} has no value that can be sent: {value!r}.")
    return members
