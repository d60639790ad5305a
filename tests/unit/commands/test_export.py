"""`export` and `unmanaged` where something is in the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.helpers import Project, project, refused
from vodplan import api
from vodplan.api.exportrows import exported_rows
from vodplan.emulator import RunningEmulator, running
from vodplan.emulator.records import ROOT, Category, Image, Library, Video
from vodplan.vod import listing


def video(number: int, **more: object) -> Video:
    """One of many alike."""
    known: dict[str, object] = {"id": f"v{number:03}", "title": f"Video {number}", "created": 1_700_000_000 + number}
    return Video(**{**known, "modified": 1_700_000_000, "category": 10, **more})  # type: ignore[arg-type]


LIBRARY = Library(
    categories=(Category(id=10, name="News", parent=ROOT, level=0), Category(id=11, name="a/b", parent=ROOT, level=0)),
    videos=(video(1, tags="a,b", reference_id="cms-000001"), video(2, title="é" * 70), video(3, category=11, size=5)),
    images=(Image(id="i1", title="Poster", created=1_700_000_009, modified=1, path="/media/image/i1.png"),),
    attached=(),
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """A small library."""
    with running(tmp_path_factory.mktemp("emulator") / "emulator.db") as emulator:
        with emulator.app.state.db.transaction():
            emulator.app.state.db.load(LIBRARY)
        yield emulator


@pytest.fixture
def here(tmp_path: Path, served: RunningEmulator) -> Project:
    """An empty folder."""
    return project(tmp_path, served)


def test_export_counts_what_it_cannot_write(here: Project) -> None:
    """The exit code stays 0; the file has the reason."""
    told = here.call("export", "--format", "json")

    assert told.code == 0
    assert told.document["not_written"]["by_field"] == {"title": 1, "whole": 1}
    examples = told.document["not_written"]["examples"]
    assert {(one["address"], one["field"], one["code"]) for one in examples} == {
        ("video/v002", "title", "VP124"),
        ("category", None, "VP132"),
    }
    assert "# title is left out" in (here.folder / "manifests/videos/News.yaml").read_text()
    assert here.call("validate").code == 0


def test_export_that_is_not_whole_says_so_and_fails(here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifests are written all the same; the other road is proposed. The one image is its list's whole first page."""
    monkeypatch.setattr(listing._Walk, "_fresh", lambda *_: ())

    told = here.call("export")

    assert told.code == 1
    assert "counts 3 assets more than it lists" in told.err
    assert told.err.rstrip().endswith("Next: vodplan export --walk-by list")
    assert here.call("unmanaged", "manifests").code == 0


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("--fields", "title,colour"), "colour"),
        (("--kind", "audio"), "audio"),
        (("--split", "year"), "year"),
        (("--max-entries", "5001"), "5,001"),
        (("--walk-by", "guess"), "guess"),
        (("--name-by", "title"), "title"),
    ],
)
def test_export_of_what_does_not_exist_is_a_usage_error(here: Project, argv: tuple[str, ...], says: str) -> None:
    """Nothing is read or written for it."""
    refused(here.call, "export", *argv, code=64, says=(says,))
    assert not (here.folder / "manifests").exists()


def test_export_into_a_file_or_past_a_link_is_refused(here: Project, tmp_path: Path) -> None:
    """A link could lead the files anywhere."""
    here.write("x", "file")
    refused(here.call, "export", "--out", "file", code=4, says=("not a folder",))
    (here.folder / "manifests").mkdir()
    (here.folder / "elsewhere").mkdir()
    (here.folder / "manifests/videos").symlink_to(here.folder / "elsewhere")
    refused(here.call, "export", code=4, says=("videos",))
    assert list((here.folder / "elsewhere").iterdir()) == []


def test_export_where_nothing_can_be_written_keeps_what_it_read(here: Project) -> None:
    """A file stands where a folder is needed; with it out of the way, nothing is read again."""
    here.write("x", "manifests/videos")
    refused(here.call, "export", code=3, says=("cannot be written",), next="df -h")

    (here.folder / "manifests/videos").unlink()
    again = here.call("export", "--format", "json")
    assert (again.code, again.document["entries"]["videos"]) == (0, 3)
    assert again.document["resumed_since"] is not None


def test_export_keeps_only_what_a_filter_keeps(here: Project) -> None:
    """From Python, any condition."""
    wishes = api.ExportWishes(keep=lambda live: live.id == "v001", fields=("title",), name_by="id")

    report = api.export("some", wishes=wishes, cwd=here.folder, environ=here.environ)

    assert report.entries == {"categories": 1, "videos": 1, "images": 0, "attached": 0}
    assert "  - id: v001\n    title: Video 1\n" in (here.folder / "some/videos/News.yaml").read_text()


def test_export_of_a_selector_has_what_it_finds(here: Project) -> None:
    """The language is that of rules; the kind is the selector's own."""
    told = here.call("export", "--select", "kind: video, tags: {any: [a]}", "--format", "json")

    assert (told.code, told.document["entries"]) == (0, {"categories": 1, "videos": 1})
    assert "cms-000001" in (here.folder / "manifests/videos/News.yaml").read_text()
    refused(here.call, "export", "--select", "kind: video, tgas: x", code=3, says=("tgas",), next="")
    refused(
        here.call, "export", "--select", "kind: video, tags: {any: [x]}", "--kind", "image", code=64, says=("--kind",)
    )


def test_export_of_one_kind_leaves_the_files_of_others(here: Project) -> None:
    """What an export is not about is not its to remove; what moved within a kind goes."""
    assert here.call("export", "--kind", "video").code == 0
    added = here.call("export", "--kind", "image", "--split", "none", "--format", "json")
    moved = here.call("export", "--kind", "video", "--split", "none", "--format", "json")

    assert added.document["files"]["removed"] == 0
    assert moved.document["files"]["removed"] == 2
    assert sorted(path.name for path in (here.folder / "manifests").iterdir()) == [
        "categories.yaml",
        "images.yaml",
        "videos.yaml",
    ]


def test_rows_have_the_live_values_whole(here: Project) -> None:
    """Also those that no manifest can say; by kind, then time."""
    with exported_rows("sheet.csv", cwd=here.folder, environ=here.environ) as rows:
        found = list(rows)

    assert [one.id for one in found] == ["i1", "v001", "v002", "v003"]
    assert found[1].tags == ("a", "b")
    assert [one.reference for one in found] == ["", "cms-000001", "", ""]
    assert found[2].title == "é" * 70
    assert [one.category for one in found] == ["", "News", "News", "id 11"]
    assert found[3].size == 5
    with exported_rows(
        "sheet.csv", keep=lambda live: live.kind == "image", cwd=here.folder, environ=here.environ
    ) as rows:
        assert [one.title for one in rows] == ["Poster"]
