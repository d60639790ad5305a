"""The names of the output formats; apart, so that the command line can know them and load nothing else."""

from __future__ import annotations

FORMATS = ("text", "json", "html", "markdown", "github", "gitlab", "sarif", "csv")
"""The formats that there are a view for."""

SHEETS = ("csv", "xlsx")
"""What `export` writes instead of manifests."""

EVERYWHERE = ("json", "html", "markdown", "github", "gitlab")
"""The formats that every command has, beside text."""

DOCUMENTS = frozenset({"json", "html", "markdown", "gitlab", "sarif", "csv"})
"""The formats whose output is one whole document in UTF-8: the last result takes the place of those before it."""

COMMENT_LIMITS = {"github": 65_536, "gitlab": 1_000_000, "bitbucket": 32_768}
"""The most characters that a comment may have on a host."""
