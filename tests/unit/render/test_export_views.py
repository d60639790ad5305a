"""What export and unmanaged tell, as text and as JSON; nothing that a stranger typed breaks either."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

import pytest

from vodplan.core.exported import ExportReport, NotWritten
from vodplan.core.unmanaged import Amount, Unmanaged, UnmanagedAsset
from vodplan.render.canvas import Canvas
from vodplan.render.jsonview import JsonView
from vodplan.render.results import LibraryExported, Result, UnmanagedShown
from vodplan.render.text import TextView
from vodplan.render.width import cells

HOSTILE = 'a"\x1b[31m\u202e\nb'


def text(result: Result) -> str:
    """As people read it."""
    return "".join(TextView(Canvas(width=80)).show(result))


def document(result: Result) -> object:
    """As JSON; it must be one whole document."""
    return json.loads("".join(JsonView().show(result)))


def report(**more: object) -> ExportReport:
    """An export of two videos."""
    known: dict[str, object] = {
        "target": "lab",
        "folder": "manifests",
        "since": None,
        "entries": {"categories": 1, "videos": 2_000, "images": 0},
        "written": 2,
        "unchanged": 1,
        "removed": 0,
        "gone": 0,
        "missed": 0,
        "not_written": {},
        "examples": (),
    }
    return ExportReport(**{**known, **more})  # type: ignore[arg-type]


def unmanaged(*assets: UnmanagedAsset, categories: int = 1, missed: int = 0) -> Unmanaged:
    """What is unmanaged of a library of five videos."""
    amount = Amount(len(assets), sum(one.size or 0 for one in assets))
    return Unmanaged(
        target="lab",
        live={"video": Amount(5, 50)},
        kinds={"video": amount} if assets else {},
        categories={f"c{number:02}" if number else "": amount for number in range(categories)} if assets else {},
        ages={"older": amount, "undated": amount} if assets else {},
        missed=missed,
        assets=lambda: assets,
    )


def asset(title: str = "Derby") -> UnmanagedAsset:
    """A video that no manifest names."""
    return UnmanagedAsset(
        kind="video", id="a1", title=title, category="News/Sports", created="2026-06-01T00:00:00Z", size=1_500
    )


def test_export_tells_entries_files_and_the_next_command() -> None:
    """Nothing more where everything went well."""
    assert text(LibraryExported(report=report(), next="vodplan plan")) == (
        "Exported lab into manifests:\n"
        "    entries      1 categories, 2,000 videos, 0 images\n"
        "    files        2 written, 1 unchanged, 0 removed\n"
        "Next: vodplan plan\n"
    )


def test_export_tells_everything_that_is_not_in_the_manifests() -> None:
    """Counted by field, the first ones by name, what is left out of those too."""
    examples = [NotWritten(address="video/a1", field="title", code="VP126", detail=f"title has {HOSTILE}")]
    told = text(
        LibraryExported(
            report=report(not_written={"": 1, "tags": 1, "title": 2}, examples=examples, gone=1, missed=1_250)
        )
    )

    assert "4 values that no manifest can say (1 whole, 1 tags, 2 titles)" in " ".join(told.split())
    assert "video/a1 title: title has" in told
    assert "  and 3 more\n" in told
    assert "1 asset deleted while" in told
    assert "the service counts 1,250 more than it lists" in told
    assert "\x1b" not in told
    assert "\u202e" not in told


def test_export_document_has_the_same_facts() -> None:
    """For programs; `field` is null for a whole asset."""
    examples = [NotWritten(address="video/a,b", field=None, code="VP130", detail=HOSTILE)]
    shown = LibraryExported(report=report(since="2026-06-15T12:00:00Z", not_written={"": 1}, examples=examples))

    assert document(shown) == {
        "target": "lab",
        "folder": "manifests",
        "resumed_since": "2026-06-15T12:00:00Z",
        "entries": {"categories": 1, "videos": 2_000, "images": 0},
        "files": {"written": 2, "unchanged": 1, "removed": 0},
        "gone": 0,
        "missed": 0,
        "not_written": {
            "count": 1,
            "by_field": {"whole": 1},
            "examples": [{"address": "video/a,b", "field": None, "code": "VP130", "detail": HOSTILE}],
        },
        "next": "",
    }


def test_unmanaged_of_nothing_is_one_line() -> None:
    """Every asset has an entry."""
    assert text(UnmanagedShown(found=unmanaged())) == "Every asset of lab is in a manifest: 5.\n"


def test_unmanaged_shows_numbers_and_lists_on_demand() -> None:
    """By kind, age and category; the list only where it was asked for."""
    plain = text(UnmanagedShown(found=unmanaged(asset(HOSTILE))))
    listed = text(UnmanagedShown(found=unmanaged(asset(HOSTILE), missed=3), listed=True, next="vodplan export"))

    assert plain.startswith("Unmanaged: 1 of 5 assets of lab are in no manifest, 1.5 kB.\nby kind\n  videos ")
    assert "  (no category) " in plain
    assert plain.index("  older ") < plain.index("  undated ")
    assert "video/a1" not in plain
    assert 'video/a1  "a"' in listed
    assert listed.count("video/a1") == 1
    assert "counts 3 more than it lists" in listed
    assert listed.endswith("Next: vodplan export\n")
    assert "\x1b" not in listed


def test_unmanaged_shows_the_largest_categories_only() -> None:
    """JSON has all of them."""
    found = unmanaged(asset(), categories=23)

    assert "  and 3 more categories\n" in text(UnmanagedShown(found=found))
    told = document(UnmanagedShown(found=found))
    assert isinstance(told, dict)
    assert len(told["by_category"]) == 23


def test_unmanaged_document_lists_every_asset() -> None:
    """Whole with none, one and several."""
    for assets in ((), (asset(HOSTILE),), (asset(), asset(HOSTILE))):
        told = document(UnmanagedShown(found=unmanaged(*assets)))
        assert isinstance(told, dict)
        assert [one["title"] for one in told["assets"]] == [one.title for one in assets]
        assert told["unmanaged"] == {"assets": len(assets), "bytes": 1_500 * len(assets)}


def test_unmanaged_in_other_formats_is_the_text_in_a_frame() -> None:
    """Markdown and pages show what the text does."""
    from vodplan.render.comment import Comment
    from vodplan.render.formats import FORMATS
    from vodplan.render.views import view_for

    results: Sequence[Result] = (UnmanagedShown(found=unmanaged(asset())), LibraryExported(report=report()))
    for name in FORMATS:
        for result in results:
            if name != "sarif" and not (name == "csv" and isinstance(result, LibraryExported)):
                assert "".join(view_for(name, Canvas(), Comment()).show(result))


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_unmanaged_keeps_to_the_width_of_the_terminal(width: int) -> None:
    """Names and titles give way, numbers do not."""
    found = dataclasses.replace(
        unmanaged(asset("标题" * 40), asset("x" * 128)), categories={"场" * 40: Amount(2, 3_000)}
    )

    shown = TextView(Canvas(width=width)).show(UnmanagedShown(found=found, listed=True, next=""))
    lines = "".join(shown).splitlines()

    assert [line for line in lines if cells(line) > width] == []
    assert sum("video/a1" in line for line in lines) == 2
