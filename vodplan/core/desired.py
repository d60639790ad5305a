"""What the manifests ask for, all files together."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from vodplan.core.address import URL_PREFIX, Address
from vodplan.core.diagnostics import SourceRef
from vodplan.core.rule import Rule
from vodplan.core.urls import strip_signature
from vodplan.core.values import FieldValue


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRemoval:
    """Which streams of a video go.

    Either `jobs` names them by transcoding job id, or `keep_definitions` and `keep_formats` say what stays: a stream
    stays when it fits every filter that is given. Exactly one of the two forms is used; the other is None.
    """

    jobs: tuple[str, ...] | None = None
    keep_definitions: tuple[str, ...] | None = None
    keep_formats: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredAsset:
    """One entry of a manifest about a video, an image or another asset.

    kind, key: as in `Address`.
    values:    one per `Kind.fields`, in that order; `UNSET` for a field that is left out. Empty when `absent`.
    absent:    the whole asset is to be deleted (`state: absent`).
    source_absent, source_force: its source file is to be deleted (`source: absent`, `force: true`).
    streams:   its streams to be deleted.
    reason:    for people; never decided on.
    after:     deletions of this entry wait for this day, UTC.
    """

    kind: str
    key: str
    values: tuple[FieldValue, ...]
    source: SourceRef
    absent: bool = False
    source_absent: bool = False
    source_force: bool = False
    streams: StreamRemoval | None = None
    reason: str | None = None
    after: datetime.date | None = None
    rule: str | None = None

    @property
    def address(self) -> Address:
        """The address of this entry; never with the signature of a URL, since addresses stand in plans and journals."""
        if self.key.startswith(URL_PREFIX):
            return Address(self.kind, URL_PREFIX + strip_signature(self.key.removeprefix(URL_PREFIX)))
        return Address(self.kind, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredCategory:
    """One entry of `categories:`.

    path:         one to three names joined by `/`.
    renamed_from: the path it had before; differs from `path` in its last name only.
    absent:       it is to be deleted, which deletes its subtree.
    """

    path: str
    source: SourceRef
    renamed_from: str | None = None
    absent: bool = False
    reason: str | None = None
    after: datetime.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredState:
    """Everything the manifests ask for: at most one entry per address, in no particular order.

    rules:  what is asked for of whatever they find; `core.rules.merge` turns that into entries.
    digest: 64 hex digits over the names and contents of all manifest files, independent of reading order.
    """

    assets: tuple[DesiredAsset, ...]
    categories: tuple[DesiredCategory, ...]
    digest: str
    rules: tuple[Rule, ...] = ()
