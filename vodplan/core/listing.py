"""What there is in a library, asset by asset, and the port it comes through: all of it, not what manifests name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from vodplan.core.exporting import WalkBy

Span = tuple[int, int]
"""Times of creation that were looked through: seconds since 1970, both ends included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAsset:
    """One asset as a list names it, which may be behind.

    created: UTC ISO 8601, as the service writes it.
    """

    kind: str
    id: str
    created: str
    title: str = ""
    size: int | None = None
    category: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPage:
    """Part of a list.

    source: which list it is of, a kind may have several.
    assets: none stands in two pages of one walk.
    done:   the times that are through with this page; None while there is more of them.
    missed: assets of those times that the service counts and does not show.
    """

    source: str
    assets: tuple[ListedAsset, ...]
    done: Span | None = None
    missed: int = 0


class LibraryLister(Protocol):
    """Lists a live library. Every method raises `ApiError` or `CredentialsError`, never returns half an answer."""

    async def count(self, kind: str, *, by: WalkBy) -> int:
        """How many assets of a kind there are, by the list's own count."""
        ...

    def walk(
        self, kind: str, *, by: WalkBy, detailed: bool, done: Mapping[str, Sequence[Span]]
    ) -> AsyncIterator[ListedPage]:
        """List every asset of a kind, page by page, in no fixed order.

        detailed: also title, size and category.
        done:     source → times that are not to be looked through again.
        """
        ...
