"""Typed values out of nodes, each with a finding where the node is something else."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping

from vodplan.manifests import limits
from vodplan.manifests.findings import Findings
from vodplan.manifests.limits import Problem
from vodplan.manifests.nodes import Bad, Map, Node, Placed, Scalar, Seq
from vodplan.manifests.scalars import NUMBERS, ScalarType, plain_type, type_of, value_of
from vodplan.manifests.wording import describe, did_you_mean, one_of, quoted

Entries = Mapping[str, tuple[Placed, Node]]


def text(node: Node, found: Findings, name: str) -> str | None:
    """A text; None, with a finding, for anything else."""
    if node.__class__ is Scalar:
        assert isinstance(node, Scalar)
        if not node.plain:
            return node.value
        kind = plain_type(node.value)
        if kind is ScalarType.TEXT:
            return node.value
        if kind is not ScalarType.NULL:
            wanted = f"{name} is a text, and {node.value} without quotes is {_read_as(kind)}. Put it in quotes: "
            found.error("VP121", f'{wanted}"{node.value}".' if len(node.value) < 60 else f"{wanted}as it is.", node)
            return None
    wrong_type(node, found, name, "a text")
    return None


def is_null(node: Node) -> bool:
    """Whether a node is `null`, `~` or nothing at all."""
    return isinstance(node, Scalar) and type_of(node) is ScalarType.NULL


def mapping(node: Node, found: Findings, name: str) -> Map | None:
    """A mapping; None, with a finding, for anything else."""
    if isinstance(node, Map):
        return node
    wrong_type(node, found, name, "a mapping")
    return None


def items(node: Node, found: Findings, name: str) -> Seq | None:
    """A list; None, with a finding, for anything else."""
    if isinstance(node, Seq):
        return node
    example = f", such as [{node.value}]" if isinstance(node, Scalar) and 0 < len(node.value) < 40 else ""
    wrong_type(node, found, name, f"a list{example}")
    return None


def boolean(node: Node, found: Findings, name: str) -> bool | None:
    """true or false; None, with a finding, for anything else."""
    if isinstance(node, Scalar) and type_of(node) is ScalarType.BOOL:
        return bool(value_of(node))
    wrong_type(node, found, name, "true or false")
    return None


def integer(node: Node, found: Findings, name: str, *, least: int, most: int) -> int | None:
    """A whole number within bounds; None, with a finding, for anything else."""
    value = value_of(node) if isinstance(node, Scalar) and type_of(node) in NUMBERS else None
    if value is None:
        wrong_type(node, found, name, "a whole number")
        return None
    if not isinstance(value, int) or not least <= value <= most:
        found.error("VP122", f"{name} is {describe(node)}; it is a whole number from {least} to {most:,}.", node)
        return None
    return value


def choice(node: Node, found: Findings, name: str, allowed: Collection[str]) -> str | None:
    """One of a set of words; None, with a finding, for anything else."""
    value = text(node, found, name)
    if value is None or value in allowed:
        return value

    def said() -> str:
        if len(allowed) == 1:
            # Nobody who wrote "present" is asked whether it was meant to be "absent".
            return f"{name} is {quoted(value)}; its only value is {one_of(allowed)}. Else leave it out."
        return f"{name} is {quoted(value)}; it can be {one_of(allowed)}.{did_you_mean(value, allowed)}"

    found.error("VP122", said, node)
    return None


def checked(node: Node, found: Findings, name: str, check: Callable[[str], Problem | None]) -> str | None:
    """A text that passes a check; None, with a finding, for anything else."""
    value = text(node, found, name)
    if value is None:
        return None
    problem = check(value)
    if problem is None:
        return value
    found.error(problem.code, problem.detail, node)
    return None


def identifier(node: Node, found: Findings, name: str) -> str | None:
    """An id."""
    return checked(node, found, name, lambda value: limits.id_problem(name, value))


def date(node: Node, found: Findings, name: str) -> datetime.date | None:
    """A day."""
    if not isinstance(node, Scalar) or is_null(node):
        wrong_type(node, found, name, "a day, YYYY-MM-DD")
        return None
    problem = limits.date_problem(name, node.value)
    if problem is not None:
        found.error(problem.code, problem.detail, node)
        return None
    return datetime.date.fromisoformat(node.value)


def words(
    node: Node, found: Findings, name: str, read: Callable[[Node], str | None], *, empty: str
) -> tuple[str, ...] | None:
    """A list of different words, at least one; None, with a finding, when any of it is wrong.

    empty: what an empty list would mean, and what to write instead.
    """
    listed = items(node, found, name)
    if listed is None:
        return None
    if not listed.items:
        found.error("VP136", f"{name} is empty. {empty}", listed)
        return None
    before = found.errors
    seen: dict[str, Node] = {}
    for item in listed.items:
        value = read(item)
        if value is not None and value in seen:
            found.error("VP135", f"{quoted(value)} stands in {name} twice. Remove one.", item)
        elif value is not None:
            seen[value] = item
    return tuple(seen) if found.errors == before else None


def unknown_keys(entries: Entries, known: Collection[str], found: Findings, what: str) -> None:
    """Report every key that is not known."""
    for name, (key, _) in entries.items():
        if name not in known:
            unknown_key(name, key, known, found, what)


def unknown_key(name: str, key: Placed, known: Iterable[str], found: Findings, what: str) -> None:
    """Report a key that means nothing."""
    found.error("VP104", lambda: f"{quoted(name)} is not a field of {what}.{did_you_mean(name, known)}", key)


def missing_key(name: str, found: Findings, what: str, at: Placed) -> None:
    """Report that a mapping lacks a key."""
    found.error("VP123", f"{what} needs {name}.", at)


def wrong_type(node: Node, found: Findings, name: str, wanted: str) -> None:
    """Report that a node is of another type than is wanted."""
    if not isinstance(node, Bad):
        found.error("VP120", f"{name} is {describe(node)}; it must be {wanted}.", node)


def _read_as(kind: ScalarType) -> str:
    return "a number" if kind in NUMBERS else "a truth value"
