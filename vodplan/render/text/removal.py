"""What goes when something is removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vodplan.core.change import Action, Change
from vodplan.core.values import Json
from vodplan.render.amounts import count, duration, size
from vodplan.render.canvas import Canvas
from vodplan.render.escape import terminal
from vodplan.render.text.fields import value_text
from vodplan.render.text.layout import INDENT, LABEL, labelled
from vodplan.render.width import clip, pad

_IN_ONE_LINE = ("size", "duration", "created", "status", "storage_class", "snapshots")
_USUAL = {"status": "Normal", "storage_class": "Standard"}
"""Facts that say nothing when they are as usual."""

_ELSEWHERE = frozenset({"title", "cover", "path", "source", "streams", *_IN_ONE_LINE})
"""Values of `before` that the headline or the line of facts shows, or that nobody reviews a deletion by."""


def removal_lines(change: Change, canvas: Canvas) -> Iterator[str]:
    """The lines below the headline of a change that removes something."""
    before = change.before or {}
    known = {**change.facts, **before}
    if change.action is Action.DELETE_STREAMS:
        yield from _streams(before.get("streams"), canvas)
        return
    if change.action is Action.DELETE_SOURCE:
        parts = ["the source file", *_facts({"size": before.get("size")})]
        force = ", by force" if change.params.get("force") else ""
        yield from labelled("goes", [f"{', '.join(parts)}{force}; the streams stay"], canvas)
        return
    facts = _facts(known)
    if facts:
        yield from labelled("goes", [", ".join(facts)], canvas)
    room = canvas.measure - INDENT - LABEL
    for name, value in sorted(before.items()):
        text = "" if name in _ELSEWHERE else value_text(name, value)
        if text:
            yield from labelled(name, [clip(text, room, canvas.ellipsis)], canvas)


def _facts(known: Mapping[str, Json]) -> list[str]:
    values = [(name, known.get(name)) for name in _IN_ONE_LINE]
    return [_fact(name, value) for name, value in values if value not in (None, "", _USUAL.get(name))]


def _fact(name: str, value: Json) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name == "size" and isinstance(value, int):
        return size(value)
    if name == "duration" and number:
        return duration(float(value))  # type: ignore[arg-type]  # `number` says that it is one
    if name == "snapshots" and isinstance(value, int):
        return count(value, "snapshot")
    if name == "created":
        return f"created {terminal(str(value))[:10]}"
    return f"{name.replace('_', ' ')} {terminal(str(value))}"


def _streams(streams: Json, canvas: Canvas) -> Iterator[str]:
    rows = [one for one in streams if isinstance(one, Mapping)] if isinstance(streams, list | tuple) else []
    values = []
    for one in rows:
        kind = terminal(f"{one.get('definition') or '?'} {one.get('format') or '?'}")
        bytes_ = one.get("size")
        amount = size(bytes_) if isinstance(bytes_, int) else ""
        values.append(f"{pad(kind, 9)} {amount:>9}  {terminal(str(one.get('job', '')))}")
    yield from labelled("streams" if len(values) != 1 else "stream", values, canvas)
