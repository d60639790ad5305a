"""What the network, the account and the person at the keyboard do to a run: each ends with the right exit code, the reason
and the next step, and the library is never left in a state that the output does not tell."""

from __future__ import annotations

import http.server
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.helpers import (
    Project,
    actions,
    finish,
    interrupt,
    next_step,
    no_bug,
    project,
    refused,
    wait_until,
    writes,
)
from vodplan.emulator import EmulatorSettings, KeyPair, RunningEmulator, running

pytestmark = pytest.mark.e2e

OPENING = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
OLD = "12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
RETITLE = f"videos: [{{id: {OPENING}, title: Another title}}]\n"
BOTH = f"videos: [{{id: {OPENING}, title: Another title}}, {{id: {OLD}, state: absent}}]\n"
APPLY_BOTH = ("apply", "--auto-approve", "--allow-deletes", "1")
SECRET = "sesam-oeffne-dich-0123456789"
TOKEN = "CAIStoken-0123456789abcdef"


@pytest.fixture
def library(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """A project that changes one video and deletes another, with a library behind it."""
    one = project(tmp_path, demo_emulator)
    one.manifest(BOTH)
    return one


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries and readings come one after another without the waits between them."""
    monkeypatch.setattr("vodplan.vod.retry.FIRST_WAIT", 0.001)
    monkeypatch.setattr("vodplan.engine.verify.PATIENCE", (0.001, 0.001))


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[RunningEmulator]:
    """An emulator of its own: calls that nobody waits for any more must not end in another test's library."""
    with running(tmp_path / "slow.db", demo=True) as emulator:
        yield emulator


@pytest.fixture
def patient(tmp_path: Path, slow: RunningEmulator) -> Project:
    """The project of `library`, with that emulator behind it."""
    one = project(tmp_path, slow)
    one.manifest(BOTH)
    return one


def _key(secret: str = SECRET, *, id: str = "another", token: str = "") -> dict[str, str]:
    environ = {"ALIBABA_CLOUD_ACCESS_KEY_ID": id, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret}
    return {**environ, "ALIBABA_CLOUD_SECURITY_TOKEN": token} if token else environ


# Credentials


def test_no_credentials_exit_8(library: Project, demo_emulator: RunningEmulator) -> None:
    """It says where it looked, and calls nobody."""
    says = ("No credentials were found", "ALIBABA_CLOUD_ACCESS_KEY_ID", "docs/credentials.md")
    empty = _key("", id="")

    for argv in (("plan",), APPLY_BOTH):
        refused(library.run, *argv, code=8, says=says[:2], advice="Set ALIBABA_CLOUD_ACCESS_KEY_ID", **empty)

    assert demo_emulator.calls() == []


def test_key_without_its_secret_exits_8(library: Project, demo_emulator: RunningEmulator) -> None:
    """Half a pair is told as such."""
    refused(library.call, "plan", code=8, says=("ALIBABA_CLOUD_ACCESS_KEY_SECRET",), next="", **_key(""))

    assert demo_emulator.calls() == []


@pytest.mark.parametrize(
    ("key", "says", "advice"),
    [
        ({"id": ""}, ("access key secret", "does not belong", "SignatureDoesNotMatch"), "Set the secret"),
        ({"id": "nobody"}, ("not known", "InvalidAccessKeyId.NotFound"), "Check the access key ID"),
        ({"id": "STS.expired", "token": TOKEN}, ("temporary key", "expired"), "Get a new temporary key"),
        ({"id": "STS.fresh", "token": TOKEN + "x"}, ("security token", "another key"), "Set the key ID, the secret"),
        ({"id": "STS.fresh"}, ("security token", "missing"), "Set the key ID, the secret and the token"),
        ({"id": "off"}, ("disabled",), "Check the access key ID"),
    ],
    ids=["wrong-secret", "unknown-key", "expired-token", "another-token", "no-token", "disabled"],
)
def test_refused_credentials_exit_8(
    key: dict[str, str], says: tuple[str, ...], advice: str, library: Project, demo_emulator: RunningEmulator
) -> None:
    """The service's refusal, in words, with what to set; the secret and the token are in no output, however talkative."""
    demo_emulator.add_key(KeyPair(id="STS.expired", secret=SECRET, token=TOKEN, expires=1_000))
    demo_emulator.add_key(KeyPair(id="STS.fresh", secret=SECRET, token=TOKEN))
    demo_emulator.add_key(KeyPair(id="off", secret=SECRET, active=False))
    environ = _key(**{**key, "id": key["id"] or demo_emulator.access_key_id})

    for argv in (["plan"], ["plan", "-v"], [*APPLY_BOTH, "-v", "--log-format", "json"]):
        ended = library.call(*argv, **environ)
        no_bug(ended)
        assert ended.code == 8
        assert SECRET not in ended.said
        assert TOKEN not in ended.said
    refused(library.call, "plan", code=8, says=says, advice=advice, **environ)

    assert writes(demo_emulator) == []


def test_temporary_key_with_its_token_is_used(library: Project, demo_emulator: RunningEmulator) -> None:
    """STS from the environment: three variables, and neither secret nor token in any output or file."""
    demo_emulator.add_key(KeyPair(id="STS.fresh", secret=SECRET, token=TOKEN))

    ended = library.call(
        *APPLY_BOTH, "-vv", "--output", "json=report.json", **_key(SECRET, id="STS.fresh", token=TOKEN)
    )

    assert ended.code == 0, ended.said
    assert {call.key for call in demo_emulator.calls()} == {"STS.fresh"}
    written = b"".join(path.read_bytes() for path in library.folder.rglob("*") if path.is_file())
    for secret in (SECRET, TOKEN):
        assert secret not in ended.said
        assert secret.encode() not in written


# The clock


@pytest.mark.parametrize("seconds", [1_200, -1_200], ids=["behind", "ahead"])
def test_clock_20_minutes_off_is_corrected_by_what_the_service_says(seconds: int, tmp_path: Path) -> None:
    """One refused try, then the time of the service's Date header: everything works, and doctor tells of the clock."""
    with running(tmp_path / "e.db", demo=True, settings=EmulatorSettings(clock_skew=seconds)) as emulator:
        one = project(tmp_path, emulator)
        one.manifest(BOTH)

        planned = one.call("plan")
        refusals = [call.code for call in emulator.calls() if call.code]
        applied = one.call(*APPLY_BOTH)
        written = [call.code for call in writes(emulator)]
        doctor = one.call("doctor", "--format", "json")

        assert (planned.code, applied.code) == (0, 0), applied.said
        assert refusals == ["InvalidTimeStamp.Expired"]
        assert written == ["", ""]
    clock = next(check for check in doctor.document["checks"] if check["name"] == "clock")
    assert clock["ok"] is False
    assert f"1200 seconds {'behind' if seconds > 0 else 'ahead of'} the service's" in clock["detail"]


def test_clock_that_correcting_does_not_help_exits_8(library: Project, demo_emulator: RunningEmulator) -> None:
    """A service that stays 20 minutes off whatever is sent, after one correction."""
    demo_emulator.set_faults([{"kind": "error", "status": 400, "code": "InvalidTimeStamp.Expired"}])

    refused(library.call, "plan", code=8, says=("the time of the request",), advice="Set the clock")

    assert len(actions(demo_emulator)) == 4  # two runs, each with one correction


# The network


@pytest.mark.usefixtures("quick")
def test_endpoint_that_is_down_exits_1(library: Project) -> None:
    """No connection, soon, with the address."""
    refused(
        library.call,
        "plan",
        code=1,
        says=("could not be reached", "127.0.0.1:9"),
        VODPLAN_ENDPOINT="http://127.0.0.1:9",
    )


@pytest.mark.parametrize(
    ("status", "kind", "body", "says"),
    [
        (200, "text/html", b"<html><title>\x1b[2J\x07hello</title></html>", "an HTML page"),
        (404, "text/html", b"<html>not here</html>", "an HTML page"),
        (200, "application/json", b'{"RequestId": "x", "VideoList": [{"VideoId": "00f1', "not one whole JSON object"),
        (200, "application/json", b'["a list"]', "not one whole JSON object"),
        (200, "application/json", b"", "not one whole JSON object"),
        (200, "application/json", b'{"answer": "of another API"}', "names no request id"),
    ],
    ids=["html", "html-404", "cut-json", "list", "nothing", "another-api"],
)
@pytest.mark.usefixtures("quick")
def test_answer_that_is_not_the_services_exits_1(
    status: int, kind: str, body: bytes, says: str, library: Project
) -> None:
    """A proxy's page or half an answer is never taken for one; nothing in it reaches the terminal."""
    with _serving(status, kind, body) as url:
        refused(library.call, "plan", code=1, says=("GetCategories", says), VODPLAN_ENDPOINT=url)


def test_answer_without_the_videos_that_were_asked_for_is_not_taken_for_missing(library: Project) -> None:
    """Well formed, from the service by its looks, and silent about the video: an error, not a missing asset."""
    library.manifest(RETITLE)

    with _serving(200, "application/json", b'{"RequestId": "R1", "VideoList": [], "NonExistVideoIds": []}') as url:
        refused(library.call, "plan", code=1, says=("GetVideoInfos", OPENING), VODPLAN_ENDPOINT=url)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "html", "times": 2},
        {"kind": "truncate", "times": 2},
        {"kind": "cut_before", "times": 2},
        {"kind": "cut_after", "times": 2},
        {"kind": "error", "status": 503, "code": "ServiceUnavailable", "times": 2},
        {"kind": "throttle", "times": 3},
        {"kind": "throttle", "status": 429, "code": "Throttling", "times": 3},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}".rstrip("-"),
)
@pytest.mark.usefixtures("quick")
def test_trouble_that_passes_is_survived(
    fault: dict[str, object], library: Project, demo_emulator: RunningEmulator
) -> None:
    """Reads, updates and deletes that are cut, refused for a moment or throttled are sent again; the end is the same."""
    demo_emulator.set_faults(
        [{**fault, "operation": name} for name in ("GetVideoInfos", "UpdateVideoInfos", "DeleteVideo")]
    )

    ended = library.call(*APPLY_BOTH, "--format", "json")

    assert ended.code == 0, ended.said
    assert ended.document["converged"] is True
    assert sum(bool(call.faults) for call in demo_emulator.calls()) >= 6
    demo_emulator.set_faults([])
    assert library.call("plan", "--detailed-exitcode").code == 0


