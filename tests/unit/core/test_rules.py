"""What becomes of what rules found: entries, one per asset."""

from __future__ import annotations

from tests import build
from vodplan.core.live import LiveAsset
from vodplan.core.rule import Rule
from vodplan.core.rules import Match, merge
from vodplan.core.selector import Selector
from vodplan.core.values import UNSET, FieldValue, TagEdit
from vodplan.registry import KINDS

ANY = Selector(kind="video", title="x")
IMAGES = Selector(kind="image", title="x")
V1 = build.live_video("v1", facts={"reference": "cms-1"})
V2 = build.live_video("v2")


def found(rule: Rule, *assets: LiveAsset) -> list[Match]:
    """A rule with what it found."""
    return [Match(rule, one) for one in assets]


def titled(title: str) -> tuple[FieldValue, ...]:
    """The values of a video of which only the title is wanted."""
    return (title, UNSET, UNSET, UNSET, UNSET)


def test_asset_that_only_a_rule_names_becomes_an_entry() -> None:
    """By its id, at the rule's line, with the rule's name."""
    rule = build.rule("r", ANY, line=7)

    merged = merge([], found(rule, V1, V2), KINDS)

    assert [(one.key, one.values[0], one.rule, one.source.line) for one in merged.assets] == [
        ("v1", "T", "r", 7),
        ("v2", "T", "r", 7),
    ]
    assert merged.problems == ()


def test_removal_by_a_rule_carries_its_reason() -> None:
    """And no values."""
    rule = build.rule("r", ANY, absent=True, limit=5, reason="Licence ended")

    (one,) = merge([], found(rule, V1), KINDS).assets

    assert (one.absent, one.values, one.reason) == (True, (), "Licence ended")


def test_entry_keeps_its_values_and_gets_those_it_leaves_out() -> None:
    """Whatever names the asset: here its reference."""
    entry = build.video("ref:cms-1", title="Mine")
    rule = build.rule("r", ANY, values=("Theirs", "From a rule", UNSET, None, UNSET))

    (one,) = merge([entry], found(rule, V1), KINDS).assets

    assert one.values == ("Mine", "From a rule", UNSET, None, UNSET)
    assert (one.key, one.rule) == ("ref:cms-1", "r")


def test_entry_that_a_rule_adds_nothing_to_stays_as_it_is() -> None:
    """It is the same entry, with no rule's name."""
    entry = build.video("v1", title="Mine")

    assert merge([entry], found(build.rule("r", ANY), V1), KINDS).assets == (entry,)


def test_entry_is_never_deleted_by_a_rule() -> None:
    """An entry by id is how to keep an asset out of a rule."""
    entry = build.video("v1", title="Mine")

    assert merge([entry], found(build.rule("r", ANY, absent=True), V1), KINDS).assets == (entry,)


def test_entry_that_deletes_is_not_filled() -> None:
    """There is nothing to set on what goes."""
    entry = build.video("v1", absent=True)

    assert merge([entry], found(build.rule("r", ANY), V1), KINDS).assets == (entry,)


def test_image_named_by_its_url_is_the_same_asset() -> None:
    """Signed or not."""
    entry = build.image("url:http://h/a.png?auth_key=1", absent=True)
    live = build.live_image("i1", facts={"url": "http://h/a.png"})

    assert merge([entry], found(build.rule("r", IMAGES), live), KINDS).assets == (entry,)


def test_two_rules_with_different_fields_are_joined() -> None:
    """Both names stand in the plan."""
    one = build.rule("a", ANY, values=("T", UNSET, UNSET, UNSET, UNSET))
    two = build.rule("b", ANY, values=(UNSET, UNSET, TagEdit(("x",), ()), UNSET, UNSET))

    (asset,) = merge([], [*found(one, V1), *found(two, V1)], KINDS).assets

    assert asset.values == ("T", UNSET, TagEdit(("x",), ()), UNSET, UNSET)
    assert asset.rule == "a, b"


def test_two_rules_that_want_the_same_do_not_contradict_each_other() -> None:
    """One value, two reasons for it."""
    merged = merge([], [*found(build.rule("a", ANY), V1), *found(build.rule("b", ANY), V1)], KINDS)

    assert merged.problems == ()
    assert len(merged.assets) == 1


def test_two_rules_that_want_different_values_are_told_once() -> None:
    """At the later of the two, with the other's place, one asset and how many more."""
    one = build.rule("a", ANY, line=3)
    two = build.rule("b", ANY, values=titled("Other"), line=9)

    (problem,) = merge([], [*found(one, V1, V2), *found(two, V1, V2)], KINDS).problems

    assert problem.code == "VP307"
    assert problem.span is not None
    assert problem.span.line == 9
    assert "b and a" in problem.detail
    assert f"{build.FILE}:3" in problem.detail
    assert "video/v1 and 1 more" in problem.detail
    assert "set title differently" in problem.detail


def test_contradiction_about_a_field_that_the_entry_sets_is_still_told() -> None:
    """Whether it shows must not depend on entries that may go tomorrow."""
    matches = [*found(build.rule("a", ANY), V1), *found(build.rule("b", ANY, values=titled("Other")), V1)]

    assert merge([build.video("v1", title="Mine")], matches, KINDS).problems


def test_rule_that_deletes_what_another_sets_is_told_and_nothing_is_planned() -> None:
    """Neither side wins by chance."""
    one, two = build.rule("a", ANY, absent=True), build.rule("b", ANY, line=2)

    merged = merge([], [*found(one, V1), *found(two, V1)], KINDS)

    assert merged.assets == ()
    assert "one deletes what the other sets" in merged.problems[0].detail
