"""The one place that makes a stranger's text harmless, with a function or two for each output format.

Pages are the one exception: `render.html.marks` puts labels where this file puts escapes, and asks it which.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

from vodplan.core.cells import neutral

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

_HIDDEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Characters without ink that are not in a category of their own: fillers, variation selectors, tag characters."""

_SEEN_FORMATS = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]")
"""Format characters that do have ink: Arabic and other signs that enclose digits."""

_STRANGE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_EMOJI_SELECTOR = re.compile("(?<=[#*0-9\u00a9\u00ae\u203c\u2049\u2122-\u3299\U0001f000-\U0001faff])\ufe0f(?!\ufe0f)")
"""The selector that makes a sign an emoji, right behind such a sign: the one place where it is what people typed."""

_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_PILE = re.compile(f"(?<=[{_MARKS}]{{4}})[{_MARKS}]+")
"""Combining marks on top of four others: no script needs them, and they paint over the lines above."""

_PLAIN = re.compile(r"[ -~]*\Z")


def terminal(text: str) -> str:
    """Make text safe to print: one line, nothing hidden, nothing that a terminal obeys.

    Controls, escape sequences, marks that reorder text, characters without width, line separators and lone surrogates
    become visible escapes such as `\\u202e`, `\\n` or `\\U000e0041`. Everything else stays. Escaping twice changes
    nothing more.
    """
    if _PLAIN.match(text):
        return text
    kept = _EMOJI_SELECTOR.split(text)
    return "\ufe0f".join(_PILE.sub(_marks, part.translate(_TERMINAL)) for part in kept)


def lines(text: str) -> tuple[str, ...]:
    """The lines of a message of our own, each made safe; a line end is the only control that keeps its meaning."""
    return tuple(terminal(line) for line in text.split("\n"))


def json_text(text: str) -> str:
    """Rewrite a JSON text so that it means the same and can be shown on a terminal.

    Outside its strings JSON is plain ASCII, so an escape in the place of a character is always inside a string.
    """
    return text if text.isascii() and "\x7f" not in text else text.translate(_JSON)


def _visible(character: str) -> str:
    code = ord(character)
    return _SHORT.get(character) or (f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}")


def _json_escape(character: str) -> str:
    code = ord(character)
    if character in "\n\r\t":
        return character
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    return f"\\u{0xD800 + (code - 0x10000 >> 10):04x}\\u{0xDC00 + (code - 0x10000 & 0x3FF):04x}"


def _strange(character: str) -> bool:
    if _HIDDEN.match(character):
        return True
    return unicodedata.category(character) in _STRANGE and not _SEEN_FORMATS.match(character)


def _marks(match: re.Match[str]) -> str:
    return "".join(_visible(character) for character in match[0])


class _Table(dict[int, str]):
    """A translation table that decides about a character when it first meets it."""

    def __init__(self, escape: Callable[[str], str]) -> None:
        super().__init__()
        self._escape = escape

    def __missing__(self, code: int) -> str:
        character = chr(code)
        result = self._escape(character) if _strange(character) else character
        self[code] = result
        return result


_TERMINAL = _Table(_visible)
_JSON = _Table(_json_escape)


def markdown(text: str, most: int = 300) -> str:
    """A stranger's text as a code span of at most `most` characters: hosts look for nothing in one.

    No link, image, HTML, mention, reference or emoji name is read in a code span, on any of the hosts; a backslash or
    an entity would not hold, since hosts look for mentions after both are undone.
    """
    shown = terminal(text[: most + 1])
    shown = _short_runs(f"{shown[:most]}…" if len(shown) > most else shown)
    if not shown.strip():
        return "(blank)"
    tick = _fence(shown, 1)
    return f"{tick} {shown} {tick}" if "`" in (shown[0], shown[-1]) else f"{tick}{shown}{tick}"


def markdown_block(text: str) -> str:
    """Text of several lines, safe for a terminal already, as a fenced block.

    GitLab takes orders such as `/merge` from any line that begins with one, and does not see longer fences than three.
    """
    text = _ORDER.sub(" ", _short_runs(text))
    fence = _fence(text, 3)
    return f"{fence}text\n{text.rstrip(chr(10))}\n{fence}\n"


def comment_name(text: str) -> str:
    """A name as it can stand in an HTML comment: nothing in it ends the comment, and no two names are written alike."""
    return quote(text, safe="", errors="replace").replace("-", "%2D") or "-"


def link_target(url: str) -> str:
    """An address between the parentheses of a Markdown link."""
    return quote(url, safe=":/?#@!$&*+,;=%[]~", errors="replace")


def uri_path(path: str) -> str:
    """A file's path as a relative URI."""
    return quote(path, safe="/", errors="replace")


def html_json(text: bytes) -> bytes:
    """JSON that can stand in a `<script>` element: nothing in it ends the element, begins a comment or ends a line."""
    for sign, escape in _MARKUP:
        text = text.replace(sign, escape)
    return text


def github_data(text: str) -> str:
    """The message of a workflow command; its lines are joined as the host wants them."""
    return "%0A".join(_OLD_COMMAND.sub(_old, line) for line in lines(text.replace("%", "%25")))


def github_property(text: str) -> str:
    """A property of a workflow command, such as its file."""
    return github_data(text).replace(":", "%3A").replace(",", "%2C")


def github_log(text: str) -> str:
    """Text for a job's log, without workflow commands: no line begins with `::`, none has `##[` in it."""
    return _OLD_COMMAND.sub(_old, _STARTS.sub(r"\1\\u003a:", text))


def csv_text(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; `core.cells.meant` takes it back."""
    return neutral(text)


def _old(match: re.Match[str]) -> str:
    return f"{match[0][:-1]}\\u005b"


def _fence(text: str, least: int) -> str:
    longest = max((len(run) for run in _RUNS.findall(text)), default=0)
    return "`" * max(least, longest + 1)


def _short_runs(text: str) -> str:
    """Break long runs of backticks: renderers know no fence of more than 80, and close one of 256 too early."""
    return _LONG_RUN.sub(lambda run: "\\u0060" * len(run[0]), text)


_RUNS = re.compile("`+")
_LONG_RUN = re.compile("(?<=`{10})`+")
_ORDER = re.compile("^(?=/|>>>)", re.MULTILINE)
_STARTS = re.compile(r"^(\s*)::", re.MULTILINE)
_OLD_COMMAND = re.compile("#\ufe0f?#\ufe0f?\\[")
"""With what a comparison by the rules of a language may overlook."""

_MARKUP = tuple((sign.encode("utf-8"), f"\\u{ord(sign):04x}".encode("ascii")) for sign in "<>&\u2028\u2029")
