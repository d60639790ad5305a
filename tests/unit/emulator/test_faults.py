"""The fault plan: what each kind does on the wire, on which calls it strikes, and that a seed decides its luck."""

import http.client
import json
import socket
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.emulator.conftest import MakeApp
from tests.unit.emulator.wire import NOW, send, v3
from vodplan.emulator import EmulatorSettings, RunningEmulator, running
from vodplan.emulator.app import EmulatorApp
from vodplan.emulator.demo import library
from vodplan.emulator.demo.tidy import OPENING_MATCH, POSTER
from vodplan.emulator.faults import Distribution, FaultKind, FaultPlan, FaultPlanError, FaultRule, parse_rule

VIDEO = {"VideoId": OPENING_MATCH}
OTHER = library().videos[1].id


def _codes(app: EmulatorApp, action: str, count: int) -> list[str]:
    return [v3(app, action, VIDEO).code for _ in range(count)]


def test_rule_on_the_nth_call_counts_its_own_operation_only(make_app: MakeApp) -> None:
    """Calls of other operations do not move the count."""
    app = make_app(faults=({"kind": "error", "operation": "GetVideoInfo", "nth": [2], "status": 503},))
    v3(app, "GetMezzanineInfo", VIDEO)

    assert _codes(app, "GetVideoInfo", 3) == ["", "ServiceUnAvailable", ""]


def test_rule_on_every_third_call_at_most_twice(make_app: MakeApp) -> None:
    """`every` and `times` together."""
    app = make_app(faults=({"kind": "throttle", "operation": "Get*", "every": 3, "times": 2},))

    struck = [place for place, code in enumerate(_codes(app, "GetVideoInfo", 12), start=1) if code]

    assert struck == [3, 6]


def test_rule_by_probability_is_the_same_under_the_same_seed() -> None:
    """Another seed has other luck; about the asked share is struck."""

    def struck(seed: int) -> list[bool]:
        plan = FaultPlan([{"kind": "error", "probability": 0.3}], seed=seed)
        return [bool(plan.strike("GetVideoInfo")) for _ in range(500)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 100 < sum(struck(1)) < 200


def test_throttle_answers_as_the_service_and_changes_nothing(make_app: MakeApp) -> None:
    """400 `Throttling.User` by default; status, code and the wait can be chosen."""
    app = make_app(
        faults=(
            {"kind": "throttle", "nth": [1]},
            {"kind": "throttle", "nth": [2], "status": 429, "code": "Throttling.Api", "ms": 1500},
        )
    )

    plain = v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "x"})
    chosen = v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "x"})

    assert (plain.status, plain.code) == (400, "Throttling.User")
    assert "x-acs-retry-after" not in plain.headers
    assert (chosen.status, chosen.code, chosen.headers["x-acs-retry-after"]) == (429, "Throttling.Api", "1500")
    assert v3(app, "GetVideoInfo", VIDEO).json["Video"]["Title"] == "Opening match"


@pytest.mark.parametrize(("status", "reason"), [(502, b"Bad Gateway"), (414, b"Request-URI Too Large")])
def test_html_is_a_page_of_the_gateway(make_app: MakeApp, status: int, reason: bytes) -> None:
    """No JSON, and the work is not done."""
    app = make_app(faults=({"kind": "html", "status": status, "nth": [1]},))

    reply = v3(app, "DeleteVideo", {"VideoIds": OPENING_MATCH})

    assert (reply.status, reply.headers["content-type"]) == (status, "text/html")
    assert reason in reply.body
    assert v3(app, "GetVideoInfo", VIDEO).status == 200


def test_error_of_the_server_has_its_code(make_app: MakeApp) -> None:
    """500 says InternalError unless another code is chosen."""
    app = make_app(
        faults=({"kind": "error", "status": 500, "nth": 1}, {"kind": "error", "code": "DeleteVideoFailed", "nth": 2})
    )

    assert _codes(app, "GetVideoInfo", 2) == ["InternalError", "DeleteVideoFailed"]


