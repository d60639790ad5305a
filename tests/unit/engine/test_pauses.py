"""Collecting garbage is put aside while calls are made, and taken up again."""

from __future__ import annotations

import pytest

from vodplan.engine import pauses


class Collector:
    """As much of `gc` as is used."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def get_freeze_count(self) -> int:
        """Objects put aside."""
        return self.told.count("freeze") - self.told.count("unfreeze")

    def freeze(self) -> None:
        """Put all aside."""
        self.told.append("freeze")

    def unfreeze(self) -> None:
        """Take all up again."""
        self.told.append("unfreeze")


def test_pauses_are_avoided_for_as_long_as_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when it ends with an error; one within another leaves the end to the outer one."""
    collector = Collector()
    monkeypatch.setattr(pauses, "gc", collector)

    def fail() -> None:
        with pauses.without_pauses():
            with pauses.without_pauses():
                pass
            assert collector.told == ["freeze"]
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert collector.told == ["freeze", "unfreeze"]
