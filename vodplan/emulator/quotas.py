"""The documented rate of each operation: so many calls in any one second (or day), for the whole account.

source: page "QPS limits on API operations".
"""

from collections import deque
from collections.abc import Mapping

from .errors import Refusal, refusal
from .settings import EmulatorSettings


class Quotas:
    """Counts the calls of the last second (or day) per operation; refused calls do not count.

    documented: operation to calls and the seconds that they are counted in.
    """

    def __init__(self, settings: EmulatorSettings, documented: Mapping[str, tuple[float, float]]) -> None:
        self._settings = settings
        self._rates = {**documented, **{name: (rate, 1.0) for name, rate in settings.quota_overrides.items()}}
        self._recent: dict[str, deque[float]] = {name: deque() for name in self._rates}

    def take(self, action: str, now: float) -> None:
        """Count a call, or refuse it with the service's throttling answer."""
        recent = self._recent[action]
        most, window = self._rates[action]
        while recent and (recent[0] <= now - window or recent[0] > now):
            recent.popleft()
        if len(recent) >= most:
            raise throttled(self._settings, action)
        recent.append(now)

    def clear(self) -> None:
        """Forget the calls so far."""
        for recent in self._recent.values():
            recent.clear()


def throttled(settings: EmulatorSettings, action: str) -> Refusal:
    """The throttling answer under the settings: 400 without a header, unless they say otherwise."""
    answer = refusal("Throttling.User", f"{action} was called too often.", status=settings.throttle_status)
    wait = settings.throttle_retry_after_ms
    headers = () if wait is None else ((b"x-acs-retry-after", str(wait).encode()),)
    return Refusal(settings.throttle_code, answer.status, answer.message, headers)
