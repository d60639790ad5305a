"""The living parts of one emulator, put together once and shared by the service, the pages and the tests."""

import random
import time
from dataclasses import replace
from pathlib import Path

from orjson import Fragment

from .auth import Gate, Keyring
from .calllog import CallLog
from .context import Context, ScrollTokens
from .database import Database
from .faults import FaultPlan
from .lag import Lag
from .media import MediaURLs
from .operations import OPERATIONS
from .quotas import Quotas
from .records import Library
from .rows import CategoryRow, VideoRow
from .settings import EmulatorSettings, KeyPair


class EmulatorState:
    """Database, keys, quotas, faults, lags and the call log of one emulator."""

    def __init__(self, db: Database, settings: EmulatorSettings, *, demo: bool = False) -> None:
        self.db = db
        self.settings = settings
        self.demo = demo
        self.started = time.time()
        self.log = CallLog(settings.call_log)
        rates = {name: operation.quota(settings.region) for name, operation in OPERATIONS.items()}
        self.quotas = Quotas(settings, rates)
        self.faults = FaultPlan(settings.faults, seed=settings.seed)
        self.latency = random.Random(settings.seed)
        self.keyring = Keyring(db, settings.keys)
        self.gate = Gate(settings, self.keyring)
        self.lag = Lag(db, settings)
        self.scrolls = ScrollTokens()
        self.totals: dict[str, tuple[tuple[int, int], int]] = {}
        self.scans: dict[str, tuple[tuple[int, int], list[tuple[str | int | float | None, ...]]]] = {}
        self.rendered: dict[str, tuple[VideoRow, CategoryRow | None, tuple[str, int], Fragment]] = {}
        self.urls = MediaURLs(
            base=db.meta("media_base") or "",
            key=db.meta("url_key") or "",
            validity=settings.url_validity_s,
            signed=settings.signed_urls,
        )
        if demo and db.is_empty():
            db.load(demo_library())

    def context(self, caller: KeyPair, now: float, *, fresh: bool) -> Context:
        """What one call is given."""
        return Context(
            db=self.db,
            settings=self.settings,
            urls=self.urls,
            lag=self.lag,
            scrolls=self.scrolls,
            totals=self.totals,
            scans=self.scans,
            rendered=self.rendered,
            caller=caller,
            now=now,
            fresh=fresh,
        )

    def host_pictures(self, base: str) -> None:
        """Settle where pictures live, once for this database: `http://host:port`."""
        if not self.urls.base:
            self.db.set_meta("media_base", base)
            self.urls.base = base

    def reset(self) -> None:
        """Put the library back to its start (the demo library, or nothing) and forget calls, nonces and lags."""
        with self.db.transaction():
            self.db.clear()
            if self.demo:
                self.db.load(demo_library())
        self.forget()
        self.keyring.reload()

    def forget(self) -> None:
        """Forget calls, nonces, lags and quotas; start the fault plan again; the library stays."""
        self.log.clear()
        self.gate.nonces.clear()
        self.lag.clear()
        self.quotas.clear()
        self.faults.rewind()

    def edit(self, *, video: str | None = None, image: str | None = None, values: dict[str, str]) -> bool:
        """Change an asset as somebody else would, past every check; whether it exists."""
        columns = {"Title": "title", "Description": "description", "Tags": "tags", "CoverURL": "cover",
                   "CateId": "cate_id", "Status": "status"}  # fmt: skip
        row: dict[str, str | int | float | None] = {columns[name]: value or None for name, value in values.items()}
        row["modified"] = int(self.settings.now())
        before = self.db.counts_changes()
        if video is not None:
            self.db.update("videos", video, row)
        if image is not None:
            row.pop("cover", None)
            self.db.update("images", image, row)
        return self.db.counts_changes() != before


def demo_library() -> Library:
    """The demo library, imported when it is first needed."""
    from .demo import library

    return library()


def open_state(path: Path | str, settings: EmulatorSettings, *, demo: bool = False) -> EmulatorState:
    """Open or make a database and put an emulator around it."""
    return EmulatorState(Database(path), replace(settings), demo=demo)
