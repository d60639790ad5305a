"""What the person who has a comment written can decide about it."""

from __future__ import annotations

from dataclasses import dataclass

from vodplan.render.formats import COMMENT_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """How long a comment may be and where the whole is.

    limit:    characters, as UTF-16 counts them, which is never fewer than any host counts.
    artifact: an http or https URL of the whole plan; empty for none.
    target:   the target's name, for results that do not know it.
    """

    limit: int = COMMENT_LIMITS["github"]
    artifact: str = ""
    target: str = ""
