"""The names of the output formats; apart, so that the command line can know them and load nothing else."""

from __future__ import annotations

FORMATS = ("text", "json", "html")
"""The formats that there are a view for."""

FORMATS_TO_COME = ("markdown", "github", "gitlab")
"""The formats of docs/contract.md section 4 that this version does not have."""

DOCUMENTS = frozenset({"json", "html"})
"""The formats whose output is one whole document in UTF-8: the last result takes the place of those before it."""
