"""What a plan that undoes a run leaves out, as parts of its page."""

from __future__ import annotations

from collections.abc import Iterator

from vodplan.core.undo import Undo
from vodplan.render.amounts import count
from vodplan.render.html.blocks import Block
from vodplan.render.html.fields import value_text


def undo_blocks(undo: Undo) -> tuple[Block, ...]:
    """What was edited since, what cannot be put back, what is gone, what stays."""
    return tuple(_blocks(undo))


def _blocks(undo: Undo) -> Iterator[Block]:
    if undo.conflicts:
        yield Block(
            heading="Edited since, and left as they are",
            tone="change",
            head=("Address", "Field", "Before the run", "By the run", "Now"),
            rows=[
                (str(one.address), one.field, value_text(one.before), value_text(one.after), value_text(one.now))
                for one in undo.conflicts
            ],
        )
    if undo.stuck:
        yield Block(
            heading="Cannot be put back",
            tone="gone",
            head=("Address", "Field", "Before the run", "Why"),
            rows=[(str(one.address), one.field, value_text(one.before), one.reason) for one in undo.stuck],
        )
    if undo.lost:
        yield Block(
            heading="Gone for good: nothing undoes a removal",
            tone="gone",
            head=("Removal", "Address", "Title", "Reason"),
            rows=[
                (
                    one.action.value.replace("_", " "),
                    str(one.address),
                    value_text((one.before or {}).get("title") or one.facts.get("title")),
                    one.reason or "",
                )
                for one in undo.lost
            ],
        )
    if undo.made:
        yield Block(
            heading="Made by the run, and left in place", head=("Category",), rows=[(path,) for path in undo.made]
        )
    if undo.unchanged:
        are = "is" if undo.unchanged == 1 else "are"
        yield Block(lines=(f"{count(undo.unchanged, 'value')} {are} as before the run already.",))