def test_skew_makes_one_call_expired(make_app: MakeApp) -> None:
    """The service's clock is off for that call only."""
    app = make_app(faults=({"kind": "skew", "seconds": 1200, "nth": 1},))

    assert _codes(app, "GetVideoInfo", 2) == ["InvalidTimeStamp.Expired", ""]


def test_edit_changes_an_asset_before_the_call_is_worked_on(make_app: MakeApp) -> None:
    """Somebody else was faster."""
    app = make_app(
        faults=(
            {
                "kind": "edit",
                "operation": "GetVideoInfos",
                "nth": 1,
                "video": OPENING_MATCH,
                "values": {"Title": "Theirs"},
            },
            {"kind": "edit", "operation": "GetImageInfo", "image": POSTER, "values": {"Tags": ""}},
        )
    )

    title = v3(app, "GetVideoInfos", {"VideoIds": OPENING_MATCH}).json["VideoList"][0]["Title"]
    image = v3(app, "GetImageInfo", {"ImageId": POSTER}).json["ImageInfo"]

    assert title == "Theirs"
    assert "Tags" not in image


def test_several_edits_strike_one_call(make_app: MakeApp) -> None:
    """Somebody else may be busy with more than one asset."""
    edits = [
        {"kind": "edit", "nth": 1, "video": video, "values": {"Title": "Theirs"}} for video in (OPENING_MATCH, OTHER)
    ]
    app = make_app(faults=tuple(edits))

    listed = v3(app, "GetVideoInfos", {"VideoIds": f"{OPENING_MATCH},{OTHER}"}).json["VideoList"]

    assert [video["Title"] for video in listed] == ["Theirs", "Theirs"]


def test_half_json_is_a_whole_answer_that_cannot_be_read(make_app: MakeApp) -> None:
    """Status and length are right, the text stops in the middle; the work is done."""
    app = make_app(faults=({"kind": "half_json", "operation": "UpdateVideoInfo"},))

    reply = v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "Done"})

    assert (reply.status, int(reply.headers["content-length"])) == (200, len(reply.body))
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.body)
    assert v3(app, "GetVideoInfo", VIDEO).json["Video"]["Title"] == "Done"


def test_stale_read_after_the_chosen_write_only(make_app: MakeApp) -> None:
    """The second write is visible at once, the first is not."""
    now = [NOW]
    app = make_app(clock=lambda: now[0], faults=({"kind": "stale_read", "operation": "Update*", "nth": 1, "ms": 800},))
    v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "First"})
    assert v3(app, "GetVideoInfo", VIDEO).json["Video"]["Title"] == "Opening match"
    now[0] += 1
    assert v3(app, "GetVideoInfo", VIDEO, at=now[0]).json["Video"]["Title"] == "First"
    v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "Second"}, at=now[0])

    assert v3(app, "GetVideoInfo", VIDEO, at=now[0]).json["Video"]["Title"] == "Second"


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ([], "rule 1 must be an object"),
        ({}, "rule 1: kind is missing"),
        ({"kind": "explode"}, "rule 1: kind must be one of latency"),
        ({"kind": "error", "nht": 1}, "rule 1: unknown field 'nht'"),
        ({"kind": "error", "nth": "2"}, "rule 1: nth must be a number"),
        ({"kind": "error", "nth": [1.5]}, "rule 1: nth must be a whole number"),
        ({"kind": "error", "probability": 2}, "rule 1: probability must be from 0 to 1"),
        ({"kind": "latency", "ms": [1, 2, 3]}, "rule 1: ms must be one or two numbers"),
        ({"kind": "latency", "distribution": "odd"}, "rule 1: distribution must be one of"),
        ({"kind": "edit", "video": "x"}, "rule 1: edit needs values"),
        ({"kind": "edit", "video": "x", "values": {"Title": 5}}, "rule 1: values.Title must be text"),
        ({"kind": "error", "operation": 5}, "rule 1: operation must be text"),
        ({"kind": "error", "status": True}, "rule 1: status must be a number"),
    ],
)
def test_rule_with_a_mistake_is_refused_by_name(rule: object, complaint: str) -> None:
    """The message names the rule and the field."""
    with pytest.raises(FaultPlanError, match=complaint):
        parse_rule(rule)


