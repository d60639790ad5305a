"""Writes YAML that the reader of manifests reads back to the byte, whatever a stranger put into a title.

Ordinary texts stand as people would type them, texts of several lines as blocks; everything else is in double quotes,
with an escape for each character that cannot be seen, that would reorder the line it stands in, or that YAML forbids.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from vodplan.core.values import FieldValue
from vodplan.manifests.scalars import ScalarType, plain_type

HEAD = "apiVersion: vodplan/v1\n"

_OTHERS = re.compile(
    r"(?:y|n|yes|no|on|off)\Z|[-+.0-9][-+.0-9:_,TtZz eE]*\Z|0[xob][0-9A-Fa-f_]+\Z",
    re.IGNORECASE,
)
"""What other readers of YAML take for a truth value, a number, a time or a date: quoted, though vodplan does not."""

_PLAIN_START = re.compile(r"[^\x00-\x7f]|[A-Za-z0-9(/.+_$]")
_IN_FLOW = re.compile(r"[,\[\]{}:?]")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_JOINERS = "\u200c\u200d"
"""Format characters that scripts and emoji need, and that reorder nothing."""

_BLANKS = str.maketrans("", "", "\u00a0\u3000")
"""Blanks of other widths, which Python does not count among what can be printed."""

_STRANGE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def scalar(text: str, *, flow: bool = False) -> str:
    """A text in one line: plain where no reader can take it for something else, else in double quotes.

    flow: whether it stands within `[…]`.
    """
    return text if _is_plain(text, flow=flow) else double_quoted(text)


def double_quoted(text: str) -> str:
    """A text in double quotes, in one line."""
    return '"' + "".join(_ESCAPES.get(character) or _shown(character) for character in text) + '"'


def field(name: str, value: FieldValue, *, indent: str) -> Iterator[str]:
    """The lines of one field of an entry: a text, a list of tags or categories, a category by path or id, null.

    value: as in `DesiredAsset.values`, but for edits of tags, which no live value is.
    """
    if isinstance(value, tuple):
        yield f"{indent}{name}: [{', '.join(_item(one) for one in value)}]\n"
    elif isinstance(value, int):
        yield f"{indent}{name}: {{id: {value}}}\n"
    elif value is None:
        yield f"{indent}{name}: null\n"
    elif isinstance(value, str) and _is_block(value):
        yield f"{indent}{name}: {'|' if value.endswith(chr(10)) else '|-'}\n"
        for line in value.removesuffix("\n").split("\n"):
            yield f"{indent}  {line}\n" if line else "\n"
    else:
        yield f"{indent}{name}: {scalar(str(value))}\n"


def _item(value: str | int) -> str:
    return f"{{id: {value}}}" if isinstance(value, int) else scalar(value, flow=True)


def comment(text: str, *, indent: str = "") -> str:
    """One line of comment, with nothing in it that YAML forbids or that cannot be seen."""
    return f"{indent}# {''.join(_shown(character) for character in text)}\n"


def document(entries: Iterable[str], *, key: str, schema: str | None) -> Iterator[str]:
    """A whole manifest.

    entries: the text of each, indented by two.
    key:     the list that they stand in: `videos`, `categories`.
    schema:  where editors find the schema, as a path from the file.
    """
    if schema is not None and schema.isprintable():
        yield f"# yaml-language-server: $schema={schema}\n"
    yield HEAD
    yield f"{key}:\n"
    yield from entries


def _is_plain(text: str, *, flow: bool) -> bool:
    if not _is_ordinary(text) or text[-1] == ":" or not _PLAIN_START.match(text):
        return False
    if unicodedata.category(text[0])[0] == "M":
        return False
    if ": " in text or " #" in text or _OTHERS.match(text) or plain_type(text) is not ScalarType.TEXT:
        return False
    return not (flow and _IN_FLOW.search(text))


def _is_block(text: str) -> bool:
    """Whether a text of several lines can stand as it is: nothing at the edge of a line, nothing to be escaped."""
    if "\n" not in text.removesuffix("\n"):
        return False
    lines = text.removesuffix("\n").split("\n")
    return bool(lines[0] and lines[-1]) and all(not line or _is_ordinary(line) for line in lines)


def _is_ordinary(line: str) -> bool:
    """Whether a line is not empty, shows all that it has, and has no blanks at its ends, where nobody sees them."""
    return bool(line) and line.translate(_BLANKS).isprintable() and line == line.strip()


def _shown(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    number = ord(character)
    if unicodedata.category(character) not in _STRANGE:
        return character
    if number <= 0xFF:
        return f"\\x{number:02X}"
    return f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"
