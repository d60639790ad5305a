"""From rules and what they found to entries, one per asset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vodplan.core.address import REFERENCE_PREFIX, URL_PREFIX
from vodplan.core.categories import problem
from vodplan.core.desired import DesiredAsset
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.kind import Kind
from vodplan.core.live import LiveAsset
from vodplan.core.rule import Rule
from vodplan.core.urls import resource_key
from vodplan.core.values import UNSET, FieldValue


@dataclass(frozen=True, slots=True)
class Match:
    """An asset that a rule found."""

    rule: Rule
    live: LiveAsset


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The entries of the manifests with what rules add to them and beside them; and rules at odds with each other."""

    assets: tuple[DesiredAsset, ...]
    problems: tuple[Diagnostic, ...]


def merge(assets: Sequence[DesiredAsset], matches: Sequence[Match], kinds: Mapping[str, Kind]) -> Merged:
    """Join what rules found with the entries.

    An entry wins: what it sets stays as it is, and what it names is not deleted by a rule. Fields that it leaves out
    are the rules'. Two rules that want different values of one field, or of which one deletes what another sets, are
    an error, told once for each pair of rules.

    matches: in the order of the rules; an asset may be found by several.
    returns: the entries in their order, then what only rules name, in the order found.
    """
    entries = _Entries(assets)
    by_asset: dict[tuple[str, str], list[Match]] = {}
    for match in matches:
        by_asset.setdefault((match.live.kind, match.live.id), []).append(match)
    disputes: dict[tuple[str, str, str], list[Match]] = {}
    filled: dict[int, DesiredAsset] = {}
    added: list[DesiredAsset] = []
    for found in by_asset.values():
        place = entries.place(found[0].live)
        entry = None if place is None else filled.get(place, assets[place])
        if entry is None:
            made = _made(found, kinds[found[0].live.kind], disputes)
            if made is not None:
                added.append(made)
        elif place is not None and not entry.absent:
            filled[place] = _filled(entry, found, kinds[entry.kind], disputes)
    return Merged(
        assets=(*(filled.get(place, one) for place, one in enumerate(assets)), *added),
        problems=tuple(_contradiction(field, found) for (_, _, field), found in disputes.items()),
    )


class _Entries:
    """The entries by whatever names their asset: its id, its reference, its URL."""

    def __init__(self, assets: Sequence[DesiredAsset]) -> None:
        self._places: dict[tuple[str, str], int] = {}
        for place, one in enumerate(assets):
            key = one.key
            if key.startswith(URL_PREFIX):
                key = URL_PREFIX + resource_key(key.removeprefix(URL_PREFIX))
            self._places[one.kind, key] = place

    def place(self, live: LiveAsset) -> int | None:
        keys = [live.id]
        if live.facts.get("reference"):
            keys.append(f"{REFERENCE_PREFIX}{live.facts['reference']}")
        if live.facts.get("url"):
            keys.append(URL_PREFIX + resource_key(str(live.facts["url"])))
        return next((self._places[live.kind, key] for key in keys if (live.kind, key) in self._places), None)


Disputes = dict[tuple[str, str, str], list[Match]]
"""(rule, rule, field) → the matches of both that contradict each other."""


def _made(found: Sequence[Match], kind: Kind, disputes: Disputes) -> DesiredAsset | None:
    removing = [match for match in found if match.rule.absent]
    setting = [match for match in found if not match.rule.absent]
    if removing and setting:
        _dispute(disputes, "state", removing[0], setting[0])
        return None
    first = found[0]
    return DesiredAsset(
        kind=first.live.kind,
        key=first.live.id,
        values=() if removing else _values(setting, kind, disputes),
        source=first.rule.source,
        absent=bool(removing),
        reason=next((match.rule.reason for match in found if match.rule.reason), None),
        rule=_names(found),
    )


def _filled(entry: DesiredAsset, found: Sequence[Match], kind: Kind, disputes: Disputes) -> DesiredAsset:
    setting = [match for match in found if not match.rule.absent]
    values = tuple(
        theirs if mine is UNSET else mine
        for mine, theirs in zip(entry.values, _values(setting, kind, disputes), strict=True)
    )
    if values == entry.values:
        return entry
    return replace(entry, values=values, rule=_names(setting))


def _values(found: Sequence[Match], kind: Kind, disputes: Disputes) -> tuple[FieldValue, ...]:
    values: list[FieldValue] = [UNSET] * len(kind.fields)
    by: dict[int, Match] = {}
    for match in found:
        for place, value in enumerate(match.rule.values):
            if value is UNSET:
                continue
            other = by.setdefault(place, match)
            if other is match:
                values[place] = value
            elif values[place] != value:
                _dispute(disputes, kind.fields[place].name, other, match)
    return tuple(values)


def _dispute(disputes: Disputes, field: str, one: Match, other: Match) -> None:
    pair = sorted((one, other), key=lambda match: match.rule.name)
    disputes.setdefault((pair[0].rule.name, pair[1].rule.name, field), []).extend(pair)


def _contradiction(field: str, found: Sequence[Match]) -> Diagnostic:
    one, other, count = found[0], found[1], len(found) // 2
    earlier, later = sorted((one.rule, other.rule), key=lambda rule: (rule.source.file, rule.source.line))
    assets = f"{one.live.kind}/{one.live.id}" + (f" and {count - 1} more" if count > 1 else "")
    what = "one deletes what the other sets" if field == "state" else f"they set {field} differently"
    return problem(
        "VP307",
        f"The rules {later.name} and {earlier.name} ({earlier.source.file}:{earlier.source.line}) both find {assets}, "
        f"and {what}. Narrow one of them, or write an entry for the asset.",
        later.source,
    )


def _names(found: Sequence[Match]) -> str:
    return ", ".join(dict.fromkeys(match.rule.name for match in found))
