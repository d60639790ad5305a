"""Images that were covers: which of them a plan deletes, since pictures in files take their place (`old: delete`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from vodplan.core.address import URL_PREFIX, Address
from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.coverfile import digest_in
from vodplan.core.decide import decide_delete
from vodplan.core.desired import DesiredAsset, DesiredState
from vodplan.core.kind import Kind
from vodplan.core.live import LiveAsset
from vodplan.core.plan import GuardRefusal
from vodplan.core.urls import resource_key
from vodplan.core.values import CoverFile, FieldValue

WAITS_FOR = "waits_for"
"""The parameter of a deletion that names the updates which take the image from its videos, by their addresses."""

OLD_COVER = "old_cover"
"""The parameter of a deletion that no entry of its own asks for: the addresses of the videos whose cover it was."""

UNKNOWN = "it is not among the library's images"

_NAMED = 3
"""Videos that a sentence names."""

Images = Mapping[str, LiveAsset]
"""`core.urls.resource_key` of an address → the image of the library that has it."""


Asking = Mapping[str, DesiredAsset]
"""Address → the entry of a video that asks for its old cover to be deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A deletion of an old cover that an earlier run on the target planned and did not get done.

    id, url: of the image.
    videos:  the addresses of the videos whose cover it was.
    """

    id: str
    url: str
    videos: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the pictures that videos leave.

    images:   those that are images of the library.
    unknown:  why nothing is known of the others, as a clause.
    users:    picture → `video/ID` of all that have it as cover, live or wanted, those that leave it included.
    entries:  of all manifests, whatever part of them is planned.
    excluded: the addresses that a plan is to leave out.
    owed:     picture → the deletion of it that is owed, where an entry still asks for it.
    held:     the refusals of protections for some removals, and the renamings that they are to be held beside.
    """

    images: Images
    unknown: str
    users: Mapping[str, Collection[str]]
    entries: Sequence[DesiredAsset]
    excluded: Callable[[Address], bool]
    owed: Mapping[str, Owed]
    held: Callable[[Sequence[Change]], Iterable[GuardRefusal]]


def asks(*wanted: Iterable[FieldValue]) -> bool:
    """Whether the old cover is to be deleted where one of these sets of values is wanted."""
    return any(type(value) is CoverFile and value.delete_old for values in wanted for value in values)


def asked_in(desired: DesiredState) -> bool:
    """Whether any entry, or rule, asks for its old covers to be deleted."""
    return asks(*(one.values for one in desired.rules)) or asks(*(one.values for one in desired.assets))


def waited_for(change: Change) -> tuple[str, ...]:
    """The addresses of the updates that a deletion waits for, none for most."""
    named = change.params.get(WAITS_FOR)
    return tuple(str(one) for one in named) if isinstance(named, list | tuple) else ()


def leaves(change: Change) -> str:
    """The picture that an update takes from its video's cover, as `resource_key`; "" for none."""
    before, after = (change.before or {}).get("cover"), change.after or {}
    if change.action is not Action.UPDATE or "cover" not in after or not isinstance(before, str) or not before:
        return ""
    left, taken = resource_key(before), after["cover"]
    return "" if isinstance(taken, str) and resource_key(taken) == left else left


def pictures_left(changes: Iterable[Change], asking: Asking) -> Mapping[str, tuple[Change, ...]]:
    """Picture → all updates that take it from a cover, by address, where one of them is of an address that asks."""
    leaving: dict[str, list[Change]] = {}
    for change in changes:
        if picture := leaves(change):
            leaving.setdefault(picture, []).append(change)
    return {
        picture: tuple(sorted(updates, key=lambda one: one.address))
        for picture, updates in sorted(leaving.items())
        if any(str(one.address) in asking for one in updates)
    }


def decide_old_covers(
    changes: Sequence[Change], asking: Asking, known: Known, *, kind: Kind, tree: CategoryTree
) -> list[Change]:
    """The changes with the deletions of old covers; an update whose old cover stays says why in its reason.

    Each image is deleted once, however many videos leave it, and after all of them. It stays when anything else has a
    use for it: another video that shows it or is to show it, an entry of its own, a protection. An entry that deletes
    it in the same plan is joined with what is asked for here. What an earlier run owes is done by the same rules.

    kind: of images.
    """
    left = {**{picture: () for picture in known.owed}, **pictures_left(changes, asking)}
    claims = _Claims(known, left, kind)
    deletions = {one.id: place for place, one in enumerate(changes) if one.kind == kind.name and _deletes(one)}
    decided: dict[int, Change] = {}
    planned: dict[str, Change] = {}
    stays: dict[str, str] = {}
    for picture, updates in left.items():
        image = known.images.get(picture)
        if image is None:
            stays[picture] = known.unknown
        elif image.id in deletions:
            place = deletions[image.id]
            params = {**changes[place].params, WAITS_FOR: [str(one.address) for one in updates]}
            decided[place] = dataclasses.replace(changes[place], params=params)
        elif why := claims.of(image, picture, updates):
            stays[picture] = why
        else:
            videos = [str(one.address) for one in updates]
            owed = [one for one in known.owed[picture].videos if one in asking] if not videos else []
            entry = asking[next(one for one in (*videos, *owed) if one in asking)]
            planned[picture] = _deletion(image, entry, videos=videos, owed=owed, kind=kind, tree=tree)
    renames = [one for one in changes if one.action is Action.RENAME]
    held = _held(known, [*renames, *planned.values()] if planned else ())
    for picture, deletion in list(planned.items()):
        if setting := held.get(str(deletion.address)):
            stays[picture] = f"{deletion.address} is protected ({setting})"
            del planned[picture]
    told = {id(one): stays[picture] for picture in stays for one in left[picture] if str(one.address) in asking}
    return [
        *(decided.get(place, _told(one, told.get(id(one), ""))) for place, one in enumerate(changes)),
        *planned.values(),
    ]


