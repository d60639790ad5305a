"""Manifests that were read before come out of the cache as they would out of the file, or not at all."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from tests.unit.manifests.manifests import VERSION, codes
from vodplan.core.desired import DesiredAsset
from vodplan.core.policy import Policy
from vodplan.manifests import cache as caches
from vodplan.manifests import encoded
from vodplan.manifests import load as loading
from vodplan.manifests.cache import LEAST, MOST, Cache, open_cache
from vodplan.manifests.document import Document, read_document
from vodplan.manifests.findings import Findings
from vodplan.manifests.load import Loaded, load, load_contents
from vodplan.manifests.project import Project

FILLING = "#" * LEAST + "\n"
ALL_SORTS = (
    VERSION
    + FILLING
    + """defaults: {video: {tags: {add: [sports]}}}
categories:
  - {path: News}
  - {path: News/Old, renamed_from: News/Older}
  - {path: Gone, state: absent, reason: empty, after: 2027-01-02}
videos:
  - {id: v1, title: One, description: "", tags: [a, b], category: News, cover: "https://img.example.com/a.jpg"}
  - {id: v2, title: "", tags: {add: [x], remove: [y]}, category: {id: 123}}
  - {reference: ref-one, category: null}
  - {id: v3, state: absent, reason: old, after: 2027-01-02}
  - {id: v4, title: Four, source: absent, force: true}
  - {id: v5, streams: {absent: [j1, j2]}}
  - {id: v6, streams: {keep: {definitions: [HD], formats: [mp4]}}}
images:
  - {id: i1, title: Poster, tags: []}
  - {id: i2}
  - {url: "https://img.example.com/b.jpg?auth_key=1-0-0-x", state: absent}
  - {video: v9, types: [CoverSnapshot, NormalSnapshot], state: absent}
"""
)


def project(root: Path, policy: Policy | None = None) -> Project:
    """A project with a file, whose manifests are below `m`."""
    (root / "m").mkdir(exist_ok=True)
    return Project(path=root / "vodplan.yaml", root=root, manifests=(root / "m",), policy=policy or Policy())


def write(root: Path, name: str, text: str = ALL_SORTS) -> None:
    """A manifest."""
    (root / "m").mkdir(exist_ok=True)
    (root / "m" / name).write_text(text)


def cached(root: Path, policy: Policy | None = None, **environ: str) -> Loaded:
    """The manifests, loaded with the project's cache."""
    one = project(root, policy)
    return load([], project=one, cache=open_cache(one, environ))


