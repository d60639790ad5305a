"""How a library is laid out as manifests: which file an asset stands in, under which name, in which order.

Names are for people and for git: they follow the categories, they change only when a category or the size of a group
does, and nothing that stands in a category's name can lead out of the folder, hide a file or make two files one.
"""

from __future__ import annotations

import enum
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from vodplan.core.live import Category, LiveAsset

SUFFIX = ".yaml"
CATEGORIES = f"categories{SUFFIX}"
"""The file that has the entries of `categories:`."""

UNCATEGORIZED = "_uncategorized"
"""Where assets without a category stand; no category's name is written with `_` at its start."""

UNDATED = "undated"

LONGEST = 64
"""Bytes of UTF-8 of one name in a path."""

_RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³")})
"""Names that Windows keeps for devices, whatever comes after a dot."""

_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Letters and marks without ink."""

_CREATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_LEVELS = (4, 7, 10, 13)
"""How much of a time of creation names a year, a month, a day, an hour."""

_MONTH = 2
"""The level below the month."""


class Split(enum.StrEnum):
    """What the entries of one file have in common."""

    CATEGORY = "category"
    MONTH = "month"
    ASSET = "asset"
    NONE = "none"


class WalkBy(enum.StrEnum):
    """The operation that lists the library: SearchMedia, or GetVideoList (videos only; images are always searched)."""

    SEARCH = "search"
    LIST = "list"


class NameBy(enum.StrEnum):
    """What an entry names its asset by: the account's own reference where it has one, or always the service's id."""

    REFERENCE = "reference"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a group: the name it has beside the group's (empty for the only one), and how many entries."""

    name: str
    entries: int


def slug(name: str) -> str:
    """A name as it stands in a path: letters, digits, `-` and `_` only; empty when nothing of it is left.

    Not to be told apart by case, Unicode form or what was left out: see `distinct`.
    """
    kept = "".join(
        character if character in "-_" or unicodedata.category(character)[0] in "LMN" else "-"
        for character in unicodedata.normalize("NFC", _UNSEEN.sub("", name))
    )
    kept = _cut(re.sub("-{2,}", "-", kept).strip("-_")).rstrip("-_")
    return f"{kept}_" if kept.upper() in _RESERVED else kept


def distinct(names: Mapping[int, str]) -> Mapping[int, str]:
    """Id → the name's slug, with `~ID` behind every one that another has as well or that is empty.

    Both of two that are alike get their id, so that neither's name depends on which came first. Alike is what one file
    system or another takes for the same.
    """
    slugs = {one: slug(name) for one, name in names.items()}
    alike: dict[str, int] = {}
    for made in slugs.values():
        alike[_folded(made)] = alike.get(_folded(made), 0) + 1
    return {
        one: made if made and alike[_folded(made)] == 1 else f"{made}~{one}" if made else f"category~{one}"
        for one, made in slugs.items()
    }


def folders(categories: Iterable[Category]) -> Mapping[int, str]:
    """Category id → its path in the file system, `News/Sports`, without a suffix."""
    below: dict[int | str, dict[int, str]] = {}
    known: dict[int, str] = {}
    for one in sorted(categories, key=lambda one: (one.level, one.id)):
        # Trees have folders of their own, so names are told apart within one.
        below.setdefault(one.tree if one.parent is None else one.parent, {})[one.id] = one.name
    for parent, names in below.items():
        above = f"{known[parent]}/" if isinstance(parent, int) and parent in known else ""
        known.update((one, above + name) for one, name in distinct(names).items())
    return known


def created_of(live: LiveAsset) -> str:
    """When an asset was made, as texts that sort by time; "" when that is not known."""
    created = str(live.facts.get("created", ""))
    return created if _CREATED.fullmatch(created) else ""


def stem(split: Split, plural: str, live: LiveAsset, category: int | None, folder: Mapping[int, str]) -> str:
    """The group of an asset: the path of its file, without suffix and without the name of a part."""
    month = created_of(live)[: _LEVELS[_MONTH - 1]] or UNDATED
    if split is Split.CATEGORY:
        where = UNCATEGORIZED if category is None else folder.get(category, f"_category-{category}")
        return f"{plural}/{where}"
    if split is Split.MONTH:
        return f"{plural}/{month}"
    if split is Split.ASSET:
        return f"{plural}/{month}/{_file_of(live.id)}"
    return plural


def parts(hours: Sequence[tuple[str, int]], most: int, *, split: Split) -> Iterator[Part]:
    """Divide a group into files of at most so many entries: by year, by month, by day, by hour, as far as it takes.

    Cut by time and not by number, so that an asset that goes, or comes late, changes one file and moves no other entry.

    hours: the first 13 characters of the times of creation, in order, "" first, and how many entries each has.
    """
    yield from _divided(hours, most, level=_MONTH if split is Split.MONTH else 0, name="")


def file_name(stem: str, part: Part, *, split: Split) -> str:
    """The path of a file below the folder of an export."""
    if not part.name:
        return stem + SUFFIX
    if split is Split.MONTH:
        return f"{stem.rpartition('/')[0]}/{part.name}{SUFFIX}"
    return f"{stem}.{part.name}{SUFFIX}"


def _divided(hours: Sequence[tuple[str, int]], most: int, *, level: int, name: str) -> Iterator[Part]:
    total = sum(count for _, count in hours)
    if total <= most:
        yield Part(name, total)
    elif level < len(_LEVELS):
        for begins, group in groupby(hours, key=lambda one: one[0][: _LEVELS[level]]):
            # What has no time cannot be divided by it.
            deeper = level + 1 if begins else len(_LEVELS)
            yield from _divided(list(group), most, level=deeper, name=begins or UNDATED)
    else:
        for number, start in enumerate(range(0, total, most), start=1):
            yield Part(f"{name}.{number:03}", min(most, total - start))


def _file_of(asset_id: str) -> str:
    """A name for one asset's file; ids that differ in case only, or in what no name has, stay apart by a checksum."""
    made = slug(asset_id)
    return (
        made if made == asset_id == asset_id.lower() else f"{made}~{hashlib.sha256(asset_id.encode()).hexdigest()[:8]}"
    )


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _cut(text: str) -> str:
    return text.encode()[:LONGEST].decode("utf-8", "ignore")
