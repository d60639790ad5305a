"""What the rows of a sheet ask for, beside what the manifests say."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vodplan.core.address import REFERENCE_PREFIX
from vodplan.core.desired import DesiredAsset
from vodplan.core.kind import Kind
from vodplan.core.policy import Policy
from vodplan.core.values import FieldValue
from vodplan.kinds.assets import ASSETS
from vodplan.manifests.findings import Findings, Place
from vodplan.manifests.seen import noted
from vodplan.manifests.sheets.columns import DELETE, FIELDS
from vodplan.manifests.sheets.header import Columns, cell_name
from vodplan.manifests.sheets.reading import Read
from vodplan.manifests.sheets.stamps import Stamp
from vodplan.manifests.sheets.values import Bad, day_of, id_of, reason_of, text_of, value_of
from vodplan.manifests.wording import one_of, quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one row asks for and the manifests do not say yet.

    row:    its number in the sheet, one-based.
    entry:  of the asset; None where the manifests have none.
    fields: field → what it is to be, as in `DesiredAsset.values`; empty when `absent`.
    """

    row: int
    kind: Kind
    id: str
    entry: DesiredAsset | None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    absent: bool = False
    reason: str | None = None
    after: datetime.date | None = None


class Asking:
    """Goes through the rows of a sheet. What is wrong is found in all of them; the wishes count only if nothing is.

    rows: how many rows name an asset.
    """

    def __init__(self, assets: Iterable[DesiredAsset], policy: Policy, found: Findings) -> None:
        self.rows = 0
        self._entries = {noted(one.kind, one.key): one for one in assets if one.rule is None}
        self._policy = policy
        self._found = found
        self._seen: dict[str, int] = {}

    def wishes(self, columns: Columns, rows: Iterable[Sequence[Read]]) -> Iterator[Wish]:
        """What the rows ask for, in their order.

        columns: as `read_header` gives them.
        rows:    from the second of the sheet on.
        """
        known = sorted(columns.values())
        for number, cells in enumerate(rows, start=2):
            if all(cell is None for cell in cells):
                continue
            self.rows += 1
            if any(cell is not None and place not in known for place, cell in enumerate(cells)):
                place = next(place for place, cell in enumerate(cells) if cell is not None and place not in known)
                self._found.error(
                    "VP161",
                    f"{cell_name(number, place)}: the column has no name in the first row, and a value here.",
                    Place(number - 1, place, None),
                )
            wish = _Row(self, columns, number, cells).wish()
            if wish is not None:
                yield wish

    def entry(self, kind: str, asset_id: str, reference: str) -> DesiredAsset | None:
        """The entry of an asset, by whatever it is named."""
        by_id = self._entries.get(noted(kind, asset_id))
        if by_id is None and reference:
            return self._entries.get(noted(kind, REFERENCE_PREFIX + reference))
        return by_id

    def first(self, address: str, row: int) -> int:
        """The row that named an asset first."""
        return self._seen.setdefault(address, row)

    def required(self, kind: str) -> Sequence[str]:
        """The fields that the policy wants in every entry of a kind."""
        return self._policy.require.get(kind, ())

    @property
    def vocabulary(self) -> frozenset[str] | None:
        """The closed list of tags, if there is one."""
        return self._policy.vocabulary

    def error(self, row: int, place: int, code: str, detail: str) -> None:
        """Tell what is wrong with a cell."""
        self._found.error(code, f"{cell_name(row, place)}: {detail}", Place(row - 1, place, None))

    @property
    def errors(self) -> int:
        """How many there are so far."""
        return self._found.errors