def entries(root: Path) -> list[Path]:
    """What the cache holds."""
    return sorted((root / ".vodplan" / "cache").glob("*.entry"))


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were parsed, in order."""
    names: list[str] = []

    def counted(data: bytes, found: Findings, *others: object) -> Document:
        names.append(found.file)
        return read_document(data, found, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "read_document", counted)
    return names


def test_cached_manifest_gives_the_same_and_is_not_parsed(tmp_path: Path, parsed: list[str]) -> None:
    """Every sort of entry, field and warning comes back as it was."""
    write(tmp_path, "all.yaml")
    plain = load([], project=project(tmp_path))

    first, second = cached(tmp_path), cached(tmp_path)

    assert codes(plain.diagnostics) == ["VP149"]
    assert plain == first == second
    assert parsed == ["m/all.yaml", "m/all.yaml"]


def test_cached_manifest_knows_every_field_of_an_entry() -> None:
    """A field that is added to `DesiredAsset` must be kept as well."""
    kept = {"kind", "key", "values", "source", *encoded._RARE}

    assert {one.name for one in dataclasses.fields(DesiredAsset)} == kept
    assert {one.name: one.default for one in dataclasses.fields(DesiredAsset) if one.name in encoded._RARE} == dict(
        zip(encoded._RARE, encoded._PLAIN, strict=True)
    )


def test_cached_manifest_may_be_renamed(tmp_path: Path, parsed: list[str]) -> None:
    """Places name the file as it is called now; only the content decides."""
    write(tmp_path, "all.yaml")
    cached(tmp_path)
    (tmp_path / "m" / "all.yaml").rename(tmp_path / "m" / "other.yaml")

    renamed = cached(tmp_path)

    assert renamed == load([], project=project(tmp_path))
    assert {one.source.file for one in renamed.desired.assets} == {"m/other.yaml"}
    assert parsed == ["m/all.yaml", "m/other.yaml"]


def test_cached_manifest_serves_contents_of_a_revision(tmp_path: Path, parsed: list[str]) -> None:
    """What stood on the disk when it was read need not stand there now; a byte order mark means nothing."""
    write(tmp_path, "all.yaml")
    one = project(tmp_path)
    of_disk = cached(tmp_path)

    of_memory = load_contents(
        {"m/all.yaml": b"\xef\xbb\xbf" + ALL_SORTS.encode()}, project=one, cache=open_cache(one, {})
    )

    assert of_memory == of_disk
    assert parsed == ["m/all.yaml"]


def test_one_changed_byte_is_parsed_again(tmp_path: Path, parsed: list[str]) -> None:
    """No date and no size stands in for the content."""
    write(tmp_path, "all.yaml")
    cached(tmp_path)
    status = (tmp_path / "m" / "all.yaml").stat()
    write(tmp_path, "all.yaml", ALL_SORTS.replace("title: One", "title: Two"))
    os.utime(tmp_path / "m" / "all.yaml", ns=(status.st_atime_ns, status.st_mtime_ns))

    assert cached(tmp_path).desired.assets[0].values[0] == "Two"
    assert len(parsed) == 2


@pytest.mark.parametrize(
    "policy", [Policy(vocabulary=frozenset({"a"})), Policy(require={"video": ("title",)})], ids=["tags", "require"]
)
def test_other_rules_are_checked_although_the_content_is_known(tmp_path: Path, policy: Policy) -> None:
    """What the project wants of entries is part of the key."""
    write(tmp_path, "all.yaml")
    assert cached(tmp_path).ok

    strict = cached(tmp_path, policy)

    assert not strict.ok
    assert strict == load([], project=project(tmp_path, policy))


def test_other_code_reads_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parsed: list[str]) -> None:
    """Another version, or an edited one, may read the same bytes otherwise."""
    write(tmp_path, "all.yaml")
    cached(tmp_path)
    monkeypatch.setattr(caches, "_code", lambda: "another")

    cached(tmp_path)

    assert len(parsed) == 2


def test_entries_of_two_cached_files_are_still_compared(tmp_path: Path) -> None:
    """The same error at the same places as without a cache: assets, URLs, snapshots, paths and old paths."""
    write(tmp_path, "a.yaml")
    for number, entry in enumerate(
        [
            "videos: [{id: v1, title: Again}]",
            'images: [{url: "http://IMG.example.com/b.jpg", state: absent}]',
            "images: [{video: v9, types: [All], state: absent}]",
            "categories: [{path: News}]",
            "categories: [{path: News/Older}]",
            "categories: [{path: News/New, renamed_from: News/Older}]",
            "categories: [{path: Late, renamed_from: News}]",
        ]
    ):
        write(tmp_path, f"b{number}.yaml", f"{VERSION}{FILLING}{entry}\n")
    one = project(tmp_path)
    for path in (tmp_path / "m").iterdir():
        assert load([path], project=one, cache=open_cache(one, {})).ok

    warm = cached(tmp_path)

    assert len(entries(tmp_path)) == 8
    assert sorted(codes(warm.diagnostics)) == ["VP144"] * 3 + ["VP145", "VP146", "VP146", "VP146", "VP149"]
    assert warm == load([], project=one)


def test_manifest_with_an_error_is_not_kept(tmp_path: Path) -> None:
    """Findings need the file at hand; there is nothing to gain from keeping what must be mended."""
    write(tmp_path, "all.yaml", ALL_SORTS + "  - {id: '', title: 1}\n")

    assert not cached(tmp_path).ok
    assert entries(tmp_path) == []


def _sealed(path: Path, payload: bytes) -> bytes:
    digest = hashlib.sha256(path.stem.encode() + payload).digest()
    return b"vodplan manifest cache 1\n" + digest + payload


def _with(change: Callable[[dict[str, object]], object]) -> Callable[[Path], bytes]:
    """An entry with a right seal and one part of another form."""

    def altered(path: Path) -> bytes:
        kept = orjson.loads(path.read_bytes()[len(_sealed(path, b"")) :])
        change(kept)
        return _sealed(path, orjson.dumps(kept))

    return altered


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: b"",
        lambda path: path.read_bytes()[:-1],
        lambda path: path.read_bytes()[:30],
        lambda path: path.read_bytes().replace(b"One", b"Two"),
        lambda path: path.read_bytes().replace(b"cache 1", b"cache 0"),
        lambda path: b"\x80\x04cposix\nsystem\n(S'false'\ntR.",
        lambda path: _sealed(path, b"[[" * 100_000),
        lambda path: _sealed(path, b"null"),
        lambda path: _sealed(path, b'{"assets":[],"categories":[],"managed":{}}'),
        _with(lambda kept: kept.update(assets=[["audio", [], [], [], [], []]])),
        _with(lambda kept: kept["assets"][0][1].pop()),  # type: ignore[index]
        _with(lambda kept: kept["assets"][0][1].__setitem__(0, 7)),  # type: ignore[index]
        _with(lambda kept: kept["assets"][0][2].__setitem__(0, "7")),  # type: ignore[index]
        _with(lambda kept: kept["assets"][0][4].pop()),  # type: ignore[index]
        _with(lambda kept: kept["assets"][0][5].append([99, True, False, False, None, None, None, None])),  # type: ignore[index]
        _with(lambda kept: kept["assets"][0][5][0].__setitem__(6, "tomorrow")),  # type: ignore[index]
        _with(lambda kept: kept["assets"][0][4].__setitem__(0, {"table": ["a", "b"], "places": [-1] * 7})),  # type: ignore[index]
        _with(lambda kept: kept["assets"][0][4].__setitem__(0, {"table": [[1]], "places": []})),  # type: ignore[index]
        _with(lambda kept: kept.update(categories=[[1, 1, 1, None, False, None, None]])),
        _with(lambda kept: kept.update(warnings=[["VP149"]])),
        _with(lambda kept: kept.update(managed={"video": "many"})),
    ],
)  # fmt: skip
def test_damaged_entry_is_ignored_and_made_again(
    tmp_path: Path, parsed: list[str], damage: Callable[[Path], bytes]
) -> None:
    """Whatever a disk, another version or a stranger left there, it is read from the file then."""
    write(tmp_path, "all.yaml")
    plain = cached(tmp_path)
    (entry,) = entries(tmp_path)
    right = entry.read_bytes()
    entry.write_bytes(damage(entry))

    assert cached(tmp_path) == plain
    assert entry.read_bytes() == right
    assert len(parsed) == 2


def test_entry_under_the_name_of_another_is_ignored(tmp_path: Path) -> None:
    """The seal is over the name too: a mixed-up cache gives no wrong answers."""
    write(tmp_path, "a.yaml", f"{VERSION}{FILLING}videos: [{{id: v1, title: One}}]\n")
    cached(tmp_path)
    write(tmp_path, "a.yaml", f"{VERSION}{FILLING}videos: [{{id: v1, title: Two}}]\n")
    cached(tmp_path)
    one, two = (path.read_bytes() for path in entries(tmp_path))
    for path, data in zip(entries(tmp_path), (two, one), strict=True):
        path.write_bytes(data)

    assert cached(tmp_path).desired.assets[0].values[0] == "Two"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
def test_entry_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Nothing in the folder can make a command hang."""
    write(tmp_path, "all.yaml")
    plain = cached(tmp_path)
    (entry,) = entries(tmp_path)
    entry.unlink()
    os.mkfifo(entry)

    assert cached(tmp_path) == plain


