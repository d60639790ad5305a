"""SearchMedia: the first 5,000 records by page, or a walk by ScrollToken."""

from collections.abc import Callable, Sequence

from vodplan.emulator.context import JSON, Context, Operation, ScrollPosition
from vodplan.emulator.database import Value
from vodplan.emulator.errors import invalid, refusal
from vodplan.emulator.match import parse
from vodplan.emulator.params import Params, split
from vodplan.emulator.rows import AttachedRow, ImageRow, VideoRow
from vodplan.emulator.search_sql import compile_match

from . import shapes

PAGING_CAP = 5_000
SCROLL_CAP = 2_000_000
WINDOW = 100
_SCAN = "instr("
"""How a condition that searches inside texts is known: no index helps it."""
_FEW = 50_000
_SORTS = {"CreationTime": "created", "ModificationTime": "modified"}
_BLOCKS = {"video": "Video", "audio": "Audio", "image": "Image", "attached": "AttachedMedia"}


_STORED: dict[str, Callable[[Context, VideoRow], object]] = {
    "Title": lambda ctx, row: row.title,
    "Description": lambda ctx, row: row.description,
    "Tags": lambda ctx, row: row.tags,
    "CateId": lambda ctx, row: node.id if (node := ctx.category(row.cate_id)) else None,
    "CateName": lambda ctx, row: node.name if (node := ctx.category(row.cate_id)) else None,
    "CoverURL": lambda ctx, row: ctx.urls.url(row.cover, ctx.now) if row.cover else None,
    "Status": lambda ctx, row: row.status,
    "CreationTime": lambda ctx, row: shapes.iso(row.created),
    "ModificationTime": lambda ctx, row: shapes.iso(row.modified),
}
"""Fields that cost next to nothing. Pages that ask for no others are made without the rest of the record."""


def _sorts(params: Params, *, scrolling: bool) -> list[tuple[str, str]]:
    sorts: list[tuple[str, str]] = []
    for part in split(params.get("SortBy") or "CreationTime:Desc"):
        name, _, direction = part.partition(":")
        if name not in _SORTS or direction.capitalize() not in ("Desc", "Asc", ""):
            raise invalid(f"SortBy cannot be {part}.")
        sorts.append((_SORTS[name], "ASC" if direction.capitalize() == "Asc" else "DESC"))
    if len(sorts) > (1 if scrolling else 3):
        raise refusal("SortByExceededMax")
    return sorts


def search_media(ctx: Context, params: Params) -> JSON:
    """Records that match, in order; only id, type and time unless Fields names more."""
    kind = params.choice("SearchType", ("video", "audio", "image", "attached"), "video")
    page, size = params.page()
    token = params.get("ScrollToken") or ""
    scrolls = kind in ("video", "audio")
    if len(token) > 32:
        raise invalid("ScrollToken is longer than 32 characters.")
    sorts = _sorts(params, scrolling=bool(token))
    source = kind if kind == "attached" else ctx.lag.search_source("videos" if scrolls else "images", ctx.now)
    where, args = compile_match(parse(params.get("Match") or ""), kind, shapes.storage_location(ctx))
    if scrolls:
        where, args = f"media_type = ? AND {where}", [kind, *args]
    if ctx.caller.apps is not None:
        where += f" AND app_id IN ({','.join('?' * len(ctx.caller.apps))})"
        args.extend(ctx.caller.apps)
    total = _total(ctx, source, where, args)
    walk = _Walk(ctx, source, where, args, sorts)
    if token and scrolls:
        rows, passed = walk.onward(token, page, size)
    elif page * size > PAGING_CAP:
        raise invalid(f"Pages reach the first {PAGING_CAP:,} records only; walk on with ScrollToken.")
    else:
        rows, passed = walk.select((page - 1) * size, size), page * size
    fields = set(split(params.get("Fields") or ""))
    out: JSON = {"Total": total, "MediaList": [_record(ctx, kind, row, fields) for row in rows]}
    if scrolls and len(sorts) == 1:
        out["ScrollToken"] = walk.token(rows, passed)
    return out


def _total(ctx: Context, source: str, where: str, args: Sequence[Value]) -> int:
    key = f"{source} {where} {args!r}"
    if source == "videos":
        where = _unindexed(where)
    generation = ctx.db.generation()
    known = ctx.totals.get(key)
    if known is None or known[0] != generation or source.startswith("("):
        if len(ctx.totals) > 500:
            ctx.totals.clear()
        known = ctx.totals[key] = (generation, ctx.db.number(f"SELECT count(*) FROM {source} WHERE {where}", args))
    return known[1]


def _unindexed(where: str) -> str:
    """A search inside texts, as a plain scan: the plus keeps SQLite from walking an index and looking up every row."""
    return where.replace("media_type = ?", "+media_type = ?", 1) if _SCAN in where else where


