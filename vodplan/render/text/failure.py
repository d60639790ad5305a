"""An error as a person reads it: what, where, why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from vodplan.core.errors import ApiError, ManifestError, StalePlan, VodplanError
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import lines, terminal
from vodplan.render.text.findings import finding_text
from vodplan.render.text.layout import next_step, paragraph


def failure_text(error: VodplanError, canvas: Canvas) -> Iterator[str]:
    """The error, every diagnostic or moved value it carries, and the next command on a line of its own."""
    if isinstance(error, ManifestError):
        for one in error.diagnostics:
            yield from finding_text(one, canvas)
        if error.diagnostics:
            yield "\n"
    first, *rest = lines(error.message)
    yield "".join(f"{line}\n" for line in paragraph(f"{canvas.paint('Error:', Ink.ALARM)} {first}", canvas))
    for line in rest:
        yield f"{line}\n"
    if isinstance(error, StalePlan):
        for moved in error.moved:
            yield "".join(f"{line}\n" for line in paragraph(terminal(moved), canvas, indent=2))
    if isinstance(error, ApiError):
        yield from _call(error, canvas)
    if error.next:
        yield "".join(f"{line}\n" for line in next_step(error.next, canvas))


def _call(error: ApiError, canvas: Canvas) -> Iterator[str]:
    parts = [error.operation, error.code, f"HTTP {error.status}" if error.status else ""]
    if error.request_id:
        parts.append(f"request {error.request_id}")
    said = ", ".join(terminal(part) for part in parts if part)
    yield "".join(f"{line}\n" for line in paragraph(f"({said})", canvas, indent=2))
