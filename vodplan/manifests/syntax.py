"""Turns what the YAML parser says about a syntax error into a finding that a person can act on."""

from __future__ import annotations

from yaml.error import MarkedYAMLError, YAMLError

from vodplan.manifests.findings import Findings, Place
from vodplan.manifests.nodes import Mark

_REMEDIES = {
    "mapping values are not allowed in this context": (
        "A colon and a blank begin a value, and none can begin here. Put a text that has them in quotes, and check the "
        "indentation of this line and of the one before."
    ),
    "mapping keys are not allowed in this context": (
        "A question mark and a blank begin a key, and none can begin here. Put the text in quotes."
    ),
    "did not find expected key": (
        "What stands here belongs to nothing: the line is indented differently from its neighbours, or something "
        "follows a value that has already ended. A text with quotes or brackets in it needs quotes around the whole."
    ),
    "did not find expected '-' indicator": (
        "The list above goes on at this indentation, so a dash belongs here. A field of the entry above is indented as "
        "far as the entry's first field."
    ),
    "could not find expected ':'": "A key stands here without its colon. Write `key: value`.",
    "did not find expected ',' or ']'": "The list that begins here has no closing ], or lacks a comma.",
    "did not find expected ',' or '}'": "The mapping that begins here has no closing }, or lacks a comma.",
    "did not find expected node content": "A value is expected here. Remove the extra comma or bracket, or quote it.",
    "found unknown escape character": (
        "Between double quotes a backslash begins an escape, and this is none. Write \\\\ for a backslash, or use "
        "single quotes."
    ),
    "found invalid Unicode character escape code": (
        "This escape names no character. Write a character beyond U+FFFF as itself or as \\U and eight digits."
    ),
    "did not find expected alphabetic or numeric character": (
        "An asterisk begins an alias and an ampersand an anchor, and no name follows. Put the text in quotes."
    ),
    "did not find expected comment or line break": (
        "After | or > only a comment may stand on the line. Put the text on the next line, or in quotes."
    ),
    "found incompatible YAML document": "Only %YAML 1.1 and 1.2 are read. Remove the directive.",
    "did not find expected <document start>": "The document has ended above; what follows it cannot be read.",
}
_AT_CONTEXT = ("could not find expected ':'", "did not find expected ',' or ']'", "did not find expected ',' or '}'")
_QUOTED = ("while scanning a quoted scalar", "while parsing a quoted scalar")
_RESERVED = "found character that cannot start any token"


def report(found: Findings, error: YAMLError, data: bytes) -> None:
    """Record one finding for a syntax error; the parser's own words stand in it where there are no better ones."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        found.error("VP108", f"The YAML parser says: {error}.", Place(0, 0, None))
        return
    problem, context = error.problem or "", error.context or ""
    here: Mark = error.problem_mark
    character = _character(data, here)
    if character == "\t" and (problem == _RESERVED or "tab character" in problem):
        found.error("VP109", "A tab stands in the indentation. Use blanks.", _spot(here))
    elif context in _QUOTED and problem.startswith("found unexpected"):
        start = error.context_mark or here
        found.error("VP110", "The quote that opens here is never closed.", _spot(start))
    elif problem == _RESERVED:
        found.error("VP108", f"A text cannot begin with {character} unless it is in quotes.", _spot(here))
    elif problem == "found undefined tag handle":
        found.error("VP114", "Tags are not read. Remove it, or put the text in quotes.", _spot(here))
    elif problem in _AT_CONTEXT and error.context_mark is not None:
        start = error.context_mark
        where = f" It was still missing at line {here.line + 1}, column {here.column + 1}."
        found.error("VP108", _REMEDIES[problem] + where, _spot(start))
    else:
        said = f"{context}, {problem}" if context else problem
        found.error("VP108", _REMEDIES.get(problem, f"The YAML parser says: {said}."), _spot(here))


def _spot(mark: Mark) -> Place:
    return Place(mark.line, mark.column, mark.column + 1)


def _character(data: bytes, mark: Mark) -> str:
    """The character at a place, empty at the end of its line."""
    text = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    start = 0
    for _ in range(mark.line):
        start = text.find(b"\n", start) + 1
        if not start:
            return ""
    stop = text.find(b"\n", start)
    return text[start : stop if stop >= 0 else len(text)].decode("utf-8", "replace")[mark.column : mark.column + 1]
