"""The name of one asset or category, the same in manifests, plans, journals and on the command line."""

from __future__ import annotations

from dataclasses import dataclass

REFERENCE_PREFIX = "ref:"
URL_PREFIX = "url:"
SNAPSHOT_PREFIX = "video:"


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """The `kind/key` name that every stage shares.

    kind:   "video", "image", "category", … as registered.
    key:    `ID`; `ref:REFERENCE`; for images also `url:URL` and `video:VIDEOID:TYPE` (the snapshots of one type of a
            video); for categories the path, `News/Sports`.
    source: docs/contract.md section 1.
    """

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Split `kind/key` at its first slash.

        raises: ValueError when there is no slash or one side is empty.
        """
        kind, slash, key = text.partition("/")
        if not (kind and slash and key):
            raise ValueError(f"not an address: {text!r}; an address is KIND/KEY, such as video/00f1c2d3")
        return cls(kind, key)
