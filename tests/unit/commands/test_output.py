"""Results reach their files whole, or the command says so before it begins."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from tests.unit.cli.conftest import FakeApi
from tests.unit.cli.harness import Stream, run
from tests.unit.render.plans import a_change, a_plan
from vodplan.core.errors import Refused


def test_output_files_hold_the_result_in_their_formats(fake: FakeApi, tmp_path: Path) -> None:
    """One run, several views."""
    fake.plan = a_plan(a_change())

    ran = run("plan", "--output", "json=a.json", "--output", "text=b.txt", cwd=tmp_path)

    assert json.loads((tmp_path / "a.json").read_text())["digest"] == fake.plan.digest
    assert (tmp_path / "b.txt").read_text(encoding="utf-8") == ran.out


def test_output_file_of_a_failure_holds_the_error(fake: FakeApi, tmp_path: Path) -> None:
    """Whoever reads the file finds the error, in the file's format, not an old plan."""
    (tmp_path / "a.json").write_text("old")
    fake.fail = Refused("A guard holds.", next="vodplan plan")

    ran = run("plan", "--output", "json=a.json", "--output", "text=b.txt", cwd=tmp_path)

    assert ran.code == 4
    assert json.loads((tmp_path / "a.json").read_text())["error"]["exit_code"] == 4
    assert (tmp_path / "b.txt").read_text() == "Error: A guard holds.\nNext: vodplan plan\n"


def test_output_file_of_an_apply_holds_one_json_document(fake: FakeApi, tmp_path: Path) -> None:
    """The report alone; the text has plan and report."""
    fake.plan = a_plan(a_change())

    run("apply", "--auto-approve", "--output", "json=a.json", "--output", "text=b.txt", cwd=tmp_path)

    assert json.loads((tmp_path / "a.json").read_text())["counts"]["done"] == 1
    text = (tmp_path / "b.txt").read_text(encoding="utf-8")
    assert "~ update" in text
    assert "Apply: 1 done" in text


@pytest.mark.parametrize("name", ["a.yaml", "a.yml"])
@pytest.mark.parametrize("flags", [("--out",), ("--output", "json=")])
def test_output_that_would_replace_a_manifest_is_refused_before_the_work(
    fake: FakeApi, tmp_path: Path, flags: tuple[str, ...], name: str
) -> None:
    """A slip on the command line costs nobody a manifest or the project file; a new file of that name is fine."""
    fake.plan = a_plan(a_change())
    file = tmp_path / name
    flag, before = (*flags, "")[:2]
    assert run("plan", flag, f"{before}{name}", cwd=tmp_path).code == 0
    file.write_text("apiVersion: vodplan/v1\n", encoding="utf-8")
    fake.planned.clear()

    ran = run("plan", flag, f"{before}{name}", cwd=tmp_path)

    assert ran.code == 64
    assert "is there already and may be a manifest" in " ".join(ran.err.split())
    assert file.read_text(encoding="utf-8") == "apiVersion: vodplan/v1\n"
    assert not fake.planned


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--output", "json=none/a.json"], "there is no folder"),
        (["--output", "json=."], "is a folder"),
        (["--out", "none/a.json"], "there is no folder"),
        (["--output", "json=a", "--output", "text=a"], "Two outputs go to"),
    ],
)
def test_output_that_cannot_be_written_is_refused_before_the_work(
    fake: FakeApi, tmp_path: Path, flags: list[str], said: str
) -> None:
    """A long plan is not made to be thrown away."""
    ran = run("plan", *flags, cwd=tmp_path)

    assert ran.code == 64
    assert said in ran.err
    assert fake.planned == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("plan",), ("undo", "20260615-080000000-abc123")])
def test_output_in_the_place_of_the_plan_file_is_refused_before_the_work(
    fake: FakeApi, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """A page would take the place of the plan that somebody means to apply."""
    ran = run(*command, "--out", "a.json", "--output", "html=./a.json", cwd=tmp_path)

    assert ran.code == 64
    assert "Two outputs go to" in ran.err
    assert fake.planned == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_output_to_a_pipe_writes_through_it(fake: FakeApi, tmp_path: Path) -> None:
    """A named pipe is written to, not replaced by a file."""
    fake.plan = a_plan(a_change())
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()

    ran = run("plan", "--output", "json=pipe", cwd=tmp_path)
    reader.join()

    assert ran.code == 0
    assert json.loads(got[0])["digest"] == fake.plan.digest


def test_output_json_on_a_terminal_is_safe_and_means_the_same(fake: FakeApi) -> None:
    """What reorders text or steers the terminal is escaped there, and only there."""
    title = "evil \u202e\x9b31m"
    fake.plan = a_plan(a_change(before={"title": "a"}, after={"title": title}))

    shown = run("plan", "--format", "json", stdout=Stream(terminal=True), environ={"TERM": "xterm"}).out
    piped = run("plan", "--format", "json").out

    assert "\u202e" not in shown
    assert "\x9b" not in shown
    assert "\u202e" in piped
    assert json.loads(shown) == json.loads(piped)


@pytest.mark.parametrize(
    ("terminal", "environ", "flags", "colored"),
    [
        (True, {}, [], True),
        (True, {"NO_COLOR": "1"}, [], False),
        (True, {"TERM": "dumb"}, [], False),
        (True, {}, ["--no-color"], False),
        (False, {}, [], False),
        (False, {"NO_COLOR": "1"}, ["--color"], True),
    ],
)
def test_output_color_follows_flag_then_environment_then_terminal(
    fake: FakeApi, terminal: bool, environ: dict[str, str], flags: list[str], colored: bool
) -> None:
    """--color wins over NO_COLOR, which wins over the terminal."""
    fake.plan = a_plan(a_change())

    ran = run("plan", *flags, terminal=terminal, environ=environ)

    assert ("\x1b[" in ran.out) == colored


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("200", 132), ("0", 100), ("x", 100), ("", 100)])
def test_output_width_is_columns_or_a_hundred(fake: FakeApi, columns: str, width: int) -> None:
    """In a pipe COLUMNS decides, and nonsense in it does not."""
    fake.plan = a_plan(a_change())

    out = run("plan", environ={"COLUMNS": columns}).out

    assert max(len(line) for line in out.splitlines() if line.startswith(("~", "    manifests", "   "))) == width
