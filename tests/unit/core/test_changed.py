"""Which entries are asked for now and were not before."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from tests import build
from vodplan.core.changed import changed, removed, with_places
from vodplan.core.desired import DesiredAsset, DesiredCategory, StreamRemoval
from vodplan.core.values import TagEdit
from vodplan.registry import KINDS

OPENING = build.video("v1", title="Opening", tags=("news",), line=4)
CONCERT = build.video("v2", title="Concert", line=9)
POSTER = build.image("v1", title="Poster")
NEWS = build.category("News")


def test_entry_that_is_equal_is_not_changed_wherever_it_stands() -> None:
    """Lines move with every edit above them, and a file may be split in two: neither asks for anything."""
    before = build.desired(OPENING, CONCERT, NEWS)
    now = build.desired(
        replace(CONCERT, source=build.at(1, "manifests/other.yaml")),
        replace(NEWS, source=build.at(70)),
        replace(OPENING, source=build.at(700)),
    )

    found = changed(before, now)

    assert (found.assets, found.categories, found.digest) == ((), (), now.digest)
    assert removed(before, now) == 0


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(replace(OPENING, values=("Opening night", *OPENING.values[1:])), id="a value"),
        pytest.param(replace(OPENING, values=("Opening", "", *OPENING.values[2:])), id="a value that was left out"),
        pytest.param(replace(OPENING, values=CONCERT.values), id="values that are left out now"),
        pytest.param(build.video("v1", title="Opening", tags=TagEdit(("news",), ())), id="tags to add"),
        pytest.param(build.video("v1", absent=True), id="absent"),
        pytest.param(replace(OPENING, source_absent=True), id="source"),
        pytest.param(replace(OPENING, source_force=True), id="force"),
        pytest.param(replace(OPENING, streams=StreamRemoval(jobs=("j1",))), id="streams"),
        pytest.param(replace(OPENING, reason="because"), id="reason"),
        pytest.param(replace(OPENING, after=datetime.date(2026, 1, 1)), id="after"),
        pytest.param(replace(OPENING, rule="a rule"), id="rule"),
    ],
)
def test_entry_that_asks_for_something_else_is_changed(now: DesiredAsset) -> None:
    """Every field of an entry counts, and it alone is planned."""
    found = changed(build.desired(OPENING, CONCERT), build.desired(CONCERT, now))

    assert found.assets == (now,)


@pytest.mark.parametrize(
    "now",
    [
        build.category("News", renamed_from="Old"),
        build.category("News", absent=True),
        replace(NEWS, reason="because"),
        replace(NEWS, after=datetime.date(2026, 1, 1)),
    ],
)
def test_category_that_asks_for_something_else_is_changed(now: DesiredCategory) -> None:
    """Entries of `categories:` count like any other."""
    found = changed(build.desired(NEWS, build.category("Film")), build.desired(build.category("Film"), now))

    assert found.categories == (now,)


def test_entry_that_is_new_is_changed_and_kinds_do_not_mix() -> None:
    """An image and a video may have one id: the address has the kind in it."""
    found = changed(build.desired(POSTER), build.desired(OPENING, POSTER))

    assert found.assets == (OPENING,)


def test_entry_that_is_gone_is_counted_and_never_planned() -> None:
    """Deleting needs `state: absent`."""
    before, now = build.desired(OPENING, CONCERT, NEWS, build.category("Film")), build.desired(CONCERT, NEWS)

    assert (changed(before, now).assets, changed(before, now).categories) == ((), ())
    assert removed(before, now) == 2


def test_image_by_url_is_known_by_it_without_its_signature() -> None:
    """A link that was signed again is the same image; another picture style is another one."""
    url = "url:http://img.example.com/a.png"
    before = build.desired(build.image(f"{url}?x-oss-process=a&auth_key=1", absent=True))
    again = build.image(f"{url}?auth_key=2&x-oss-process=a", absent=True)
    other = build.image(f"{url}?x-oss-process=b", absent=True)

    assert removed(before, build.desired(again)) == 0
    assert removed(before, build.desired(other)) == 1
    assert changed(before, build.desired(other)).assets == (other,)


def test_part_keeps_the_categories_it_stands_on() -> None:
    """A video cannot go into a category whose making is left out, nor below one whose renaming is."""
    sports = build.category("Media/Sports")
    media = build.category("Media", renamed_from="News")
    whole = build.desired(build.category("Film"), sports, media, build.category("Media/Old", absent=True))
    part = replace(whole, assets=(build.video("v1", category="Media/Sports/Final"),), categories=())

    assert with_places(part, whole, KINDS).categories == (sports, media)


def test_part_keeps_what_is_above_its_own_categories_but_no_deletion() -> None:
    """To delete is planned only where the deletion itself is part of it."""
    above, gone = build.category("Media", renamed_from="News"), build.category("Old", absent=True)
    whole = build.desired(build.category("Media/Sports"), above, build.category("Media/Old/A"), gone)
    part = replace(whole, categories=(whole.categories[0],), assets=(build.video("v1", category="Old"),))

    assert with_places(part, whole, KINDS).categories == (whole.categories[0], above)
    assert with_places(build.desired(gone), whole, KINDS).categories == (gone,)


@pytest.mark.parametrize("asset", [build.video("v1", absent=True), build.video("v1", category=17), OPENING])
def test_part_without_a_path_is_left_as_it_is(asset: DesiredAsset) -> None:
    """A category by its id, or none at all, needs no entry."""
    part = build.desired(asset)

    assert with_places(part, build.desired(asset, NEWS), KINDS) is part


def test_kind_without_categories_needs_none() -> None:
    """Which field names a category is the kind's to say."""
    part = build.desired(build.video("v1", category="News"))

    assert with_places(part, build.desired(NEWS), {}) is part
