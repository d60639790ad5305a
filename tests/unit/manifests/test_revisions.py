"""The manifests of a git revision, as they were, and as far as they differ from today's."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.repositories import commit, git, repository, write
from tests.unit.manifests.manifests import VERSION, project
from vodplan.core.errors import ConfigError, ManifestError, UsageError
from vodplan.manifests import git as git_module
from vodplan.manifests import revisions
from vodplan.manifests.load import load, require_valid
from vodplan.manifests.project import Project
from vodplan.manifests.revisions import Before, load_revision, read_before

posix = pytest.mark.skipif(os.name == "nt", reason="stands in a shell script for git")


def entries(**titles: str) -> str:
    """A manifest of videos: id → title."""
    return f"{VERSION}videos:\n" + "".join(f"  - {{id: {key}, title: {title}}}\n" for key, title in titles.items())


def before(
    folder: Path, ref: str = "HEAD", *, paths: Sequence[Path] = (), of: Project | None = None, **environ: str
) -> Before:
    """What the manifests of a project in `manifests/` were."""
    return read_before(ref, project=of or project(folder, "manifests"), paths=paths, environ={**os.environ, **environ})


def keys(found: Before) -> list[str]:
    """The ids of the entries that have to be compared."""
    return sorted(asset.key for asset in found.desired.assets)


def everything(folder: Path, ref: str = "HEAD") -> list[tuple[str, str]]:
    """File and id of every entry of a revision."""
    loaded = load_revision(ref, project=project(folder, "manifests"), environ=os.environ)
    return [(asset.source.file, asset.key) for asset in require_valid(loaded).assets]


def test_files_that_are_the_same_are_not_parsed_again(tmp_path: Path) -> None:
    """Bytes decide: of two files, the one that was edited is compared, and only what it held."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A"), "manifests/b.yaml": entries(b="B")})
    write(root, {"manifests/b.yaml": entries(b="B", c="C")})

    found = before(root)

    assert found.same == {"manifests/a.yaml"}
    assert keys(found) == ["b"]
    assert found.broken == {}


def test_file_that_is_gone_or_new_is_told_apart(tmp_path: Path) -> None:
    """What a removed file asked for was asked for before; what a new one asks for was not."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A")})
    write(root, {"manifests/a.yaml": None, "manifests/new.yaml": entries(n="N")})

    found = before(root)

    assert (found.same, keys(found)) == (frozenset(), ["a"])


def test_revision_is_named_with_its_commit(tmp_path: Path) -> None:
    """A branch moves, so the commit it stood for is told; an id speaks for itself."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A")})
    head = git(root, "rev-parse", "HEAD")
    git(root, "tag", "--annotate", "--message", "x", "v1")

    assert before(root, "main").revision.shown == f"main ({head[:12]})"
    assert before(root, "v1").revision.commit == head
    assert before(root, head[:9]).revision.shown == head


