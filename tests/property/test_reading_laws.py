"""Laws of reading past the search index: whatever it says, the plan is the one that reading by id gives."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import Library, plan_of
from tests.property.test_plan_laws import TAGS, TEXTS, World, worlds
from vodplan.core.errors import ManifestError
from vodplan.core.live import Indexed
from vodplan.core.plan import Plan
from vodplan.core.planfile import seal
from vodplan.core.road import ReadBy
from vodplan.core.values import UNSET, FieldValue
from vodplan.kinds.assets import ASSETS


@st.composite
def stale(draw: st.DrawFn, video_id: str) -> Indexed | None:
    """What an index may say of a video that was edited, made or deleted lately: anything, or nothing."""
    if draw(st.booleans()):
        return None
    places: st.SearchStrategy[FieldValue] = st.sampled_from([UNSET, 1, 2, 3])
    covers: st.SearchStrategy[FieldValue] = st.sampled_from([UNSET, "http://img.example.com/a.jpg"])
    return Indexed(video_id, (draw(TEXTS), draw(TEXTS), draw(TAGS), draw(places), draw(covers)), recent=True)


@st.composite
def indexes(draw: st.DrawFn) -> tuple[World, dict[str, Indexed | None]]:
    """A world, and an index that is behind for some of its videos, and knows some that are gone."""
    world = draw(worlds())
    ids = draw(st.lists(st.sampled_from([f"v{number}" for number in range(5)]), unique=True))
    return world, {one: draw(stale(one)) for one in ids}


def planned(world: World, index: dict[str, Indexed | None], read_by: ReadBy) -> Plan | ManifestError:
    """The plan, without how it was read; or why there is none."""
    library = world.library()
    library.index.update(index)
    try:
        return seal(replace(plan_of(world.desired, library, read_by=read_by), reading=None))
    except ManifestError as error:
        return error


@given(indexes())
@settings(max_examples=150)
def test_plan_past_an_index_is_the_plan_by_ids(drawn: tuple[World, dict[str, Indexed | None]]) -> None:
    """As long as what the index has wrong is marked as modified lately; changes, missing and removals are the same."""
    by_ids = planned(*drawn, ReadBy.IDS)
    by_search = planned(*drawn, ReadBy.SEARCH)

    if isinstance(by_ids, ManifestError):
        assert isinstance(by_search, ManifestError)
        assert by_search.diagnostics == by_ids.diagnostics
    else:
        assert by_search == by_ids


@given(worlds())
@settings(max_examples=50)
def test_reading_adds_up_to_what_was_asked_for(world: World) -> None:
    """Each entry is settled by the index or read by id, and nothing is read by id that the index settled."""
    library: Library = world.library()
    try:
        reading = plan_of(world.desired, library, read_by=ReadBy.SEARCH).reading
    except ManifestError:
        return

    assert reading is not None
    assert reading.by_search + reading.by_id == reading.assets
    reads = {kind.read_operation for kind in ASSETS.values()}
    by_id = sum(len(event.ids) for event in library.log if event.operation in reads)
    assert by_id == reading.by_id
