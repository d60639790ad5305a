"""Writes values as YAML, in the style of what stands around them; the only place that knows ruamel."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    SingleQuotedScalarString,
)

from vodplan.manifests import emit
from vodplan.manifests.edit.model import Value
from vodplan.manifests.scalars import ScalarType, plain_type

WRAP = 100
"""Characters after which a folded text goes on in the next line."""

_STYLES = {
    '"': DoubleQuotedScalarString,
    "'": SingleQuotedScalarString,
    "|": LiteralScalarString,
    ">": FoldedScalarString,
}
_OLD_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "=", "<<"})
_OLD_NUMBERS = re.compile(
    r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[-+]?0b[01_]+|[-+]?[0-9][0-9_,.]*|\.[0-9_]+"
)
_SEEN = {ord(character): None for character in "\n\t\u00a0\u3000"}
"""Characters that are fine as they are, though Python does not count them among what can be printed."""

_FLOW_SPECIAL = frozenset(",[]{}")


def flow_value(value: Value) -> str:
    """A value on one line, as it can stand between brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key_text(name)}: {flow_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow_value(one) for one in value) + "]"
    return scalar(value, style="", flow=True)


def key_text(name: str) -> str:
    """A key of a mapping."""
    return scalar(name, style="", flow=True)


def scalar(value: str | int | bool | datetime.date | None, *, style: str, flow: bool) -> str:
    """A value that is no collection, on one line.

    style: `'` or `"` to prefer these quotes; they are used anyway where a plain text would mean something else.
    flow:  it stands between brackets.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return _text(value, style if style in ("'", '"') else "", flow)


def block_text(value: str, *, style: str, indent: str, comment: str = "") -> str | None:
    """A text of several lines, literal (`|`) or folded (`>`), without the line end behind it.

    indent:  what stands before each of its lines.
    comment: of the line where it begins, with the blanks before it.
    returns: None where it cannot be written like this: it begins with a blank, ends with several line ends, or has
             characters that only an escape can write.
    """
    if not value.strip("\n") or value[0] in " \n\t" or value.endswith("\n\n") or _hidden(value):
        return None
    for line in value.split("\n"):
        # Blanks at the end of a line are lost to the first editor that trims them; in a folded text those at the
        # beginning keep a line from being folded.
        if line != line.rstrip(" \t") or (style == ">" and line[:1] in (" ", "\t")):
            return None
    shown = _dumped(_STYLES[style](value), width=WRAP)
    head, _, rest = shown.partition("\n")
    if not head.startswith(style):
        return None
    lines = [indent + line[2:] if line else "" for line in rest.rstrip("\n").split("\n")]
    return "\n".join([head + comment, *lines])


@lru_cache(maxsize=65_536)
def _text(value: str, style: str, flow: bool) -> str:
    if _hidden(value):
        return emit.double_quoted(value)
    if style:
        shown = _dumped(_STYLES[style](value))
        if "\n" not in shown:
            return shown
    elif not _needs_quotes(value, flow=flow):
        shown = _dumped(value)
        if "\n" not in shown and shown[0] not in "'\"":
            return shown
    return _dumped(DoubleQuotedScalarString(value))


def _hidden(value: str) -> bool:
    """Whether a text has characters that nobody sees, or that YAML forbids: they are written as escapes."""
    return not value.translate(_SEEN).isprintable()


def _needs_quotes(value: str, *, flow: bool) -> bool:
    """Whether a text would be something else without quotes: to this vodplan, or to a tool that reads YAML 1.1."""
    if plain_type(value) is not ScalarType.TEXT or value.lower() in _OLD_WORDS or _OLD_NUMBERS.fullmatch(value):
        return True
    return value[0] in ":?" or (flow and not _FLOW_SPECIAL.isdisjoint(value))


def _dumped(value: str, *, width: int = 1_000_000) -> str:
    """What ruamel writes behind a key."""
    stream = io.StringIO()
    _yaml(width).dump({"k": value}, stream)
    return stream.getvalue().removesuffix("\n...\n")[3:].rstrip("\n")


@lru_cache(maxsize=2)
def _yaml(width: int) -> YAML:
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = width
    return yaml
