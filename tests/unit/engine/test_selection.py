"""--only and --exclude: which entries are planned."""

from __future__ import annotations

import pytest

from tests import build
from vodplan.api import select
from vodplan.core.errors import UsageError

WANTED = build.desired(
    build.video("v1"), build.video("v2"), build.image("i1"), build.category("News/Sports"), build.category("Film")
)


@pytest.mark.parametrize(
    ("only", "exclude", "left"),
    [
        ((), (), ["video/v1", "video/v2", "image/i1", "category/News/Sports", "category/Film"]),
        (("video/*",), (), ["video/v1", "video/v2"]),
        (("video/v1", "category/News/*"), (), ["video/v1", "category/News/Sports"]),
        ((), ("video/*",), ["image/i1", "category/News/Sports", "category/Film"]),
        (("*",), ("*/v?", "category/*"), ["image/i1"]),
        (("video/*",), ("video/v2",), ["video/v1"]),
    ],
)
def test_select_keeps_what_fits_one_of_only_and_none_of_exclude(
    only: tuple[str, ...], exclude: tuple[str, ...], left: list[str]
) -> None:
    """Globs over addresses; nothing outside of the selection is planned."""
    chosen = select(WANTED, only=only, exclude=exclude)

    addresses = [str(one.address) for one in chosen.assets] + [f"category/{one.path}" for one in chosen.categories]
    assert addresses == left
    assert chosen.digest == WANTED.digest


@pytest.mark.parametrize("kind", ["only", "exclude"])
def test_select_by_a_glob_that_fits_nothing_is_refused(kind: str) -> None:
    """A filter that filters nothing is a slip of the keyboard."""
    globs = {"only": (), "exclude": (), kind: ("vidoe/*",)}

    with pytest.raises(UsageError, match="vidoe"):
        select(WANTED, only=globs["only"], exclude=globs["exclude"])
