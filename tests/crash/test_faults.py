"""Every fault of the emulator in every call: the apply ends as planned or says truly what it left, and the next one ends it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.crash.honesty import check
from tests.crash.stage import Stage, key
from tests.crash.virtual import Other, VirtualLoop, in_virtual_time
from vodplan.core.errors import VodplanError
from vodplan.emulator.faults import FaultKind
from vodplan.kinds.operations import OPERATIONS

pytestmark = pytest.mark.slow

Record = Callable[[str, object], None]
Rule = Mapping[str, object]

SHARDS = 4
DRAWN = 1200
"""Cases of two to four faults drawn by chance."""

WRITES = tuple(name for name, one in OPERATIONS.items() if one.writes and name != "UpdateVideoInfo")
READS = ("GetCategories", "GetVideoInfos", "GetImageInfos", "BatchGetMediaInfos", "SearchMedia", "ListSnapshots")

VARIANTS: Mapping[FaultKind, Sequence[Rule]] = {
    FaultKind.LATENCY: ({"ms": 300}, {"ms": 31_000}),
    FaultKind.THROTTLE: ({}, {"ms": 3_000}, {"status": 429}),
    FaultKind.ERROR: (
        {"status": 500},
        {"status": 503},
        {"status": 400, "code": "InvalidParameter"},
        {"status": 403, "code": "Forbidden"},
        {"status": 400, "code": "SignatureNonceUsed"},
        {"status": 400, "code": "DeleteVideoFailed"},
        {"status": 400, "code": "InvalidSecurityToken.Expired"},
    ),
    FaultKind.HTML: ({}, {"status": 504}, {"status": 414}),
    FaultKind.CUT_BEFORE: ({},),
    FaultKind.CUT_AFTER: ({},),
    FaultKind.TRUNCATE: ({},),
    FaultKind.HALF_JSON: ({},),
    FaultKind.DRIP: ({"ms": 2_000},),
    FaultKind.SKEW: ({"seconds": 3_600}, {"seconds": -3_600}),
    FaultKind.STALE_READ: ({"ms": 2_500},),
    FaultKind.STALE_INDEX: ({"ms": 60_000},),
    FaultKind.EDIT: (
        {"video": key(7), "values": {"Title": "Somebody else's"}},
        {"video": key(35), "values": {"Title": "Somebody else's", "Tags": "theirs"}},
        {"image": key(2, "b"), "values": {"Title": "Somebody else's"}},
        {"video": key(41), "values": {"Description": "Nobody's business"}},
    ),
}
"""Each kind of fault in the forms that are told apart somewhere."""

STRIKES: Sequence[Rule] = ({"nth": [1]}, {"nth": [2]}, {"nth": [1, 2]}, {"times": 4}, {"probability": 0.5}, {})
"""Once, on the second call, twice in a row, until retries nearly run out, half of the time, and always."""

LATE = 30_000
"""Milliseconds after which the client has given up; what the service does then comes as a surprise."""


@dataclass(frozen=True, slots=True)
class Case:
    """A fault plan."""

    rules: tuple[Rule, ...]
    seed: int

    @property
    def edited(self) -> set[str]:
        """What somebody else may change."""
        return {str(rule[of]) for rule in self.rules for of in ("video", "image") if of in rule}

    @property
    def late(self) -> bool:
        """Whether calls may be carried out after they were given up."""
        return any(rule["kind"] == FaultKind.LATENCY and rule["ms"] == 31_000 for rule in self.rules)

    @property
    def passing(self) -> bool:
        """Whether it is one fault, once, of a kind that a second try or a second look gets over."""
        (first, *more) = self.rules
        refused = first.get("status") in (400, 403, 414)
        made_once = first["operation"] == "AddCategory" and (self.late or first.get("status") == 504)
        return not more and first.get("nth") == [1] and first["kind"] in PASSING and not (refused or made_once)


PASSING = frozenset(FaultKind) - {FaultKind.SKEW, FaultKind.EDIT}
"""Faults after which the very next try goes well."""

OTHER_ANSWERS: Sequence[Other] = (
    (502, "text/html", b"<html>Bad Gateway</html>"),
    (503, "application/json", b'{"Code": "ServiceUnAvailable", "RequestId": "R", "Message": "Busy."}'),
    (200, "text/html", b"<html>Please sign in</html>"),
    (200, "application/json", b"{}"),
)
"""What something on the way may put in place of the answer to a call that was carried out."""


def every_case() -> Iterator[Case]:
    """Each fault in each write, each in each read, and drawn mixtures."""
    for kind, variants in VARIANTS.items():
        for variant in variants:
            for operation in (*WRITES, *READS):
                strikes = STRIKES if operation in WRITES else (STRIKES[0], STRIKES[2], STRIKES[5])
                for number, strike in enumerate(strikes):
                    yield Case(({"kind": kind.value, "operation": operation, **variant, **strike},), seed=number + 1)
    chance = random.Random(20)
    kinds = [(kind, variant) for kind, variants in VARIANTS.items() for variant in variants]
    for seed in range(DRAWN):
        drawn = tuple(
            {
                "kind": kind.value,
                "operation": chance.choice((*WRITES, *READS, "*", "Update*", "Delete*")),
                **variant,
                "probability": chance.choice((0.1, 0.3, 0.6)),
            }
            for kind, variant in chance.choices(kinds, k=chance.randint(2, 4))
        )
        yield Case(drawn, seed=seed)


def test_every_kind_of_fault_is_swept() -> None:
    """A fault that the emulator learns must come into the sweep."""
    assert set(VARIANTS) == set(FaultKind)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_apply_under_every_fault_ends_as_planned_or_says_what_is_left(
    shard: int, tmp_path: Path, record_property: Record
) -> None:
    """Whatever goes wrong in a call: no lie, no second deletion, no stranger touched; the next apply completes it."""
    cases = list(every_case())[shard::SHARDS]

    async def sweep(loop: VirtualLoop) -> None:
        stage = await Stage.opened(loop, tmp_path)
        for case in cases:
            await play(stage, case)

    in_virtual_time(sweep)
    record_property("counted", ("applies under faults", len(cases)))


@pytest.mark.parametrize("times", [1, 1000])
def test_write_whose_answer_is_replaced_on_the_way_is_got_over_or_told(
    times: int, tmp_path: Path, record_property: Record
) -> None:
    """The service did it and a gateway says otherwise: no claim that nothing was done, and no second category."""

    async def sweep(loop: VirtualLoop) -> None:
        stage = await Stage.opened(loop, tmp_path)
        for operation in WRITES:
            for other in OTHER_ANSWERS:
                left = [other] * times

                def replace(
                    request: httpx.Request, operation: str = operation, left: list[Other] = left
                ) -> Other | None:
                    return left.pop() if left and request.headers["x-acs-action"] == operation else None

                played = await stage.play([], replace=replace)
                check(stage, played, replaced=True)
                assert played.report is not None, played.error
                if times == 1:
                    assert played.report.converged, (operation, other, played.report)
                await stage.healed()
                again = await stage.applied(await stage.planned(after=played))
                assert again.report is not None, again.error
                assert again.report.converged
                assert stage.named() == stage.named_end

    in_virtual_time(sweep)
    record_property("counted", ("answers replaced", len(WRITES) * len(OTHER_ANSWERS)))


async def play(stage: Stage, case: Case) -> None:
    """One case: an apply under its faults, then another without any."""
    try:
        played = await stage.play(case.rules, seed=case.seed)
        check(stage, played, edited=case.edited, late=case.late)
        if case.passing:
            assert played.report is not None, played.error
            assert played.report.converged, "one fault that passes was not got over"
        await stage.healed()
        plan = await stage.planned(after=played)
        again = await stage.applied(plan)
        assert again.report is not None, again.error
        assert again.report.converged, again.report
        assert {name: value for name, value in stage.named().items() if name[1] != key(41)} == {
            name: value for name, value in stage.named_end.items() if name[1] != key(41)
        }
    except (AssertionError, VodplanError) as error:
        raise AssertionError(f"{error}\n  in {case}") from error
