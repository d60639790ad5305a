"""Where a plan has the picture of what a change is about."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.unit.render.plans import a_change
from vodplan.core.change import Action
from vodplan.core.pictures import known_of, picture_address
from vodplan.core.values import Json


@pytest.mark.parametrize(
    ("known", "address"),
    [
        ({"cover": "https://a/cover.jpg", "url": "https://a/x.jpg"}, "https://a/cover.jpg"),
        ({"cover": "", "url": "https://a/x.jpg"}, "https://a/x.jpg"),
        ({"urls": ["https://a/1.jpg", "https://a/2.jpg"]}, "https://a/1.jpg"),
        ({"urls": []}, ""),
        ({"urls": "https://a/1.jpg"}, ""),
        ({"cover": None, "url": 7, "urls": [None]}, ""),
        ({}, ""),
    ],
)
def test_picture_address_is_the_cover_or_the_image(known: Mapping[str, Json], address: str) -> None:
    """A video has a cover, an image itself, snapshots their first; anything else has no picture."""
    assert picture_address(known) == address


def test_known_of_removal_has_what_goes_and_what_surrounds_it() -> None:
    """What goes comes first; of an update the values before it are facts already."""
    removal = a_change(Action.DELETE, before={"title": "Before"}, facts={"title": "Fact", "size": 5})
    update = a_change(before={"title": "Old"}, after={"title": "New"}, facts={"title": "Fact"})

    assert known_of(removal) == {"title": "Before", "size": 5}
    assert known_of(update) == {"title": "Fact"}
