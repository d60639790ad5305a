"""Images that manifests name by a file: how they are told apart, and what plans and calls have of them.

A picture is known by the SHA-256 of its bytes. The image that was uploaded from it has that digest in its title, so any
machine finds it again, and nothing has to be remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from vodplan.core.change import Action, Change
from vodplan.core.desired import DesiredState
from vodplan.core.kind import Call, CallItem, Kind
from vodplan.core.urls import resource_key, strip_signature
from vodplan.core.values import CoverFile, FieldValue, Json

UPLOAD = "CreateUploadImage"
"""The operation by which an upload begins."""

TITLE = "vodplan-cover-"
"""What the title of an image that was uploaded from a file begins with; the digest follows."""

KEEP, DELETE = "keep", "delete"
"""What becomes of the image that a picture in a file takes the place of, as manifests write it (`old:`)."""

Images = Mapping[str, Sequence[str]]
"""SHA-256 → the addresses of the images that were uploaded from a file with it, without signatures."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST_URL = "http://" + "h" * 249
"""As long as addresses of uploaded images come, for calls that are only counted."""


def title_of(digest: str) -> str:
    """The title of the image that is uploaded from a file with this digest."""
    return f"{TITLE}{digest}"


def digest_in(title: str) -> str:
    """The digest that the title of an image tells; "" for any other title."""
    found = title.strip().removeprefix(TITLE)
    return found if title.startswith(TITLE) and _DIGEST.fullmatch(found) else ""


def as_json(cover: CoverFile) -> Json:
    """A wanted picture as a plan has it."""
    return {"file": cover.file, "sha256": cover.sha256, "size": cover.size}


def cover_of(value: Json) -> CoverFile | None:
    """The picture that a value in a plan means; None for any other value, an address among them."""
    if not isinstance(value, Mapping):
        return None
    file, digest, size = value.get("file"), value.get("sha256"), value.get("size")
    if not (isinstance(file, str) and isinstance(digest, str) and type(size) is int and _DIGEST.fullmatch(digest)):
        return None
    return CoverFile(file=file, sha256=digest, size=size)


def wanted_cover(change: Change) -> CoverFile | None:
    """The picture that an update is to show."""
    return cover_of((change.after or {}).get("cover")) if change.action is Action.UPDATE else None


def wanted_covers(changes: Iterable[Change]) -> Iterator[tuple[int, CoverFile]]:
    """Place and picture of every update that is to show one."""
    for place, change in enumerate(changes):
        if (cover := wanted_cover(change)) is not None:
            yield place, cover


def digests(desired: DesiredState) -> tuple[str, ...]:
    """The digests of all pictures that manifests name by a file, sorted, none twice."""
    values = (value for one in desired.assets for value in one.values)
    return tuple(sorted({value.sha256 for value in values if isinstance(value, CoverFile)}))


def with_pictures(desired: DesiredState, pictures: Images) -> DesiredState:
    """The same wishes, each picture with the addresses under which it is uploaded already."""

    def known(value: FieldValue) -> FieldValue:
        return replace(value, urls=tuple(pictures.get(value.sha256, ()))) if isinstance(value, CoverFile) else value

    assets = tuple(
        replace(one, values=tuple(map(known, one.values)))
        if any(isinstance(value, CoverFile) for value in one.values)
        else one
        for one in desired.assets
    )
    return replace(desired, assets=assets)


def shows(url: FieldValue, urls: Iterable[str]) -> bool:
    """Whether an address is that of one of several images."""
    return isinstance(url, str) and bool(url) and resource_key(url) in {resource_key(one) for one in urls}


def settled(change: Change, values: Sequence[FieldValue], kind: Kind, pictures: Images) -> Change:
    """An update whose picture is told by its address: the live one, where that shows it, else one it is known under.

    values: the live ones. A picture that is not uploaded yet stays as the plan has it, which no address equals.
    """
    cover = wanted_cover(change)
    urls = pictures.get(cover.sha256, ()) if cover is not None else ()
    if not urls:
        return change
    live = values[kind.index("cover")]
    return with_url(change, live if shows(live, urls) and isinstance(live, str) else urls[0])


def with_url(change: Change, url: str) -> Change:
    """An update that shows the image at an address."""
    return replace(change, after={**(change.after or {}), "cover": strip_signature(url)})


def countable(change: Change) -> Change:
    """An update as it is counted while the address of its picture is not known."""
    return change if wanted_cover(change) is None else with_url(change, _LONGEST_URL)


def upload_calls(changes: Iterable[tuple[int, Change]], known: Images) -> tuple[Call, ...]:
    """One upload for each picture that is not uploaded yet, in the name of the first change that is to show it."""
    calls: dict[str, Call] = {}
    for place, change in changes:
        cover = wanted_cover(change)
        if cover is not None and not known.get(cover.sha256) and cover.sha256 not in calls:
            params: dict[str, Json] = {"file": cover.file, "sha256": cover.sha256, "size": cover.size}
            item = CallItem(change=place, id=change.id or "", fields={}, params=params)
            calls[cover.sha256] = Call(operation=UPLOAD, kind=change.kind, items=(item,))
    return tuple(calls.values())
