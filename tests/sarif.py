"""The part of SARIF 2.1.0 that vodplan writes, as a JSON Schema of our own: no other member is allowed anywhere.

The official schema is not in the repository; names, types and what is required are those of the OASIS standard,
sections 3.13 to 3.30 and 3.49 to 3.58.
"""

from __future__ import annotations

from typing import Any


def _object(required: list[str], **members: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": members}


_MESSAGE = _object(["text"], text={"type": "string"})
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_PLACE = {"type": "integer", "minimum": 1}
_LOCATION = _object(
    ["physicalLocation"],
    physicalLocation=_object(
        ["artifactLocation"],
        artifactLocation=_object(
            ["uri"],
            # A relative reference as RFC 3986 has it: its first segment has no colon.
            uri={"type": "string", "pattern": r"^(?![^/?#]*:)(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*$"},
            uriBaseId={"type": "string"},
        ),
        region=_object(["startLine"], startLine=_PLACE, startColumn=_PLACE, endLine=_PLACE, endColumn=_PLACE),
    ),
)
_RESULT = _object(
    ["message"],
    ruleId={"type": "string"},
    level=_LEVEL,
    message=_MESSAGE,
    locations={"type": "array", "items": _LOCATION},
)
_RULE = _object(["id"], id={"type": "string"}, shortDescription=_MESSAGE, help=_MESSAGE)
_INVOCATION = _object(
    ["executionSuccessful"],
    executionSuccessful={"type": "boolean"},
    exitCode={"type": "integer"},
    toolExecutionNotifications={"type": "array", "items": _object(["message"], message=_MESSAGE, level=_LEVEL)},
)
_RUN = _object(
    ["tool"],
    tool=_object(
        ["driver"],
        driver=_object(
            ["name"],
            name={"type": "string"},
            version={"type": "string"},
            rules={"type": "array", "uniqueItems": True, "items": _RULE},
        ),
    ),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations={"type": "array", "items": _INVOCATION},
    results={"type": "array", "items": _RESULT},
)
SARIF: dict[str, Any] = {
    **_object(
        ["version", "runs"],
        version={"const": "2.1.0"},
        runs={"type": "array", "items": _RUN},
        **{"$schema": {"type": "string", "pattern": "^https://"}},
    ),
    "$schema": "https://json-schema.org/draft/2020-12/schema",
}
