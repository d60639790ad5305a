"""A snapshot gives back what was read, says how old it is, and is whole or not there."""

from __future__ import annotations

import asyncio
import datetime
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import build
from vodplan.core.errors import ConfigError, Unavailable, UsageError, VodplanError
from vodplan.core.live import DEFAULT_TREE, Category, Indexed, LiveAsset, LiveBatch, Members, Parts
from vodplan.core.plan import Target
from vodplan.core.selector import Selector
from vodplan.core.values import FieldValue, Json
from vodplan.store import snapshot as module
from vodplan.store.snapshot import Snapshot, open_snapshot
from vodplan.store.snapshot_reader import SnapshotReader

NOON = datetime.datetime(2026, 6, 15, 12, tzinfo=datetime.UTC)
LATER = NOON + datetime.timedelta(hours=1)
VIDEO = LiveAsset("video", "v1", ("Opening", "", ("a", "b"), 17, "http://img/a.jpg"), {"size": 9, "status": "Normal"})
BARE = LiveAsset("video", "v2", ("", "", (), None, ""))
UNSURE = LiveAsset("image", "", ("", "", (), None), {"url": "http://img/x.png"}, certain=False)
PARTS = build.parts(build.stream("j1"), build.stream("j2", size=None), source=None, size=None)
TREE = (Category(id=1, name="News", parent=None, level=0), Category(id=2, name="体育", parent=1, level=1))
MEMBERS = Members(addresses=frozenset({"video/v1", "image/i1"}), total=2, complete=True)


