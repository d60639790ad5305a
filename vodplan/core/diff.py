"""What differs between a desired and a live asset; no opinion on what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vodplan.core.coverfile import shows
from vodplan.core.desired import DesiredAsset
from vodplan.core.diagnostics import Diagnostic, SourceRef
from vodplan.core.kind import Field, Kind, Style
from vodplan.core.live import LiveAsset
from vodplan.core.urls import strip_signature
from vodplan.core.values import UNSET, CoverFile, FieldValue, TagEdit

Resolve = Callable[[str | int | None, SourceRef], int | str | Diagnostic | None]
"""`CategoryResolver.resolve`."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs.

    before: the live value as `LiveAsset.values` has it.
    after:  the wanted value in the same form; a category that the plan makes is its path (`str`).
    """

    field: Field
    before: FieldValue
    after: FieldValue


def compare(desired: DesiredAsset, live: LiveAsset, kind: Kind, resolve: Resolve) -> tuple[FieldChange, ...]:
    """Compare the fields that the manifest names.

    An asset that is as wanted is told by cheap equalities; only one that is not has every field looked at.

    returns: the differing fields in the kind's order, empty when the asset is as wanted.
    raises:  CategoryProblem when the wanted category cannot be told.
    """
    for field, want, have in zip(kind.fields, desired.values, live.values, strict=True):
        if want is not UNSET and want != have and not _equal(field, want, have, desired.source, resolve):
            return _differences(desired, live, kind, resolve)
    return ()


class CategoryProblem(Exception):
    """A wanted category cannot be told; carries the diagnostic to show."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.detail)
        self.diagnostic = diagnostic


def wanted_value(field: Field, want: FieldValue, have: FieldValue, source: SourceRef, resolve: Resolve) -> FieldValue:
    """What a field is to hold, in the form of `LiveAsset.values`.

    want: the manifest's value; a `TagEdit` is carried out on `have`, the order of the tags that stay is kept.
    raises: CategoryProblem.
    """
    if isinstance(want, TagEdit):
        tags = have if isinstance(have, tuple) else ()
        kept = tuple(tag for tag in tags if tag not in want.remove)
        return (*kept, *(tag for tag in want.add if tag not in kept))
    if field.style is Style.CATEGORY and (want is None or isinstance(want, str | int)):
        resolved = resolve(want, source)
        if isinstance(resolved, Diagnostic):
            raise CategoryProblem(resolved)
        return resolved
    if field.style is Style.CATEGORIES and isinstance(want, tuple):
        return _resolved(want, source, resolve)
    if isinstance(want, CoverFile):
        # An image that was uploaded from the file is the file: what is compared is the address that it has.
        return have if shows(have, want.urls) else want
    if field.style is Style.URL and isinstance(want, str):
        return strip_signature(want)
    return want


def _resolved(want: tuple[str | int, ...], source: SourceRef, resolve: Resolve) -> tuple[int, ...]:
    ids = set()
    for one in want:
        resolved = resolve(one, source)
        if isinstance(resolved, Diagnostic):
            raise CategoryProblem(resolved)
        assert isinstance(resolved, int), "no plan makes a category of several"
        ids.add(resolved)
    return tuple(sorted(ids))


def same(field: Field, want: FieldValue, have: FieldValue) -> bool:
    """Whether two values of a field count as equal (docs/contract.md section 3, "Equality").

    want, have: in the form of `LiveAsset.values`; not symmetric, since only the service adds a trailing newline.
    """
    if want == have:
        return True
    if field.style is Style.TAGS and isinstance(want, tuple) and isinstance(have, tuple):
        return frozenset(want) == frozenset(have)
    if field.style is Style.TEXT:
        return have == f"{want}\n"
    return False


def _equal(field: Field, want: FieldValue, have: FieldValue, source: SourceRef, resolve: Resolve) -> bool:
    return same(field, wanted_value(field, want, have, source, resolve), have)


def _differences(desired: DesiredAsset, live: LiveAsset, kind: Kind, resolve: Resolve) -> tuple[FieldChange, ...]:
    found = []
    for field, want, have in zip(kind.fields, desired.values, live.values, strict=True):
        if want is not UNSET:
            value = wanted_value(field, want, have, desired.source, resolve)
            if not same(field, value, have):
                found.append(FieldChange(field, have, value))
    return tuple(found)
