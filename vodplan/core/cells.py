"""Texts in the cells of a table that spreadsheets open: made harmless, and taken back exactly."""

from __future__ import annotations

import re

_DANGEROUS = re.compile("'*(?:[\\t\\r\\n]|\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20])")
"""What a spreadsheet may take for a formula, a number or a command: also behind blanks, and in full width.

Quotes at the beginning count as well, so that the one that is put in front can be told from those that were there.
"""


def neutral(text: str) -> str:
    """A text as it can stand in a cell of a CSV file: no spreadsheet takes it for a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def meant(cell: str) -> str:
    """The text that `neutral` made a cell of; any other cell as it is."""
    return cell[1:] if cell[:1] == "'" and _DANGEROUS.match(cell) else cell