class _Walk:
    """One query: pages of it, from its start or from where a token stands."""

    def __init__(self, ctx: Context, source: str, where: str, args: list[Value], sorts: list[tuple[str, str]]) -> None:
        self._ctx = ctx
        self._source = source
        self._where = where
        self._args = args
        self._sorts = sorts

    @property
    def _key(self) -> str:
        return f"{self._where} {self._args!r} {self._sorts!r}"

    def select(self, skip: int, size: int, after: tuple[int, str] | None = None) -> list[tuple[Value, ...]]:
        """`size` rows, `skip` behind the start or behind the row `after`."""
        where, args = self._where, self._args
        column, direction = self._sorts[0]
        if self._source == "videos" and _SCAN in where and _total(self._ctx, "videos", where, args) < _FEW:
            return self._scanned(skip, size, after)
        if after is not None:
            where = f"{where} AND ({column}, id) {'>' if direction == 'ASC' else '<'} (?, ?)"
            args = [*args, *after]
        order = ", ".join(f"{name} {way}" for name, way in self._sorts) + f", id {direction}"
        end = f"WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"
        if self._source == "videos":
            # What is skipped is skipped in the index; with all columns each of those rows would be looked up.
            return self._rows(
                [str(row[0]) for row in self._ctx.db.rows(f"SELECT id FROM videos {end}", (*args, size, skip))]
            )
        return self._ctx.db.rows(f"SELECT * FROM {self._source} {end}", (*args, size, skip))

    def _rows(self, ids: list[str]) -> list[tuple[Value, ...]]:
        rows = {row.id: row for row in self._ctx.db.videos(ids)}
        return [tuple(rows[video_id]) for video_id in ids if video_id in rows]

    def _scanned(self, skip: int, size: int, after: tuple[int, str] | None) -> list[tuple[Value, ...]]:
        """The same from the ids of one scan, kept until somebody writes: walking an index would look up every row."""
        ctx, order = self._ctx, self._sorts
        generation = ctx.db.generation()
        known = ctx.scans.get(self._key)
        if known is None or known[0] != generation:
            columns = ", ".join(f"{name} {way}" for name, way in order) + f", id {order[0][1]}"
            found = ctx.db.rows(
                f"SELECT {order[0][0]}, id FROM videos WHERE {_unindexed(self._where)} ORDER BY +{columns}", self._args
            )
            if len(ctx.scans) >= 4:
                ctx.scans.clear()
            known = ctx.scans[self._key] = (generation, found)
        keys = known[1]
        if after is not None:
            later = order[0][1] == "ASC"
            keys = [key for key in keys if ((key > after) if later else (key < after))]
        return self._rows([str(key[1]) for key in keys[skip : skip + size]])

    def onward(self, token: str, page: int, size: int) -> tuple[list[tuple[Value, ...]], int]:
        """The page a token leads to, at most 100 records ahead of it, and the records passed then."""
        ctx = self._ctx
        position = ctx.scrolls.find(token, now=ctx.now, lifetime=ctx.settings.scroll_token_s)
        if position.query != self._key:
            raise refusal("InvalidScrollToken.Expired", "The scroll token belongs to another query.")
        end = page * size
        if end > SCROLL_CAP:
            raise invalid(f"A walk reaches the first {SCROLL_CAP:,} records only.")
        if end > position.passed + WINDOW:
            raise invalid(f"PageNo is more than {WINDOW} records ahead of the scroll token.")
        skip = end - size - position.passed
        if skip >= 0:
            return self.select(skip, size, position.last) if position.last or not position.passed else [], end
        if end <= PAGING_CAP:
            return self.select(end - size, size), end
        raise invalid("PageNo is behind the scroll token.")

    def token(self, rows: list[tuple[Value, ...]], passed: int) -> str:
        """A token that stands behind these rows."""
        last: tuple[int, str] | None = None
        if rows:
            row = VideoRow._make(rows[-1])
            last = (row.created if self._sorts[0][0] == "created" else row.modified, row.id)
        return self._ctx.scrolls.keep(ScrollPosition(self._key, passed, last, self._ctx.now))


def _record(ctx: Context, kind: str, row: tuple[Value, ...], fields: set[str]) -> JSON:
    if kind in ("video", "audio"):
        media = VideoRow._make(row)
        block = _playable(ctx, media, kind, fields)
        media_id, created = media.id, media.created
    elif kind == "image":
        image = ImageRow._make(row)
        block = {"ImageId": image.id} | _chosen(_image(ctx, image), fields)
        media_id, created = image.id, image.created
    else:
        asset = AttachedRow._make(row)
        block = {"MediaId": asset.id} | _chosen(_attached(ctx, asset), fields)
        media_id, created = asset.id, asset.created
    block["CreationTime"] = shapes.iso(created)
    return {
        "MediaId": media_id,
        "MediaType": kind,
        "CreationTime": shapes.iso(created),
        _BLOCKS[kind]: block,
    }


def _chosen(values: JSON, fields: set[str]) -> JSON:
    return {name: value for name, value in values.items() if name in fields and value not in (None, "", [])}


def _playable(ctx: Context, row: VideoRow, kind: str, fields: set[str]) -> JSON:
    out: JSON = {"VideoId" if kind == "video" else "AudioId": row.id}
    if fields <= _STORED.keys():
        for name, read in _STORED.items():
            if name in fields and (value := read(ctx, row)) not in (None, ""):
                out[name] = value
        return out
    values = shapes.video(ctx, row, wrapped=False)
    values |= {"MediaSource": "general", "PreprocessStatus": "UnPreprocess", "DownloadSwitch": "off"}
    if "SpriteSnapshots" in fields and kind == "video":
        values["SpriteSnapshots"] = [
            shapes.snapshot_url(ctx, row.id, "SpriteSnapshot", index)
            for index in row.snapshot_counts().get("SpriteSnapshot", ())
        ]
    return out | _chosen(values, fields)


def _image(ctx: Context, row: ImageRow) -> JSON:
    values = shapes.image(ctx, row, None)
    return values | {"ModificationTime": shapes.iso(row.modified), "FileName": row.file_name, "Size": row.size}


def _attached(ctx: Context, row: AttachedRow) -> JSON:
    values = shapes.attached(ctx, row)
    return values | {"BusinessType": row.business_type, "FileName": row.file_name}


OPERATIONS = (Operation(name="SearchMedia", run=search_media, qps=50),)
