"""The Match language of SearchMedia: text to a tree.

source: page "Protocol for media asset search" and "Search for media asset information".
"""

import re
from dataclasses import dataclass

from .errors import Refusal, refusal

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'[^']*'|"[^"]*")|(?P<word>[A-Za-z_][A-Za-z0-9_.]*)|(?P<number>-?\d+(?:\.\d+)?)"""
    r"""|(?P<mark>[()\[\],=]))"""
)
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class OneOf:
    """`Field = 'a'` or `Field in ('a','b')`; `listed` tells which was written."""

    field: str
    values: tuple[str, ...]
    listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """`Field = [low,high)`: either end may be absent; square brackets include their end."""

    field: str
    low: str | None
    high: str | None
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class Both:
    """All parts hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple["Condition", ...]


Condition = OneOf | Between | Both | Either


def syntax(message: str) -> Refusal:
    """`ErrorMatchSyntax` naming the part that is wrong."""
    return refusal("ErrorMatchSyntax", f"The Match expression has an error: {message}")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    place: int


def _tokens(text: str) -> list[_Token]:
    out: list[_Token] = []
    place = 0
    end = len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise syntax(f"{text[place : place + 20].strip()!r} at character {place + 1} is not understood.")
        out.append(_Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
        place = found.end()
    out.append(_Token("end", "", end))
    return out


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._place = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _is(self, word: str) -> bool:
        token = self._next
        return token.kind in ("word", "mark") and token.text.lower() == word

    def _take(self) -> _Token:
        token = self._next
        self._place += token.kind != "end"
        return token

    def _expect(self, *marks: str) -> str:
        token = self._take()
        if token.kind != "mark" or token.text not in marks:
            raise self._wrong(token, " or ".join(marks))
        return token.text

    @staticmethod
    def _wrong(token: _Token, wanted: str) -> Refusal:
        found = repr(token.text) if token.kind != "end" else "the end"
        return syntax(f"expected {wanted} at character {token.place + 1}, found {found}.")

    def whole(self) -> Condition:
        tree = self._all(0)
        if self._is("or"):
            raise syntax(f"an 'or' must stand in parentheses (character {self._next.place + 1}).")
        if self._next.kind != "end":
            raise self._wrong(self._next, "'and'")
        return tree

    def _any(self, depth: int) -> Condition:
        parts = [self._all(depth)]
        while self._is("or"):
            self._take()
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _all(self, depth: int) -> Condition:
        parts = [self._unit(depth)]
        while self._is("and"):
            self._take()
            parts.append(self._unit(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _unit(self, depth: int) -> Condition:
        if depth > _DEEPEST:
            raise syntax("the parentheses are nested too deeply.")
        if self._is("("):
            self._take()
            tree = self._any(depth + 1)
            self._expect(")")
            return tree
        token = self._take()
        if token.kind != "word":
            raise self._wrong(token, "a field name")
        if self._is("in"):
            self._take()
            self._expect("(")
            return OneOf(token.text, self._values(), listed=True)
        self._expect("=")
        if self._is("(") or self._is("["):
            return self._range(token.text)
        return OneOf(token.text, (self._value(),), listed=False)

    def _value(self) -> str:
        token = self._take()
        if token.kind == "text":
            return token.text[1:-1]
        if token.kind == "number":
            return token.text
        raise self._wrong(token, "a value")

    def _values(self) -> tuple[str, ...]:
        values = [self._value()]
        while self._expect(",", ")") == ",":
            values.append(self._value())
        return tuple(values)

    def _range(self, field: str) -> Between:
        opening = self._take().text
        low = None if self._is(",") else self._value()
        self._expect(",")
        high = None if self._is(")") or self._is("]") else self._value()
        closing = self._expect(")", "]")
        if low is None and high is None:
            raise syntax(f"the range of {field} has no end.")
        return Between(field=field, low=low, high=high, low_included=opening == "[", high_included=closing == "]")


def parse(text: str) -> Condition | None:
    """The tree of an expression; None for a blank one; `ErrorMatchSyntax` otherwise."""
    return _Parser(text).whole() if text.strip() else None
