"""Lets the cyclic collector rest where nothing that is made is garbage: walking it again and again takes its time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """No collection within; outside all is as it was. What is made must have no cycles, however many parts it has."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