class Service:
    """A live library that counts what it is asked for."""

    def __init__(self, *assets: tuple[str, LiveAsset]) -> None:
        self.assets = {(live.kind, key): live for key, live in assets}
        self.asked: list[str] = []
        self.error: VodplanError | None = None

    async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
        """Batches of two; with an error, the second fails."""
        for start in range(0, len(keys), 2):
            if start and self.error is not None:
                raise self.error
            part = keys[start : start + 2]
            self.asked += part
            found = tuple((key, self.assets[kind, key]) for key in part if (kind, key) in self.assets)
            yield LiveBatch(found, tuple(key for key in part if (kind, key) not in self.assets))

    async def parts(self, ids: Sequence[str]) -> Mapping[str, Parts]:
        """The same parts for every video there is."""
        self.asked += [f"parts {one}" for one in ids]
        return {one: PARTS for one in ids if ("video", one) in self.assets}

    async def categories(self, tree: str = DEFAULT_TREE) -> Sequence[Category]:
        """One tree."""
        self.asked.append("categories")
        return TREE

    async def pictures(self, digests: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """None."""
        self.asked.append(f"pictures {','.join(digests)}")
        return {}

    async def images(self, urls: Sequence[str]) -> Mapping[str, LiveAsset]:
        """None."""
        self.asked.append(f"images {','.join(urls)}")
        return {}

    async def members(self, category: int) -> Members:
        """The same members for every category."""
        self.asked.append(f"members {category}")
        return MEMBERS

    async def count(self, kind: str) -> int | None:
        """Many."""
        self.asked.append(f"count {kind}")
        return 1_000_000

    async def walk(self, kind: str, fields: Sequence[str]) -> AsyncIterator[Sequence[Indexed]]:
        """Nothing."""
        self.asked.append(f"walk {kind} {','.join(fields)}")
        yield ()

    async def search(self, selector: Selector, categories: frozenset[int] | None) -> AsyncIterator[Sequence[str]]:
        """Nothing."""
        self.asked.append(f"search {selector.kind}")
        yield ()


async def _read(reader: SnapshotReader, kind: str, keys: Sequence[str]) -> tuple[dict[str, LiveAsset], set[str]]:
    found: dict[str, LiveAsset] = {}
    missing: set[str] = set()
    async for batch in reader.read(kind, keys):
        for key, live in batch.found:
            assert key not in found
            found[key] = live
        missing.update(batch.missing)
    return found, missing


def reads(
    path: Path, service: Service, kind: str, *keys: str, at: datetime.datetime = NOON
) -> tuple[dict[str, LiveAsset], set[str]]:
    """What a plan reads through a snapshot of the path."""
    with open_snapshot(path, build.TARGET) as snapshot:
        return asyncio.run(_read(SnapshotReader(service, snapshot, at=at), kind, keys))


def test_second_plan_reads_nothing_and_gets_the_same(tmp_path: Path) -> None:
    """Values, facts, certainty and absence come back as they were read, without a call."""
    path, service = tmp_path / "a b?#%.snapshot", Service(("v1", VIDEO), ("ref:r", BARE))
    first = reads(path, service, "video", "v1", "ref:r", "gone")
    service.asked.clear()
    service.assets.clear()

    again = reads(path, service, "video", "gone", "ref:r", "v1")

    assert again == first == ({"v1": VIDEO, "ref:r": BARE}, {"gone"})
    assert service.asked == []


def test_later_plan_reads_only_what_is_not_there_and_adds_it(tmp_path: Path) -> None:
    """A snapshot grows with the plans that use it; kinds do not mix."""
    path, service = tmp_path / "x", Service(("v1", VIDEO), ("v2", BARE))
    reads(path, service, "video", "v1")

    assert reads(path, service, "video", "v2", "v1")[0] == {"v1": VIDEO, "v2": BARE}
    assert reads(path, service, "video", "v1", "v2")[0] == {"v1": VIDEO, "v2": BARE}
    assert reads(path, service, "image", "v1") == ({}, {"v1"})
    assert service.asked == ["v1", "v2", "v1"]


def test_parts_categories_and_members_are_kept_too(tmp_path: Path) -> None:
    """A plan of any sort needs no call the second time."""
    path, service = tmp_path / "x", Service(("v1", VIDEO))

    async def all_of(snapshot: Snapshot) -> object:
        reader = SnapshotReader(service, snapshot, at=NOON)
        return [await reader.parts(["v1", "gone"]), tuple(await reader.categories()), await reader.members(2)]

    results = []
    for _ in range(2):
        with open_snapshot(path, build.TARGET) as snapshot:
            results.append(asyncio.run(all_of(snapshot)))

    assert results == [[{"v1": PARTS}, TREE, MEMBERS]] * 2
    assert service.asked == ["parts v1", "parts gone", "categories", "members 2"]


def test_index_is_not_walked_with_a_snapshot(tmp_path: Path) -> None:
    """What the index shows to be as wanted is not read by id, and would be lacking in the snapshot."""
    service = Service()

    async def walked(reader: SnapshotReader) -> list[Sequence[Indexed]]:
        return [page async for page in reader.walk("video", ["title"])]

    with open_snapshot(tmp_path / "x", build.TARGET) as snapshot:
        reader = SnapshotReader(service, snapshot, at=NOON)
        assert asyncio.run(reader.count("video")) is None
        assert asyncio.run(walked(reader)) == [()]
        assert asyncio.run(reader.images(["http://h/a.jpg"])) == {}
    assert service.asked == ["walk video title", "images http://h/a.jpg"]
    assert not (tmp_path / "x").exists()


def test_age_is_that_of_the_oldest_value_that_was_used(tmp_path: Path) -> None:
    """What a plan reads now is of now; of what it takes from the file, the oldest counts."""
    path, service = tmp_path / "x", Service(("v1", VIDEO), ("v2", BARE))
    reads(path, service, "video", "v1", at=NOON)
    reads(path, service, "video", "v2", at=LATER)

    def age(*keys: str) -> datetime.datetime | None:
        with Snapshot(path, build.TARGET) as snapshot:
            asyncio.run(_read(SnapshotReader(service, snapshot, at=LATER), "video", keys))
            return snapshot.oldest

    assert (age("v2"), age("v2", "v1"), age("v1"), age("v3")) == (LATER, NOON, NOON, None)


def test_signed_links_are_never_stored(tmp_path: Path) -> None:
    """Neither in keys, which come from manifests, nor in facts; an image is found under a link signed anew."""
    path = tmp_path / "x"
    signed = "http://img.example.com/a.png?x-oss-process=s&auth_key=17-SECRET"
    live = LiveAsset(
        "image", "", ("", "", (), None), {"url": signed, "urls": [signed], "more": {"size": 1, "url": signed}}
    )
    service = Service((f"url:{signed}", live))
    reads(path, service, "image", f"url:{signed}")

    again, _ = reads(path, Service(), "image", f"url:{signed.replace('SECRET', 'OTHER')}")

    plain = "http://img.example.com/a.png?x-oss-process=s"
    (found,) = again.values()
    assert found.facts == {"url": plain, "urls": [plain], "more": {"size": 1, "url": plain}}
    assert b"SECRET" not in path.read_bytes()


def test_what_was_read_before_a_failure_is_kept(tmp_path: Path) -> None:
    """A long read that was throttled to its end goes on where it was; the failure is told, whatever becomes of the file."""
    path, service = tmp_path / "x", Service(("v1", VIDEO), ("v2", BARE))
    service.error = Unavailable("down", operation="GetVideoInfos")

    with pytest.raises(Unavailable):
        reads(path, service, "video", "v1", "v2", "v3")
    service.error = None
    service.asked.clear()
    found, missing = reads(path, service, "video", "v1", "v2", "v3")

    assert (set(found), missing, service.asked) == ({"v1", "v2"}, {"v3"}, ["v3"])
    service.error = Unavailable("down", operation="GetVideoInfos")
    with pytest.raises(Unavailable):
        reads(tmp_path / "no folder" / "x", service, "video", "v1", "v2", "v3")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (Target(name="lab", region="cn-shanghai", endpoint="127.0.0.1:8900"), 'of the target "local", and .* "lab"'),
        (Target(name="local", region="eu-central-1", endpoint="127.0.0.1:8900"), 'of the region "cn-shanghai"'),
        (Target(name="local", region="cn-shanghai", endpoint="127.0.0.1:1"), 'of the endpoint "127.0.0.1:8900"'),
    ],
)
def test_snapshot_of_another_target_is_refused(tmp_path: Path, other: Target, said: str) -> None:
    """Values of one library say nothing of another."""
    path = tmp_path / "x"
    reads(path, Service(), "video", "v1")

    with pytest.raises(UsageError, match=said) as refused:
        Snapshot(path, other)

    assert refused.value.next == "vodplan plan --snapshot live.snapshot"


