"""What an export did, and what an export would still have to take up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vodplan.core.pictures import Fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWritten:
    """A live value that no manifest can say.

    address: of the asset or the category it belongs to.
    field:   None for the whole of it.
    code:    the code that `vodplan validate` would give it.
    """

    address: str
    field: str | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAsset:
    """One asset as a row, for what is no manifest: a sheet, a report. Every value is the live one, whole.

    reference: "" for none.
    category:  its path; `id 123` for one without a path of its own; "" for none; of several, with commas between.
    cover:     without its signature; "" for what has none.
    created:   UTC ISO 8601, "" where it is not known.
    size:      bytes, None where they are not known.
    modified:  UTC ISO 8601, "" where the service does not say, as for images.
    """

    kind: str
    id: str
    reference: str
    title: str
    description: str
    tags: tuple[str, ...]
    category: str
    cover: str
    created: str
    size: int | None
    status: str
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What an export did.

    folder:    where the manifests are, as people named it.
    since:     when the reading began that this export went on with, UTC ISO 8601; None when it began itself.
    entries:   `videos`, `images`, `categories` → entries written.
    written, unchanged, removed: files.
    gone:      assets that were deleted between being listed and being read.
    missed:    assets that the service counts and does not show.
    not_written: field → values that no manifest can say; the field is "" for whole assets and categories.
    examples:  the first of them.
    pictures:  what came of fetching them; None where none were wanted.
    """

    target: str
    folder: str
    since: str | None
    entries: Mapping[str, int]
    written: int
    unchanged: int
    removed: int
    gone: int
    missed: int
    not_written: Mapping[str, int]
    examples: Sequence[NotWritten]
    pictures: Fetched | None = None
