"""Which view belongs to which format."""

from __future__ import annotations

from vodplan.render.canvas import Canvas
from vodplan.render.view import View


def view_for(name: str, canvas: Canvas) -> View:
    """The view of an output format.

    name:   one of `render.formats.FORMATS`.
    canvas: what text is laid out on; only the text view looks at it.
    """
    if name == "json":
        from vodplan.render.jsonview import JsonView

        return JsonView()
    if name == "html":
        from vodplan.render.html import HtmlView

        return HtmlView()
    if name == "text":
        from vodplan.render.text import TextView

        return TextView(canvas)
    raise ValueError(f"no view for the format {name!r}")
