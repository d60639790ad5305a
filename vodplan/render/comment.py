"""What the formats for code hosts have to know of the place where they are read."""

from __future__ import annotations

from dataclasses import dataclass

from vodplan.render.formats import COMMENT_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """How long a comment may be and where the whole is.

    limit:    characters, as UTF-16 counts them, which is never fewer than any host counts.
    artifact: an http or https URL of the whole plan; empty for none.
    target:   the target's name, for results that do not know it.
    folder:   where the project stands in the checkout, `media/library`; empty for its top.
    """

    limit: int = COMMENT_LIMITS["github"]
    artifact: str = ""
    target: str = ""
    folder: str = ""

    def in_checkout(self, file: str) -> str:
        """A file as the host names it, from the top of the checkout; hosts know no other paths."""
        return file if not self.folder or file.startswith("/") else f"{self.folder}/{file}"
