"""Changes as the short records that the page's script holds, every text marked."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from vodplan.core.categories import named_in
from vodplan.core.change import Action, Change
from vodplan.core.pictures import Pictures, known_of, picture_address
from vodplan.core.plan import Plan
from vodplan.core.values import Json
from vodplan.render.amounts import count, size
from vodplan.render.html.buckets import AGES, SIZES, days_before, step_of
from vodplan.render.html.fields import field_list, value_text
from vodplan.render.html.links import linkable
from vodplan.render.html.marks import marked
from vodplan.render.html.shell import pattern, word
from vodplan.render.origins import origin_words

ACTIONS = tuple(Action)
"""A record's action is a place in this row."""

_ELSEWHERE = frozenset({"title", "description", "tags", "category", "cover", "size", "duration", "created", "status"})
_LABELS = {"cate_name": "category name", "storage_class": "storage class", "urls": "addresses", "url": "address"}

_LARGEST = 2**53 - 1
"""The largest whole number that a script can hold; a plan file may name any."""

Record = dict[str, object]


@dataclass(slots=True)
class Row:
    """Texts that many records share, each held once; a record has its place."""

    texts: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def place(self, text: str) -> int:
        """The place of a raw text."""
        found = self.places.get(text)
        if found is None:
            found = self.places[text] = len(self.texts)
            self.texts.append(marked(text))
        return found


@dataclass(slots=True)
class Records:
    """All changes of a plan. `links` are the addresses of pictures that the page opens."""

    changes: list[Record] = field(default_factory=list)
    categories: Row = field(default_factory=Row)
    tags: Row = field(default_factory=Row)
    files: Row = field(default_factory=Row)
    statuses: Row = field(default_factory=Row)
    whys: Row = field(default_factory=Row)
    links: set[str] = field(default_factory=set)


def records_of(plan: Plan, pictures: Mapping[str, str] | None = None) -> Records:
    """The records of every change, in the plan's order.

    pictures: change address → what its picture is shown from, in place of its own address; those that are not in it
              have no picture. None leaves each its own.
    """
    made = Records()
    held: dict[str, list[int]] = {}
    for place, guard in enumerate(plan.guards):
        for address in guard.addresses:
            held.setdefault(address, []).append(place)
    for change in plan.changes:
        made.changes.append(_record(change, plan.created_at, made, held, pictures))
    return made


def embedded_pictures(pictures: Pictures) -> dict[str, str]:
    """Change address → its copy as a `data:` address."""
    return {
        address: f"data:{one.media};base64,{base64.b64encode(one.content).decode('ascii')}"
        for address, one in pictures.found.items()
    }


def _record(
    change: Change,
    moment: str,
    made: Records,
    held: Mapping[str, list[int]],
    pictures: Mapping[str, str] | None,
) -> Record:
    known = known_of(change)
    address = str(change.address)
    created = value_text(known.get("created"))
    days = days_before(created, moment)
    freed = _whole(change.bytes_freed)
    amount = _whole(known.get("size")) if freed is None or not change.action.removes else freed
    status = value_text(known.get("status"))
    category = next(iter(named_in(known)), None)
    record: Record = {
        "a": ACTIONS.index(change.action),
        "n": marked(address),
        "f": made.files.place(change.source.file),
        "l": _whole(change.source.line),
        "z": step_of(amount, SIZES),
        "y": step_of(days, AGES),
    }
    word_ = word(pattern(address))
    fields = field_list(change)
    picture = _picture(address, known, made, pictures)
    for one in fields:
        if one[1] == "u":
            if pictures is not None:
                one[4:6] = [picture, ""]
            made.links.update(str(url) for url in one[4:6] if pictures is None and url)
    optional: Record = {
        "q": word_ if word_ != address else None,
        "i": marked(change.id) if change.id and change.id != change.address.key else None,
        "t": marked(value_text(known.get("title"))),
        "m": marked(value_text(known.get("description"))) if change.action is Action.DELETE else None,
        "c": made.categories.place(value_text(category)) if category else None,
        "g": [made.tags.place(tag) for tag in _tags(known.get("tags"))],
        "s": amount,
        "d": _number(known.get("duration")),
        "k": marked(created[:10]),
        "o": days,
        "u": made.statuses.place(status) if status else None,
        "w": made.whys.place(change.reason) if change.reason else None,
        "v": made.whys.place(origin_words(change.origins)) if change.origins else None,
        "r": made.whys.place(f"rule {change.rule}") if change.rule else None,
        "x": None if change.certain else 1,
        "b": freed,
        "e": fields,
        "h": held.get(address),
        "j": _further(change, known),
        "p": picture,
    }
    record.update((name, value) for name, value in optional.items() if value not in (None, "", []))
    return record


def _picture(address: str, known: Mapping[str, Json], made: Records, pictures: Mapping[str, str] | None) -> str:
    if pictures is not None:
        return pictures.get(address, "")
    url = linkable(picture_address(known))
    if url:
        made.links.add(url)
    return url


def _further(change: Change, known: Mapping[str, Json]) -> list[list[str]]:
    """What else is known, as pairs of a label and a text."""
    pairs = []
    if change.action is Action.DELETE_SOURCE:
        pairs.append(
            ["goes", "the source file; the streams stay" + (", by force" if change.params.get("force") else "")]
        )
    for name, value in sorted(known.items()):
        if name == "streams":
            pairs += [["stream", _stream(one)] for one in value or () if isinstance(one, Mapping)]  # type: ignore[union-attr]
        elif name not in _ELSEWHERE and name != "source" and value_text(value):
            text = count(value, "snapshot") if name == "snapshots" and isinstance(value, int) else value_text(value)
            pairs.append([marked(_LABELS.get(name, name)), marked(text)])
    return pairs


def _stream(one: Mapping[str, Json]) -> str:
    bytes_ = one.get("size")
    parts = [value_text(one.get(name)) for name in ("definition", "format", "job")]
    amount = size(bytes_) if isinstance(bytes_, int) else ""
    return marked(" ".join(part for part in (*parts[:2], amount, parts[2]) if part))


def _tags(value: Json) -> list[str]:
    return [str(tag) for tag in value] if isinstance(value, list | tuple) else []


def _whole(value: Json) -> int | None:
    return max(min(value, _LARGEST), -_LARGEST) if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: Json) -> float | None:
    if isinstance(value, float):
        return round(value, 1)
    return _whole(value)