def test_file_that_is_no_snapshot_is_refused_and_left_alone(tmp_path: Path) -> None:
    """A plan file, another program's database, a folder: none of them is written into."""
    text, database = tmp_path / "plan.json", tmp_path / "other.db"
    text.write_text('{"format_version": "1"}' * 99)
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE held (x)")
    connection.close()
    before = text.read_bytes(), database.read_bytes()

    with pytest.raises(ConfigError, match="is no snapshot of vodplan: file is not a database"):
        Snapshot(text, build.TARGET)
    with pytest.raises(ConfigError, match="belongs to another program"):
        Snapshot(database, build.TARGET)
    with pytest.raises(UsageError, match="is not a file"):
        Snapshot(tmp_path, build.TARGET)

    assert (text.read_bytes(), database.read_bytes()) == before


def test_snapshot_of_another_format_is_refused(tmp_path: Path) -> None:
    """A newer vodplan may keep other things."""
    path = tmp_path / "x"
    reads(path, Service(), "video", "v1")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()

    with pytest.raises(ConfigError, match="of the format 2, and this vodplan reads format 1"):
        Snapshot(path, build.TARGET)


def test_damaged_snapshot_is_refused_wherever_the_damage_is(tmp_path: Path) -> None:
    """A byte that changed in a title is noticed as surely as a file that was cut off."""
    path, service = tmp_path / "x", Service(("v1", VIDEO))
    reads(path, service, "video", "v1")
    whole = path.read_bytes()
    assert whole.count(b"Opening") == 1

    path.write_bytes(whole.replace(b"Opening", b"opening"))
    with pytest.raises(ConfigError, match="a value is not as it was written"):
        reads(path, service, "video", "v1")
    for kept in (len(whole) - 4096, 4096 + 17, 99):
        path.write_bytes(whole[:kept])
        with pytest.raises(ConfigError, match=r"is damaged|cannot be used"):
            reads(path, service, "video", "v1")


