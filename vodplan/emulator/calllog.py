"""What was called: the last calls, in order, for tests and for the human page."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from .params import split

_LISTS = ("VideoIds", "ImageIds", "MediaIds", "ReferenceIds", "JobIds", "ImageURLs")
_SINGLES = ("VideoId", "ImageId", "ReferenceId", "CateId")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One answered call.

    at:     seconds since 1970, on the emulator's clock.
    code:   the service's code for a refusal, empty for success.
    status: HTTP status; 0 when the connection was cut instead of an answer.
    faults: kinds of the faults that were put into this call.
    """

    at: float
    action: str
    params: Mapping[str, str]
    status: int
    code: str
    key: str
    request_id: str
    faults: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids that the call named, in its order, those inside `UpdateContent` included."""
        found: list[str] = []
        for name in _LISTS:
            found.extend(split(self.params.get(name, "")))
        found.extend(self.params[name] for name in _SINGLES if self.params.get(name))
        try:
            items = orjson.loads(self.params.get("UpdateContent") or "[]")
        except orjson.JSONDecodeError:
            return tuple(found)
        for item in items if isinstance(items, list) else []:
            if isinstance(item, dict):
                found.extend(
                    str(item[name]) for name in ("VideoId", "ReferenceId", "ImageId", "MediaId") if item.get(name)
                )
        return tuple(found)


class CallLog:
    """A bounded list of calls that another thread may read."""

    def __init__(self, size: int) -> None:
        self._lock = threading.Lock()
        self._records: deque[CallRecord] = deque(maxlen=size)
        self.total = 0

    def add(self, record: CallRecord) -> None:
        """Note a call."""
        with self._lock:
            self._records.append(record)
            self.total += 1

    def records(self) -> list[CallRecord]:
        """The calls kept, oldest first."""
        with self._lock:
            return list(self._records)

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._records.clear()
            self.total = 0