def test_earlier_revision_is_read_as_it_was(tmp_path: Path) -> None:
    """All entries of a commit, while the work tree has moved on and has edits that are not committed."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A"), "manifests/sub/b.yml": entries(b="B")})
    commit(root, {"manifests/a.yaml": None, "manifests/c.yaml": entries(c="C")})
    write(root, {"manifests/c.yaml": entries(d="D")})

    assert everything(root, "HEAD~1") == [("manifests/a.yaml", "a"), ("manifests/sub/b.yml", "b")]
    assert everything(root) == [("manifests/c.yaml", "c"), ("manifests/sub/b.yml", "b")]


def test_revision_that_is_not_valid_is_refused_with_every_finding(tmp_path: Path) -> None:
    """`load_revision` is for who needs all of it."""
    root = repository(tmp_path, {"manifests/a.yaml": f"{VERSION}videos: [{{titel: x}}]\n"})

    with pytest.raises(ManifestError) as refused:
        everything(root)

    assert [one.span.file for one in refused.value.diagnostics if one.span] == ["manifests/a.yaml"] * 2


DISCOVERED = {
    "manifests/a.yaml": entries(a="A"),
    "manifests/B.YAML": entries(b="B"),
    "manifests/sub/deep/c.yml": entries(c="C"),
    "manifests/.hidden.yaml": entries(x1="X"),
    "manifests/.git-like/d.yaml": entries(x2="X"),
    "manifests/notes.txt": "no manifest",
    "manifests/f.yaml.bak": "no manifest",
    "manifests2/g.yaml": entries(x3="X"),
    "other.yaml": entries(x4="X"),
    "manifests/umlaut-ä 'x'.yaml": entries(u="U"),
}


@pytest.mark.parametrize("home", ["manifests", "manifests/a.yaml", "."])
def test_manifests_of_a_revision_are_those_that_the_disk_would_have(tmp_path: Path, home: str) -> None:
    """Suffixes, hidden files, folders, order and shown names: what is checked out is found alike both ways."""
    root = repository(tmp_path, DISCOVERED)
    settings = project(root, home)

    on_disk = load([], project=settings)
    loaded = load_revision("HEAD", project=settings, environ=os.environ)

    assert loaded.files == on_disk.files
    assert loaded.desired == on_disk.desired
    assert read_before("HEAD", project=settings, environ=os.environ).same == set(on_disk.files)


def test_project_in_a_subfolder_of_the_repository_has_its_own_names(tmp_path: Path) -> None:
    """Names are relative to the project, wherever its repository begins; a home beside the project has its whole path."""
    root = repository(
        tmp_path,
        {"media/eu/manifests/a.yaml": entries(a="A"), "media/shared/b.yaml": entries(b="B"), "manifests/c.yaml": ""},
    )
    settings = replace(
        project(root / "media" / "eu"), manifests=(root / "media/eu/manifests", root / "media/eu/../shared")
    )

    loaded = load_revision("main", project=settings, environ=os.environ)

    assert loaded.files == load([], project=settings).files
    assert "manifests/a.yaml" in loaded.files
    assert loaded.desired == load([], project=settings).desired


@posix
def test_links_and_submodules_are_not_followed(tmp_path: Path) -> None:
    """A link within the folder leads to a file that has its own entry; one out of it is not read from a revision."""
    inner = repository(tmp_path / "inner", {"i.yaml": entries(i="I")})
    root = repository(tmp_path / "outer", {"manifests/a.yaml": entries(a="A"), "secret.yaml": entries(s="S")})
    (root / "manifests" / "link.yaml").symlink_to("a.yaml")
    (root / "manifests" / "out.yaml").symlink_to("../secret.yaml")
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "manifests/inner")
    commit(root, {})

    assert everything(root) == [("manifests/a.yaml", "a")]


@posix
def test_home_that_is_a_link_is_where_it_leads(tmp_path: Path) -> None:
    """The disk resolves it before it searches, so the revision is searched there too."""
    root = repository(tmp_path, {"data/a.yaml": entries(a="A")})
    (root / "manifests").symlink_to("data", target_is_directory=True)

    assert everything(root) == [("data/a.yaml", "a")]
    assert before(root).same == {"data/a.yaml"}


@posix
def test_file_that_became_a_link_is_compared(tmp_path: Path) -> None:
    """What stands behind the link is another file, whatever bytes it has."""
    text = entries(a="A")
    root = repository(tmp_path, {"manifests/a.yaml": text})
    (root / "manifests" / "a.yaml").rename(root / "manifests" / "b.yaml")
    (root / "manifests" / "a.yaml").symlink_to("b.yaml")

    assert (before(root).same, keys(before(root))) == (frozenset(), ["a"])


def test_line_ends_of_another_system_are_no_difference(tmp_path: Path) -> None:
    """git may check files out with CRLF (autocrlf): the same manifest, which is not parsed again."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A", b="B")})
    write(root, {"manifests/a.yaml": entries(a="A", b="B").replace("\n", "\r\n")})

    assert before(root).same == {"manifests/a.yaml"}


def test_repository_with_sha256_ids_is_read_alike(tmp_path: Path) -> None:
    """The sort of hash shows in the length of the ids."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A")}, GIT_DEFAULT_HASH="sha256")

    assert len(before(root).revision.commit) == 64
    assert before(root).same == {"manifests/a.yaml"}


def test_broken_file_of_a_revision_is_named_and_left_out(tmp_path: Path) -> None:
    """An older state may be anything; of its other files, everything is known."""
    root = repository(
        tmp_path,
        {
            "manifests/good.yaml": entries(g="G"),
            "manifests/half.yaml": f"{entries(h='H')}  - {{id: bad, titel: x}}\n",
            "manifests/yaml.yaml": "apiVersion: [\n",
            "manifests/bytes.yaml": b"\xff\xfe\x00",
        },
    )
    write(root, {f"manifests/{name}.yaml": entries(z="Z") for name in ("good", "half", "yaml", "bytes")})

    found = before(root)

    assert keys(found) == ["g"]
    assert sorted(found.broken) == ["manifests/bytes.yaml", "manifests/half.yaml", "manifests/yaml.yaml"]
    assert re.match(r"4:\d+: VP\d+, ", found.broken["manifests/half.yaml"])


def test_file_that_is_too_large_is_not_brought_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound of a file holds for its revisions too."""
    monkeypatch.setattr(revisions, "MAX_BYTES", 500)
    large = entries(big="X") + "#" * 500
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A"), "manifests/big.yaml": large})
    write(root, {"manifests/a.yaml": entries(z="Z"), "manifests/big.yaml": entries(y="Y")})

    found = before(root)

    assert keys(found) == ["a"]
    assert found.broken == {"manifests/big.yaml": f"it has {len(large)} bytes; a file may have 500."}
    with pytest.raises(ConfigError, match=r"manifests/big.yaml of HEAD \([0-9a-f]{12}\) cannot be read: it has"):
        everything(root)


