"""A lease in its holder's hands: renewed by a thread, given back at the end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType

from vodplan.core.errors import StoreError
from vodplan.core.history import LeaseInfo
from vodplan.store.leases import Leases, Taken

_log = logging.getLogger(__name__)

TTL = 60.0
"""Seconds that a lease lasts without being renewed."""


class Lease:
    """A lease that this process holds; use it as a context manager.

    Within the block a thread renews it every third of its time; at the end it is given back.

    info:     as it was taken.
    previous: the lease that had run out and was replaced, None when there was none.
    """

    def __init__(
        self,
        leases: Leases,
        taken: Taken,
        *,
        ttl: float,
        on_lost: Callable[[str], None] | None = None,
        on_released: Callable[[], None] | None = None,
    ) -> None:
        self.info: LeaseInfo = taken.info
        self.previous: LeaseInfo | None = taken.previous
        self.lost_reason = ""
        self._leases = leases
        self._taken = taken
        self._ttl = ttl
        self._on_lost = on_lost
        self._on_released = on_released
        self._renewed = leases.ticks.steady()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def lost(self) -> bool:
        """Whether another may hold the target by now: the lease was taken, or could not be renewed in time."""
        return bool(self.lost_reason) or self._leases.ticks.steady() - self._renewed >= self._ttl

    def __enter__(self) -> Lease:
        self._thread = threading.Thread(target=self._keep, name="vodplan-lease", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.release()
        except StoreError as failure:
            # The work is over and its result matters more: a lease that cannot be given back runs out by itself.
            _log.warning("The lease could not be given back and ends at its time. %s", failure.message)

    def renew(self) -> bool:
        """Put the end off; False when the lease is lost, which `on_lost` is told the first time.

        raises: StoreError when the store cannot be written just now.
        """
        if self.lost_reason:
            return False
        asked = self._leases.ticks.steady()
        if not self._leases.renew(self._taken.key, self._taken.token, ttl=self._ttl):
            by = self._leases.find(self._taken.key)
            self._lose(f"The lease was taken by {by}." if by else "The lease was removed by somebody.")
            return False
        self._renewed = asked
        return True

    def release(self) -> None:
        """Stop renewing and give the lease back.

        raises: StoreError when the store cannot be written; the lease then runs out by itself.
        """
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._leases.release(self._taken.key, self._taken.token)
        if self._on_released is not None:
            self._on_released()

    def _keep(self) -> None:
        pause = self._ttl / 3
        try:
            while not self._ending.wait(pause):
                try:
                    if not self.renew():
                        return
                    pause = self._ttl / 3
                except StoreError as error:
                    if self.lost:
                        self._lose(f"The lease could not be renewed. {error.message}")
                        return
                    _log.warning("The lease could not be renewed yet. %s", error.message)
                    pause = self._ttl / 10
        except BaseException as error:
            self._lose(f"The lease could not be renewed: {type(error).__name__}.")
            raise

    def _lose(self, reason: str) -> None:
        self.lost_reason = reason
        if self._on_lost is not None:
            self._on_lost(reason)