@pytest.mark.usefixtures("quick")
def test_write_that_was_done_and_never_answered_is_settled_by_reading(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """A category is never made twice: after a lost answer it is looked for, not made again."""
    library.manifest("categories: [{path: Brand new}]\n")
    demo_emulator.set_faults([{"kind": "cut_after", "operation": "AddCategory", "times": 1}])

    ended = library.call("apply", "--auto-approve", "--format", "json")

    assert (ended.code, ended.document["counts"]["done"]) == (0, 1), ended.said
    assert actions(demo_emulator).count("AddCategory") == 1


@pytest.mark.usefixtures("quick")
def test_service_that_falls_silent_while_applying_leaves_unknown_not_done(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """Updates that got no answer in any try, and no reading that settles them: exit 6, and the deletion is held."""
    demo_emulator.set_faults([{"kind": "cut_before", "operation": "UpdateVideoInfos"}])

    ended = library.call(*APPLY_BOTH, "--format", "json")

    assert ended.code == 6
    assert [one["outcome"] for one in ended.document["outcomes"]] == ["unknown", "held"]
    assert "DeleteVideo" not in actions(demo_emulator)
    assert library.call("plan", "--format", "json").document["summary"]["update"] == 1


@pytest.mark.parametrize("milliseconds", [200, 3_600_000], ids=["for a moment", "for an hour"])
def test_service_that_shows_old_values_after_a_write(
    milliseconds: int, library: Project, demo_emulator: RunningEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read back again after a while: converged once the new values show, exit 6 with the fields if they never do."""
    monkeypatch.setattr("vodplan.engine.verify.PATIENCE", (0.5,))
    demo_emulator.set_faults([{"kind": "stale_read", "operation": "UpdateVideoInfos", "ms": milliseconds}])
    library.manifest(RETITLE)

    ended = library.call("apply", "--auto-approve", "--format", "json")

    if milliseconds == 200:
        assert (ended.code, ended.document["converged"]) == (0, True)
        return
    assert (ended.code, ended.document["counts"]["done"], ended.document["converged"]) == (6, 1, False)
    assert ended.document["unconverged"] == [
        {"address": f"video/{OPENING}", "field": "title", "wanted": '"Another title"', "live": '"Opening match"'}
    ]


@pytest.mark.parametrize("endpoint", ["http://vod.example.com", "http://192.0.2.1:8900", "http://[2001:db8::1]"])
def test_plain_http_beyond_loopback_is_refused(endpoint: str, library: Project) -> None:
    """Keys are never sent in the clear, from the environment or from the project file."""
    refused(library.call, "plan", code=3, says=("plain http",), advice="Use an endpoint", VODPLAN_ENDPOINT=endpoint)
    library.write(
        f'apiVersion: vodplan/v1\ntargets: {{lab: {{endpoint: "{endpoint}", region: cn-shanghai}}}}\n', "vodplan.yaml"
    )
    refused(library.call, "plan", code=3, says=("http",), VODPLAN_ENDPOINT="")


# Permissions


def test_deletion_that_the_key_may_not_do_is_reported_as_refused(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """RAM denies vod:DeleteVideo: the update is done, the deletion is named with the service's code, exit 6."""
    demo_emulator.add_key(KeyPair(id="another", secret=SECRET, deny=("vod:DeleteVideo",)))

    ended = library.call(*APPLY_BOTH, "--output", "json=report.json", **_key())

    no_bug(ended)
    assert ended.code == 6
    assert f"refused  delete  video/{OLD}" in ended.out
    assert "vod:DeleteVideo" in ended.out
    assert "Apply: 1 done, 0 already, 1 refused, 0 held, 0 unknown." in ended.out
    assert next_step(ended.out) == "vodplan plan"
    report = json.loads((library.folder / "report.json").read_bytes())
    assert [(one["outcome"], one["code"]) for one in report["outcomes"]] == [("done", ""), ("refused", "NoPermission")]
    assert demo_emulator.calls("GetVideoInfos")[-1].at >= demo_emulator.calls("DeleteVideo")[-1].at


def test_update_that_the_key_may_not_do_holds_the_deletion(library: Project, demo_emulator: RunningEmulator) -> None:
    """A failed update holds the deletes; they are not even sent."""
    demo_emulator.add_key(KeyPair(id="another", secret=SECRET, deny=("vod:UpdateVideoInfos",)))

    ended = library.call(*APPLY_BOTH, "--format", "json", **_key())

    assert ended.code == 6
    assert [one["outcome"] for one in ended.document["outcomes"]] == ["refused", "held"]
    assert "DeleteVideo" not in actions(demo_emulator)


@pytest.mark.parametrize("operation", ["GetVideoInfos", "GetCategories"])
def test_read_that_the_key_may_not_do_exits_1_with_the_ram_action(
    operation: str, library: Project, demo_emulator: RunningEmulator
) -> None:
    """A plan is never made from half a library."""
    demo_emulator.add_key(KeyPair(id="another", secret=SECRET, deny=(f"vod:{operation}",)))

    for argv in (("plan",), APPLY_BOTH):
        refused(library.call, *argv, code=1, says=(f"vod:{operation}", "403"), advice="Grant the RAM action", **_key())

    assert writes(demo_emulator) == []


def test_doctor_names_the_permission_that_is_missing(library: Project, demo_emulator: RunningEmulator) -> None:
    """Exit 1, and only that one is FAILED."""
    demo_emulator.add_key(KeyPair(id="another", secret=SECRET, deny=("vod:SearchMedia",)))

    ended = library.call("doctor", "--format", "json", **_key())

    failed = [check["name"] for check in ended.document["checks"] if check["ok"] is False]
    assert (ended.code, failed) == (1, ["SearchMedia"])
    assert ended.document["policy"]["Statement"][0]["Action"] == ["vod:SearchMedia"]


# Pipes and signals


@pytest.mark.parametrize("argv", ["plan", "plan --format json", "validate", "--help", "schema manifest"])
def test_reader_that_goes_away_is_no_error(argv: str, library: Project) -> None:
    """`vodplan … | head -1`, and a reader that never reads: no traceback, and the exit code is the command's own."""
    for reader in ("head -n 1", "true"):
        ended = library.shell(f"vodplan {argv} | {reader}")

        no_bug(ended)
        assert ended.code == 0
        assert "Broken" not in ended.err


def test_reader_that_goes_away_does_not_stop_an_apply(library: Project, demo_emulator: RunningEmulator) -> None:
    """What was approved is carried out even when nobody watches."""
    ended = library.shell("vodplan apply --auto-approve --allow-deletes 1 | true")

    no_bug(ended)
    assert ended.code == 0
    assert [call.code for call in writes(demo_emulator)] == ["", ""]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_full_disk_is_told(library: Project) -> None:
    """A result that cannot be written is an error."""
    ended = library.shell("vodplan plan > /dev/full; exit $?")

    no_bug(ended)
    assert ended.code == 1
    assert "No space left on device" in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_interrupted_plan_exits_130(number: signal.Signals, patient: Project, slow: RunningEmulator) -> None:
    """While calls are under way: soon, with one sentence, and nothing saved."""
    slow.set_faults([{"kind": "latency", "ms": 600_000, "operation": "GetVideoInfos"}])
    process = patient.start("plan", "--out", "p.json")
    wait_until(lambda: "GetCategories" in actions(slow), process=process)

    os.killpg(process.pid, number)
    ended = finish(process)

    no_bug(ended)
    # SIGTERM ends a process that has nothing to bring to an end, as it ends any other.
    assert ended.code == (130 if number is signal.SIGINT else -signal.SIGTERM)
    assert slow.calls("GetVideoInfos") == []
    assert not (patient.folder / "p.json").exists()
    if number is signal.SIGINT:
        assert "Interrupted. Nothing was written" in ended.err
        assert next_step(ended.err) == "vodplan plan"
    assert writes(slow) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_interrupted_apply_finishes_the_calls_under_way_and_holds_the_rest(
    number: signal.Signals, patient: Project, slow: RunningEmulator
) -> None:
    """One signal while updates are under way: they are answered and told, the deletion is held, exit 130."""
    slow.set_faults([{"kind": "latency", "ms": 700, "operation": "UpdateVideoInfos"}])
    process = patient.start(*APPLY_BOTH, "--output", "json=report.json")
    wait_until(_under_way(slow, "UpdateVideoInfos"), process=process)

    os.killpg(process.pid, number)
    ended = finish(process)

    no_bug(ended)
    assert ended.code == 130
    assert "Apply: 1 done, 0 already, 0 refused, 1 held, 0 unknown." in ended.out
    report = json.loads((patient.folder / "report.json").read_bytes())
    assert (report["interrupted"], report["complete"]) == (True, False)
    assert [call.action for call in writes(slow)] == ["UpdateVideoInfos"]
    slow.set_faults([])
    left = patient.call("plan", "--format", "json").document["summary"]
    assert (left["update"], left["delete"]) == (0, 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="tells by /proc when a signal has been taken")
def test_apply_interrupted_twice_stops_at_once(patient: Project, slow: RunningEmulator) -> None:
    """The second Ctrl-C does not wait for an answer; the message says that calls may have been done."""
    slow.set_faults([{"kind": "latency", "ms": 600_000, "operation": "UpdateVideoInfos"}])
    process = patient.start(*APPLY_BOTH)
    wait_until(_under_way(slow, "UpdateVideoInfos"), process=process)

    interrupt(process)
    wait_until(lambda: _pending_signals(process.pid) == 0, process=process)
    interrupt(process)
    ended = finish(process)

    no_bug(ended)
    assert ended.code == 130
    assert slow.calls("UpdateVideoInfos") == []
    assert "may have been done" in ended.err
    assert next_step(ended.err).startswith("vodplan apply --resume ")


def _under_way(emulator: RunningEmulator, action: str) -> Callable[[], bool]:
    """Whether a call that a latency fault holds back has come in: its rule has met it, and it is not answered yet."""
    return lambda: emulator.app.state.faults._struck != [0] and not emulator.calls(action)


def _pending_signals(pid: int) -> int:
    """The signals that a process has been sent and has not taken yet, as bits."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("ShdPnd:")), 16)


@contextmanager
def _serving(status: int, kind: str, body: bytes) -> Iterator[str]:
    """A server that gives one answer to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