@pytest.mark.parametrize("in_the_way", [".vodplan", ".vodplan/cache"])
def test_folder_that_cannot_be_made_is_no_error(tmp_path: Path, in_the_way: str) -> None:
    """A cache saves time or it does not; a command never fails for it."""
    write(tmp_path, "all.yaml")
    (tmp_path / in_the_way).parent.mkdir(exist_ok=True)
    (tmp_path / in_the_way).write_text("a file")

    assert cached(tmp_path) == load([], project=project(tmp_path))
    assert (tmp_path / in_the_way).read_text() == "a file"


def test_full_disk_is_no_error_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an entry is never seen under its name."""
    write(tmp_path, "all.yaml")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)

    assert cached(tmp_path).ok
    assert [path.name for path in (tmp_path / ".vodplan" / "cache").iterdir()] == [".gitignore"]


def test_text_that_json_cannot_hold_is_read_each_time(tmp_path: Path, parsed: list[str]) -> None:
    """What cannot be kept is not kept otherwise."""
    found = load_contents({"a.yaml": ALL_SORTS.encode()}, project=project(tmp_path))
    asset = dataclasses.replace(found.desired.assets[0], reason="\ud800")

    assert encoded.encode(Document(assets=[asset]), []) is None


def test_small_files_are_not_kept(tmp_path: Path) -> None:
    """Parsing them takes no longer than looking them up; a folder of three files gets no cache."""
    write(tmp_path, "small.yaml", f"{VERSION}videos: [{{id: v1, title: One}}]\n")

    assert cached(tmp_path).ok
    assert not (tmp_path / ".vodplan").exists()


def test_cache_can_be_moved_and_switched_off(tmp_path: Path, parsed: list[str]) -> None:
    """VODPLAN_CACHE is `off` or a folder; without a project file there is none."""
    write(tmp_path, "all.yaml")

    assert cached(tmp_path, VODPLAN_CACHE="off") == cached(tmp_path, VODPLAN_CACHE="off")
    assert not (tmp_path / ".vodplan").exists()
    assert cached(tmp_path, VODPLAN_CACHE="kept/here") == cached(tmp_path, VODPLAN_CACHE="kept/here")
    assert len(list((tmp_path / "kept" / "here").glob("*.entry"))) == 1
    assert open_cache(dataclasses.replace(project(tmp_path), path=None), {}) is None
    assert len(parsed) == 3


def test_cache_is_not_committed_by_accident(tmp_path: Path) -> None:
    """The folder tells git to ignore it, also where `vodplan init` never ran."""
    write(tmp_path, "all.yaml")
    cached(tmp_path)

    assert "*" in (tmp_path / ".vodplan" / "cache" / ".gitignore").read_text().splitlines()


def test_cache_that_grows_too_large_loses_what_was_not_used_longest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays within its bound, and what is not its own stays as it is."""
    monkeypatch.setattr(caches, "MOST", 3_000)
    monkeypatch.setattr(caches, "_KEPT", 2_000)
    cache = Cache(tmp_path, b"")
    (tmp_path / "notes.txt").write_text("x" * 9_000)
    os.utime(tmp_path / "notes.txt", (1, 1))
    keys = [cache.key(bytes([number])) for number in range(4)]
    for age, key in enumerate(keys):
        cache.put(key, b"x" * 800)
        os.utime(tmp_path / f"{key}.entry", (1_000 + age, 1_000 + age))
    assert cache.get(keys[0]) == b"x" * 800

    cache.close()

    assert [cache.get(key) is not None for key in keys] == [True, False, False, True]
    assert (tmp_path / "notes.txt").exists()


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    """Half-written entries do not pile up."""
    cache = Cache(tmp_path, b"")
    key = cache.key(b"one")
    left = tmp_path / f"{key}.entry.a1b2c3_x.tmp"
    left.write_bytes(b"half")
    os.utime(left, (1, 1))
    cache.put(key, b"whole")

    cache.close()

    assert (left.exists(), cache.get(key)) == (False, b"whole")


