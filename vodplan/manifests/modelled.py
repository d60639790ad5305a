"""What a pydantic model says of plain data that came out of YAML, told at its place in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic_core import ErrorDetails

from vodplan.manifests.nodes import Bad, Map, Node, Placed, Scalar, Seq
from vodplan.manifests.scalars import value_of
from vodplan.manifests.wording import describe, quoted

_SENTENCES = {
    "missing": "it is missing",
    "string_too_short": "it is empty",
    "too_short": "it is empty; name at least one",
    "list_type": "it must be a list",
    "dict_type": "it must be a mapping",
    "model_type": "it must be a mapping",
    "bool_type": "it must be true or false",
    "int_type": "it must be a whole number",
    "float_type": "it must be a number",
    "greater_than": "it must be more than {gt:g}",
    "less_than_equal": "it must be at most {le:g}",
    "literal_error": "it must be {expected}",
}


def plain(node: Node) -> object:
    """A node as plain data: dict, list, str, int, float, bool, None."""
    if isinstance(node, Map):
        return {name: plain(value) for name, (_, value) in node.entries.items()}
    if isinstance(node, Seq):
        return [plain(item) for item in node.items]
    return None if isinstance(node, Bad) else value_of(node)


def node_at(root: Map, loc: Sequence[int | str]) -> Placed:
    """The node at a place, or the nearest one around it."""
    node: Node = root
    for part in loc:
        if isinstance(node, Map) and part in node.entries:
            node = node.entries[str(part)][1]
        elif isinstance(node, Seq) and isinstance(part, int):
            node = node.items[part]
        else:
            break
    return node


def key_at(root: Map, loc: Sequence[int | str]) -> Placed:
    """The key at a place, or the nearest node around it."""
    around = node_at(root, loc[:-1])
    if isinstance(around, Map) and loc[-1] in around.entries:
        return around.entries[str(loc[-1])][0]
    return around


def dotted(loc: Sequence[int | str]) -> str:
    """A place as people write it: `targets.lab.region`, `policy.protect[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")


def sentence(detail: ErrorDetails, node: Placed, forms: Mapping[str, str]) -> str:
    """What is wrong, as the end of a sentence.

    forms: pattern → what is said of a text that does not fit it.
    """
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_type":
        what = describe(node) if isinstance(node, Scalar | Map | Seq | Bad) else "something else"
        return f"it is {what} and must be a text" + ("; put it in quotes" if isinstance(node, Scalar) else "")
    if kind == "string_pattern_mismatch":
        return f"{quoted(str(detail['input']))} {forms[context['pattern']]}"
    template = _SENTENCES.get(kind)
    return template.format(**context) if template else detail["msg"].rstrip(".").lower()