class _Row:
    def __init__(self, asking: Asking, columns: Columns, number: int, cells: Sequence[Read]) -> None:
        self._asking = asking
        self._columns = columns
        self._number = number
        self._cells = cells

    def wish(self) -> Wish | None:
        """What the row asks for; None for nothing new, or where something in it is wrong."""
        before = self._asking.errors
        kind = self._kind()
        asset_id = self._named()
        if kind is None or asset_id is None:
            return None
        reference = self._plain("reference") or ""
        stamp = self._stamp(kind, asset_id, reference)
        removal = self._removal()
        entry = self._asking.entry(kind.name, asset_id, reference)
        touched = self._touched(kind, stamp)
        if self._asking.errors != before:
            return None
        if removal is not None:
            return self._removed(kind, asset_id, entry, touched, removal)
        if entry is None:
            self._complete(kind, touched)
            wish = Wish(row=self._number, kind=kind, id=asset_id, entry=None, fields=touched) if touched else None
        else:
            wish = self._changed(kind, asset_id, entry, touched)
        return wish if self._asking.errors == before else None

    def _cell(self, name: str) -> Read:
        place = self._columns.get(name)
        return self._cells[place] if place is not None and place < len(self._cells) else None

    def _error(self, name: str, code: str, detail: str) -> None:
        self._asking.error(self._number, self._columns.get(name, 0), code, detail)

    def _plain(self, name: str) -> str | None:
        """The text of a cell that only names something; None, with an error, for what is no text."""
        try:
            return text_of(self._cell(name)).strip()
        except Bad as bad:
            self._error(name, bad.code, bad.detail)
            return None

    def _kind(self) -> Kind | None:
        text = self._plain("kind")
        kind = None if text is None else ASSETS.get(text.lower())
        if kind is None and text is not None:
            self._error("kind", "VP163", f"A kind is {one_of(ASSETS)}, and here stands {quoted(text)}.")
        return kind

    def _named(self) -> str | None:
        try:
            return id_of(self._cell("id"))
        except Bad as bad:
            self._error("id", bad.code, bad.detail)
            return None

    def _stamp(self, kind: Kind, asset_id: str, reference: str) -> Stamp | None:
        first = self._asking.first(f"{kind.name}/{asset_id}", self._number)
        if first != self._number:
            self._error("id", "VP164", f"{kind.name}/{asset_id} stands in row {first} already. Keep one of the rows.")
        text = self._plain("exported")
        if not text:
            return None
        try:
            stamp = Stamp(text)
        except ValueError:
            self._error("exported", "VP166", "This is not what an export writes here. Take the cell from the export.")
            return None
        if stamp.belongs(kind.name, asset_id, reference):
            return stamp
        self._error(
            "id",
            "VP166",
            "The column exported says that this row was exported for another asset: kind, id or reference was edited, "
            "or some columns were sorted without the others. Undo that, or export again.",
        )
        return None

    def _removal(self) -> tuple[str | None, datetime.date | None] | None:
        """Reason and day of a deletion; None where none is asked for."""
        reason: str | None = None
        after: datetime.date | None = None
        word = self._plain("delete") or ""
        try:
            reason = reason_of(self._cell("reason"))
        except Bad as bad:
            self._error("reason", bad.code, bad.detail)
        try:
            after = day_of(self._cell("after"))
        except Bad as bad:
            self._error("after", bad.code, bad.detail)
        if word.lower() == DELETE:
            return reason, after
        if word:
            self._error("delete", "VP167", f"{quoted(word)} is neither {DELETE} nor empty.")
            return None
        for name, value in (("after", after), ("reason", reason)):
            if value is not None:
                self._error(name, "VP142", f"{name} goes with delete, which is empty here.")
        return None

    def _touched(self, kind: Kind, stamp: Stamp | None) -> dict[str, FieldValue]:
        """The fields that a person wrote, and what they are to be."""
        known = {one.name: one for one in kind.fields}
        found: dict[str, FieldValue] = {}
        for name in FIELDS:
            if name not in self._columns:
                continue
            try:
                text = text_of(self._cell(name))
                if stamp.untouched(name, text) if stamp is not None else not text:
                    continue
                if name in known:
                    found[name] = value_of(text, known[name], self._asking.vocabulary)
                elif text:
                    raise Bad("VP167", f"No {kind.called} has the field {name}; there are {', '.join(known)}.")
            except Bad as bad:
                self._error(name, bad.code, bad.detail)
        return found

    def _removed(
        self,
        kind: Kind,
        asset_id: str,
        entry: DesiredAsset | None,
        touched: Mapping[str, FieldValue],
        removal: tuple[str | None, datetime.date | None],
    ) -> Wish | None:
        if touched:
            self._error("delete", "VP141", f"The row deletes the {kind.called}, and edits its {', '.join(touched)}.")
            return None
        reason, after = removal
        if entry is not None and entry.absent and (reason, after) in ((None, None), (entry.reason, entry.after)):
            return None
        return Wish(row=self._number, kind=kind, id=asset_id, entry=entry, absent=True, reason=reason, after=after)

    def _changed(
        self, kind: Kind, asset_id: str, entry: DesiredAsset, touched: Mapping[str, FieldValue]
    ) -> Wish | None:
        if not touched:
            return None
        if entry.absent:
            place = f"{entry.source.file}:{entry.source.line}"
            self._error(
                next(iter(touched)),
                "VP141",
                f"{place} deletes this {kind.called}. Take state: absent away there first.",
            )
            return None
        fields = {name: value for name, value in touched.items() if not _same(entry.values[kind.index(name)], value)}
        for name in self._asking.required(kind.name):
            if name in fields and _is_empty(fields[name]):
                self._error(name, "VP150", f"policy.require in the project file wants {name} in every {kind.called}.")
        return Wish(row=self._number, kind=kind, id=asset_id, entry=entry, fields=fields) if fields else None

    def _complete(self, kind: Kind, touched: dict[str, FieldValue]) -> None:
        """Add to a new entry what the policy wants in it, from cells that nobody touched."""
        if not touched:
            return
        for name in self._asking.required(kind.name):
            if name in touched and not _is_empty(touched[name]):
                continue
            try:
                cell = value_of(text_of(self._cell(name)), kind.fields[kind.index(name)], self._asking.vocabulary)
                if _is_empty(cell):
                    raise Bad("VP150", f"policy.require in the project file wants {name} in every {kind.called}.")
            except Bad as bad:
                self._error(name, bad.code, f"{bad.detail} The {kind.called} gets a new entry, which needs it.")
                continue
            touched[name] = cell


def _same(said: FieldValue, wanted: FieldValue) -> bool:
    if isinstance(said, tuple) and isinstance(wanted, tuple):
        return set(said) == set(wanted)
    if said is None or wanted is None or not isinstance(said, str | int) or not isinstance(wanted, str | int):
        return said is wanted
    return said == wanted and type(said) is type(wanted)


def _is_empty(value: FieldValue) -> bool:
    return value is None or value == "" or value == ()
