"""The API operations vodplan calls, as documented: rates, batch sizes, what may be repeated.

Rates are calls per second and account. Where no page states one, the class of the 2021 page «Limits» is used
(30 for writes, 50 for reads; 10 for GetImageInfos after its SDK comment of 2022).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from vodplan.core.kind import OperationSpec


def _spec(name: str, rate: float, batch: int = 1, *, writes: bool = False, repeatable: bool = True) -> OperationSpec:
    return OperationSpec(
        name=name,
        rate=rate,
        batch=batch,
        writes=writes,
        repeatable=repeatable,
        source=f"page «ApsaraVideo VOD:{name}»",
    )


OPERATIONS: Mapping[str, OperationSpec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            _spec("SearchMedia", 50, 100),
            _spec("GetVideoInfo", 100),
            _spec("GetVideoInfos", 100, 20),
            _spec("GetVideoList", 50, 100),
            _spec("BatchGetMediaInfos", 50, 20),
            _spec("GetMezzanineInfo", 50),
            _spec("GetPlayInfo", 360),
            _spec("UpdateVideoInfo", 100, writes=True),
            _spec("UpdateVideoInfos", 30, 20, writes=True),
            _spec("DeleteVideo", 30, 20, writes=True),
            _spec("DeleteMezzanines", 30, 20, writes=True),
            _spec("DeleteStream", 50, 20, writes=True),
            _spec("GetImageInfo", 50),
            _spec("GetImageInfos", 10, 20),
            _spec("UpdateImageInfos", 30, 20, writes=True),
            _spec("DeleteImage", 50, 20, writes=True),
            # Sent again it makes another record, which stays empty: that is harmless, and nothing shows it.
            _spec("CreateUploadImage", 80, writes=True),
            _spec("ListSnapshots", 50, 100),
            _spec("GetAttachedMediaInfo", 100, 20),
            _spec("UpdateAttachedMediaInfos", 100, 20, writes=True),
            _spec("DeleteAttachedMedia", 50, 20, writes=True),
            _spec("GetCategories", 50, 100),
            _spec("AddCategory", 30, writes=True, repeatable=False),
            _spec("UpdateCategory", 100, writes=True),
            _spec("DeleteCategory", 10, writes=True),
        )
    }
)
"""Operation name → what is known of it. `AddCategory` has no client token, so it is never repeated blindly."""


def with_rates(rates: Mapping[str, float], share: float = 1.0) -> Mapping[str, OperationSpec]:
    """The operations with an account's own rates, calls per second, in place of the documented ones.

    share: the part of each that may be used. What is left is a whole number where it is 1 or more: a second has no part
           of a call.
    """
    return {name: replace(spec, rate=_usable(rates.get(name, spec.rate) * share)) for name, spec in OPERATIONS.items()}


def _usable(rate: float) -> float:
    # 100 × 0.29 is a hair below 29, and means 29.
    return float(math.floor(rate + 1e-9)) if rate >= 1 else rate
