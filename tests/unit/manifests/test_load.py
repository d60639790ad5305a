"""From files to one desired state: values, defaults, digests, orders."""

from __future__ import annotations

import datetime
import random
from pathlib import Path

import pytest

from tests.unit.manifests.manifests import VERSION, codes, loaded, project
from vodplan.core.desired import DesiredAsset, DesiredCategory, StreamRemoval
from vodplan.core.diagnostics import SourceRef
from vodplan.core.errors import ManifestError
from vodplan.core.policy import Policy
from vodplan.core.values import UNSET, FieldValue, TagEdit
from vodplan.kinds.video import VIDEO
from vodplan.manifests.load import load, require_valid
from vodplan.manifests.project import Project


def only(root: Path, text: str) -> DesiredAsset:
    """The one asset of a valid manifest."""
    found = loaded(root, text)
    assert found.ok, found.diagnostics
    (asset,) = found.desired.assets
    return asset


def field(root: Path, written: str, name: str = "title", kind: str = "videos") -> FieldValue:
    """The value that a field of the one asset gets."""
    asset = only(root, f"{kind}:\n  - id: v1\n    {name}: {written}\n")
    return asset.values[VIDEO.index(name)]


def test_video_has_all_its_values_in_the_order_of_its_kind(tmp_path: Path) -> None:
    """Values line up with the fields of the kind; the source is where the entry begins."""
    text = """videos:
  - id: v1
    cover: https://img.example.com/a.jpg?auth_key=1-0-0-x#f
    category: News/Sports
    tags: [sports, " final ", sports]
    title: Opening match
    description: First game
"""
    assert only(tmp_path, text) == DesiredAsset(
        kind="video",
        key="v1",
        values=(
            "Opening match",
            "First game",
            ("sports", "final"),
            "News/Sports",
            "https://img.example.com/a.jpg?auth_key=1-0-0-x#f",
        ),
        source=SourceRef("one.yaml", 3, 5),
    )


def test_fields_that_are_left_out_are_unset(tmp_path: Path) -> None:
    """Nothing stands in for a field that nobody wrote."""
    assert only(tmp_path, "images: [{id: a1, title: Poster}]\n").values == ("Poster", UNSET, UNSET, UNSET)


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("title", '""', ""),
        ("description", "null", ""),
        ("description", "", ""),
        ("description", '""', ""),
        ("tags", "[]", ()),
        ("tags", "~", ()),
        ("category", "null", None),
        ("category", '""', None),
        ("cover", '""', ""),
        ("cover", "null", ""),
        ("category", "{id: 123}", 123),
        ("category", "{id: 0x10}", 16),
        ("tags", "{add: [a, a ], remove: [b]}", TagEdit(("a",), ("b",))),
        ("tags", "{remove: [b]}", TagEdit((), ("b",))),
        ("title", "no", "no"),
        ("title", "2026-12-31", "2026-12-31"),
        ("title", '"2024"', "2024"),
        ("title", "!!str 2024", "2024"),
        ("description", "|\n      two\n      lines", "two\nlines\n"),
        ("title", "一" * 42, "一" * 42),
        ("title", "🎬 fine for videos", "🎬 fine for videos"),
    ],
)
def test_value_is_read_as_the_contract_says(name: str, written: str, expected: FieldValue, tmp_path: Path) -> None:
    """Empty values clear, ids and edits have their own types, and text stays what was written."""
    found = field(tmp_path, written, name)

    assert (found, type(found)) == (expected, type(expected))


def test_title_of_exactly_128_bytes_is_fine(tmp_path: Path) -> None:
    """The limit itself is allowed: 42 Chinese characters and two letters."""
    assert loaded(tmp_path, f"videos: [{{id: v1, title: {'一' * 42}ab}}]\n").ok
    assert not loaded(tmp_path, f"videos: [{{id: v1, title: {'一' * 42}abc}}]\n").ok


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ("videos: [{reference: cms-000121, title: x}]", "ref:cms-000121"),
        (
            "images: [{url: 'http://a.example/x.png?auth_key=1', state: absent}]",
            "url:http://a.example/x.png?auth_key=1",
        ),
        ("images: [{video: v1, types: [All], state: absent}]", "video:v1:All"),
    ],
)
def test_asset_has_the_key_of_how_it_is_named(entry: str, key: str, tmp_path: Path) -> None:
    """Addresses keep what was written."""
    assert only(tmp_path, entry).key == key


def test_snapshots_of_several_types_are_several_assets(tmp_path: Path) -> None:
    """Each type is deleted and looked up by itself; the entry counts once."""
    found = loaded(
        tmp_path, "images: [{video: v1, types: [SpriteSnapshot, CoverSnapshot], state: absent, reason: x}]\n"
    )

    assert [one.key for one in found.desired.assets] == ["video:v1:SpriteSnapshot", "video:v1:CoverSnapshot"]
    assert all(one.absent and one.reason == "x" for one in found.desired.assets)
    assert found.managed == {"image": 1, "video": 0, "attached": 0, "category": 0}


