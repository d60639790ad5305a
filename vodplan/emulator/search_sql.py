"""The Match tree as SQL: which field may be used how, and the condition it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .database import Value
from .errors import Refusal
from .match import Between, Both, Condition, Either, OneOf, syntax
from .params import parse_time


class Use(StrEnum):
    """What a field allows: the columns of the protocol's field tables."""

    EXACT_IN = "exact, in"
    EXACT = "exact"
    FUZZY = "fuzzy, in"
    IN = "in"
    RANGE = "range"


def _number(text: str) -> Value:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            raise syntax(f"{text!r} is not a number.") from None


def _time(text: str) -> Value:
    try:
        return parse_time(text, "Match")
    except Refusal:
        raise syntax(f"{text!r} is not a time of the form yyyy-MM-ddTHH:mm:ssZ.") from None


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its use, the SQL it stands for, and how its values are read."""

    use: Use
    sql: str
    read: Callable[[str], Value] = str


_COMMON: dict[str, Field] = {
    "CateId": Field(Use.EXACT, "cate_id", _number),
    "Title": Field(Use.FUZZY, "title"),
    "Tags": Field(Use.FUZZY, "tags"),
    "Description": Field(Use.FUZZY, "description"),
    "Status": Field(Use.IN, "status"),
    "AppId": Field(Use.IN, "app_id"),
    "CreationTime": Field(Use.RANGE, "created", _time),
    "ModificationTime": Field(Use.RANGE, "modified", _time),
}
_PLAYABLE: dict[str, Field] = {
    **_COMMON,
    "StorageLocation": Field(Use.EXACT_IN, "@storage"),
    "MediaSource": Field(Use.IN, "'general'"),
    "PreprocessStatus": Field(Use.IN, "'UnPreprocess'"),
    "Size": Field(Use.RANGE, "size", _number),
    "Duration": Field(Use.RANGE, "duration", _number),
    "ReferenceId": Field(Use.EXACT_IN, "reference_id"),
}
FIELDS: dict[str, dict[str, Field]] = {
    "video": {**_PLAYABLE, "VideoId": Field(Use.EXACT_IN, "id")},
    "audio": {**_PLAYABLE, "AudioId": Field(Use.EXACT, "id")},
    "image": {
        **_COMMON,
        "ImageId": Field(Use.EXACT, "id"),
        "StorageLocation": Field(Use.EXACT_IN, "@storage"),
        "FileName": Field(Use.FUZZY, "file_name"),
    },
    "attached": {
        **_COMMON,
        "CateId": Field(Use.EXACT, "@cate_ids"),
        "MediaId": Field(Use.EXACT, "id"),
        "StorageLocation": Field(Use.EXACT_IN, "@storage"),
        "BusinessType": Field(Use.EXACT, "business_type"),
        "FileName": Field(Use.FUZZY, "file_name"),
    },
}
MOST_VALUES = 100


def compile_match(tree: Condition | None, kind: str, storage: str) -> tuple[str, list[Value]]:
    """A condition over the table of this kind, and its arguments; `ErrorMatchSyntax` for what a field forbids."""
    args: list[Value] = []
    if tree is None:
        return "1", args
    return _Compiler(FIELDS[kind], storage, args).sql(tree), args


class _Compiler:
    def __init__(self, fields: Mapping[str, Field], storage: str, args: list[Value]) -> None:
        self._fields = fields
        self._storage = storage
        self._args = args

    def sql(self, tree: Condition) -> str:
        if isinstance(tree, Both):
            return "(" + " AND ".join(map(self.sql, tree.parts)) + ")"
        if isinstance(tree, Either):
            return "(" + " OR ".join(map(self.sql, tree.parts)) + ")"
        field = self._fields.get(tree.field)
        if field is None:
            raise syntax(f"the field {tree.field} cannot be searched.")
        if isinstance(tree, Between):
            return self._between(tree, field)
        return self._one_of(tree, field)

    def _between(self, tree: Between, field: Field) -> str:
        if field.use is not Use.RANGE:
            raise syntax(f"the field {tree.field} takes no range.")
        parts: list[str] = []
        if tree.low is not None:
            parts.append(f"{field.sql} {'>=' if tree.low_included else '>'} ?")
            self._args.append(field.read(tree.low))
        if tree.high is not None:
            parts.append(f"{field.sql} {'<=' if tree.high_included else '<'} ?")
            self._args.append(field.read(tree.high))
        return "(" + " AND ".join(parts) + ")"

    def _one_of(self, tree: OneOf, field: Field) -> str:
        if field.use is Use.RANGE:
            raise syntax(f"the field {tree.field} takes a range only.")
        if tree.listed and field.use is Use.EXACT:
            raise syntax(f"the field {tree.field} does not take 'in'.")
        if len(tree.values) > MOST_VALUES:
            raise syntax(f"more than {MOST_VALUES} values for {tree.field}.")
        values = [field.read(value) for value in tree.values]
        if field.use is Use.FUZZY:
            self._args.extend(values)
            return "(" + " OR ".join([f"instr(lower({field.sql}), lower(?)) > 0"] * len(values)) + ")"
        if field.sql == "@storage":
            return "1" if self._storage in values else "0"
        if field.sql == "@cate_ids":
            self._args.append(f"%,{values[0]},%")
            return "(',' || cate_ids || ',') LIKE ?"
        self._args.extend(values)
        return f"{field.sql} IN ({','.join('?' * len(values))})"
