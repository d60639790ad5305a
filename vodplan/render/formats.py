"""The names of the output formats; apart, so that the command line can know them and load nothing else."""

from __future__ import annotations

FORMATS = ("text", "json")
"""The formats that there are a view for."""

FORMATS_TO_COME = ("markdown", "html", "github", "gitlab")
"""The formats of docs/contract.md section 4 that this version does not have."""
