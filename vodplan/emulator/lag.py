"""Eventual consistency: what was there before a write stays visible for a while, in reads and in the search index."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar, cast

from .database import Database
from .rows import CategoryRow, ImageRow, VideoRow
from .settings import EmulatorSettings

Table = Literal["videos", "images"]
Row = TypeVar("Row", VideoRow, ImageRow)

_COLUMNS: Mapping[Table, tuple[str, ...]] = {"videos": VideoRow._fields, "images": ImageRow._fields}


class Lag:
    """Keeps the old rows of recently written media, and the old tree; does nothing while both lags are zero."""

    def __init__(self, db: Database, settings: EmulatorSettings) -> None:
        self._db = db
        self._settings = settings
        self.read_s = settings.read_lag_ms / 1_000
        self.index_s = settings.index_lag_ms / 1_000
        self._indexed: set[Table] = set()
        self._old: dict[Table, dict[str, tuple[VideoRow | ImageRow | None, float]]] = {"videos": {}, "images": {}}
        self._tree: tuple[Mapping[int, CategoryRow], float] | None = None
        for table, columns in _COLUMNS.items():
            db.write(
                f"CREATE TEMP TABLE IF NOT EXISTS lagging_{table} AS SELECT {', '.join(columns)}, 1 AS present, "
                f"0.0 AS until FROM {table} WHERE 0"
            )
            db.write(f"CREATE UNIQUE INDEX IF NOT EXISTS temp.lagging_{table}_id ON lagging_{table} (id)")

    def more(self, *, read_s: float, index_s: float) -> None:
        """The lags of the writes from here on: the settings', or longer by a fault."""
        self.read_s = max(read_s, self._settings.read_lag_ms / 1_000)
        self.index_s = max(index_s, self._settings.index_lag_ms / 1_000)

    def written(self, table: Table, media_id: str, before: VideoRow | ImageRow | None, now: float) -> None:
        """Note a write: `before` is the row as it was, None for a new one."""
        if self.read_s:
            known = self._old[table].get(media_id)
            row = known[0] if known is not None and known[1] > now else before
            self._old[table][media_id] = (row, now + self.read_s)
        if self.index_s:
            self._indexed.add(table)
            until = now + self.index_s
            if self._db.write(f"UPDATE temp.lagging_{table} SET until = ? WHERE id = ?", (until, media_id)):
                return
            columns = len(_COLUMNS[table])
            marks = ",".join("?" * (columns + 2))
            self._db.write(
                f"INSERT INTO temp.lagging_{table} VALUES ({marks})",
                (*(before or (media_id, *(None,) * (columns - 1))), int(before is not None), until),
            )

    def tree_written(self, before: Mapping[int, CategoryRow], now: float) -> None:
        """Note a write to the category tree, which was so before."""
        if self.read_s:
            known = self._tree
            self._tree = (known[0] if known is not None and known[1] > now else before, now + self.read_s)

    def old_rows(self, table: Table, ids: Sequence[str], rows: list[Row], *, by: str, now: float) -> list[Row]:
        """The rows as a lagging reader sees them."""
        kept = self._old[table]
        if not kept:
            return rows
        for media_id in [key for key, (_, until) in kept.items() if until <= now]:
            del kept[media_id]
        seen: list[VideoRow | ImageRow] = [row for row in rows if row.id not in kept]
        seen.extend(row for row, _ in kept.values() if row is not None and getattr(row, by) in ids)
        return cast("list[Row]", seen)

    def tree(self, now: float) -> Mapping[int, CategoryRow]:
        """The category tree as a lagging reader sees it."""
        if self._tree is not None and self._tree[1] > now:
            return self._tree[0]
        return self._db.categories()

    def search_source(self, table: Table, now: float) -> str:
        """What SearchMedia selects from: the table, or the table with the old rows in place of the new."""
        if table not in self._indexed:
            return table
        lagging = f"temp.lagging_{table}"
        self._db.write(f"DELETE FROM {lagging} WHERE until <= ?", (now,))
        if not self._db.number(f"SELECT count(*) FROM {lagging}"):
            self._indexed.discard(table)
            return table
        columns = ", ".join(_COLUMNS[table])
        return (
            f"(SELECT {columns} FROM {table} WHERE id NOT IN (SELECT id FROM {lagging}) "
            f"UNION ALL SELECT {columns} FROM {lagging} WHERE present = 1)"
        )

    def clear(self) -> None:
        """Forget every old row and the old tree."""
        self._tree = None
        for table in _COLUMNS:
            self._old[table].clear()
            self._db.write(f"DELETE FROM temp.lagging_{table}")