def test_plan_with_a_mistake_leaves_the_old_rules_in_force() -> None:
    """Nothing is replaced by half."""
    plan = FaultPlan([{"kind": "error"}])
    with pytest.raises(FaultPlanError, match="rule 2"):
        plan.replace([{"kind": "html"}, {"kind": "nonsense"}])

    assert [rule.kind for rule in plan.rules] == [FaultKind.ERROR]


@pytest.mark.parametrize(
    ("distribution", "low", "high"),
    [(Distribution.UNIFORM, 0.010, 0.050), (Distribution.EXPONENTIAL, 0.010, 10.0), (Distribution.NORMAL, 0.0, 10.0)],
)
def test_latency_is_drawn_within_its_distribution(distribution: Distribution, low: float, high: float) -> None:
    """Seconds, never negative, the same under the same seed."""
    rule = {"kind": "latency", "ms": [10, 50], "distribution": distribution.value}

    draws = [[plan.latency_s(plan.rules[0]) for _ in range(200)] for plan in (FaultPlan([rule]), FaultPlan([rule]))]

    assert draws[0] == draws[1]
    assert all(low <= delay <= high for delay in draws[0])
    assert len(set(draws[0])) > 100


def test_fault_plan_is_put_and_ended_over_the_control_endpoint(app: EmulatorApp) -> None:
    """A separate path, JSON only."""
    headers = {"host": "127.0.0.1:8900", "content-type": "application/json"}
    plan = {"seed": 7, "rules": [{"kind": "error", "operation": "GetVideoInfo"}]}

    put = send(app, method="PUT", path="/_emulator/faults", headers=headers, body=json.dumps(plan).encode())
    struck = v3(app, "GetVideoInfo", VIDEO).code
    wrong = send(app, method="PUT", path="/_emulator/faults", headers=headers, body=b'[{"kind": "odd"}]')
    ended = send(app, method="DELETE", path="/_emulator/faults", headers=headers)

    assert put.json["rules"][0]["operation"] == "GetVideoInfo"
    assert put.json["seed"] == 7
    assert struck == "ServiceUnAvailable"
    assert (wrong.status, "rule 1" in wrong.json["error"]) == (400, True)
    assert ended.status == 200
    assert v3(app, "GetVideoInfo", VIDEO).code == ""


# Faults of the connection need a connection.


def _call(emulator: RunningEmulator, action: str, params: Mapping[str, str]) -> tuple[int, bytes]:
    """One call over a real socket; the signature is made by the caller of the unit tests."""
    captured: dict[str, object] = {}

    class Capture:
        state = emulator.app.state

        async def __call__(self, scope: Mapping[str, object], receive: object, send: object) -> None:
            captured.update(scope)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        v3(Capture(), action, params, at=time.time())  # type: ignore[arg-type]  # looks enough like an application
    connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"), timeout=5)
    headers = {name.decode(): value.decode() for name, value in captured["headers"]}  # type: ignore[attr-defined]
    try:
        connection.request("POST", f"/?{captured['query_string'].decode()}", headers=headers)  # type: ignore[attr-defined]
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_cut_before_the_work_loses_the_call(tmp_path: Path) -> None:
    """No answer, and nothing was done."""
    with running(tmp_path / "e.db", demo=True) as emulator:
        emulator.set_faults([{"kind": "cut_before", "operation": "UpdateVideoInfo"}])
        with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
            _call(emulator, "UpdateVideoInfo", {**VIDEO, "Title": "Lost"})

        _, body = _call(emulator, "GetVideoInfo", VIDEO)
        assert json.loads(body)["Video"]["Title"] == "Opening match"
        assert emulator.calls("UpdateVideoInfo")[0].status == 0


