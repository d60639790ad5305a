"""The order of changes."""

from __future__ import annotations

import random

from tests import build
from vodplan.core.change import Action
from vodplan.core.order import ordered


def test_ordered_puts_categories_first_updates_next_and_removals_last() -> None:
    """From the top down when they are made, from the bottom up when they go; renames before new ones on their level."""
    expected = [
        "rename category/Z",
        "create category/A",
        "rename category/Z/B",
        "create category/A/A",
        "update image/i1",
        "update video/v1",
        "update video/v2",
        "delete_streams video/v1",
        "delete_source video/v1",
        "delete image/i2",
        "delete video/v3",
        "delete category/Old/Deep",
        "delete category/Old",
    ]
    changes = [build.change(name.partition(" ")[2], Action(name.partition(" ")[0])) for name in expected]

    chance = random.Random(1)
    for _ in range(50):
        chance.shuffle(changes)
        assert [one.name for one in ordered(changes)] == expected
