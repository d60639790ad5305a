"""From what a report found to entries and rules that put it right.

No two of them ask for different values of one field of one asset, so that all of them can stand in one manifest: rules
about tags leave alone what an earlier one finds, and an asset has one entry with all that is asked for it.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from vodplan.core.kind import Kind
from vodplan.core.survey import NORMAL, Check, Finding, Member
from vodplan.core.values import TagEdit
from vodplan.kinds.assets import ASSETS
from vodplan.kinds.category import MAX_LEVELS
from vodplan.manifests import emit, limits
from vodplan.manifests.project_parts import STATUSES
from vodplan.manifests.seen import noted

MOST = 1_000
"""Assets of one finding that get entries; the next report has the others."""

MARKS = {
    Check.MISSING_COVERS: "no-cover",
    Check.SHARED_COVERS: "no-cover",
    Check.UNTOUCHED: "untouched",
    Check.NOT_NORMAL: "check-status",
}
"""The tags by which people find what a program cannot put right."""

FAILED = "UploadFail"

_LISTS = ("categories", *(kind.plural for kind in ASSETS.values()), "rules")
Parts = Mapping[str, list[str]]


@dataclass(slots=True)
class _Wanted:
    """What is asked for of one asset."""

    title: str | None = None
    add: list[str] = field(default_factory=list)


class Patches:
    """Writes the patch of each finding, and one manifest of all.

    leaves: paths of categories with nothing below them.
    named:  assets that have entries already, as `seen.noted` names them; they get none here.
    paths:  categories that have entries already.
    """

    def __init__(
        self,
        findings: Iterable[Finding],
        *,
        now: datetime.datetime,
        leaves: Collection[str] = (),
        named: Collection[str] = (),
        paths: Collection[str] = (),
    ) -> None:
        self._now = now
        self._leaves = leaves
        self._named = named
        self._paths = paths
        self._rules = 0
        self._tags: dict[str, list[str]] = {}
        self._parts: dict[str, list[str]] = {name: [] for name in _LISTS}
        self._entries: dict[tuple[str, str], _Wanted] = {}
        self.findings = tuple(self._patched(one) for one in findings)

    def manifest(self) -> str:
        """All of them as one manifest; empty when there is nothing to ask for."""
        parts = {name: list(texts) for name, texts in self._parts.items()}
        for (kind, asset_id), wanted in self._entries.items():
            parts[ASSETS[kind].plural].append(_entry(asset_id, wanted))
        return "".join((emit.HEAD, *_lists(parts))) if any(parts.values()) else ""

    def _patched(self, finding: Finding) -> Finding:
        match finding.check:
            case Check.DUPLICATE_TITLES | Check.SHARED_COVERS | Check.UNTOUCHED:
                return self._by_entries(finding)
            case Check.EMPTY_CATEGORIES:
                if limits.path_problem(finding.subject) or finding.subject.startswith("id "):
                    return replace(finding, why="The category has no path of its own that a manifest could name.")
                if finding.subject in self._paths:
                    return replace(finding, why="A manifest names the category: write state: absent there.")
                return self._told(finding, {"categories": [_absent(finding.subject)]})
            case Check.STRAY_TAGS:
                return self._stray(finding)
            case Check.HUGE_CATEGORIES:
                return self._huge(finding)
            case Check.MISSING_COVERS:
                select = f"kind: video, status: [{NORMAL}], without: [cover]"
                return self._marked(finding, select)
            case Check.NOT_NORMAL:
                if finding.subject not in STATUSES:
                    return replace(finding, why="No selector knows this status.")
                select = f"kind: {finding.kind}, status: [{finding.subject}]"
                if finding.subject == FAILED:
                    return self._rule(
                        finding,
                        f"{select}{self._others(finding.kind)}",
                        f"    state: absent\n    limit: {finding.amount.assets}\n    reason: Never finished\n",
                    )
                return self._marked(finding, select)

    def _by_entries(self, finding: Finding) -> Finding:
        kind = ASSETS[finding.kind]
        texts, left = [], 0
        members = islice(finding.members(), MOST + 1)
        for place, member in enumerate(members, 1):
            if place > MOST:
                left += finding.amount.assets - MOST
                break
            if place == 1 and finding.check is Check.DUPLICATE_TITLES:
                continue
            wanted = self._wanted(finding, kind, member, place)
            if wanted is None:
                left += 1
                continue
            texts.append(_entry(member.id, wanted))
            whole = self._entries.setdefault((member.kind, member.id), _Wanted())
            whole.title = wanted.title if whole.title is None else whole.title
            whole.add += [tag for tag in wanted.add if tag not in whole.add]
        why = ""
        if left:
            why = (
                f"{left:,} of its assets have no entry here: they have one in the manifests, cannot take it, or are "
                "more than one report writes."
            )
        return replace(finding, patch="".join(_lists({kind.plural: texts})), why=why)

    def _wanted(self, finding: Finding, kind: Kind, member: Member, place: int) -> _Wanted | None:
        if noted(member.kind, member.id) in self._named or limits.id_problem("id", member.id):
            return None
        if finding.check is Check.DUPLICATE_TITLES:
            title = f"{member.title} ({place})"
            field = kind.fields[0]
            return (
                None
                if limits.text_problem("title", title, max_bytes=field.max_bytes, emoji=field.emoji)
                else _Wanted(title=title)
            )
        mark, most = MARKS[finding.check], next(one.max_items for one in kind.fields if one.name == "tags")
        planned = self._entries.get((member.kind, member.id), _Wanted()).add
        room = len({*member.tags, *planned, mark}) <= (most or 0)
        return _Wanted(add=[mark]) if room else None

    def _stray(self, finding: Finding) -> Finding:
        kind = ASSETS[finding.kind]
        taken = next(one for one in kind.fields if one.name == "tags")
        tags = [tag for tag, _ in finding.parts]
        bad = next((tag for tag in (finding.subject, *tags) if limits.tag_problem(tag, taken) or not _seen(tag)), None)
        if bad is not None:
            return replace(finding, why="One of the tags cannot stand in a manifest.")
        listed = ", ".join(emit.scalar(tag, flow=True) for tag in tags)
        before = self._others(finding.kind, within=True)
        select = f"kind: {finding.kind}, tags: {{any: [{listed}]{before}}}"
        self._tags.setdefault(finding.kind, []).extend(tags)
        keep = emit.scalar(finding.subject, flow=True)
        return self._rule(finding, select, f"    set: {{tags: {{remove: [{listed}], add: [{keep}]}}}}\n")

    def _huge(self, finding: Finding) -> Finding:
        path, year = finding.subject, self._now.year
        target = f"{path}/Before {year}"
        if (
            path not in self._leaves
            or limits.path_problem(target)
            or not any(one.name == "category" for one in ASSETS[finding.kind].fields)
        ):
            return replace(
                finding,
                why=f"It has subcategories, stands {MAX_LEVELS} levels deep or is named by id: divide it by hand.",
            )
        select = (
            f"kind: {finding.kind}, category: {emit.scalar(path, flow=True)}, status: [{NORMAL}], "
            f"created: {{before: {year}-01-01}}"
        )
        made = f"  - path: {emit.scalar(target)}\n"
        made = "" if made in self._parts["categories"] or target in self._paths else made
        body = f"    set: {{category: {emit.scalar(target, flow=True)}}}\n"
        return self._rule(finding, select, body, categories=[made] if made else [])

    def _marked(self, finding: Finding, select: str) -> Finding:
        body = f"    set: {{tags: {{add: [{MARKS[finding.check]}]}}}}\n"
        return self._rule(finding, f"{select}{self._others(finding.kind)}", body)

    def _others(self, kind: str, *, within: bool = False) -> str:
        """The condition that leaves alone what a rule about tags finds that was written before."""
        tags = ", ".join(emit.scalar(tag, flow=True) for tag in self._tags.get(kind, ()))
        if not tags:
            return ""
        return f", none: [{tags}]" if within else f", tags: {{none: [{tags}]}}"

    def _rule(self, finding: Finding, select: str, body: str, *, categories: Iterable[str] = ()) -> Finding:
        self._rules += 1
        text = f"  - name: report-{finding.check.value}-{self._rules}\n    select: {{{select}}}\n{body}"
        return self._told(finding, {"categories": list(categories), "rules": [text]})

    def _told(self, finding: Finding, parts: Parts) -> Finding:
        for name, texts in parts.items():
            self._parts[name] += texts
        return replace(finding, patch="".join(_lists(parts)))


def _lists(parts: Parts) -> Iterator[str]:
    for name in _LISTS:
        if parts.get(name):
            yield f"{name}:\n"
            yield from parts[name]


def _entry(asset_id: str, wanted: _Wanted) -> str:
    lines = [f"  - id: {emit.scalar(asset_id)}\n"]
    if wanted.title is not None:
        lines += emit.field("title", wanted.title, indent="    ")
    if wanted.add:
        edit = TagEdit(add=tuple(wanted.add), remove=())
        lines.append(f"    tags: {{add: [{', '.join(emit.scalar(tag, flow=True) for tag in edit.add)}]}}\n")
    return "".join(lines)


def _absent(path: str) -> str:
    return f"  - path: {emit.scalar(path)}\n    state: absent\n"


def _seen(tag: str) -> bool:
    """Whether a selector takes a tag: every sign of it can be seen."""
    return all(one.isprintable() or one == " " for one in tag) and tag == tag.strip()
