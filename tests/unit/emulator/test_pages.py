"""Pictures behind signed addresses, the human page, the controls, the call log, and large libraries."""

import argparse
import json
import socket
import struct
import zlib
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from tests.unit.emulator.conftest import MakeApp
from tests.unit.emulator.wire import NOW, Reply, send, v3
from vodplan.emulator import add_arguments, run
from vodplan.emulator.app import EmulatorApp
from vodplan.emulator.database import Database, NotAnEmulatorDatabase
from vodplan.emulator.demo.tidy import OPENING_MATCH, POSTER
from vodplan.emulator.make import make
from vodplan.emulator.settings import KeyPair

VIDEO = {"VideoId": OPENING_MATCH}


def _get(app: EmulatorApp, url: str, method: str = "GET") -> Reply:
    parts = urlsplit(url)
    return send(app, method=method, path=parts.path, query=parts.query)


def _cover(app: EmulatorApp) -> str:
    return str(v3(app, "GetVideoInfo", VIDEO).json["Video"]["CoverURL"])


def test_cover_is_a_drawing_that_carries_the_title(app: EmulatorApp) -> None:
    """Well-formed SVG with the title as text, whatever it holds."""
    v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "<script>alert(1)</script> & 终场"})

    reply = _get(app, _cover(app))

    assert (reply.status, reply.headers["content-type"]) == (200, "image/svg+xml")
    root = ElementTree.fromstring(reply.body)
    texts = "".join(element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))
    assert texts.startswith("<script>alert(1)</script> & 终场"[:26])
    assert root.find("{http://www.w3.org/2000/svg}script") is None


@pytest.mark.parametrize("kind", ["snapshot", "image"])
def test_other_pictures_are_real_png_of_their_size(app: EmulatorApp, kind: str) -> None:
    """Header, size and pixels are there."""
    image = v3(app, "GetImageInfo", {"ImageId": POSTER}).json["ImageInfo"]
    snapshot = v3(app, "GetVideoInfo", VIDEO).json["Video"]["Snapshots"]["Snapshot"][0]

    reply = _get(app, snapshot if kind == "snapshot" else image["URL"])

    width, height = struct.unpack(">II", reply.body[16:24])
    assert reply.headers["content-type"] == "image/png"
    assert (width, height) == ((320, 180) if kind == "snapshot" else (640, 360))
    start = reply.body.index(b"IDAT")
    (length,) = struct.unpack(">I", reply.body[start - 4 : start])
    assert len(zlib.decompress(reply.body[start + 4 : start + 4 + length])) == height * (1 + 3 * width)


def test_picture_address_ends_and_cannot_be_forged(make_app: MakeApp) -> None:
    """Without a signature, with another's, after its end: 403."""
    now = [NOW]
    app = make_app(clock=lambda: now[0], url_validity_s=600)
    url = _cover(app)
    bare = url.partition("?")[0]
    other = bare.replace(OPENING_MATCH, "11f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5") + "?" + url.partition("?")[2]

    assert _get(app, url).status == 200
    assert _get(app, bare).status == 403
    assert _get(app, other).status == 403
    assert _get(app, url, method="PUT").status == 405
    now[0] += 800
    assert _get(app, url).status == 403


def test_auth_timeout_sets_the_end_of_an_address(make_app: MakeApp) -> None:
    """The seconds asked for, to the second."""
    now = [NOW]
    app = make_app(clock=lambda: now[0])
    url = v3(app, "GetImageInfo", {"ImageId": POSTER, "AuthTimeout": "60"}).json["ImageInfo"]["URL"]

    now[0] += 60
    inside = _get(app, url).status
    now[0] += 1

    assert (inside, _get(app, url).status) == (200, 403)


def test_picture_of_a_deleted_asset_is_gone(app: EmulatorApp) -> None:
    """The address stays good, the file does not."""
    url = _cover(app)
    v3(app, "DeleteVideo", {"VideoIds": OPENING_MATCH})

    assert _get(app, url).status == 404


def test_human_page_escapes_what_strangers_typed(app: EmulatorApp) -> None:
    """Titles and ids are text, and no script may run at all."""
    v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "<img src=x onerror=alert(1)>"})
    v3(app, "GetVideoInfo", {"VideoId": "<script>alert(2)</script>"})

    reply = send(app, method="GET")

    text = reply.body.decode()
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<script" not in text
    assert "<img src=x" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "1,020" in text
    assert "<strong>not</strong> the ApsaraVideo VOD service" in text


def test_human_page_shows_hostile_texts_without_harm(app: EmulatorApp) -> None:
    """Long texts are cut, characters that turn or hide others are written out, and each text stands alone."""
    v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "\u202egnp.exe\x00\u200b"})
    v3(app, "GetVideoInfo", {"VideoId": "Q" * 6_000})
    send(app, method="POST", query="Action=%E2%80%AE%3Cb%3E")

    text = send(app, method="GET").body.decode()

    assert "<bdi>\\u202egnp.exe\\u0000\\u200b</bdi>" in text
    assert f"<bdi>{'Q' * 40}</bdi>… (6,000 characters)" in text
    assert "<bdi>\\u202e&lt;b&gt;</bdi>" in text
    assert not set("\u202e\x00\u200b") & set(text)


