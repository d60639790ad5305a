"""Every command and flag is documented, and none that does not exist."""

from __future__ import annotations

import argparse
import re

import pytest

from tests.docs import pages
from vodplan.cli.arguments import build_parser
from vodplan.cli.table import COMMANDS, COMMANDS_TO_COME

COMMON_FLAGS = (
    "--target",
    "--config",
    "--format",
    "--output",
    "--color",
    "--no-color",
    "--verbose",
    "--log-format",
    "--comment-limit",
    "--artifact-url",
)


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Command → its parser, as the command line has them."""
    (subparsers,) = [one for one in build_parser()._actions if isinstance(one, argparse._SubParsersAction)]
    return dict(subparsers.choices)


def flags(parser: argparse.ArgumentParser) -> list[tuple[str, ...]]:
    """The flags of a parser, the spellings of each together, without `--help`."""
    return [
        tuple(one.option_strings)
        for one in parser._actions
        if one.option_strings and "--help" not in one.option_strings
    ]


def own_flags(command: str) -> list[tuple[str, ...]]:
    """The flags that a command does not share with all others."""
    return [names for names in flags(parsers()[command]) if not set(names) & set(COMMON_FLAGS)]


def test_command_line_has_the_commands_of_the_table() -> None:
    """Nothing is offered that the table does not know."""
    assert set(parsers()) == {*COMMANDS, *COMMANDS_TO_COME}


@pytest.mark.parametrize("command", COMMANDS)
def test_command_has_a_section_with_all_its_flags(command: str) -> None:
    """docs/commands.md has a section `vodplan COMMAND` that names every flag of its own."""
    text = pages.section(pages.page("docs/commands.md"), f"vodplan {command}").text

    missing = [
        names for names in own_flags(command) if not any(f"`{name}" in text or f" {name}" in text for name in names)
    ]

    assert not missing


@pytest.mark.parametrize("command", COMMANDS)
def test_command_has_the_common_flags(command: str) -> None:
    """The flags that every command is said to have are there."""
    known = {name for names in flags(parsers()[command]) for name in names}

    assert set(COMMON_FLAGS) <= known


@pytest.mark.parametrize("flag", [*COMMON_FLAGS, "--version"])
def test_common_flag_is_documented(flag: str) -> None:
    """What every command takes is said once, in docs/commands.md."""
    assert f"`{flag}" in pages.page("docs/commands.md")


def test_documented_flags_exist() -> None:
    """A flag in docs/commands.md that no command takes is a promise broken."""
    known = {name for parser in parsers().values() for names in flags(parser) for name in names} | {
        "--help",
        "--version",
    }
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", pages.page("docs/commands.md")))

    assert named - known <= FLAGS_OF_OTHERS


FLAGS_OF_OTHERS: frozenset[str] = frozenset()
"""Flags of other programs that docs/commands.md has to name."""


@pytest.mark.parametrize("command", [*COMMANDS, *COMMANDS_TO_COME])
def test_contract_marks_exactly_what_is_not_there_yet(command: str) -> None:
    """The contract's table of commands says **Not yet** of those that are to come, and of no other."""
    table = pages.section(pages.page("docs/contract.md"), "Commands").text
    (row,) = [
        line
        for line in table.splitlines()
        if line.startswith("|") and re.search(rf"`{command}\b", line.split(" | ")[0])
    ]

    assert ("**Not yet**" in row) == (command in COMMANDS_TO_COME)
