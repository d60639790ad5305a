"""Which way a plan reads the library: asset by asset, or with a walk of the search index before it."""

from __future__ import annotations

LEAST = 5_000
"""Videos managed by id below which the index is never walked: they are read in a few seconds either way."""

BY_ID = f"Fewer than {LEAST:,} videos are managed by id."
