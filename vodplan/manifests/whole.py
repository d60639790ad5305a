"""Reads a small YAML text as a whole: the project file, a selector."""

from __future__ import annotations

from yaml.error import YAMLError

from vodplan.manifests import syntax
from vodplan.manifests.compose import Abandoned, Composer
from vodplan.manifests.findings import Findings
from vodplan.manifests.nodes import Node


def whole(data: bytes, found: Findings) -> Node | None:
    """The root of a text, None when it is empty or wrong; what is wrong goes to `found`.

    data: UTF-8 without a byte order mark, as `source.check` gives it.
    """
    composer = Composer(data, found)
    try:
        start = composer.root()
        node = None if start is None else composer.node(start, 0)
        if node is not None:
            composer.end()
    except Abandoned:
        return None
    except YAMLError as error:
        syntax.report(found, error, data)
        return None
    return node
