"""The form in which a file that was read and found right is kept: JSON, column by column, without the file's name."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson

from vodplan.core.desired import DesiredAsset, DesiredCategory, StreamRemoval
from vodplan.core.diagnostics import Diagnostic, Severity, SourceRef, SourceSpan
from vodplan.core.kind import Style
from vodplan.core.values import UNSET, CoverFile, FieldValue, TagEdit
from vodplan.manifests.assets import KINDS
from vodplan.manifests.document import Document

_NAMES = {kind.name: kind for kind in KINDS.values()}
_UNSET = False
"""Stands for UNSET in JSON, where no field is a truth value."""

_RARE = ("absent", "source_absent", "source_force", "streams", "reason", "after", "rule")
"""Fields of `DesiredAsset` that few entries have."""

_PLAIN = (False, False, False, None, None, None, None)

Columns = list[Any]


class Unreadable(ValueError):
    """What was kept does not have the form that `encode` gives."""


def encode(document: Document, warnings: Sequence[Diagnostic], *, line: int = 0) -> bytes | None:
    """What a file without errors asks for, as bytes; None when JSON cannot hold it, as with half a surrogate pair.

    A file with rules is not kept: rules are few, and reading them again is cheaper than a second form of them.

    line: how many lines stand before what is kept, so that it does not matter how many.
    """
    if document.rules:
        return None
    kept = {
        "managed": document.managed,
        "assets": [
            _columns(kind, document.assets, line) for kind in dict.fromkeys(one.kind for one in document.assets)
        ],
        "categories": [
            [
                one.path,
                one.source.line - line,
                one.source.column,
                one.renamed_from,
                one.absent,
                one.reason,
                _day(one.after),
            ]
            for one in document.categories
        ],
        "warnings": [_warning(one, line) for one in warnings],
    }
    try:
        return orjson.dumps(kept)
    except orjson.JSONEncodeError:
        return None


def decode(data: bytes, file: str, *, line: int = 0) -> tuple[Document, list[Diagnostic]]:
    """What `encode` kept, as read from a file of this name.

    line:   how many lines stand before it.
    raises: Unreadable for anything else than what `encode` gives.
    """
    try:
        kept = orjson.loads(data)
        document = Document(
            assets=[asset for columns in kept["assets"] for asset in _assets(columns, file, line)],
            categories=[_category(one, file, line) for one in kept["categories"]],
            managed={_text(name): int(count) for name, count in kept["managed"].items()},
        )
        return document, [_diagnostic(one, file, line) for one in kept["warnings"]]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Unreadable(str(error)) from error


def _columns(kind: str, assets: Iterable[DesiredAsset], line: int) -> Columns:
    mine = [one for one in assets if one.kind == kind]
    unset = (UNSET,) * len(_NAMES[kind].fields)
    values = zip(*((unset if one.absent else one.values) for one in mine), strict=True)
    rare = [[place, *_rare(one)] for place, one in enumerate(mine) if _has_rare(one)]
    return [
        kind,
        [one.key for one in mine],
        [one.source.line - line for one in mine],
        _column([one.source.column for one in mine]),
        [_column(column) for column in values],
        rare,
    ]


def _assets(columns: Columns, file: str, before: int) -> list[DesiredAsset]:
    kind, keys, lines, places, fields, rare = columns
    name = _NAMES[kind].name
    _only(str, keys)
    _only(int, lines)
    if len(fields) != len(_NAMES[kind].fields):
        raise Unreadable("another number of fields")
    count = len(keys)
    styles = (one.style for one in _NAMES[kind].fields)
    columns_read = (
        _values(column, count, _places if style is Style.CATEGORIES else _words)
        for column, style in zip(fields, styles, strict=True)
    )
    values = zip(*columns_read, strict=True)
    starts: list[Any] = _values(places, count)
    _only(int, starts)
    assets = [
        DesiredAsset(kind=name, key=key, values=value, source=SourceRef(file, before + line, start))
        for key, value, line, start in zip(keys, values, lines, starts, strict=True)
    ]
    for place, absent, source_absent, force, streams, reason, after, rule in rare:
        plain = assets[place]
        assets[place] = DesiredAsset(
            kind=name,
            key=plain.key,
            values=() if absent else plain.values,
            source=plain.source,
            absent=bool(absent),
            source_absent=bool(source_absent),
            source_force=bool(force),
            streams=_streams(streams),
            reason=_text_or_none(reason),
            after=None if after is None else datetime.date.fromisoformat(after),
            rule=_text_or_none(rule),
        )
    return assets


def _column(values: Sequence[FieldValue]) -> Any:
    """A column: a list of texts, or a table of the different values and the place of each in it."""
    table: dict[FieldValue, int] = {}
    places = [table.setdefault(value, len(table)) for value in values]
    if 2 * len(table) > len(values) and all(type(value) is str for value in table):
        return values
    return {"table": [_written(value) for value in table], "places": places if len(table) > 1 else []}


def _values(
    column: Any, count: int, several: Callable[[list[Any]], tuple[str | int, ...]] | None = None
) -> list[FieldValue]:
    if isinstance(column, list):
        _only(str, column)
        return column
    table = [_read(value, several or _words) for value in column["table"]]
    if len(table) == 1:
        return table * count
    places = column["places"]
    if places and min(places) < 0:
        raise Unreadable("a place below 0")
    return [table[place] for place in places]


def _written(value: FieldValue) -> Any:
    if value is UNSET:
        return _UNSET
    if isinstance(value, CoverFile):
        return {"file": value.file, "old": value.delete_old}
    return {"add": value.add, "remove": value.remove} if isinstance(value, TagEdit) else value


def _read(value: Any, several: Callable[[list[Any]], tuple[str | int, ...]]) -> FieldValue:
    if value is None or type(value) is str or type(value) is int:
        return value
    if value is _UNSET:
        return UNSET
    if isinstance(value, list):
        return several(value)
    if "file" in value:
        return CoverFile(file=_text(value["file"]), delete_old=bool(value["old"]))
    return TagEdit(_words(value["add"]), _words(value["remove"]))


def _has_rare(one: DesiredAsset) -> bool:
    return tuple(getattr(one, name) for name in _RARE) != _PLAIN


def _rare(one: DesiredAsset) -> list[Any]:
    streams = one.streams
    named = None if streams is None else [streams.jobs, streams.keep_definitions, streams.keep_formats]
    return [one.absent, one.source_absent, one.source_force, named, one.reason, _day(one.after), one.rule]


def _category(kept: Any, file: str, before: int) -> DesiredCategory:
    path, line, column, renamed_from, absent, reason, after = kept
    return DesiredCategory(
        path=_text(path),
        source=SourceRef(file, before + int(line), int(column)),
        renamed_from=_text_or_none(renamed_from),
        absent=bool(absent),
        reason=_text_or_none(reason),
        after=None if after is None else datetime.date.fromisoformat(after),
    )


def _warning(one: Diagnostic, line: int) -> list[Any]:
    place = None if one.span is None else [one.span.line - line, one.span.column, one.span.length]
    return [one.code, one.summary, one.detail, place, one.excerpt]


def _diagnostic(kept: Any, file: str, before: int) -> Diagnostic:
    code, summary, detail, place, excerpt = kept
    line, *columns = (0,) if place is None else map(int, place)
    return Diagnostic(
        code=_text(code),
        summary=_text(summary),
        detail=_text(detail),
        span=None if place is None else SourceSpan(file, before + line, *columns),
        excerpt=_text_or_none(excerpt),
        severity=Severity.WARNING,
    )


def _day(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _only(wanted: type, values: list[Any]) -> None:
    if set(map(type, values)) - {wanted}:
        raise Unreadable(f"something else than {wanted.__name__}")


def _text(value: Any) -> str:
    if type(value) is not str:
        raise Unreadable("no text")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _words(value: Any) -> tuple[str, ...]:
    # As `_only`, and for lists of a few words in half of its time.
    for one in value:
        if type(one) is not str:
            raise Unreadable("something else than words")
    return tuple(value)


def _places(value: Any) -> tuple[str | int, ...]:
    if any(type(one) is not str and type(one) is not int for one in value):
        raise Unreadable("something else than paths and ids")
    return tuple(value)


def _streams(kept: Any) -> StreamRemoval | None:
    if kept is None:
        return None
    jobs, definitions, formats = (None if words is None else _words(words) for words in kept)
    return StreamRemoval(jobs=jobs, keep_definitions=definitions, keep_formats=formats)
