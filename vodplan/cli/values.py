"""What stands behind a flag, read and refused with a sentence. Cheap to import."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

from vodplan.render.formats import COMMENT_LIMITS, FORMATS, SHEETS

if TYPE_CHECKING:
    import datetime

SHELLS = ("bash", "zsh", "tcsh")
READ_BY = ("auto", "ids", "search")
KINDS = ("video", "image", "attached")
FIELDS = ("title", "description", "tags", "category", "cover", "categories")
SPLITS = ("category", "month", "asset", "none")
WALK_BY = ("search", "list")
NAME_BY = ("reference", "id")
LOG_FORMATS = ("text", "json")


def format_name(text: str) -> str:
    """An output format."""
    return _one_of(text, FORMATS, "format")


def export_format(text: str) -> str:
    """An output format, or that of a sheet."""
    return _one_of(text, tuple(dict.fromkeys((*FORMATS, *SHEETS))), "format")


def output_file(text: str) -> tuple[str, str]:
    """`FORMAT=PATH`: the format and the path."""
    name, equals, path = text.partition("=")
    if not (equals and path):
        raise ArgumentTypeError(f'"{text}" is not FORMAT=PATH, such as json=plan.json')
    return format_name(name), path


def comment_limit(text: str) -> int:
    """The most characters of a comment: a host's limit by its name, or a number."""
    if text in COMMENT_LIMITS:
        return COMMENT_LIMITS[text]
    if not (_is_number(text) and int(text) >= 2000):
        raise ArgumentTypeError(f'"{text}" is not {", ".join(COMMENT_LIMITS)} or a number of 2000 or more')
    return int(text)


def artifact_url(text: str) -> str:
    """An http or https URL to link to."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or len(text) > 500:
        raise ArgumentTypeError(f'"{text}" is not an http or https URL of at most 500 characters')
    return text


def log_format(text: str) -> str:
    """A format of the log on stderr."""
    return _one_of(text, LOG_FORMATS, "log format")


def read_by(text: str) -> str:
    """A way to read the library, as `core.road.ReadBy` names them."""
    return _one_of(text, READ_BY, "way to read")


def kind(text: str) -> str:
    """A kind of asset that can be exported."""
    return _one_of(text, KINDS, "kind")


def fields(text: str) -> list[str]:
    """Names of fields, separated by commas."""
    return list(dict.fromkeys(_one_of(name.strip(), FIELDS, "field") for name in text.split(",")))


def split(text: str) -> str:
    """What the entries of one exported file have in common."""
    return _one_of(text, SPLITS, "way to divide an export by")


def walk_by(text: str) -> str:
    """The way in which the library is listed."""
    return _one_of(text, WALK_BY, "way to list the library by")


def name_by(text: str) -> str:
    """What exported entries name their assets by."""
    return _one_of(text, NAME_BY, "way to name assets by")


def shell(text: str) -> str:
    """A shell that there is a completion script for."""
    return _one_of(text, SHELLS, "completion script for the shell")


def need(text: str) -> str:
    """What a key is to be good for."""
    return _one_of(text, ("plan", "apply", "delete"), "permission for")


def count(text: str) -> int:
    """A number of things, 0 or more, in plain digits."""
    if not _is_number(text):
        raise ArgumentTypeError(f'"{text}" is not a number of removals, such as 3')
    return int(text)


def number(text: str) -> int:
    """A number of things, 0 or more, in plain digits."""
    if not _is_number(text):
        raise ArgumentTypeError(f'"{text}" is not a number, such as 3')
    return int(text)


def positive(text: str) -> int:
    """A number of things, 1 or more, in plain digits."""
    if not (_is_number(text) and int(text)):
        raise ArgumentTypeError(f'"{text}" is not a number of 1 or more, such as 3')
    return int(text)


def duration(text: str) -> datetime.timedelta:
    """A span of time: a number and its unit, `s`, `m`, `h` or `d`."""
    import datetime

    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    amount, unit = text[:-1], text[-1:]
    if not (_is_number(amount) and len(amount) <= 6 and unit in units):
        raise ArgumentTypeError(f'"{text}" is not a duration, such as 30m, 24h or 7d')
    return datetime.timedelta(**{units[unit]: int(amount)})


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _one_of(text: str, known: tuple[str, ...], what: str) -> str:
    if text in known:
        return text
    from difflib import get_close_matches

    close = get_close_matches(text, known, n=1)
    guess = f'; did you mean "{close[0]}"?' if close else ""
    raise ArgumentTypeError(f'there is no {what} "{text}"; there are {_listed(known)}{guess}')


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
