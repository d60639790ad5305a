"""Files of covers: read within the project's folder only, once each, and no part of what a manifest is known by."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.unit.manifests.manifests import project
from vodplan.core.picturefile import MOST_BYTES, Unusable
from vodplan.core.values import CoverFile
from vodplan.manifests.cache import Cache
from vodplan.manifests.coverfiles import read_picture, reader_of
from vodplan.manifests.edit.model import written
from vodplan.manifests.load import Loaded, load, load_contents

PNG = b"\x89PNG\r\n\x1a\n"
ENTRY = "apiVersion: vodplan/v1\nvideos:\n  - {id: one, cover: {file: covers/a.png}}\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A project's folder with one picture and one manifest."""
    (tmp_path / "covers").mkdir()
    (tmp_path / "covers/a.png").write_bytes(PNG)
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests/a.yaml").write_text(ENTRY)
    return tmp_path.resolve()


def loaded(home: Path, cache: Cache | None = None) -> Loaded:
    """What the manifests of the folder ask for."""
    return load([home / "manifests"], project=project(home), cache=cache)


def cover(found: Loaded) -> object:
    """The cover of the one entry."""
    (asset,) = found.desired.assets
    return asset.values[4]


def test_cover_is_known_by_the_content_of_its_file(home: Path) -> None:
    """Digest and size are of the bytes, and other bytes are another wish."""
    first = loaded(home)
    (home / "covers/a.png").write_bytes(PNG + b"more")

    second = loaded(home)

    assert cover(first) == CoverFile(file="covers/a.png", sha256=hashlib.sha256(PNG).hexdigest(), size=len(PNG))
    assert cover(second) != cover(first)
    assert first.desired.digest == second.desired.digest, "the digest is of the manifests"


def test_cover_of_a_manifest_that_is_not_parsed_again_is_read_again(home: Path) -> None:
    """The cache keeps what stands in a manifest, never what stands in a picture."""
    lines = "".join(f"  - {{id: filler-{one}, title: Filler}}\n" for one in range(1_000))
    (home / "manifests/a.yaml").write_text(ENTRY + lines)
    cache = Cache(home / "cache", b"about")
    loaded(home, cache)
    (home / "covers/a.png").write_bytes(PNG + b"more")

    again = loaded(home, Cache(home / "cache", b"about"))

    assert list((home / "cache").glob("*.entry"))
    assert again.desired.assets[0].values[4] == CoverFile(
        file="covers/a.png", sha256=hashlib.sha256(PNG + b"more").hexdigest(), size=len(PNG) + 4
    )


def test_cover_in_a_rule_is_read_too(home: Path) -> None:
    """A rule may give everything it finds the same picture."""
    (home / "manifests/a.yaml").write_text(
        "apiVersion: vodplan/v1\nrules:\n"
        "  - {name: r, select: {kind: video, category: News}, set: {cover: {file: covers/a.png}}}\n"
    )

    (rule,) = loaded(home).desired.rules

    assert rule.values[4] == CoverFile(file="covers/a.png", sha256=hashlib.sha256(PNG).hexdigest(), size=len(PNG))


def test_contents_without_files_beside_them_leave_covers_unread(home: Path) -> None:
    """Manifests of a git revision have no pictures: their covers equal none of today's."""
    found = load_contents({"a.yaml": ENTRY.encode()}, project=project(home))

    assert (cover(found), found.ok) == (CoverFile(file="covers/a.png"), True)


def test_link_within_the_folder_is_followed_and_no_other(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is uploaded stands in the project, whatever a link says."""
    outside = tmp_path_factory.mktemp("outside") / "a.png"
    outside.write_bytes(PNG)
    (home / "covers/inside.png").symlink_to("a.png")
    (home / "covers/outside.png").symlink_to(outside)
    (home / "elsewhere").symlink_to(outside.parent)
    (home / "covers/loop.png").symlink_to("loop.png")

    assert read_picture(home, "covers/inside.png") == PNG
    for name in ("covers/outside.png", "elsewhere/a.png"):
        with pytest.raises(Unusable, match="outside of the project"):
            read_picture(home, name)
    with pytest.raises(Unusable, match=r"link that leads to itself|cannot be read"):
        read_picture(home, "covers/loop.png")


def test_file_that_is_none_is_told(home: Path) -> None:
    """A folder, a pipe at which reading would wait, a file below a file, one that is too large."""
    (home / "covers/folder.png").mkdir()
    os.mkfifo(home / "covers/pipe.png")
    with open(home / "covers/large.png", "wb") as file:
        file.write(PNG)
        file.truncate(MOST_BYTES + 1)

    for name, says in (
        ("covers/folder.png", "is a folder"),
        ("covers/pipe.png", "is no file"),
        ("covers/a.png/b.png", "cannot be read|does not exist"),
        ("covers/large.png", "a cover may have"),
        ("../a.png", "plain path"),
    ):
        with pytest.raises(Unusable, match=says):
            read_picture(home, name)


def test_file_is_read_once_however_many_entries_name_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that all videos share costs one reading."""
    read: list[str] = []

    def counting(root: Path) -> object:
        real = reader_of(root)

        def one(name: str) -> bytes:
            read.append(name)
            return real(name)

        return one

    monkeypatch.setattr("vodplan.manifests.load.reader_of", counting)
    (home / "manifests/a.yaml").write_text(
        ENTRY + "".join(f"  - {{id: v{one}, cover: {{file: covers/a.png}}}}\n" for one in range(20))
    )

    assert loaded(home).ok
    assert read == ["covers/a.png"]


def test_wish_for_the_old_cover_goes_with_its_entry_and_not_with_the_file(home: Path) -> None:
    """Two entries with one file, of which one asks; kept, and read again, it is the same."""
    lines = "".join(f"  - {{id: filler-{one}, title: Filler}}\n" for one in range(1_000))
    (home / "manifests/a.yaml").write_text(
        f"{ENTRY}  - {{id: two, cover: {{file: covers/a.png, old: delete}}}}\n"
        f"  - {{id: three, cover: {{file: covers/a.png, old: keep}}}}\n{lines}"
    )
    wished = {
        one.key: value.delete_old
        for cache in (Cache(home / "cache", b"about"), Cache(home / "cache", b"about"))
        for one in loaded(home, cache).desired.assets[:3]
        if isinstance(value := one.values[4], CoverFile)
    }

    assert list((home / "cache").glob("*.entry"))
    assert wished == {"one": False, "two": True, "three": False}


def test_wish_for_the_old_cover_is_written_as_it_is_read() -> None:
    """Keeping it is what is meant where nothing is said."""
    wish = CoverFile(file="covers/a.png", delete_old=True)

    assert written(wish) == {"file": "covers/a.png", "old": "delete"}
    assert written(CoverFile(file="covers/a.png")) == {"file": "covers/a.png"}