def test_files_are_fetched_in_groups_that_are_no_larger_than_one_file_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded by the largest file, not by the revision; files with one content are fetched once."""
    files = {f"manifests/{name}.yaml": entries(**{name: name.upper()}) for name in "abcde"}
    size = len(files["manifests/a.yaml"])
    root = repository(tmp_path, files)
    monkeypatch.setattr(revisions, "MAX_BYTES", 2 * size)
    fetched: list[int] = []
    original = git_module.Repository.contents

    def counted(self: git_module.Repository, blobs: Sequence[str]) -> Mapping[str, bytes]:
        fetched.append(len(blobs))
        return original(self, blobs)

    monkeypatch.setattr(git_module.Repository, "contents", counted)

    assert [key for _, key in everything(root)] == list("abcde")
    assert fetched == [2, 2, 1]


@pytest.mark.parametrize("ref", ["-x", "--output=x", "", "a b", "main\n", "\x1b[2J", "a\0b"])
def test_reference_that_is_none_never_reaches_git(tmp_path: Path, ref: str) -> None:
    """A name that begins with a dash would be an option."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A")})

    with pytest.raises(UsageError, match="is no revision of git"):
        before(root, ref)


@pytest.mark.parametrize(
    ("ref", "next"),
    [
        ("nowhere", "git fetch origin nowhere:nowhere"),
        ("origin/main", "git fetch origin main"),
        ("origin/my;branch", "git fetch origin 'my;branch'"),
        ("HEAD~9", "git log --oneline"),
        ("@{9}", "git log --oneline"),
        ("abcdef0", "git fetch origin"),
        ("a" * 40, f"git fetch origin {'a' * 40}"),
        ("HEAD:manifests", "git log --oneline"),
    ],
)
def test_reference_that_the_repository_does_not_have_tells_how_to_fetch_it(tmp_path: Path, ref: str, next: str) -> None:
    """The command is for a full clone, which must stay a full one."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A")})

    with pytest.raises(
        UsageError, match=r"The repository has no revision \".*\"\. Fetch it, or check its name"
    ) as refused:
        before(root, ref)

    assert refused.value.next == next


@pytest.mark.parametrize(
    ("ref", "next"),
    [
        ("origin/other", "git fetch origin other --depth=1"),
        ("v1", "git fetch origin v1:v1 --depth=1"),
        ("HEAD~1", "git fetch --unshallow"),
        ("abcdef0", "git fetch --unshallow"),
    ],
)
def test_shallow_clone_tells_what_is_missing_and_the_command_brings_it(tmp_path: Path, ref: str, next: str) -> None:
    """actions/checkout fetches one commit; the command that is named works as it stands."""
    upstream = repository(tmp_path / "upstream", {"manifests/a.yaml": entries(a="A")})
    git(upstream, "tag", "v1")
    git(upstream, "branch", "other")
    commit(upstream, {"manifests/a.yaml": entries(a="B")})
    git(tmp_path, "clone", "--quiet", "--depth=1", upstream.as_uri(), "clone")
    clone = tmp_path / "clone"
    git(clone, "remote", "set-branches", "origin", "*")

    with pytest.raises(UsageError, match=r"This clone is shallow: .*fetch-depth") as refused:
        before(clone, ref)

    assert refused.value.next == next
    git(clone, *next.split()[1:], "--quiet")
    if ref != "abcdef0":
        assert keys(before(clone, ref)) == ["a"]


def test_folder_without_a_repository_is_refused(tmp_path: Path) -> None:
    """There is nothing to compare with."""
    write(tmp_path, {"manifests/a.yaml": entries(a="A")})

    with pytest.raises(ConfigError, match="is not in a git repository") as refused:
        before(tmp_path, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))

    assert (refused.value.exit_code, refused.value.next) == (3, "vodplan plan")


def test_repository_without_a_work_tree_is_refused(tmp_path: Path) -> None:
    """A bare repository has no files of today."""
    git(tmp_path, "init", "--quiet", "--bare")

    with pytest.raises(ConfigError, match="git finds no work tree"):
        before(tmp_path)


def test_machine_without_git_is_told_so(tmp_path: Path) -> None:
    """Nothing else needs git."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A")})

    with pytest.raises(ConfigError, match="which is not installed, or not on the PATH"):
        before(root, PATH=str(tmp_path))


