"""What a person sees at a terminal of any width, in any script, and with titles that somebody wrote to do harm."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from wcwidth import wcswidth

from tests.contract.sdk.clients import CLIENTS
from tests.e2e.helpers import Project, project, terminal
from vodplan.emulator import RunningEmulator
from vodplan.emulator.demo import library as demo_library

pytestmark = pytest.mark.e2e

OPENING = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
HARBOUR = "7567586493236735936b33755f656ed6"
CUP = "e345881903dd31f0e483c83ba50993f2"
ALGEBRA = "a8f4558f98b0cc0046ddf03943c79fb1"
FACTORS = "d2e15f22b6512dfd7ae98a8b2da4cb03"
CIRCLE = "4583f37c0742a5ce1c5bca991a4c413f"
CONCERT = "11f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
OLD = "12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
RENDITIONS = "33f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"

MANY_SCRIPTS = f"""\
categories: [{{path: 少儿/动画/小白鹤的一天}}]
videos:
  - {{id: {ALGEBRA}, title: 一元二次方程的解法与应用, tags: {{add: [精品课程, "⚽ 运动"]}}}}
  - {{id: {FACTORS}, description: "第一课:提取公因式与公式法,附练习题和参考答案,以及一段很长的说明文字来检查换行是否正确。"}}
  - {{id: {CIRCLE}, title: "圆的切线 ⚽🎬👩‍👩‍👧‍👦🇨🇳 und Größe café", category: 少儿/动画/小白鹤的一天}}
  - {{id: {OPENING}, title: "อุบัติเหตุ สวัสดี हिन्दी العربية עברית"}}
  - {{id: {CONCERT}, state: absent, reason: "授权到期,不再续签,请在下线前通知编辑部和法务部门并做好归档工作"}}
  - {{id: {RENDITIONS}, streams: {{keep: {{formats: [mp4]}}}}, reason: "No player asks for it any more, and nobody ever will"}}
  - {{id: 0123456789abcdef0123456789abcdef, title: ⚽ 不存在}}
  - {{id: {OLD}, state: absent, after: 2999-12-31, reason: 以后再说}}