def without_orphans(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes without deletions of old covers that an update of the plan does not take from their videos."""
    leaving = {str(change.address) for change in changes if leaves(change)}
    return tuple(
        change for change in changes if not (change.params.get(OLD_COVER) and set(waited_for(change)) - leaving)
    )


def _deletes(change: Change) -> bool:
    """Whether a change deletes an asset by its id; that of snapshots is their video's."""
    return change.action is Action.DELETE and bool(change.id) and "video" not in change.params


def _deletion(
    image: LiveAsset,
    entry: DesiredAsset,
    *,
    videos: Sequence[str],
    owed: Sequence[str],
    kind: Kind,
    tree: CategoryTree,
) -> Change:
    reason = f"Replaced as cover of {_several([*videos, *owed])}{', by an earlier run' if owed else ''}"
    wish = DesiredAsset(
        kind=kind.name, key=image.id, values=(), source=entry.source, absent=True, reason=reason, rule=entry.rule
    )
    deletion = decide_delete(wish, image, kind, tree=tree)
    return dataclasses.replace(
        deletion, params={**deletion.params, WAITS_FOR: list(videos), OLD_COVER: [*videos, *owed]}
    )


def _held(known: Known, changes: Sequence[Change]) -> Mapping[str, str]:
    """Address → the setting that protects it."""
    return {address: one.setting for one in known.held(changes) for address in one.addresses} if changes else {}


def _told(change: Change, why: str) -> Change:
    if not why:
        return change
    told = f"The old cover stays: {why}"
    return dataclasses.replace(change, reason=f"{change.reason}; {told}" if change.reason else told)


def _several(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


class _Claims:
    """Who has a use for pictures that videos leave."""

    def __init__(self, known: Known, left: Collection[str], kind: Kind) -> None:
        self._users = known.users
        self._excluded = known.excluded
        self._entries: dict[str, DesiredAsset] = {}
        self._wanting: dict[str, set[str]] = {}
        images = {picture: known.images[picture] for picture in left if picture in known.images}
        ids = {image.id: picture for picture, image in images.items()}
        digests = {digest_in(str(image.values[kind.index("title")])): one for one, image in images.items()}
        for entry in known.entries if images else ():
            if entry.kind == kind.name:
                key = entry.key
                picture = resource_key(key.removeprefix(URL_PREFIX)) if key.startswith(URL_PREFIX) else ids.get(key)
                if picture in images:
                    self._entries[picture] = entry
            for value in entry.values:
                wanted = _wanted(value, digests)
                if wanted in images:
                    self._wanting.setdefault(wanted, set()).add(str(entry.address))

    def of(self, image: LiveAsset, picture: str, updates: Sequence[Change]) -> str:
        """Why an image is not deleted, as a clause; "" when it may be."""
        address = Address(image.kind, image.id)
        entry = self._entries.get(picture)
        if entry is not None:
            return f"{entry.source.file}:{entry.source.line} has an entry of {address}"
        if self._excluded(address):
            return f"{address} is excluded"
        leaving = {f"{one.kind}/{one.id}" for one in updates}
        users = sorted(set(self._users.get(picture, ())) - leaving | self._wanting.get(picture, set()))
        if users:
            return (
                f"{_several(users)} {'has' if len(users) == 1 else 'have'} {address} as cover, or {_is_to(len(users))}"
            )
        return ""


def _wanted(value: FieldValue, digests: Mapping[str, str]) -> str:
    """The picture that a field wants: the address that a text is, or what a file was uploaded as; "" for none."""
    if isinstance(value, CoverFile):
        return digests.get(value.sha256, "")
    return resource_key(value) if isinstance(value, str) and "://" in value else ""


def _is_to(users: int) -> str:
    return "is to have it" if users == 1 else "are to have it"
