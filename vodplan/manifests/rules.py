"""Reads the entries of `rules:`, and selectors."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from vodplan.core.diagnostics import SourceRef
from vodplan.core.errors import ManifestError
from vodplan.core.kind import Kind
from vodplan.core.rule import Rule
from vodplan.core.selector import Selector
from vodplan.core.values import UNSET, CoverFile, FieldValue
from vodplan.manifests import limits, reading, source
from vodplan.manifests.assets import KINDS
from vodplan.manifests.fields import field_readers
from vodplan.manifests.findings import Findings
from vodplan.manifests.nodes import Map, Node
from vodplan.manifests.reading import Entries
from vodplan.manifests.removal import ABSENT
from vodplan.manifests.seen import Seen
from vodplan.manifests.whole import whole
from vodplan.manifests.wording import article, did_you_mean, quoted

EXPRESSION = "selector"
"""What a selector that stands alone is called."""

_KEYS = ("name", "select", "limit", "set", "state", "reason")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BY_NAME = {kind.name: kind for kind in KINDS.values()}


class RuleReader:
    """Reads the rules of one file.

    rules: those without an error so far, in the order of the file.
    entries: how many there are, those with errors included.
    """

    def __init__(self, found: Findings, seen: Seen, vocabulary: frozenset[str] | None) -> None:
        self.rules: list[Rule] = []
        self.entries = 0
        self._found = found
        self._seen = seen
        self._vocabulary = vocabulary

    def read(self, node: Node) -> None:
        """Read one entry."""
        self.entries += 1
        found = self._found
        before = found.errors
        record = reading.mapping(node, found, "An entry of rules")
        if record is None:
            return
        entries = record.entries
        reading.unknown_keys(entries, _KEYS, found, "a rule")
        mark = record.start_mark
        source = SourceRef(found.file, mark.line + 1, mark.column + 1)
        name = self._name(record, entries, source)
        selector = None
        if "select" in entries:
            selector = read_selector(entries["select"][1], found)
        else:
            reading.missing_key(
                "select: what it finds, such as {kind: video, category: Trailers}", found, "A rule", record
            )
        absent, values = self._asked(record, entries, selector)
        limit = self._limit(entries, record, absent=absent, values=values)
        reason = None
        if "reason" in entries:
            reason = reading.checked(entries["reason"][1], found, "reason", _reason_problem)
            if not absent:
                found.error(
                    "VP142",
                    "reason goes with a deletion, and this rule deletes nothing. Remove it.",
                    entries["reason"][0],
                )
        if found.errors == before and selector is not None and name is not None:
            self.rules.append(
                Rule(
                    name=name,
                    selector=selector,
                    source=source,
                    values=values,
                    absent=absent,
                    limit=limit,
                    reason=reason,
                )
            )

    def _name(self, record: Map, entries: Entries, source: SourceRef) -> str | None:
        found = self._found
        if "name" not in entries:
            reading.missing_key("name: letters, digits, points, - and _", found, "A rule", record)
            return None
        node = entries["name"][1]
        name = reading.text(node, found, "name")
        if name is None:
            return None
        if not _NAME.fullmatch(name):
            found.error(
                "VP152",
                f"{quoted(name)} is no name for a rule; use up to 64 letters, digits, points, - and _, the first "
                "of them a letter or a digit.",
                node,
            )
            return None
        return name if self._seen.rule(name, source, found, node) else None

    def _asked(self, record: Map, entries: Entries, selector: Selector | None) -> tuple[bool, tuple[FieldValue, ...]]:
        found = self._found
        if "set" in entries and "state" in entries:
            found.error(
                "VP141", "A rule deletes what it finds or sets fields of it. Keep state or set.", entries["set"][0]
            )
            return False, ()
        if "state" in entries:
            return reading.choice(entries["state"][1], found, "state", (ABSENT,)) is not None, ()
        if "set" not in entries:
            reading.missing_key(
                "set: the fields that what it finds is to have, or state: absent", found, "A rule", record
            )
            return False, ()
        block = reading.mapping(entries["set"][1], found, "set")
        kind = _BY_NAME.get(selector.kind) if selector is not None else None
        if block is None or kind is None:
            return False, ()
        return False, self._values(block, kind)

    def _values(self, block: Map, kind: Kind) -> tuple[FieldValue, ...]:
        found = self._found
        readers = field_readers(kind, found, self._vocabulary)
        what = f"what a rule sets of {article(kind.called)}"
        reading.unknown_keys(block.entries, tuple(readers), found, what)
        if not block.entries:
            found.error("VP136", "set is empty. Name a field, such as set: {tags: {add: [archived]}}.", block)
        return tuple(
            readers[one.name][1](block.entries[one.name][1]) if one.name in block.entries else UNSET
            for one in kind.fields
        )

    def _limit(self, entries: Entries, record: Map, *, absent: bool, values: Sequence[FieldValue]) -> int | None:
        if "limit" in entries:
            return reading.integer(entries["limit"][1], self._found, "limit", least=0, most=limits.MAX_CATEGORY_ID)
        if absent:
            reading.missing_key(
                "limit: how many assets it may delete; a plan that finds more is held",
                self._found,
                "A rule with state: absent",
                record,
            )
        elif any(isinstance(value, CoverFile) and value.delete_old for value in values):
            reading.missing_key(
                "limit: how many videos it may find; a plan that finds more is held",
                self._found,
                "A rule whose cover has old: delete",
                record,
            )
        return None


def read_selector(node: Node, found: Findings, *, called: str = "select") -> Selector | None:
    """Read a selector; None, with findings, when it cannot be used.

    called: what the selector is called in findings.
    """
    # Here and not above: manifests without rules are read without pydantic.
    from pydantic import ValidationError

    from vodplan.manifests.model_rules import NAMES, Select, selector_of
    from vodplan.manifests.modelled import dotted, key_at, node_at, plain, sentence

    record = reading.mapping(node, found, called)
    if record is None:
        return None
    known: Callable[[tuple[int | str, ...]], list[str]] = _known
    try:
        return selector_of(Select.model_validate(plain(record)))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            loc = tuple(part for part in detail["loc"] if part in NAMES or isinstance(part, int))
            if detail["type"] == "extra_forbidden":
                name = str(detail["loc"][-1])
                around = dotted((called, *detail["loc"][:-1]))
                hint = did_you_mean(name, known(detail["loc"][:-1]))
                found.error(
                    "VP104", f"{quoted(name)} is not a condition of {around}.{hint}", key_at(record, detail["loc"])
                )
                continue
            at = node_at(record, loc)
            told = sentence(detail, at, {})
            code = "VP123" if detail["type"] == "missing" else "VP153"
            found.error(code, f"{dotted((called, *loc))}: {told}{'' if told.endswith(('.', '?')) else '.'}", at)
    return None


def parse(expression: str) -> Selector:
    """Read a selector that stands alone; the braces around it may be left out.

    raises: ManifestError with every finding.
    """
    found = Findings(EXPRESSION)
    text = expression.strip()
    if not text.startswith("{") and "\n" not in text:
        text = f"{{{text}}}"
    data = source.check(text.encode("utf-8", "surrogatepass"), found)
    selector = None if data is None else _composed(data, found)
    if selector is None or found.errors:
        raise ManifestError(found.diagnostics(), next="vodplan select --help", where=EXPRESSION)
    return selector


def _composed(data: bytes, found: Findings) -> Selector | None:
    node = whole(data, found)
    if node is None:
        if found.errors:
            return None
        found.error("VP136", "The selector is empty. Write one such as kind: video, category: Trailers.", None)
        return None
    return read_selector(node, found, called=EXPRESSION)


def _known(loc: tuple[int | str, ...]) -> list[str]:
    from vodplan.manifests.model_rules import Select

    shape = Select
    for part in loc:
        shape = shape.model_fields[str(part)].annotation  # type: ignore[assignment]  # blocks of blocks are models
    return list(shape.model_fields)


def _reason_problem(text: str) -> limits.Problem | None:
    return limits.text_problem("reason", text, max_bytes=limits.MAX_REASON_BYTES)
