"""Calls that are refused or answered by something else than the service: throttled, broken, by a gateway, at odds."""

from __future__ import annotations

import itertools

import pytest

from tests import build
from tests.contract.faults.world import World, a_call, outcome, verdicts
from vodplan.core.errors import CredentialsError, Throttled, Unavailable, UnknownOutcome
from vodplan.core.kind import Call
from vodplan.core.report import Verdict
from vodplan.emulator import KeyPair
from vodplan.emulator.demo import library
from vodplan.emulator.demo.tidy import EXPIRED_LICENCE, MANY_STREAMS, OPENING_MATCH, POSTER
from vodplan.vod.credentials import Credentials
from vodplan.vod.service import VodService

OTHER = library().videos[1].id
JOB = next(video for video in library().videos if video.id == MANY_STREAMS).streams[0].job_id
RENAME = a_call("UpdateVideoInfos", OPENING_MATCH, {"title": "Renamed"})


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"status": 429, "code": "Throttling.Api"},
        {"status": 503, "code": "Throttling"},
        {"status": 403, "code": "Rejected.Throttling"},
    ],
)
def test_throttled_call_is_sent_again_whatever_its_status(world: World, answer: dict[str, object]) -> None:
    """A write that is throttled was not done, so it is repeated, up to ten times."""
    world.fault({"kind": "throttle", "operation": "UpdateVideoInfos", "nth": list(range(1, 10)), **answer})

    world.using(lambda service: service.writer.write(RENAME))

    assert world.calls("UpdateVideoInfos") == 10
    assert world.title(OPENING_MATCH) == "Renamed"


def test_throttled_call_waits_as_long_as_the_service_asks(world: World) -> None:
    """The header is in milliseconds; jitter comes on top of it, so that not all come back at once."""
    world.luck = 1.0
    world.fault({"kind": "throttle", "operation": "GetVideoInfos", "nth": [1, 2], "ms": 1_500})

    assert OPENING_MATCH in world.read(OPENING_MATCH)

    assert world.time.waits == [1.75, 2.0]


def test_throttled_operation_is_called_a_little_more_slowly(world: World) -> None:
    """Another tool uses the account: one refusal in ten says that it takes a tenth, and that much is given way to."""
    world.fault({"kind": "throttle", "operation": "GetImageInfos", "nth": 11})

    async def work(service: VodService) -> None:
        for _ in range(20):
            [_ async for _ in service.reader.read("image", [POSTER])]

    world.using(work, paced=True)

    times = [call.at for call in world.emulator.calls("GetImageInfos")]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert max(gaps[:9]) < 0.105
    assert min(gaps[11:]) > 0.11
    assert max(gaps[12:]) < 0.2


def test_call_that_is_always_throttled_is_refused_and_not_in_doubt(world: World) -> None:
    """The report says that nothing was written."""
    plan = world.plan(build.video(OPENING_MATCH, title="Renamed"))
    world.fault({"kind": "throttle", "operation": "UpdateVideo*"})

    report = world.apply(plan)

    assert outcome(report).verdict is Verdict.REFUSED
    assert outcome(report).code == "Throttling.User"
    with pytest.raises(Throttled):
        world.using(lambda service: service.writer.write(RENAME))


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500},
        {"status": 503},
        {"status": 503, "code": "ServiceUnavailable"},
        {"status": 507, "code": "NeverHeardOf"},
        {"status": 400, "code": "InternalError"},
        {"status": 400, "code": "serviceUnavailable"},
    ],
)
def test_server_error_is_asked_again(world: World, answer: dict[str, object]) -> None:
    """Told by the status or, where a gateway gives another, by the code in any letter case."""
    world.luck = 1.0
    world.fault({"kind": "error", "operation": "GetVideoInfos", "nth": [1, 2, 3, 4, 5], **answer})

    assert OPENING_MATCH in world.read(OPENING_MATCH)

    assert world.calls("GetVideoInfos") == 6
    assert world.time.waits == [0.25, 0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("DeleteVideoFailed", a_call("DeleteVideo", EXPIRED_LICENCE)),
        (
            "DeleteStreamFailed",
            a_call("DeleteStream", MANY_STREAMS, jobs=[JOB]),
        ),
    ],
)
def test_deletion_that_the_service_failed_at_is_repeated(world: World, code: str, call: Call) -> None:
    """Both codes ask for another try, whatever their status; what is gone by then counts as deleted."""
    world.fault({"kind": "error", "operation": "Delete*", "nth": 1, "status": 400, "code": code})

    answer = world.using(lambda service: service.writer.write(call))

    assert not answer.missing
    assert not answer.refused


