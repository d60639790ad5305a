"""What strangers type, and a reader of pages that sees what a browser would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

HOSTILE = (
    "</script><script>alert(1)</script>",
    "</title></textarea></style></noscript><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<!-- <![CDATA[ <b>bold</b> ]]> & &lt; &#60; -->",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "abc\u202egnp.exe\u2066\u2069",
    "zero\u200bwidth\u2060joiner\ufeff",
    "\x00\x01\x02\x1b[31mred\x1b[0m\x07\x7f\x85",
    "line\none\ttab\r\n",
    "a lone \ud800 surrogate",
    "x\u2028y\u2029z",
    "{{7*7}} {% raw %} ${x} `tick` \\u003c \\",
    "比赛集锦 مباراة 👨\u200d👩\u200d👧 ❤\ufe0f",
    "a\u0301\u0302\u0303\u0304\u0305\u0306\u0307",
    "W" * 10_000,
    "=SUM(A1:A9)\n::error::x",
)

HIDDEN = frozenset("\x00\x01\x02\x07\x1b\x7f\x85\r\u200b\u2060\ufeff\u202e\u2066\u2069\u2028\u2029")


@dataclass(slots=True)
class Element:
    """One element: its name, its attributes, the text right inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass(slots=True)
class Seen:
    """What a page comes to: every element in order."""

    elements: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        """The elements of one name."""
        return [one for one in self.elements if one.tag == tag]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only element of a name with these attributes."""
        (found,) = [one for one in self.all(tag) if attributes.items() <= one.attributes.items()]
        return found

    @property
    def policy(self) -> dict[str, str]:
        """The content security policy: directive → its sources."""
        meta = self.one("meta", **{"http-equiv": "Content-Security-Policy"})
        parts = (part.strip().partition(" ") for part in meta.attributes["content"].split(";"))
        return {name: sources for name, _, sources in parts}

    @property
    def data(self) -> Any:
        """What the page's script works on."""
        return json.loads(self.one("script", id="data").text)


def read(page: str) -> Seen:
    """Read a page as a browser with scripts off does."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert not reader.open, f"never closed: {reader.open}"
    return reader.seen


_VOID = frozenset({"meta", "img", "input", "br", "rect", "link", "hr"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = Seen()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = Element(tag, {name: value or "" for name, value in attrs})
        self.seen.elements.append(one)
        if tag not in _VOID:
            self.open.append(one)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> where {self.open[-1].tag} is open"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1].text += data
