"""Puts a page together: markup, look, script and data in one file, and the policy that holds it there."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from vodplan.render.amounts import count, duration, size, time_needed
from vodplan.render.escape import html_json
from vodplan.render.html.marks import bare, marked, seen, shown

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SCRIPTS = ("base", "texts", "filters", "review", "cards", "list", "main")
"""The parts of the page's script, in the order in which they are put together."""


def page(template: str, *, images: Iterable[str] = (), data: object = None, **context: object) -> str:
    """A whole page.

    images: what pictures may come from, as the policy names it: origins, `data:`.
    data:   what the script works on, as JSON with every text marked; a page without data has no such script.
    """
    scripts = [_script("common")] if data is None else [_script("common"), script()]
    return (
        _environment()
        .get_template(template)
        .render(
            policy=policy(scripts, images=images),
            style=Markup(style()),
            scripts=[Markup(text) for text in scripts],
            data=None if data is None else Markup(embedded(data)),
            **context,
        )
    )


def policy(scripts: Iterable[str], *, images: Iterable[str]) -> str:
    """The content security policy: nothing but this very look, these very scripts and these pictures."""
    sources = " ".join(sorted(images)) or "'none'"
    known = " ".join(f"'{_hash(text)}'" for text in scripts)
    return (
        f"default-src 'none'; img-src {sources}; style-src '{_hash(style())}'; script-src {known}; "
        "base-uri 'none'; form-action 'none'"
    )


def embedded(value: object) -> str:
    """A value as the JSON that stands in a `<script>` element."""
    return html_json(orjson.dumps(value)).decode("utf-8")


@cache
def style() -> str:
    """The style sheet."""
    return "\n".join(_asset(f"{name}.css") for name in ("base", "plan"))


@cache
def script() -> str:
    """The script of a plan's page."""
    return f'"use strict";\n(() => {{\n{"".join(_asset(f"{name}.js") for name in SCRIPTS)}}})();\n'


def _script(name: str) -> str:
    return f'"use strict";\n(() => {{\n{_asset(f"{name}.js")}}})();\n'


@cache
def _asset(name: str) -> str:
    return _folder().joinpath(name).read_text(encoding="utf-8")


def _folder() -> Traversable:
    return resources.files("vodplan.render.html").joinpath("assets")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("vodplan.render.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: Mapping[str, object] = {
        "seen": seen,
        "shown": shown,
        "plain": lambda text: bare(marked(text)),
        "bare": bare,
        "size": size,
        "duration": duration,
        "time": time_needed,
        "grouped": lambda number: f"{number:,}",
    }
    made.filters.update(filters)
    made.globals["count"] = count
    return made
