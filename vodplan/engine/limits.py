"""When an apply stops by itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one apply.

    max_failures: so many refused or unknown changes are borne; one more, and the rest is held. None for no bound.
    canary:       so many changes go ahead of the others and are read back first. None for none.
    """

    max_failures: int | None = None
    canary: int | None = None

    def reached(self, failures: int) -> str:
        """Why nothing more is begun, "" while more may be."""
        if self.max_failures is None or failures <= self.max_failures:
            return ""
        return f"{failures} changes failed, and --max-failures allows {self.max_failures}."