def test_empty_file_is_a_snapshot_that_holds_nothing(tmp_path: Path) -> None:
    """It is what a plan leaves that is killed while it makes the file, and what mktemp makes."""
    path, service = tmp_path / "x", Service(("v1", VIDEO))
    path.touch()

    assert reads(path, service, "video", "v1")[0] == reads(path, service, "video", "v1")[0] == {"v1": VIDEO}
    assert service.asked == ["v1"]


def test_plan_that_reads_nothing_makes_no_file(tmp_path: Path) -> None:
    """There is nothing to keep."""
    reads(tmp_path / "x", Service(), "video")

    assert list(tmp_path.iterdir()) == []


def test_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The folder is not there, or another program holds the file for good."""
    with pytest.raises(ConfigError, match="cannot be used: unable to open database") as refused:
        reads(tmp_path / "no folder" / "x", Service(), "video", "v1")
    assert refused.value.next.startswith("ls -l ")


def test_file_that_somebody_holds_is_told_and_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there is there still; what was read is lost, and the plan says so."""
    monkeypatch.setattr(module, "_WAIT", 0.01)
    path, service = tmp_path / "x", Service(("v1", VIDEO))
    reads(path, service, "video", "v1")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(ConfigError, match="cannot be used: database is locked"):
        reads(path, service, "video", "v2")

    holder.execute("ROLLBACK")
    holder.close()
    service.asked.clear()
    reads(path, service, "video", "v1", "v2")
    assert service.asked == ["v2"]


def test_two_plans_at_once_make_one_file_with_what_both_read(tmp_path: Path) -> None:
    """The second to end finds the file made, checks that it is of its target, and adds to it."""
    path, service = tmp_path / "x", Service(("v1", VIDEO), ("v2", BARE))

    with open_snapshot(path, build.TARGET) as one:
        asyncio.run(_read(SnapshotReader(service, one, at=NOON), "video", ["v1"]))
        reads(path, service, "video", "v2")
    service.asked.clear()
    assert set(reads(path, service, "video", "v1", "v2")[0]) == {"v1", "v2"}
    assert service.asked == []

    path.unlink()
    other = Target(name="lab", region="cn-shanghai", endpoint="127.0.0.1:8900")
    with Snapshot(path, build.TARGET) as one:
        one.add("asset:video", [("v1", None)], at=NOON)
        with open_snapshot(path, other) as two:
            two.add("asset:video", [("v1", None)], at=NOON)
        with pytest.raises(UsageError, match='of the target "lab"'):
            one.keep()


def test_keeping_twice_adds_what_came_between(tmp_path: Path) -> None:
    """The file is usable after each time."""
    with Snapshot(tmp_path / "x", build.TARGET) as snapshot:
        for key in ("a", "b"):
            snapshot.add("topic", [(key, key.upper())], at=NOON)
            assert snapshot.get("topic", [key]) == {}
            snapshot.keep()
            assert snapshot.get("topic", ["a", "b"]).get(key) == key.upper()


