"""Reads back what was written, settles what had no answer, and names what did not take."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

from vodplan.core.change import Change
from vodplan.core.errors import ApiError, CredentialsError
from vodplan.core.kind import Kind
from vodplan.core.ports import LiveReader, Progress
from vodplan.core.report import Outcome, Unconverged, Verdict
from vodplan.core.standing import remaining
from vodplan.engine.fresh import read_fresh

PATIENCE = (0.5, 1.0, 2.0, 4.0)
"""Seconds to wait before reading again what is not yet as written: the service may show old values for a moment."""


@dataclasses.dataclass(frozen=True, slots=True)
class Verified:
    """The outcomes, with unknown ones settled, and the fields that differ; None with a reason when reading failed."""

    outcomes: tuple[Outcome, ...]
    unconverged: tuple[Unconverged, ...] | None
    error: str = ""


async def verify(
    changes: Sequence[Change],
    outcomes: Sequence[Outcome],
    *,
    reader: LiveReader,
    kinds: Mapping[str, Kind],
    sleep: Callable[[float], Awaitable[None]],
    progress: Progress,
    matched: Collection[int] = frozenset(),
) -> Verified:
    """Read back every change that was done, was already so, or had no answer.

    outcomes: of some or all of the changes, in any order.
    matched:  places of changes that were found to be as wanted after they were written; they are not read again.

    An unknown change that is found as wanted is done; one that is found as it was keeps its verdict and says so. A
    refused one is looked at as well: an earlier try of the same call, whose answer was lost, may have been carried out.
    Never raises for a service that cannot be read: the report says that it was not possible.
    """
    verdicts = {one.change: one.verdict for one in outcomes}
    open_places = [
        place for place, verdict in verdicts.items() if place not in matched and _can_be_read(changes[place], verdict)
    ]
    differing: dict[int, tuple[Unconverged, ...]] = {}

    def waiting(places: Iterable[int]) -> int:
        return sum(verdicts[place] is not Verdict.REFUSED for place in places)

    progress.start("verifying", waiting(open_places))
    try:
        for wait in (*PATIENCE, None):
            fresh = await read_fresh([changes[place] for place in open_places], reader, kinds, owners=False)
            differing = {
                place: left
                for place in open_places
                if (left := remaining(changes[place], fresh, kinds[changes[place].kind]))
            }
            progress.advance(waiting(open_places) - waiting(differing))
            open_places = list(differing)
            if wait is None or not waiting(differing):
                break
            await sleep(wait)
    except (ApiError, CredentialsError) as error:
        return Verified(tuple(outcomes), None, error.message)
    finally:
        progress.finish()
    settled = tuple(
        _settle(one, differing) if _can_be_read(changes[one.change], one.verdict) else one for one in outcomes
    )
    done = {one.change for one in settled if one.verdict in (Verdict.DONE, Verdict.ALREADY)}
    unconverged = [one for place, fields in differing.items() if place in done for one in fields]
    return Verified(settled, tuple(unconverged))


def _can_be_read(change: Change, verdict: Verdict) -> bool:
    """Whether reading tells how a change ended; of an image that cannot be looked up for certain it tells nothing."""
    if verdict in (Verdict.UNKNOWN, Verdict.REFUSED):
        return change.certain
    return verdict is not Verdict.HELD


def _settle(outcome: Outcome, differing: Mapping[int, tuple[Unconverged, ...]]) -> Outcome:
    if outcome.verdict not in (Verdict.UNKNOWN, Verdict.REFUSED):
        return outcome
    unknown = outcome.verdict is Verdict.UNKNOWN
    if outcome.change not in differing:
        what = "No answer came" if unknown else f"The service refused it at last ({outcome.code})"
        detail = f"{what}; reading afterwards shows that it is done."
        return dataclasses.replace(outcome, verdict=Verdict.DONE, code="", detail=detail)
    if not unknown:
        return outcome
    return dataclasses.replace(outcome, detail=f"{outcome.detail} Reading afterwards shows that it is not done.")
