"""What differs between two records, told by vodplan and by DeepDiff, which knows nothing of vodplan."""

from __future__ import annotations

from collections.abc import Mapping

from deepdiff import DeepDiff
from hypothesis import given
from hypothesis import strategies as st

from tests import build
from vodplan.core.categories import CategoryResolver, decide_categories
from vodplan.core.desired import DesiredAsset
from vodplan.core.diff import compare
from vodplan.core.live import LiveAsset
from vodplan.core.values import UNSET, FieldValue, TagEdit
from vodplan.kinds.video import VIDEO

NAMES = [field.name for field in VIDEO.fields]
IDS = {"News": 1, "Film": 2, "News/Sports": 3}
PATHS = {number: path for path, number in IDS.items()}
TREE = build.tree({"News": {"Sports": {}}, "Film": {}})
RESOLVE = CategoryResolver(decide_categories((), TREE)).resolve
SIGNATURES = st.sampled_from(["", "?auth_key=17-0-0-ab", "?Expires=1&OSSAccessKeyId=k&Signature=s%2B"])

TEXTS = st.one_of(
    st.sampled_from(["", "a", "A", " a", "é", "e\u0301", "1", "None"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6).map(lambda text: text.rstrip("\n")),
)
TAGS = st.lists(st.sampled_from(["a", "b", "c", "新", "A"]), unique=True, max_size=4).map(tuple)
COVERS = st.sampled_from(["", "http://h/a.jpg", "http://h/b.jpg", "https://h/a.jpg"])
CATEGORIES = st.sampled_from([None, 1, 2, 3])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[DesiredAsset, LiveAsset, Mapping[str, object], Mapping[str, object]]:
    """An entry, an asset, and what both come to as plain records of the fields that the entry names."""
    old_title, old_text, old_tags, old_category, old_cover = (
        draw(TEXTS),
        draw(TEXTS),
        draw(TAGS),
        draw(CATEGORIES),
        draw(COVERS),
    )
    title, text, tags, category, cover = draw(TEXTS), draw(TEXTS), draw(TAGS), draw(CATEGORIES), draw(COVERS)
    add, gone = draw(TAGS), draw(TAGS)
    remove = tuple(tag for tag in gone if tag not in add)
    forms: Mapping[str, list[tuple[FieldValue, object]]] = {
        "title": [(title, title), (old_title, old_title)],
        "description": [(text, text), (old_text, old_text)],
        "tags": [
            (tags, sorted(tags)),
            (tags[::-1], sorted(tags)),
            (old_tags, sorted(old_tags)),
            (TagEdit(add=add, remove=remove), sorted(set(old_tags) - set(remove) | set(add))),
        ],
        "category": [(category, category), (None if category is None else PATHS[category], category)],
        "cover": [(cover + draw(SIGNATURES) if cover else "", cover), (old_cover, old_cover)],
    }
    plain: Mapping[str, object] = dict(
        zip(NAMES, (old_title, old_text, sorted(old_tags), old_category, old_cover), strict=True)
    )
    picked = {name: draw(st.sampled_from(forms[name])) for name in draw(st.sets(st.sampled_from(NAMES)))}
    after = {name: value for name, (_, value) in picked.items()}
    before = {name: plain[name] for name in picked}
    added = "\n" if draw(st.booleans()) else ""
    live = LiveAsset("video", "v1", (old_title, old_text + added, old_tags, old_category, old_cover))
    desired = DesiredAsset(
        kind="video",
        key="v1",
        values=tuple(picked[name][0] if name in picked else UNSET for name in NAMES),
        source=build.video("v1").source,
    )
    return desired, live, before, after


@given(pairs())
def test_compare_finds_the_fields_that_deepdiff_finds_in_the_plain_records(
    pair: tuple[DesiredAsset, LiveAsset, Mapping[str, object], Mapping[str, object]],
) -> None:
    """Left-out fields, the order of tags, signatures, paths for ids and one added newline make no difference; all else does."""
    desired, live, before, after = pair
    expected = set(DeepDiff(before, after, view="tree").affected_root_keys)

    found = compare(desired, live, VIDEO, RESOLVE)

    assert {change.field.name for change in found} == expected
    assert [change.field.name for change in found] == [name for name in NAMES if name in expected]
    for change in found:
        value = sorted(change.after) if isinstance(change.after, tuple) else change.after
        assert value == after[change.field.name]
