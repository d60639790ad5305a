"""The columns of a sheet, in order."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vodplan.core.kind import Style
from vodplan.kinds.assets import ASSETS

SHEET = "assets"
"""The name of the sheet in a workbook."""

DELETE = "yes"
"""What asks for a deletion in the column `delete`; nothing else does."""


class Role(enum.StrEnum):
    """What a column is for."""

    NAME = "name"
    FIELD = "field"
    REMOVAL = "removal"
    FACT = "fact"
    PICTURE = "picture"
    STAMP = "stamp"

    @property
    def editable(self) -> bool:
        """Whether people write in it."""
        return self in (Role.FIELD, Role.REMOVAL)


class Form(enum.StrEnum):
    """How its values are written in a workbook."""

    TEXT = "text"
    NUMBER = "number"
    SECONDS = "seconds"
    MOMENT = "moment"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `width` counts characters; a field or a fact has the column's name."""

    name: str
    role: Role
    width: int
    form: Form = Form.TEXT


_WIDTHS: Mapping[Style, int] = {
    Style.TEXT: 40,
    Style.TAGS: 26,
    Style.CATEGORY: 24,
    Style.CATEGORIES: 24,
    Style.URL: 30,
}


def _fields() -> Iterator[Column]:
    """A column for each field that any kind has."""
    styles = {field.name: field.style for kind in ASSETS.values() for field in kind.fields}
    for name, style in styles.items():
        yield Column(name=name, role=Role.FIELD, width=_WIDTHS[style])


COLUMNS = (
    Column(name="kind", role=Role.NAME, width=9),
    Column(name="id", role=Role.NAME, width=34),
    *_fields(),
    Column(name="delete", role=Role.REMOVAL, width=8),
    Column(name="after", role=Role.REMOVAL, width=12, form=Form.DAY),
    Column(name="reason", role=Role.REMOVAL, width=24),
    Column(name="created", role=Role.FACT, width=19, form=Form.MOMENT),
    Column(name="status", role=Role.FACT, width=12),
    Column(name="duration", role=Role.FACT, width=10, form=Form.SECONDS),
    Column(name="size", role=Role.FACT, width=16, form=Form.NUMBER),
    Column(name="type", role=Role.FACT, width=12),
    Column(name="reference", role=Role.NAME, width=20),
    Column(name="url", role=Role.FACT, width=30),
    Column(name="exported", role=Role.STAMP, width=20),
)
"""All there are. An export leaves out those of fields that are not wanted, and of kinds that it has not."""

PICTURE = Column(name="picture", role=Role.PICTURE, width=18)
"""Where pictures are wanted: behind those that name the asset, and as wide as 131 pixels."""

BY_NAME = {column.name: column for column in (*COLUMNS, PICTURE)}
"""Also that of pictures, which an import passes over."""

FIELDS = tuple(column.name for column in COLUMNS if column.role is Role.FIELD)
"""In the order of the kinds that brought them, so that a new kind's come last (`sheets.stamps`)."""


def columns_for(fields: Collection[str], kinds: Collection[str], *, pictures: bool = False) -> tuple[Column, ...]:
    """The columns of an export of these fields of these kinds: what none of the kinds has is left out."""
    columns = [column for column in COLUMNS if _belongs(column, fields, kinds)]
    if pictures:
        columns.insert(frozen(columns), PICTURE)
    return tuple(columns)


def frozen(columns: Sequence[Column]) -> int:
    """How many columns, from the first one on, tell which asset a row is about."""
    return next(place for place, column in enumerate(columns) if column.role not in (Role.NAME, Role.PICTURE))


def _belongs(column: Column, fields: Collection[str], kinds: Collection[str]) -> bool:
    if column.role is Role.FIELD:
        known = {field.name for name in kinds for field in ASSETS[name].fields}
        return column.name in fields and column.name in known
    if column.role is Role.FACT:
        owners = {kind.name for kind in ASSETS.values() if column.name in kind.facts_shown}
        return not owners or not owners.isdisjoint(kinds)
    return True
