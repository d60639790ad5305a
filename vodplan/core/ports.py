"""What the engine needs from the outside, as narrow as each side allows.

The planner is handed a `LiveReader`; only the applier is handed a `LiveWriter` and a `Journal`.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from vodplan.core.change import Change
from vodplan.core.coverfile import Images
from vodplan.core.kind import Call
from vodplan.core.live import DEFAULT_TREE, Category, Indexed, LiveAsset, LiveBatch, Members, Parts
from vodplan.core.plan import Plan
from vodplan.core.report import ApplyReport, Outcome
from vodplan.core.selector import Selector


class LiveReader(Protocol):
    """Reads the live library. Every method raises `ApiError` or `CredentialsError`, never returns half an answer."""

    def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
        """Look assets up by key (`Address.key` forms), in as few calls as the service allows.

        keys:    without repeats, in any number.
        returns: batches as they arrive, in no fixed order; every key is in exactly one of them.
        """
        ...

    async def parts(self, ids: Sequence[str]) -> Mapping[str, Parts]:
        """Look up source and streams of videos that exist; an id that does not is left out."""
        ...

    async def categories(self, tree: str = DEFAULT_TREE) -> Sequence[Category]:
        """Read one tree of categories as a whole (`Kind.tree`), parents before children."""
        ...

    async def pictures(self, digests: Sequence[str]) -> Images:
        """Find the images that were uploaded from files with these digests; a digest without one is left out."""
        ...

    async def images(self, urls: Sequence[str]) -> Mapping[str, LiveAsset]:
        """Find the images of the library at these addresses; an address without one is left out.

        Found are uploaded images, by the search index, and each read by its id: no snapshots, and nothing of others.
        """
        ...

    async def members(self, category: int) -> Members:
        """Find the assets that stand directly in a category, every kind the service can search by category."""
        ...

    async def count(self, kind: str) -> int | None:
        """Count the assets of a kind in the search index; None for a kind that `walk` cannot walk."""
        ...

    def walk(self, kind: str, fields: Sequence[str]) -> AsyncIterator[Sequence[Indexed]]:
        """Walk through the search index of a kind that `count` counts.

        fields:  names of the fields wanted.
        returns: pages as they arrive, in no fixed order. An asset may be missing or come twice, and what is said of it
                 may be old: whatever is to be decided is read by id.
        """
        ...

    def search(self, selector: Selector, categories: frozenset[int] | None) -> AsyncIterator[Sequence[str]]:
        """Find the ids of assets that may fit a selector.

        categories: the ids that `selector.category` stands for; None when it names none.
        returns:    ids, page by page: all that the index shows to fit, and others, since it cannot say everything.
        raises:     ConfigError when it found more than it can show.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The service's refusal of one item: its code (`InvalidParameter`), its sentence, the request's id."""

    code: str
    message: str
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """An image that was made of a file: its id, and its address without a signature."""

    id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswer:
    """What the service said of a call that it carried out, perhaps in part.

    missing:    ids of items that the service says do not exist.
    refused:    id → refusal, for items it names as refused.
    created_id: the id of a category that was made.
    uploaded:   the image that was made of a file.
    Items in neither are done.
    """

    missing: frozenset[str] = frozenset()
    refused: Mapping[str, Refusal] = field(default_factory=lambda: MappingProxyType({}))
    created_id: int | None = None
    uploaded: Uploaded | None = None
    request_id: str = ""


class LiveWriter(Protocol):
    """Writes to the live library."""

    async def write(self, call: Call) -> CallAnswer:
        """Carry one call out, retrying by the operation's rules.

        raises: UnknownOutcome when the call may or may not have been done; RefusedByService, Forbidden or NotFound when
                the call as a whole was refused and nothing of it was done; Throttled, Unavailable when it was given up
                undone; CredentialsError.
        """
        ...


class Backup(Protocol):
    """Keeps what a removal takes away for good, outside of the service."""

    async def save(self, change: Change, *, came: Callable[[int], None]) -> Refusal | None:
        """Save the source file and the metadata of the video that a change takes a source file from.

        came:    told of bytes of the source file as they are safe, those saved by an earlier run included.
        returns: None once all is safe, or why it is not; trouble with network, service and disk is told, never raised.
        Cancelled, it ends soon and keeps what has come, to go on with another time.
        """
        ...


class Journal(Protocol):
    """The append-only record of one run. Every method returns only when the record would survive a crash."""

    def begin(self, plan: Plan) -> str:
        """Open a run for the plan; returns the run's id."""
        ...

    async def intent(self, call: Call, changes: Sequence[Change]) -> None:
        """Record that a call is about to be sent, with the before-values of its changes."""
        ...

    async def outcome(self, call: Call, outcomes: Sequence[Outcome]) -> None:
        """Record what became of the call's items."""
        ...

    def end(self, report: ApplyReport) -> None:
        """Close the run with its report."""
        ...


class Clock(Protocol):
    """The time, from outside."""

    def now(self) -> datetime.datetime:
        """The current time, aware, UTC."""
        ...


class Progress(Protocol):
    """Told how far a long step is; what it shows is its own affair."""

    def start(self, step: str, total: int) -> None:
        """A step begins: `reading`, `applying`, `saving bytes`, `verifying`; total units, 0 when unknown."""
        ...

    def advance(self, count: int) -> None:
        """So many more units are done."""
        ...

    def throttled(self, operation: str, rate: float, of: float) -> None:
        """The service refused a call as one too many; from now on `rate` calls a second are made, `of` is allowed."""
        ...

    def finish(self) -> None:
        """The step is over."""
        ...
