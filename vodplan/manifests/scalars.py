"""What a plain scalar means by the core schema of YAML 1.2: `no`, `on`, `yes` and dates are text."""

from __future__ import annotations

import enum
import re

from vodplan.manifests.nodes import Scalar


class ScalarType(enum.Enum):
    """The types of the core schema."""

    TEXT = "text"
    NULL = "null"
    BOOL = "true or false"
    INT = "whole number"
    FLOAT = "number"


NUMBERS = (ScalarType.INT, ScalarType.FLOAT)

_WORDS = {
    **{word: ScalarType.NULL for word in ("", "~", "null", "Null", "NULL")},
    **{word: ScalarType.BOOL for word in ("true", "True", "TRUE", "false", "False", "FALSE")},
}
_TRUE = frozenset({"true", "True", "TRUE"})
_NUMBER_STARTS = frozenset("+-.0123456789")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_MAX_DIGITS = 20


def plain_type(text: str) -> ScalarType:
    """The type of an unquoted scalar."""
    word = _WORDS.get(text)
    if word is not None:
        return word
    if text[0] in _NUMBER_STARTS:
        if _INT.fullmatch(text):
            return ScalarType.INT
        if _FLOAT.fullmatch(text):
            return ScalarType.FLOAT
    return ScalarType.TEXT


def type_of(node: Scalar) -> ScalarType:
    """The type of a scalar; quoted ones and block texts are always text."""
    return plain_type(node.value) if node.plain else ScalarType.TEXT


def value_of(node: Scalar) -> str | int | float | bool | None:
    """The value of a scalar.

    A whole number of more than 20 digits becomes infinity, so that no text can cost more than its length to convert.
    """
    kind = type_of(node)
    if kind is ScalarType.NULL:
        return None
    if kind is ScalarType.BOOL:
        return node.value in _TRUE
    if kind is ScalarType.INT:
        return _whole(node.value)
    return _decimal(node.value) if kind is ScalarType.FLOAT else node.value


def _whole(text: str) -> int | float:
    if len(text) > _MAX_DIGITS:
        return float("inf")
    if text[:2] in ("0o", "0x"):
        return int(text[2:], 8 if text[1] == "o" else 16)
    return int(text)


def _decimal(text: str) -> float:
    lowered = text.lower()
    return float(lowered.replace(".", "") if lowered.endswith(("inf", "nan")) else lowered)
