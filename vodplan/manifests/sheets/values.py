"""From the text of a cell to the value of a field, by the limits that manifests have."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection

from vodplan.core.kind import Field, Style
from vodplan.core.values import FieldValue
from vodplan.manifests import limits
from vodplan.manifests.limits import Problem
from vodplan.manifests.sheets.reading import Formula, Read
from vodplan.manifests.sheets.rows import ID_PREFIX, SEPARATOR
from vodplan.manifests.wording import cut, did_you_mean, quoted

ERRORS = frozenset({"#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
"""What spreadsheets put in the place of a result."""

_CATEGORY_ID = re.compile(rf"{ID_PREFIX}\s*([0-9]+)\Z")
_LIKE_A_NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+\Z")


class Bad(Exception):
    """A cell that cannot be used, with the code and the sentences."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def text_of(cell: Read) -> str:
    """A cell as text; raises Bad for what became something else than text."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Formula):
        raise Bad(
            "VP165",
            f"{quoted(cell.text)} is a formula, or the error that one gave. Paste its value; for a text that begins "
            "with =, format the cell as text first (in a CSV file, put ' in front).",
        )
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    what = "a number" if isinstance(cell, float) else "a truth value" if isinstance(cell, bool) else "a date"
    raise Bad(
        "VP167",
        f"The spreadsheet took what was typed for {what}: {cell}. Format the cell as text and type it again.",
    )


def id_of(cell: Read) -> str:
    """An id; raises Bad for what a spreadsheet made of one."""
    text = cell.strip() if isinstance(cell, str) else ""
    problem = limits.id_problem("id", text)
    # An id may well look like `1e3`; what a spreadsheet makes of a long one has a sign in it, and is none.
    if isinstance(cell, int | float) or (problem is not None and _LIKE_A_NUMBER.match(text)):
        raise Bad(
            "VP163",
            f"{cell} is a number, and digits of the id may be lost. Take the ids from the export again; a column that "
            "is formatted as text keeps them.",
        )
    if problem is not None:
        text_of(cell)
        raise Bad("VP163", problem.detail)
    return text


def value_of(text: str, field: Field, vocabulary: Collection[str] | None) -> FieldValue:
    """What a cell asks for; an empty one clears. raises: Bad."""
    if text.strip() in ERRORS:
        raise Bad("VP165", f"{text.strip()} is the error that a formula gave. Type the value.")
    if field.style is Style.TAGS:
        return _tags(text, field, vocabulary)
    if field.style is Style.CATEGORIES:
        return _categories(text, field)
    if field.style is Style.TEXT:
        _check(limits.text_problem(field.name, text, max_bytes=field.max_bytes, emoji=field.emoji))
        return text
    text = text.strip()
    if field.style is Style.CATEGORY:
        return _category(text)
    if text:
        _check(limits.url_problem(field.name, text))
    return text


def day_of(cell: Read) -> datetime.date | None:
    """A day; None for an empty cell. raises: Bad."""
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    text = text_of(cell).strip()
    if not text:
        return None
    _check(limits.date_problem("after", text))
    return datetime.date.fromisoformat(text)


def reason_of(cell: Read) -> str | None:
    """A reason; None for an empty cell. raises: Bad."""
    text = text_of(cell)
    _check(limits.text_problem("reason", text, max_bytes=limits.MAX_REASON_BYTES))
    return text or None


def _categories(text: str, field: Field) -> tuple[str | int, ...]:
    found = (_category(name) for part in text.split(SEPARATOR) if (name := part.strip()))
    several = tuple(dict.fromkeys(one for one in found if one is not None))
    _check(limits.count_problem(len(several), field))
    return several


def _category(text: str) -> str | int | None:
    if not text:
        return None
    by_id = _CATEGORY_ID.match(text)
    if by_id is None:
        _check(limits.path_problem(text))
        return text
    number = int(by_id[1]) if len(by_id[1]) < 20 else 0
    if not 1 <= number <= limits.MAX_CATEGORY_ID:
        raise Bad("VP122", f"{cut(text)} is no category's id.")
    return number


def _tags(text: str, field: Field, vocabulary: Collection[str] | None) -> tuple[str, ...]:
    tags = tuple(dict.fromkeys(tag for part in text.split(SEPARATOR) if (tag := part.strip())))
    for tag in tags:
        if "\uff0c" in tag:
            raise Bad("VP128", f"The tag {quoted(tag)} has a full-width comma. Put a plain comma between two tags.")
        _check(limits.tag_problem(tag, field))
        if vocabulary is not None and tag not in vocabulary:
            raise Bad(
                "VP151",
                f"The tag {quoted(tag)} is not in policy.tags.vocabulary of the project file."
                f"{did_you_mean(tag, vocabulary)}",
            )
    _check(limits.count_problem(len(tags), field))
    return tags


def _check(problem: Problem | None) -> None:
    if problem is not None:
        raise Bad(problem.code, problem.detail)