def test_cut_after_the_work_loses_the_answer_only(tmp_path: Path) -> None:
    """No answer, but the work is done."""
    with running(tmp_path / "e.db", demo=True) as emulator:
        emulator.set_faults([{"kind": "cut_after", "operation": "UpdateVideoInfo"}])
        with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
            _call(emulator, "UpdateVideoInfo", {**VIDEO, "Title": "Done"})

        _, body = _call(emulator, "GetVideoInfo", VIDEO)
        assert json.loads(body)["Video"]["Title"] == "Done"
        assert emulator.calls("UpdateVideoInfo")[0].faults == ("cut_after",)


def test_truncated_answer_ends_in_the_middle(tmp_path: Path) -> None:
    """The length is announced, half of it comes."""
    with running(tmp_path / "e.db", demo=True) as emulator:
        emulator.set_faults([{"kind": "truncate", "nth": [1]}])
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            _call(emulator, "GetVideoInfo", VIDEO)

        assert _call(emulator, "GetVideoInfo", VIDEO)[0] == 200


def test_dripped_answer_comes_whole_in_the_end(tmp_path: Path) -> None:
    """Piece by piece, every byte of it."""
    with running(tmp_path / "e.db", demo=True) as emulator:
        emulator.set_faults([{"kind": "drip", "ms": 20, "nth": [1]}])
        status, body = _call(emulator, "GetVideoInfo", VIDEO)

        assert status == 200
        assert json.loads(body)["Video"]["Title"] == "Opening match"


def test_query_of_100_kilobytes_passes_the_server_when_the_settings_let_it(tmp_path: Path) -> None:
    """The server's own limits stand above the configurable one."""
    description = "字" * 341
    items = [{"VideoId": OPENING_MATCH, "Description": description, "Title": "题" * 42} for _ in range(20)]
    content = json.dumps(items, ensure_ascii=False)
    with running(tmp_path / "e.db", demo=True, settings=EmulatorSettings(max_uri_bytes=200_000)) as emulator:
        status, _ = _call(emulator, "UpdateVideoInfos", {"UpdateContent": content})
        assert status == 200
    with running(tmp_path / "e.db", settings=EmulatorSettings(max_uri_bytes=65_536)) as emulator:
        status, page = _call(emulator, "UpdateVideoInfos", {"UpdateContent": content})
        assert (status, b"<html>" in page) == (414, True)


def test_rule_record_has_every_documented_field() -> None:
    """A field that is added must be read from JSON too."""
    full = {
        "kind": "latency",
        "operation": "Get*",
        "nth": [1],
        "every": 2,
        "probability": 0.5,
        "times": 3,
        "ms": [1, 2],
        "distribution": "normal",
        "status": 500,
        "code": "X",
        "seconds": 1,
        "video": "v",
        "image": "i",
        "values": {"Title": "t"},
    }

    rule = parse_rule(full)

    assert set(full) == set(FaultRule.__slots__)
    assert rule.nth == frozenset({1})
    assert (rule.every, rule.times, rule.ms, rule.seconds) == (2, 3, (1.0, 2.0), 1.0)


def test_listening_elsewhere_than_on_loopback_is_refused(tmp_path: Path) -> None:
    """Nobody else on the network may reach it."""
    with (
        pytest.raises(ValueError, match="listens on loopback only"),
        running(tmp_path / "e.db", host="0.0.0.0"),
    ):
        pass


def test_picture_host_stays_the_same_when_its_port_is_taken(tmp_path: Path) -> None:
    """The addresses of covers are kept in the database, so manifests that hold them stay true."""
    with running(tmp_path / "e.db", demo=True) as emulator:
        first = emulator.app.state.urls.base
        port = int(first.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)), running(tmp_path / "e.db") as emulator:
        assert emulator.app.state.urls.base == first
        assert emulator.url != first
    with running(tmp_path / "e.db") as emulator:
        assert emulator.url == first
