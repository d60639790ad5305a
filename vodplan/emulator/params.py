"""Reading the parameters of a call: types, ranges and limits, refused as the service refuses them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import orjson

from .errors import Refusal, invalid, missing
from .settings import EmulatorSettings, LengthUnit, OverLength, TagStorage

_REFERENCE = re.compile(r"[A-Za-z0-9_-]{6,64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_INTEGER = re.compile(r"-?\d{1,18}")


def parse_time(text: str, name: str) -> int:
    """Seconds since 1970 of `yyyy-MM-ddTHH:mm:ssZ`."""
    if _TIME.fullmatch(text):
        try:
            return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
        except ValueError:
            pass
    raise invalid(f"{name} is not a time of the form yyyy-MM-ddTHH:mm:ssZ.")


def parse_integer(text: str, name: str) -> int:
    """A whole number of up to 18 digits."""
    if not _INTEGER.fullmatch(text):
        raise invalid(f"{name} is not a whole number.")
    return int(text)


class Params(Mapping[str, str]):
    """The business parameters of one call; absent and empty are told apart."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def required(self, name: str) -> str:
        """A parameter that may be neither absent nor empty."""
        value = self._values.get(name)
        if not value:
            raise missing(name)
        return value

    def integer(self, name: str, default: int, *, low: int | None = None, high: int | None = None) -> int:
        """A whole number within its range, or the default when absent or empty."""
        text = self._values.get(name)
        if not text:
            return default
        value = parse_integer(text, name)
        if (low is not None and value < low) or (high is not None and value > high):
            raise invalid(f"{name} must be from {low} to {'unlimited' if high is None else high}.")
        return value

    def choice(self, name: str, options: Sequence[str], default: str) -> str:
        """One of the documented words."""
        value = self._values.get(name) or default
        if value not in options:
            raise invalid(f"{name} must be one of {', '.join(options)}.")
        return value

    def choices(self, name: str, options: Sequence[str]) -> list[str]:
        """Comma-separated documented words; an empty list when absent."""
        values = split(self._values.get(name, ""))
        for value in values:
            if value not in options:
                raise invalid(f"{name} must be of {', '.join(options)}.")
        return values

    def json(self, name: str) -> None:
        """Refuse a parameter that is present and no JSON object."""
        text = self._values.get(name)
        if not text:
            return
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            value = None
        if not isinstance(value, dict):
            raise invalid(f"{name} is not a JSON object.")

    def boolean(self, name: str, default: bool = False) -> bool:
        """true or false in any case: the vendor's Python clients write them with a capital."""
        value = self._values.get(name)
        if not value:
            return default
        if value.lower() not in ("true", "false"):
            raise invalid(f"{name} must be true or false.")
        return value.lower() == "true"

    def ids(self, name: str, *, limit: int, over: Refusal | None = None) -> list[str]:
        """Comma-separated ids, each once, in their order; refused above the limit."""
        values = split(self.required(name))
        if not values:
            raise missing(name)
        if len(values) > limit:
            raise over or invalid(f"{name} holds more than {limit} ids.")
        return list(dict.fromkeys(values))

    def page(self, *, size: int = 10) -> tuple[int, int]:
        """PageNo and PageSize."""
        return self.integer("PageNo", 1, low=1), self.integer("PageSize", size, low=1, high=100)


def split(text: str) -> list[str]:
    """The non-empty, trimmed parts of a comma-separated list."""
    return [part for raw in text.split(",") if (part := raw.strip())]


def reference(value: str) -> str:
    """A ReferenceId: 6 to 64 of `A-Z a-z 0-9 - _`."""
    if not _REFERENCE.fullmatch(value):
        raise invalid("ReferenceId must be 6 to 64 letters, digits, hyphens or underscores.")
    return value


def has_emoji(text: str) -> bool:
    """Whether a text holds characters outside the basic plane, the usual reading of "emoticons"."""
    return any(ord(char) > 0xFFFF for char in text)


class TextRules:
    """The limits of titles, descriptions and tags under the settings in force."""

    __slots__ = ("_settings",)

    def __init__(self, settings: EmulatorSettings) -> None:
        self._settings = settings

    def text(self, name: str, value: str, limit: int, *, emoji: bool = True) -> str:
        """The value to store: refused, or cut, above its limit."""
        if not emoji and has_emoji(value):
            raise invalid(f"{name} must not contain emoticons.")
        if self._length(value) <= limit:
            return value
        if self._settings.over_length is OverLength.REFUSE:
            raise invalid(f"{name} is over its limit of {limit} {self._settings.length_unit}.")
        if self._settings.length_unit is LengthUnit.CHARACTERS:
            return value[:limit]
        return value.encode()[:limit].decode(errors="ignore")

    def tags(self, value: str, *, emoji: bool = True) -> str:
        """The tag string to store: at most 16 tags of 32 bytes."""
        if self._settings.tag_storage is TagStorage.NORMALISED:
            value = ",".join(dict.fromkeys(split(value)))
        tags = value.split(",") if value else []
        if len(split(value)) > 16:
            if self._settings.over_length is OverLength.REFUSE:
                raise invalid("Tags holds more than 16 tags.")
            tags = tags[:16]
        return ",".join(self.text("A tag", tag, 32, emoji=emoji) for tag in tags)

    def _length(self, value: str) -> int:
        return len(value.encode()) if self._settings.length_unit is LengthUnit.BYTES else len(value)
