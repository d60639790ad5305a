"""The columns of a sheet, in order."""

from __future__ import annotations

import enum
from dataclasses import dataclass

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


COLUMNS = (
    Column(name="kind", role=Role.NAME, width=7),
    Column(name="id", role=Role.NAME, width=34),
    Column(name="title", role=Role.FIELD, width=40),
    Column(name="description", role=Role.FIELD, width=40),
    Column(name="tags", role=Role.FIELD, width=26),
    Column(name="category", role=Role.FIELD, width=24),
    Column(name="cover", role=Role.FIELD, width=30),
    Column(name="delete", role=Role.REMOVAL, width=8),
    Column(name="after", role=Role.REMOVAL, width=12, form=Form.DAY),
    Column(name="reason", role=Role.REMOVAL, width=24),
    Column(name="created", role=Role.FACT, width=19, form=Form.MOMENT),
    Column(name="status", role=Role.FACT, width=12),
    Column(name="duration", role=Role.FACT, width=10, form=Form.SECONDS),
    Column(name="size", role=Role.FACT, width=16, form=Form.NUMBER),
    Column(name="reference", role=Role.NAME, width=20),
    Column(name="url", role=Role.FACT, width=30),
    Column(name="exported", role=Role.STAMP, width=20),
)
"""All there are. An export of some fields leaves the others out."""

BY_NAME = {column.name: column for column in COLUMNS}

FIELDS = tuple(column.name for column in COLUMNS if column.role is Role.FIELD)


def columns_for(fields: frozenset[str]) -> tuple[Column, ...]:
    """The columns of an export of these fields."""
    return tuple(column for column in COLUMNS if column.role is not Role.FIELD or column.name in fields)
