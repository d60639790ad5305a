"""What every output format promises of text, checked by parsers that are not vodplan's own."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from typing import Any

from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.sarif import SARIF

FIXED = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "code", "ul", "ol", "li", "table", "blockquote", "hr"})

INKLESS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
ENCLOSING = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Format characters that do have ink."""

COMMAND = re.compile(
    r"::(error|warning|notice) (?:file=[^:,]*,line=[0-9]+,col=[0-9]+,)?title=[^:,]*::[^\r\n]*", re.DOTALL
)
OLD_COMMAND = re.compile("#\ufe0f?#\ufe0f?\\[")
FORMULA = re.compile("[\t\r\n]|\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
ELEMENTS = re.compile(
    "a|aside|bdi|body|button|caption|code|d[dlt]|del|details|dialog|div|footer|form|h[12]|head|header|html|input|ins|label"
    "|li|main|meta|noscript|[ou]l|p|pre|rect|script|section|span|strong|style|summary|svg|table|tbody|td|th|thead|title|tr"
)
ATTRIBUTES = re.compile(
    "(?:data|aria)-[a-z-]+|autocomplete|charset|class|content|focusable|height|hidden|href|http-equiv|id|lang|method|name"
    "|placeholder|preserveaspectratio|role|scope|spellcheck|tabindex|title|type|viewbox|width"
)
"""All that stands in the pages' own templates; pictures are made by the script."""

SOURCE = r"(?:'none'|data:|https?:|https?://[a-z0-9.-]+(?::[0-9]+)?)"
HASH = r"'sha256-[A-Za-z0-9+/=]+'"
POLICY = (
    rf"default-src 'none'; img-src {SOURCE}(?: {SOURCE})*; style-src {HASH}; script-src {HASH}(?: {HASH})*; "
    r"base-uri 'none'; form-action 'none'"
)
JOINED = re.compile(
    "(?<=[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff])\ufe0f?\u200d(?=[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff])"
)
"""What makes one sign of two; browsers know how, terminals mostly do not."""

MORE_WORDS = frozenset(
    {"none", "empty", "cleared", "blank", "another", "order", "all", "of", "them", "at", "most", "in", "id"}
)


def printable(text: str) -> None:
    """One who prints it sees ink and line ends, and nothing else happens."""
    strange = {one for one in text if one != "\n" and unicodedata.category(one) in INKLESS and one not in ENCLOSING}
    assert strange == set(), strange
    text.encode("utf-8")


def is_text(text: str, plain: str) -> None:
    """Safe to print."""
    printable(text)


def is_json(text: str, plain: str) -> None:
    """UTF-8 and one document, or one on each line."""
    text.encode("utf-8")
    _documents(text)


def is_github(text: str, plain: str) -> None:
    """As many workflow commands as there are without hostile texts, each well formed; safe to print."""
    printable(text)
    commands = [line for line in text.split("\n") if line.lstrip().startswith("::")]
    others = [line for line in text.split("\n") if not line.lstrip().startswith("::")]
    assert [one for one in commands if not COMMAND.fullmatch(one)] == []
    assert len(commands) == sum(line.startswith("::") for line in plain.split("\n"))
    assert [line for line in others if OLD_COMMAND.search(line)] == []
    assert all("%" not in re.sub("%(25|0A|3A|2C)", "", line) for line in commands)


def is_gitlab(text: str, plain: str) -> None:
    """Counts, a code quality report, or JSON; ASCII where it is GitLab's own."""
    document = _document(text)
    if isinstance(document, list):
        assert all(set(one) == set(_document(plain)[0]) for one in document)
        assert len({one["fingerprint"] for one in document}) == len(document)
        printable("".join(one["description"] + one["location"]["path"] for one in document))
    else:
        assert type(document) is type(_document(plain))


def is_sarif(text: str, plain: str) -> None:
    """SARIF 2.1.0, whose texts are safe to print."""
    document = json.loads(text)
    assert [error.message for error in Draft202012Validator(SARIF).iter_errors(document)] == []
    for one in document["runs"][0]["results"]:
        printable(one["message"]["text"])


def is_csv(text: str, plain: str) -> None:
    """A table of the same size in which no cell is a formula."""
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    cells = [cell for line in lines for cell in line]
    assert [cell for cell in cells if FORMULA.match(cell) and not _is_number(cell)] == []
    assert [len(line) for line in lines] == [len(line) for line in csv.reader(io.StringIO(plain, newline=""))]
    text.encode("utf-8")


def is_html(text: str, plain: str) -> None:
    """No element and no attribute that the page does not have anyway, no address but of the web, nothing hidden."""
    text.encode("utf-8")
    if not text.startswith("<!DOCTYPE html>"):
        assert _documents(text) is not None
        return
    page = Page.of(text)
    assert [one for one in page.elements if not _known(*one)] == []
    assert page.comments == []
    assert set(page.addresses) <= {("href", "#main")}
    assert re.fullmatch(POLICY, page.policy), page.policy
    for one in page.texts:
        printable(JOINED.sub("", one))


def is_markdown(text: str, plain: str) -> None:
    """The blocks of the harmless comment, hostile texts in code alone; no link, picture or HTML but our own."""
    printable(text)
    assert [line for line in text.split("\n") if line.startswith(("/", ">>>"))] == []
    tokens, usual = _tokens(text), _tokens(plain)
    # A text that is empty takes a paragraph away, and never brings one.
    assert Counter(map(_block, tokens)) <= Counter(map(_block, usual))
    assert [_block(one) for one in tokens if one.tag in FIXED] == [_block(one) for one in usual if one.tag in FIXED]
    inline, known = list(_inline(tokens)), list(_inline(usual))
    assert {one.type for one in inline} <= {one.type for one in known} | {"code_inline"}
    assert {str(one.attrs) for one in inline} <= {str(one.attrs) for one in known} | {"{}"}
    words = {word for one in known if one.type == "text" for word in _words(one.content)} | MORE_WORDS
    assert {word for one in inline if one.type == "text" for word in _words(one.content)} - words == set()
    assert [one.content for one in tokens if one.type == "html_block"] == [tokens[0].content]
    assert re.fullmatch("<!-- vodplan (?:drift )?[A-Za-z0-9%._~-]+ -->\n+", tokens[0].content)


def code_of(text: str) -> list[str]:
    """Everything that stands in code in a comment."""
    tokens = _tokens(text)
    return [one.content for one in (*tokens, *_inline(tokens)) if one.type in ("code_inline", "fence")]


CHECKS: Mapping[str, Callable[[str, str], None]] = {
    "text": is_text,
    "json": is_json,
    "html": is_html,
    "markdown": is_markdown,
    "github": is_github,
    "gitlab": is_gitlab,
    "sarif": is_sarif,
    "csv": is_csv,
}
"""Format → a check of what it makes of a hostile result, beside what it makes of a harmless one."""


class Page(HTMLParser):
    """What a browser finds in a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[tuple[str, str]] = set()
        self.comments: list[str] = []
        self.addresses: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.data: Any = None
        self.policy = ""
        self._inside = ""
        self._script = ""

    @classmethod
    def of(cls, text: str) -> Page:
        """Read a page."""
        page = cls()
        page.feed(text)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add((tag, ""))
        given = dict(attrs)
        for name, value in given.items():
            self.elements.add((tag, name))
            if name in ("href", "src", "action", "formaction", "poster", "srcset", "xlink:href", "data"):
                self.addresses.append((name, value or ""))
            elif value:
                self.texts.append(value)
        if given.get("http-equiv"):
            self.policy = given.get("content") or ""
        self._inside = "data" if given.get("type") == "application/json" else tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "data":
            self.data = json.loads(data)
            # Marks of the page's own stand around the code points of what is hidden.
            self.texts.append(re.sub("\x01([0-9a-f]+)\x02", "", "".join(_leaves(self.data))))
        elif self._inside not in ("script", "style"):
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def _known(tag: str, attribute: str) -> bool:
    return bool(ELEMENTS.fullmatch(tag) and (not attribute or ATTRIBUTES.fullmatch(attribute)))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)


def _documents(text: str) -> list[Any]:
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]


def _document(text: str) -> Any:
    return _documents(text)[0]


def _is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell))


@cache
def _parser() -> MarkdownIt:
    """As hosts read it: tables, bare addresses as links, and HTML."""
    return MarkdownIt("gfm-like")


def _tokens(text: str) -> list[Token]:
    return _parser().parse(text)


def _block(token: Token) -> tuple[str, str, str]:
    return token.type, token.tag, "" if token.type == "fence" else token.markup


def _inline(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+|[^\w\s.,:;()+−→*/-]", text)