def test_entry_larger_than_the_cache_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would only push everything else out."""
    monkeypatch.setattr(caches, "_KEPT", 10)
    cache = Cache(tmp_path / "cache", b"")
    cache.put(cache.key(b"one"), b"x" * 11)

    assert not (tmp_path / "cache").exists()
    assert MOST == 256 * 1024 * 1024


def test_loading_tells_of_entries_as_they_come(tmp_path: Path) -> None:
    """The same entries, whether they come out of the file or out of the cache."""
    lines = "".join(f"  - {{id: v{number}, title: Number {number}}}\n" for number in range(1_200))
    write(tmp_path, "a.yaml", f"{VERSION}videos:\n{lines}images: [{{id: i1, title: Poster}}]\n")
    one = project(tmp_path)
    told: list[list[list[str]]] = []
    for _ in range(2):
        batches: list[list[str]] = []
        load(
            [],
            project=one,
            cache=open_cache(one, {}),
            tell=lambda some, batches=batches: batches.append([asset.key for asset in some]),  # type: ignore[misc]
        )
        told.append(batches)

    expected = [*(f"v{number}" for number in range(1_200)), "i1"]
    assert [[key for batch in batches for key in batch] for batches in told] == [expected, expected]
    assert [max(map(len, batches)) for batches in told] == [500, 500]
