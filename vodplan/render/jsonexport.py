"""What export and unmanaged tell, as JSON documents (docs/output.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from vodplan.core.unmanaged import Amount, UnmanagedAsset
from vodplan.core.values import Json
from vodplan.render.results import LibraryExported, UnmanagedShown


def export_document(shown: LibraryExported) -> Json:
    """What was written, and each of the first values that could not be."""
    report = shown.report
    return {
        "target": report.target,
        "folder": report.folder,
        "resumed_since": report.since,
        "entries": dict(report.entries),
        "files": {"written": report.written, "unchanged": report.unchanged, "removed": report.removed},
        "gone": report.gone,
        "missed": report.missed,
        "not_written": {
            "count": sum(report.not_written.values()),
            "by_field": {name or "whole": number for name, number in report.not_written.items()},
            "examples": [
                {"address": one.address, "field": one.field, "code": one.code, "detail": one.detail}
                for one in report.examples
            ],
        },
        "next": shown.next,
    }


def unmanaged_pieces(shown: UnmanagedShown) -> Iterator[str]:
    """One document, its list written as it is gone through; `assets` has every asset that is in no manifest."""
    found = shown.found
    head = json.dumps(
        {
            "target": found.target,
            "live": _amounts(found.live),
            "unmanaged": _amount(found.total),
            "by_kind": _amounts(found.kinds),
            "by_category": _amounts(found.categories),
            "by_age": _amounts(found.ages),
            "missed": found.missed,
            "next": shown.next,
        },
        indent=2,
    )
    yield f'{head.removesuffix(chr(10) + "}")},\n  "assets": ['
    separator = "\n    "
    for one in found.assets():
        yield separator + json.dumps(_asset(one))
        separator = ",\n    "
    yield "\n  ]\n}\n" if separator.startswith(",") else "]\n}\n"


def _amounts(amounts: Mapping[str, Amount]) -> dict[str, Json]:
    return {name: _amount(one) for name, one in amounts.items()}


def _amount(one: Amount) -> Json:
    return {"assets": one.assets, "bytes": one.size}


def _asset(one: UnmanagedAsset) -> Json:
    return {
        "address": f"{one.kind}/{one.id}",
        "title": one.title,
        "category": one.category,
        "created": one.created,
        "bytes": one.size,
    }