def test_deletions_have_all_that_is_said_about_them(tmp_path: Path) -> None:
    """An absent asset has no values; parts may go beside fields."""
    text = """videos:
  - {id: v1, state: absent, reason: Licence ended, after: 2026-12-31}
  - {id: v2, source: absent, force: true, title: x, streams: {absent: [J1, J2]}}
  - {id: v3, streams: {keep: {definitions: [HD, SD], formats: [mp4]}}}
  - {id: v4, streams: {keep: {formats: [mp4]}}, source: absent, force: false}
"""
    found = loaded(tmp_path, text)
    first, second, third, fourth = found.desired.assets

    assert found.ok
    assert (first.absent, first.values, first.reason) == (True, (), "Licence ended")
    assert first.after == datetime.date(2026, 12, 31)
    assert (second.source_absent, second.source_force, second.absent) == (True, True, False)
    assert second.streams == StreamRemoval(jobs=("J1", "J2"))
    assert second.values[0] == "x"
    assert third.streams == StreamRemoval(keep_definitions=("HD", "SD"), keep_formats=("mp4",))
    assert third.source_absent is False
    assert fourth.streams == StreamRemoval(keep_formats=("mp4",))
    assert fourth.source_force is False


def test_categories_have_all_that_is_said_about_them(tmp_path: Path) -> None:
    """A path, the path before, or a deletion."""
    text = """categories:
  - path: News/Sports
  - {path: News/Football, renamed_from: News/Soccer}
  - {path: Old, state: absent, reason: empty, after: 2026-01-01}
"""
    found = loaded(tmp_path, text)

    assert found.ok
    assert found.desired.categories == (
        DesiredCategory(path="News/Sports", source=SourceRef("one.yaml", 3, 5)),
        DesiredCategory(path="News/Football", source=SourceRef("one.yaml", 4, 5), renamed_from="News/Soccer"),
        DesiredCategory(
            path="Old",
            source=SourceRef("one.yaml", 5, 5),
            absent=True,
            reason="empty",
            after=datetime.date(2026, 1, 1),
        ),
    )
    assert found.managed == {"category": 3, "video": 0, "image": 0, "attached": 0}


DEFAULTS = "defaults: {video: {category: News, description: none, tags: {add: [a, b], remove: [x, y]}}}\n"


@pytest.mark.parametrize(
    ("entry", "tags"),
    [
        ("title: t", TagEdit(("a", "b"), ("x", "y"))),
        ("tags: [c]", ("c",)),
        ("tags: []", ()),
        ("tags: null", ()),
        ("tags: {add: [c, a]}", TagEdit(("a", "b", "c"), ("x", "y"))),
        ("tags: {remove: [a]}", TagEdit(("b",), ("x", "y", "a"))),
        ("tags: {add: [x]}", TagEdit(("a", "b", "x"), ("y",))),
    ],
)
@pytest.mark.parametrize("first", [True, False], ids=["defaults-first", "defaults-last"])
def test_defaults_lie_under_the_entry(entry: str, tags: FieldValue, first: bool, tmp_path: Path) -> None:
    """The entry's own value wins, edits are joined, wherever in the file the defaults stand."""
    entries = f"videos:\n  - id: v1\n    {entry}\n"

    asset = only(tmp_path, DEFAULTS + entries if first else entries + DEFAULTS)

    assert asset.values[VIDEO.index("tags")] == tags
    assert asset.values[VIDEO.index("category")] == "News"


def test_defaults_of_a_whole_set_give_way_to_an_edit(tmp_path: Path) -> None:
    """An edit is the entry's own value, and it means the live tags, not those of the defaults."""
    asset = only(tmp_path, "defaults: {video: {tags: [a]}}\nvideos: [{id: v1, tags: {add: [b]}}]\n")

    assert asset.values[VIDEO.index("tags")] == TagEdit(("b",), ())


def test_defaults_leave_deletions_and_cleared_fields_alone(tmp_path: Path) -> None:
    """`null` in an entry is a value; an absent entry has none."""
    found = loaded(tmp_path, DEFAULTS + "videos: [{id: v1, category: null}, {id: v2, state: absent}]\n")

    assert found.desired.assets[0].values[VIDEO.index("category")] is None
    assert found.desired.assets[1].values == ()


