"""What an operation is given: the database, the settings, the caller, the time, and where pictures live."""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orjson import Fragment

from .database import Database
from .errors import refusal
from .lag import Lag
from .media import MediaURLs
from .params import Params, TextRules, parse_integer, reference
from .rows import AttachedRow, CategoryRow, ImageRow, VideoRow
from .settings import AllMissing, CategoryClear, EmulatorSettings, KeyPair

JSON = dict[str, object]

LARGE_REGIONS = frozenset({"cn-shanghai", "cn-beijing", "cn-shenzhen", "ap-southeast-1"})
"""Where more uploads may be begun per second than elsewhere (page "QPS limits on API operations")."""


@dataclass(frozen=True, slots=True)
class ScrollPosition:
    """Where a walk of SearchMedia stands: the query, the records passed, the last sort value and id, and when."""

    query: str
    passed: int
    last: tuple[int, str] | None
    made: float


class ScrollTokens:
    """The walks under way; the oldest is forgotten beyond 10,000."""

    def __init__(self) -> None:
        self._positions: OrderedDict[str, ScrollPosition] = OrderedDict()

    def keep(self, position: ScrollPosition) -> str:
        """A new token of 32 characters for this position."""
        token = secrets.token_hex(16)
        self._positions[token] = position
        if len(self._positions) > 10_000:
            self._positions.popitem(last=False)
        return token

    def find(self, token: str, *, now: float, lifetime: float) -> ScrollPosition:
        """The position of a token; `InvalidScrollToken.Expired` when unknown or too old."""
        position = self._positions.get(token)
        if position is None or now - position.made > lifetime:
            raise refusal("InvalidScrollToken.Expired")
        return position


@dataclass(slots=True, kw_only=True)
class Context:
    """One call's surroundings; the finders below honour read lag and the caller's applications.

    fresh: a write never works on what is no longer there, so it is spared the read lag.
    """

    db: Database
    settings: EmulatorSettings
    urls: MediaURLs
    lag: Lag
    scrolls: ScrollTokens
    totals: dict[str, tuple[tuple[int, int], int]]
    scans: dict[str, tuple[tuple[int, int], list[tuple[str | int | float | None, ...]]]]
    rendered: dict[str, tuple[VideoRow, CategoryRow | None, tuple[str, int], Fragment]]
    caller: KeyPair
    now: float
    fresh: bool = False
    _tree: Mapping[int, CategoryRow] | None = None

    @property
    def texts(self) -> TextRules:
        """The limits of texts under the settings."""
        return TextRules(self.settings)

    def may_touch(self, app_id: str) -> bool:
        """Whether the caller's key has rights to an application's media."""
        return self.caller.apps is None or app_id in self.caller.apps

    def videos(self, ids: Sequence[str], *, by: str = "id") -> dict[str, VideoRow]:
        """The videos and audios of these ids, keyed by what was asked for."""
        rows = self.db.videos(ids, by=by)
        if not self.fresh:
            rows = self.lag.old_rows("videos", ids, rows, by=by, now=self.now)
        return {str(getattr(row, by)): row for row in rows}

    def one_video(self, params: Params, code: str = "InvalidVideo.NotFound") -> VideoRow:
        """The video named by VideoId or, failing that, ReferenceId."""
        video_id = params.get("VideoId")
        if not video_id and params.get("ReferenceId"):
            name = reference(params["ReferenceId"])
            found = self.videos([name], by="reference_id").get(name)
        else:
            name = params.required("VideoId")
            found = self.videos([name]).get(name)
        if found is None:
            raise refusal(code)
        if not self.may_touch(found.app_id):
            raise refusal("Forbidden")
        return found

    def images(self, ids: Sequence[str]) -> dict[str, ImageRow]:
        """The images of these ids."""
        rows = self.db.images(ids)
        if not self.fresh:
            rows = self.lag.old_rows("images", ids, rows, by="id", now=self.now)
        return {row.id: row for row in rows}

    def attached(self, ids: Sequence[str]) -> dict[str, AttachedRow]:
        """The auxiliary assets of these ids."""
        return {row.id: row for row in self.db.attached(ids)}

    @property
    def tree(self) -> Mapping[int, CategoryRow]:
        """The categories by id."""
        if self._tree is None:
            self._tree = self.db.categories() if self.fresh else self.lag.tree(self.now)
        return self._tree

    def category(self, category_id: int | None) -> CategoryRow | None:
        """The category of an asset, if it has one."""
        if category_id is None:
            return None
        return self.tree.get(category_id)

    def category_to_store(self, text: str) -> int | None:
        """The category a caller chose; None clears it where the settings let it."""
        number = parse_integer(text, "CateId") if text else 0
        if number in (0, -1) and self.settings.category_clear is CategoryClear.CLEARS:
            return None
        if number not in self.db.categories():
            raise refusal("InvalidCateId.NotFound")
        return number

    def refuse_if_all_missing(self, found: bool, code: str) -> None:
        """The other answer to a batch in which nothing exists, where the settings choose it."""
        if not found and self.settings.all_missing is AllMissing.ERROR:
            raise refusal(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the service: what runs it, its calls per second, and whether it changes anything.

    elsewhere: calls per second outside of the four large regions, where that is another figure.
    per_day:   calls a day instead of calls per second.
    """

    name: str
    run: Callable[[Context, Params], JSON]
    qps: float = 0.0
    writes: bool = False
    elsewhere: float | None = None
    per_day: int | None = None

    def quota(self, region: str) -> tuple[float, float]:
        """So many calls in so many seconds."""
        if self.per_day is not None:
            return self.per_day, 86_400.0
        return self.qps if self.elsewhere is None or region in LARGE_REGIONS else self.elsewhere, 1.0
