"""Which view belongs to which format."""

from __future__ import annotations

from vodplan.render.canvas import Canvas
from vodplan.render.comment import Comment
from vodplan.render.view import View


def view_for(name: str, canvas: Canvas, comment: Comment | None = None) -> View:
    """The view of an output format.

    name:   one of `render.formats.FORMATS`.
    canvas: what text is laid out on; only the text view looks at it.
    comment: where it is read: how long Markdown may be, what it links to, where files stand.
    """
    if name == "json":
        from vodplan.render.jsonview import JsonView

        return JsonView()
    if name == "html":
        from vodplan.render.html import HtmlView

        return HtmlView()
    if name == "markdown":
        from vodplan.render.markdown import MarkdownView

        return MarkdownView(comment or Comment())
    if name == "github":
        from vodplan.render.github import GithubView

        return GithubView(comment or Comment())
    if name == "gitlab":
        from vodplan.render.gitlab import GitlabView

        return GitlabView(comment or Comment())
    if name == "sarif":
        from vodplan.render.sarif import SarifView

        return SarifView(comment or Comment())
    if name == "csv":
        from vodplan.render.tables import CsvView

        return CsvView()
    if name == "text":
        from vodplan.render.text import TextView

        return TextView(canvas)
    raise ValueError(f"no view for the format {name!r}")