def test_many_keys_are_looked_up_in_bounded_queries(tmp_path: Path) -> None:
    """More keys than a query takes, each answered once."""
    keys = [f"v{number}" for number in range(2 * module.CHUNK + 3)]
    service = Service(*((key, LiveAsset("video", key, BARE.values)) for key in keys))
    reads(tmp_path / "x", service, "video", *keys[::2])
    service.asked.clear()

    found, missing = reads(tmp_path / "x", service, "video", *keys)

    assert (list(sorted(found)), missing) == (sorted(keys), set())
    assert service.asked == keys[1::2]


KILLED = """
import datetime, os, signal, sqlite3, sys
from pathlib import Path
from tests import build
from vodplan.store.snapshot import Snapshot
at = datetime.datetime(2026, 6, 15, tzinfo=datetime.UTC)
path, most = Path(sys.argv[1]), int(sys.argv[2])
with Snapshot(path, build.TARGET) as snapshot:
    snapshot.add("topic", ((f"key {n}", "x" * 4000) for n in range(3000)), at=at)
    steps = 0
    def tick():
        global steps
        steps += 1
        if steps >= most:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0
    snapshot._database.set_progress_handler(tick, 100)
    snapshot.keep()
"""


@pytest.mark.skipif(os.name == "nt", reason="kills with a signal of POSIX")
@pytest.mark.parametrize("steps", [1, 20, 60, 120])
def test_plan_that_is_killed_while_it_keeps_leaves_a_usable_file(tmp_path: Path, steps: int) -> None:
    """Whatever the moment: the file holds what it held, and takes what the next plan reads."""
    path = tmp_path / "x"
    with open_snapshot(path, build.TARGET) as snapshot:
        snapshot.add("topic", [("old", "value")], at=NOON)
    fresh = tmp_path / "fresh"

    for one in (path, fresh):
        killed = subprocess.run([sys.executable, "-c", KILLED, str(one), str(steps)], check=False, capture_output=True)
        assert killed.returncode == -signal.SIGKILL, killed.stderr

    for one, held in ((path, {"old": "value"}), (fresh, {})):
        with open_snapshot(one, build.TARGET) as snapshot:
            assert snapshot.get("topic", ["old", "key 1"]) == held
            snapshot.add("topic", [("new", 1)], at=NOON)
        with Snapshot(one, build.TARGET) as snapshot:
            assert snapshot.get("topic", ["old", "key 1", "new"]) == {**held, "new": 1}


TEXTS = st.text(max_size=9)
VALUES: st.SearchStrategy[FieldValue] = st.one_of(
    TEXTS, st.none(), st.integers(0, 2**53), st.lists(TEXTS, max_size=3).map(tuple)
)
FACTS: st.SearchStrategy[Mapping[str, Json]] = st.dictionaries(
    TEXTS,
    st.one_of(TEXTS, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.lists(TEXTS)),
    max_size=3,
)


@given(st.lists(VALUES, max_size=5).map(tuple), FACTS, TEXTS, st.booleans())
def test_any_asset_comes_back_as_it_was(
    values: tuple[FieldValue, ...], facts: Mapping[str, Json], asset_id: str, certain: bool
) -> None:
    """Texts of any kind, lone surrogates among them; lists of facts stay lists, tags stay tuples."""
    live = LiveAsset("video", asset_id, values, facts, certain)
    with Snapshot(Path("/nonexistent/never written"), build.TARGET) as snapshot:
        reader = SnapshotReader(Service(("k", live)), snapshot, at=NOON)
        asyncio.run(_read(reader, "video", ["k"]))
        (data,) = snapshot._database.execute("SELECT data FROM fresh").fetchone()

        class Held(Snapshot):
            """Gives back the one row, through JSON."""

            def get(self, topic: str, keys: Sequence[str]) -> Mapping[str, Json]:
                """See `Snapshot.get`."""
                import json

                return {"k": json.loads(data)}

        with Held(Path("/nonexistent/never written"), build.TARGET) as held:
            found, _ = asyncio.run(_read(SnapshotReader(Service(), held, at=NOON), "video", ["k"]))

    assert found == {"k": live}
