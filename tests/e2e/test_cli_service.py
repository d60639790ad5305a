"""What the network and the account can answer, as the command line tells it. Each ends with the next command."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.unit.cli.harness import Ran, run
from vodplan.emulator import RunningEmulator

pytestmark = pytest.mark.e2e

MANIFEST = "apiVersion: vodplan/v1\nvideos:\n  - {id: 00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, title: Another}\n"

Plan = Callable[..., Ran]


def _environ(url: str, key: str = "key", secret: str = "secret") -> dict[str, str]:
    return {
        "VODPLAN_ENDPOINT": url,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": key,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret,
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """One entry, no project file."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "a.yaml").write_text(MANIFEST, encoding="utf-8")
    return tmp_path


@pytest.fixture
def html_server() -> Iterator[str]:
    """A server that knows nothing of the API."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = b"<html><title>\x1b[2Jhello</title></html>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _both(argv: list[str], code: int, project: Path, environ: Mapping[str, str], *, out: str = "") -> str:
    """Run in both formats, check the exit code and the form of each; gives stderr of the text."""
    text = run(*argv, cwd=project, environ=environ)
    document = run(*argv, "--format", "json", cwd=project, environ=environ)

    assert (text.code, document.code) == (code, code)
    assert text.out.startswith(out)
    assert bool(text.out) == bool(out)
    assert "Traceback" not in text.err
    assert "\x1b" not in text.err
    assert text.err.splitlines()[-1].startswith("Next: ")
    assert json.loads(document.out)["error"]["exit_code"] == code
    return text.err


def test_no_credentials_exits_8(project: Path, tmp_path: Path) -> None:
    """And says which to set."""
    said = _both(["plan"], 8, project, {"VODPLAN_ENDPOINT": "http://127.0.0.1:9", "HOME": str(tmp_path)})

    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in said


def test_wrong_secret_exits_8(project: Path, demo_emulator: RunningEmulator) -> None:
    """The service's own refusal of the key."""
    said = _both(["plan"], 8, project, _environ(demo_emulator.url, demo_emulator.access_key_id, "wrong"))

    assert "wrong" not in said


def test_nothing_listens_exits_1(project: Path) -> None:
    """No connection is a run-time error, not a bug."""
    assert "reached" in _both(["plan"], 1, project, _environ("http://127.0.0.1:9"))


def test_html_instead_of_an_answer_exits_1(project: Path, html_server: str) -> None:
    """A proxy's page is not an answer, and its escape sequences reach nobody."""
    _both(["plan"], 1, project, _environ(html_server))


def test_plain_http_beyond_loopback_exits_3(project: Path) -> None:
    """Keys are never sent in the clear."""
    _both(["plan"], 3, project, _environ("http://vod.example.com"))


def test_missing_paths_and_plan_files_exit_3(project: Path) -> None:
    """What is not there is named."""
    environ = _environ("http://127.0.0.1:9")

    assert "nothing.yaml" in _both(["validate", "nothing.yaml"], 3, project, environ)
    assert "nothing.json" in _both(["show", "nothing.json"], 3, project, environ)
    assert "nothing.json" in _both(["apply", "nothing.json"], 3, project, environ)


def test_stale_plan_exits_5_and_lists_what_moved(project: Path, demo_emulator: RunningEmulator) -> None:
    """A saved plan is applied to the library it was made for, or not at all."""
    environ = _environ(demo_emulator.url, demo_emulator.access_key_id, demo_emulator.access_key_secret)
    manifest = project / "manifests" / "a.yaml"
    assert run("plan", "--out", "old.json", cwd=project, environ=environ).code == 0
    manifest.write_text(MANIFEST.replace("Another", "Somebody else's"), encoding="utf-8")
    assert run("apply", "--auto-approve", cwd=project, environ=environ).code == 0

    said = _both(["apply", "old.json", "--auto-approve"], 5, project, environ, out="Plan for environment")

    assert '''planned on "Opening match", now "Somebody else's"''' in said


def test_doctor_without_and_with_the_right_key(project: Path, demo_emulator: RunningEmulator) -> None:
    """Doctor's report is its result: exit 8 for a key that is refused, 0 when all is well."""
    wrong = run("doctor", "--format", "json", cwd=project, environ=_environ(demo_emulator.url, "nobody"))
    right = _environ(demo_emulator.url, demo_emulator.access_key_id, demo_emulator.access_key_secret)
    well = run("doctor", cwd=project, environ=right)

    assert wrong.code == 8
    assert [one["ok"] for one in json.loads(wrong.out)["checks"] if one["name"] == "credentials"] == [False]
    assert well.code == 0
    assert "SearchMedia" in well.out
    assert demo_emulator.access_key_secret not in well.out
