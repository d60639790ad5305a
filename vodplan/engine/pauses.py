"""Keeps the collector of garbage from holding calls up."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def without_pauses() -> Iterator[None]:
    """Keep what is there by now out of looking for garbage: in a large library that takes moments in which calls wait.

    Within another one the inner changes nothing.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
