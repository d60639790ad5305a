"""Laws of what changed, for any two states of the manifests."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests import build
from vodplan.core.changed import changed, removed
from vodplan.core.desired import DesiredAsset, DesiredCategory, DesiredState
from vodplan.core.values import UNSET, FieldValue, TagEdit

VALUES: st.SearchStrategy[FieldValue] = st.sampled_from([UNSET, "", "a", "b"])
TAGS: st.SearchStrategy[FieldValue] = st.sampled_from([UNSET, (), ("a",), ("a", "b"), TagEdit(("a",), ())])
PLACES = st.builds(build.at, st.integers(1, 9), st.sampled_from(["one.yaml", "two.yaml"]))


@st.composite
def states(draw: st.DrawFn) -> DesiredState:
    """Manifests with few addresses, so that two states share some."""
    entries: list[DesiredAsset | DesiredCategory] = []
    for key in draw(st.lists(st.sampled_from("abcdef"), unique=True)):
        absent = draw(st.booleans())
        video = build.video(key, absent=True) if absent else build.video(key, title=draw(VALUES), tags=draw(TAGS))
        entries.append(replace(video, source=draw(PLACES)))
    for path in draw(st.lists(st.sampled_from(["A", "B", "A/C"]), unique=True)):
        entries.append(replace(build.category(path, absent=draw(st.booleans())), source=draw(PLACES)))
    return build.desired(*entries)


def moved(state: DesiredState) -> DesiredState:
    """The same entries, all in another file and in another order."""
    there = build.at(99, "three.yaml")
    return replace(
        state,
        assets=tuple(replace(one, source=there) for one in reversed(state.assets)),
        categories=tuple(replace(one, source=there) for one in reversed(state.categories)),
    )


def without(state: DesiredState, part: DesiredState) -> DesiredState:
    """A state less a part of it."""
    return replace(
        state,
        assets=tuple(one for one in state.assets if one not in part.assets),
        categories=tuple(one for one in state.categories if one not in part.categories),
    )


def size(state: DesiredState) -> int:
    """How many entries there are."""
    return len(state.assets) + len(state.categories)


@given(states())
def test_nothing_changed_since_the_same_state_however_it_is_laid_out(state: DesiredState) -> None:
    """changed(x, x) is empty, also when every entry moved."""
    assert size(changed(state, state)) == size(changed(state, moved(state))) == 0
    assert removed(state, moved(state)) == 0


@given(states())
def test_everything_changed_since_nothing_was_there(state: DesiredState) -> None:
    """From an empty repository on, the change is the whole."""
    nothing = build.desired()

    assert changed(nothing, state) == state
    assert (size(changed(state, nothing)), removed(state, nothing)) == (0, size(state))


@given(states(), states())
def test_what_changed_and_what_did_not_are_the_whole(before: DesiredState, now: DesiredState) -> None:
    """Nothing is lost: the rest, compared alone, did not change; the part, compared alone, changed altogether."""
    part = changed(before, now)
    rest = without(now, part)

    assert size(part) + size(rest) == size(now)
    assert size(changed(before, rest)) == 0
    assert changed(before, part) == part


@given(states(), states())
def test_carrying_over_what_changed_leaves_nothing_changed(before: DesiredState, now: DesiredState) -> None:
    """The old entries that still have an address, replaced by what changed: compared with now, all is equal."""
    part = changed(before, now)
    replaced = {one.key for one in part.assets}, {one.path for one in part.categories}
    after = replace(
        before,
        assets=(*(one for one in before.assets if one.key not in replaced[0]), *part.assets),
        categories=(*(one for one in before.categories if one.path not in replaced[1]), *part.categories),
    )

    assert size(changed(after, now)) == 0
    assert size(now) + removed(before, now) == size(after)


@given(states(), states(), states())
def test_change_in_one_step_is_no_more_than_in_two(one: DesiredState, two: DesiredState, three: DesiredState) -> None:
    """What differs between the ends differs in one of the steps between them."""
    direct = changed(one, three)
    last, first = changed(two, three), changed(one, two)
    touched = {asset.key for asset in (*first.assets, *last.assets)}
    absent_between = {asset.key for asset in three.assets} - {asset.key for asset in two.assets}

    assert {asset.key for asset in direct.assets} <= touched | absent_between
