"""How an emulator behaves: region, the open questions of the service's documentation, quotas, lags, keys."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class LengthUnit(StrEnum):
    """What the limits of titles, descriptions and tags count; pages disagree, updates say bytes."""

    BYTES = "bytes"
    CHARACTERS = "characters"


class OverLength(StrEnum):
    """What happens to a text over its limit."""

    REFUSE = "refuse"
    CUT = "cut"


class TagStorage(StrEnum):
    """What happens to the blanks, order and repeats of a tag list."""

    VERBATIM = "verbatim"
    NORMALISED = "normalised"


class AllMissing(StrEnum):
    """The answer when none of the ids of a batch exists."""

    LIST = "list"
    ERROR = "error"


class CategoryClear(StrEnum):
    """Whether `CateId=0` (or empty, or -1) takes an asset out of its category."""

    CLEARS = "clears"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """An access key, what it may do, and for STS its token and end.

    allow, deny: operation patterns with `*` (`vod:Get*`, `GetVideoInfos`); deny wins.
    apps:        application ids whose media it may touch; None for all.
    expires:     seconds since 1970, for a temporary key with a token.
    """

    id: str
    secret: str
    token: str | None = None
    expires: int | None = None
    active: bool = True
    allow: tuple[str, ...] = ("*",)
    deny: tuple[str, ...] = ()
    apps: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorSettings:
    """Everything one can choose about an emulator; the defaults are the best guesses of docs/emulator.md.

    clock:            seconds since 1970, as the service sees them.
    clock_skew:       seconds added to the clock.
    max_uri_bytes:    a longer request target is answered with 414 and an HTML page.
    index_lag_ms:     how long SearchMedia keeps showing what was before a write.
    read_lag_ms:      how long reads by id keep showing what was before a write.
    quotas:           whether the documented rate per operation is enforced.
    quota_overrides:  operation to calls per second, over the documented figures.
    latency_ms:       least and greatest delay of each answer, in milliseconds.
    faults:           rules of a fault plan, as in docs/emulator.md.
    source_md5_bytes: source files up to this size have a FileMD5; the MD5 of larger ones would take too long.
    source_bytes_per_s: how fast a source file is served; as fast as it goes when None.
    """

    region: str = "cn-shanghai"
    clock: Callable[[], float] = time.time
    clock_skew: float = 0.0
    keys: tuple[KeyPair, ...] = ()
    max_uri_bytes: int = 65_536
    max_body_bytes: int = 4_194_304
    nonce_memory_s: int = 900
    quotas: bool = False
    quota_overrides: Mapping[str, float] = field(default_factory=dict)
    throttle_status: int = 400
    throttle_code: str = "Throttling.User"
    throttle_retry_after_ms: int | None = None
    index_lag_ms: int = 0
    read_lag_ms: int = 0
    latency_ms: tuple[float, float] = (0.0, 0.0)
    faults: tuple[Mapping[str, object], ...] = ()
    seed: int = 1
    call_log: int = 20_000
    signed_urls: bool = True
    url_validity_s: int = 3_600
    scroll_token_s: int = 300
    source_md5_bytes: int = 8_388_608
    source_bytes_per_s: float | None = None
    # open questions of the documentation
    empty_clears: bool = True
    category_clear: CategoryClear = CategoryClear.CLEARS
    tag_storage: TagStorage = TagStorage.VERBATIM
    length_unit: LengthUnit = LengthUnit.BYTES
    over_length: OverLength = OverLength.REFUSE
    all_missing: AllMissing = AllMissing.LIST
    count_exceeded_status: int = 400
    v3_form_parameters: bool = False
    duplicate_category_names: bool = True
    root_category_shown: bool = False
    denied_code: str = "NoPermission"
    update_while_uploading: bool = True

    def now(self) -> float:
        """Seconds since 1970 as this emulator sees them."""
        return self.clock() + self.clock_skew
