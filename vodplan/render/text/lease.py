"""A lock as people read it: who holds it, since when, until when."""

from __future__ import annotations

from collections.abc import Iterator

from vodplan.core.history import LeaseInfo
from vodplan.render.amounts import time_needed
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import terminal
from vodplan.render.results import LeaseShown, Unlocked
from vodplan.render.text.layout import labelled, paragraph

_WHY = {
    "expired": "it had run out",
    "gone": "its process is gone",
    "forced": "by force",
}


def lease_text(shown: LeaseShown, canvas: Canvas) -> Iterator[str]:
    """The lock of a target as it stands."""
    name = terminal(shown.target)
    if shown.lease is None:
        yield from _lines(paragraph(f'No run holds the target "{name}".', canvas))
        return
    yield from _lines(paragraph(f'The target "{name}" is held:', canvas))
    yield from _lines(_lease(shown.lease, canvas))


def unlocked_text(shown: Unlocked, canvas: Canvas) -> Iterator[str]:
    """What became of it, who held it, and what to do with its run."""
    name = terminal(shown.target)
    if shown.lease is None:
        yield from _lines(paragraph(f'Nothing to unlock: no run holds the target "{name}".', canvas))
        return
    said = f'{canvas.paint("Unlocked:", Ink.ADD)} the target "{name}" is free, {_WHY.get(shown.why, "")}. It was held:'
    yield from _lines(paragraph(said, canvas))
    yield from _lines(_lease(shown.lease, canvas))
    if shown.next:
        yield f"Next: {terminal(shown.next)}\n"


def _lease(lease: LeaseInfo, canvas: Canvas) -> Iterator[str]:
    holder = lease.holder
    left = f" (in {time_needed(lease.expires_in)})" if not lease.expired else " (over)"
    gone = ", which is gone" if lease.gone else ""
    yield from labelled("owner", [terminal(holder.owner)], canvas)
    yield from labelled("host", [f"{terminal(holder.host)}, process {holder.pid}{gone}"], canvas)
    if holder.ci_link:
        yield from labelled("CI job", [terminal(holder.ci_link)], canvas)
    yield from labelled("run", [terminal(lease.run)], canvas)
    yield from labelled("since", [terminal(lease.since)], canvas)
    yield from labelled("until", [f"{terminal(lease.expires)}{left}"], canvas)


def _lines(parts: Iterator[str]) -> Iterator[str]:
    yield "".join(f"{line}\n" for line in parts)
