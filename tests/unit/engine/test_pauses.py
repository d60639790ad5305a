"""Collecting garbage is put aside while calls are made, and taken up again."""

from __future__ import annotations

import gc

import pytest

from vodplan.engine.pauses import without_pauses


def test_pauses_are_avoided_for_as_long_as_it_lasts() -> None:
    """Also when it ends with an error; one within another leaves the end to the outer one."""
    before = gc.get_freeze_count()

    def fail() -> None:
        with without_pauses():
            frozen = gc.get_freeze_count()
            with without_pauses():
                pass
            assert gc.get_freeze_count() == frozen > 0
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert gc.get_freeze_count() == before
