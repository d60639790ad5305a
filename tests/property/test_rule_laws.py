"""Laws of rules: what a rule does is what entries for the assets it fits would do."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import build
from tests.fakes import Library, apply_of, plan_of
from tests.property.test_plan_laws import TEXTS
from vodplan.core.live import LiveAsset
from vodplan.core.selector import Selector
from vodplan.core.values import UNSET, TagEdit

WORDS = st.sampled_from(["a", "b", "c"])
TAGS = st.lists(WORDS, unique=True, max_size=3).map(tuple)
PLACES = st.sampled_from([None, 1, 2, 3])
CATEGORIES = build.categories({"News": {"Sports": {}}, "Film": {}})


@st.composite
def libraries(draw: st.DrawFn) -> list[LiveAsset]:
    """Some videos."""
    return [
        build.live_video(f"v{number}", title=draw(TEXTS), tags=draw(TAGS), category=draw(PLACES))
        for number in range(draw(st.integers(0, 8)))
    ]


@st.composite
def selectors(draw: st.DrawFn) -> Selector:
    """Conditions on tags, category and title."""
    return Selector(
        kind="video",
        category=draw(st.sampled_from([None, "", "News", "News/Sports", "Film", "Elsewhere"])),
        any_tags=draw(TAGS),
        no_tags=draw(TAGS),
        title=draw(st.one_of(st.none(), st.sampled_from(["a", "\u202e", "E"]))),
    )


def expected(assets: list[LiveAsset], selector: Selector) -> set[str]:
    """The ids that fit, worked out another way."""
    paths = {None: "", 1: "News", 2: "Film", 3: "News/Sports"}
    wanted = selector.category
    ids = set()
    for one in assets:
        title, _, tags, category, _ = one.values
        path = paths[category]  # type: ignore[index]
        there = wanted is None or (path == "" if wanted == "" else f"{path}/".startswith(f"{wanted}/"))
        some = not selector.any_tags or set(selector.any_tags) & set(tags)  # type: ignore[arg-type]
        none = not set(selector.no_tags) & set(tags)  # type: ignore[arg-type]
        if there and some and none and (selector.title or "").casefold() in str(title).casefold():
            ids.add(one.id)
    return ids


@given(libraries(), selectors())
@settings(max_examples=150)
def test_rule_plans_what_entries_for_its_assets_would(assets: list[LiveAsset], selector: Selector) -> None:
    """The changes are the same but for where they were asked for; what does not fit is not touched."""
    values = (UNSET, UNSET, TagEdit(("archived",), ()), UNSET, UNSET)
    rule = build.rule("r", selector, values=values)
    ids = expected(assets, selector)

    by_rule = plan_of(build.desired(rule), Library(*assets, categories=CATEGORIES))
    by_entries = plan_of(
        build.desired(*(build.video(one, tags=values[2]) for one in sorted(ids))),
        Library(*assets, categories=CATEGORIES),
    )

    assert [(one.id, one.after, one.before) for one in by_rule.changes] == [
        (one.id, one.after, one.before) for one in by_entries.changes
    ]
    assert [one.matches for one in by_rule.rules] == [len(ids)]


@given(libraries(), selectors())
@settings(max_examples=100)
def test_second_plan_of_a_rule_is_empty(assets: list[LiveAsset], selector: Selector) -> None:
    """Whether the assets still fit after the apply or not."""
    library = Library(*assets, categories=CATEGORIES)
    wanted = build.desired(build.rule("r", selector, values=(UNSET, UNSET, TagEdit(("archived",), ("a",)), 2, UNSET)))

    apply_of(plan_of(wanted, library), library)
    again = plan_of(wanted, library)

    # A selector by a tag that the rule takes away finds others, never the same for the same change.
    assert {one.id for one in again.changes} <= expected([media.asset for media in library.media.values()], selector)
    if "a" not in selector.no_tags and selector.category != "Film":
        assert again.empty


@given(libraries(), selectors(), st.data())
@settings(max_examples=100)
def test_entry_keeps_an_asset_out_of_a_removal(
    assets: list[LiveAsset], selector: Selector, data: st.DataObject
) -> None:
    """Whatever the rule finds, what has an entry stays."""
    kept = data.draw(st.sets(st.sampled_from([one.id for one in assets]))) if assets else set()
    rule = build.rule("r", selector, absent=True, limit=100)

    plan = plan_of(
        build.desired(rule, *(build.video(one, description="") for one in sorted(kept))),
        Library(*assets, categories=CATEGORIES),
    )

    assert {one.id for one in plan.changes if one.action.removes} == expected(assets, selector) - kept
