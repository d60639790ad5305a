"""A spool keeps what was read and which files are an export's own, however it is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from vodplan.core.errors import Locked, StoreError
from vodplan.core.listing import ListedAsset, ListedPage
from vodplan.core.live import LiveAsset, LiveBatch
from vodplan.store.spool import Spool, spool_name

ABOUT = {"target": "lab", "kinds": "video"}
NOON, LATER = "2026-06-15T12:00:00Z", "2026-06-15T13:00:00Z"


def page(*ids: str, done: tuple[int, int] | None = None, missed: int = 0) -> ListedPage:
    """A page of videos."""
    assets = tuple(ListedAsset(kind="video", id=one, created=NOON) for one in ids)
    return ListedPage(source="search video", assets=assets, done=done, missed=missed)


def live(video_id: str, created: str = NOON, **facts: str) -> LiveAsset:
    """A video with a value of every sort."""
    return LiveAsset("video", video_id, ("T\u0000", "", ("a", "b"), 7, ""), {"created": created, **facts})


def began(spool: Spool, about: dict[str, str] = ABOUT, *, fresh: bool = False, now: str = LATER) -> str | None:
    """Begin, or go on with what began at noon or later."""
    return spool.begin(about, began=now, least=NOON, fresh=fresh)


def filled(path: Path) -> None:
    """A spool that was left in the middle."""
    with Spool(path) as spool:
        assert began(spool, now=NOON) is None
        assert spool.found(page("v1", "v2", "v3", done=(5, 9), missed=2)) == 3
        assert spool.found(page("v2", "v4")) == 1
        spool.read("video", LiveBatch((("v1", live("v1")),), ("v3",)))


def test_spool_goes_on_where_it_was_left(tmp_path: Path) -> None:
    """Found, read, gone, windows, missed; values come back as they were."""
    filled(tmp_path / "s.db")

    with Spool(tmp_path / "s.db") as spool:
        assert began(spool) == NOON
        assert spool.counts() == (2, 1, 1)
        assert spool.done() == {"search video": [(5, 9)]}
        assert spool.missed() == 2
        assert sorted(spool.unread("video", 10)) == ["v2", "v4"]
        assert spool.unread("image", 10) == []
        assert list(spool.assets()) == [live("v1")]


@pytest.mark.parametrize(
    ("about", "fresh", "least"), [({"target": "other"}, False, NOON), (ABOUT, True, NOON), (ABOUT, False, LATER)]
)
def test_spool_of_something_else_begins_anew(tmp_path: Path, about: dict[str, str], fresh: bool, least: str) -> None:
    """Other wishes, `--fresh`, or what is too old."""
    filled(tmp_path / "s.db")

    with Spool(tmp_path / "s.db") as spool:
        assert spool.begin(about, began=LATER, least=least, fresh=fresh) is None
        assert spool.counts() == (0, 0, 0)
        assert spool.done() == {}


def test_spool_sorts_into_groups_by_time_then_id(tmp_path: Path) -> None:
    """Those that have no place are left out; placing again forgets the last time."""
    with Spool(tmp_path / "s.db") as spool:
        began(spool)
        found = [live("b", LATER), live("a", LATER), live("c", NOON), live("x")]
        spool.found(page(*(one.id for one in found)))
        spool.read("video", LiveBatch(tuple((one.id, one) for one in found), ()))
        spool.place(lambda one: ("everything", ""))
        spool.place(lambda one: None if one.id == "x" else ("videos/News", str(one.facts["created"])))

        assert list(spool.groups()) == [("video", "videos/News", 3)]
        assert spool.hours("video", "videos/News") == [(NOON[:13], 1), (LATER[:13], 2)]
        assert [one.id for one in spool.members("video", "videos/News")] == ["c", "a", "b"]


def test_spool_finds_references_that_name_no_single_asset(tmp_path: Path) -> None:
    """The service should have each once; where it has not, a reference names nothing."""
    with Spool(tmp_path / "s.db") as spool:
        began(spool)
        found = [live("a", reference="r-same"), live("b", reference="r-same"), live("c", reference="r-own"), live("d")]
        spool.found(page(*(one.id for one in found)))
        spool.read("video", LiveBatch(tuple((one.id, one) for one in found), ()))

        assert spool.shared_references() == {"r-same"}


def test_spool_knows_its_files_by_name_and_content(tmp_path: Path) -> None:
    """Both contents of a file that may be in the middle of being replaced; those of rounds before are left over."""
    with Spool(tmp_path / "s.db") as spool:
        spool.writing("a.yaml", "1")
        spool.writing("b.yaml", "1")
        filled_before = spool.leftover()
        spool.finish()
    with Spool(tmp_path / "s.db") as spool:
        spool.writing("a.yaml", "2")

        assert filled_before == []
        assert [spool.owns("a.yaml", one) for one in ("1", "2", "3")] == [True, True, False]
        assert spool.owns("c.yaml", "1") is False
        assert spool.leftover() == [("b.yaml", "1", "1")]
        spool.forget("b.yaml")
        assert spool.leftover() == []


def test_spool_is_for_one_export_at_a_time(tmp_path: Path) -> None:
    """A second one is told, and changes nothing."""
    with Spool(tmp_path / "s.db"), pytest.raises(Locked, match="Another export"):
        Spool(tmp_path / "s.db")


@pytest.mark.parametrize("content", [b"no database" * 100, b"SQLite format 3\x00" + b"x" * 100])
def test_spool_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    """With its name, and how to be rid of it."""
    (tmp_path / "s.db").write_bytes(content)

    with pytest.raises(StoreError, match=r"s\.db") as refused:
        Spool(tmp_path / "s.db")
    assert refused.value.next.startswith("rm ")


def test_spool_of_another_version_is_refused(tmp_path: Path) -> None:
    """Nothing is guessed about what it holds."""
    import sqlite3

    filled(tmp_path / "s.db")
    with sqlite3.connect(tmp_path / "s.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()

    with pytest.raises(StoreError, match="not one that this version writes"):
        Spool(tmp_path / "s.db")


def test_spool_name_tells_folders_apart(tmp_path: Path) -> None:
    """Each folder has a spool of its own, by its real path."""
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a")

    assert spool_name(tmp_path / "a") == spool_name(tmp_path / "link") != spool_name(tmp_path / "b")
