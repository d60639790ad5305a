"""Eventual consistency: what was there before a write stays visible for a while, in reads and in the search index."""

from collections.abc import Sequence

from .database import Database
from .rows import VideoRow
from .settings import EmulatorSettings

_COLUMNS = ", ".join(VideoRow._fields)


class Lag:
    """Keeps the old rows of recently written videos; does nothing while both lags are zero."""

    def __init__(self, db: Database, settings: EmulatorSettings) -> None:
        self._db = db
        self._settings = settings
        self.read_s = settings.read_lag_ms / 1_000
        self.index_s = settings.index_lag_ms / 1_000
        self._indexed = False
        self._old: dict[str, tuple[VideoRow | None, float]] = {}
        db.write(
            f"CREATE TEMP TABLE IF NOT EXISTS lagging_videos AS SELECT {_COLUMNS}, 1 AS present, 0.0 AS until "
            "FROM videos WHERE 0"
        )
        db.write("CREATE UNIQUE INDEX IF NOT EXISTS temp.lagging_id ON lagging_videos (id)")

    @property
    def reads_lag(self) -> bool:
        """Whether reads by id may be behind."""
        return bool(self._old)

    def more(self, *, read_s: float, index_s: float) -> None:
        """The lags of the writes from here on: the settings', or longer by a fault."""
        self.read_s = max(read_s, self._settings.read_lag_ms / 1_000)
        self.index_s = max(index_s, self._settings.index_lag_ms / 1_000)

    def written(self, video_id: str, before: VideoRow | None, now: float) -> None:
        """Note a write: `before` is the row as it was, None for a new video."""
        if self.read_s:
            known = self._old.get(video_id)
            row = known[0] if known is not None and known[1] > now else before
            self._old[video_id] = (row, now + self.read_s)
        if self.index_s:
            self._indexed = True
            if self._db.write("UPDATE temp.lagging_videos SET until = ? WHERE id = ?", (now + self.index_s, video_id)):
                return
            blank = VideoRow(video_id, None, "", *(None,) * 5, "", 0, 0, 0, 0, "", "", None, None, "[]", "{}")
            marks = ",".join("?" * (len(VideoRow._fields) + 2))
            self._db.write(
                f"INSERT INTO temp.lagging_videos VALUES ({marks})",
                (*(before or blank), int(before is not None), now + self.index_s),
            )

    def old_videos(self, ids: Sequence[str], rows: list[VideoRow], *, by: str, now: float) -> list[VideoRow]:
        """The rows as a lagging reader sees them."""
        for video_id in [key for key, (_, until) in self._old.items() if until <= now]:
            del self._old[video_id]
        if not self._old:
            return rows
        fresh = [row for row in rows if row.id not in self._old]
        old = [row for row, _ in self._old.values() if row is not None and getattr(row, by) in ids]
        return fresh + old

    def search_source(self, now: float) -> str:
        """What SearchMedia selects from: the table, or the table with the old rows in place of the new."""
        if not self._indexed:
            return "videos"
        self._db.write("DELETE FROM temp.lagging_videos WHERE until <= ?", (now,))
        self._indexed = self._db.number("SELECT count(*) FROM temp.lagging_videos") > 0
        if not self._indexed:
            return "videos"
        return (
            f"(SELECT {_COLUMNS} FROM videos WHERE id NOT IN (SELECT id FROM temp.lagging_videos) "
            f"UNION ALL SELECT {_COLUMNS} FROM temp.lagging_videos WHERE present = 1)"
        )

    def clear(self) -> None:
        """Forget every old row."""
        self._old.clear()
        self._db.write("DELETE FROM temp.lagging_videos")
