"""Addresses of pictures and files: the picture host, signed URLs with an end, and back to a path.

source: URL authentication of type A as the CDN documents it: `auth_key=time-rand-uid-md5(path-time-rand-uid-key)`.
"""

from hashlib import md5
from urllib.parse import parse_qs, urlsplit


class MediaURLs:
    """Makes and checks the addresses of everything under `/media/`.

    base:     scheme, host and port, without a slash at the end.
    key:      the secret of the signature.
    validity: seconds; ends are rounded up so that an address stays the same for a while.
    """

    __slots__ = ("_cache", "_end", "_key", "_round", "_signed", "base", "validity")

    def __init__(self, *, base: str, key: str, validity: int, signed: bool) -> None:
        self.base = base
        self.validity = validity
        self._key = key
        self._signed = signed
        self._round = max(1, validity // 6)
        self._end = 0
        self._cache: dict[str, str] = {}

    def window(self, now: float) -> int:
        """A number that changes whenever the addresses of default validity change."""
        return (int(now) // self._round + 1) * self._round + self.validity

    def url(self, path: str, now: float, timeout: int | None = None) -> str:
        """The address of a path, good for `timeout` seconds (default: the host's validity)."""
        if not path.startswith("/media/"):
            return path
        if not self._signed:
            return self.base + path
        if timeout is not None:
            return f"{self.base}{path}?auth_key={self._auth(path, int(now) + timeout)}"
        end = self.window(now)
        if end != self._end or len(self._cache) > 50_000:
            self._end = end
            self._cache.clear()
        known = self._cache.get(path)
        if known is None:
            known = self._cache[path] = f"{self.base}{path}?auth_key={self._auth(path, end)}"
        return known

    def path(self, url: str) -> str:
        """What to store for an address a caller gave: the bare path if it is ours, else the address as it is."""
        if not url.startswith(self.base + "/media/"):
            return url
        return urlsplit(url).path

    def allows(self, path: str, query: str, now: float) -> bool:
        """Whether a request for a path carries a good signature that has not ended."""
        if not self._signed:
            return True
        given = parse_qs(query).get("auth_key", [""])[0]
        end = given.split("-")[0]
        return end.isdigit() and len(end) < 12 and given == self._auth(path, int(end)) and int(end) >= now

    def _auth(self, path: str, end: int) -> str:
        digest = md5(f"{path}-{end}-0-0-{self._key}".encode(), usedforsecurity=False).hexdigest()
        return f"{end}-0-0-{digest}"
