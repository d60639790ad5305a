"""What every output format is: a view that is told results and gives text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from vodplan.render.results import Result


class View(Protocol):
    """One output format."""

    def show(self, result: Result) -> Iterable[str]:
        """The text of a result, in pieces that are ready one after another; line ends included."""
        ...
