"""The progress of somebody who does not look."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


class Quiet:
    """A progress that shows nothing; see `core.ports.Progress`."""

    def start(self, step: str, total: int) -> None:
        """See `Progress.start`."""

    def throttled(self, operation: str, rate: float, of: float) -> None:
        """See `Progress.throttled`."""

    def advance(self, count: int) -> None:
        """See `Progress.advance`."""

    def finish(self) -> None:
        """See `Progress.finish`."""