"""

HOSTILE = {
    "clear screen": "a\x1b[2J\x1b[Hb",
    "title of the window": "a\x1b]0;owned\x07b",
    "clipboard": "a\x1b]52;c;b3duZWQ=\x07b",
    "hyperlink": "a\x1b]8;;http://evil.example\x1b\\b\x1b]8;;\x1b\\",
    "c1": "a\x9b2Jb",
    "carriage return": "a\rb",
    "backspaces": "good\b\b\b\bevil",
    "newline": "a\nNext: rm -rf /",
    "bidi": "a\u202egpj.exe\u202cb",
    "isolates": "a\u2066b\u2069",
    "invisible": "a\u200bb\u2060c\ufeffd",
    "line separator": "a\u2028b",
    "tag characters": "a\U000e0041\U000e007fb",
    "bell": "a\x07\x07b",
    "delete": "a\x7fb",
    "zalgo": "a" + "\u0301" * 30,
}
"""Titles as the live library may hold them; the service takes any text."""

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e0fff]"
)
SGR = re.compile(r"\x1b\[[0-9;]*m")
PLACE = re.compile(r"manifests/\w+\.yaml:\d+$")


@pytest.fixture
def library(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """A project with changes in many scripts, with a library behind it."""
    one = project(tmp_path, demo_emulator)
    one.manifest(MANY_SCRIPTS)
    return one


def _final(shown: str) -> list[str]:
    """The lines that stay: what a carriage return rewrote, the bar of progress, is gone."""
    return [SGR.sub("", line.rpartition("\r")[2]) for line in shown.split("\n")]


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_plan_and_apply_fit_the_terminal_and_line_up(columns: int, library: Project) -> None:
    """Measured in cells: nothing is wider than the terminal, places stand in one column, values begin in one column."""
    with terminal(library, "apply", "--no-color", columns=columns) as shown:
        shown.until("number of removals to apply: ")
        shown.type(b"2\r")
        assert shown.end() == 0, shown.shown
    lines = _final(shown.shown)

    assert [line for line in lines if wcswidth(line) > columns] == []
    assert [line for line in lines if wcswidth(line) < 0] == []
    ends = {wcswidth(line) for line in lines if PLACE.search(line)}
    assert ends == {min(columns, 132)}
    labels = [line for line in lines if re.match(r"    (title|tags|category|description|reason|streams|goes) ", line)]
    assert len(labels) >= 8
    assert {len(line) - len(line[16:].lstrip()) for line in labels} == {17}
    assert {line.index("mp4") if "mp4" in line else 17 for line in labels} >= {17}


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_findings_fit_the_terminal_and_their_carets_stand_below(columns: int, library: Project) -> None:
    """Errors in lines of wide characters, far to the right: cut to fit, the caret below its word."""
    library.manifest(
        "videos:\n"
        f"  - {{id: {ALGEBRA}, title: 一元二次方程的解法与应用一元二次方程的解法与应用一元二次, titel: 错}}\n"
        f"  - {{id: {FACTORS}, tags: [{'很长的标签' * 5}, '逗,号']}}\n"
    )

    with terminal(library, "validate", "--no-color", columns=columns) as shown:
        assert shown.end() == 3
    lines = _final(shown.shown)

    assert [line for line in lines if wcswidth(line) > columns] == []
    carets = [(above, line) for above, line in pairwise(lines) if set(line.strip(" |")) == {"^"}]
    assert len(carets) == 3
    for above, line in carets:
        marked = line.index("^")
        under = "".join(character for place, character in _cells(above) if marked <= place < marked + line.count("^"))
        assert under.strip("…") in ("titel", "'逗,号'") or under.startswith("很长的标签")


@pytest.mark.parametrize("columns", [60, 80, 200])
@pytest.mark.parametrize("argv", [("doctor",), ("schema",), ("plan", "--only", "video/none*"), ("show", "none.json")])
def test_other_commands_fit_the_terminal(argv: tuple[str, ...], columns: int, library: Project) -> None:
    """Reports, lists and errors are wrapped too, but for the one line that is to be copied."""
    with terminal(library, *argv, "--no-color", columns=columns) as shown:
        shown.end()

    lines = [line for line in _final(shown.shown) if not line.lstrip().startswith("Next: ")]
    assert "Traceback" not in shown.shown
    assert [line for line in lines if wcswidth(line) > columns] == []


def test_colors_are_of_the_terminal_only(library: Project) -> None:
    """In color on a terminal, closed in every line; no other sequence is ever sent."""
    with terminal(library, "plan", columns=80) as shown:
        assert shown.end() == 0

    result = [line.rpartition("\r")[2] for line in shown.shown.split("\n")]
    assert any(SGR.search(line) for line in result)
    for line in result:
        assert not FORBIDDEN.search(SGR.sub("", line))
        sequences = SGR.findall(line)
        assert not sequences or sequences[-1] == "\x1b[0m"


@pytest.mark.parametrize(
    ("flags", "environ"),
    [((), {"NO_COLOR": "1"}), ((), {"TERM": "dumb"}), (("--no-color",), {})],
    ids=["NO_COLOR", "dumb", "no-color"],
)
def test_terminal_without_color_gets_no_escape(
    flags: tuple[str, ...], environ: dict[str, str], library: Project
) -> None:
    """Not for results, not for errors; NO_COLOR keeps its meaning when it is empty: color stays."""
    for argv in (("plan", *flags), ("plan", "--only", "none", *flags)):
        with terminal(library, *argv, environ=environ) as shown:
            shown.end()
        assert "\x1b" not in shown.shown


def test_pipe_gets_no_escape_but_when_color_is_wished_for(library: Project) -> None:
    """A pipe is no terminal, whatever TERM says."""
    plain = library.run("plan", TERM="xterm-256color")
    wished = library.run("plan", "--color", TERM="xterm-256color")

    assert "\x1b" not in plain.said
    assert SGR.sub("", wished.out) != wished.out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_stream_that_cannot_write_every_character_is_no_bug(encoding: str, library: Project) -> None:
    """Escapes stand for what the encoding lacks; JSON is UTF-8 all the same."""
    ended = library.run("plan", PYTHONIOENCODING=encoding, PYTHONUTF8="0", LC_ALL="C")
    as_json = library.run("plan", "--format", "json", PYTHONIOENCODING=encoding, PYTHONUTF8="0", LC_ALL="C")

    assert (ended.code, as_json.code) == (0, 0), ended.err
    assert "\\u4e00\\u5143" in ended.out
    titles = [change["after"].get("title") for change in as_json.document["changes"] if change["after"]]
    assert "一元二次方程的解法与应用" in titles


def test_hostile_titles_of_the_live_library_are_neutralised(tmp_path: Path, demo_emulator: RunningEmulator) -> None:
    """Planted by the vendor's SDK: in the plan, the saved plan shown again, the stale plan and the apply report each is
    one line of visible characters; in JSON it comes back as it was."""
    planted = dict(zip((video.id for video in demo_library().videos), HOSTILE.values(), strict=False))
    for video, title in planted.items():
        _plant(demo_emulator, video, title)
    second = list(planted)[1]
    one = project(tmp_path, demo_emulator)
    one.manifest(
        "videos:\n" + "".join(f"  - {{id: {video}, title: Clean}}\n" for video in planted if video != second)
        + f"  - {{id: {second}, state: absent}}\n"
    )  # fmt: skip

    planned = one.call("plan", "--out", "p.json", "--color")
    shown = one.call("show", "p.json")
    as_json = one.call("plan", "--format", "json")
    for video, title in planted.items():
        demo_emulator.edit_video(video, {"Title": f"{title}!"})
    stale = one.call("apply", "p.json", "--auto-approve", "--allow-deletes", "1")
    applied = one.call("apply", "--auto-approve", "--allow-deletes", "1", "-v")

    assert [ended.code for ended in (planned, shown, stale, applied)] == [0, 0, 5, 0]
    for ended in (planned, shown, stale, applied):
        lines = SGR.sub("", ended.said).split("\n")
        assert [line for line in lines if FORBIDDEN.search(line)] == []
        assert [line for line in lines if line.strip().startswith("Next: rm")] == []
    assert len([line for line in stale.err.split("\n") if line.startswith("  video/")]) == len(HOSTILE)
    titles = {change["id"]: change["before"]["title"] for change in as_json.document["changes"]}
    assert titles == planted


def test_hostile_texts_reach_no_terminal_as_json_either(tmp_path: Path, demo_emulator: RunningEmulator) -> None:
    """JSON on a terminal escapes what a terminal would obey, and means the same."""
    _plant(demo_emulator, OPENING, HOSTILE["bidi"] + HOSTILE["c1"] + HOSTILE["delete"])
    one = project(tmp_path, demo_emulator)
    one.manifest(f"videos: [{{id: {OPENING}, title: Clean}}]\n")

    with terminal(one, "plan", "--format", "json", columns=80) as shown:
        assert shown.end() == 0

    text = shown.shown[shown.shown.index("{") :]
    assert not FORBIDDEN.search(text)
    assert json.loads(text)["changes"][0]["before"]["title"] == HOSTILE["bidi"] + HOSTILE["c1"] + HOSTILE["delete"]


@pytest.mark.parametrize("name", ["bidi", "isolates", "invisible", "tag characters", "zalgo"])
def test_hostile_title_in_a_manifest_is_neutralised(name: str, tmp_path: Path, demo_emulator: RunningEmulator) -> None:
    """What YAML and the service allow, and eyes do not see, is shown as escapes before somebody approves it."""
    one = project(tmp_path, demo_emulator)
    one.manifest(f"videos: [{{id: {OPENING}, title: {json.dumps(HOSTILE[name])}}}]\n")

    planned = one.call("plan")
    validated = one.call("validate")

    assert planned.code in (0, 3)
    assert not FORBIDDEN.search(planned.said.replace("\n", ""))
    assert not FORBIDDEN.search(validated.said.replace("\n", ""))
    assert planned.code == validated.code


@pytest.mark.parametrize("form", ["{}: x", "state: {}", "state: absent, after: {}", "category: {}", "tags: [{}]"])
@pytest.mark.parametrize("text", ["ti\u202etle", "t\u200bitle", "\x1b[2Jtitle", "title\u2028", "x\nNext: rm -rf /"])
def test_hostile_text_in_a_finding_is_neutralised(
    form: str, text: str, tmp_path: Path, demo_emulator: RunningEmulator
) -> None:
    """Findings repeat what is wrong: in one line, with nothing that a terminal obeys, and no command of its own."""
    one = project(tmp_path, demo_emulator)
    one.manifest(f"videos: [{{id: {OPENING}, {form.format(json.dumps(text))}}}]\n")

    ended = one.call("plan")

    assert ended.code in (0, 3)
    assert not FORBIDDEN.search(ended.said.replace("\n", ""))
    assert not re.search(r"^\s*Next: rm", ended.said, re.MULTILINE)


def test_hostile_arguments_and_file_names_are_neutralised(tmp_path: Path) -> None:
    """What stands on the command line, and what files are called, is a stranger's text too."""
    one = project(tmp_path)
    one.manifest("vidoes: []\n", "manifests/a\x1b[2J\nb\u202e.yaml")

    for argv in (
        ["validate"],
        ["validate", "none\x1b[2J.yaml"],
        ["show", "none\x1b]0;owned\x07.json"],
        ["pl\x1b[2Jan"],
        ["plan", "--\x1b[2J"],
        ["plan", "--target", "a\x1b[2J\nb"],
        ["plan", "--only", "\u202evideo"],
        ["plan", "--config", "\x9b2J"],
    ):
        ended = one.call(*argv)
        assert ended.code in (3, 64)
        assert not FORBIDDEN.search(ended.said.replace("\n", "")), argv
        assert one.call(*argv, "--format", "json").error["exit_code"] == ended.code


def test_hostile_answers_of_the_service_are_neutralised(tmp_path: Path, demo_emulator: RunningEmulator) -> None:
    """Codes that a server makes up."""
    one = project(tmp_path, demo_emulator)
    one.manifest(f"videos: [{{id: {OPENING}, title: Clean}}]\n")
    demo_emulator.set_faults([{"kind": "error", "status": 400, "code": "Evil\x1b[2J\u202e\nNext: rm -rf /"}])

    ended = one.call("plan", "-v")

    assert ended.code == 1
    assert not FORBIDDEN.search(ended.said.replace("\n", ""))
    assert "\nNext: rm" not in ended.said


def _plant(emulator: RunningEmulator, video: str, title: str) -> None:
    answer = CLIENTS["new"](emulator)("UpdateVideoInfo", {"VideoId": video, "Title": title})
    assert answer.status == 200, answer


def _cells(line: str) -> list[tuple[int, str]]:
    """Each character of a line with the cell it begins at."""
    return [(wcswidth(line[:place]), character) for place, character in enumerate(line)]
