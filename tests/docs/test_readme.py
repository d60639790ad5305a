"""What README.md and docs/library.md show is what vodplan does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import picture, terminal_svg
from tests.docs import pages, sessions
from tests.e2e.cli import TIMEOUT, environment
from vodplan.cli.table import COMMANDS_TO_COME

PROJECT = "apiVersion: vodplan/v1\ntargets:\n  local: {emulator: .vodplan/emulator.db}\n"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder with the README's manifest and an embedded emulator as its target."""
    tmp_path.joinpath("vodplan.yaml").write_text(PROJECT, encoding="utf-8")
    tmp_path.joinpath("manifests").mkdir()
    manifest = next(block for block in pages.blocks(pages.page("README.md"), "yaml") if "videos:" in block)
    tmp_path.joinpath("manifests", "media.yaml").write_text(manifest, encoding="utf-8")
    return tmp_path


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own, warnings being errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env=environment(PYTHONWARNINGS="error", PYTHONUTF8="1"),
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT,
        check=False,
    )


@pytest.mark.e2e
def test_readme_plan_is_what_the_command_prints(library: Path, update_cases: bool) -> None:
    """The first plan that a reader sees is made by this version."""
    text = pages.page("README.md")

    played = sessions.play(text, folder=library, columns=picture.COLUMNS)

    assert played.failed == ()
    if update_cases:
        pages.REPOSITORY.joinpath("README.md").write_text(played.text, encoding="utf-8")
    assert update_cases or played.text == text, sessions.STALE


@pytest.mark.e2e
def test_readme_python_does_what_it_says(library: Path) -> None:
    """The lines in README.md can be pasted."""
    (code,) = pages.blocks(pages.page("README.md"), "python")

    ended = run(code, library)

    assert ended.returncode == 0, ended.stderr
    assert "~ rename  category/News/Football" in ended.stdout
    assert "done delete video/12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5" in ended.stdout


@pytest.mark.e2e
def test_library_page_examples_run_in_their_order(library: Path) -> None:
    """Every example of docs/library.md works where the page says it does."""
    code = "\n".join(pages.blocks(pages.page("docs/library.md"), "python"))

    ended = run(code, library)

    assert ended.returncode == 0, ended.stderr
    assert 'VP104 "titel" is not a field of a video. Did you mean "title"?' in ended.stdout
    assert "{'done': 4, 'already': 0, 'refused': 0, 'held': 0, 'unknown': 0}" in ended.stdout
    assert "The plan removes 1 thing for good" in ended.stdout


def test_library_page_lists_the_public_names() -> None:
    """What `import vodplan` offers is documented, and nothing else is promised."""
    import vodplan

    table = pages.section(pages.page("docs/library.md"), "The library").text.partition("\n## ")[0]
    listed = set(re.findall(r"`(\w+)(?:\(|`)", "".join(line for line in table.splitlines() if line.startswith("| `"))))

    assert set(vodplan.__all__) - {"Plan", "ApplyReport", "Workspace"} == listed - {"Plan", "ApplyReport", "Workspace"}


def test_readme_lists_the_exit_codes_of_the_contract() -> None:
    """The short table leaves none out."""
    contract = pages.section(pages.page("docs/contract.md"), "Exit codes").text
    readme = pages.section(pages.page("README.md"), "In CI").text
    rows = [line for line in readme.splitlines() if line.startswith("|")]

    shown = {int(code) for row in rows for code in re.findall(r"\| (\d+) (?=\|)", row)}

    assert shown == {int(code) for code in re.findall(r"^\| (\d+) \|", contract, flags=re.MULTILINE)}


def test_readme_names_the_commands_that_are_not_there_yet() -> None:
    """A reader learns before trying what this version does not have."""
    section = pages.section(pages.page("README.md"), "Not in this version").text

    (commands,) = re.findall(r"The commands? (.*?);", section, flags=re.DOTALL) or [""]

    assert set(re.findall(r"`(\w+)`", commands)) == set(COMMANDS_TO_COME)


@pytest.mark.e2e
def test_picture_shows_what_the_command_shows_now(update_cases: bool) -> None:
    """The picture is never older than the program; only the run's id differs."""
    drawn = picture.picture()

    if update_cases:
        picture.PICTURE.write_text(drawn, encoding="utf-8")
    else:
        committed = picture.PICTURE.read_text(encoding="utf-8")
        assert without_run(drawn) == without_run(committed), "run .venv/bin/python scripts/picture.py"
    assert os.path.getsize(picture.PICTURE) < 200 * 1024


def without_run(svg: str) -> str:
    """A picture without the line that names the run."""
    return re.sub(r"<text[^>]*>Run:</text>\n<text[^>]*>[\w-]+</text>", "", svg)


def test_screen_overwrites_after_a_carriage_return() -> None:
    """A progress bar that was wiped away is not in the picture."""
    (line,) = terminal_svg.screen("reading 10%\r           \rdone")

    assert "".join(cell.text for cell in line.values() if cell.text != " ") == "done"
    assert terminal_svg.runs(line)[0].start == 0


def test_screen_gives_chinese_characters_two_cells_each() -> None:
    """What follows them stands where a terminal shows it."""
    (line,) = terminal_svg.screen("\x1b[1;32m方程\x1b[0m!")

    assert [(at, cell.text, cell.width) for at, cell in sorted(line.items())] == [
        (0, "方", 2),
        (2, "程", 2),
        (4, "!", 1),
    ]
    assert [cell.style for cell in line.values()] == [
        terminal_svg.Style(color=32, bold=True),
        terminal_svg.Style(color=32, bold=True),
        terminal_svg.Style(),
    ]


@pytest.mark.parametrize("text", ["\x1b[2J", "\x1b[45m", "a\tb", "\x1b]0;title\x07"])
def test_screen_refuses_what_it_cannot_draw(text: str) -> None:
    """A picture never leaves out silently what a terminal would have shown."""
    with pytest.raises(ValueError, match="not understood"):
        terminal_svg.screen(text)