def test_service_that_stays_down_ends_in_the_reason(world: World) -> None:
    """A read is unavailable; a write is in doubt, for one of the tries may have got through."""
    world.fault({"kind": "error", "status": 503})

    with pytest.raises(Unavailable, match="ServiceUnAvailable"):
        world.read(OPENING_MATCH)
    with pytest.raises(UnknownOutcome):
        world.using(lambda service: service.writer.write(RENAME))

    assert world.calls("UpdateVideoInfos") == 6


@pytest.mark.parametrize("status", [502, 504, 500])
def test_page_of_a_gateway_is_asked_again(world: World, status: int) -> None:
    """HTML in the place of an answer is trouble on the way, not an empty library."""
    world.fault({"kind": "html", "operation": "GetVideoInfos", "nth": [1, 2], "status": status})

    assert OPENING_MATCH in world.read(OPENING_MATCH)
    assert world.calls("GetVideoInfos") == 3


def test_batch_that_a_gateway_finds_too_long_is_split(world: World) -> None:
    """414 with a page: the same changes in two calls, none lost."""
    wanted = {OPENING_MATCH: "First", OTHER: "Second"}
    plan = world.plan(*(build.video(video, title=title) for video, title in wanted.items()))
    world.fault({"kind": "html", "operation": "UpdateVideoInfos", "nth": 1, "status": 414})

    report = world.apply(plan)

    assert verdicts(report) == ["done", "done"]
    assert [len(call.ids) for call in world.emulator.calls("UpdateVideoInfos")[1:]] == [1, 1]
    assert {video: world.title(video) for video in wanted} == wanted


def test_answer_whose_json_is_cut_is_asked_again(world: World) -> None:
    """Half of a list must never pass for the whole of it."""
    world.fault({"kind": "half_json", "operation": "GetVideoInfos", "nth": [1, 2]})

    assert set(world.read(OPENING_MATCH, OTHER)) == {OPENING_MATCH, OTHER}
    assert world.calls("GetVideoInfos") == 3


def test_category_whose_answer_cannot_be_read_is_made_once(world: World) -> None:
    """The service did it; only the look-up knows the id."""
    world.fault({"kind": "half_json", "operation": "AddCategory"})

    answer = world.using(lambda service: service.writer.write(a_call("AddCategory", "", {"name": "Once"})))

    made = [one.id for one in world.using(lambda service: service.reader.categories()) if one.name == "Once"]
    assert made == [answer.created_id]
    assert world.calls("AddCategory") == 1


def test_nonce_that_counts_as_used_is_replaced(world: World) -> None:
    """A proxy that repeats requests: the next try has a nonce of its own, without a wait."""
    world.fault({"kind": "error", "operation": "GetVideoInfos", "nth": 1, "status": 400, "code": "SignatureNonceUsed"})

    assert OPENING_MATCH in world.read(OPENING_MATCH)
    assert set(world.time.waits) == {0.0}


def test_temporary_key_that_ends_is_fetched_again(world: World) -> None:
    """In the middle of a run, and once for all calls under way."""
    now = int(world.time.seconds)
    old, new = (Credentials(name, "s", name, "the test") for name in ("STS.old", "STS.new"))
    for key, expires in ((old, now - 1), (new, now + 900)):
        world.emulator.add_key(KeyPair(id=key.access_key_id, secret="s", token=key.security_token, expires=expires))
    fetched: list[bool] = []

    class Keys:
        """The old key until it is asked for a fresh one."""

        async def get(self, *, refresh: bool = False) -> Credentials:
            if refresh:
                fetched.append(refresh)
            return new if fetched else old

    async def work(service: VodService) -> int:
        ids = [video.id for video in library().videos[:160]]
        return sum([len(batch.found) async for batch in service.reader.read("video", ids)])

    assert world.using(work, key=Keys()) == 160
    assert fetched == [True]


@pytest.mark.parametrize("seconds", [1_200, -1_200])
def test_clock_that_is_off_is_corrected_by_the_date_of_the_answer(world: World, seconds: int) -> None:
    """Twenty minutes either way: one refused call, then none."""
    world.fault({"kind": "skew", "seconds": seconds})

    assert OPENING_MATCH in world.read(OPENING_MATCH)

    assert [call.code for call in world.emulator.calls("GetVideoInfos")] == ["InvalidTimeStamp.Expired", ""]


def test_clock_that_no_correction_helps_is_a_reason_of_its_own(world: World) -> None:
    """The service's own Date header does not agree with what it refuses."""
    world.fault({"kind": "error", "operation": "GetVideoInfos", "status": 400, "code": "InvalidTimeStamp.Expired"})

    with pytest.raises(CredentialsError, match="too far from its own"):
        world.read(OPENING_MATCH)
    assert world.calls("GetVideoInfos") == 2
