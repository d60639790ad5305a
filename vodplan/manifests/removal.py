"""The keys of an entry that say what is deleted, why, and from which day on."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from vodplan.core.desired import StreamRemoval
from vodplan.manifests import reading
from vodplan.manifests.findings import Findings
from vodplan.manifests.limits import MAX_REASON_BYTES, Problem, text_problem
from vodplan.manifests.nodes import Map, Node, Placed
from vodplan.manifests.reading import Entries
from vodplan.manifests.wording import one_of

ABSENT = "absent"

DEFINITIONS = ("FD", "LD", "SD", "HD", "OD", "2K", "4K", "SQ", "HQ", "AUTO")
"""The values of a stream's `Definition` (page «ApsaraVideo VOD:GetPlayInfo»)."""

FORMATS = ("mp4", "m3u8", "mp3", "flv", "mpd")
"""The values of a stream's `Format` (page «ApsaraVideo VOD:GetPlayInfo»)."""

_NO_STREAM = "To delete every stream, delete the video with state: absent, or name their job ids."


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What an entry deletes; as in `DesiredAsset`."""

    absent: bool = False
    source_absent: bool = False
    source_force: bool = False
    streams: StreamRemoval | None = None
    reason: str | None = None
    after: datetime.date | None = None


NO_REMOVAL = Removal()


def read_removal(entries: Entries, found: Findings) -> Removal:
    """Read `state`, `source`, `force`, `streams`, `reason` and `after`, as far as an entry has them."""
    removes = any(name in entries for name in ("state", "source", "streams"))
    reason = after = None
    for name in ("reason", "after"):
        pair = entries.get(name)
        if pair is None:
            continue
        if not removes:
            found.error("VP142", f"{name} goes with a deletion, and this entry deletes nothing. Remove it.", pair[0])
        elif name == "reason":
            reason = reading.checked(pair[1], found, name, _reason_problem)
        else:
            after = reading.date(pair[1], found, name)
    return Removal(
        absent=_is_absent(entries, "state", found),
        source_absent=_is_absent(entries, "source", found),
        source_force=_force(entries, found),
        streams=_streams(entries, found),
        reason=reason,
        after=after,
    )


def refuse_beside_absent(entries: Entries, removal: Removal, others: Sequence[str], found: Findings, what: str) -> None:
    """Report the keys of an entry that cannot stand beside `state: absent`, together, at the first of them."""
    beside: list[tuple[str, Placed]] = [(name, pair[0]) for name, pair in entries.items() if name in others]
    if removal.absent and beside:
        names = one_of([name for name, _ in beside]).replace(" or ", " and ")
        found.error(
            "VP141",
            f"state: absent deletes {what}, so {names} cannot be set. Remove one or the other.",
            beside[0][1],
        )


def _is_absent(entries: Entries, name: str, found: Findings) -> bool:
    pair = entries.get(name)
    return pair is not None and reading.choice(pair[1], found, name, (ABSENT,)) is not None


def _force(entries: Entries, found: Findings) -> bool:
    pair = entries.get("force")
    if pair is None:
        return False
    if "source" not in entries and "state" not in entries:
        found.error("VP142", "force goes with source: absent, which this entry does not have. Remove it.", pair[0])
    return reading.boolean(pair[1], found, "force") or False


def _reason_problem(text: str) -> Problem | None:
    return text_problem("reason", text, max_bytes=MAX_REASON_BYTES)


def _streams(entries: Entries, found: Findings) -> StreamRemoval | None:
    pair = entries.get("streams")
    node = None if pair is None else reading.mapping(pair[1], found, "streams")
    if node is None:
        return None
    reading.unknown_keys(node.entries, ("absent", "keep"), found, "streams; it takes absent or keep")
    absent, keep = node.entries.get("absent"), node.entries.get("keep")
    if absent is not None and keep is not None:
        found.error("VP140", "streams has both absent and keep. Say what goes, or say what stays.", keep[0])
        return None
    if absent is not None:
        jobs = reading.words(
            absent[1],
            found,
            "absent",
            lambda item: reading.identifier(item, found, "job id"),
            empty="Name the job ids of the streams to delete.",
        )
        return None if jobs is None else StreamRemoval(jobs=jobs)
    if keep is None:
        reading.missing_key("absent or keep", found, "streams", node)
        return None
    kept = reading.mapping(keep[1], found, "keep")
    return None if kept is None else _keep(kept, found)


def _keep(node: Map, found: Findings) -> StreamRemoval | None:
    known = {"definitions": DEFINITIONS, "formats": FORMATS}
    reading.unknown_keys(node.entries, tuple(known), found, "keep; it takes definitions and formats")
    kept: dict[str, tuple[str, ...] | None] = {}
    for name, allowed in known.items():
        pair = node.entries.get(name)
        if pair is not None:
            kept[name] = _filter(pair[1], found, name, allowed)
    if not node.entries:
        found.error("VP136", f"keep is empty, so no stream would be left. {_NO_STREAM}", node)
    if not any(kept.values()):
        return None
    return StreamRemoval(keep_definitions=kept.get("definitions"), keep_formats=kept.get("formats"))


def _filter(node: Node, found: Findings, name: str, allowed: tuple[str, ...]) -> tuple[str, ...] | None:
    return reading.words(
        node,
        found,
        name,
        lambda item: reading.choice(item, found, f"An item of {name}", allowed),
        empty=f"No stream would be left. {_NO_STREAM}",
    )