def test_manifests_outside_of_the_repository_are_refused(tmp_path: Path) -> None:
    """No revision knows of them, so everything would seem new."""
    root = repository(tmp_path / "here", {"manifests/a.yaml": entries(a="A")})
    write(tmp_path, {"there/b.yaml": entries(b="B")})

    with pytest.raises(ConfigError, match="outside of the repository"):
        before(root, paths=[tmp_path / "there"])


def test_paths_that_are_named_are_the_ones_looked_for(tmp_path: Path) -> None:
    """As `load` reads them: a file may have any name."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A"), "x.txt": entries(x="X")})

    assert before(root, paths=[root / "x.txt"]).same == {"x.txt"}


def test_settings_of_a_hook_and_of_the_user_do_not_reach_git(tmp_path: Path) -> None:
    """A hook runs with GIT_DIR and GIT_INDEX_FILE of its own repository, and tracing would stand in the answers."""
    root = repository(tmp_path / "here", {"manifests/a.yaml": entries(a="A")})
    other = repository(tmp_path / "other", {"manifests/b.yaml": entries(b="B")})

    found = before(root, GIT_DIR=str(other / ".git"), GIT_WORK_TREE=str(other), GIT_TRACE="1", GIT_PAGER="false")

    assert found.same == {"manifests/a.yaml"}


def test_replaced_objects_are_read_as_they_were_committed(tmp_path: Path) -> None:
    """The ids are compared with today's bytes, so contents have to be those of the ids."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A")})
    first = git(root, "rev-parse", "HEAD:manifests/a.yaml")
    commit(root, {"manifests/a.yaml": entries(b="B")})
    git(root, "replace", git(root, "rev-parse", "HEAD:manifests/a.yaml"), first)

    assert everything(root) == [("manifests/a.yaml", "b")]


def scripted(folder: Path, script: str) -> str:
    """A PATH on which git is a shell script."""
    folder.mkdir()
    fake = folder / "git"
    fake.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    fake.chmod(0o755)
    return str(folder)


@posix
def test_repository_of_another_user_is_refused_with_the_command_that_trusts_it(tmp_path: Path) -> None:
    """Usual in containers; git's own sentence has the folder."""
    said = (
        "fatal: detected dubious ownership in repository at '/src/my repo'\n"
        "To add an exception for this directory, call:\n\n"
        "\tgit config --global --add safe.directory '/src/my repo'"
    )
    path = scripted(tmp_path / "bin", f'cat >&2 <<"END"\n{said}\nEND\nexit 128')

    with pytest.raises(ConfigError, match="belongs to another user") as refused:
        before(tmp_path, PATH=f"{path}:{os.environ['PATH']}")

    assert refused.value.next == "git config --global --add safe.directory '/src/my repo'"


@posix
def test_git_that_does_not_end_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call has a bound, and the process is gone after it."""
    monkeypatch.setattr(git_module, "TIMEOUT", 0.05)
    path = scripted(tmp_path / "bin", f"exec {sys.executable} -c 'import time; time.sleep(600)'")

    with pytest.raises(ConfigError, match=r"did not end within 0\.05 seconds"):
        before(tmp_path, PATH=f"{path}:{os.environ['PATH']}")


@posix
def test_git_that_cannot_be_run_is_told_so(tmp_path: Path) -> None:
    """A file that is called git need not be a program."""
    path = tmp_path / "bin"
    path.mkdir()
    (path / "git").write_bytes(b"\x7fELF nonsense")
    (path / "git").chmod(0o755)

    with pytest.raises(ConfigError, match="git cannot be run") as refused:
        before(tmp_path, PATH=str(path))

    assert refused.value.next == "git --version"


def test_repository_that_is_damaged_is_told_so(tmp_path: Path) -> None:
    """A tree that is not there fails the listing, in git's words; content that is not there breaks its file alone."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A")})
    blob = git(root, "rev-parse", "HEAD:manifests/a.yaml")
    tree = git(root, "rev-parse", "HEAD:manifests")
    write(root, {"manifests/a.yaml": entries(z="Z")})

    _lose(root, blob)
    assert before(root).broken == {"manifests/a.yaml": "the repository does not have its content; fetch it whole."}

    _lose(root, tree)
    with pytest.raises(ConfigError, match="git ls-tree failed in") as refused:
        before(root)
    assert refused.value.next.endswith(" fsck")


def _lose(root: Path, object_id: str) -> None:
    (root / ".git" / "objects" / object_id[:2] / object_id[2:]).unlink()


def test_repository_is_left_as_it_was(tmp_path: Path) -> None:
    """Reading takes no locks, refreshes no index and fetches nothing."""
    root = repository(tmp_path, {"manifests/a.yaml": entries(a="A")})
    write(root, {"manifests/a.yaml": entries(a="B")})
    held = _times(root / ".git")

    before(root)
    everything(root)

    assert _times(root / ".git") == held


def _times(folder: Path) -> Mapping[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in folder.rglob("*")}