def test_defaults_are_for_their_file_and_their_kind(tmp_path: Path) -> None:
    """Another file and another kind know nothing of them."""
    (tmp_path / "a.yaml").write_text(VERSION + DEFAULTS + "images: [{id: a1, title: x}]\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(VERSION + "videos: [{id: v1, title: x}]\n", encoding="utf-8")

    image, video = load([], project=project(tmp_path)).desired.assets

    assert image.values == ("x", UNSET, UNSET, UNSET)
    assert video.values == ("x", UNSET, UNSET, UNSET, UNSET)


def test_required_fields_may_come_from_defaults(tmp_path: Path) -> None:
    """The policy asks for the result, not for the place."""
    policy = Policy(require={"video": ("category", "tags")})

    assert loaded(tmp_path, DEFAULTS + "videos: [{id: v1, title: x}]\n", policy=policy).ok
    assert codes(loaded(tmp_path, "videos: [{id: v1, category: A}]\n", policy=policy).diagnostics) == ["VP150"]


def test_alias_gives_its_value(tmp_path: Path) -> None:
    """Anchors and aliases save typing: of values, of lists, of whole sections."""
    text = """videos:
  - {id: v1, title: &t Opening match, tags: &tags [a, b]}
  - {id: v2, title: *t, tags: *tags}
"""
    first, second = loaded(tmp_path, text).desired.assets

    assert first.values == second.values
    assert second.source.line == 4


def test_anchored_section_is_read_like_any_other(tmp_path: Path) -> None:
    """An anchor on a whole section changes nothing."""
    found = loaded(tmp_path, "videos: &all\n  - {id: v1, title: x}\nimages: []\n")

    assert found.ok
    assert [one.key for one in found.desired.assets] == ["v1"]


def test_order_of_files_and_paths_makes_no_difference(tmp_path: Path) -> None:
    """Same files, same result, byte for byte, however they were named."""
    names = [f"{letter}.yaml" for letter in "abcdef"]
    for name in names:
        (tmp_path / name).write_text(f"{VERSION}videos: [{{id: {name[0]}, colour: x}}, {{id: twice}}]\n")
    expected = load([], project=project(tmp_path))

    for seed in range(5):
        shuffled = random.Random(seed).sample(names, len(names))
        assert load([tmp_path / name for name in shuffled], project=project(tmp_path)) == expected
    assert codes(expected.diagnostics).count("VP144") == len(names) - 1


def test_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    """A changed byte, a changed name and another file each change the digest; nothing else does."""
    path = tmp_path / "a.yaml"
    path.write_text(VERSION + "categories: [{path: A}]\n", encoding="utf-8")
    first = load([], project=project(tmp_path)).desired.digest
    again = load([path], project=project(tmp_path)).desired.digest
    path.write_text(VERSION + "categories: [{path: A}] \n", encoding="utf-8")
    changed = load([], project=project(tmp_path)).desired.digest
    path.rename(tmp_path / "b.yaml")
    renamed = load([], project=project(tmp_path)).desired.digest

    assert len(first) == 64
    assert first == again
    assert len({first, changed, renamed}) == 3


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    """What an editor on Windows writes reads the same, places included."""
    text = VERSION + "videos:\n  - id: v1\n    title: x\n    colour: red\n"

    plain = loaded(tmp_path, text.encode())
    windows = loaded(tmp_path, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert windows.diagnostics == plain.diagnostics
    assert plain.diagnostics[0].excerpt == "    colour: red"


def test_valid_manifests_are_handed_on(tmp_path: Path) -> None:
    """Warnings do not keep a desired state back."""
    found = loaded(tmp_path, "videos: [{id: v1}]\n")

    assert codes(found.diagnostics) == ["VP149"]
    assert require_valid(found) is found.desired


def test_invalid_manifests_are_refused_with_every_error(tmp_path: Path) -> None:
    """The error carries the errors, without the warnings, and ends with exit code 3."""
    found = loaded(tmp_path, "videos: [{id: v1}, {id: v2, colour: red}, {id: v3, size: 1}]\n")

    with pytest.raises(ManifestError) as caught:
        require_valid(found)

    assert codes(caught.value.diagnostics) == ["VP104", "VP104"]
    assert caught.value.exit_code == 3


def test_missing_manifests_lead_to_init(tmp_path: Path) -> None:
    """Where there is nothing to mend, the next step is to start a repository."""
    with pytest.raises(ManifestError) as nothing:
        require_valid(load((), project=Project(path=None, root=tmp_path, manifests=(tmp_path / "manifests",))))
    with pytest.raises(ManifestError) as wrong:
        require_valid(loaded(tmp_path, "videos: [{id: v1, colour: red}]\n"))

    assert (nothing.value.next, wrong.value.next) == ("vodplan init", "vodplan validate")


def test_entry_with_an_error_is_left_out(tmp_path: Path) -> None:
    """Nobody meets half an entry."""
    found = loaded(tmp_path, "videos: [{id: v1, title: 2024}, {id: v2, title: x}, {id: v3, tags: *nothing}]\n")

    assert [one.key for one in found.desired.assets] == ["v2"]
    assert found.managed["video"] == 3
