"""Laws of undoing that hold for any library, any run and any edit after it."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.fakes import Library, apply_of
from tests.property.test_plan_laws import TEXTS, World, planned, worlds
from tests.runs import run_of, undo_of
from vodplan.core.change import Action
from vodplan.core.diff import same
from vodplan.core.history import RunDetail
from vodplan.core.live import LiveAsset
from vodplan.registry import KINDS


def _ran(world: World) -> tuple[Library, Library, RunDetail]:
    """A library as it was, the same after a run, and the run."""
    library = world.library()
    plan = planned(world, library)
    assume(not plan.guards and plan.changes)
    return world.library(), library, run_of(plan, library)


def _same(before: LiveAsset, now: LiveAsset) -> list[str]:
    """The fields that are not as they were."""
    kind = KINDS[before.kind]
    pairs = zip(kind.fields, before.values, now.values, strict=True)
    return [field.name for field, old, new in pairs if not same(field, old, new)]


@given(worlds())
@settings(max_examples=60)
def test_undo_of_an_undone_run_is_empty(world: World) -> None:
    """Apply, undo, apply that: what is left to undo is nothing, and nobody edited anything."""
    _, library, detail = _ran(world)

    back, undo = undo_of(detail, library)
    report = apply_of(back, library)
    again, after = undo_of(detail, library)

    assert report.converged
    assert undo.conflicts == after.conflicts == ()
    assert [one for one in again.changes if one.action is Action.UPDATE] == []
    assert len(again.changes) <= len(undo.stuck)


@given(worlds())
@settings(max_examples=60)
def test_undo_puts_every_value_back_that_it_does_not_list(world: World) -> None:
    """Every asset that still exists is as it was, but for what is listed as stuck."""
    before, library, detail = _ran(world)

    back, undo = undo_of(detail, library)
    apply_of(back, library)

    stuck = {(one.address.kind, one.field) for one in undo.stuck}
    for key, media in library.media.items():
        changed = _same(before.media[key].asset, media.asset)
        assert [name for name in changed if (key[0], name) not in stuck] == []
    lost = {(one.kind, one.id) for one in undo.lost}
    assert {key for key in before.media if key not in library.media} <= lost


@given(worlds())
@settings(max_examples=60)
def test_undo_plans_no_removal_and_makes_nothing(world: World) -> None:
    """Undoing updates and renames; whatever the run did, it never deletes."""
    _, library, detail = _ran(world)

    back, _ = undo_of(detail, library)

    assert {one.action for one in back.changes} <= {Action.UPDATE, Action.RENAME}
    named = {(one.change.kind, one.change.id) for one in detail.changes}
    assert {(one.kind, one.id) for one in back.changes} <= named


@given(worlds(), TEXTS, st.data())
@settings(max_examples=60)
def test_undo_never_overwrites_what_was_edited_since(world: World, title: str, data: st.DataObject) -> None:
    """An edit after the run survives, unless it is what the run left, or what was there before."""
    _, library, detail = _ran(world)
    titled = [
        one.change
        for one in detail.changes
        if one.change.action is Action.UPDATE and "title" in (one.change.after or {})
    ]
    assume(titled)
    change = data.draw(st.sampled_from(titled))
    assert change.id is not None
    field = KINDS[change.kind].fields[0]
    for known in ((change.before or {})["title"], (change.after or {})["title"]):
        assume(not same(field, str(known), title))
    library.change(change.kind, change.id, title=title)

    back, undo = undo_of(detail, library)
    apply_of(back, library)

    assert library.media[change.kind, change.id].asset.values[0] == title
    assert [(one.address, one.now) for one in undo.conflicts] == [(change.address, title)]


@given(worlds())
@settings(max_examples=60)
def test_undo_of_an_undo_brings_back_what_the_run_left(world: World) -> None:
    """There and back again: every asset is as the run left it."""
    _, library, detail = _ran(world)
    left = {key: media.asset for key, media in library.media.items()}

    back, _ = undo_of(detail, library)
    assume(back.changes)
    second = run_of(back, library)
    forth, undo = undo_of(second, library)
    apply_of(forth, library)

    assert undo.conflicts == ()
    stuck = {(one.address.kind, one.field) for one in undo.stuck}
    for key, asset in left.items():
        changed = _same(asset, library.media[key].asset)
        assert [name for name in changed if (key[0], name) not in stuck] == []
