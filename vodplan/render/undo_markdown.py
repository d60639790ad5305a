"""What an undo leaves out, for the comment that shows its plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vodplan.core.undo import Undo
from vodplan.core.values import Json
from vodplan.render.escape import markdown
from vodplan.render.text.fields import value_text


def undo_sections(undo: Undo) -> Iterator[tuple[str, Iterable[str]]]:
    """Heading → items: what was edited since, what cannot be put back, what is gone, what stays."""
    yield (
        "Edited since the run, left alone",
        (
            f"- {markdown(str(one.address))} {markdown(one.field)}: was {_value(one.field, one.before)}, the run left "
            f"{_value(one.field, one.after)}, now {_value(one.field, one.now)}\n"
            for one in undo.conflicts
        ),
    )
    yield (
        "Cannot be put back",
        (
            f"- {markdown(str(one.address))}{f' {markdown(one.field)}' if one.field else ''}: {markdown(one.reason)}\n"
            for one in undo.stuck
        ),
    )
    yield (
        "Gone, which nothing undoes",
        (f"- {one.action.value.replace('_', ' ')} {markdown(str(one.address))}\n" for one in undo.lost),
    )
    yield "Categories that stay", (f"- {markdown(path)}\n" for path in undo.made)


def _value(name: str, value: Json) -> str:
    shown = value_text(name, value)
    return markdown(shown) if shown else "empty"