def test_human_page_tells_what_faults_do(app: EmulatorApp) -> None:
    """Which calls a rule strikes, and how."""
    app.state.faults.replace(
        [
            {"kind": "latency", "ms": [20, 200], "distribution": "normal", "probability": 0.3},
            {"kind": "error", "operation": "Update*", "nth": [1, 4], "status": 500, "code": "<Odd>", "times": 1},
            {"kind": "edit", "every": 3, "video": OPENING_MATCH, "values": {"Title": "<u>"}},
        ]
    )

    text = send(app, method="GET").body.decode()

    for words in (
        ">30% of calls<",
        ">20 to 200 ms, normal<",
        ">call 1, 4, at most 1 time<",
        "<bdi>500</bdi>, <bdi>&lt;Odd&gt;</bdi>",
        ">one call in 3<",
        "<bdi>Title</bdi> = <bdi>&lt;u&gt;</bdi>",
    ):
        assert words in text


def test_get_with_an_action_is_a_call_and_not_the_page(app: EmulatorApp) -> None:
    """Only a request without any parameter comes from a browser."""
    assert send(app, method="GET", query="Action=GetVideoInfo").headers["content-type"].startswith("text/xml")
    assert send(app, method="GET", path="/nothing").status == 404


def _control(app: EmulatorApp, method: str, path: str, content: object = None, **headers: str) -> Reply:
    sent = {"host": "127.0.0.1:8900", "content-type": "application/json", **headers}
    body = b"" if content is None else json.dumps(content).encode()
    return send(app, method=method, path=f"/_emulator/{path}", headers=sent, body=body)


def test_control_state_calls_and_reset(app: EmulatorApp) -> None:
    """What is there, what was called, and back to the start."""
    v3(app, "DeleteVideo", {"VideoIds": OPENING_MATCH})

    state = _control(app, "GET", "state").json
    (call,) = json.loads(_control(app, "GET", "calls").body)
    _control(app, "POST", "reset", {})

    assert state["library"]["videos"] == 1_019
    assert (call["action"], call["ids"], call["status"]) == ("DeleteVideo", [OPENING_MATCH], 200)
    assert _control(app, "GET", "state").json["library"]["videos"] == 1_020
    assert json.loads(_control(app, "GET", "calls").body) == []


def test_control_adds_a_key_and_edits_an_asset(app: EmulatorApp) -> None:
    """A key of limited permissions; a change by somebody else."""
    _control(app, "PUT", "keys", {"id": "reader", "secret": "s", "allow": ["vod:Get*"]})
    edited = _control(app, "POST", "edit", {"video": OPENING_MATCH, "values": {"Title": "Theirs"}}).json
    missed = _control(app, "POST", "edit", {"video": "nobody", "values": {"Title": "x"}}).json
    key = KeyPair(id="reader", secret="s")

    assert v3(app, "GetVideoInfo", VIDEO, key=key).json["Video"]["Title"] == "Theirs"
    assert v3(app, "DeleteVideo", {"VideoIds": OPENING_MATCH}, key=key).code == "NoPermission"
    assert (edited, missed) == ({"found": True}, {"found": False})


@pytest.mark.parametrize(
    ("method", "path", "content", "headers", "status"),
    [
        ("GET", "nothing", None, {}, 404),
        ("POST", "reset", {}, {"content-type": "text/plain"}, 400),
        ("POST", "reset", {}, {"host": "evil.example"}, 400),
        ("POST", "snapshot", {}, {}, 400),
        ("PUT", "keys", {"id": "x"}, {}, 400),
        ("PUT", "keys", {"id": "x", "secret": "y", "root": True}, {}, 400),
        ("POST", "edit", {"video": "x"}, {}, 400),
        ("POST", "edit", {"video": "x", "values": {"Owner": "me"}}, {}, 400),
        ("POST", "edit", {"video": OPENING_MATCH, "values": {"Title": ["x"]}}, {}, 400),
        ("PUT", "keys", {"id": "x", "secret": "y", "allow": "Get*"}, {}, 400),
        ("PUT", "keys", {"id": "x", "secret": "y", "expires": "soon"}, {}, 400),
        ("PUT", "faults", {"rules": 5}, {}, 400),
    ],
)
def test_control_refuses_what_it_does_not_understand(
    app: EmulatorApp, method: str, path: str, content: object, headers: dict[str, str], status: int
) -> None:
    """With a sentence; a web page can post none of them by a form, nor under a name of its own."""
    reply = _control(app, method, path, content, **headers)

    assert (reply.status, bool(reply.json["error"])) == (status, True)


