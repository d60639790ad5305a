"""Plays a page's terminal sessions: types each `$` line, and writes each file that a YAML block names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts import terminal_svg
from tests.e2e.cli import at_terminal

STALE = "the page shows what was printed once: pytest tests/docs --update-cases writes what is printed now; review it"

_BLOCK = re.compile(r"^```(console|ya?ml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_QUESTION = re.compile(r"^(.*Type .*: )(\w+)$", re.MULTILINE)
_RUN = re.compile(r"^Run: .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of the sessions of a page.

    text:   the page with the output that the commands wrote now.
    failed: command lines that ended with another exit code than 0.
    """

    text: str
    failed: tuple[str, ...]


def play(text: str, *, folder: Path, columns: int) -> Played:
    """Do what the page tells to do, from its top to its end.

    A YAML block whose first line is a comment with a path becomes that file; one with mistakes is marked `yml`, since
    `yaml` blocks are held to be valid. A console block holds `$ vodplan …` and
    `$ cd …` lines, each followed by what it prints; an answer is typed where the page shows a question with one.
    """
    failed: list[str] = []
    here = folder

    def done(found: re.Match[str]) -> str:
        nonlocal here
        language, body = found.groups()
        if language != "console":
            if named := re.match(r"# (\S+\.yaml)\n", body):
                here.joinpath(named[1]).write_text(body, encoding="utf-8")
            return found[0]
        if not body.startswith("$ "):
            return found[0]
        lines: list[str] = []
        for command, shown in _commands(body):
            lines.append(f"$ {command}\n")
            program, *arguments = command.split()
            if program == "cd":
                here = here / arguments[0]
                continue
            if program != "vodplan":
                raise ValueError(f"no command of ours: {command}")
            answers = {question: f"{answer}\n".encode() for question, answer in _QUESTION.findall(shown)}
            session = at_terminal(
                arguments, cwd=here, answers=answers, columns=columns, environ={"NO_COLOR": "1", "PYTHONUTF8": "1"}
            )
            if session.code:
                failed.append(f"{command}: exit {session.code}")
            lines += _as_shown(session.shown, shown)
        return f"```console\n{''.join(lines)}```"

    return Played(text=_BLOCK.sub(done, text), failed=tuple(failed))


def _commands(body: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def _as_shown(now: str, before: str) -> list[str]:
    """The lines that a terminal shows after this was written to it; the run's id, which is new each time, stays."""
    screen = terminal_svg.screen(now.replace("\n", "\r\n"))
    text = "".join(f"{_text(line)}\n" for line in screen).rstrip("\n") + "\n"
    if kept := _RUN.search(before):
        text = _RUN.sub(kept[0], text)
    return text.splitlines(keepends=True)


def _text(line: dict[int, terminal_svg.Cell]) -> str:
    shown, column = "", 0
    for at, cell in sorted(line.items()):
        shown += " " * (at - column) + cell.text
        column = at + cell.width
    return shown.rstrip()