def test_snapshot_is_a_whole_database_and_never_overwrites(app: EmulatorApp, tmp_path: Path) -> None:
    """A copy that another emulator can serve; what was there before stays."""
    path = tmp_path / "copy.db"

    first = _control(app, "POST", "snapshot", {"path": str(path)})
    second = _control(app, "POST", "snapshot", {"path": str(path)})

    assert (first.status, second.status) == (200, 400)
    copy = Database(path)
    assert copy.counts() == app.state.db.counts()
    assert copy.main_key() == app.state.db.main_key()
    copy.close()


def test_restore_puts_the_snapshot_in_place(app: EmulatorApp, tmp_path: Path) -> None:
    """Everything after the snapshot is undone."""
    app.state.db.snapshot(tmp_path / "before.db")
    v3(app, "DeleteVideo", {"VideoIds": OPENING_MATCH})
    v3(app, "DeleteCategory", {"CateId": "1000100"})

    app.state.db.restore(tmp_path / "before.db")

    assert v3(app, "GetVideoInfo", VIDEO).json["Video"]["CateName"] == "Sports"


def test_log_reads_ids_out_of_update_content(app: EmulatorApp) -> None:
    """Batches too can be asked for what they touched."""
    content = json.dumps([{"VideoId": OPENING_MATCH, "Title": "a"}, {"ReferenceId": "cms-000123", "Title": "b"}])
    v3(app, "UpdateVideoInfos", {"UpdateContent": content})

    (record,) = app.state.log.records()

    assert record.ids == (OPENING_MATCH, "cms-000123")


def test_made_library_is_whole_and_can_be_searched(tmp_path: Path, make_app: MakeApp) -> None:
    """As many as asked for, each readable; a second make is refused."""
    path = tmp_path / "emulator.db"
    assert make(path, 500) == 500
    with pytest.raises(ValueError, match="holds a library already"):
        make(path, 5)
    app = make_app(demo=False)

    found = v3(app, "SearchMedia", {"Match": "Title = '0000123'"}).json["MediaList"]
    video = v3(app, "GetVideoInfo", {"VideoId": found[0]["MediaId"]}).json["Video"]
    plays = v3(app, "GetPlayInfo", {"VideoId": found[0]["MediaId"]}).json["PlayInfoList"]["PlayInfo"]

    assert app.state.db.counts()["videos"] == 500
    assert len(found) == 1
    assert "0000123" in video["Title"]
    assert [len(stream["JobId"]) for stream in plays] == [32, 32]


def test_file_of_another_kind_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Neither a text nor somebody else's database is touched."""
    text = tmp_path / "notes.db"
    text.write_text("these are my notes, and not a database at all " * 20)

    with pytest.raises(NotAnEmulatorDatabase, match=r"notes\.db is not a database of the emulator"):
        Database(text)

    assert text.read_text().startswith("these are my notes")


def test_command_tells_that_a_port_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the machine refuses is no error of usage, and another port is the next command."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert run(parser.parse_args(["--db", str(tmp_path / "e.db"), "--port", str(port)])) == 1

    told = capsys.readouterr().err
    assert f"cannot listen on 127.0.0.1:{port}" in told
    assert "vodplan emulator --port 0" in told


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (["--faults", "missing.json"], 64, "missing.json"),
        (["--faults", "broken.json"], 64, "broken.json is not JSON"),
        (["--faults", '[{"kind": '], 64, "--faults is not JSON"),
        (["--faults", '{"rules": [{"kind": "explode"}]}'], 64, "--faults: rule 1: kind must be one of"),
        (["--faults", "wrong.json"], 64, "wrong.json: rule 1: kind must be one of"),
        (["--latency", "soon"], 64, "--latency soon is neither MS nor MS-MS"),
        (["--port", "65536"], 64, "--port 65536 is not a number from 0 to 65535"),
        (["--port", "-1"], 64, "--port -1 is not a number from 0 to 65535"),
        (["--index-lag", "-5"], 64, "--index-lag -5 is not a number from 0 to"),
        (["--clock-skew", "nan"], 64, "--clock-skew nan is not a number from"),
        (["--max-uri", "0"], 64, "--max-uri 0 is not a number from 1 to"),
        (["--latency", "nan"], 64, "--latency nan is neither MS nor MS-MS"),
        (["--latency", "9-3"], 64, "--latency 9-3 is neither MS nor MS-MS"),
        (["--db", "broken.json/deeper/e.db"], 1, "cannot be opened"),
        (["--db", "."], 1, "cannot be opened"),
        (["--host", "0.0.0.0"], 64, "listens on loopback only"),
        (["--make", "0"], 64, "above zero"),
        (["--db", "broken.json"], 1, "is not a database of the emulator"),
    ],
)
def test_command_refuses_a_bad_flag_with_the_next_command(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: list[str],
    code: int,
    words: str,
) -> None:
    """No traceback; a sentence, and a command to go on with."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.json").write_text("[{" + " " * 600)
    (tmp_path / "wrong.json").write_text('[{"kind": "explode"}]')
    parser = argparse.ArgumentParser()
    add_arguments(parser)

    assert run(parser.parse_args(flags)) == code
    error = capsys.readouterr().err
    assert words in error
    assert "\n    vodplan emulator" in error
